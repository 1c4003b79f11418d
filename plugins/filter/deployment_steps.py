# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_steps
short_description: Tell what is to be done once the files of a list of jobs are written
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Compares a list of jobs as the role C(sysinit.upstart.upstart_jobs) takes it with what
    M(sysinit.upstart.upstart_job) returned for it, and tells what is left to do.
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
    description: What a job gets whose file changed while it ran, unless its entry says it.
    type: string
    choices: [restart, reload, none]
    default: restart
  on_failure:
    description: What is done for a job that does not come up with its changed file, unless its entry says it.
    type: string
    choices: [fail, rollback]
    default: fail
  stable_for:
    description: Seconds that jobs must stay up after they were started.
    type: float
    default: 1
  pending:
    description:
      - What this filter returned for another list whose RV(_value.due) is yet to be done; it is added.
      - Jobs that this list stops or removes are taken out of it. A job that both lists want reloaded and restarted is
        restarted.
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

- name: Start and stop what shall run or not
  sysinit.upstart.upstart_service:
    jobs: "{{ (my_jobs | sysinit.upstart.deployment_steps(written)).services }}"
"""

RETURN = r"""
_value:
  description: The steps. The lists are what the option C(jobs) of a module takes.
  type: dictionary
  contains:
    stop:
      description: Jobs that shall go and run, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: old-web, state: stopped}]
    remove:
      description: Jobs whose files are still there then, for M(sysinit.upstart.upstart_job).
      type: list
      elements: dictionary
      sample: [{name: old-web, state: absent}]
    services:
      description: Jobs that shall run or not, or be enabled or not, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: web, state: started}]
    due:
      description: Jobs that are to be restarted or reloaded, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: mail, state: restarted}]
    running:
      description:
        - Jobs that have to run and are not in C(due), for M(sysinit.upstart.upstart_service). In one task with C(due)
          those are started again which the restarts take down.
      type: list
      elements: dictionary
      sample: [{name: shop, state: started}]
      version_added: 1.1.0
    undo:
      description: What P(sysinit.upstart.deployment_rollback#filter) needs of the jobs that are rolled back.
      type: dictionary
      sample: {}
    stable_for:
      description: Seconds that the jobs in C(due) must stay up, the most that one of the lists says.
      type: float
      sample: 1
    manifests:
      description: The manifests of the lists, for M(sysinit.upstart.upstart_service).
      type: list
      elements: string
      sample: [/var/lib/sysinit.upstart/default.json]
    claimed:
      description: The names of the jobs that each list has on the host, by its manifest.
      type: dictionary
      sample: {/var/lib/sysinit.upstart/default.json: [shop]}
    news:
      description: Whether something in C(due) comes from this list.
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
    """Return what is left to do for a list of jobs."""
    for option, value in (("on_change", on_change), ("on_failure", on_failure)):
        if value not in CHOICES[option]:
            raise AnsibleFilterError(f"sysinit.upstart.deployment_steps: {option} is {value!r}, and can be "
                                     + " or ".join(CHOICES[option]))
    try:
        return steps(jobs, written, on_change, on_failure, stable_for, pending)
    except DeploymentError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule:
    """The filter deployment_steps."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_steps": deployment_steps}
