# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Free instances that Upstart would wait for forever, and end the processes that it no longer supervises."""

from __future__ import absolute_import, division, print_function

import os

from .._daemon.errors import AlreadyStoppedError, JobFailedError, NotFoundError, UnknownInstanceError
from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.status import POLL_INTERVAL, SPAWN_GRACE, missing_main_pid, process_age, read_statuses
from .._system import processes
from .._system.deadline import Deadline
from .._system.termination import end_processes, is_running
from . import lost_pid
from .lost_pid import ORPHAN_LIFETIME_SECONDS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Set  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Pending  # noqa: F401

__metaclass__ = type

KILL_GRACE_SECONDS = 5.0  # seconds between TERM and KILL, as Upstart's own default
NOTICE_SECONDS = 2.0  # seconds in which the daemon notices the end of a process
MIN_GRACE_SECONDS = 1.0  # seconds that a process has after each signal, whatever the deadline
SESSION = b"UPSTART_SESSION="  # the Upstart of a user's session puts this variable into the environment of its jobs


def unwedge(client, job, instance, deadline, kill_grace=KILL_GRACE_SECONDS):
    # type: (Upstart, str, str, Deadline, float) -> Dict[str, Any]
    """Stop an instance that Upstart cannot stop, and return when it no longer exists.

    :param deadline: deadline.Deadline.
    :param kill_grace: float, seconds between TERM and KILL for a process that hangs in ``spawned``.
    :returns: dict with ``wedge`` ("lost", "hung", or "none" if it stopped by itself), ``pid`` (in the daemon's PID
        namespace) and ``ended`` (list of the pids, in our namespace, of the processes that were ended).
    :raises UpstartError: the instance cannot be freed, or not in time.
    """
    return _Unwedger(client, job, instance, deadline, kill_grace).run()


class _Unwedger:
    """Frees one instance."""

    def __init__(self, client, job, instance, deadline, kill_grace):
        # type: (Upstart, str, str, Deadline, float) -> None
        self._client = client
        self._pair = (job, instance)
        self._deadline = deadline
        self._kill_grace = kill_grace
        self._orphan_lifetime = ORPHAN_LIFETIME_SECONDS  # twice as long with each attempt
        # our call of Stop; the daemon replies only when the instance no longer exists
        self._stop = None  # type: Optional[Pending]
        self._adopter = None  # type: Optional[int]
        self._facts = {"wedge": "none", "pid": None, "ended": []}  # type: Dict[str, Any]

    def run(self):
        # type: () -> Dict[str, Any]
        try:
            while True:
                status = self._read_status()
                if status is None:
                    return self._facts
                if not self._deadline.left():
                    raise self._not_freed_error(status)
                self._take_step(status)
                self._pause(self._deadline)
        finally:
            self._forget_stop()

    def _read_status(self):
        # type: () -> Optional[Dict[str, Any]]
        return read_statuses(self._client, [self._pair])[0]

    def _pause(self, deadline):
        # type: (Deadline) -> None
        self._client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))

    def _forget_stop(self):
        # type: () -> None
        if self._stop is not None:
            self._client.connection.forget(self._stop)

    def _take_step(self, status):
        # type: (Dict[str, Any]) -> None
        if status["goal"] != "stop":
            self._request_stop()
        elif status["state"] not in ("killed", "spawned") or "main" not in status["processes"]:
            return  # it moves by itself; in some other states the end of a main process makes init abort (1.13.2)
        elif missing_main_pid(status):
            self._give_back_pid(status)
        elif status["state"] == "spawned" and self._hangs(status):
            self._end_main_process(status)

    def _request_stop(self):
        # type: () -> None
        self._forget_stop()
        self._stop = stop = self._client.request_instance("Stop", *self._pair)
        self._client.connection.wait(lambda: stop.done, min(POLL_INTERVAL, self._deadline.left()))
        if stop.done:
            try:
                stop.result()
            except (NotFoundError, AlreadyStoppedError, JobFailedError, UnknownInstanceError):
                pass  # the next status decides

    def _give_back_pid(self, status):
        # type: (Dict[str, Any]) -> None
        pid = status["processes"]["main"]
        self._facts.update(wedge="lost", pid=pid)
        try:
            self._adopter = give_back_pid(self._client, pid, self._deadline, self._orphan_lifetime)
        except lost_pid.PidUnavailableError as error:
            raise UpstartError(
                "Cannot free job %s from process %d, which no longer exists: %s%s. %s." % (
                    display_name(*self._pair), pid, error.cause, self._owner(pid), error.remedy),
                **dict(error.facts, name=self._pair[0], wedged=True))
        self._orphan_lifetime *= 2
        self._wait_until_noticed(pid)

    def _owner(self, pid):
        # type: (int) -> str
        """Return a text in brackets about the process that has the lost pid now, or an empty text."""
        for process in processes.table(_peer_pid(self._client)).values():
            if process.inner == pid:
                return " (now process %d, %s)" % (process.pid, command_line(process.pid))
        return ""

    def _hangs(self, status):
        # type: (Dict[str, Any]) -> bool
        """Return whether a process hangs in ``spawned``. Without ``expect`` it leaves that state in a moment."""
        grace = min(SPAWN_GRACE, self._deadline.seconds / 2)
        return process_age(_peer_pid(self._client), status["processes"]["main"]) >= grace

    def _end_main_process(self, status):
        # type: (Dict[str, Any]) -> None
        pid = status["processes"]["main"]
        self._facts.update(wedge="hung", pid=pid)
        self._facts["ended"] = self._facts["ended"] + end_process(self._client, pid, self._deadline, self._kill_grace)
        self._wait_until_noticed(pid)

    def _wait_until_noticed(self, pid):
        # type: (int) -> None
        deadline = Deadline(min(NOTICE_SECONDS, self._deadline.left()))
        while deadline.left():
            status = self._read_status()
            if status is None or status["processes"].get("main") != pid:
                return
            self._pause(deadline)

    def _not_freed_error(self, status):
        # type: (Dict[str, Any]) -> UpstartError
        pid = status["processes"].get("main")
        text = "Could not free job %s within %g s: it is still in %s/%s" % (
            display_name(*self._pair), self._deadline.seconds, status["goal"], status["state"])
        zombie = self._find_zombie(pid)
        if zombie is not None:
            text += ", because process %d (%s) does not collect its child %d, which has ended. End process %d, then " \
                    "run the task again" % (zombie.parent, command_line(zombie.parent), zombie.pid, zombie.parent)
        elif self._adopter not in (None, processes.inner_pid(_peer_pid(self._client))):
            text += ", because process %d adopted the new process with that pid instead of init. Run the task from a " \
                    "session that does not belong to process %d" % (self._adopter, self._adopter)
        return UpstartError(text + ".", name=self._pair[0], wedged=True, pid=pid, timeout=self._deadline.seconds)

    def _find_zombie(self, pid):
        # type: (int) -> Optional[processes.Info]
        """Return the Info of the process if it stays a zombie, because its parent is neither init nor waits for it."""
        daemon_pid = _peer_pid(self._client)
        for process in processes.table(daemon_pid).values():
            if process.inner == pid and process.state == "Z" and process.parent not in (daemon_pid, 0, 1):
                return process
        return None


def _peer_pid(client):
    # type: (Upstart) -> int
    """Return the daemon's pid in our PID namespace."""
    pid = client.connection.peer["pid"]
    if pid < 1:
        raise UpstartError("Upstart runs in a PID namespace that is not visible from here, so its processes cannot be "
                           "identified. Run the task where init runs.")
    return pid


def give_back_pid(client, pid, deadline, orphan_lifetime=ORPHAN_LIFETIME_SECONDS):
    # type: (Upstart, int, Deadline, float) -> int
    """Give the lost ``pid`` to a short-lived child of the daemon; return the pid of the process that adopted it.

    :param pid: int, in the daemon's PID namespace. The instance must be in ``killed``.
    :raises lost_pid.PidUnavailableError: no new process can get this pid.
    """
    return lost_pid.give_back(_peer_pid(client), pid, deadline, orphan_lifetime)


def end_process(client, pid, deadline, kill_grace=KILL_GRACE_SECONDS):
    # type: (Upstart, int, Deadline, float) -> List[int]
    """End the process group of one of the daemon's processes, with TERM and after ``kill_grace`` seconds with KILL.

    :param pid: int, in the daemon's PID namespace.
    :returns: list of int, the pids, in our namespace, of the processes that were ended.
    :raises UpstartError: a process still runs at the deadline.
    """
    daemon_pid = _peer_pid(client)
    table = processes.table(daemon_pid)
    mains = [process for process in table.values() if process.inner == pid]
    groups = set(process.group for process in mains) - set([0])  # 0: a group of another namespace
    members = [process for process in table.values() if process in mains or process.group in groups]
    protected = _own_pids(table) | set([1, daemon_pid])
    ended = _end([process for process in members if process.pid not in protected], deadline, kill_grace)
    return [entry["pid"] for entry in ended]


def leftovers(client, job, instance):
    # type: (Upstart, str, str) -> List[Dict[str, Any]]
    """Return the processes of an instance that the daemon does not supervise, the oldest first.

    These have the instance's name in their environment, or share a session with a process that has. They are never our
    own processes or our ancestors, never started by another Upstart (a user's session may have a job of this name), and
    never in a PID namespace below the daemon's.

    :returns: list of dicts with ``pid`` (in our namespace) and ``command`` (text).
    """
    return [_entry(process) for process in _list_leftovers(client, job, instance)]


def end_leftovers(client, job, instance, deadline, kill_grace=KILL_GRACE_SECONDS):
    # type: (Upstart, str, str, Deadline, float) -> List[Dict[str, Any]]
    """End leftovers, with TERM and after ``kill_grace`` seconds with KILL, until there are none.

    :returns: list of the processes that were ended (see ``leftovers``).
    :raises UpstartError: processes still run at the deadline, or new ones have been started; the key ``leftovers``
        lists them.
    """
    ended = []  # type: List[Dict[str, Any]]
    while True:
        remaining = _list_leftovers(client, job, instance)
        if not remaining:
            return ended
        if ended and not deadline.left():
            entries = [_entry(process) for process in remaining]
            raise UpstartError(
                "Job %s still has a process that init does not supervise, %d (%s), after %d others were ended: "
                "something starts new ones. Stop that first, then run the task again." % (
                    display_name(job, instance), entries[0]["pid"], entries[0]["command"], len(ended)),
                leftovers=entries)
        ended.extend(_end(remaining, deadline, kill_grace))


def _list_leftovers(client, job, instance):
    # type: (Upstart, str, str) -> List[processes.Info]
    """Return the leftovers of an instance, the oldest first.

    The daemon may start the instance, or start its process again, at any time. What it supervises is therefore read
    both before and after the processes.
    """
    daemon_pid = _peer_pid(client)
    supervised = _pids_of_instance(client, job, instance)
    table = dict((pid, process) for pid, process in processes.table(daemon_pid).items()
                 if process.state not in processes.DEAD)
    supervised |= _pids_of_instance(client, job, instance)
    protected = _own_pids(table) | set([1, daemon_pid]) | _supervised_pids(table, supervised)
    names = set(("%s=%s" % pair).encode("utf-8") for pair in (("UPSTART_JOB", job), ("UPSTART_INSTANCE", instance)))
    named = []
    for process in table.values():
        environment = [] if process.pid in protected else processes.words(process.pid, "environ")
        if names <= set(environment) and _is_started_by(client, process, environment, table):
            named.append(process)
    sessions = set(process.session for process in named) - set(table[pid].session for pid in protected & set(table))
    remaining = [process for process in table.values()
                 if process.pid not in protected and (process in named or process.session in sessions)]
    return sorted(remaining, key=lambda process: (process.start, process.pid))


def _pids_of_instance(client, job, instance):
    # type: (Upstart, str, str) -> Set[int]
    """Return the pids, in the daemon's PID namespace, that the daemon supervises for an instance."""
    status = client.statuses([(job, instance)])[0]
    return set(status["processes"].values()) if status else set()


def _is_started_by(client, process, environment, table):
    # type: (Upstart, Optional[processes.Info], List[bytes], Dict[int, processes.Info]) -> bool
    """Return whether this daemon started a process.

    The Upstart of a user's session names itself in the environment. Any other Upstart adopts the orphans of its jobs.
    """
    sessions = [word for word in environment if word.startswith(SESSION)]
    if sessions:
        return sessions == [SESSION + client.connection.address.encode("utf-8")]
    daemon_pid = client.connection.peer["pid"]
    while process is not None and process.parent != daemon_pid:
        process = table.get(process.parent)
    return process is not None


def _own_pids(table):
    # type: (Dict[int, processes.Info]) -> Set[int]
    """Return the pids of this process, its ancestors and its session."""
    session = os.getsid(0)
    in_session = set(process.pid for process in table.values() if process.session == session)
    return processes.ancestry(os.getpid()) | in_session


def _supervised_pids(table, inner_pids):
    # type: (Dict[int, processes.Info], Set[int]) -> Set[int]
    """Return the pids of the processes that the daemon lists, and of those in their sessions or descended from them."""
    children = {}  # type: Dict[int, List[int]]
    for process in table.values():
        children.setdefault(process.parent, []).append(process.pid)
    sessions = set(process.session for process in table.values() if process.inner in inner_pids)
    supervised = set(process.pid for process in table.values() if process.session in sessions)
    parents = list(supervised)
    while parents:
        descendants = [pid for pid in children.get(parents.pop(), []) if pid not in supervised]
        supervised.update(descendants)
        parents.extend(descendants)
    return supervised


def _entry(process):
    # type: (processes.Info) -> Dict[str, Any]
    return {"pid": process.pid, "command": command_line(process.pid)}


def command_line(pid):
    # type: (int) -> str
    """Return the command line of a process in our namespace as text, or its name in brackets."""
    line = b" ".join(processes.words(pid, "cmdline")).decode("utf-8", "replace")
    return line or "[%s]" % (processes.name(pid) or "?")


def _end(infos, deadline, kill_grace):
    # type: (List[processes.Info], Deadline, float) -> List[Dict[str, Any]]
    """End processes and return the entries of those that were still running.

    :param infos: list of processes.Info.
    """
    running = [process for process in infos if is_running(process)]
    entries = dict((process.pid, _entry(process)) for process in running)
    try:
        remaining = end_processes(
            lambda: [process for process in running if is_running(process)],
            max(min(kill_grace, deadline.left() / 2), MIN_GRACE_SECONDS), max(deadline.left(), MIN_GRACE_SECONDS))
    except UpstartError as error:
        raise UpstartError(error.message, leftovers=[entries[error.facts["pid"]]])
    if remaining:
        entry = entries[remaining[0].pid]
        raise UpstartError("Process %d (%s) is still running after KILL. Find out what it waits for (state D in ps), "
                           "then run the task again." % (entry["pid"], entry["command"]),
                           leftovers=[entries[process.pid] for process in remaining])
    return [entries[process.pid] for process in running]
