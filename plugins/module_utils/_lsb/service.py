# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service without a supervisor: read its status, bring it into the wanted state, and read its status again.

The exit codes of a status command are those of the Linux Standard Base: 0 is running and 3 is stopped. Any other status
is called dirty, and a dirty service is stopped before it is started.
"""

from __future__ import absolute_import, division, print_function

import collections
import time

from .._errors import UpstartError
from .._system import commands, processes
from .._system.deadline import Deadline

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional  # noqa: F401

__metaclass__ = type

POLL_INTERVAL = 0.25  # seconds between two readings of the status
RUNNING, STOPPED, DIRTY = "running", "stopped", "dirty"
CODES = {0: RUNNING, 3: STOPPED}
# The other codes in LSB.
MEANINGS = {1: "dead, but its pid file exists", 2: "dead, but its lock file exists", 4: "unknown"}

# text: the action in messages. run(): does it and returns a commands.Result. refusal(): returns why it cannot be run at
# all, or None.
Action = collections.namedtuple("Action", "text run refusal")
Status = collections.namedtuple("Status", "code word result")


class Service:
    """The actions and settings of a service.

    :param actions: dict of Actions: ``start``, ``stop``, ``status``, and ``restart`` if that is a single command.
    :param timeout: float, seconds for each wait after an action.
    :param careful: bool, whether to wait for the status after an action; otherwise it is read once.
    :param min_uptime: float, seconds that a started service must keep running; above 0 only if nothing else starts it.
    :param warnings: iterable of text.
    :param processes: function that returns the Infos of the service's processes, or None if only its commands know
        them.
    """

    def __init__(
            self,
            name,  # type: str
            actions,  # type: Dict[str, Action]
            timeout,  # type: float
            careful=True,  # type: bool
            min_uptime=0.0,  # type: float
            warnings=(),  # type: Iterable[str]
            processes=None,  # type: Optional[Callable[[], List[processes.Info]]]
    ):
        # type: (...) -> None
        self.name = name
        self.actions = actions
        self.timeout = timeout
        self.careful = careful
        self.min_uptime = min_uptime
        self.warnings = list(warnings)
        self.processes = processes

    def read(self):
        # type: () -> Status
        """Return the present Status; it is dirty if the status command times out or cannot be run."""
        result = self.actions["status"].run()
        return Status(result.rc, CODES.get(result.rc, DIRTY), result)


def converge(service, state, check_mode=False):
    # type: (Service, str, bool) -> Dict[str, Any]
    """Bring a service into a state and return lsb_service's result.

    :param state: text: running (or started), stopped or restarted.
    :raises UpstartError: with the same fields and, for a command that failed, ``cmd``, ``rc``, ``stdout``, ``stderr``.
    """
    attempt = Attempt(service, state)
    attempt.plan()
    if not check_mode:
        attempt.act()
    attempt.warn_of_suspended()
    return attempt.report(predicted=check_mode)


class Attempt:
    """A run for one service: its plan, the finished steps, and the last status."""

    def __init__(self, service, state):
        # type: (Service, str) -> None
        self.service = service
        self.state = state
        self.wanted = STOPPED if state == "stopped" else RUNNING
        self.steps = []  # type: List[str]
        self.done = []  # type: List[str]
        self.outputs = []  # type: List[Dict[str, Any]]
        self.before = None  # type: Status  # type: ignore[assignment]  # set by plan
        self.after = None  # type: Status  # type: ignore[assignment]  # set by plan

    def plan(self):
        # type: () -> None
        """Read the status and choose the steps; raise UpstartError if a step cannot be run."""
        self.before = self.after = self.service.read()
        result = self.before.result
        if result.why in (commands.NOT_FOUND, commands.NOT_EXECUTABLE):
            raise self._failed("status", result, "its status cannot be read, so nothing was done: %s" % result.stderr)
        self.steps = self._choose()
        for step in self.steps:
            reason = self._action(step).refusal()
            if reason:
                raise UpstartError("Service %s cannot be %s: %s. Nothing was done." % (
                    self.service.name, "stopped" if step in ("stop", "clean") else "started", reason),
                    cmd=self._action(step).text, **self.report())

    def _choose(self):
        # type: () -> List[str]
        word = self.before.word
        if word == DIRTY:
            return ["clean", "start"] if self.wanted == RUNNING else ["clean"]
        if self.state == "restarted" and word == RUNNING:
            return ["restart"] if "restart" in self.service.actions else ["stop", "start"]
        if word == self.wanted:
            return []
        return ["start"] if self.wanted == RUNNING else ["stop"]

    def _action(self, step):
        # type: (str) -> Action
        return self.service.actions["stop" if step == "clean" else step]

    def act(self):
        # type: () -> None
        """Run the steps, and verify the status after each of them."""
        for number, step in enumerate(self.steps):
            action = self._action(step)
            self.done.append("stop" if step == "clean" else step)
            result = action.run()
            self.outputs.append({"action": self.done[-1], "cmd": action.text, "rc": result.rc, "stdout": result.stdout,
                                 "stderr": result.stderr})
            if result.rc != 0 and step != "clean":
                self.after = self.service.read()
                raise self._failed(step, result, "%s failed: %s" % (
                    step, how_it_ended(action, result, self.service.timeout)))
            if result.held:
                self.service.warnings.append(
                    "%s left a process that still has its output open. Further output is lost and may end that "
                    "process, so redirect its output, for example to a log file." % action.text)
            self._verify(step, result, last=number == len(self.steps) - 1)

    def _verify(self, step, result, last):
        # type: (str, commands.Result, bool) -> None
        if step == "clean" and not last:
            self.after = self._wait_until(lambda status: status.word != RUNNING)
            return  # a start may clean up what the stop did not
        word = STOPPED if step in ("stop", "clean") else RUNNING
        if word == RUNNING and self.service.min_uptime:
            self.after = self._watch()
        else:
            self.after = self._wait_until(lambda status: status.word == word)
        if self.after.word == word:
            return
        text = "it is not %s%s %s" % (
            word, " %g s after" % self.service.timeout if self._waits() else " right after",
            "the stop" if word == STOPPED else "the " + step)
        if result.rc != 0:
            text += ", and %s" % how_it_ended(self._action(step), result, self.service.timeout)
            raise self._failed(step, result, text)
        if self.service.min_uptime and word == RUNNING:
            text += ": run '%s' by hand to see why" % self._action(step).text
        raise self._failed("status", self.after.result, text)

    def _waits(self):
        # type: () -> bool
        return self.service.careful and not (self.service.min_uptime and self.wanted == RUNNING)

    def _wait_until(self, enough):
        # type: (Callable[[Status], bool]) -> Status
        """Read the status until ``enough(status)`` or the timeout, or only once if the service is not careful."""
        deadline = Deadline(self.service.timeout)
        while True:
            status = self.service.read()
            if enough(status) or not self.service.careful or not deadline.left():
                return status
            time.sleep(min(POLL_INTERVAL, deadline.left()))

    def _watch(self):
        # type: () -> Status
        """Read the status of a started program until it has run for the minimum uptime, or stops."""
        deadline = Deadline(self.service.min_uptime)
        while True:
            status = self.service.read()
            if status.word != RUNNING or not self.service.careful or not deadline.left():
                return status
            time.sleep(min(POLL_INTERVAL, deadline.left()))

    def warn_of_suspended(self):
        # type: () -> None
        """Warn about suspended processes of a running service."""
        if self.after.word != RUNNING or self.service.processes is None:
            return
        suspended = [process.pid for process in self.service.processes() if process.state in processes.SUSPENDED]
        if suspended:
            pids = u" ".join(u"%d" % pid for pid in sorted(suspended))
            self.service.warnings.append(
                u"Service %s has processes that a signal or a debugger has suspended: %s. Resume them with kill -CONT "
                u"%s." % (self.service.name, pids, pids))

    def _failed(self, step, result, text):
        # type: (str, commands.Result, str) -> UpstartError
        facts = self.report()
        facts.update(cmd=self._action(step).text, rc=result.rc, stdout=result.stdout, stderr=result.stderr)
        return UpstartError("Service %s: %s. Its status is %s." % (
            self.service.name, text, explain(self.after)), **facts)

    def report(self, predicted=False):
        # type: (bool) -> Dict[str, Any]
        """Return the result.

        :param predicted: bool, whether to report the expected result of the steps, which were not run.
        """
        before, after = describe(self.before), describe(self.after)
        word, code, actions = self.after.word, self.after.code, self.done
        if predicted and self.steps:
            word, code = self.wanted, 0 if self.wanted == RUNNING else 3
            after = "%s (%d)" % (word, code)
            actions = ["stop" if step == "clean" else step for step in self.steps]
        return {
            "name": self.service.name,
            "state": self.state,
            "status": word,
            "status_code": code,
            "before": self.before.word,
            "actions": list(actions),
            "outputs": list(self.outputs),
            "changed": bool(actions),
            "check": check_line(self.service.name, self.after, self.wanted),
            "diff": {
                "before": "%s: %s\n" % (self.service.name, before),
                "after": "%s: %s\n" % (self.service.name, after),
            },
        }


def check_line(name, status, wanted):
    # type: (str, Status, str) -> str
    """Return a line for monitoring: the name of the service, OK or WARNING, and its status."""
    if status.word == DIRTY:
        return '%s: WARNING, in "dirty" state: %s' % (name, _number(status))
    text = "running" if status.word == RUNNING else "not running"
    if status.word == wanted:
        return "%s: OK, %s, as expected" % (name, text)
    return "%s: WARNING, %s%s, not expected" % (name, "found " if status.word == RUNNING else "", text)


def describe(status):
    # type: (Status) -> str
    """Return a status in words, with its code."""
    text = "%s (%s)" % (status.word, _number(status))
    meaning = MEANINGS.get(status.code)
    return "%s: %s" % (text, meaning) if meaning else text


def explain(status):
    # type: (Status) -> str
    """Return a status in words for a message, with what dirty means."""
    if status.word != DIRTY:
        return describe(status)
    meaning = MEANINGS.get(status.code)
    reason = _number(status) if status.code is None else "code %d" % status.code
    return "dirty, which is neither running (0) nor stopped (3): %s%s" % (reason, ", " + meaning if meaning else "")


def _number(status):
    # type: (Status) -> str
    return status.result.why if status.code is None else "%d" % status.code


def how_it_ended(action, result, timeout):
    # type: (Action, commands.Result, float) -> str
    """Return how a failed action ended, with the last line of its output."""
    text = "'%s' %s" % (action.text, commands.describe(result, timeout))
    lines = (result.stderr.strip() or result.stdout.strip()).splitlines()
    return "%s: %s" % (text, lines[-1].strip().rstrip(".")) if lines else text
