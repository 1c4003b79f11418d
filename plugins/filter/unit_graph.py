# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unit_graph
short_description: Draw the systemd units of translated Upstart jobs as a graph
version_added: 2.0.0
description:
  - Converts a result of P(sysinit.upstart.to_systemd#filter) to a graph in the DOT language of Graphviz or in Mermaid,
    in the style of P(sysinit.upstart.event_graph#filter).
  - Units are nodes. A solid arrow leads from a unit to a unit that it starts, and a dashed arrow to a unit that it
    stops. The label names the settings, and says whether the second unit starts after or before the first one. A dotted
    arrow without a label means that the first unit starts before the second one, if both start.
  - A dotted arrow from a job to the unit of an event means that a script of the job emits the event.
  - The outline and colour of a job's unit show the worst verdict of its findings.
positional: format, direction
options:
  _input:
    description: The result of P(sysinit.upstart.to_systemd#filter).
    type: dictionary
    required: true
  format:
    description: The language of the graph.
    type: string
    choices: [dot, mermaid]
    default: dot
  direction:
    description: Direction of most arrows, V(LR) for left to right or V(TB) for top to bottom.
    type: string
    choices: [LR, TB]
    default: LR
seealso:
  - plugin: sysinit.upstart.to_systemd
    plugin_type: filter
  - plugin: sysinit.upstart.event_graph
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the jobs of a host
  sysinit.upstart.upstart_info:
    subset: [stanzas]
  register: upstart

- name: Write a graph of the units for dot -Tsvg
  ansible.builtin.copy:
    content: "{{ upstart | sysinit.upstart.to_systemd | sysinit.upstart.unit_graph }}"
    dest: "{{ inventory_hostname }}.dot"
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The text of the graph.
  type: string
  sample: |
    flowchart LR
      web_service["web.service<br/>near"]:::near
      multi_user_target(["multi-user.target"]):::known
      multi_user_target -->|"wants"| web_service
      classDef known fill:#ffffff,stroke:#4d4d4d,color:#1f1f1f,stroke-width:1px
      classDef near fill:#d9e8ff,stroke:#1d4f91,color:#0b2a52,stroke-width:1px
      linkStyle 0 stroke:#1a6b2f
"""

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import text, units
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.unit_graph"
WRITERS: dict[str, t.Callable[..., str]] = {"dot": text.to_dot, "mermaid": text.to_mermaid}
DIRECTIONS = ("LR", "TB")


@untrusted
def unit_graph(translation: Mapping[str, t.Any], format: str = "dot", direction: str = "LR") -> str:
    """Return the graph of a result of to_systemd, as text."""
    if format not in WRITERS:
        raise AnsibleFilterError(f"{NAME}: format must be {' or '.join(WRITERS)}, not {format!r}")
    if direction not in DIRECTIONS:
        raise AnsibleFilterError(f"{NAME}: direction must be {' or '.join(DIRECTIONS)}, not {direction!r}")
    if not isinstance(translation, Mapping) or not {"files", "links", "jobs"} <= set(translation):
        raise AnsibleFilterError(f"{NAME} needs the result of the filter sysinit.upstart.to_systemd, "
                                 f"not {type(translation).__name__}")
    return WRITERS[format](units.build(translation), direction)


class FilterModule:
    """The filter unit_graph."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unit_graph": unit_graph}
