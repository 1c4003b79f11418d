# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecast the boot of a machine: which jobs come up, in which order, because of what, and what never comes."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._events.budget import Budget
from ansible_collections.sysinit.upstart.plugins.module_utils._events.effects import Effect
from ansible_collections.sysinit.upstart.plugins.module_utils._events.holding import holders
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction, predict
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import RUNLEVEL

from .causes import Chains, event_text
from .machine import Machine
from .missing import MissingLeaf, MissingLeaves
from .order import StartOrder
from .what_if import jobs_that_requests_change

STARTUP = "startup"
WORD = re.compile(r"[^\s,:;]+")  # of a reason
HORIZON_SECONDS = 300.0
BUDGET_SECONDS = 60.0
YES, NO, UNSURE = "yes", "no", "unsure"

MANUAL = "it has no start on"
NOT_SURE = "a request to init may or may not be sent"


@dataclass
class JobForecast:
    """What happens to a job during the boot.

    :ivar starts: YES, NO or UNSURE.
    :ivar place: its place among the jobs that start, from 1; None if it does not start.
    :ivar because: what lets it start, as text.
    :ivar state: its state at the end, for example start/running; of several instances the first one's.
    :ivar stopped_again: whether it is started and then stopped, apart from tasks that end.
    :ivar stopped_by: the event that stops it.
    :ivar failed: what fails, as text.
    :ivar missing: the leaves that never come.
    :ivar root: the leaf behind all of them.
    :ivar chain: the critical chain, (job, event that lets it start).
    :ivar reasons: why it does not start, or why that is not sure.
    """

    name: str
    starts: str = NO
    place: int | None = None
    because: str | None = None
    instances: list[str] = field(default_factory=list)
    state: str = "stop/waiting"
    stopped_again: bool = False
    stopped_by: str | None = None
    failed: str | None = None
    missing: list[MissingLeaf] = field(default_factory=list)
    root: MissingLeaf | None = None
    chain: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Holding:
    """Something that waits for an event that does not end.

    :ivar event: the event.
    :ivar waits: the job that waits, or startup.
    :ivar jobs: the jobs that hold the event.
    :ivar reasons: sentences about them.
    """

    event: str
    waits: str
    jobs: list[str]
    reasons: list[str]


@dataclass
class BootForecast:
    """The forecast of a boot.

    :ivar jobs: the JobForecast of each job by name.
    :ivar order: the names of the jobs that start, in their order.
    :ivar start_order: which jobs certainly start before which.
    :ivar runlevel: the last runlevel that the machine enters, or None.
    :ivar runlevel_chain: the critical chain to it.
    :ivar holding: what holds the boot up.
    :ivar rejected: the jobs whose files Upstart rejects, with the error.
    """

    jobs: dict[str, JobForecast]
    order: list[str]
    start_order: StartOrder
    runlevel: str | None
    runlevel_chain: list[tuple[str, str]]
    holding: list[Holding]
    reasons: list[str]
    assumed: list[str]
    notes: list[str]
    rejected: dict[str, str]

    @property
    def sure(self) -> bool:
        return not self.reasons


def forecast_boot(machine: Machine, horizon: float = HORIZON_SECONDS, seconds: float = BUDGET_SECONDS) -> BootForecast:
    """Return the forecast of a machine's boot.

    :param horizon: how many seconds of the boot to simulate.
    :param seconds: the limit of the time that the forecast takes, as in Budget.
    """
    world = machine.world()
    budget = Budget(seconds)
    start_order = StartOrder(sorted(machine.jobs))
    prediction = predict(world, STARTUP, [], horizon, budget, start_order.observe, machine.facts.events)
    start_order.observe(prediction.simulation)
    events = [(STARTUP, ()), *machine.facts.events]
    changed, cut_off = jobs_that_requests_change(world, prediction, horizon, budget, events)
    reader = _Reader(machine, prediction, changed)
    jobs = {name: reader.job(name) for name in sorted(machine.jobs)}
    reader.explain(jobs)
    order = sorted((name for name in jobs if jobs[name].place is not None), key=lambda name: jobs[name].place or 0)
    runlevel, chain = reader.runlevel()
    reasons = list(prediction.reasons) + cut_off + sorted(set(changed.values()))
    rejected = {name: str(machine.rejected[name].error) for name in sorted(machine.rejected)}
    reasons += [f"Upstart rejects the file of job {name}: {error}" for name, error in rejected.items()]
    return BootForecast(
        jobs, order, start_order, runlevel, chain, reader.holding(), reasons,
        [f"job {job}: its {process} process {behaviour}" for job, process, behaviour in prediction.assumed],
        list(prediction.notes), rejected)


def _places(simulation: Simulation) -> dict[str, int]:
    places: dict[str, int] = {}
    for job, _instance in simulation.start_causes:
        places.setdefault(job, len(places) + 1)
    return places


class _Reader:
    """Reads the fates of jobs from a Prediction."""

    def __init__(self, machine: Machine, prediction: Prediction, changed: t.Mapping[str, str]) -> None:
        self._machine = machine
        self._simulation: Simulation = prediction.simulation
        self._prediction = prediction
        self._changed = changed
        self._places = _places(self._simulation)
        self._chains = Chains(self._simulation)
        self._effects: dict[str, list[Effect]] = {}
        for effect in prediction.effects:
            self._effects.setdefault(effect.job, []).append(effect)
        self._open = set(prediction.open_jobs)

    def job(self, name: str) -> JobForecast:
        """Return what happens to a job, without the explanation of what does not happen."""
        result = JobForecast(name)
        effects = self._effects.get(name, [])
        result.place = self._places.get(name)
        result.instances = [effect.instance for effect in effects]
        if result.place is not None:
            event = self._chains.deciding_event(name)
            result.because = self._chains.cause_text(event) if event is not None else None
            result.chain = self._chains.chain(name)
        is_task = self._simulation.world.by_name[name].task
        for effect in effects[:1]:
            result.state = self._prediction.statuses.get((name, effect.instance), "stop/waiting")
            result.stopped_again = effect.stopped and effect.started and not is_task
        if any(effect.started for effect in effects):
            result.starts = YES
        self._add_end(result, effects)
        if name in self._open or name in self._changed:
            result.starts = UNSURE
            result.reasons = self._reasons_about(name)
            if name in self._changed:
                result.reasons.append(self._changed[name])
        return result

    def _reasons_about(self, name: str) -> list[str]:
        """Return the reasons to doubt the fate of a job: those that name it or an event of its conditions, else all."""
        words = {name, *self._simulation.world.by_name[name].awaited()}
        about = [reason for reason in self._prediction.reasons if words & set(WORD.findall(reason))]
        return about or ([] if name in self._changed else list(self._prediction.reasons))

    def _add_end(self, result: JobForecast, effects: list[Effect]) -> None:
        for effect in effects:
            failure = self._prediction.failures.get((result.name, effect.instance))
            if failure is not None and result.failed is None:
                process, status = failure
                result.failed = "it is respawned too often" if process == "respawn" else \
                    f"its {process} process cannot be run" if status < 0 else \
                    f"its {process} process ends with status {status}"
            cause = self._simulation.stop_causes.get((result.name, effect.instance))
            if cause and effect.stopped:
                result.stopped_by = self._chains.cause_text(cause[0])

    def explain(self, jobs: dict[str, JobForecast]) -> None:
        """Add the reasons why jobs do not come up."""
        starting_jobs = {name for name, job in jobs.items() if job.starts != NO}
        leaves = MissingLeaves(self._machine, self._simulation, starting_jobs)
        for name, job in jobs.items():
            if job.starts == YES or (job.starts == UNSURE and job.place is not None):
                continue
            if not self._machine.jobs[name].values["start_on"] and job.place is None:
                job.reasons.append(f"{MANUAL} (manual)" if self._machine.jobs[name].is_manual else MANUAL)
            elif job.failed:
                job.reasons.append(job.failed)
            elif job.place is not None:
                job.reasons.append(self._stuck(name))
            else:
                job.missing = leaves.of_job(name)
                job.root = leaves.root_of(name)
                job.reasons += [f"{leaf.leaf} never comes: {leaf.reason}" for leaf in job.missing]

    def _stuck(self, name: str) -> str:
        for instance in self._simulation.job(name).instances.values():
            if instance.blocker is not None:
                held = "; ".join(holders(self._simulation, instance.blocker))
                return f"its {instance.blocker.name} event is held: {held}"
            return f"it stays in {instance.goal}/{instance.state}"
        return "it is stopped before it comes up"

    def runlevel(self) -> tuple[str | None, list[tuple[str, str]]]:
        """Return the last runlevel and the chain to it."""
        event = self._simulation.courses.last.get(RUNLEVEL)
        if event is None:
            return None, []
        levels = [entry.partition("=")[2] for entry in event.env if entry.startswith("RUNLEVEL=")]
        return (levels or [""])[0], self._chains.chain_of_event(event)

    # -- what holds the boot up ----------------------------------------------------------------------------------
    def holding(self) -> list[Holding]:
        waiting = {id(event): (course.instance.job.name, event) for course in self._simulation.courses.active()
                   for event in course.waiting_for.values()}
        for event in self._simulation.events:
            if event.instance is not None:
                waiting[id(event)] = (event.instance.job.name, event)
        result = []
        for event in self._simulation.events:
            if id(event) in waiting:
                result.append(self._holding(waiting[id(event)][0], event))
        return sorted(result, key=lambda item: (item.waits, item.event))

    def _holding(self, waits: str, event: SimulatedEvent) -> Holding:
        jobs = [job.name for job in self._simulation.jobs()
                if (job.start_on is not None and event in job.start_on.held())
                or any(event in instance.blocking or (instance.stop_on is not None and event in instance.stop_on.held())
                       for instance in job.instances.values())]
        return Holding(event_text(event), waits, jobs, holders(self._simulation, event))
