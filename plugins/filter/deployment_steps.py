# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_steps
short_description: Plan the steps after the files of a list of jobs are written
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Compares a list of jobs of the role C(sysinit.upstart.upstart_jobs) with the result of
    M(sysinit.upstart.upstart_job) for it, and returns the remaining steps.
positional: written, on_change, on_failure, stable_for, pending
options:
  _input:
    description: The list of jobs.
    type: list
    elements: dictionary
    required: true
  written:
    description: The result of M(sysinit.upstart.upstart_job) for the files of these jobs.
    type: dictionary
    required: true
  on_change:
    description: Action for a job whose file changed while it was running, unless its entry sets it.
    type: string
    choices: [restart, reload, none]
    default: restart
  on_failure:
    description: Action for a job that fails to start with its changed file, unless its entry sets it.
    type: string
    choices: [fail, rollback]
    default: fail
  stable_for:
    description: Seconds that jobs must stay up after their start.
    type: float
    default: 1
  pending:
    description:
      - Earlier return value of this filter for another list, whose RV(_value.due) is still pending. The filter adds it
        to the result.
      - Jobs that this list stops or removes are left out. A job that needs a reload for one list and a restart for the
        other is restarted.
    type: dictionary
seealso:
  - plugin: sysinit.upstart.deployment_files
    plugin_type: filter
  - plugin: sysinit.upstart.deployment_rollback
    plugin_type: filter
  - module: sysinit.upstart.upstart_service
"""

EXAMPLES = r"""
- name: Write the files
  sysinit.upstart.upstart_job:
    jobs: "{{ my_jobs | sysinit.upstart.deployment_files }}"
  register: written

- name: Start and stop the jobs
  sysinit.upstart.upstart_service:
    jobs: "{{ (my_jobs | sysinit.upstart.deployment_steps(written)).services }}"
"""

RETURN = r"""
_value:
  description: The steps. Each list has the form of the option C(jobs) of a module.
  type: dictionary
  contains:
    stop:
      description: Running jobs to remove, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: old-web, state: stopped}]
    remove:
      description: Jobs whose files still exist after that, for M(sysinit.upstart.upstart_job).
      type: list
      elements: dictionary
      sample: [{name: old-web, state: absent}]
    services:
      description: Jobs to start, stop, enable or disable, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: web, state: started}]
    due:
      description: Jobs to restart or reload, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: mail, state: restarted}]
    running:
      description:
        - Jobs that have to run and are not in C(due), for M(sysinit.upstart.upstart_service). If they are in the same
          task as C(due), the task starts them again if the restarts stop them.
      type: list
      elements: dictionary
      sample: [{name: shop, state: started}]
      version_added: 1.1.0
    undo:
      description: Data for P(sysinit.upstart.deployment_rollback#filter) about jobs that can be rolled back.
      type: dictionary
      sample: {}
    stable_for:
      description: Seconds that the jobs in C(due) must stay up, the maximum of all lists.
      type: float
      sample: 1
    manifests:
      description: The manifests of the lists, for M(sysinit.upstart.upstart_service).
      type: list
      elements: string
      sample: [/var/lib/sysinit.upstart/default.json]
    claimed:
      description: The names of the jobs of each list on the host, by manifest.
      type: dictionary
      sample: {/var/lib/sysinit.upstart/default.json: [shop]}
    news:
      description: Whether this list adds jobs to C(due).
      type: boolean
      sample: true
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.entries import DeploymentError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.steps import steps

CHOICES = {"on_change": ("restart", "reload", "none"), "on_failure": ("fail", "rollback")}


def deployment_steps(jobs: t.Any, written: t.Any, on_change: str = "restart",
                     on_failure: str = "fail", stable_for: float = 1,
                     pending: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return the remaining steps for a list of jobs."""
    for option, value in (("on_change", on_change), ("on_failure", on_failure)):
        if value not in CHOICES[option]:
            raise AnsibleFilterError(f"sysinit.upstart.deployment_steps: {option} must be "
                                     f"{' or '.join(CHOICES[option])}, not {value!r}")
    try:
        return steps(jobs, written, on_change, on_failure, stable_for, pending)
    except DeploymentError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule:
    """The filter deployment_steps."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_steps": deployment_steps}
