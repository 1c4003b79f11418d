# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of shell scripts: where commands end, and what belongs to a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell import reader
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work

# Script and its statements: their words joined by "|", and the operator after them.
SCRIPTS: list[tuple[str, list[tuple[str, str]]]] = [
    ("a b\nc; d", [("a|b", "\n"), ("c", ";"), ("d", "")]),
    ("a && b || c & d | e", [("a", "&&"), ("b", "||"), ("c", "&"), ("d", "|"), ("e", "")]),
    ("export A='x;y'\nexec c", [("export|A='x;y'", "\n"), ("exec|c", "")]),
    ("a \"b\nc\" \\\n d # e; f\ng#h", [("a|\"b\nc\"|d", "\n"), ("g#h", "")]),
    ("a 2>&1 >x b <<E\nc\nE\nd", [("a|b", "\n"), ("d", "")]),
    ("a $(b; c) d", [("b", ";"), ("c", ")"), ("a|$|d", "")]),
    ("A=`b` c", [("b", "`"), ("A=$|c", "")]),
    ("a `b` c", [("b", "`"), ("a|$|c", "")]),
    ("a $(b (c) $(d)) e", [("b", "("), ("c", ")"), ("d", ")"), ("$", ")"), ("a|$|e", "")]),
    ("(a; b) & c", [("a", ";"), ("b", ")"), ("c", "")]),
    ("a $((1 << 2)) b", [("a|$((1 << 2))|b", "")]),
    ("a ${b:-c;d} e", [("a|${b:-c;d}|e", "")]),
    ("a $(b", [("b", ""), ("a|$", "")]),
    ("a 'b", [("a|'b", "")]),
]


@pytest.mark.parametrize(("script", "expected"), SCRIPTS)
def test_statements(script: str, expected: list[tuple[str, str]]) -> None:
    statements = reader.read_script(script)
    assert [("|".join(item.words), item.operator) for item in statements if item.words] == expected


def test_the_words_in_front_of_a_parenthesis_of_case_are_no_command() -> None:
    statements = reader.read_script("case $1 in\nstart|stop) a ;;\nesac")
    assert [("|".join(item.words), item.is_case_pattern) for item in statements if item.words] == [
        ("case|$1|in", False), ("start", True), ("stop", True), ("a", False), ("esac", False)]


def test_redirections() -> None:
    statement = reader.read_script("a >b 2>&1 <'c d'")[0]
    assert (statement.words, statement.targets, statement.has_redirection) == (["a"], ["b", "1", "'c d'"], True)
    assert not reader.read_script("a")[0].has_redirection


def test_here_documents() -> None:
    statements = reader.read_script("a <<A <<-'B'; b <<C\n1\nA\n2\n\tB\n3\n")
    assert statements[0].documents == [("A", "1\n", True, True), ("B", "2\n", True, False)]
    assert statements[1].documents == [("C", "3\n", False, True)]
    assert reader.read_script("a <<A")[0].documents == [("A", "", False, True)]


@pytest.mark.parametrize(("word", "is_expanded"), [("E", True), ("'E'", False), ('"E"', False), ("\\E", False)])
def test_a_quoted_end_word_leaves_variables_alone(word: str, is_expanded: bool) -> None:
    statement = reader.read_script(f"a <<{word}\n$b\nE\n")[0]
    assert statement.documents == [("E", "$b\n", True, is_expanded)]


@pytest.mark.parametrize(("text", "operators"), [
    ("a <(b) >(c)", ["<(", ">("]), ("a <<<b", ["<<<"]), ("a &>b", ["&>"]), ("a &>>b", ["&>>"]), ("a |& b", ["|&"]),
    ("((a))", ["(("]), ("a < b (c) 2>&1 >|d & >e", []), ("a $((1+(2*(3+4))))", []), ("a $( (b) )", []),
    ("'((' \"<(\" # |&", []), ("( (a) )", []),
])
def test_operators_that_posix_shells_lack(text: str, operators: list[str]) -> None:
    statements = reader.read_script(text)
    assert [operator for statement in statements for operator in statement.foreign_operators] == operators


def test_substitutions() -> None:
    nested, outer = reader.read_script("a $(b)")
    assert (nested.is_nested, nested.has_substitution) == (True, False)
    assert (outer.is_nested, outer.has_substitution) == (False, True)
    assert reader.quoted_substitutions('"$(a) `b`"') == ["a", "b"]
    assert reader.quoted_substitutions("'$(a)'") == []


def test_quotes() -> None:
    assert reader.unquoted("a'b c'\"d\\\"\"\\e") == "ab cd\\\"e"
    assert reader.blank_out_quoted("a 'b' \"c\" \\d") == "a x x x"
    assert reader.without_single_quoted("a'b'\"'c'\"") == "a\"'c'\""
    assert [reader.has_open_quote(text) for text in ("'a'", "'a", "\"it's\"", "a\\")] == [False, True, False, True]


@pytest.mark.parametrize("text", [
    "a $(", "a `b` $(c) ", "$((a", "$(((a)", "a $((1)) <<E\n", "(a) ", "a)", "a '\n", "\"$(a\" "])
def test_long_scripts_take_no_more_than_their_length(text: str) -> None:
    assert counted_work.grows_in_step(lambda size: lambda: reader.read_script(text * size), 200)


def test_nothing_else_splits_scripts() -> None:
    """Rules and forecasts use the reader. They do not split at separators or remove quotes themselves."""
    plugins = Path(__file__).resolve().parents[6] / "plugins" / "module_utils"
    files = [plugins / "_jobfile" / "checks" / "commands.py", plugins / "_events" / "programs.py"]
    files.append(plugins / "_jobfile" / "shell" / "init_commands.py")
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "read_script" in text
        assert not {name for name in ("shlex", ".splitlines(", 'split(";")') if name in text}
