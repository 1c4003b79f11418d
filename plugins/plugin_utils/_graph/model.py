# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of jobs and events, from what upstart_info returns."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions, expression

Kind = t.Literal["job", "event", "gate"]
Relation = t.Literal["start", "stop", "emit"]
Info = Mapping[str, t.Any]
Branch = t.Union["Leaf", "Gate"]

STANZAS: tuple[tuple[str, Relation], ...] = (("start_on", "start"), ("stop_on", "stop"))
PATTERN = re.compile(r"[*?\[\\$]")
NAMES_A_VARIABLE = re.compile(r"([^!=]+)(!?=)(.*)", re.S)


@dataclass(frozen=True)
class Node:
    """One node: what is written in it, line by line, and the look that its state gives it."""

    key: str
    kind: Kind
    lines: tuple[str, ...]
    look: str


@dataclass(frozen=True)
class Edge:
    """One arrow between the keys of two nodes."""

    source: str
    target: str
    relation: Relation
    label: str


@dataclass
class Graph:
    """All that is drawn; the order of both is the order of drawing."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaf:
    """One event of a condition."""

    event: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """Conditions that are joined by ``and`` or ``or``."""

    operator: str
    parts: tuple[Branch, ...]


def branch(structure: t.Any) -> Branch | None:
    """Return a condition as a tree in which no gate stands directly in another one of its kind."""
    result: Branch | None = expression.fold(
        conditions.from_structure(structure),
        leaf=lambda item, _index: Leaf(item["event"], tuple(item["args"])),
        join=_gate,
    )
    return result


def _gate(operator: str, left: Branch, right: Branch) -> Gate:
    parts = tuple(inner for part in (left, right)
                  for inner in (part.parts if isinstance(part, Gate) and part.operator == operator else (part,)))
    return Gate(operator, parts)


def words(items: Iterable[str]) -> str:
    """Return words on one line; one that is empty or has blanks is put in quotes."""
    return " ".join(item if item and not re.search(r"\s", item) else f'"{item}"' for item in items)


@dataclass(frozen=True)
class EventCause:
    """One event of a condition, split into whose it is and what else it asks for."""

    event: str
    rest: tuple[str, ...]
    job: str | None = None  # the one job whose event it is
    whose: str = ""         # what stands for the job when that is not one name
    anybody: bool = False   # a job's event that (nearly) every job can cause


def cause_of(leaf: Leaf) -> EventCause:
    """Return whose event a leaf is: ``started dbus`` and ``started JOB=dbus`` are the job dbus's."""
    if leaf.event not in conditions.JOB_EVENTS:
        return EventCause(leaf.event, leaf.args)
    for index, arg in enumerate(leaf.args):
        named = NAMES_A_VARIABLE.fullmatch(arg)
        if named is not None and named.group(1) != "JOB" or named is None and index > 0:
            continue
        rest = leaf.args[:index] + leaf.args[index + 1:]
        operator, value = (named.group(2), named.group(3)) if named else ("=", arg)
        if operator == "!=":
            return EventCause(leaf.event, rest, whose=arg, anybody=True)
        if value and not PATTERN.search(value):
            return EventCause(leaf.event, rest, job=value)
        return EventCause(leaf.event, rest, whose=value)
    return EventCause(leaf.event, leaf.args, whose="(any job)", anybody=True)


def state_of(job: Info) -> tuple[str, str]:
    """Return the look and the words for a job's state."""
    instances = job.get("instances") or []
    active = [instance for instance in instances if instance.get("status") != "stop/waiting"]
    look, text = _activity(active)
    notes = [text]
    if not active and not job.get("loaded", True):
        look, notes = "broken", ["not loaded"]
    for mark in ("suspended", "hollow", "zombie", "wedged"):
        if any(instance.get(mark) for instance in instances):
            look, notes = "trouble", [mark]
    if job.get("orphan"):
        look, notes = "trouble", [*notes, "no file"]
    if job.get("error"):
        line = job["error"].get("line")
        look, notes = "broken", ["broken file" if line is None else f"broken file (line {line})", *notes]
        notes = [note for note in notes if note not in ("stopped", "not loaded")]
    if any(instance.get("stale") for instance in active):
        notes.append("old definition")
    if job.get("enabled") is False:
        notes.append("disabled")
    return look, ", ".join(notes)


def _activity(active: list[Info]) -> tuple[str, str]:
    counts: dict[str, int] = {}
    for instance in active:
        status = str(instance.get("status"))
        name = "running" if status == "start/running" else status
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return "stopped", "stopped"
    look = "running" if list(counts) == ["running"] else "changing"
    if len(active) == 1:
        return look, next(iter(counts))
    return look, ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


class Builder:
    """Draws jobs with their conditions into a graph."""

    def __init__(self, info: Info, with_events: bool) -> None:
        self.graph = Graph()
        self._with_events = with_events
        self._jobs: dict[str, Info] = {str(job["name"]): job for job in info["jobs"]}
        self._kinds = {str(event["name"]): str(event.get("kind")) for event in info["events"]}
        self._emitters: dict[tuple[str, str, Leaf], list[str]] = {}
        self._conditions: dict[tuple[str, str], list[Leaf]] = {}
        self._elsewhere: set[str] = set()
        for edge in info["edges"]:
            leaf = Leaf(str(edge["event"]), tuple(str(arg) for arg in edge.get("args") or []))
            place = (str(edge["job"]), str(edge["stanza"]))
            self._emitters[place[0], place[1], leaf] = sorted(str(name) for name in edge.get("emitters") or [])
            self._conditions.setdefault(place, []).append(leaf)
            self._elsewhere.update(self._emitters[place[0], place[1], leaf], [place[0]])

    def names(self) -> set[str]:
        """Return the names of all jobs that there are."""
        return set(self._jobs)

    def neighbours(self) -> dict[str, set[str]]:
        """Return, for each job, those that can cause its events and those whose events it can cause.

        An event that is no job's own and stops it does not count: one such as runlevel would join nearly all jobs.
        """
        found: dict[str, set[str]] = {name: set() for name in self._jobs}
        for (job, stanza, leaf), emitters in self._emitters.items():
            cause = cause_of(leaf)
            if cause.anybody or stanza == "stop_on" and cause.event not in conditions.JOB_EVENTS:
                continue
            for emitter in emitters if cause.job is None else [cause.job]:
                found.setdefault(emitter, set()).add(job)
                found.setdefault(job, set()).add(emitter)
        return found

    def draw(self, names: set[str]) -> Graph:
        """Draw these jobs and their conditions; return the graph in its final order."""
        order: dict[str, int] = {"job": 0, "event": 1, "gate": 2}
        drawn = sorted(names)
        for name in drawn:
            self._job(name)
        for name in drawn:
            for stanza, relation in STANZAS:
                condition = self._condition(name, stanza)
                if condition is not None:
                    self._connect(name, stanza, relation, condition, names)
        nodes = sorted(self.graph.nodes.values(), key=lambda node: (order[node.kind], node.lines[0], node.key))
        return Graph({node.key: node for node in nodes}, self.graph.edges)

    def _condition(self, name: str, stanza: str) -> Branch | None:
        found = branch(self._jobs.get(name, {}).get(stanza))
        loose = self._conditions.get((name, stanza), [])
        if found is None and loose:  # the daemon told the events, but not how they are joined
            return loose[0] if len(loose) == 1 else Gate("or", tuple(dict.fromkeys(loose)))
        return found

    def _job(self, name: str) -> str:
        key = f"job {name}"
        if key not in self.graph.nodes:
            job = self._jobs.get(name)
            if job is not None:
                look, text = state_of(job)
                text = "task, " + text if job.get("task") else text
            else:
                look, text = ("known", "state not told") if name in self._elsewhere else ("absent", "no such job")
            self.graph.nodes[key] = Node(key, "job", (name, text), look)
        return key

    def _event(self, cause: EventCause, emitters: list[str]) -> str:
        """Return the node of an event; a job's event gets one for each way to say whose it is."""
        if cause.event in conditions.JOB_EVENTS:
            name, known = f"{cause.event} {cause.whose}", bool(emitters) or cause.anybody
        else:
            kind = self._kinds.get(cause.event, "emitted" if emitters else "unknown")
            name, known = words([cause.event]), kind != "unknown"
        key = f"event {name}"
        node = Node(key, "event", (name,) if known else (name, "nothing emits it"), "known" if known else "unknown")
        self.graph.nodes.setdefault(key, node)
        return key

    def _edge(self, source: str, target: str, relation: Relation, label: str) -> None:
        self.graph.edges.setdefault(Edge(source, target, relation, label))

    def _connect(self, name: str, stanza: str, relation: Relation, condition: Branch, drawn: set[str]) -> None:
        """Draw a whole condition; an ``or`` next to the job needs no gate, since each of its arrows is enough."""
        gates = 0
        waiting: list[tuple[Branch, str]] = [(condition, f"job {name}")]
        while waiting:
            current, target = waiting.pop()
            if isinstance(current, Leaf):
                self._leaf(name, stanza, relation, current, target, drawn)
                continue
            if self._with_events and (current.operator == "and" or target != f"job {name}"):
                gates += 1
                key = f"gate {name} {relation} {gates}"
                self.graph.nodes[key] = Node(key, "gate", (current.operator,), "gate")
                self._edge(key, target, relation, "stop" if relation == "stop" and target == f"job {name}" else "")
                target = key
            waiting.extend((part, target) for part in reversed(current.parts))

    def _leaf(self, name: str, stanza: str, relation: Relation, leaf: Leaf, target: str, drawn: set[str]) -> None:
        cause = cause_of(leaf)
        prefix = "stop: " if relation == "stop" and target == f"job {name}" else ""
        if cause.job is not None:
            text = words([cause.event, *cause.rest])
            self._edge(self._job(cause.job), target, relation, prefix + text)
            return
        emitters = self._emitters.get((name, stanza, leaf), [])
        present = [] if cause.anybody else [self._job(emitter) for emitter in emitters if emitter in drawn]
        if not self._with_events:
            for emitter in present:
                self._edge(emitter, target, relation, prefix + words([leaf.event, *leaf.args]))
            return
        event = self._event(cause, emitters)
        self._edge(event, target, relation, (prefix + words(cause.rest)).rstrip(": "))
        for emitter in present:
            self._edge(emitter, event, "emit", "")


def within(names: Iterable[str], depth: int, neighbours: Mapping[str, set[str]]) -> set[str]:
    """Return the jobs that at most ``depth`` steps lead to."""
    found = set(names)
    edge = set(found)
    for _step in range(depth):
        edge = {name for known in edge for name in neighbours.get(known, ())} - found
        if not edge:
            break
        found |= edge
    return found
