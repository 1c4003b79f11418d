# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Free instances that Upstart would wait for for ever, and find the processes that it has lost sight of."""

from __future__ import absolute_import, division, print_function

import errno
import os
import select
import signal

from .._daemon.errors import AlreadyStoppedError, JobFailedError, NotFoundError, UnknownInstanceError
from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.status import POLL_INTERVAL, SPAWN_GRACE, missing_main_pid, process_age, read_statuses, state_text
from .._system import processes
from .._system.deadline import Deadline
from . import lost_pid

__metaclass__ = type

KILL_GRACE_SECONDS = 5.0  # seconds between TERM and KILL, as Upstart's own default
NOTICE_SECONDS = 2.0  # seconds in which the daemon notices the end of a process
MIN_GRACE_SECONDS = 1.0  # seconds that a process has after each signal, whatever the deadline
SESSION = b"UPSTART_SESSION="  # what the Upstart of a user's session writes into the environment of its jobs
ORPHAN_LIFETIME_SECONDS = 0.05  # seconds that the new owner of a lost pid lives, twice as long with each attempt


def unwedge(client, job, instance, deadline, patience=KILL_GRACE_SECONDS):
    """Have an instance stopped that Upstart cannot stop, and return when it is gone.

    :param deadline: deadline.Deadline.
    :param patience: float, seconds between TERM and KILL for a process that hangs in ``spawned``.
    :returns: dict with ``wedge`` ("lost", "hung", or "none" if it went by itself), ``pid`` (as the daemon counts)
        and ``ended`` (list of our pids that were ended).
    :raises UpstartError: it cannot be freed, or not in time.
    """
    return _Unwedger(client, job, instance, deadline, patience).run()


class _Unwedger:
    """One instance on its way out of a wedge."""

    def __init__(self, client, job, instance, deadline, patience):
        self._client = client
        self._name = (job, instance)
        self._deadline = deadline
        self._patience = patience
        self._linger = ORPHAN_LIFETIME_SECONDS
        self._stop = None  # our call to Stop: answered only when the instance is gone
        self._adopter = None
        self._facts = {"wedge": "none", "pid": None, "ended": []}

    def run(self):
        try:
            while True:
                status = self._look()
                if status is None:
                    return self._facts
                if not self._deadline.left():
                    raise self._not_freed(status)
                self._step(status)
                self._pause(self._deadline)
        finally:
            self._forget()

    def _look(self):
        return read_statuses(self._client, [self._name])[0]

    def _pause(self, deadline):
        self._client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))

    def _forget(self):
        if self._stop is not None:
            self._client.connection.forget(self._stop)

    def _step(self, status):
        if status["goal"] != "stop":
            self._ask_to_stop()
        elif status["state"] not in ("killed", "spawned") or "main" not in status["processes"]:
            return  # on its way, and the end of a main process can make init abort in some other states (1.13.2)
        elif missing_main_pid(status):
            self._give_back(status)
        elif status["state"] == "spawned" and self._hangs(status):
            self._end(status)

    def _ask_to_stop(self):
        self._forget()
        self._stop = self._client.request_instance("Stop", *self._name)
        self._client.connection.wait(lambda: self._stop.done, min(POLL_INTERVAL, self._deadline.left()))
        if self._stop.done:
            try:
                self._stop.result()
            except (NotFoundError, AlreadyStoppedError, JobFailedError, UnknownInstanceError):
                pass  # the next look tells

    def _give_back(self, status):
        pid = status["processes"]["main"]
        self._facts.update(wedge="lost", pid=pid)
        try:
            self._adopter = free(self._client, pid, self._deadline, self._linger)
        except UpstartError as error:
            raise UpstartError(
                "Upstart follows process %d of job %s, which no longer exists, and cannot be freed of it. %s%s" % (
                    pid, display_name(*self._name), error.message, self._owner(pid)),
                **dict(error.facts, name=self._name[0], wedged=True))
        self._linger *= 2
        self._until_noticed(pid)

    def _owner(self, pid):
        """Return a sentence on the process that has the lost number now, or an empty text."""
        for found in processes.table(_peer(self._client)).values():
            if found.inner == pid:
                return " It is process %d (%s) now." % (found.pid, command(found.pid))
        return ""

    def _hangs(self, status):
        """Return whether a process in ``spawned`` is not just on its way: without ``expect`` that takes a moment."""
        moment = min(SPAWN_GRACE, self._deadline.seconds / 2)
        return process_age(_peer(self._client), status["processes"]["main"]) >= moment

    def _end(self, status):
        pid = status["processes"]["main"]
        self._facts.update(wedge="hung", pid=pid)
        self._facts["ended"] = self._facts["ended"] + end_process(self._client, pid, self._deadline, self._patience)
        self._until_noticed(pid)

    def _until_noticed(self, pid):
        notice = Deadline(min(NOTICE_SECONDS, self._deadline.left()))
        while notice.left():
            status = self._look()
            if status is None or status["processes"].get("main") != pid:
                return
            self._pause(notice)

    def _not_freed(self, status):
        pid = status["processes"].get("main")
        text = "Job %s could not be freed within %g s: it is in %s." % (
            display_name(*self._name), self._deadline.seconds, state_text(status))
        zombie = self._zombie(pid)
        if zombie is not None:
            text += (" Its process %d has ended, but the parent of that, %d (%s), takes no note of it. End process %d "
                     "and run the task again." % (zombie.pid, zombie.parent, command(zombie.parent), zombie.parent))
        elif self._adopter not in (None, processes.inner_pid(_peer(self._client))):
            text += (" The process that got the number was adopted by process %d instead of init. Run the task from a "
                     "session that does not belong to that one." % self._adopter)
        return UpstartError(text, name=self._name[0], wedged=True, pid=pid, timeout=self._deadline.seconds)

    def _zombie(self, pid):
        """Return the Info of a process that stays a zombie because its parent, which Upstart lost, does not wait."""
        peer = _peer(self._client)
        for found in processes.table(peer).values():
            if found.inner == pid and found.state == "Z" and found.parent not in (peer, 0, 1):
                return found
        return None


def _peer(client):
    """Return the daemon's pid as we see it."""
    pid = client.connection.peer["pid"]
    if pid < 1:
        raise UpstartError("The daemon runs in a PID namespace that cannot be seen from here, so its processes cannot "
                           "be told apart. Run the task where init runs.")
    return pid


def free(client, pid, deadline, linger=ORPHAN_LIFETIME_SECONDS):
    """Give the lost ``pid`` to a short-lived child of the daemon; return the pid of the process that adopted it.

    :param pid: int, in the daemon's PID namespace. The instance must be in ``killed``.
    :raises UpstartError: it cannot be done; ``reason`` says why.
    """
    return lost_pid.give_back(_peer(client), pid, deadline, linger)


def end_process(client, pid, deadline, patience=KILL_GRACE_SECONDS):
    """End the process group of a process of the daemon's, by TERM and after ``patience`` seconds by KILL.

    :param pid: int, in the daemon's PID namespace.
    :returns: list of our pids of the processes that were ended.
    :raises UpstartError: one is still there at the deadline.
    """
    peer = _peer(client)
    everybody = processes.table(peer)
    mains = [found for found in everybody.values() if found.inner == pid]
    groups = set(found.group for found in mains) - set([0])  # 0: a group of another namespace
    chosen = [found for found in everybody.values() if found in mains or found.group in groups]
    spared = _ours(everybody) | set([1, peer])
    ended = _end([found for found in chosen if found.pid not in spared], deadline, patience)
    return [entry["pid"] for entry in ended]


def leftovers(client, job, instance, known_pids):
    """Return the processes of an instance that the daemon does not supervise, the oldest first.

    These have the instance's names in their environment, or are in the session of one that has. Never one of ours or
    of our ancestors, nothing that another Upstart started (a user's session may have a job of this name), and nothing
    in a PID namespace below the daemon's.

    :param known_pids: what the daemon lists for the instance now, in its own PID namespace.
    :returns: list of dicts with ``pid`` (ours) and ``command`` (text).
    """
    return [_entry(found) for found in _left_over(client, job, instance, known_pids)]


def end_leftovers(client, job, instance, known_pids, deadline, patience=KILL_GRACE_SECONDS):
    """Find and end leftovers, by TERM and after ``patience`` seconds by KILL, until there are none.

    :returns: those that were ended (see ``leftovers``).
    :raises UpstartError: a process is still there at the deadline; ``leftovers`` are those.
    """
    ended = []
    while True:
        found = _left_over(client, job, instance, known_pids)
        if not found:
            return ended
        ended.extend(_end(found, deadline, patience))


def _left_over(client, job, instance, known_pids):
    peer = _peer(client)
    everybody = dict((pid, found) for pid, found in processes.table(peer).items() if found.state not in processes.DEAD)
    spared = _ours(everybody) | set([1, peer]) | _supervised(everybody, set(known_pids))
    marks = set(("%s=%s" % pair).encode("utf-8") for pair in (("UPSTART_JOB", job), ("UPSTART_INSTANCE", instance)))
    marked = []
    for found in everybody.values():
        environment = [] if found.pid in spared else processes.words(found.pid, "environ")
        if marks <= set(environment) and _is_started_by(client, found, environment, everybody):
            marked.append(found)
    sessions = set(found.session for found in marked) - set(everybody[pid].session for pid in spared & set(everybody))
    left = [found for found in everybody.values()
            if found.pid not in spared and (found in marked or found.session in sessions)]
    return sorted(left, key=lambda found: (found.start, found.pid))


def _is_started_by(client, found, environment, everybody):
    """Return whether a process is of this daemon: that of a session names itself, others adopt their jobs' orphans."""
    sessions = [word for word in environment if word.startswith(SESSION)]
    if sessions:
        return sessions == [SESSION + client.connection.address.encode("utf-8")]
    daemon = client.connection.peer["pid"]
    while found is not None and found.parent != daemon:
        found = everybody.get(found.parent)
    return found is not None


def _ours(everybody):
    """Return the pids of ourselves, our ancestors and our session."""
    session = os.getsid(0)
    return processes.line(os.getpid()).union(found.pid for found in everybody.values() if found.session == session)


def _supervised(everybody, inner_pids):
    """Return our pids of the processes that the daemon lists, with all that descend from them or share a session."""
    children = {}
    for found in everybody.values():
        children.setdefault(found.parent, []).append(found.pid)
    listed = [found for found in everybody.values() if found.inner in inner_pids]
    sessions = set(found.session for found in listed)
    supervised = set(found.pid for found in everybody.values() if found.session in sessions)
    rest = list(supervised)
    while rest:
        below = [pid for pid in children.get(rest.pop(), []) if pid not in supervised]
        supervised.update(below)
        rest.extend(below)
    return supervised


def _entry(found):
    return {"pid": found.pid, "command": command(found.pid)}


def command(pid):
    """Return the command line of one of our processes as text, or its name in brackets."""
    line = b" ".join(processes.words(pid, "cmdline")).decode("utf-8", "replace")
    return line or "[%s]" % (processes.name(pid) or "?")


def _end(infos, deadline, patience):
    """End processes (``infos``, a list of Info) and return the entries of those that were there."""
    chosen = [(found, _entry(found)) for found in infos if _lives(found)]
    for number, seconds in ((signal.SIGTERM, min(patience, deadline.left() / 2)), (signal.SIGKILL, deadline.left())):
        for found, entry in chosen:
            _send(found, number, entry)
        last = Deadline(max(seconds, MIN_GRACE_SECONDS))
        while any(_lives(found) for found, unused in chosen) and last.left():
            select.select([], [], [], POLL_INTERVAL / 4)
    left = [entry for found, entry in chosen if _lives(found)]
    if left:
        raise UpstartError("Process %d (%s) is still there after KILL. Look what it waits for (state D in ps) and run "
                           "the task again." % (left[0]["pid"], left[0]["command"]), leftovers=left)
    return [entry for unused, entry in chosen]


def _lives(found):
    """Return whether a process is still there, and not a later one of the same pid."""
    now = processes.live(found.pid)
    return now is not None and now.start == found.start


def _send(found, number, entry):
    if not _lives(found):
        return
    try:
        os.kill(found.pid, number)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise UpstartError("Process %d (%s) cannot be ended: %s. Run the task as root." % (
                entry["pid"], entry["command"], os.strerror(error.errno)), leftovers=[entry])
