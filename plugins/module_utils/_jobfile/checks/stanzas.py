# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about single stanzas and about combinations of stanzas."""

from __future__ import absolute_import, division, print_function

import re

from ..shell.words import variables_expanded_again
from ..signals import NAMES
from ..stanzas import BY_NAME, LAST, MAIN_MAY_END_DURING_STOP_SINCE, ROOT_GROUP_KEPT_SINCE
from .job import Place, Problem, required_variables

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, Tuple  # noqa: F401
    from .job import CheckedJob, PlacedStanza  # noqa: F401

__metaclass__ = type

BLANK_BACKSLASH = re.compile(r"[ \t\r]\\[^\\ \t\r\n]")
CONTINUED_LINE = re.compile(r"[ \t\r]*\\\n[ \t\r]*")
QUOTED = re.compile(r"\\.|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
NUMBER = re.compile(r"[0-9]{2,}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
EXPANDED_BY_SHELLS = re.compile(r"\$[A-Za-z_{(]|`")
CUT_TO_32_BITS = ("nice", "oom", "oom score", "umask", "respawn limit")
LONG_KILL_TIMEOUT = 300
GREATEST_SIGNAL = 64
OWNER_READS_OR_WRITES = 0o600


def misread_text(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Text that Upstart reads differently from how it is written."""
    for stanza in job.stanzas:
        if stanza.name.endswith("script"):
            continue
        if stanza.cut_comment and BY_NAME[stanza.name].arguments:
            yield Problem("hash-cuts-word", stanza.place, (stanza.name,))
        text = CONTINUED_LINE.sub(" ", stanza.text) if "\\" in stanza.text else stanza.text
        if "\\" in text and BLANK_BACKSLASH.search(text):
            yield Problem("blank-backslash", stanza.place, (stanza.name,))
        if "\n" in text and any("\n" in quoted for quoted in QUOTED.findall(text)):
            yield Problem("quote-spans-lines", stanza.place, (stanza.name,))
        if stanza.name in CUT_TO_32_BITS:
            for number in NUMBER.findall(text):
                if int(number[:25]) >= 2 ** 31:
                    yield Problem("number-wraps", stanza.place, (stanza.name, number))


def line_ends(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Carriage returns at the ends of lines, except where ``script-crlf`` reports them."""
    if any(command.script and "\r\n" in command.text for command in job.commands()):
        return
    for label, text in job.texts:
        if "\r\n" in text:
            yield Problem("carriage-returns", Place(label, 1 + text.count("\n", 0, text.index("\r\n"))), ())


def replaced(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Stanzas that a later stanza of the same file replaces."""
    last = {}  # type: Dict[Tuple[Any, ...], PlacedStanza]
    for stanza in reversed(job.stanzas):
        row = BY_NAME[stanza.name]
        if row.repeat != LAST or row.name == "manual":
            continue
        slot = (stanza.place.file, row.key, row.process, stanza.detail)
        if slot in last:
            yield Problem("stanza-replaced", stanza.place, (stanza.name, last[slot].place.line))
        else:
            last[slot] = stanza


def respawning(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if job.all("respawn limit") and not values["respawn"]:
        yield Problem("respawn-limit-without-respawn", job.place("respawn limit"), ())
    if values["respawn"] and 0 in values["respawn_limit"]:
        yield Problem("respawn-unlimited", job.place("respawn limit"), ())
    if values["respawn"] and values["task"]:
        yield Problem("task-with-respawn", job.place("respawn"), ())
    if values["respawn"] and "pre-stop" in values["process"] and job.version < MAIN_MAY_END_DURING_STOP_SINCE:
        yield Problem("pre-stop-with-respawn", job.place("pre-stop exec", "pre-stop script"), ())


def without_process(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if "main" in values["process"]:
        if "pre-stop" in values["process"]:
            yield Problem("pre-stop-defeats-restart", job.place("pre-stop exec", "pre-stop script"), ())
        return
    if values["task"]:
        yield Problem("task-without-process", job.place("task"), ())
    if values["respawn"] and values["process"]:  # see respawn-without-process
        yield Problem("stanza-without-process", job.place("respawn"), ("respawn",))
    if values["expect"] != "none":
        yield Problem("stanza-without-process", job.place("expect"), ("expect",))


def ending(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if values["kill_timeout"] > LONG_KILL_TIMEOUT:
        yield Problem("kill-timeout-long", job.place("kill timeout"), (values["kill_timeout"],))
    if not 0 < values["reload_signal"] <= GREATEST_SIGNAL:
        yield Problem("reload-signal-impossible", job.place("reload signal"), (values["reload_signal"],))
    for stanza in job.all("normal exit"):
        for number in NUMBER.findall(stanza.text):
            if int(number) > 255:
                meaning = NAMES.get(int(number) // 256) if int(number) % 256 == 0 else None
                status = "%s, which stands for the signal %s" % (number, meaning) if meaning else number
                yield Problem("exit-status-too-big", stanza.place, (status,))
    if values["debug"]:
        yield Problem("debug", job.place("debug"), ())


def process_attributes(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if values["setuid"] and not values["setgid"] and job.version >= ROOT_GROUP_KEPT_SINCE:
        yield Problem("setuid-without-setgid", job.place("setuid"), ())
    for name in ("setuid", "setgid"):
        if values[name] and values[name].isdigit():
            yield Problem("user-by-number", job.place(name), (name, values[name]))
    for name in ("chdir", "chroot"):
        if values[name] and not values[name].startswith("/"):
            yield Problem("relative-path", job.place(name), (name, values[name]))
    if values["umask"] & OWNER_READS_OR_WRITES:
        yield Problem("umask-owner", job.place("umask"), ("%04o" % values["umask"],))
    for stanza in job.all("limit"):
        soft, hard = values["limits"][stanza.detail]
        if hard != "unlimited" and (soft == "unlimited" or soft > hard):
            yield Problem("limit-soft-above-hard", stanza.place, (stanza.detail,))


def _is_expanded_again(job, name):
    # type: (CheckedJob, str) -> bool
    """Return whether a shell or eval in the commands of a job reads the value of a variable as a script."""
    return any(name in variables_expanded_again(command.text) for command in job.commands())


def environment(job):
    # type: (CheckedJob) -> Iterator[Problem]
    names_by_file = set()
    for stanza, pair in zip(job.all("env"), job.values["env"]):
        name, _equals, value = pair.partition("=")
        if (stanza.place.file, name) in names_by_file:
            yield Problem("env-twice", stanza.place, (name,))
        names_by_file.add((stanza.place.file, name))
        if EXPANDED_BY_SHELLS.search(value) and not _is_expanded_again(job, name):
            yield Problem("env-not-expanded", stanza.place, (name,))
        if not NAME.match(name):
            yield Problem("env-name", stanza.place, (name or "''",))
    for name in job.values["export"]:
        if "=" in name:
            yield Problem("export-with-value", job.place("export"), (name,))
        elif not job.is_set(name):
            yield Problem("export-unset", job.place("export"), (name,))
    for name in required_variables(job.values["instance"] or ""):
        if not job.is_set(name):
            yield Problem("instance-unset", job.place("instance"), (name,))


RULES = (
    misread_text, line_ends, replaced, respawning, without_process, ending, process_attributes, environment,
)
