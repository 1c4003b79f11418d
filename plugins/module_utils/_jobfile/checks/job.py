# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job as the rules of ``check`` see it: its values, and where in which file each stanza stands."""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from ..errors import JobFileError
from ..known_events import known_event
from ..parser import read_stanzas
from ..stanzas import LATEST
from ..tokens import Scanner
from ..values import new_values

__metaclass__ = type

# file: "conf" or "override"; line: from 1; both None for what concerns no line.
Place = namedtuple("Place", ["file", "line"])
NOWHERE = Place(None, None)
# What a rule reports: a row of check_codes, where, and what its message names.
Problem = namedtuple("Problem", ["code", "place", "details"])
# One stanza: its words as in the table, what tells it apart, its text without a comment at its end, and where it is.
Found = namedtuple("Found", ["name", "detail", "text", "place", "cut_comment"])
# One process: "main", "pre-start" ...; whether it is a script; its text; where it is.
Command = namedtuple("Command", ["process", "script", "text", "place"])

MAY_PRECEDE_COMMENT = " \t\r\n\0\"')"
REQUIRED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
FROM_INIT = ("PATH", "TERM", "UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS")


class CheckedJob:
    """A job as Upstart reads it; ``error`` is the JobFileError at which reading stopped, or None.

    :param texts: list of (label, text) of the files that count, "conf" before "override".
    :param unread: list of labels of the files that this version does not read.
    """

    def __init__(self, texts, name=None, version=LATEST, known_jobs=None, known_events=None, dialect="stock",
                 unread=()):
        self.name = name
        self.texts = texts
        self.unread = unread
        self.version = version
        self.known_jobs = known_jobs
        self.known_events = known_events
        self.values = new_values()
        self.stanzas = []
        self.error = None
        self._commands = None
        for label, text in texts:
            try:
                self.stanzas.extend(_found(label, text, self.values, version, dialect))
            except JobFileError as error:
                self.error = error.within(label)
                break
        self._last = dict((found.name, number) for number, found in enumerate(self.stanzas))

    def all(self, *names):
        """Return the stanzas of these names, in the order in which they are read."""
        if not any(name in self._last for name in names):
            return []
        return [found for found in self.stanzas if found.name in names]

    def place(self, *names):
        """Return where the last stanza of these names stands."""
        last = max(self._last.get(name, -1) for name in names)
        return NOWHERE if last < 0 else self.stanzas[last].place

    def commands(self):
        """Return the processes that the job runs, the main one first."""
        if self._commands is None:
            self._commands = self._read_commands()
        return self._commands

    def _read_commands(self):
        commands = []
        for part in ("main", "pre-start", "post-start", "pre-stop", "post-stop"):
            process = self.values["process"].get(part)
            if process and process["command"] is not None:
                prefix = "" if part == "main" else part + " "
                place = self.place(prefix + "exec", prefix + "script")
                commands.append(Command(part, process["script"], process["command"], place))
        return commands

    def variables(self):
        """Return the names of variables that env sets, those of init included."""
        return set(FROM_INIT).union(pair.partition("=")[0] for pair in self.values["env"])

    def is_set(self, name):
        """Tell whether something may set the variable: env, a caller of start, or an event of start on."""
        if name in self.variables() or name in self.values.get("import", ()) or not self.values["start_on"]:
            return True
        for item in events_of(self.values["start_on"]):
            event = known_event(item["event"])
            if event is None or event.variables is None or name in event.variables:
                return True
        return False


def events_of(rpn):
    """Return the events of a condition."""
    return [item for item in rpn or [] if "event" in item]


def required_variables(pattern):
    """Return the names of variables without which ``pattern`` cannot be expanded."""
    return [first or second for first, second in REQUIRED.findall(pattern)]


def _found(label, text, values, version, dialect):
    """Read one file into ``values``, yielding its stanzas."""
    scanner = Scanner(text)
    line, counted = 1, 0
    for stanza, detail, start, end in read_stanzas(scanner, values, version, dialect):
        line += text.count("\n", counted, start)
        counted = start
        comment = scanner.comment if scanner.comment is not None and scanner.comment > start else None
        cut = comment is not None and text[comment - 1] not in MAY_PRECEDE_COMMENT
        yield Found(stanza.name, detail, text[start:end if comment is None else comment], Place(label, line), cut)
