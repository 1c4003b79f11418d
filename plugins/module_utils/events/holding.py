# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say who holds an event, and what each of them still waits for."""

from __future__ import absolute_import, division, print_function

from .explain import explain_parts
from .tables import MAIN, RUNNING, SPAWNED

__metaclass__ = type

DEPTH = 5  # links of a chain of who waits for whom


def holders(simulation, event):
    """Return sorted sentences on the conditions and instances of a Simulation that hold one of its Events."""
    return conditions(simulation, event) + [
        "job %s" % text for text in instances(simulation, event, DEPTH)]


def conditions(simulation, event):
    """Return sentences on the conditions that an event meets in part."""
    found = []
    for job in simulation.jobs():
        if job.start_on is not None and job.start_on.holds(event):
            found.append("job %s: %s" % (job.name, told(job.start_on, "start on")))
        for instance in job.instances.values():
            if instance.stop_on is not None and instance.stop_on.holds(event):
                found.append("job %s: %s" % (label(instance), told(instance.stop_on, "stop on")))
    return sorted(found)


def told(tree, stanza):
    return explain_parts(tree.rpn, tree.met, stanza)["sentence"]


def instances(simulation, event, depth):
    """Return sentences, without the word job before them, on the instances that an event waits for."""
    found = []
    for job in simulation.jobs():
        for instance in job.instances.values():
            if any(one is event for one in instance.blocking):
                found.append(_where(simulation, instance, depth))
    return sorted(found)


def label(instance):
    return "%s (%s)" % (instance.job.name, instance.name) if instance.name else instance.job.name


def _where(simulation, instance, depth):
    text = "%s is in %s/%s" % (label(instance), instance.goal, instance.state)
    if instance.blocker is not None and depth:
        parts = conditions(simulation, instance.blocker)
        parts += ["job %s" % one for one in instances(simulation, instance.blocker, depth - 1)]
        if parts:
            return "%s, its %s event is held: %s" % (text, instance.blocker.name, ", ".join(parts))
        return text
    return text + _process(instance)


def _process(instance):
    """Return which process an instance waits for, in parentheses."""
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
