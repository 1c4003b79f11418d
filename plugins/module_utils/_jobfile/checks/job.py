# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as the rules of the checks see it: its values, and the file and line of every stanza."""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from ..dialects import CHROMEOS, dialect_of
from ..errors import JobFileError
from ..known_events import known_event
from ..parser import read_stanzas
from ..stanzas import LATEST
from ..tokens import Scanner
from ..values import new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Collection, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Tuple  # noqa: F401
    from ..similar_names import KnownNames  # noqa: F401

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
# Variables of init that no event or caller can set for a job on ChromeOS.
INIT_ONLY = frozenset(["JOB", "INSTANCE", "RESULT", "PROCESS", "EXIT_SIGNAL", "EXIT_STATUS"])
FROM_INIT = ("PATH", "TERM", "UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS")


class CheckedJob:
    """A job as Upstart reads it.

    :param texts: list of (label, text) of the files that Upstart reads, "conf" before "override".
    :param unread: list of labels of the files that this release ignores.
    :param has_conf: whether there is a job file, not only an override.

    :ivar condition_names: dict of stanza to names.ConditionNames, filled when they are needed.
    :ivar event_names: similar_names.KnownNames of all events, to suggest one for a misspelt name, or None.
    :ivar accounts: object with ``has_user(name)`` and ``has_group(name)`` for this host, or None to skip their check.
    :ivar error: the JobFileError at which reading stopped, or None.
    :ivar programs: _host.program_search.HostPrograms of the host of the job, or None if that is unknown here.
    """

    def __init__(
        self,
        texts,  # type: List[Tuple[str, str]]
        name=None,  # type: Optional[str]
        version=LATEST,  # type: Tuple[int, ...]
        known_jobs=None,  # type: Optional[Collection[str]]
        known_events=None,  # type: Optional[Collection[str]]
        unread=(),  # type: Sequence[str]
        has_conf=True,  # type: bool
    ):
        # type: (...) -> None
        self.name = name
        self.texts = texts
        self.unread = unread
        self.version = version
        self.known_jobs = known_jobs
        self.known_events = known_events
        self.event_names = None  # type: Optional[KnownNames]
        self.condition_names = {}  # type: Dict[str, Any]
        self.programs = None  # type: Optional[Any]
        self.accounts = None  # type: Any
        self.has_conf = has_conf
        self.values = new_values()
        self.stanzas = []  # type: List[PlacedStanza]
        self.error = None  # type: Optional[JobFileError]
        self._commands = None  # type: Optional[List[Command]]
        for label, text in texts:
            try:
                self.stanzas.extend(_read_stanzas(label, text, self.values, version))
            except JobFileError as error:
                self.error = error.within(label)
                break
        self._last = dict((stanza.name, index) for index, stanza in enumerate(self.stanzas))

    def all(self, *names):
        # type: (*str) -> List[PlacedStanza]
        """Return the PlacedStanzas of these names in the order in which Upstart reads them."""
        if not any(name in self._last for name in names):
            return []
        return [stanza for stanza in self.stanzas if stanza.name in names]

    def place(self, *names):
        # type: (*str) -> Place
        """Return the Place of the last stanza of these names."""
        last = max(self._last.get(name, -1) for name in names)
        return NOWHERE if last < 0 else self.stanzas[last].place

    def commands(self):
        # type: () -> List[Command]
        """Return the Commands of the job, the main process first."""
        if self._commands is None:
            self._commands = self._read_commands()
        return self._commands

    def _read_commands(self):
        # type: () -> List[Command]
        commands = []
        for name in ("main", "pre-start", "post-start", "pre-stop", "post-stop"):
            process = self.values["process"].get(name)
            if process and process["command"] is not None:
                prefix = "" if name == "main" else name + " "
                place = self.place(prefix + "exec", prefix + "script")
                commands.append(Command(name, process["script"], process["command"], place))
        return commands

    def variables(self):
        # type: () -> Set[str]
        """Return the names of the variables that env or init sets."""
        return set(FROM_INIT).union(pair.partition("=")[0] for pair in self.values["env"])

    def is_set(self, name):
        # type: (str) -> bool
        """Return whether something may set the variable: env, a caller of start, or an event of start on."""
        if name in self.variables() or name in self.values.get("import", ()):
            return True
        if dialect_of(self.version) == CHROMEOS and not is_set_by_init(name):
            return False
        if not self.values["start_on"]:
            return True
        for item in events_of(self.values["start_on"]):
            event = known_event(item["event"])
            if event is None or event.variables is None or name in event.variables:
                return True
        return False


def is_set_by_init(name):
    # type: (str) -> bool
    """Return whether only init sets a variable, as far as ChromeOS is concerned."""
    return name in INIT_ONLY or name.startswith("UPSTART_")


def events_of(rpn):
    # type: (Optional[Iterable[Dict[str, Any]]]) -> List[Dict[str, Any]]
    """Return the events of a condition."""
    return [item for item in rpn or [] if "event" in item]


def required_variables(pattern):
    # type: (str) -> List[str]
    """Return the names of the variables that ``pattern`` needs, which are those without a default."""
    return [first or second for first, second in REQUIRED.findall(pattern)]


def _read_stanzas(label, text, values, version):
    # type: (str, str, Dict[str, Any], Tuple[int, ...]) -> Iterator[PlacedStanza]
    """Read a file into ``values``, which it changes; yield its PlacedStanzas."""
    scanner = Scanner(text)
    line, counted = 1, 0
    for stanza, detail, start, end in read_stanzas(scanner, values, version):
        line += text.count("\n", counted, start)
        counted = start
        comment = scanner.comment if scanner.comment is not None and scanner.comment > start else None
        cut = comment is not None and text[comment - 1] not in MAY_PRECEDE_COMMENT
        stanza_text = text[start:end if comment is None else comment]
        yield PlacedStanza(stanza.name, detail, stanza_text, Place(label, line), cut)
