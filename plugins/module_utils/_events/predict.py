# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict the effects of an event, and how certain they are."""

from __future__ import absolute_import, division, print_function

import collections

from .._jobfile.shell.init_commands import EMITS
from . import holding
from .budget import Budget, OverBudgetError
from .effects import fold
from .model import FINISHED, STAYS
from .simulation import Simulation
from .tables import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE, KILLED, MAIN, WAITING
from .timing import ENDED, EXECUTED, Timing

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple  # noqa: F401
    from .effects import Effect  # noqa: F401
    from .model import SimulatedDefinition, SimulatedEvent, World  # noqa: F401

__metaclass__ = type

# effects: list of Effect; failures: dict of (job, instance) to (process, status); statuses: dict of (job, instance) to
# goal/state at the end, for the remaining instances; finished: whether the event ends in time, None when the
# prediction stopped before that was known; failed: whether the event fails; held_by: list of sentences; reasons: list
# of sentences with the reasons why this is not certain; open_jobs: names of the jobs whose effects are not certain;
# assumed: list of (job, process, its assumed behaviour); notes: list of sentences about what could not be done;
# simulation: the first Simulation, with the usual durations.
Prediction = collections.namedtuple(
    "Prediction", "effects failures statuses finished failed held_by reasons open_jobs assumed notes simulation")

RANDOM_TIMINGS = 20
EVENT_INTERVAL = 5.0  # seconds between two events
TOGETHER_SECONDS = 0.03  # within which init may learn of the ends of several processes at once
MAX_LISTED_JOBS = 5  # in one sentence
UNKNOWN_SHARE = 1000.0  # a process about which nothing is known takes the horizon divided by this
MAX_UNKNOWN_SECONDS = 0.5

# Assumed behaviours
ENDS_ON_KILL_SIGNAL = "ends on its kill signal"
ENDS_SUCCESSFULLY = "ends successfully"
KEEPS_RUNNING = "keeps running"
DOES_NOT_END = "does not end in the meantime"
DOES_NOT_SETTLE = "does not do what its expect stanza waits for"

# Reasons why a prediction is not certain
ENDLESS = "the jobs start each other forever: %s"
RACE = "what happens to %s depends on which process is faster"
ENDS_MEANWHILE = "what happens depends on when the running %s process of job %s ends"
CUT_OFF = "the prediction stopped after %s"
NOT_PREDICTED = "the effects of this are not predicted: %s"
ORDER_UNKNOWN = "the order in which the jobs see an event is unknown: %s"
ENVIRONMENT_UNKNOWN = "the environment of the instances of job %s is unknown"
EARLIER_EVENTS_UNKNOWN = "earlier events are unknown: job %s: %s"
ALREADY_MOVING = "job %s was already changing state, in %s/%s"


def predict(
    world,  # type: World
    name,  # type: str
    env,  # type: Sequence[str]
    horizon=60.0,  # type: float
    budget=None,  # type: Optional[Budget]
    observe=None,  # type: Optional[Callable[[Simulation], None]]
    following=(),  # type: Sequence[Tuple[str, Sequence[str]]]
):
    # type: (...) -> Prediction
    """Return the Prediction of an event.

    The event is simulated several times with different durations of processes. If the outcome depends on them, the
    prediction reports that.

    :param world: model.World.
    :param env: list of KEY=VALUE.
    :param horizon: float, seconds to simulate.
    :param budget: budget.Budget, the time limit; the prediction reports when it is used up.
    :param observe: function that is called with each Simulation that varies the durations of processes.
    :param following: list of (name, env), events that come after the event, see ``emit_all``.
    """
    usual, others = _timings(horizon)
    scenario = _Scenario(world, [(name, env)] + list(following), horizon, budget or Budget())
    first = scenario.run(usual, may_be_cut_off=True)
    simulation = first.simulation
    effects = fold(simulation.trace)
    reasons = []
    open_jobs = set()  # type: Set[str]
    assumed, ending, not_predicted = [], [], []  # type: List[Tuple[str, str, str]], List[Tuple[str, str]], List[str]
    if simulation.endless:
        reasons.append(ENDLESS % _listed(simulation.endless))
    try:
        effects = scenario.effects(first, usual)
        if simulation.endless:
            open_jobs.update(effect.job for effect in effects)
        else:
            different = _jobs_that_differ(scenario, others, _outcome(first, fold(simulation.trace)), observe)
            open_jobs.update(different)
            if different:
                reasons.append(RACE % _listed(sorted(different)))
        assumed, ending = _assumed_of_running(scenario, usual, _outcome(first, effects))
        for jobs, text in _init_commands(simulation, scenario.budget) + _declared_events(simulation, scenario.budget):
            not_predicted.append(NOT_PREDICTED % text)
            open_jobs.update(jobs)
    except OverBudgetError:
        open_jobs.update(effect.job for effect in effects)
        reasons.append(CUT_OFF % scenario.budget.limit())
    if simulation.notes and not world.conditions_known and world.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE:
        reasons.append(ORDER_UNKNOWN % "; ".join(simulation.notes))
    unknown = _unknown_facts(simulation) + [(job, ENDS_MEANWHILE % (process, job)) for job, process in ending]
    reasons.extend([text for unused, text in unknown] + world.doubts + not_predicted)
    open_jobs.update(job for job, unused in unknown)
    event = first.event  # type: Any  # not None: it was emitted
    finished = None if simulation.is_cut_off else first.finished()
    return Prediction(
        effects=effects, failures=dict(simulation.failures), statuses=_statuses(simulation), finished=finished,
        failed=event.failed, held_by=holding.holders(simulation, event) if finished is False else [],
        reasons=reasons, open_jobs=sorted(open_jobs), assumed=sorted(set(_assumed_of_run(simulation) + assumed)),
        notes=list(simulation.notes), simulation=simulation)


def emit_all(simulation, events):
    # type: (Simulation, Iterable[Tuple[str, Sequence[str]]]) -> Optional[SimulatedEvent]
    """Emit events one after the other, each some seconds after the one before it, and run; return the first.

    :param events: list of (name, env).
    """
    first = None
    for name, env in events:
        if first is not None:
            simulation.run(seconds=EVENT_INTERVAL)
        event = simulation.emit(name, env)
        first = first or event
    simulation.run()
    return first


def _timings(horizon):
    # type: (float) -> Tuple[Timing, List[Timing]]
    """Return the Timing with the usual durations, and a list of others to compare with."""
    unknown = min(MAX_UNKNOWN_SECONDS, horizon / UNKNOWN_SHARE)
    others = [Timing(unknown, reverse=True), Timing(unknown, first=ENDED), Timing(unknown, first=EXECUTED)]
    others += [Timing(unknown, seed, together=TOGETHER_SECONDS * (seed % 2)) for seed in range(RANDOM_TIMINGS)]
    return Timing(unknown), others


class _Run:
    """A Simulation after its run, and its event, or None if it ran without the event."""

    def __init__(self, simulation, event):
        # type: (Simulation, Optional[SimulatedEvent]) -> None
        self.simulation = simulation
        self.event = event

    def finished(self):
        # type: () -> bool
        return self.event is None or self.event.progress == FINISHED

    def traces(self):
        # type: () -> Dict[Tuple[str, str], List[Tuple[str, Any]]]
        """Return a dict of (job, instance) to its list of (member, value)."""
        traces = {}  # type: Dict[Tuple[str, str], List[Tuple[str, Any]]]
        for job, instance, member, value in self.simulation.trace:
            traces.setdefault((job, instance), []).append((member, value))
        return traces


class _Scenario:
    """Events, of which the first one counts, and the World that they happen in."""

    def __init__(self, world, events, horizon, budget):
        # type: (World, Sequence[Tuple[str, Sequence[str]]], float, Budget) -> None
        self.world = world
        self.budget = budget
        self._events = events
        self.horizon = horizon

    def run(self, timing, contrary=(), emitted=True, may_be_cut_off=False):
        # type: (Timing, Sequence[Tuple[str, str, str]], bool, bool) -> _Run
        """Return the _Run with a timing; raise OverBudgetError when it takes too long and must be complete.

        :param contrary: see Simulation.
        :param emitted: whether the events are emitted.
        """
        if self.budget.is_spent() and not may_be_cut_off:
            raise OverBudgetError()
        simulation = Simulation(self.world, timing, self.horizon, contrary, self.budget)
        event = emit_all(simulation, self._events if emitted else ())
        if simulation.is_cut_off and not may_be_cut_off:
            raise OverBudgetError()
        return _Run(simulation, event)

    def effects(self, run, timing, contrary=()):
        # type: (_Run, Timing, Sequence[Tuple[str, str, str]]) -> List[Effect]
        """Return the Effects of a _Run that the event causes, without those that happen anyway."""
        traces = run.traces()
        without = self.run(timing, contrary, emitted=False).traces()
        return [effect for effect in fold(run.simulation.trace)
                if traces[effect.job, effect.instance] != without.get((effect.job, effect.instance))]


def _listed(names):
    # type: (Sequence[str]) -> str
    """Return the first few names as text, with the number of the others."""
    shown = ", ".join(names[:MAX_LISTED_JOBS])
    return "%s and %d more" % (shown, len(names) - MAX_LISTED_JOBS) if len(names) > MAX_LISTED_JOBS else shown


def _statuses(simulation):
    # type: (Simulation) -> Dict[Tuple[str, str], str]
    return dict(((job.name, instance.name), "%s/%s" % (instance.goal, instance.state))
                for job in simulation.jobs() for instance in job.instances.values())


def _outcome(run, effects):
    # type: (_Run, Sequence[Effect]) -> Dict[Tuple[Optional[str], Optional[str]], Tuple[Any, ...]]
    """Return a dict of everything that must not depend on the durations of processes.

    A quick task ends before or after init learns of its start. That matters only if it matters to another job.
    """
    simulation = run.simulation
    over = set(effect.job for effect in effects
               if effect.state == WAITING and simulation.job(effect.job).definition.task)
    outcome = dict(((effect.job, effect.instance), (
        effect.started or effect.job in over,
        effect.stopped, effect.restarted, effect.respawned, effect.failed, effect.goal, effect.state,
        simulation.failures.get((effect.job, effect.instance)))) for effect in effects
    )  # type: Dict[Tuple[Optional[str], Optional[str]], Tuple[Any, ...]]
    # The event is not None, because it was emitted.
    outcome[None, None] = (
        run.finished(), run.event.failed, bool(simulation.endless))  # type: ignore[union-attr]
    return outcome


def _jobs_that_differ(scenario,  # type: _Scenario
                      timings,  # type: Iterable[Timing]
                      expected,  # type: Mapping[Tuple[Optional[str], Optional[str]], Tuple[Any, ...]]
                      observe,  # type: Optional[Callable[[Simulation], None]]
                      ):
    # type: (...) -> Set[str]
    """Return the set of the names of the jobs whose outcome depends on the timing, or a text for the event itself."""
    names = set()  # type: Set[str]
    for timing in timings:
        run = scenario.run(timing)
        if observe is not None:
            observe(run.simulation)
        outcome = _outcome(run, fold(run.simulation.trace))
        for key in set(outcome).union(expected):
            if outcome.get(key) != expected.get(key):
                names.add("the event itself" if key[0] is None else key[0])
    return names


def _assumed_of_running(scenario,  # type: _Scenario
                        timing,  # type: Timing
                        expected,  # type: Dict[Tuple[Optional[str], Optional[str]], Tuple[Any, ...]]
                        ):
    # type: (...) -> Tuple[List[Tuple[str, str, str]], List[Tuple[str, str]]]
    """Return the assumptions about running processes that make a difference to the event.

    :returns: list of (job, process, assumed behaviour), and list of (job, process) of those that certainly end in time.
    """
    def matters(contrary):
        # type: (Sequence[Tuple[str, str, str]]) -> bool
        run = scenario.run(timing, contrary)
        return _outcome(run, scenario.effects(run, timing, contrary)) != expected

    world = scenario.world
    transient = world.transient_processes()
    if not transient or not matters(transient):
        return [], []
    assumed, ending = [], []  # type: List[Tuple[str, str, str]], List[Tuple[str, str]]
    for job, instance, process in [entry for entry in transient if matters([entry])] or transient:
        behaviour = _assumed_behaviour(world.by_name[job], instance, process)
        if behaviour != ENDS_ON_KILL_SIGNAL and world.certainly_ends(job, process, scenario.horizon):
            ending.append((job, process))
        else:
            assumed.append((job, process, behaviour))
    return assumed, ending


def _assumed_behaviour(definition, instance, process):
    # type: (SimulatedDefinition, str, str) -> str
    """Return the assumed behaviour of the main process or a helper of an instance that exists now, as text."""
    states = [present.state for present in definition.instances if present.name == instance]
    if process == MAIN and KILLED in states:
        return ENDS_ON_KILL_SIGNAL
    if process == MAIN and any(definition.waits_for_expect(state) for state in states):
        return DOES_NOT_SETTLE
    return DOES_NOT_END


def _unknown_facts(simulation):
    # type: (Simulation) -> List[Tuple[str, str]]
    """Return a list of (job, sentence) about unknown facts that may make a difference."""
    world = simulation.world
    facts = sorted(simulation.doubts)
    for job in simulation.jobs():
        if job.name in simulation.concerned | simulation.possibly_concerned:
            facts.extend((job.name, text) for text in world.notes.get(job.name, ()))
        if job.name in simulation.possibly_concerned:
            facts.append((job.name, ENVIRONMENT_UNKNOWN % job.name))
        if job.name not in simulation.concerned:
            continue
        instances = list(job.instances.values())
        if not world.conditions_known:
            trees = [(job.start_on, "start on", job.name)]
            trees += [(instance.stop_on, "stop on", holding.label(instance)) for instance in instances]
            facts.extend((job.name, EARLIER_EVENTS_UNKNOWN % (label, holding.condition_text(tree, stanza)))
                         for tree, stanza, label in trees if tree is not None and tree.is_begun())
        for instance in instances:
            present = instance.present
            if present is not None and not present.rests() and instance.blocking:
                facts.append((job.name, ALREADY_MOVING % (holding.label(instance), present.goal, present.state)))
    return facts


def _init_commands(simulation, budget):
    # type: (Simulation, Budget) -> List[Tuple[List[str], str]]
    """Return a list of (jobs, clause) about commands to init that concern jobs, in the processes that were run."""
    clauses = []
    for job, process, behaviour in sorted(simulation.run_processes, key=lambda entry: entry[:2]):
        for order in behaviour.orders:
            budget.check()
            pattern = order.pattern(job)
            if order.verb == EMITS:
                jobs = [name for event in simulation.awaited(pattern) for name in simulation.waiting_for(event)]
            else:
                jobs = simulation.world.jobs_matching(pattern)
            if jobs:
                clauses.append((jobs, "the %s process of job %s %s %s" % (
                    process, job, order.verb, "its own job" if order.name is None else order.name)))
    return clauses


def _declared_events(simulation, budget):
    # type: (Simulation, Budget) -> List[Tuple[List[str], str]]
    """Return a list of (jobs, clause) about the emits stanzas of jobs that ran a process with unknown behaviour."""
    clauses = []
    for job in sorted(set(job for job, unused, behaviour in simulation.run_processes if not behaviour.known)):
        budget.check()
        patterns = simulation.job(job).definition.undetected_emits()
        events = sorted(set(event for pattern in patterns for event in simulation.awaited(pattern)))
        if events:
            jobs = [name for event in events for name in simulation.waiting_for(event)]
            clauses.append((jobs, "job %s emits %s, as its emits stanza says" % (job, _listed(events))))
    return clauses


def _assumed_of_run(simulation):
    # type: (Simulation) -> List[Tuple[str, str, str]]
    """Return (job, process, assumed behaviour) for the processes that were run or killed and are not certain."""
    assumed = [(job, MAIN, ENDS_ON_KILL_SIGNAL) for job in simulation.killed]
    for job, process, behaviour in simulation.run_processes:
        if not behaviour.known:
            assumed.append((job, process, KEEPS_RUNNING if behaviour.does == STAYS else ENDS_SUCCESSFULLY))
    return assumed
