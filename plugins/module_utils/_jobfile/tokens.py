# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scanner: it splits a job file into words, arguments, commands and blocks exactly as Upstart does.

Blanks are space, tab, CR and NUL. NUL also counts as "#" and as the end of a line. Every method first tries a regular
expression for ordinary text, and falls back to ``_scan``, which handles all special cases. No expression matches a
text in two ways, so the time is linear in the length of the text.
"""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from .._text import has_stray_bytes, join_bytes
from . import errors
from .errors import JobFileError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Match, Optional, Tuple  # noqa: F401

__metaclass__ = type

BLANKS = " \t\r\0"
SKIP = r"(?:[ \t\r\0]+|\\\n)*"
QUOTED_TEXT = r"""(?:"([^"\\\n\0]*)"|'([^'\\\n\0]*)')"""

BLANKS_AND_LINE_ENDS = re.compile(r"[ \t\r\0\n]*")
BLANKS_AND_CONTINUATIONS = re.compile(SKIP)
LINE_END = re.compile(r"(?:[#\0][^\n]*)?(?:\n|\Z)")
# An unquoted piece, a quoted piece, or both: word, "a text", NAME="a text".
PLAIN_WORD = re.compile(r"""([^ \t\r\0#\n"'\\]+)(?=[ \t\r\0#\n]|\Z)""" + SKIP)
PLAIN_ARGUMENT = re.compile(r"""([^ \t\r\0#\n"'\\]*)""" + QUOTED_TEXT + r"?(?=[ \t\r\0#\n]|\Z)" + SKIP)
PLAIN_EVENT_WORD = re.compile(r"""([^ \t\r\0#\n"'\\()]*)""" + QUOTED_TEXT + r"?(?=[ \t\r\0#\n()]|\Z)" + SKIP)
PLAIN_COMMAND = re.compile(r"""[^"'\\#\n\0]*(?:(?:"[^"\\\n\0]*"|'[^'\\\n\0]*'|\\\n)[^"'\\#\n\0]*)*""")
CONTINUATIONS = re.compile(r"(?<![ \t\r])[ \t\r]*\\\n(?:[ \t\r]+|\\\n)*")
BLOCK_END = re.compile(r"\n[ \t\r\0]*end[ \t\r\0]+script[ \t\r\0]*(?:#[^\n]*)?(?:\n|\Z)")
INDENT = re.compile(r"[ \t\r\0]*")

OPERATORS = ("and", "or")

# delimiters: characters that end a token outside of quotes; plain: pattern of text without special characters.
Syntax = namedtuple("Syntax", ["delimiters", "plain"])
WORD = Syntax(" \t\r\0#\n", re.compile(r"""[^ \t\r\0#\n"'\\]+"""))
EVENT_WORD = Syntax(" \t\r\0#\n()", re.compile(r"""[^ \t\r\0#\n"'\\()]+"""))
COMMAND = Syntax("\0#\n", re.compile(r"""[^ \t\r\0#\n"'\\]+"""))
QUOTED = {
    '"': re.compile(r"""[^ \t\r\0\n"\\]+"""),
    "'": re.compile(r"""[^ \t\r\0\n'\\]+"""),
}
BLANK_RUN = re.compile(r"[ \t\r]+")
QUOTED_BLANK_RUN = re.compile(r"[ \t\r\0]+")


class Scanner:
    """A position in the text of a job file.

    :param text: text of the whole file.

    :ivar pos: int, index of the next character.
    :ivar comment: int, index of the "#" of the last comment at the end of a stanza's line, or None.
    """

    def __init__(self, text):
        # type: (str) -> None
        self.text = text
        self.pos = 0
        self.length = len(text)
        self.comment = None  # type: Optional[int]
        self._stray_bytes = has_stray_bytes(text)

    def error(self, message, pos=None, hint=None):
        # type: (str, Optional[int], Optional[str]) -> JobFileError
        """Return a JobFileError for the line of ``pos``, by default the current line."""
        line = 1 + self.text.count("\n", 0, self.pos if pos is None else pos)
        return JobFileError(message, line=line, hint=hint)

    def next_stanza(self):
        # type: () -> bool
        """Skip blanks, empty lines and comments; return whether a stanza follows."""
        text = self.text
        pos = BLANKS_AND_LINE_ENDS.match(text, self.pos).end()  # type: ignore[union-attr]  # always matches
        while text.startswith("#", pos):
            line_end = text.find("\n", pos)
            pos = (self.length if line_end < 0
                   else BLANKS_AND_LINE_ENDS.match(text, line_end).end())  # type: ignore[union-attr]
        self.pos = pos
        return pos < self.length

    def skip_blanks(self):
        # type: () -> None
        """Skip blanks and continued line ends."""
        self.pos = BLANKS_AND_CONTINUATIONS.match(self.text, self.pos).end()  # type: ignore[union-attr]

    def has_token(self):
        # type: () -> bool
        """Return whether a word follows on this line."""
        return self.pos < self.length and self.text[self.pos] not in "#\n\0"

    def end_line(self):
        # type: () -> None
        """Skip a comment and the end of the line; raise JobFileError for anything else."""
        pos = self.pos
        if self.text.startswith("\n", pos):
            self.pos = pos + 1
            return
        end = LINE_END.match(self.text, pos)
        if end is None:
            raise self.error(errors.UNEXPECTED_TOKEN)
        if self.text.startswith("#", pos):
            self.comment = pos
        self.pos = end.end()

    def word(self):
        # type: () -> str
        """Read a word; keep its quotes and escapes."""
        plain = PLAIN_WORD.match(self.text, self.pos)
        if plain:
            self.pos = plain.end()
            word = plain.group(1)
            return join_bytes(word) if self._stray_bytes else word
        return self._token(WORD, False)

    def argument(self):
        # type: () -> str
        """Read an argument; remove its quotes and escapes."""
        plain = PLAIN_ARGUMENT.match(self.text, self.pos)
        argument = plain and _pieces(plain)
        if argument:
            self.pos = plain.end()  # type: ignore[union-attr]  # an argument comes from a match
            return join_bytes(argument) if self._stray_bytes else argument
        return self._token(WORD, True)

    def event_word(self):
        # type: () -> Tuple[str, bool]
        """Read a word of a condition; return (its text, whether it is the operator ``and`` or ``or``)."""
        plain = PLAIN_EVENT_WORD.match(self.text, self.pos)
        word = plain and _pieces(plain)
        if word:
            self.pos = plain.end()  # type: ignore[union-attr]  # a word comes from a match
            return self._joined(word), plain.lastindex == 1 and word in OPERATORS  # type: ignore[union-attr]
        start = self.pos
        word = self._token(EVENT_WORD, False)
        if word in OPERATORS:
            return word, True
        self.pos = start
        return self._token(EVENT_WORD, True), False

    def command(self):
        # type: () -> str
        """Read the rest of the line and skip its end; keep quotes and escapes."""
        text = self.text
        plain = PLAIN_COMMAND.match(text, self.pos)  # type: Match[str]  # type: ignore[assignment]  # always matches
        end = plain.end()
        if end == self.length or text[end] in "#\n\0":
            command = plain.group()
            if "\\" in command:
                command = CONTINUATIONS.sub(" ", command)
            command = command.rstrip(BLANKS)
            self.pos = end
        else:
            command, _written = self._scan(COMMAND, False)
        self.end_line()
        return self._joined(command)

    def block(self):
        # type: () -> str
        """Read the lines up to "end script"; remove the indentation that they have in common."""
        start = self.pos
        end = BLOCK_END.search(self.text, start - 1)
        if start >= self.length or end is None:
            self.pos = self.length
            raise self.error(errors.UNTERMINATED_BLOCK)
        self.pos = end.end()
        return self._joined(_without_indent(self.text[start:end.start() + 1]))

    def _token(self, syntax, unquote):
        # type: (Syntax, bool) -> str
        value, written = self._scan(syntax, unquote)
        if not written:
            raise self.error(errors.EXPECTED_TOKEN)
        self.skip_blanks()
        return self._joined(value)

    def _joined(self, value):
        # type: (str) -> str
        return join_bytes(value) if self._stray_bytes else value

    def _scan(self, syntax, unquote):
        # type: (Syntax, bool) -> Tuple[str, bool]
        """Read a token of any form; return (its text, whether there is a token at all).

        ``gap`` holds blanks, which count only if more text follows. A line end folds them to one space.
        """
        text, length, pos = self.text, self.length, self.pos
        out = []
        quote = None
        gap = ""
        folded = False
        while pos < length:
            char = text[pos]
            width = 1
            if char == "\\":
                width = 2
                follower = text[pos + 1:pos + 2]
                if not follower:
                    self.pos = length
                    raise self.error(errors.TRAILING_SLASH)
                if follower == "\n":
                    folded = True
                    pos += 2
                    continue
                piece = _escaped(follower, gap, folded, unquote)
                gap = ""
                folded = False
            elif char == quote or (quote is None and char in "\"'"):
                quote = None if quote else char
                piece = "" if unquote else char
            elif quote is None and char in syntax.delimiters:
                break
            elif char == "\n":
                folded = True
                pos += 1
                continue
            elif char in BLANKS:
                gap = (QUOTED_BLANK_RUN if quote else BLANK_RUN).match(text, pos).group()  # type: ignore[union-attr]
                pos += len(gap)
                continue
            else:
                plain = (QUOTED[quote] if quote else syntax.plain).match(text, pos).group()  # type: ignore[union-attr]
                width = len(plain)
                piece = plain
            out.append(" " if folded else gap)
            out.append(piece)
            gap = ""
            folded = False
            pos += width
        self.pos = pos
        if quote:
            raise self.error(errors.UNTERMINATED_QUOTE)
        value = "".join(out)
        return value.partition("\0")[0], bool(value) or folded


def is_plain_command(command):
    # type: (str) -> bool
    """Return True if Upstart certainly reads ``command`` unchanged; False means that only a scan can tell."""
    if not command or "\\" in command or command != command.strip(BLANKS):
        return False
    return PLAIN_COMMAND.match(command).end() == len(command)  # type: ignore[union-attr]  # always matches


def _pieces(plain):
    # type: (Match[str]) -> str
    """Return the text of a plain argument: its unquoted piece and its quoted piece."""
    if plain.lastindex == 1:
        return plain.group(1)
    return plain.group(1) + plain.group(plain.lastindex)  # type: ignore[arg-type]  # an expression with a group


def _escaped(char, gap, folded, unquote):
    # type: (str, str, bool, bool) -> str
    """Return the text that a backslash and ``char`` add to a token, including the blanks before them.

    libnih has a bug unless ``char`` is a backslash or a blank. It writes the backslash and then the gap, but copies
    the gap from one character too far: the first blank of the gap is lost and the backslash appears twice.
    """
    before = " " if folded else gap
    if char == "\\" or char in BLANKS:
        return before + char if unquote else before + "\\" + char
    if folded:
        return "\\ " + char
    return "\\" + (gap[1:] + "\\" if gap else "") + char


def _without_indent(block):
    # type: (str) -> str
    """Return ``block`` without the indentation that all lines have in common, and without text after a NUL."""
    lines = block.split("\n")
    lines.pop()
    if not lines:
        return ""
    common = INDENT.match(lines[0]).group()  # type: ignore[union-attr]  # always matches
    for line in lines:
        while not line.startswith(common):
            common = _common_start(common, line)
    width = len(common)
    if "\0" in block:
        return "".join((line[width:] + "\n").partition("\0")[0] for line in lines)
    return "".join(line[width:] + "\n" for line in lines) if width else block


def _common_start(first, second):
    # type: (str, str) -> str
    for index, (left, right) in enumerate(zip(first, second)):
        if left != right:
            return first[:index]
    return first[:len(second)]
