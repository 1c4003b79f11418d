# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_rollback
short_description: Plan and report the rollback of failed jobs
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Takes the failed jobs from a result of M(sysinit.upstart.upstart_service), and returns the tasks that restore the
    old files of those that can be rolled back.
  - With the results of these tasks, it returns a message about both failures.
positional: undo, put_back, restarted, waiting, ended
options:
  _input:
    description: The result of M(sysinit.upstart.upstart_service).
    type: dictionary
    required: true
  undo:
    description: C(undo) of P(sysinit.upstart.deployment_steps#filter).
    type: dictionary
    required: true
  put_back:
    description: The results of M(sysinit.upstart.upstart_job) in a loop over RV(_value.files).
    type: dictionary
  restarted:
    description: The result of M(sysinit.upstart.upstart_service) for RV(_value.services).
    type: dictionary
  waiting:
    description: Names of jobs with a pending restart or reload.
    type: list
    elements: string
    default: []
  ended:
    description: The result of M(sysinit.upstart.upstart_service) for RV(_value.stop).
    type: dictionary
seealso:
  - plugin: sysinit.upstart.deployment_steps
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the rollback
  ansible.builtin.debug:
    msg: "{{ outcome | sysinit.upstart.deployment_rollback(steps.undo) }}"
"""

RETURN = r"""
_value:
  description: The rollback, or with O(put_back) a message about its result.
  type: dictionary
  contains:
    stop:
      description: New jobs to stop, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: []
    files:
      description:
        - Files to restore, as options C(manifest) and C(jobs) of M(sysinit.upstart.upstart_job), once for each
          manifest.
        - Empty if no failed job can be rolled back.
      type: list
      elements: dictionary
      sample:
        - manifest: /var/lib/sysinit.upstart/default.json
          jobs:
            - name: web
              override: false
              restore: {content: ZXhlYyAvdXNyL2Jpbi9zaG9wCg==, listed: true}
              keep_running: true
    services:
      description: Jobs to start with the old files, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: web, state: restarted}]
"""

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.rollback import rollback, rollback_report


def deployment_rollback(outcome: Mapping[str, t.Any], undo: Mapping[str, t.Any],
                        put_back: Mapping[str, t.Any] | None = None,
                        restarted: Mapping[str, t.Any] | None = None,
                        waiting: Sequence[str] = (),
                        ended: Mapping[str, t.Any] | None = None) -> dict[str, list[dict[str, t.Any]]] | str:
    """Return the rollback of failed jobs, or the message about its result."""
    if put_back is not None:
        return rollback_report(outcome, undo, put_back, restarted or {}, waiting, ended)
    return rollback(outcome, undo)


class FilterModule:
    """The filter deployment_rollback."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_rollback": deployment_rollback}
