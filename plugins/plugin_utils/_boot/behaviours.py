# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the processes of a job behave during the boot, judged by their commands and a profile of the machine."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Behaviour,
    ProcessStep,
    ends,
    stays,
    step,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.programs import (
    NOOP_BUILTINS,
    behaviour_of_command,
    sleep_seconds,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.flow import Step as Command
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.flow import read_steps
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import (
    EMITS,
    RUNLEVEL,
    VERBS,
    InitCommand,
    read_init_commands,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.reader import unquoted
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.words import programs_of

from .machine_facts import MachineFacts
from .row_steps import steps_of_rows
from .rows import Profile, ProfileRow

Values = t.Mapping[str, t.Any]
RUNLEVEL_WORD = re.compile(r"[0-6sS]$")
SHUTDOWN_PROGRAMS = ("shutdown", "reboot", "halt", "poweroff")
NO_WAIT = ("-n", "--no-wait")
MIN_STAY_SECONDS = 2.0  # a main process of a service that runs longer than this counts as one that stays


class ProcessReader:
    """Determines the Behaviours of a machine's processes."""

    def __init__(self, profile: Profile, facts: MachineFacts) -> None:
        self._profile = profile
        self._facts = facts

    def behaviour(self, job: str, values: Values, process: str) -> Behaviour:
        """Return the Behaviour of one process of a job.

        :param process: main, pre-start and so on.
        """
        is_service = process == "main" and not values["task"]
        item = values["process"][process]
        text = item["command"] or ""
        if not item["script"]:
            text = f"exec {text}"
        known = behaviour_of_command(item, lambda _name: 0)
        if known is not None:
            if is_service and known.seconds is not None and known.seconds > MIN_STAY_SECONDS:
                return stays(known=True, settles=known.settles)
            return known
        return _ScriptWalk(self._profile, self._facts, job, is_service).read(text)


class _ScriptWalk:
    """One way through a script: the commands that certainly run, one after the other."""

    def __init__(self, profile: Profile, facts: MachineFacts, job: str, is_service: bool) -> None:
        self._profile = profile
        self._facts = facts
        self._job = job
        self._is_service = is_service
        self._steps: list[ProcessStep] = []
        self._orders: list[InitCommand] = []
        self._possible: list[ProcessStep] = []
        self._last: tuple[int, ...] = ()
        self._is_known = True
        self._may_shut_down = False
        self._unknown_end = False

    def read(self, text: str) -> Behaviour:
        status = 0
        for command in read_steps(text):
            self._unknown_end = False
            words = [unquoted(word) for word in command.words]
            if words[0] == "exit" and command.is_certain:
                status = int(words[1]) % 256 if words[1:] and words[1].isdigit() else 0
                break
            if words == ["false"] and command.is_certain:
                status = 1
                break
            self._read_command(command, words)
            if words[0] == "exec" and command.is_certain and words[1:]:
                break
        for order in read_init_commands(text):
            if not self._is_covered(order):
                self._orders.append(order)
        make = stays if self._is_service and self._unknown_end else ends
        if make is stays:
            return stays(orders=self._orders, steps=self._steps, possible=self._possible)
        seconds = 0.0 if self._is_known else None
        if self._steps:
            seconds = 0.0
        return ends(status, seconds, self._is_known, True, self._orders, self._steps, self._possible)

    def _is_covered(self, order: InitCommand) -> bool:
        """Return whether the steps contain a request, or the profile says that it is never sent.

        A command that may shut the machine down is assumed not to run.
        """
        if any(taken.verb == order.verb and taken.name == order.name for taken in self._steps + self._possible):
            return True
        if order.name == RUNLEVEL and self._may_shut_down:
            return True
        return any(row.name == order.name and row.verb == order.verb and self._job in row.jobs
                   for row in self._profile.rows)

    def _read_command(self, command: Command, words: list[str]) -> None:
        programs = programs_of(command.words)
        for program in programs:
            rows = self._rows_for(program, command.is_certain)
            if rows is not None:
                self._add_rows(program, [row for row in rows if row.happens])
                return
        inner = programs[-1] if programs else words
        name = inner[0].rpartition("/")[2]
        request = self._request(name, inner[1:], command)
        if not command.is_certain:
            self._is_known = False
            self._may_shut_down = self._may_shut_down or name in SHUTDOWN_PROGRAMS
            self._possible += [request._replace(checked=False)] if request is not None else []
            return
        if request is not None:
            self._add(request)
        elif name == "sleep" and sleep_seconds(inner[1:]) is not None:
            self._add(step(None, seconds=sleep_seconds(inner[1:])))
        elif name not in (*NOOP_BUILTINS, "export", "set", "umask"):
            self._is_known = False
            self._unknown_end = command.statement.operator != "&"
            if not self._unknown_end or (self._is_service and words[0] == "exec"):
                return
            self._add(step(None, seconds=None))

    def _add(self, taken: ProcessStep) -> None:
        self._steps.append(taken._replace(after=self._last))
        self._last = (len(self._steps) - 1,)

    # -- profile -------------------------------------------------------------------------------------------------
    def _rows_for(self, program: list[str], is_certain: bool) -> list[ProfileRow] | None:
        """Return the rows for a program, None if the profile does not know it, or it may not run."""
        name, words = program[0].rpartition("/")[2], program[1:]
        rows = [row for row in self._profile.rows if row.program == name and set(row.arguments) <= set(words)
                and not set(row.without) & set(words) and (is_certain or self._job in row.jobs)
                and (name != "initctl" or self._job in row.jobs)]
        return rows or None

    def _add_rows(self, program: list[str], rows: list[ProfileRow]) -> None:
        steps = steps_of_rows(rows, self._facts, len(self._steps), self._last)
        if not steps:
            return
        levels = [word for word in program[1:] if RUNLEVEL_WORD.match(word)]
        if rows[0].name == RUNLEVEL and levels:
            steps = [taken._replace(env=(f"RUNLEVEL={levels[0]}", *taken.env[1:])) for taken in steps]
        first = len(self._steps)
        self._steps += steps
        self._last = tuple(range(first, len(self._steps)))
        if program[0].rpartition("/")[2] not in ("initctl", "telinit"):
            self._unknown_end = True

    # -- requests ------------------------------------------------------------------------------------------------
    def _request(self, name: str, words: list[str], command: Command) -> ProcessStep | None:
        """Return the request of a command that is certain to run, or None."""
        waits = command.statement.operator != "&" and not any(word in NO_WAIT for word in words)
        arguments = [word for word in words if not word.startswith("-")]
        if name == "telinit":
            levels = [word for word in arguments if RUNLEVEL_WORD.match(word)]
            return step(EMITS, RUNLEVEL, (f"RUNLEVEL={levels[0]}", "PREVLEVEL=N"), waits=False) if levels else None
        verb = VERBS.get(arguments[0]) if name == "initctl" and arguments else VERBS.get(name)
        if name == "initctl":
            arguments = arguments[1:]
        if verb is None or not arguments or (verb == EMITS and name != "initctl"):
            return None
        if any("$" in word or "`" in word for word in arguments):
            return None
        return step(verb, arguments[0], arguments[1:], waits=waits, checked=command.statement.operator != "&")
