# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random graphs of jobs, events and gates. A seed always gives the same graph."""

from __future__ import annotations

import random

from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Edge, Graph, Node, Relation

NAMES = ("web", "a", "upstart-udev-bridge", "network-interface-security", "\u6587\u5b57" * 9, "x" * 300,
         "l\u00ed-\u00f1")
LABELS = ("", "", "started", "stop: [!2345]", "stopped RUNLEVEL=[2345] RESULT=ok INSTANCE=eth0 and more of it")
RELATIONS: tuple[Relation, ...] = ("start", "start", "stop", "emit")
APPEARANCES = ("running", "stopped", "trouble", "broken", "absent", "changing")


def random_graph(seed: int, size: int | None = None, may_loop: bool = True) -> Graph:
    """Return a graph with ``size`` nodes, by default 1 to 40. Without loops, arrows only lead to later nodes."""
    chance = random.Random(seed)
    count = chance.randint(1, 40) if size is None else size
    graph = Graph()
    keys = []
    for number in range(count):
        kind = chance.choice(("job", "job", "job", "event", "gate"))
        name = f"{chance.choice(NAMES)}-{number}"
        lines = {"job": (name, chance.choice(APPEARANCES)), "event": (name,), "gate": ("and",)}[kind]
        appearance = {"job": lines[-1], "event": "known", "gate": "gate"}[kind]
        keys.append(f"{kind} {number}")
        graph.nodes[keys[-1]] = Node(keys[-1], kind, lines, appearance)
    for _number in range(chance.randint(0, 2 * count)):
        source, target = chance.randrange(count), chance.randrange(count)
        if not may_loop and source >= target:
            continue
        graph.edges[Edge(keys[source], keys[target], chance.choice(RELATIONS), chance.choice(LABELS))] = None
    return graph


def star(count: int) -> Graph:
    """Return a graph in which one event starts and stops many jobs, and some of these start others."""
    graph = Graph({"event runlevel": Node("event runlevel", "event", ("runlevel",), "known")})
    for number in range(count):
        key = f"job {number:05}"
        graph.nodes[key] = Node(key, "job", (f"service-{number}", "running"), "running")
        cause = f"job {number - number % 5:05}" if number % 5 else "event runlevel"
        graph.edges[Edge(cause, key, "start", "started" if number % 5 else "[2345]")] = None
        graph.edges[Edge("event runlevel", key, "stop", f"stop: {number % 7}")] = None
    return graph
