# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of jobs and events in a result of upstart_info."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions, expression

Kind = t.Literal["job", "event", "gate"]
Relation = t.Literal["start", "stop", "emit", "order"]
Info = Mapping[str, t.Any]
Branch = t.Union["Leaf", "Gate"]

STANZAS: tuple[tuple[str, Relation], ...] = (("start_on", "start"), ("stop_on", "stop"))
PATTERN = re.compile(r"[*?\[\\$]")
NAMES_A_VARIABLE = re.compile(r"([^!=]+)(!?=)(.*)", re.S)


@dataclass(frozen=True)
class Node:
    """A node: its lines of text, and the name of its appearance, which shows its state."""

    key: str
    kind: Kind
    lines: tuple[str, ...]
    appearance: str


@dataclass(frozen=True)
class Edge:
    """An arrow between two nodes, given by their keys."""

    source: str
    target: str
    relation: Relation
    label: str


@dataclass
class Graph:
    """Nodes and edges, in the order of drawing."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[Edge, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Leaf:
    """An event of a condition."""

    event: str
    args: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """Conditions joined by ``and`` or ``or``."""

    operator: str
    operands: tuple[Branch, ...]


def branch(structure: t.Any) -> Branch | None:
    """Return a condition as a tree in which no gate stands directly in another one of its kind."""
    result: Branch | None = expression.fold(
        conditions.from_structure(structure),
        leaf=lambda item, _index: Leaf(item["event"], tuple(item["args"])),
        join=_gate,
    )
    return result


def _gate(operator: str, left: Branch, right: Branch) -> Gate:
    operands: list[Branch] = []
    for operand in (left, right):
        is_nested = isinstance(operand, Gate) and operand.operator == operator
        operands += t.cast(Gate, operand).operands if is_nested else (operand,)
    return Gate(operator, tuple(operands))


def words(items: Iterable[str]) -> str:
    """Return words on one line. Empty words and words with white space are quoted."""
    return " ".join(item if item and not re.search(r"\s", item) else f'"{item}"' for item in items)


@dataclass(frozen=True)
class EventCause:
    """An event of a condition, split into the job that causes it and the remaining arguments."""

    event: str
    rest: tuple[str, ...]
    job: str | None = None  # the job that causes the event, if it is a single name
    job_pattern: str = ""         # the text for the job if it is not a single name
    any_job: bool = False   # whether (nearly) every job can cause the event


def cause_of(leaf: Leaf) -> EventCause:
    """Return the cause of an event: job dbus for ``started dbus`` and for ``started JOB=dbus``."""
    if leaf.event not in conditions.JOB_EVENTS:
        return EventCause(leaf.event, leaf.args)
    for index, arg in enumerate(leaf.args):
        named = NAMES_A_VARIABLE.fullmatch(arg)
        if named is not None and named.group(1) != "JOB" or named is None and index > 0:
            continue
        rest = leaf.args[:index] + leaf.args[index + 1:]
        operator, value = (named.group(2), named.group(3)) if named else ("=", arg)
        if operator == "!=":
            return EventCause(leaf.event, rest, job_pattern=arg, any_job=True)
        if value and not PATTERN.search(value):
            return EventCause(leaf.event, rest, job=value)
        return EventCause(leaf.event, rest, job_pattern=value)
    return EventCause(leaf.event, leaf.args, job_pattern="(any job)", any_job=True)


def state_of(job: Info) -> tuple[str, str]:
    """Return the name of the appearance, and the text, for a job's state. Files alone give no state."""
    instances = job.get("instances") or []
    active = [instance for instance in instances if instance.get("status") != "stop/waiting"]
    appearance, text = _activity(active)
    notes = [text]
    if job.get("instances") is None:
        appearance, notes = "known", []
    elif not active and not job.get("loaded", True):
        appearance, notes = "broken", ["not loaded"]
    for mark in ("suspended", "hollow", "zombie", "wedged"):
        if any(instance.get(mark) for instance in instances):
            appearance, notes = "trouble", [mark]
    if job.get("down"):
        appearance, notes = "trouble", [text, "should run"]
    if job.get("orphan"):
        appearance, notes = "trouble", [*notes, "no file"]
    if job.get("error"):
        line = job["error"].get("line")
        appearance, notes = "broken", ["broken file" if line is None else f"broken file (line {line})", *notes]
        notes = [note for note in notes if note not in ("stopped", "not loaded")]
    if any(instance.get("stale") for instance in active):
        notes.append("old definition")
    if job.get("enabled") is False:
        notes.append("disabled")
    return appearance, ", ".join(notes)


def _activity(active: list[Info]) -> tuple[str, str]:
    counts: dict[str, int] = {}
    for instance in active:
        status = str(instance.get("status"))
        name = "running" if status == "start/running" else status
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return "stopped", "stopped"
    appearance = "running" if list(counts) == ["running"] else "changing"
    if len(active) == 1:
        return appearance, next(iter(counts))
    return appearance, ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


class Builder:
    """Builds a graph from jobs and their conditions."""

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
        """Return the names of all jobs."""
        return set(self._jobs)

    def neighbours(self) -> dict[str, set[str]]:
        """Return for each job the jobs that can cause its events, and the jobs whose events it can cause.

        An event that stops a job and is not caused by a job does not count: runlevel would connect nearly all jobs.
        """
        neighbours: dict[str, set[str]] = {name: set() for name in self._jobs}
        for (job, stanza, leaf), emitters in self._emitters.items():
            cause = cause_of(leaf)
            if cause.any_job or stanza == "stop_on" and cause.event not in conditions.JOB_EVENTS:
                continue
            for emitter in emitters if cause.job is None else [cause.job]:
                neighbours.setdefault(emitter, set()).add(job)
                neighbours.setdefault(job, set()).add(emitter)
        return neighbours

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
        condition = branch(self._jobs.get(name, {}).get(stanza))
        events = self._conditions.get((name, stanza), [])
        if condition is None and events:  # the daemon reported the events, but not the operators between them
            return events[0] if len(events) == 1 else Gate("or", tuple(dict.fromkeys(events)))
        return condition

    def _job(self, name: str) -> str:
        key = f"job {name}"
        if key not in self.graph.nodes:
            job = self._jobs.get(name)
            if job is not None:
                appearance, text = state_of(job)
                text = ", ".join(filter(None, ("task" if job.get("task") else "", text)))
            else:
                appearance, text = ("known", "state unknown") if name in self._elsewhere else ("absent", "no such job")
            self.graph.nodes[key] = Node(key, "job", (name, text) if text else (name,), appearance)
        return key

    def _event(self, cause: EventCause, emitters: list[str]) -> str:
        """Return the node of an event. An event of a job has a node for each text that stands for the job."""
        if cause.event in conditions.JOB_EVENTS:
            name, known = f"{cause.event} {cause.job_pattern}", bool(emitters) or cause.any_job
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
        """Draw a complete condition. An ``or`` next to the job needs no gate, because any of its arrows is enough."""
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
            waiting.extend((operand, target) for operand in reversed(current.operands))

    def _leaf(self, name: str, stanza: str, relation: Relation, leaf: Leaf, target: str, drawn: set[str]) -> None:
        cause = cause_of(leaf)
        prefix = "stop: " if relation == "stop" and target == f"job {name}" else ""
        if cause.job is not None:
            text = words([cause.event, *cause.rest])
            self._edge(self._job(cause.job), target, relation, prefix + text)
            return
        emitters = self._emitters.get((name, stanza, leaf), [])
        present = [] if cause.any_job else [self._job(emitter) for emitter in emitters if emitter in drawn]
        if not self._with_events:
            for emitter in present:
                self._edge(emitter, target, relation, prefix + words([leaf.event, *leaf.args]))
            return
        event = self._event(cause, emitters)
        self._edge(event, target, relation, (prefix + words(cause.rest)).rstrip(": "))
        for emitter in present:
            self._edge(emitter, event, "emit", "")


def within(names: Iterable[str], depth: int, neighbours: Mapping[str, set[str]]) -> set[str]:
    """Return the jobs within ``depth`` steps of the given ones."""
    reached = set(names)
    frontier = set(reached)
    for _step in range(depth):
        frontier = {name for known in frontier for name in neighbours.get(known, ())} - reached
        if not frontier:
            break
        reached |= frontier
    return reached
