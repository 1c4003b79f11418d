# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bash and other shells have and dash, the /bin/sh of Debian, Ubuntu and Chrome OS, does not have.

Each entry of these tables was tried with dash 0.5.12.
"""

from __future__ import absolute_import, division, print_function

import re

from .flow import functions_of
from .reader import ASSIGNMENT, KEYWORDS, blank_out_quoted, read_script, unquoted, without_single_quoted

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator, List, Sequence  # noqa: F401
    from .reader import Statement  # noqa: F401

__metaclass__ = type

COMMANDS = frozenset([
    "[[", "builtin", "caller", "compgen", "complete", "coproc", "declare", "dirs", "disown", "enable", "function",
    "let", "mapfile", "popd", "pushd", "readarray", "select", "shopt", "source", "typeset",
])
# Arguments of builtins that end the command with an error.
ARGUMENTS = {
    "[": r"==|=~", "test": r"==|=~", "export": r"-[fn]", "kill": r"-SIG[A-Z0-9]+", "printf": r"-v",
    "read": r"-[a-oq-zA-Z]*[adeinNstu][0-9]*", "set": r"pipefail", "trap": r"ERR|DEBUG|RETURN|SIG[A-Z0-9]+",
    "wait": r"-n",
}
# The same for the first argument only: behind it are the arguments of other programs, or names.
FIRST_ARGUMENTS = {
    "exec": r"-[acl]+", "local": r"-[a-zA-Z]+", "readonly": r"-[a-oq-zA-Z]+", "type": r"-[a-zA-Z]+", "unset": r"-n",
}
APPENDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+=")
BRACE_LIST = re.compile(r"(?<!\$)\{(?:[^{}$]*,[^{}$]*|[A-Za-z0-9]+\.\.[A-Za-z0-9]+)\}")
EXPANSION = re.compile(r"\$\{(?:![A-Za-z_]|[A-Za-z_][A-Za-z0-9_]*(?:\[|/|\^|,|@|:(?![-+=?]))|[@*]:)[^}]*\}?")
QUOTED_PART = re.compile(r"\$'(?:[^'\\]|\\.)*'|'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
ESCAPED = re.compile(r"\\.", re.DOTALL)


def words_unknown_to_sh(text):
    # type: (str) -> List[str]
    """Return what a script has that dash does not have, each once and as it is written."""
    own = functions_of(text)
    result = []  # type: List[str]
    for statement in read_script(text):
        for word in _of_statement(statement):
            if word not in own and word not in result:
                result.append(word)
    return result


def _of_statement(statement):
    # type: (Statement) -> List[str]
    result = list(statement.foreign_operators)
    if not statement.is_case_pattern:
        result.extend(_of_command(statement))
    documents = [document.text for document in statement.documents if document.is_expanded]
    for text in statement.words + statement.targets + documents:
        result.extend(EXPANSION.findall(ESCAPED.sub("", without_single_quoted(text))))
    return result


def _of_command(statement):
    # type: (Statement) -> List[str]
    words = list(statement.words)
    result = []  # type: List[str]
    while words and (words[0] in KEYWORDS or ASSIGNMENT.match(words[0])):
        assignment = words.pop(0)
        if assignment.endswith("=") and (words[:1] == ["()"] or (not words and statement.operator == "(")):
            result.append(assignment + "(...)")
    if not words:
        return result
    if words[0] in COMMANDS:
        result.append(words[0])
    if APPENDS.match(words[0]):
        result.append(APPENDS.match(words[0]).group())  # type: ignore[union-attr]  # just tested
    result.extend(_refused_arguments(words))
    for word in words:
        if BRACE_LIST.search(blank_out_quoted(word)):
            result.append(word)
        result.extend(part for part in QUOTED_PART.findall(word) if part.startswith("$'"))
    return result


def _refused_arguments(words):
    # type: (Sequence[str]) -> Iterator[str]
    """Yield the builtin with the arguments that it refuses."""
    pattern = FIRST_ARGUMENTS.get(words[0])
    if pattern and re.match(pattern + "$", "".join(words[1:2])):
        yield " ".join(words[:2])
    pattern = ARGUMENTS.get(words[0])
    for word in words[1:] if pattern else ():
        if re.match("(?:%s)$" % pattern, unquoted(word)):
            yield "%s ... %s" % (words[0], word) if words[0] in ("[", "test", "trap", "set") else " ".join(
                [words[0], word])
