# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file as text whose stanzas can be changed one by one, comments and layout left as they are."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple

from .._text import decode
from . import parser, render, stanzas
from .errors import JobFileError
from .stanzas import LATEST
from .tokens import Scanner
from .values import new_values

__metaclass__ = type

# name: as in the table; detail: what tells it apart from others of its kind (an env variable, a limit's resource) or
# None; start, end: where its words begin and where its last line ends; line: number of its first line; comment: where
# the comment at the end of its line begins, or None.
Span = namedtuple("Span", ["name", "detail", "start", "end", "line", "comment"])


class Document:
    """The text of one job or override file.

    :param text: text or bytes; JobFileError when Upstart would refuse it.

    ``text`` is the present text, byte for byte the given one until something is changed; ``stanzas`` is the list of
    its spans; ``values`` is what Upstart reads from it.
    """

    def __init__(self, text, version=LATEST, dialect="stock"):
        self._version = version
        self._dialect = dialect
        self._load(decode(text))

    def __str__(self):
        return self.text

    def _load(self, text):
        scanner = Scanner(text)
        values = new_values()
        spans = []
        line, counted = 1, 0
        for stanza, detail, start, end in parser.read_stanzas(scanner, values, self._version, self._dialect):
            line += text.count("\n", counted, start)
            counted = start
            comment = scanner.comment if scanner.comment is not None and scanner.comment > start else None
            spans.append(Span(stanza.name, detail, start, end, line, comment))
        self.text = text
        self.values = values
        self.stanzas = spans

    def spans(self, name, detail=None):
        """Return the spans that one stanza takes the place of.

        These are all that set the same value: ``exec`` and ``script``, ``oom`` and ``oom score``, ``start on`` and the
        ``manual`` that clears it; ``manual`` by itself stands for no other. ``detail`` narrows it down.
        """
        if name == "manual":
            return [span for span in self.stanzas if span.name == name]
        slot = _slot(name)
        return [
            span for span in self.stanzas if _slot(span.name) == slot and (detail is None or span.detail == detail)
        ]

    def set_stanza(self, name, lines, detail=None):
        """Put ``lines`` (one text for each stanza, without its last line end) where ``spans(name, detail)`` stand.

        The first is replaced and the others go; without any, the lines go behind the last stanza of the same group of
        the table, else to the end of the file.
        """
        spans = self.spans(name, detail)
        if not lines:
            self._splice((span, None) for span in spans)
        elif spans:
            self._splice((span, None if index else lines) for index, span in enumerate(spans))
        else:
            self._insert(stanzas.BY_NAME[name].group, lines)

    def remove_stanza(self, name, detail=None):
        """Take out all of ``spans(name, detail)``, each with its line end."""
        self.set_stanza(name, [], detail)

    def cut(self, span):
        """Return the text without one stanza; a comment at the end of its line stays."""
        if span.comment is not None:
            return self.text[:span.start] + self.text[span.comment:]
        start, end, instead = self._removal(span)
        return self.text[:start] + instead + self.text[end:]

    def _splice(self, changes):
        """Replace spans, given in the order of the text, by lines or (None) by nothing."""
        parts = []
        end = 0
        for span, lines in changes:
            start, stop, new = self._removal(span) if lines is None else self._replacement(span, lines)
            parts.extend([self.text[end:start], new])
            end = stop
        self._load("".join(parts) + self.text[end:])

    def _removal(self, span):
        """Return (start, end, text instead) that takes the span's whole line when nothing else stands on it."""
        line_start = self.text.rfind("\n", 0, span.start) + 1
        if not self.text[line_start:span.start].strip(" \t\r\0"):
            return line_start, span.end, ""
        return span.start, span.end, "\n" if self.text.endswith("\n", span.start, span.end) else ""

    def _replacement(self, span, lines):
        """Return (start, end, text instead) that keeps the comment of a line replaced by a line."""
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
    stanza = stanzas.BY_NAME[name]
    return stanza.key, stanza.part


def merge(text, wanted, keys, version=LATEST, dialect="stock", exec_fallback=True, explicit=()):
    """Return ``text`` with only those stanzas changed that set the values named by ``keys``.

    :param text: a job file that Upstart accepts.
    :param wanted: dict of values, of which those named count.
    :param keys: keys of the values; a process may go by its own name ("main", "pre-start", ...).
    :param exec_fallback: write a command that Upstart would garble as a script ``exec COMMAND`` instead of refusing.
    :param explicit: keys that must stand in the text even at their unset value, as in an override.
    :raises JobFileError: when a value cannot be expressed, or the result would not be the old values with the named
        ones replaced.
    """
    document = Document(text, version, dialect)
    if exec_fallback:
        wanted = dict(wanted, process=render.with_fallback(wanted["process"]))
    expected = _updated(document.values, wanted, keys)
    for stanza in stanzas.STANZAS:
        if stanza.key in keys or stanza.part in keys:
            missing = stanza.key in explicit and not document.spans(stanza.name)
            if missing or _value(stanza, document.values) != _value(stanza, expected):
                _set_value(document, stanza, expected, version, explicit)
    if document.values != expected:
        wrong = sorted(key for key in expected if document.values.get(key) != expected[key])
        raise JobFileError(
            "%s cannot be changed in this file without changing more" % ", ".join(wrong),
            hint="write the whole file instead",
            keys=wrong,
        )
    return document.text


def _updated(values, wanted, keys):
    expected = dict(values, process=dict(values["process"]))
    for key in keys:
        if key in wanted:
            expected[key] = wanted[key]
        elif key in wanted["process"]:
            expected["process"][key] = wanted["process"][key]
        else:
            expected["process"].pop(key, None)
    return expected


def _value(stanza, values):
    value = values.get(stanza.key)
    return value.get(stanza.part) if stanza.part else value


def _set_value(document, stanza, values, version, explicit):
    """Write one value; of variables and limits only those that differ, when that gives the wanted order too."""
    rows = [row for row in stanzas.STANZAS if (row.key, row.part) == (stanza.key, stanza.part) and row.name != "manual"]
    if stanza.key in ("env", "limits"):
        split = _split_env if stanza.key == "env" else _split_limits
        before, after = split(document.values[stanza.key]), split(values[stanza.key])
        for detail in sorted(set(before) | set(after)):
            if before.get(detail) != after.get(detail):
                part = {stanza.key: after.get(detail)}
                document.set_stanza(stanza.name, render.stanza_lines(stanza, part, version), detail)
        if document.values[stanza.key] == values[stanza.key]:
            return
    lines = [line for row in rows for line in render.stanza_lines(row, values, version, explicit)]
    document.set_stanza(rows[0].name, lines)


def _split_env(assignments):
    variables = {}
    for assignment in assignments:
        variables.setdefault(assignment.partition("=")[0], []).append(assignment)
    return variables


def _split_limits(limits):
    return dict((resource, {resource: bounds}) for resource, bounds in limits.items())
