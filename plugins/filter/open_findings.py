# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: open_findings
short_description: Select the findings that prevent the installation of translated units
version_added: 2.0.0
description:
  - Returns the findings with the verdict V(impossible) that nobody has acknowledged.
  - Adds a finding C(shadowed-unit) for each unit that would hide a unit of a package.
  - The role P(sysinit.upstart.systemd_units#role) refuses to install units while there are open findings.
positional: acknowledged, vendor_units
options:
  _input:
    description: The result of P(sysinit.upstart.to_systemd#filter).
    type: dictionary
    required: true
  acknowledged:
    description:
      - The codes of acknowledged findings, a list for each job.
      - It is an error if the job or the finding does not exist.
    type: dictionary
    default: {}
  vendor_units:
    description: The names of the units that packages have installed on the new host.
    type: list
    elements: string
    default: []
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.migrate
    description: How to move a host to systemd, with decisions about findings.
  - plugin: sysinit.upstart.to_systemd
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Fail if there are findings that somebody must decide about
  ansible.builtin.assert:
    that: translation | sysinit.upstart.open_findings(acknowledged) | length == 0
  vars:
    acknowledged:
      report: [script-variable]
    translation: "{{ lookup('file', 'shop_jobs.yml') | from_yaml | sysinit.upstart.to_systemd }}"
"""

RETURN = r"""
_value:
  description: The open findings, in the form of RV(sysinit.upstart.to_systemd#filter:_value.findings).
  type: list
  elements: dictionary
  sample:
    - code: script-variable
      job: report
      file: /etc/init/report.conf
      line: 3
      subject: $VERSION
      verdict: impossible
      message: The variables of events are not set.
      remedy: Set the variable in the unit, or rewrite the line.
"""

import typing as t
from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd import acknowledged as acknowledging
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.open_findings"


@untrusted
def open_findings(translation: Mapping[str, t.Any], acknowledged: Mapping[str, Sequence[str]] | None = None,
                  vendor_units: Sequence[str] | None = None) -> list[acknowledging.Finding]:
    """Return the findings of a translation that nobody has acknowledged."""
    if not isinstance(translation, Mapping) or not {"jobs", "findings"} <= set(translation):
        raise AnsibleFilterError(f"{NAME} needs the result of the filter sysinit.upstart.to_systemd, "
                                 f"not {type(translation).__name__}")
    if not isinstance(acknowledged, (Mapping, type(None))) or not all(map(is_list, (acknowledged or {}).values())):
        raise AnsibleFilterError(f"{NAME}: acknowledged must be a dictionary with a list of codes for each job, "
                                 f"not {acknowledged!r}")
    if vendor_units is not None and not is_list(vendor_units):
        raise AnsibleFilterError(f"{NAME}: vendor_units must be a list of names, not {vendor_units!r}")
    try:
        return acknowledging.open_findings(translation, acknowledged or {}, vendor_units or ())
    except InputError as exc:
        raise AnsibleFilterError(f"{NAME}: acknowledged: {exc}") from exc


def is_list(value: t.Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


class FilterModule:
    """The filter open_findings."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"open_findings": open_findings}
