# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: not_running
short_description: List the jobs of an Upstart host that should run and do not
version_added: 2.0.0
description:
  - Returns the jobs that have no instance, although their C(start on) certainly came true since the boot, and their
    C(stop on) certainly did not.
  - The filter decides this by the runlevel, the running jobs, and the events that every boot emits. If a condition
    depends on anything else, such as another event, the job is not in the result.
  - Tasks, disabled jobs, jobs with C(instance), and jobs that a script of a job stops are never in the result. A
    service that ends by itself is.
options:
  _input:
    description:
      - The result of M(sysinit.upstart.upstart_info). Use its subset V(stanzas), otherwise the filter does not
        recognize jobs with C(instance) and jobs that scripts stop.
    type: dictionary
    required: true
seealso:
  - module: sysinit.upstart.upstart_info
  - plugin: sysinit.upstart.event_graph
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the jobs of a host
  sysinit.upstart.upstart_info:
  register: upstart

- name: Fail if a job that should run does not
  ansible.builtin.assert:
    that: upstart | sysinit.upstart.not_running == {}
    fail_msg: "{{ upstart | sysinit.upstart.not_running }}"
"""

RETURN = r"""
_value:
  description: The C(start on) of each job that should run and does not, by the name of the job.
  type: dictionary
  sample: {"cron": "runlevel [2345]"}
"""

import typing as t
from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import expected
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.not_running"


@untrusted
def not_running(info: Mapping[str, t.Any]) -> dict[str, str]:
    """Return the jobs that should run and do not, with the condition that starts them."""
    if not isinstance(info, Mapping) or not isinstance(info.get("jobs"), Sequence) \
            or not all(isinstance(job, Mapping) and "name" in job for job in info["jobs"]):
        reason = ": " + str(info["msg"]).rstrip(".") if isinstance(info, Mapping) and "msg" in info else ""
        raise AnsibleFilterError(f"{NAME}: the input has no jobs{reason}. Use the result of "
                                 "sysinit.upstart.upstart_info")
    return expected.jobs_down(info)


class FilterModule:
    """The filter not_running."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"not_running": not_running}
