# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of shell scripts: it splits them into simple commands with their words and here-documents.

It knows quotes, comments, continued lines, redirections, here-documents, command substitutions and the patterns of
``case``. It expands nothing, and it does not follow control structures: ``if`` is a word like any other.
"""

from __future__ import absolute_import, division, print_function

import collections
import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Match, Tuple  # noqa: F401

__metaclass__ = type

KEPT_RESULTS = 16
_RESULTS = {}  # type: Dict[str, List[Statement]]

SUBSTITUTION = "$"  # the word, or the end of one, in place of a command substitution
CONDITIONAL_KEYWORDS = frozenset(["!", "elif", "else", "fi", "if", "then", "{", "}"])
KEYWORDS = CONDITIONAL_KEYWORDS.union(["while", "until", "do", "done", "esac"])
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")

ARITHMETIC = r"\$\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)"
WORD = (
    r"""(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|\$\{[^}]*\}|""" + ARITHMETIC + r"""|[^ \t\r\f\v\n;&|()<>`'"\\]|['"\\])+""")
TOKEN = re.compile(
    r"(?P<blank>(?:[ \t\r\f\v]|\\\n)+)|(?P<comment>#[^\n]*)"
    r"|(?P<redirection>(?:[0-9]+|&)?(?:(?P<here><<-?)(?!<)|<<<|<>|<&|>>|>&|>\||[<>])[ \t]*(?P<target>%s)?)"
    r"|(?P<word>\(\)|%s)|(?P<operator>\|\||&&|.)" % (WORD, WORD), re.DOTALL)
QUOTED = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)""", re.DOTALL)
FOREIGN_REDIRECTION = re.compile(r"<<<|&>>?")
FOREIGN_OPERATORS = ("<(", ">(", "|&", "((")
QUOTED_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")

# word: text that ends it; text: its lines; is_closed: whether the script has the line that ends it;
# is_expanded: whether the shell expands variables in it.
HereDocument = collections.namedtuple("HereDocument", ["word", "text", "is_closed", "is_expanded"])
# The context of a command substitution. closer: the operator that ends the substitution; pipeline: Statements
# that it interrupts; depth: number of open parentheses there.
_Interrupted = collections.namedtuple("_Interrupted", ["closer", "pipeline", "depth"])


class Statement:
    """A simple command.

    :ivar words: list of text, the words as written, without redirections.
    :ivar targets: list of text, the files and descriptors of redirections as written.
    :ivar documents: list of HereDocument.
    :ivar operator: text after the command: ``;``, ``&``, ``|``, ``&&``, ``||``, a parenthesis, a back-quote, a line
        break, or "" at the end of the script.
    :ivar is_nested: bool, whether it is in a command substitution outside of quotes.
    :ivar has_substitution: bool, whether a command substitution outside of quotes is among its words.
    :ivar has_redirection: bool.
    :ivar is_case_pattern: bool, whether its words are a pattern of ``case`` and no command.
    :ivar foreign_operators: list of text, the operators and redirections that a POSIX shell does not have.
    """

    def __init__(self, is_nested):
        # type: (bool) -> None
        self.words = []  # type: List[str]
        self.targets = []  # type: List[str]
        self.documents = []  # type: List[HereDocument]
        self.operator = ""
        self.is_nested = is_nested
        self.has_substitution = False
        self.has_redirection = False
        self.is_case_pattern = False
        self.foreign_operators = []  # type: List[str]


def read_script(text):
    # type: (str) -> List[Statement]
    """Return the Statements of a script in the order in which they end; some have no words.

    The rules of the checks read each script several times, so the last results are kept. Nobody changes them.
    """
    if text not in _RESULTS:
        if len(_RESULTS) >= KEPT_RESULTS:
            _RESULTS.clear()
        _RESULTS[text] = _ScriptReader(text).read()
    return _RESULTS[text]


def unquoted(word):
    # type: (str) -> str
    """Return a word without its quotes, as the command gets it."""
    return QUOTED.sub(lambda quoted: "".join(text or "" for text in quoted.groups()).replace("\\\n", ""), word)


def blank_out_quoted(text):
    # type: (str) -> str
    """Return a text with an "x" in place of everything that is quoted."""
    return QUOTED.sub("x", text)


def without_single_quoted(text):
    # type: (str) -> str
    """Return a text without the parts in single quotes, where the shell expands nothing."""
    return QUOTED.sub(lambda quoted: "" if quoted.group().startswith("'") else quoted.group(), text)


def has_open_quote(text):
    # type: (str) -> bool
    """Return whether a quote is not closed, or the text ends in a backslash."""
    bare = blank_out_quoted(text)
    return "'" in bare or '"' in bare or bare.endswith("\\")


def quoted_substitutions(word):
    # type: (str) -> List[str]
    """Return the texts of the command substitutions in the double quotes of a word."""
    return ["".join(texts) for texts in QUOTED_SUBSTITUTION.findall(word)] if '"' in word else []


class _ScriptReader:
    def __init__(self, text):
        # type: (str) -> None
        self._text = text
        self._depth = 0
        self._interrupted = []  # type: List[_Interrupted]
        # (Statement, end word as written, whether tabs before that word are ignored)
        self._open_documents = []  # type: List[Tuple[Statement, str, bool]]
        self._pipeline = [Statement(False)]
        self._statements = []  # type: List[Statement]

    def read(self):
        # type: () -> List[Statement]
        position = 0
        while position < len(self._text):
            token = TOKEN.match(self._text, position)  # type: Match[str]  # type: ignore[assignment]  # always matches
            start, position = position, token.end()
            if token.group("word"):
                self._pipeline[-1].words.append(token.group("word"))
            elif token.group("redirection"):
                self._redirect(token)
            elif token.group("operator"):
                self._operator(token.group("operator"), self._text[max(0, start - 2):start])
                if token.group("operator") == "\n" and self._open_documents:
                    position = self._read_documents(position)
        while self._interrupted:
            self._close_substitution()
        self._end_statement("")
        self._read_documents(position)
        return self._statements

    def _redirect(self, token):
        # type: (Match[str]) -> None
        statement = self._pipeline[-1]
        statement.has_redirection = True
        target = token.group("target")
        if target and token.group("here"):
            self._open_documents.append((statement, target, token.group("here") == "<<-"))
        elif target:
            statement.targets.append(target)
        foreign = FOREIGN_REDIRECTION.match(token.group())
        if foreign:
            statement.foreign_operators.append(foreign.group())

    def _operator(self, operator, before):
        # type: (str, str) -> None
        """Handle an operator.

        :param before: text, the two characters before it.
        """
        previous = before[-1:]
        if previous + operator in FOREIGN_OPERATORS and before != "$(":
            self._pipeline[-1].foreign_operators.append(previous + operator)
        closes = bool(self._interrupted) and self._interrupted[-1].closer == operator and not self._depth
        if closes:
            self._close_substitution(operator)
        elif operator == "(" and previous == "$":
            self._open_substitution(")")
        elif operator == "`":
            words = self._pipeline[-1].words
            if words and not previous.isspace():
                words[-1] += SUBSTITUTION
            else:
                words.append(SUBSTITUTION)
            self._open_substitution("`")
        else:
            if operator == ")" and not self._depth:
                for statement in self._pipeline:
                    statement.is_case_pattern = True
            self._depth = max(0, self._depth + (operator == "(") - (operator == ")"))
            self._end_statement(operator)

    def _open_substitution(self, closer):
        # type: (str) -> None
        self._pipeline[-1].has_substitution = True
        self._interrupted.append(_Interrupted(closer, self._pipeline, self._depth))
        self._pipeline = [Statement(True)]
        self._depth = 0

    def _close_substitution(self, operator=""):
        # type: (str) -> None
        self._end_statement(operator)
        _closer, self._pipeline, self._depth = self._interrupted.pop()

    def _end_statement(self, operator):
        # type: (str) -> None
        self._pipeline[-1].operator = operator
        if operator != "|":
            self._statements.extend(self._pipeline)
            self._pipeline = []
        self._pipeline.append(Statement(bool(self._interrupted)))

    def _read_documents(self, position):
        # type: (int) -> int
        """Read the here-documents that begin at a position; return where they end."""
        documents, self._open_documents = self._open_documents, []
        for statement, written, without_tabs in documents:
            word = unquoted(written)
            pattern = re.compile(r"^%s%s$" % (r"\t*" if without_tabs else "", re.escape(word)), re.MULTILINE)
            last_line = pattern.search(self._text, position)
            end = last_line.start() if last_line else len(self._text)
            statement.documents.append(HereDocument(
                word, self._text[position:end], last_line is not None, word == written))
            position = min(last_line.end() + 1, len(self._text)) if last_line else len(self._text)
        return position
