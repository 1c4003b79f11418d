# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: event_graph
short_description: Draw the jobs and events of an Upstart host as a graph
version_added: 1.0.0
author:
  - The sysinit.upstart contributors !UNKNOWN
description:
  - Turns what M(sysinit.upstart.upstart_info) returns into a graph in the DOT language of Graphviz or in Mermaid.
  - Jobs and events are nodes. An arrow from an event to a job, or from the job that a job's event belongs to, stands
    for one event of C(start on), or when it is dashed of C(stop on), and its label is what else the condition asks for.
    Events that are joined by C(and) meet in a node of that name first. A dotted arrow leads from a job to an event that
    it emits.
  - The state of a job is told in words and by the outline as well as by colour.
  - The same input always gives the same text.
positional: format, jobs, depth
options:
  _input:
    description:
      - The result of M(sysinit.upstart.upstart_info), with its subset V(graph).
      - Use O(jobs) here rather than names there for a part of the graph, since it needs the jobs around.
    type: dictionary
    required: true
  format:
    description:
      - The language of the graph.
      - V(problem) is none. It gives the reason why the input cannot be drawn, or an empty text, so that one host of
        many can be left out.
    type: string
    choices: [dot, mermaid, problem]
    default: dot
  jobs:
    description:
      - Draw only these jobs and what is around them. Names, or shell patterns such as V(tty*).
      - All jobs by default.
    type: list
    elements: string
  depth:
    description:
      - With O(jobs), how many steps to follow from a job to those that can cause its events, and to those whose events
        it can cause. V(0) is the jobs alone.
      - An event that stops a job is followed only when it is the event of another job. One that stops most jobs, such
        as C(runlevel), would lead to nearly all.
      - Each job within that many steps is drawn with its whole conditions. A job that is only named in one of those is
        drawn without conditions of its own.
    type: integer
    default: 1
  events:
    description:
      - With V(false), only jobs are drawn, and an arrow leads from each job that can cause an event to those that wait
        for it. Events that no job causes are left out, and so is how they are joined.
    type: boolean
    default: true
  direction:
    description: The way in which most arrows point, V(LR) for left to right or V(TB) for top to bottom.
    type: string
    choices: [LR, TB]
    default: LR
seealso:
  - module: sysinit.upstart.upstart_info
"""

EXAMPLES = r"""
- name: Read the jobs of a host
  sysinit.upstart.upstart_info:
  register: upstart

- name: Draw them, for dot -Tsvg
  ansible.builtin.copy:
    content: "{{ upstart | sysinit.upstart.event_graph }}"
    dest: "{{ inventory_hostname }}.dot"
    mode: "0644"
  delegate_to: localhost

- name: Show what stands between the boot and the terminals, as Mermaid
  ansible.builtin.debug:
    msg: "{{ upstart | sysinit.upstart.event_graph('mermaid', jobs=['tty*'], depth=2) }}"
"""

RETURN = r"""
_value:
  description: The text of the graph.
  type: string
  sample: |
    flowchart LR
      job_dbus["dbus<br/>running"]:::running
      job_web["web<br/>stopped"]:::stopped
      event_runlevel(["runlevel"]):::known
      gate_web_start_1(("and")):::gate
      gate_web_start_1 --> job_web
      job_dbus -->|"started"| gate_web_start_1
      event_runlevel -->|"[2345]"| gate_web_start_1
      event_runlevel -.-x|"stop: [!2345]"| job_web
      classDef running fill:#d5f0da,stroke:#1a6b2f,color:#0b3d18,stroke-width:1px
      classDef stopped fill:#eeeeee,stroke:#5c5c5c,color:#1f1f1f,stroke-width:1px
      classDef known fill:#ffffff,stroke:#4d4d4d,color:#1f1f1f,stroke-width:1px
      classDef gate fill:#4d4d4d,stroke:#4d4d4d,color:#ffffff,stroke-width:1px
      linkStyle 0,1,2 stroke:#1a6b2f
      linkStyle 3 stroke:#a3120a
"""

import typing as t
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import model, text

NAME = "sysinit.upstart.event_graph"
WRITERS: dict[str, t.Callable[..., str]] = {"dot": text.to_dot, "mermaid": text.to_mermaid}
PROBLEM = "problem"
DIRECTIONS = ("LR", "TB")
# The lists of upstart_info that are drawn, with what each of their items has at least.
NEEDED = {"jobs": {"name"}, "edges": {"event", "job", "stanza"}, "events": {"name"}}


def event_graph(info: Mapping[str, t.Any], format: str = "dot", jobs: Sequence[str] | None = None, depth: int = 1,
                events: bool = True, direction: str = "LR") -> str:
    """Return the graph of what upstart_info returned, as text."""
    check_options(format, jobs, depth, events, direction)
    if format == PROBLEM:
        try:
            event_graph(info, jobs=jobs, depth=depth, events=events, direction=direction)
        except AnsibleFilterError as exc:
            return str(exc)
        return ""
    check_info(info)
    try:
        builder = model.Builder(info, events)
        names = builder.names()
        if jobs is not None:
            names = model.within(chosen(jobs, names), depth, builder.neighbours())
        return WRITERS[format](builder.draw(names), direction)
    except UpstartError as exc:
        raise AnsibleFilterError(f"{NAME}: a condition cannot be read: {exc}") from exc


def check_options(format: str, jobs: Sequence[str] | None, depth: int, events: bool, direction: str) -> None:
    if format not in WRITERS and format != PROBLEM:
        raise AnsibleFilterError(f"{NAME}: format is {format!r}, and can be {', '.join(WRITERS)} or {PROBLEM}")
    if direction not in DIRECTIONS:
        raise AnsibleFilterError(f"{NAME}: direction is {direction!r}, and can be {' or '.join(DIRECTIONS)}")
    if not isinstance(events, bool):
        raise AnsibleFilterError(f"{NAME}: events must be true or false, not {events!r}")
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise AnsibleFilterError(f"{NAME}: depth must be a number from 0 on, not {depth!r}")
    if jobs is not None and (isinstance(jobs, str) or not isinstance(jobs, Sequence)
                             or not all(isinstance(name, str) for name in jobs)):
        raise AnsibleFilterError(f"{NAME}: jobs must be a list of names, not {jobs!r}")


def check_info(info: t.Any) -> None:
    """Raise AnsibleFilterError for what is no result of upstart_info, or lacks a part that is drawn."""
    if not isinstance(info, Mapping):
        raise AnsibleFilterError(f"{NAME} needs the result of sysinit.upstart.upstart_info, not {type(info).__name__}")
    for key, fields in NEEDED.items():
        if info.get(key) is None:
            why = f": {info['msg']}" if info.get("failed") or info.get("unreachable") else ""
            raise AnsibleFilterError(f"{NAME}: the input has no {key}{why}. Give it the result of "
                                     "sysinit.upstart.upstart_info with the subset graph")
        items = info[key]
        if not isinstance(items, Sequence) \
                or not all(isinstance(item, Mapping) and fields <= set(item) for item in items):
            raise AnsibleFilterError(f"{NAME}: {key} must be a list of dictionaries with {', '.join(sorted(fields))}, "
                                     "as sysinit.upstart.upstart_info returns it")


def chosen(patterns: Sequence[str], names: set[str]) -> set[str]:
    """Return the jobs that names and patterns stand for; each must stand for at least one."""
    found: set[str] = set()
    for pattern in patterns:
        matching = {pattern} & names or {name for name in names if fnmatchcase(name, pattern)}
        if not matching:
            hint = did_you_mean(pattern, names) or "see the names in jobs of upstart_info's result"
            raise AnsibleFilterError(f"{NAME}: no job is called {pattern}; {hint}")
        found |= matching
    return found


class FilterModule:
    """The filter event_graph."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"event_graph": event_graph}
