# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that ran before a task and do not run after it: which, because of whom, and what they wait for."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.errors import DaemonError
from .._errors import UpstartError
from .._events.effects import fold
from .._events.explain import explain, explain_parts
from .._events.tables import HELPERS, MAIN, RUNNING, START, STOP
from .._host import crash_guard, failures
from .._host.consequences import events_of
from .._host.definitions import Definition
from .._host.instance_names import UNREADABLE
from .._host.job_effects import GONE, UP, trace
from .._host.planned_files import read_file
from .._host.releases import STATES_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL, is_resting
from .._jobfile.conditions import dbus_to_rpn
from .._jobfile.shell import init_commands
from .._system.deadline import Deadline
from . import bystander_messages
from .stop_causes import causes_of_moves, links_of

__metaclass__ = type

PROCESSES = (MAIN,) + HELPERS
SETTLE_SECONDS = 2.0  # seconds for which jobs are followed that the task set in motion, as long as no service is gone
QUIET_SECONDS = 0.05  # seconds without a signal after which nothing more is to come

# What a task does to instances. stops: list of (job, instance) that it stops, also to start them again; starts: list
# of (job, instance, list of KEY=VALUE) that it starts; down: set of (job, instance) that it was asked to leave stopped;
# up: list like starts, of all that are to run in the end, and are started again if something stops them meanwhile.
Acts = collections.namedtuple("Acts", "stops starts down up")
Acts.__new__.__defaults__ = ((),)
# pids: dict of (job, instance) to the pid of the main process, None for a job without one; mark: int, the number of
# signals that had come by then.
RunningServices = collections.namedtuple("RunningServices", "pids mark")


class Loss:
    """A service that ran before the task and does not run after it.

    :ivar status: text, goal/state that it has now.
    :ivar ours: whether it went because of what the task stopped or started; None when that cannot be told.
    :ivar caused_by: list of names of the task's jobs because of which it went; empty when ``ours`` is not True.
    :ivar event: text, the event in its ``stop on`` by which it went, or None.
    :ivar happened: list of texts, the events of its ``start on`` that have come since it was started last.
    :ivar waits_for: list of texts, those that it still waits for; None when that cannot be told.
    :ivar reason: clause on why it does not run although it was started again, or None.
    """

    def __init__(self, job, instance, status):
        self.job = job
        self.instance = instance
        self.status = status
        self.ours = None
        self.caused_by = []
        self.event = None
        self.happened = []
        self.waits_for = None
        self.reason = None

    def blame(self, found):
        """Take the Causes of its moves; the last stop tells the event."""
        stops = [cause for cause in found if cause.goal == STOP]
        self.ours = bool(stops)
        self.caused_by = sorted(set(cause.origin[0] for cause in stops))
        self.event = stops[-1].operand if stops else None

    def explain(self, explained, all_known=True):
        """Take what ``events.explain`` says of its ``start on``, and whether all events were known to it."""
        self.happened = explained["happened"]
        self.waits_for = explained["missing"] if all_known else None


def acts_of(targets):
    """Return the Acts of targets.Targets by what is planned for them; of those that failed, by what was sent.

    Scripts are left out.
    """
    jobs = [target for target in targets if target.script is None]
    stops = [_pair(target) for target in jobs if {"stop", "free"}.intersection(_steps(target))]
    starts = [_pair(target) + (list(target.env),) for target in jobs if "start" in _steps(target)]
    up = [_pair(target) + (list(target.env),) for target in jobs if target.result.error is None
          and target.wanted.state in ("started", "restarted", "reloaded") and not target.definition.is_task()]
    return Acts(stops, starts, set(_pair(target) for target in jobs if target.wanted.state == "stopped"), up)


def _steps(target):
    steps = target.plan.steps
    return steps if target.result.error is None else set(steps).intersection(target.progress.sent)


def _acted(acts):
    """Return the set of the (job, instance) that a task itself moves."""
    return set(acts.stops).union((job, instance) for job, instance, unused in acts.starts)


def _pair(target):
    return target.job, target.instance or ""


def running_services(client, conf_dir, version):
    """Return the RunningServices of this host; jobs that end by themselves (``task``) are none."""
    mark = len(client.connection.signals)
    names = client.jobs()
    pairs = [(name, one) for name, found in zip(names, client.instances_of(names)) for one in found
             if UNREADABLE not in one]
    tasks = {}
    pids = {}
    for pair, status in zip(pairs, client.statuses(pairs)):
        if is_resting(status) and status is not None and not _is_task(pair[0], conf_dir, version, tasks):
            pids[pair] = status["processes"].get("main")
    return RunningServices(pids, mark)


def _is_task(job, conf_dir, version, known):
    """Return whether a job's files make it a task; files without that word are not parsed."""
    if job not in known:
        try:
            definition = Definition(job, conf_dir, version, read=False)
            texts = [read_file(path) or b"" for path in (definition.conf, definition.override)]
            known[job] = any(b"task" in text for text in texts) and Definition(job, conf_dir, version).is_task()
        except UpstartError:
            known[job] = False
    return known[job]


def lost_services(client, services, acts, conf_dir, version, deadline):
    """Return the Losses of services since ``running_services``, in the order of their names.

    As long as one of them, or what the task set in motion, is on its way, it is waited for.

    :param acts: Acts; a service in ``acts.down`` is no loss.
    :param deadline: deadline.Deadline.
    """
    kept = sorted(set(services.pids) - acts.down)
    missing = _missing(client, kept)
    history = _History(client, acts, services.mark, conf_dir, version)
    some_gone = bool(missing)
    if not some_gone:
        if not history.is_moving(missing):
            return []
        deadline = Deadline(min(SETTLE_SECONDS, deadline.left()))  # what is set in motion may still take one down
    while True:
        signals = len(client.connection.signals)
        moving = history.is_moving(missing)
        client.connection.wait(lambda count=signals: len(client.connection.signals) > count,
                               min(POLL_INTERVAL if moving else QUIET_SECONDS, deadline.left()))
        missing = _missing(client, kept)
        rests = not moving and len(client.connection.signals) == signals
        if rests or (some_gone and not missing) or not deadline.left():
            break
    losses = [Loss(job, instance, _status_text(missing[job, instance])) for job, instance in sorted(missing)]
    if losses:
        history.blame(losses)
        _explain_losses(client, losses, history, conf_dir)
    return losses


def _missing(client, pairs):
    """Return a dict of the (job, instance) that do not run now to their statuses."""
    return dict((pair, status) for pair, status in zip(pairs, client.statuses(pairs))
                if status is None or not is_resting(status))


def _status_text(status):
    return "%(goal)s/%(state)s" % status if status else GONE


class _History:
    """What was signalled since the task began, and which of it the task has caused."""

    def __init__(self, client, acts, mark, conf_dir, version):
        self._client = client
        self._acted = _acted(acts)
        self._mark = mark
        self._conf_dir = conf_dir
        self._version = version
        self._links = {}
        self._tasks = {}
        self._askable = version >= STATES_SIGNALLED_SINCE
        self._checked = False

    def signals(self):
        return self._client.connection.signals[self._mark:]

    def is_moving(self, missing):
        """Return whether one of those services, or what the task set in motion, is on its way."""
        moves = trace(self.signals())
        pairs = set((job, instance) for job, instance, unused, unused_too in moves)
        if self._version >= STATES_SIGNALLED_SINCE:
            pairs.intersection_update(self._acted.union(self._causes(moves)))
        pairs = sorted(pairs.union(missing))
        return any(not is_resting(status, _is_task(pair[0], self._conf_dir, self._version, self._tasks))
                   for pair, status in zip(pairs, self._client.statuses(pairs)))

    def blame(self, losses):
        """Fill in because of whom services went, as far as signals and conditions tell."""
        if self._version < STATES_SIGNALLED_SINCE:
            return
        moves = trace(self.signals())
        found = self._causes(moves)
        turns = dict(((effect.job, effect.instance), effect.turns) for effect in fold(moves))
        for loss in losses:
            loss.blame(found.get((loss.job, loss.instance), []))
            if not loss.ours and (not self._askable or self._has_helpers()):
                loss.ours = None
            loss.reason = failures.describe(failures.from_signals(self.signals(), loss.job, loss.instance))
            if loss.reason is None and turns.get((loss.job, loss.instance), [])[-2:] == ["started", "stopped"]:
                loss.reason = "it came back and ended again"

    def _has_helpers(self):
        """Return whether a process beside main runs when the task moves its jobs: nobody knows what else that does."""
        values = [self._values(job) for job in sorted(set(job for job, unused in self._acted))]
        return any(held is None or set(held["process"]).intersection(HELPERS) for held in values)

    def _causes(self, moves):
        self._ask(sorted(set(move[0] for move in moves) - set(self._links)))
        return causes_of_moves(moves, self._acted, self._links)

    def _ask(self, names):
        """Learn how jobs react: from the daemon where it may be asked, else from their files."""
        if not names:
            return
        properties = self._properties(names)
        for name, held in zip(names, properties):
            values = self._values(name)
            rpns = [dbus_to_rpn((held or {}).get(key) or []) if held is not None else (values or {}).get(key)
                    for key in ("start_on", "stop_on")]
            emits = (held or {}).get("emits") or (values or {}).get("emits") or []
            processes = values["process"].values() if values is not None else ()
            job_orders = [
                order for process in processes for order in init_commands.read_init_commands(process["command"])
            ]
            self._links[name] = links_of(name, rpns[0], rpns[1], emits, job_orders)

    def _properties(self, names):
        """Return the D-Bus properties of jobs in their order; None for those that are not known."""
        try:
            if self._askable and not self._checked:
                crash_guard.ensure_safe_to_query(self._client, self._conf_dir)
                self._checked = True
            if self._askable:
                return self._client.properties_of(names)
        except (DaemonError, crash_guard.StateUnavailableError):
            self._askable = False
        return [None] * len(names)

    def events(self):
        """Return the events of which signals tell that they came, a list of (name, list of KEY=VALUE)."""
        found = [(signal.args[0], signal.args[1]) for signal in self.signals() if signal.member == "EventEmitted"]
        for job, instance, member, value in trace(self.signals()):
            if member == "StateChanged":
                found.extend((event.name, event.env) for event in events_of((job, instance), [value])[:1])
        return found

    def _values(self, name):
        try:
            return Definition(name, self._conf_dir, self._version).values
        except UpstartError:
            return None


def _explain_losses(client, losses, history, conf_dir):
    """Fill in what each service waits for, from the daemon's memory of its conditions, else from what came since."""
    from .._events.simulation import Simulation
    from .._host.world import read_world
    try:
        world = read_world(client, conf_dir)[0]
    except UpstartError:
        return  # that they are gone is known all the same
    unmoved = Simulation(world)
    for loss in losses:
        if loss.job not in world.by_name:
            continue
        if world.tells:
            loss.explain(_progress(unmoved.job(loss.job).start_on))
        else:
            rpn = world.by_name[loss.job].start_on
            loss.explain(explain(rpn, history.events()), all_known=not _has_halves(rpn))


def _has_halves(rpn):
    """Return whether a condition has an ``and``: one half may have come before anybody looked."""
    return any(item.get("op") == "and" for item in rpn)


def _progress(tree):
    return explain_parts(tree.rpn, tree.met) if tree is not None else explain_parts(None, ())


# -- ahead of a task -------------------------------------------------------------------------------------------------
def predicted_losses(client, acts, conf_dir, version, timeout):
    """Return the Losses that Acts would lead to, by a simulation that begins with the present state of the host.

    :param timeout: float, seconds that are looked ahead, and that this may take.
    """
    return losses_in(simulate(client, acts, conf_dir, version, timeout), acts)


def simulate(client, acts, conf_dir, version, timeout):
    """Return the Simulation of Acts; see ``predicted_losses``."""
    from .._events import budget, requested
    from .._host.world import NextDefinitions, read_world

    world = read_world(client, conf_dir)[0]
    world.successor = NextDefinitions(client, conf_dir, version)
    up = acts.up if version >= STATES_SIGNALLED_SINCE else ()  # else stops go unseen
    return requested.play(world, acts.stops, acts.starts, timeout, budget.Budget(timeout), up)


def losses_in(simulation, acts):
    """Return the Losses that a Simulation of Acts ends with."""
    world = simulation.world
    ran = [(one.name, present.name) for one in world.definitions if not one.task for present in one.instances
           if (present.goal, present.state) == (START, RUNNING)]
    if simulation.is_cut_off:
        return []  # where it stopped is no end
    found = []
    for job, instance in sorted(set(ran) - acts.down):
        status = simulation.status_of(job, instance)
        if status != UP:
            loss = Loss(job, instance, status or GONE)
            tree = simulation.job(job).start_on
            loss.explain(_progress(tree), all_known=world.tells or tree is None or not _has_halves(tree.rpn))
            found.append(loss)
    if found:
        _blame_simulated(found, simulation, acts)
    return found


def _blame_simulated(losses, simulation, acts):
    links = {}
    for job in simulation.jobs():
        definition = simulation.world.by_name[job.name]
        job_orders = [order for process in PROCESSES if process in definition.processes
                      for order in definition.processes[process].orders]
        links[job.name] = links_of(job.name, definition.start_on, definition.stop_on, definition.emits, job_orders)
    causes_found = causes_of_moves(simulation.trace, _acted(acts), links)
    for loss in losses:
        loss.blame(causes_found.get((loss.job, loss.instance), []))


# -- sentences and data ----------------------------------------------------------------------------------------------
warning, error, prediction = bystander_messages.warning, bystander_messages.error, bystander_messages.prediction


def data(losses):
    """Return Losses as upstart_service returns them in ``taken_down``."""
    return [{"name": loss.job, "instance": loss.instance, "status": loss.status, "caused_by": loss.caused_by,
             "event": loss.event, "happened": loss.happened, "waits_for": loss.waits_for} for loss in losses]
