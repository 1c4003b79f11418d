# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_rollback
short_description: Tell how jobs that failed get their old files back, and how that went
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Takes the jobs that failed out of a result of M(sysinit.upstart.upstart_service) and tells what brings those that
    can be rolled back to the files that they had.
  - With the results of doing so it returns the message that tells of both.
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
    description: Names of jobs that are still to be restarted or reloaded.
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
- name: Tell what is to be rolled back
  ansible.builtin.debug:
    msg: "{{ outcome | sysinit.upstart.deployment_rollback(steps.undo) }}"
"""

RETURN = r"""
_value:
  description: What is to be done, or with O(put_back) a text that tells what came of it.
  type: dictionary
  contains:
    stop:
      description: Jobs that were not there before, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: []
    files:
      description:
        - The files, as the options C(manifest) and C(jobs) of M(sysinit.upstart.upstart_job), once for each manifest.
        - Empty when no failed job can be rolled back.
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
      description: Jobs to be started with them, for M(sysinit.upstart.upstart_service).
      type: list
      elements: dictionary
      sample: [{name: web, state: restarted}]
"""

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.rollback import rollback, verdict


def deployment_rollback(outcome: Mapping[str, t.Any], undo: Mapping[str, t.Any],
                        put_back: Mapping[str, t.Any] | None = None,
                        restarted: Mapping[str, t.Any] | None = None,
                        waiting: Sequence[str] = (),
                        ended: Mapping[str, t.Any] | None = None) -> dict[str, list[dict[str, t.Any]]] | str:
    """Return what brings failed jobs back, or the message that tells what came of it."""
    if put_back is not None:
        return verdict(outcome, undo, put_back, restarted or {}, waiting, ended)
    return rollback(outcome, undo)


class FilterModule:
    """The filter deployment_rollback."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_rollback": deployment_rollback}
