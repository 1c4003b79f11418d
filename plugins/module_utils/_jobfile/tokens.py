# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scanner: words, arguments, commands and blocks of a job file, exactly as Upstart cuts them.

Blanks are space, tab, CR and NUL; NUL also counts as "#" and as the end of a line. Every reader first tries one
regular expression for what people write, and falls back to ``_scan``, which knows every oddity. No expression can
match one text in two ways, so the time is linear in the length of the text.
"""

from __future__ import absolute_import, division, print_function

import re
from collections import namedtuple

from .._text import has_stray_bytes, join_bytes
from . import errors
from .errors import JobFileError

__metaclass__ = type

BLANKS = " \t\r\0"
SKIP = r"(?:[ \t\r\0]+|\\\n)*"
QUOTED_TEXT = r"""(?:"([^"\\\n\0]*)"|'([^'\\\n\0]*)')"""

BLANKS_AND_LINE_ENDS = re.compile(r"[ \t\r\0\n]*")
BLANKS_AND_CONTINUATIONS = re.compile(SKIP)
LINE_END = re.compile(r"(?:[#\0][^\n]*)?(?:\n|\Z)")
# One bare piece and perhaps a quoted one: word, "a text", NAME="a text".
PLAIN_WORD = re.compile(r"""([^ \t\r\0#\n"'\\]+)(?=[ \t\r\0#\n]|\Z)""" + SKIP)
PLAIN_ARGUMENT = re.compile(r"""([^ \t\r\0#\n"'\\]*)""" + QUOTED_TEXT + r"?(?=[ \t\r\0#\n]|\Z)" + SKIP)
PLAIN_EVENT_WORD = re.compile(r"""([^ \t\r\0#\n"'\\()]*)""" + QUOTED_TEXT + r"?(?=[ \t\r\0#\n()]|\Z)" + SKIP)
PLAIN_COMMAND = re.compile(r"""[^"'\\#\n\0]*(?:(?:"[^"\\\n\0]*"|'[^'\\\n\0]*'|\\\n)[^"'\\#\n\0]*)*""")
CONTINUATIONS = re.compile(r"(?<![ \t\r])[ \t\r]*\\\n(?:[ \t\r]+|\\\n)*")
BLOCK_END = re.compile(r"\n[ \t\r\0]*end[ \t\r\0]+script[ \t\r\0]*(?:#[^\n]*)?(?:\n|\Z)")
INDENT = re.compile(r"[ \t\r\0]*")

OPERATORS = ("and", "or")

# Where a token ends outside quotes, and the runs of text in which nothing special can happen.
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

    :param text: the whole text of the file.

    ``comment`` is where the "#" of the last comment stood that ended a stanza's line.
    """

    def __init__(self, text):
        self.text = text
        self.pos = 0
        self.length = len(text)
        self.comment = None
        self._stray_bytes = has_stray_bytes(text)

    def error(self, message, pos=None, hint=None):
        """Return a JobFileError for the line of ``pos``, by default where the scanner stands."""
        line = 1 + self.text.count("\n", 0, self.pos if pos is None else pos)
        return JobFileError(message, line=line, hint=hint)

    def next_stanza(self):
        """Skip blanks, empty lines and comments; tell whether a stanza follows."""
        text = self.text
        pos = BLANKS_AND_LINE_ENDS.match(text, self.pos).end()
        while text.startswith("#", pos):
            line_end = text.find("\n", pos)
            pos = self.length if line_end < 0 else BLANKS_AND_LINE_ENDS.match(text, line_end).end()
        self.pos = pos
        return pos < self.length

    def skip_blanks(self):
        """Skip blanks and continued line ends."""
        self.pos = BLANKS_AND_CONTINUATIONS.match(self.text, self.pos).end()

    def has_token(self):
        """Tell whether something other than a comment or the end of the line follows."""
        return self.pos < self.length and self.text[self.pos] not in "#\n\0"

    def end_line(self):
        """Step over a comment and the end of the line; anything else is an error."""
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
        """Read one word with its quotes and escapes left in."""
        plain = PLAIN_WORD.match(self.text, self.pos)
        if plain:
            self.pos = plain.end()
            word = plain.group(1)
            return join_bytes(word) if self._stray_bytes else word
        return self._token(WORD, False)

    def argument(self):
        """Read one argument, quotes and escapes removed."""
        plain = PLAIN_ARGUMENT.match(self.text, self.pos)
        argument = plain and _pieces(plain)
        if argument:
            self.pos = plain.end()
            return join_bytes(argument) if self._stray_bytes else argument
        return self._token(WORD, True)

    def event_word(self):
        """Read one word of a condition; return (its text, whether it is the operator ``and`` or ``or``)."""
        plain = PLAIN_EVENT_WORD.match(self.text, self.pos)
        word = plain and _pieces(plain)
        if word:
            self.pos = plain.end()
            return self._joined(word), plain.lastindex == 1 and word in OPERATORS
        start = self.pos
        word = self._token(EVENT_WORD, False)
        if word in OPERATORS:
            return word, True
        self.pos = start
        return self._token(EVENT_WORD, True), False

    def command(self):
        """Read the rest of the line, quotes and escapes left in, and step over its end."""
        text = self.text
        plain = PLAIN_COMMAND.match(text, self.pos)
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
        """Read lines up to "end script" and take off the blanks that all of them begin with."""
        start = self.pos
        end = BLOCK_END.search(self.text, start - 1)
        if start >= self.length or end is None:
            self.pos = self.length
            raise self.error(errors.UNTERMINATED_BLOCK)
        self.pos = end.end()
        return self._joined(_without_indent(self.text[start:end.start() + 1]))

    def _token(self, syntax, unquote):
        value, written = self._scan(syntax, unquote)
        if not written:
            raise self.error(errors.EXPECTED_TOKEN)
        self.skip_blanks()
        return self._joined(value)

    def _joined(self, value):
        return join_bytes(value) if self._stray_bytes else value

    def _scan(self, syntax, unquote):
        """Read one token of any form; return (its text, whether anything was written at all).

        ``gap`` holds blanks that count only if something follows; a line end folds them to one space.
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
                gap = (QUOTED_BLANK_RUN if quote else BLANK_RUN).match(text, pos).group()
                pos += len(gap)
                continue
            else:
                plain = (QUOTED[quote] if quote else syntax.plain).match(text, pos).group()
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
    """Tell whether ``command`` is read unchanged, as far as that can be told without scanning it."""
    if not command or "\\" in command or command != command.strip(BLANKS):
        return False
    return PLAIN_COMMAND.match(command).end() == len(command)


def _pieces(plain):
    """Return the text of a plain argument: its bare piece and its quoted one."""
    if plain.lastindex == 1:
        return plain.group(1)
    return plain.group(1) + plain.group(plain.lastindex)


def _escaped(char, gap, folded, unquote):
    """Return what a backslash and ``char`` add to a token, blanks before them included.

    Before anything but a backslash or a blank, libnih writes the backslash first and then the gap, taken from one
    place too late: it loses the gap's first blank and gains the backslash.
    """
    before = " " if folded else gap
    if char == "\\" or char in BLANKS:
        return before + char if unquote else before + "\\" + char
    if folded:
        return "\\ " + char
    return "\\" + (gap[1:] + "\\" if gap else "") + char


def _without_indent(block):
    """Take the blanks that all lines have in common, and anything after a NUL, off every line of ``block``."""
    lines = block.split("\n")
    lines.pop()
    if not lines:
        return ""
    common = INDENT.match(lines[0]).group()
    for line in lines:
        while not line.startswith(common):
            common = _common_start(common, line)
    width = len(common)
    if "\0" in block:
        return "".join((line[width:] + "\n").partition("\0")[0] for line in lines)
    return "".join(line[width:] + "\n" for line in lines) if width else block


def _common_start(first, second):
    for index, (one, other) in enumerate(zip(first, second)):
        if one != other:
            return first[:index]
    return first[:len(second)]
