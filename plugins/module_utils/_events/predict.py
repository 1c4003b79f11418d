# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict what an event does, and how sure that is."""

from __future__ import absolute_import, division, print_function

import collections

from .._jobfile.shell.init_commands import EMITS
from . import holding
from .budget import Budget, OverBudgetError
from .effects import fold
from .model import FINISHED, STAYS
from .simulation import Simulation
from .tables import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE, KILLED, MAIN
from .timing import ENDED, EXECUTED, Timing

__metaclass__ = type

# effects: list of Effect; failures: dict of (job, instance) to (process, status); statuses: dict of the same to the
# goal/state that each instance which is left has in the end; finished: whether the event is over in time, None when the
# prediction was cut off before that was known; failed: whether a job failed by it; held_by: list of sentences; reasons:
# list of sentences on why this is not sure; open_jobs: names of the jobs of which it is not; assumed: list of (job,
# process, what it does); notes: list of sentences on what could not be done;
# simulation: the Simulation of the first guess.
Prediction = collections.namedtuple(
    "Prediction", "effects failures statuses finished failed held_by reasons open_jobs assumed notes simulation")

RANDOM_PACES = 20
TOGETHER = 0.03  # seconds within which ends of processes may reach init as one
NAMED = 5  # jobs in one sentence
TOLD_TO_END = "ends when told to"
ENDS_MEANWHILE = "what happens depends on when the %s process of job %s ends, which runs already"
CUT_OFF = "the prediction was cut off after %s"
NOT_PREDICTED = "what follows from it is not predicted: "
UNKNOWN_PART = 1000.0  # a process of which nothing is known takes this part of the time that there is


def predict(world, name, env, horizon=60.0, budget=None):
    """Return the Prediction of an event.

    It is played through several times, each with another guess at how long processes take: where that makes a
    difference, the prediction says so.

    :param world: model.World.
    :param env: list of KEY=VALUE.
    :param horizon: float, seconds that are looked ahead.
    :param budget: budget.Budget of the time that this may take; where it is used up, the prediction says so.
    """
    unknown = min(0.5, horizon / UNKNOWN_PART)
    paces = [
        Timing(unknown),
        Timing(unknown, reverse=True),
        Timing(unknown, first=ENDED),
        Timing(unknown, first=EXECUTED),
    ]
    paces += [Timing(unknown, seed, together=TOGETHER * (seed % 2)) for seed in range(RANDOM_PACES)]
    question = _Question(world, name, env, horizon, budget or Budget())
    first = question.play(paces[0], whole=False)
    simulation = first.simulation
    effects = fold(simulation.trace)
    reasons = []
    open_jobs = set()
    passing, ending, not_predicted = [], [], []
    if simulation.endless:
        reasons.append("it goes round without an end: %s" % _listed(simulation.endless))
    try:
        effects = question.effects(first, paces[0])
        if simulation.endless:
            open_jobs.update(one.job for one in effects)
        else:
            different = _different(question, paces[1:], _outcome(first, fold(simulation.trace)))
            open_jobs.update(different)
            if different:
                reasons.append("what becomes of %s depends on which process is faster" % _listed(sorted(different)))
        passing, ending = _passing(question, paces[0], _outcome(first, effects))
        for jobs, text in _orders(simulation, question.budget) + _declared(simulation, question.budget):
            not_predicted.append(NOT_PREDICTED + text)
            open_jobs.update(jobs)
    except OverBudgetError:
        open_jobs.update(one.job for one in effects)
        reasons.append(CUT_OFF % question.budget.limit())
    if simulation.notes and not world.tells and world.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE:
        reasons.append("in which order the jobs see an event is not known: " + "; ".join(simulation.notes))
    unknown_jobs = _unknown(simulation) + [(job, ENDS_MEANWHILE % (process, job)) for job, process in ending]
    reasons.extend([text for unused, text in unknown_jobs] + world.doubts + not_predicted)
    open_jobs.update(job for job, unused in unknown_jobs)
    finished = None if simulation.is_cut_off else first.finished()
    return Prediction(
        effects=effects, failures=dict(simulation.failures), statuses=_statuses(simulation), finished=finished,
        failed=first.event.failed, held_by=holding.holders(simulation, first.event) if finished is False else [],
        reasons=reasons, open_jobs=sorted(open_jobs), assumed=sorted(set(_assumed(simulation) + passing)),
        notes=list(simulation.notes), simulation=simulation)


class _Play:
    """A Simulation that has run, with the Event that was asked about (None for none)."""

    def __init__(self, simulation, event):
        self.simulation = simulation
        self.event = event

    def finished(self):
        return self.event is None or self.event.progress == FINISHED

    def traces(self):
        """Return a dict of (job, instance) to what was signalled of it."""
        found = {}
        for job, instance, member, value in self.simulation.trace:
            found.setdefault((job, instance), []).append((member, value))
        return found


class _Question:
    """An event on a World, which can be played through."""

    def __init__(self, world, name, env, horizon, budget):
        self.world = world
        self.budget = budget
        self._name = name
        self._env = env
        self.horizon = horizon

    def play(self, pace, otherwise=(), emitted=True, whole=True):
        """Return the _Play at some pace; raise OverBudgetError when it takes too long, unless a part of it will do.

        :param otherwise: see Simulation.
        :param emitted: whether the event comes.
        """
        if self.budget.is_spent() and whole:
            raise OverBudgetError()
        simulation = Simulation(self.world, pace, self.horizon, otherwise, self.budget)
        event = simulation.emit(self._name, self._env) if emitted else None
        simulation.run()
        if simulation.is_cut_off and whole:
            raise OverBudgetError()
        return _Play(simulation, event)

    def effects(self, played, pace, otherwise=()):
        """Return the Effects of a _Play that are the event's, not of what is under way without it."""
        traces = played.traces()
        without = self.play(pace, otherwise, emitted=False).traces()
        return [one for one in fold(played.simulation.trace)
                if traces[one.job, one.instance] != without.get((one.job, one.instance))]


def _listed(names):
    """Return names in a line, no more than one likes to read."""
    shown = ", ".join(names[:NAMED])
    return "%s and %d more" % (shown, len(names) - NAMED) if len(names) > NAMED else shown


def _statuses(simulation):
    return dict(((job.name, one.name), "%s/%s" % (one.goal, one.state))
                for job in simulation.jobs() for one in job.instances.values())


def _outcome(played, effects):
    """Return what has to be the same however fast the processes are, as a dict."""
    simulation = played.simulation
    found = dict(((one.job, one.instance), (
        one.started, one.stopped, one.restarted, one.respawned, one.failed, one.goal, one.state,
        simulation.failures.get((one.job, one.instance)))) for one in effects)
    found[None, None] = (played.finished(), played.event.failed, bool(simulation.endless))
    return found


def _different(question, paces, expected):
    """Return the names of the jobs that fare otherwise at other paces; the event's own for its end."""
    names = set()
    for pace in paces:
        played = question.play(pace)
        found = _outcome(played, fold(played.simulation.trace))
        for key in set(found).union(expected):
            if found.get(key) != expected.get(key):
                names.add("the event itself" if key[0] is None else key[0])
    return names


def _passing(question, pace, expected):
    """Return what is taken for granted of processes that there are now, if it makes a difference to the event.

    That is a list of (job, process, what it does), and one of (job, process) of those that surely end in time.
    """
    def matters(otherwise):
        played = question.play(pace, otherwise)
        return _outcome(played, question.effects(played, pace, otherwise)) != expected

    world = question.world
    passing = world.passing()
    if not passing or not matters(passing):
        return [], []
    taken, ending = [], []
    for one in [one for one in passing if matters([one])] or passing:
        job, process = one[0], one[2]
        what = _taken(world.by_name[job], *one[1:])
        if what != TOLD_TO_END and world.surely_ends(job, process, question.horizon):
            ending.append((job, process))
        else:
            taken.append((job, process, what))
    return taken, ending


def _taken(definition, instance, process):
    """Return what the main process or a helper of an instance that there is now is taken to do."""
    states = [one.state for one in definition.instances if one.name == instance]
    if process == MAIN and KILLED in states:
        return TOLD_TO_END
    if process == MAIN and any(definition.awaits_main(state) for state in states):
        return "does not do what expect waits for meanwhile"
    return "does not end meanwhile"


def _unknown(simulation):
    """Return (job, sentence) for all that is not known and may make a difference."""
    world = simulation.world
    found = sorted(simulation.doubts)
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
                label, holding.sentences(tree, stanza)))
                for tree, stanza, label in trees if tree is not None and tree.is_begun())
        for one in job.instances.values():
            if one.present is not None and not one.present.rests() and one.blocking:
                found.append((job.name, "job %s was on its way before, in %s/%s" % (
                    holding.label(one), one.present.goal, one.present.state)))
    return found


def _orders(simulation, budget):
    """Return (jobs, clause) for all that processes which were run may have init do and that concerns a job."""
    found = []
    for job, process, behaviour in sorted(simulation.run_processes, key=lambda one: one[:2]):
        for order in behaviour.orders:
            budget.check()
            pattern = order.pattern(job)
            if order.verb == EMITS:
                jobs = [name for event in simulation.awaited(pattern) for name in simulation.waiting_for(event)]
            else:
                jobs = simulation.world.named(pattern)
            if jobs:
                found.append((jobs, "the %s process of job %s %s %s" % (
                    process, job, order.verb, "its own job" if order.name is None else order.name)))
    return found


def _declared(simulation, budget):
    """Return (jobs, clause) for the events that jobs which ran something unknown say that they emit."""
    found = []
    for job in sorted(set(one[0] for one in simulation.run_processes if not one[2].known)):
        budget.check()
        patterns = simulation.job(job).definition.declared()
        events = sorted(set(event for pattern in patterns for event in simulation.awaited(pattern)))
        if events:
            jobs = [name for event in events for name in simulation.waiting_for(event)]
            found.append((jobs, "job %s emits %s, as its emits stanza says" % (job, _listed(events))))
    return found


def _assumed(simulation):
    """Return the processes that were taken to do well, though nobody knows it."""
    found = [(job, MAIN, TOLD_TO_END) for job in simulation.killed]
    for job, process, behaviour in simulation.run_processes:
        if not behaviour.known:
            found.append((job, process, "keeps running" if behaviour.does == STAYS else "ends well"))
    return found
