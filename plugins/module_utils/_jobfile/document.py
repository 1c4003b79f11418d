# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a job file, whose stanzas can be changed while comments and layout stay."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple

from .._text import decode
from . import parser, render, stanzas
from .errors import JobFileError
from .stanzas import LATEST
from .tokens import Scanner
from .values import OPTIONAL_LISTS, new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Collection, Container, Dict, Iterable, List, Optional, Sequence, Tuple, Union  # noqa: F401

__metaclass__ = type

Span = namedtuple("Span", [
    "name",     # as in the table of stanzas
    "detail",   # text that distinguishes stanzas of this name, such as a variable or the resource of a limit, or None
    "start",    # index of its first word
    "end",      # index after its last line
    "line",     # number of its first line, from 1
    "comment",  # index of the comment at the end of its line, or None
])


class Document:
    """The text of a job file or override file.

    :param text: text or bytes.
    :raises JobFileError: when Upstart would refuse the text.

    :ivar text: text, with all changes; unchanged byte for byte before the first change.
    :ivar stanzas: list of Span.
    :ivar values: dict of the values that Upstart reads from the text.
    """

    def __init__(self, text, version=LATEST):
        # type: (Union[str, bytes], Tuple[int, ...]) -> None
        self._version = version
        self._load(decode(text))

    def __str__(self):
        # type: () -> str
        return self.text

    def _load(self, text):
        # type: (str) -> None
        scanner = Scanner(text)
        values = new_values()
        spans = []
        line, counted = 1, 0
        for stanza, detail, start, end in parser.read_stanzas(scanner, values, self._version):
            line += text.count("\n", counted, start)
            counted = start
            comment = scanner.comment if scanner.comment is not None and scanner.comment > start else None
            spans.append(Span(stanza.name, detail, start, end, line, comment))
        self.text = text
        self.values = values
        self.stanzas = spans

    def spans(self, name, detail=None):
        # type: (str, Optional[str]) -> List[Span]
        """Return the spans that a stanza replaces: those that set the same value.

        Such stanzas are ``exec`` and ``script``, ``oom`` and ``oom score``, and ``start on``, which also replaces
        ``manual``. The name ``manual`` returns only ``manual`` stanzas.

        :param detail: text, to return only spans with this detail.
        """
        if name == "manual":
            return [span for span in self.stanzas if span.name == name]
        slot = _slot(name)
        return [
            span for span in self.stanzas if _slot(span.name) == slot and (detail is None or span.detail == detail)
        ]

    def set_stanza(self, name, lines, detail=None):
        # type: (str, Sequence[str], Optional[str]) -> None
        """Replace ``spans(name, detail)`` by ``lines``: the first by all lines, the others by nothing.

        Without such spans, insert the lines after the last stanza of the same group, or at the end of the file.

        :param lines: list of text, a text for each stanza without its last line end.
        """
        spans = self.spans(name, detail)
        if not lines:
            self._splice((span, None) for span in spans)
        elif spans:
            self._splice((span, None if index else lines) for index, span in enumerate(spans))
        else:
            self._insert(stanzas.BY_NAME[name].group, lines)

    def remove_stanza(self, name, detail=None):
        # type: (str, Optional[str]) -> None
        """Remove ``spans(name, detail)`` with their line ends."""
        self.set_stanza(name, [], detail)

    def cut(self, span):
        # type: (Span) -> str
        """Return the text without a stanza; a comment at the end of its line stays."""
        if span.comment is not None:
            return self.text[:span.start] + self.text[span.comment:]
        start, end, replacement = self._removal(span)
        return self.text[:start] + replacement + self.text[end:]

    def _splice(self, changes):
        # type: (Iterable[Tuple[Span, Optional[Sequence[str]]]]) -> None
        """Apply changes.

        :param changes: iterable of (Span, list of lines or None to remove it) in the order of the text.
        """
        pieces = []
        end = 0
        for span, lines in changes:
            start, stop, new = self._removal(span) if lines is None else self._replacement(span, lines)
            pieces.extend([self.text[end:start], new])
            end = stop
        self._load("".join(pieces) + self.text[end:])

    def _removal(self, span):
        # type: (Span) -> Tuple[int, int, str]
        """Return (start, end, replacement) to remove a span, with its whole line if nothing else is on the line."""
        line_start = self.text.rfind("\n", 0, span.start) + 1
        if not self.text[line_start:span.start].strip(" \t\r\0"):
            return line_start, span.end, ""
        return span.start, span.end, "\n" if self.text.endswith("\n", span.start, span.end) else ""

    def _replacement(self, span, lines):
        # type: (Span, Sequence[str]) -> Tuple[int, int, str]
        """Return (start, end, replacement) to replace a span; if a line replaces a line, its comment stays."""
        old = self.text[span.start:span.end]
        new = "\n".join(lines)
        if "\n" in new or "\n" in old[:-1]:
            return span.start, span.end, new + "\n"
        line_end = "\r\n" if old.endswith("\r\n") else "\n"
        if span.comment is not None:
            before = self.text[span.start:span.comment]
            blanks = before[len(before.rstrip(" \t\r\0")):]
            new += blanks + self.text[span.comment:span.end].rstrip("\r\n")
        return span.start, span.end, new + line_end

    def _insert(self, group, lines):
        # type: (str, Sequence[str]) -> None
        neighbours = [span for span in self.stanzas if stanzas.BY_NAME[span.name].group == group]
        pos = neighbours[-1].end if neighbours else len(self.text)
        before = self.text[:pos]
        line_end = "\r\n" if before.endswith("\r\n") and "\n" not in "".join(lines) else "\n"
        if before and not before.endswith("\n"):
            before += line_end
        if before and not neighbours:
            before += line_end
        self._load(before + "".join(line + line_end for line in lines) + self.text[pos:])


def _slot(name):
    # type: (str) -> Tuple[str, Optional[str]]
    stanza = stanzas.BY_NAME[name]
    return stanza.key, stanza.process


def merge(text, wanted_values, keys, version=LATEST, exec_fallback=True, explicit=()):
    # type: (str, Dict[str, Any], Collection[str], Tuple[int, ...], bool, Container[str]) -> str
    """Return ``text`` with the values of ``keys`` replaced; all other stanzas stay as they are.

    :param text: text of a job file that Upstart accepts.
    :param wanted_values: dict of values; only those of ``keys`` count.
    :param keys: keys of values, or names of processes ("main", "pre-start", ...).
    :param exec_fallback: bool, whether to write a command that Upstart would change as a script ``exec COMMAND``
        instead of refusing it.
    :param explicit: keys to write even with their default, as in an override.
    :raises JobFileError: when a value cannot be written, or cannot be changed without changing other values.
    """
    document = Document(text, version)
    if exec_fallback:
        wanted_values = dict(wanted_values, process=render.with_fallback(wanted_values["process"]))
    expected = _updated(document.values, wanted_values, keys)
    for stanza in stanzas.STANZAS:
        if stanza.key in keys or stanza.process in keys:
            missing = stanza.key in explicit and not document.spans(stanza.name)
            if missing or _value(stanza, document.values) != _value(stanza, expected):
                _set_value(document, stanza, expected, version, explicit)
    if document.values != expected:
        wrong = sorted(key for key in expected if document.values.get(key) != expected[key])
        raise JobFileError(
            "cannot change %s in this file without changing other values" % ", ".join(wrong),
            hint="write the whole file instead",
            unchangeable=wrong,
        )
    return document.text


def _updated(values, wanted_values, keys):
    # type: (Dict[str, Any], Dict[str, Any], Iterable[str]) -> Dict[str, Any]
    expected = dict(values, process=dict(values["process"]))
    for key in keys:
        if key in wanted_values:
            expected[key] = wanted_values[key]
        elif key in OPTIONAL_LISTS:
            expected.pop(key, None)
        elif key in wanted_values["process"]:
            expected["process"][key] = wanted_values["process"][key]
        else:
            expected["process"].pop(key, None)
    return expected


def _value(stanza, values):
    # type: (stanzas.Stanza, Dict[str, Any]) -> Any
    value = values.get(stanza.key)  # type: Any
    return value.get(stanza.process) if stanza.process else value


def _set_value(document, stanza, values, version, explicit):
    # type: (Document, stanzas.Stanza, Dict[str, Any], Tuple[int, ...], Container[str]) -> None
    """Write a value. Of env and limits, write only entries that differ if the result is the same, order included."""
    rows = [
        row for row in stanzas.STANZAS
        if (row.key, row.process) == (stanza.key, stanza.process) and row.name != "manual"
    ]
    if stanza.key in ("env", "limits"):
        split = _split_env if stanza.key == "env" else _split_limits
        before, after = split(document.values[stanza.key]), split(values[stanza.key])
        for detail in sorted(set(before) | set(after)):
            if before.get(detail) != after.get(detail):
                entry = {stanza.key: after.get(detail)}
                document.set_stanza(stanza.name, render.stanza_lines(stanza, entry, version), detail)
        if document.values[stanza.key] == values[stanza.key]:
            return
    lines = [line for row in rows for line in render.stanza_lines(row, values, version, explicit)]
    document.set_stanza(rows[0].name, lines)


def _split_env(assignments):
    # type: (List[str]) -> Dict[str, List[str]]
    variables = {}  # type: Dict[str, List[str]]
    for assignment in assignments:
        variables.setdefault(assignment.partition("=")[0], []).append(assignment)
    return variables


def _split_limits(limits):
    # type: (Dict[str, List[Any]]) -> Dict[str, Dict[str, List[Any]]]
    return dict((resource, {resource: bounds}) for resource, bounds in limits.items())
