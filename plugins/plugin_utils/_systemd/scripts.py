# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of init in scripts: replaced where the reader of shell scripts is certain, else reported with their line."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.known_events import STOP_VARIABLES
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import (
    EMITS,
    RUNLEVEL,
    read_init_commands,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.reader import (
    Statement,
    read_script,
    unquoted,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.words import program_words

from .events import EventUnits
from .findings import FindingList
from .host import NOTHING, UpstartHost
from .instances import instance_form
from .jobs import StanzaPlace
from .names import escape

VERBS = ("start", "stop", "restart", "reload", "status")
QUIET = ("-q", "--quiet")
NO_WAIT = ("-n", "--no-wait")
INIT_FOLDERS = ("", "/sbin", "/usr/sbin")
LITERAL = re.compile(r"[A-Za-z0-9_./+:=,-]+")
STATUS_TEST = re.compile(
    r"(?<![\w./$-])(?:/sbin/)?(?:initctl[ \t]+)?status[ \t]+([\w./-]+)(?:[ \t]+2>[ \t]*/dev/null)?[ \t]*\|[ \t]*"
    r"[ef]?grep[ \t]+(?:-q|--quiet)[ \t]+(?:'(?:start/)?running'|\"(?:start/)?running\"|(?:start/)?running)"
    r"(?=[ \t]*(?:;|&&|\|\||$|\)))", re.MULTILINE)
UPSTART_VARIABLE = re.compile(r"\$\{?(UPSTART_(?!JOB\b|INSTANCE\b)[A-Z_]+)")
EVENT_VARIABLES = (*STOP_VARIABLES, "RUNLEVEL", "PREVLEVEL", "IFACE", "ADDRFAM", "MOUNTPOINT", "DEVNAME", "DEVPATH")
USED_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
OF_EVERY_JOB = frozenset(["PATH", "TERM"])  # variables that init sets
SYSTEMCTL = "systemctl"
INITCTL = ("initctl", "/sbin/initctl")
TESTS = ("[", "[[", "test", "which", "command", "type", "hash")


@dataclass(frozen=True)
class ScriptPlace:
    """Where a command or script stands in a job file: its stanza, and the line on which its text begins."""

    place: StanzaPlace | None
    line: int | None

    def line_of(self, offset: int) -> int | None:
        return None if self.line is None else self.line + offset


class ScriptTranslator:
    """Rewrites the scripts of one job.

    :param own_unit: the name of the job's own unit, for commands without a name; None if it has instances.
    """

    def __init__(self, host: UpstartHost, findings: FindingList, events: EventUnits, own_unit: str | None) -> None:
        self._host = host
        self._findings = findings
        self._events = events
        self._own_unit = own_unit

    def for_findings(self, findings: FindingList) -> ScriptTranslator:
        """Return the same translator with another list of findings."""
        return ScriptTranslator(self._host, findings, self._events, self._own_unit)

    def translate(self, text: str, where: ScriptPlace, skips_own_stop: bool = False) -> str:
        """Return the text with calls of systemctl in place of those of init; report each call.

        :param skips_own_stop: whether ``stop`` without a name stays, because the script defines it.
        """
        result = STATUS_TEST.sub(lambda match: self._status_test(match, where, text), text)
        for statement in read_script(result):
            written = list(statement.words)
            replacement = self._replacement(statement, skips_own_stop)
            if replacement is None:
                continue
            code, words = replacement
            start = self._name_index(written)
            pattern = r"(?<![\w./$-])" + r"[ \t]+".join(map(re.escape, written[start:])) + r"(?![\w./=-])"
            for match in re.finditer(pattern, result):
                changed = result[:match.start()] + " ".join(words) + result[match.end():]
                if self._is_certain(result, changed):
                    line = where.line_of(result.count("\n", 0, match.start()))
                    self._findings.add(code, " ".join(written[start:]), where.place, line)
                    result = changed
                    break
        self._report_rest(text, result, where, skips_own_stop)
        self._report_variables(text, where)
        return result

    def _status_test(self, match: re.Match[str], where: ScriptPlace, text: str) -> str:
        unit = self._unit(match.group(1), [])
        if unit is None:
            return match.group()
        line = where.line_of(text.count("\n", 0, match.start()))
        self._findings.add("script-status", match.group(), where.place, line)
        return f"{SYSTEMCTL} is-active --quiet {unit}"

    @staticmethod
    def _name_index(words: t.Sequence[str]) -> int:
        """Return the index of the program in the words of a statement."""
        return len(words) - len(program_words(list(words)))

    def _replacement(self, statement: Statement, skips_own_stop: bool) -> tuple[str, list[str]] | None:
        """Return the code and the words in place of a call of init, None if it is no call or not literal."""
        words = [unquoted(word) for word in program_words(list(statement.words))]
        if not words or statement.is_case_pattern or not all(LITERAL.fullmatch(word) for word in words):
            return None
        folder, _slash, program = words[0].rpartition("/")
        if folder not in INIT_FOLDERS:
            return None
        arguments = [word for word in words[1:] if word not in QUIET + NO_WAIT]
        waits = not any(word in NO_WAIT for word in words)
        if any(argument.startswith("-") for argument in arguments):
            return None
        if program == "initctl":
            program, arguments = (arguments[0], arguments[1:]) if arguments else ("", [])
            if program == "emit":
                return self._emit(arguments, waits)
        if program not in VERBS[:-1] or not arguments and (program == "start" or program == "stop" and skips_own_stop):
            return None
        unit = self._unit(arguments[0], arguments[1:]) if arguments else self._own_unit
        if unit is None or "%" in unit:
            return None
        block = ["--no-block"] if not waits or not arguments else []
        return "script-start", [SYSTEMCTL, *block, program, _shell_word(unit)]

    def _emit(self, arguments: list[str], waits: bool) -> tuple[str, list[str]] | None:
        if not arguments:
            return None
        if len(arguments) > 2 and arguments[0] in self._events.templates():
            return None
        value = arguments[1].partition("=")[2] if len(arguments) > 1 else None
        if value is None or arguments[0] not in self._events.templates():
            self._events.add(arguments[0])
            code = "script-emit" if value is None else "script-emit-variables"
            value = None
        elif not value:
            return None
        else:
            code = "script-emit"
        unit = self._host.event_unit(arguments[0], value)
        return code, [SYSTEMCTL, *([] if waits else ["--no-block"]), "start", _shell_word(unit)]

    def _unit(self, job: str, arguments: list[str]) -> str | None:
        """Return the unit for a command of init with a job and variables, None if it is not known."""
        if not self._host.is_known(job):
            return None
        unit = self._host.unit_of(job)
        if "@." not in unit:
            return unit if unit != NOTHING else None
        variable = instance_form(self._host.jobs[job]).variable if job in self._host.jobs else ""
        values = [argument.partition("=")[2] for argument in arguments if argument.startswith(f"{variable}=")]
        return unit.replace("@.", f"@{escape(values[0])}.") if variable and values and values[0] else None

    @staticmethod
    def _is_certain(before: str, after: str) -> bool:
        """Return whether exactly one command of the script has changed."""
        old, new = ([statement.words for statement in read_script(text)] for text in (before, after))
        return len(old) == len(new) and sum(first != second for first, second in zip(old, new)) == 1

    def _report_rest(self, original: str, result: str, where: ScriptPlace, skips_own_stop: bool) -> None:
        """Report the calls of init that are still in the result."""
        left = read_init_commands(result)
        if not left and not re.search(r"\binitctl\b|\bstatus\b", result):
            return
        old_lines = original.splitlines()
        for offset, line in enumerate(result.splitlines()):
            code = line.split("#", 1)[0] if line.lstrip().startswith("#") else line
            calls = read_init_commands(code)
            if "initctl" not in code:  # reboot, shutdown and telinit are programs of systemd, too
                calls = [call for call in calls if (call.verb, call.name) != (EMITS, RUNLEVEL)]
            if skips_own_stop:
                calls = [call for call in calls if not (call.verb == "stops" and call.name is None)]
            if calls or any(_is_other(statement) for statement in read_script(code)):
                shown = old_lines[offset] if offset < len(old_lines) else line
                self._findings.add("script-call", shown.strip(), where.place, where.line_of(offset))

    def _report_variables(self, text: str, where: ScriptPlace) -> None:
        job = self._findings.job
        own = {entry.partition("=")[0] for entry in job.values["env"]} | {instance_form(job).variable}
        names = sorted({*EVENT_VARIABLES, *self._host.event_variables, *_unset_variables(text, where)} - own)
        for offset, line in enumerate(text.splitlines()):
            for match in UPSTART_VARIABLE.finditer(line):
                self._findings.add("script-events", f"${match.group(1)}", where.place, where.line_of(offset))
            for name in names:
                if re.search(rf"\$(?:{name}\b|\{{{name}\b)", line) \
                        and not re.search(rf"^\s*(?:export\s+)?{name}=|\bfor\s+{name}\b", text, re.MULTILINE):
                    self._findings.add("script-variable", f"${name}", where.place, where.line_of(offset))


def _unset_variables(text: str, where: ScriptPlace) -> set[str]:
    """Return the variables of an exec command that nothing in it sets: only an event or a request can.

    A script may set them in ways that are not seen, for example with a file that it reads.
    """
    if where.place is None or not where.place.name.endswith("exec"):
        return set()
    names = {plain or braced for plain, braced in USED_VARIABLE.findall(text)}
    return {name for name in names - OF_EVERY_JOB if not name.startswith("UPSTART_")
            and not re.search(rf"\b{name}=|\b(?:for|read)\s+{name}\b", text)}


def _is_other(statement: Statement) -> bool:
    """Return whether a statement calls initctl or status, or tests whether the host has initctl."""
    words = program_words([unquoted(word) for word in statement.words])
    if words[:1] and words[0] in TESTS:
        return any(word in INITCTL for word in words[1:])
    return words[:1] == ["status"] or bool(words) and words[0] in INITCTL


def _shell_word(text: str) -> str:
    return f"'{text}'" if "\\" in text else text
