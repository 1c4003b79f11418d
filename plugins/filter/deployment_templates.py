# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_templates
short_description: List the templates of a list of jobs
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Returns the values of C(template) in a list of jobs of the role C(sysinit.upstart.upstart_jobs), without those of
    jobs to remove. Pass the rendered texts to P(sysinit.upstart.deployment_files#filter).
options:
  _input:
    description: The list of jobs.
    type: list
    elements: dictionary
    required: true
seealso:
  - plugin: sysinit.upstart.deployment_files
    plugin_type: filter
"""

EXAMPLES = r"""
- name: List the templates
  ansible.builtin.debug:
    msg: "{{ [{'name': 'web', 'template': 'web.conf.j2'}] | sysinit.upstart.deployment_templates }}"
"""

RETURN = r"""
_value:
  description: The paths, in the order of the list.
  type: list
  elements: string
  sample: [web.conf.j2]
"""

import typing as t

from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import entries


def deployment_templates(jobs: t.Any) -> list[str]:
    """Return the paths of templates in a list of jobs."""
    return entries.templates(jobs)


class FilterModule:
    """The filter deployment_templates."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"deployment_templates": deployment_templates}
