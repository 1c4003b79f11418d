# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict what an event does, and how sure that is."""

from __future__ import absolute_import, division, print_function

import collections

from . import holding
from .effects import fold
from .model import STAYS
from .simulation import ENDED, EXECUTED, GIVES_UP, Pace, Simulation

__metaclass__ = type

# effects: list of Effect; failures: dict of (job, instance) to (process, status); statuses: dict of the same to the
# goal/state that each instance which is left has in the end; finished: whether the event is over in time, with
# ``failed`` whether a job failed by it; held_by: list of sentences; reasons: list of sentences on why this is not sure;
# open_jobs: names of the jobs of which it is not; assumed: list of (job, process, what it does); notes: list of
# sentences on what could not be done.
Prediction = collections.namedtuple(
    "Prediction", "effects failures statuses finished failed held_by reasons open_jobs assumed notes")

RANDOM_PACES = 10
NAMED = 5  # jobs in one sentence
UNKNOWN_PART = 1000.0  # a process of which nothing is known takes this part of the time that there is


def predict(world, name, env, horizon=60.0):
    """Return the Prediction of an event.

    It is played through several times, each with another guess at how long processes take: where that makes a
    difference, the prediction says so.

    :param world: model.World.
    :param env: list of KEY=VALUE.
    :param horizon: float, seconds that are looked ahead.
    """
    unknown = min(0.5, horizon / UNKNOWN_PART)
    paces = [Pace(unknown), Pace(unknown, reverse=True), Pace(unknown, first=ENDED), Pace(unknown, first=EXECUTED)]
    paces += [Pace(unknown, seed) for seed in range(RANDOM_PACES)]
    first, event = _play(world, name, env, paces[0], horizon)
    effects = fold(first.trace)
    finished = event not in first.events
    reasons = []
    open_jobs = set()
    if first.endless:
        open_jobs.update(one.job for one in effects)
        reasons.append("it goes round without an end: %s" % _listed(first.endless))
    else:
        different = _different(world, name, env, paces[1:], horizon, _outcome(first, event))
        open_jobs.update(different)
        if different:
            reasons.append("what becomes of %s depends on which process is faster" % _listed(sorted(different)))
    if first.notes and not world.tells and world.version >= GIVES_UP:
        reasons.append("in which order the jobs see an event is not known: " + "; ".join(first.notes))
    unknown_jobs = _unknown(first)
    reasons.extend(text for unused, text in unknown_jobs)
    open_jobs.update(job for job, unused in unknown_jobs)
    return Prediction(
        effects=effects, failures=dict(first.failures), statuses=_statuses(first), finished=finished,
        failed=event.failed, held_by=[] if finished else holding.holders(first, event), reasons=reasons,
        open_jobs=sorted(open_jobs), assumed=_assumed(first), notes=list(first.notes))


def _play(world, name, env, pace, horizon):
    simulation = Simulation(world, pace, horizon)
    event = simulation.emit(name, env)
    simulation.run()
    return simulation, event


def _listed(names):
    """Return names in a line, no more than one likes to read."""
    shown = ", ".join(names[:NAMED])
    return "%s and %d more" % (shown, len(names) - NAMED) if len(names) > NAMED else shown


def _statuses(simulation):
    return dict(((job.name, one.name), "%s/%s" % (one.goal, one.state))
                for job in simulation.jobs() for one in job.instances.values())


def _outcome(simulation, event):
    """Return what has to be the same however fast the processes are, as a dict."""
    found = dict(((one.job, one.instance), (
        one.started, one.stopped, one.restarted, one.respawned, one.failed, one.goal, one.state,
        simulation.failures.get((one.job, one.instance)))) for one in fold(simulation.trace))
    found[None, None] = (event in simulation.events, event.failed)
    return found


def _different(world, name, env, paces, horizon, expected):
    """Return the names of the jobs that fare otherwise at other paces; the event's own for its end."""
    names = set()
    for pace in paces:
        found = _outcome(*_play(world, name, env, pace, horizon))
        for key in set(found).union(expected):
            if found.get(key) != expected.get(key):
                names.add("the event itself" if key[0] is None else key[0])
    return names


def _unknown(simulation):
    """Return (job, sentence) for all that is not known and may make a difference."""
    world = simulation.world
    found = []
    for job in simulation.jobs():
        if job.name in simulation.concerned | simulation.doubtful:
            found.extend((job.name, text) for text in world.notes.get(job.name, ()))
        if job.name in simulation.doubtful:
            found.append((job.name, "the environment of the instances of job %s is not known" % job.name))
        if job.name not in simulation.concerned:
            continue
        if not world.tells:
            trees = [(job.start_on, "start on", job.name)]
            trees += [(one.stop_on, "stop on", holding.label(one)) for one in job.instances.values()]
            found.extend((job.name, "what happened before is not known: job %s: %s" % (
                label, holding.told(tree, stanza)))
                for tree, stanza, label in trees if tree is not None and tree.is_begun())
        for one in job.instances.values():
            if one.present is not None and not one.present.rests() and one.blocking:
                found.append((job.name, "job %s was on its way before, in %s/%s" % (
                    holding.label(one), one.present.goal, one.present.state)))
    return found


def _assumed(simulation):
    """Return the processes that were taken to do well, though nobody knows it."""
    found = []
    for job, process in sorted(simulation.run_processes):
        behaviour = simulation.world.by_name[job].processes[process]
        if not behaviour.known:
            found.append((job, process, "keeps running" if behaviour.does == STAYS else "ends well"))
    return found
