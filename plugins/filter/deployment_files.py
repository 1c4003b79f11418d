# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_files
short_description: Convert a list of jobs to options of upstart_job
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Converts a list of jobs of the role C(sysinit.upstart.upstart_jobs) to the option C(jobs) of
    M(sysinit.upstart.upstart_job).
  - Fails for a wrong entry. The message names the job, the key, and the likely key.
positional: texts, set_name
options:
  _input:
    description: The list of jobs.
    type: list
    elements: dictionary
    required: true
  texts:
    description: The texts of the templates that P(sysinit.upstart.deployment_templates#filter) returns, in that order.
    type: list
    elements: string
    default: []
  set_name:
    description: The name of the list, C(upstart_jobs_set) of the role. The filter only checks it.
    type: string
    default: default
seealso:
  - plugin: sysinit.upstart.deployment_templates
    plugin_type: filter
  - plugin: sysinit.upstart.deployment_steps
    plugin_type: filter
  - module: sysinit.upstart.upstart_job
"""

EXAMPLES = r"""
- name: Write the files of a list of jobs without starting them
  sysinit.upstart.upstart_job:
    jobs: "{{ jobs | sysinit.upstart.deployment_files }}"
  vars:
    jobs:
      - {name: web, exec: /usr/bin/shop, on_change: reload}
      - {name: old-web, state: absent}
"""

RETURN = r"""
_value:
  description: The entries without the keys of the role.
  type: list
  elements: dictionary
  sample:
    - {name: web, exec: /usr/bin/shop}
    - {name: old-web, state: absent, keep_running: true}
"""

import typing as t
from collections.abc import Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import entries


def deployment_files(jobs: t.Any, texts: Sequence[str] = (), set_name: str = "default") -> list[dict[str, t.Any]]:
    """Return a list of jobs as option ``jobs`` of upstart_job."""
    try:
        return entries.files(jobs, texts, set_name)
    except entries.DeploymentError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule:
    """The filter deployment_files."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_files": deployment_files}
