# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe what holds an event, and what the holders wait for."""

from __future__ import absolute_import, division, print_function

from .explain import explain_progress
from .tables import MAIN, RUNNING, SPAWNED

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Optional, Tuple  # noqa: F401
    from .lifecycle import SimulatedInstance  # noqa: F401
    from .model import SimulatedEvent  # noqa: F401
    from .simulation import Simulation  # noqa: F401
    from .trees import Tree  # noqa: F401

__metaclass__ = type

MAX_DEPTH = 5  # links of a chain of instances that wait for one another


def holders(simulation, event):
    # type: (Simulation, SimulatedEvent) -> List[str]
    """Return sorted sentences about the conditions and instances of a Simulation that hold one of its events."""
    index = _Index(simulation)
    return index.conditions(event) + ["job %s" % text for text in index.instances(event, MAX_DEPTH)]


def conditions(simulation, event):
    # type: (Simulation, SimulatedEvent) -> List[str]
    """Return sorted sentences about the conditions that an event meets in part."""
    return _Index(simulation).conditions(event)


def condition_text(tree, stanza):
    # type: (Tree, str) -> str
    """Return a sentence about how far the condition of a Tree is met."""
    return explain_progress(tree.rpn, tree.met, stanza)["sentence"]


class _Index:
    """The holders of the events of a Simulation. The Simulation must not change in the meantime."""

    def __init__(self, simulation):
        # type: (Simulation) -> None
        # id of an event to a list of (label, Tree, stanza)
        self._trees = {}  # type: Dict[int, List[Tuple[str, Tree, str]]]
        self._instances = {}  # type: Dict[int, List[SimulatedInstance]]  # id of an event to a list of instances
        for job in simulation.jobs():
            self._add(job.start_on, job.name, "start on")
            for instance in job.instances.values():
                self._add(instance.stop_on, label(instance), "stop on")
                for event_id in set(id(event) for event in instance.blocking):
                    self._instances.setdefault(event_id, []).append(instance)

    def _add(self, tree, name, stanza):
        # type: (Optional[Tree], str, str) -> None
        for event_id in set(id(event) for event in tree.held() if event is not None) if tree is not None else ():
            # tree is not None here.
            self._trees.setdefault(event_id, []).append((name, tree, stanza))  # type: ignore[arg-type]

    def conditions(self, event):
        # type: (SimulatedEvent) -> List[str]
        return sorted("job %s: %s" % (name, condition_text(tree, stanza))
                      for name, tree, stanza in self._trees.get(id(event), ()))

    def instances(self, event, depth):
        # type: (SimulatedEvent, int) -> List[str]
        """Return sorted sentences about the instances that an event waits for, without the word job at the start."""
        return sorted(self._instance_text(instance, depth) for instance in self._instances.get(id(event), ()))

    def _instance_text(self, instance, depth):
        # type: (SimulatedInstance, int) -> str
        text = "%s is in %s/%s" % (label(instance), instance.goal, instance.state)
        if instance.blocker is None or not depth:
            return text + _process_text(instance)
        holder_texts = self.conditions(instance.blocker)
        holder_texts += ["job %s" % holder for holder in self.instances(instance.blocker, depth - 1)]
        if not holder_texts:
            return text
        return "%s, its %s event is held: %s" % (text, instance.blocker.name, ", ".join(holder_texts))


def label(instance):
    # type: (SimulatedInstance) -> str
    return "%s (%s)" % (instance.job.name, instance.name) if instance.name else instance.job.name


def _process_text(instance):
    # type: (SimulatedInstance) -> str
    """Return the process that an instance waits for, in parentheses."""
    if instance.state in instance.pids:
        process = instance.state
    elif MAIN in instance.pids and instance.state in (SPAWNED, RUNNING, "killed"):
        process = MAIN
    else:
        return " (without a process)" if instance.state == RUNNING else ""
    pid = instance.present.processes.get(process) if instance.present is not None else None
    text = "process %s" % process + (", pid %d" % pid if pid else "")
    if instance.state == SPAWNED and instance.job.definition.expect != "none":
        text += ", which has not done what expect %s waits for" % instance.job.definition.expect
    return " (%s)" % text
