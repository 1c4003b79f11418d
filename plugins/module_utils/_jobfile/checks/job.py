# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as the rules of the checks see it: its values, and the file and line of every stanza."""

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

# file: "conf" or "override"; line: number from 1. Both are None for a problem of no particular line.
Place = namedtuple("Place", ["file", "line"])
NOWHERE = Place(None, None)
# A finding of a rule. code: of a row in codes.py; details: tuple of the values for the message of that row.
Problem = namedtuple("Problem", ["code", "place", "details"])
PlacedStanza = namedtuple("PlacedStanza", [
    "name",         # as in the table of stanzas
    "detail",       # text that distinguishes stanzas of this name, or None
    "text",         # its text without the comment at its end
    "place",        # its Place
    "cut_comment",  # whether a comment starts inside a word
])
Command = namedtuple("Command", [
    "process",  # "main", "pre-start" ...
    "script",   # whether it is a script
    "text",     # the command or script
    "place",    # its Place
])

MAY_PRECEDE_COMMENT = " \t\r\n\0\"')"
REQUIRED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
FROM_INIT = ("PATH", "TERM", "UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS")


class CheckedJob:
    """A job as Upstart reads it.

    :param texts: list of (label, text) of the files that Upstart reads, "conf" before "override".
    :param unread: list of labels of the files that this release ignores.

    :ivar error: the JobFileError at which reading stopped, or None.
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
                self.stanzas.extend(_read_stanzas(label, text, self.values, version, dialect))
            except JobFileError as error:
                self.error = error.within(label)
                break
        self._last = dict((stanza.name, index) for index, stanza in enumerate(self.stanzas))

    def all(self, *names):
        """Return the PlacedStanzas of these names in the order in which Upstart reads them."""
        if not any(name in self._last for name in names):
            return []
        return [stanza for stanza in self.stanzas if stanza.name in names]

    def place(self, *names):
        """Return the Place of the last stanza of these names."""
        last = max(self._last.get(name, -1) for name in names)
        return NOWHERE if last < 0 else self.stanzas[last].place

    def commands(self):
        """Return the Commands of the job, the main process first."""
        if self._commands is None:
            self._commands = self._read_commands()
        return self._commands

    def _read_commands(self):
        commands = []
        for name in ("main", "pre-start", "post-start", "pre-stop", "post-stop"):
            process = self.values["process"].get(name)
            if process and process["command"] is not None:
                prefix = "" if name == "main" else name + " "
                place = self.place(prefix + "exec", prefix + "script")
                commands.append(Command(name, process["script"], process["command"], place))
        return commands

    def variables(self):
        """Return the names of the variables that env or init sets."""
        return set(FROM_INIT).union(pair.partition("=")[0] for pair in self.values["env"])

    def is_set(self, name):
        """Return whether something may set the variable: env, a caller of start, or an event of start on."""
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
    """Return the names of the variables that ``pattern`` needs, which are those without a default."""
    return [first or second for first, second in REQUIRED.findall(pattern)]


def _read_stanzas(label, text, values, version, dialect):
    """Read a file into ``values``, which it changes; yield its PlacedStanzas."""
    scanner = Scanner(text)
    line, counted = 1, 0
    for stanza, detail, start, end in read_stanzas(scanner, values, version, dialect):
        line += text.count("\n", counted, start)
        counted = start
        comment = scanner.comment if scanner.comment is not None and scanner.comment > start else None
        cut = comment is not None and text[comment - 1] not in MAY_PRECEDE_COMMENT
        stanza_text = text[start:end if comment is None else comment]
        yield PlacedStanza(stanza.name, detail, stanza_text, Place(label, line), cut)
