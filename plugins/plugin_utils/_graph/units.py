# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of the units in a result of to_systemd."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .model import Edge, Graph, Node, Relation

Translation = Mapping[str, t.Any]
UNIT_SUFFIXES = (".service", ".socket", ".path", ".target", ".mount", ".device", ".timer", ".automount")
# Units that nearly every unit is ordered by or conflicts with.
OF_EVERY_UNIT = frozenset(["shutdown.target", "umount.target"])
# Settings of a unit, with the relation that they draw and the words for it. The first ones lead from the other unit to
# this one, the second ones from this unit to the other one.
FROM_OTHER: dict[str, tuple[Relation, str]] = {
    "WantedBy": ("start", "wants"), "RequiredBy": ("start", "requires"), "Requisite": ("start", "requisite"),
    "StopPropagatedFrom": ("stop", "stop"), "PartOf": ("stop", "part of"), "BindsTo": ("stop", "binds to"),
}
TO_OTHER: dict[str, tuple[Relation, str]] = {
    "Wants": ("start", "wants"), "Requires": ("start", "requires"), "OnSuccess": ("start", "on success"),
    "OnFailure": ("start", "on failure"), "Unit": ("start", "triggers"), "Conflicts": ("stop", "conflicts"),
}
COMMAND = re.compile(r"\bsystemctl (?:--[a-z-]+ )*(start|stop|restart|reload) '?([\w@.:\\-]+\.[a-z]+)")
RULE = re.compile(r'(?:SYSTEMD_WANTS\}\+?="|systemctl --no-block start )([^"]+)"')
TRIGGERS = (".path", ".socket")


@dataclass
class _Edges:
    """Arrows with the words of all settings that give them, and the order of the units."""

    words: dict[tuple[str, str, Relation], dict[str, None]] = field(default_factory=dict)
    order: dict[tuple[str, str], None] = field(default_factory=dict)  # the first unit starts before the second one

    def add(self, source: str, target: str, relation: Relation, word: str) -> None:
        words = self.words.setdefault((source, target, relation), {})
        if word:
            words[word] = None

    def with_order(self) -> Iterator[tuple[str, str, Relation, str]]:
        """Yield the arrows; those that have the order of their units as well say it in their words."""
        labelled: set[tuple[str, str]] = set()
        for (source, target, relation), words in self.words.items():
            if relation in ("start", "stop"):
                for word, pair in (("after", (source, target)), ("before", (target, source))):
                    if pair in self.order:
                        words[word] = None
                        labelled.add(pair)
            yield source, target, relation, ", ".join(words)
        for source, target in self.order:
            if (source, target) not in labelled:
                yield source, target, "order", ""


def build(translation: Translation) -> Graph:
    """Return the graph: the units as nodes, and their relations as edges from the cause to the effect."""
    edges, events = _Edges(), _events(translation)
    for path, text in translation["files"].items():
        if path.endswith(".rules"):
            for unit in RULE.findall(text):
                edges.add("device", unit, "start", "")
        elif _unit_of(path):
            _add_settings(edges, _unit_of(path), text)
    for job in translation["jobs"]:
        for path in job["files"] if job["unit"] else []:
            for verb, unit in COMMAND.findall(translation["files"][path]):
                if verb == "start" and {unit, _template(unit)} & events:
                    edges.add(job["unit"], unit if unit in events else _template(unit), "emit", "")
                else:
                    edges.add(job["unit"], unit, "start" if verb == "start" else "stop", f"script: {verb}")
    return _graph(translation, edges, events)


def _graph(translation: Translation, edges: _Edges, events: set[str]) -> Graph:
    nodes = {node.key: node for node in map(_job_node, translation["jobs"]) if node is not None}
    drawn = []
    for first, second, relation, words in edges.with_order():
        source, target = (_template(unit) if _template(unit) in nodes else unit for unit in (first, second))
        if {source, target} & OF_EVERY_UNIT or source == target:
            continue
        for unit in (source, target):
            nodes.setdefault(unit, _other_node(unit, events))
        drawn.append(Edge(source, target, relation, words))
    order = {"job": 0, "event": 1}
    ordered = sorted(nodes.values(), key=lambda node: (order[node.kind], node.lines[0]))
    return Graph({node.key: node for node in ordered}, dict.fromkeys(sorted(
        drawn, key=lambda edge: (edge.source, edge.target, edge.relation))))


def _job_node(job: Mapping[str, t.Any]) -> Node | None:
    if job["unit"]:
        return Node(job["unit"], "job", (job["unit"], str(job["verdict"])), str(job["verdict"]))
    if job["replaced_by"] and job["replaced_by"] != "none":
        return Node(job["replaced_by"], "job", (job["replaced_by"], "of the distribution"), "known")
    return None


def _other_node(unit: str, events: set[str]) -> Node:
    if unit in events or not unit.endswith(".service"):
        return Node(unit, "event", (unit,), "known")
    return Node(unit, "job", (unit, "not a job"), "known")


def _events(translation: Translation) -> set[str]:
    """Return the units of events: those that belong to no job."""
    owned = {path for job in translation["jobs"] for path in job["files"]}
    return {_unit_of(path) for path in translation["files"] if path not in owned and _unit_of(path)}


def _unit_of(path: str) -> str:
    """Return the unit that a file defines or, as a drop-in, changes; "" for another file."""
    folder, _slash, name = path.rpartition("/")
    if folder.endswith(".d") and name.endswith(".conf"):
        return folder.rpartition("/")[2][:-len(".d")]
    return name if name.endswith(UNIT_SUFFIXES) else ""


def _template(unit: str) -> str:
    """Return the template of an instance, or the name of another unit."""
    return re.sub(r"@.*\.(?=[a-z]+$)", "@.", unit)


def _add_settings(edges: _Edges, unit: str, text: str) -> None:
    if unit.endswith(TRIGGERS) and "Unit=" not in text:
        edges.add(unit, f"{unit.rpartition('.')[0]}.service", "start", "triggers")
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if not equals:
            continue
        for other in value.split():
            if key in FROM_OTHER:
                edges.add(other, unit, *FROM_OTHER[key])
            elif key in TO_OTHER:
                edges.add(unit, other, *TO_OTHER[key])
            elif key == "After":
                edges.order[other, unit] = None
            elif key == "Before":
                edges.order[unit, other] = None
