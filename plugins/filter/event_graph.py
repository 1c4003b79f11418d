# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: event_graph
short_description: Draw the jobs and events of an Upstart host as a graph
version_added: 1.0.0
description:
  - Converts a result of M(sysinit.upstart.upstart_info) to a graph in the DOT language of Graphviz or in Mermaid.
  - Jobs and events are nodes. A solid arrow shows an event in C(start on), and a dashed arrow an event in C(stop on).
    It starts at the event, or at the job that causes the event. Its label shows the rest of the condition. Events that
    are joined by C(and) meet in a node called C(and). A dotted arrow leads from a job to an event that it emits.
  - Words, outline and colour show the state of a job. A job that should run and does not is marked, see
    P(sysinit.upstart.not_running#filter).
  - Jobs that nothing connects with other jobs or events share one node for each state, with a list of their names.
  - The same input always gives the same text.
positional: format, jobs, depth
options:
  _input:
    description:
      - The result of M(sysinit.upstart.upstart_info), with its subset V(graph).
      - Since 2.0.0, also a dictionary of job files, as P(sysinit.upstart.to_systemd#filter) takes it. The graph then
        shows no states.
      - To draw a part of the graph, set O(jobs) of the filter, not names of the module, because the filter needs the
        neighbours too.
    type: dictionary
    required: true
  format:
    description:
      - The language of the graph.
      - V(pictures) returns SVG pictures, drawn without Graphviz, as a dictionary. A large graph is divided into parts
        that belong together. It is available since 2.0.0.
      - V(problem) returns no graph, but the reason why the input cannot be drawn, or an empty string. Use it to skip
        hosts that cannot be drawn.
    type: string
    choices: [dot, mermaid, pictures, problem]
    default: dot
  jobs:
    description:
      - Only draw these jobs and their neighbours. Names, or shell patterns such as V(tty*).
      - The default is all jobs.
    type: list
    elements: string
  depth:
    description:
      - With O(jobs), the number of steps to follow from a job to jobs that can cause its events, and to jobs whose
        events it can cause. V(0) only draws the given jobs.
      - The filter only follows an event that stops a job if another job causes it. Events that stop most jobs, such as
        C(runlevel), would otherwise add nearly all jobs.
      - Jobs within these steps are drawn with their complete conditions. Jobs that only appear in one of these
        conditions are drawn without their own.
    type: integer
    default: 1
  events:
    description:
      - With V(false), the graph only has jobs, with an arrow from each job that can cause an event to the jobs that
        wait for it. Events that no job causes, and C(and) nodes, are omitted.
    type: boolean
    default: true
  direction:
    description:
      - Direction of most arrows, V(LR) for left to right or V(TB) for top to bottom.
      - Pictures always go from top to bottom.
    type: string
    choices: [LR, TB]
    default: LR
seealso:
  - ref: ansible_collections.sysinit.upstart.docsite.event_graph
    description: How to read the graph, with pictures.
  - module: sysinit.upstart.upstart_info
"""

EXAMPLES = r"""
- name: Read the jobs of a host
  sysinit.upstart.upstart_info:
  register: upstart

- name: Write a graph for dot -Tsvg
  ansible.builtin.copy:
    content: "{{ upstart | sysinit.upstart.event_graph }}"
    dest: "{{ inventory_hostname }}.dot"
    mode: "0644"
  delegate_to: localhost

- name: Show what leads to the terminals, as Mermaid
  ansible.builtin.debug:
    msg: "{{ upstart | sysinit.upstart.event_graph('mermaid', jobs=['tty*'], depth=2) }}"
"""

RETURN = r"""
_value:
  description:
    - The text of the graph.
    - With O(format=pictures), a dictionary. C(pictures) is a list of dictionaries with the texts C(caption), C(svg),
      and C(narrow), the same picture for a small screen, which is empty if C(svg) is narrow. C(unconnected) lists the
      jobs that nothing connects with others, as dictionaries with C(name), C(state) in words, and C(appearance).
  type: raw
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
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import (
    expected,
    job_files,
    model,
    parts,
    pictures,
    text,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._untrusted import untrusted

NAME = "sysinit.upstart.event_graph"
WRITERS: dict[str, t.Callable[..., str]] = {"dot": text.to_dot, "mermaid": text.to_mermaid}
PICTURES = "pictures"
PROBLEM = "problem"
DIRECTIONS = ("LR", "TB")
# The lists of upstart_info that are drawn, with the required keys of their items.
REQUIRED_KEYS = {"jobs": {"name"}, "edges": {"event", "job", "stanza"}, "events": {"name"}}


@untrusted
def event_graph(info: Mapping[str, t.Any], format: str = "dot", jobs: Sequence[str] | None = None, depth: int = 1,
                events: bool = True, direction: str = "LR") -> str | pictures.Pictures:
    """Return the graph of a result of upstart_info, as text or as pictures."""
    check_options(format, jobs, depth, events, direction)
    if format == PROBLEM:
        try:
            event_graph(info, jobs=jobs, depth=depth, events=events, direction=direction)
        except AnsibleFilterError as exc:
            return str(exc)
        return ""
    if job_files.are_texts(info):
        info = job_files.info_of(info)
    check_info(info)
    try:
        builder = model.Builder(expected.with_jobs_down(info), events)
        names = builder.names()
        if jobs is not None:
            names = model.within(matching_jobs(jobs, names), depth, builder.neighbours())
        graph = builder.draw(names)
    except UpstartError as exc:
        raise AnsibleFilterError(f"{NAME}: a condition cannot be read: {exc}") from exc
    return pictures.draw(graph) if format == PICTURES else WRITERS[format](parts.with_lists(graph), direction)


def check_options(format: str, jobs: Sequence[str] | None, depth: int, events: bool, direction: str) -> None:
    if format not in (*WRITERS, PICTURES, PROBLEM):
        raise AnsibleFilterError(f"{NAME}: format must be {', '.join(WRITERS)}, {PICTURES} or {PROBLEM}, "
                                 f"not {format!r}")
    if direction not in DIRECTIONS:
        raise AnsibleFilterError(f"{NAME}: direction must be {' or '.join(DIRECTIONS)}, not {direction!r}")
    if not isinstance(events, bool):
        raise AnsibleFilterError(f"{NAME}: events must be true or false, not {events!r}")
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise AnsibleFilterError(f"{NAME}: depth must be an integer of at least 0, not {depth!r}")
    if jobs is not None and (isinstance(jobs, str) or not isinstance(jobs, Sequence)
                             or not all(isinstance(name, str) for name in jobs)):
        raise AnsibleFilterError(f"{NAME}: jobs must be a list of names, not {jobs!r}")


def check_info(info: t.Any) -> None:
    """Raise AnsibleFilterError if the input is not a result of upstart_info, or lacks a part to draw."""
    if not isinstance(info, Mapping):
        raise AnsibleFilterError(f"{NAME} needs the result of sysinit.upstart.upstart_info, not {type(info).__name__}")
    for key, fields in REQUIRED_KEYS.items():
        if info.get(key) is None:
            reason = f": {info['msg']}" if info.get("failed") or info.get("unreachable") else ""
            raise AnsibleFilterError(f"{NAME}: the input has no {key}{reason}. Use the result of "
                                     "sysinit.upstart.upstart_info with the subset graph")
        items = info[key]
        if not isinstance(items, Sequence) \
                or not all(isinstance(item, Mapping) and fields <= set(item) for item in items):
            raise AnsibleFilterError(f"{NAME}: {key} must be a list of dictionaries with {', '.join(sorted(fields))}, "
                                     "as sysinit.upstart.upstart_info returns it")


def matching_jobs(patterns: Sequence[str], names: set[str]) -> set[str]:
    """Return the jobs that match the patterns. Each pattern must match at least one job."""
    jobs: set[str] = set()
    for pattern in patterns:
        matching = {pattern} & names or {name for name in names if fnmatchcase(name, pattern)}
        if not matching:
            hint = did_you_mean(pattern, names) or "see the names in jobs of upstart_info's result"
            raise AnsibleFilterError(f"{NAME}: no job is called {pattern}; {hint}")
        jobs |= matching
    return jobs


class FilterModule:
    """The filter event_graph."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"event_graph": event_graph}
