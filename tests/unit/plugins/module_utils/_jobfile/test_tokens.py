# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends and contents of words, arguments, commands and blocks."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

ARGUMENTS = {
    "bare": ("word", "word"),
    "double quotes": ('"two words"', "two words"),
    "single quotes": ("'two words'", "two words"),
    "blanks in quotes are kept": ('" \t a "', " \t a "),
    "quotes anywhere, adjacent pieces join": ("a\"b c\"'d e'f", "ab cd ef"),
    "the other quote is ordinary": ("\"it's\"", "it's"),
    "comment": ("word # comment", "word"),
    "hash ends a word in its middle": ("a#b", "a"),
    "hash in quotes": ('"a#b"', "a#b"),
    "hash behind a backslash": ("a\\#b", "a\\#b"),
    "carriage return is a blank": ("word\r", "word"),
    "form feed is none": ("a\fb", "a\fb"),
    "no-break space is none": ("a\u00a0b", "a\u00a0b"),
    "NUL ends a word": ("a\0 # rest", "a"),
    "NUL in quotes cuts the value": ('"a\0b"', "a"),
    "NUL behind quotes": ('a"b"\0 # rest', "ab"),
    "NUL behind an escape": ("a\\bc\0 # rest", "a\\bc"),
    "NUL in quotes with an escape": ('"a\\b\0c"', "a\\b"),
    "NUL in single quotes with an escape": ("'a\\b\0c'", "a\\b"),
    "escaped NUL": ("a\\\0b", "a"),
    "NUL alone in quotes leaves an empty value": ('"\0b"', ""),
    "line end in quotes": ('"a  \n\n\t b"', "a b"),
    "line end at the start of quotes": ('"\n a"', " a"),
    "line end at the end of quotes": ('"a\n"', "a "),
    "continued word": ("le\\\nft", "le ft"),
    "continued word with blanks": ('"le \\\n  ft"', "le ft"),
    "several continuations": ("a\\\n\\\nb", "a b"),
    "continuation before the argument": ("\\\n  a", "a"),
    "continuation behind the argument": ("a \\\n", "a"),
    "empty quotes glued to a continuation": ("''\\\n", ""),
    "doubled backslash": ("a\\\\b", "a\\b"),
    "escaped blank": ("a\\ b", "a b"),
    "escaped tab": ("a\\\tb", "a\tb"),
    "escaped carriage return": ("a\\\rb", "a\rb"),
    "other escapes stay": ("a\\nb", "a\\nb"),
    "an escaped quote does not open": ("a\\'b", "a\\'b"),
    "an escaped quote does not close, its backslash stays": ('"a\\"b"', 'a\\"b'),
    "defect: blank, backslash, letter": ('"a \\b"', "a\\\\b"),
    "defect: three blanks": ('"a   \\b"', "a\\  \\b"),
    "defect: tab and blank": ('"a\t \\b"', "a\\ \\b"),
    "defect: line end, backslash, letter": ('"a\n \\b"', "a\\ b"),
    "no defect: blank, doubled backslash": ('"a \\\\b"', "a \\b"),
    "no defect: blank, escaped blank": ('"a \\ b"', "a  b"),
    "no defect: no blank": ("a\\b", "a\\b"),
}

COMMANDS = {
    "kept as it is": ("/bin/sh -c \"echo 'a  b'; exit 0\"", "/bin/sh -c \"echo 'a  b'; exit 0\""),
    "blanks at the end go": ("a b \t\r", "a b"),
    "blanks in quotes at the end stay": ("a ' '  ", "a ' '"),
    "hash cuts": ("wget http://h/p#frag -O -", "wget http://h/p"),
    "hash in quotes": ("echo '#1' \"#2\" # 3", "echo '#1' \"#2\""),
    "hash behind a backslash": ("echo a\\#b", "echo a\\#b"),
    "only quotes": ('""', '""'),
    "continuation": ("a \\\n   --b", "a --b"),
    "continuation among blanks": ("a \t\r\\\n\t\r \\\n b", "a b"),
    "continuation at the end": ("a \\\n\n", "a"),
    "glued continuation": ("a\\\nb", "a b"),
    "continuation in quotes": ('sh -c "one \\\n two"', 'sh -c "one two"'),
    "line end in quotes": ("echo 'a\n  b'", "echo 'a b'"),
    "escapes stay": ("a\\ b\\\\c\\$d", "a\\ b\\\\c\\$d"),
    "defect": ("find -exec rm {} \\;", "find -exec rm {}\\\\;"),
    "defect, two blanks": ("echo  \\$X", "echo\\ \\$X"),
    "NUL": ("a b\0c", "a b"),
    "NUL behind a blank": ("a\\ b \0c", "a\\ b"),
    "NUL in quotes": ("a ' \0 'b", "a ' "),
}

SCRIPTS = {
    "empty": ("", ""),
    "indentation that all lines share": ("      a\n        b\n      c\n", "a\n  b\nc\n"),
    "tabs": ("\t\ta\n\tb\n", "\ta\nb\n"),
    "tab and blanks share nothing": ("\ta\n    b\n", "\ta\n    b\n"),
    "an empty line keeps all indentation": ("    a\n\n    b\n", "    a\n\n    b\n"),
    "an indented empty line does not": ("    a\n    \n    b\n", "a\n\nb\n"),
    "an empty first line": ("\n  a\n", "\n  a\n"),
    "quotes and backslashes mean nothing": ("a 'b\n\\\n\\$c \\d\n", "a 'b\n\\\n\\$c \\d\n"),
    "comments stay": ("# a\nb # c\n", "# a\nb # c\n"),
    "carriage returns stay": ("  a\r\n  b\r\n", "a\r\nb\r\n"),
    "end script followed by something": ("end script;\nend script foo\n", "end script;\nend script foo\n"),
    "endscript, end pre-start script": ("endscript\nend pre-start script\n", "endscript\nend pre-start script\n"),
    "end continued": ("end \\\nscript\n", "end \\\nscript\n"),
    "a first line indented by NUL": ("\0 a\n\0 b\n", "a\nb\n"),
    "NUL takes the rest of its line": ("a\0b\nc\n", "ac\n"),
}

SCRIPT_ENDS = [
    "end script", "  end\tscript  ", "end script#c", "end script # c", "end script\r", "end\0script", "\0end script",
    "end script\0 ",
]

UNREADABLE = {
    "empty quotes": ('description ""', "Expected token", 1),
    "nothing": ("description", "Expected token", 1),
    "only a comment": ("description # a", "Expected token", 1),
    "two words": ("description two words", "Unexpected token", 1),
    "apostrophe": ("description Bob's job\nexec a\n", "Unterminated quoted string", 3),
    "apostrophe in a command": ("exec echo don't\nexec a\n", "Unterminated quoted string", 3),
    "no line end behind an open quote": ('description "a\nb', "Unterminated quoted string", 2),
    "backslash at the end": ("description a\\", "Trailing slash in file", 1),
    "backslash at the end of open quotes": ('description "\n\\', "Trailing slash in file", 2),
    "unterminated script": ("script\n  a\n", "Unterminated block", 3),
    "unterminated script without line end": ("script\n  a", "Unterminated block", 2),
    "script at the end of the file": ("script", "Unterminated block", 1),
    "something behind script": ("script a\nend script\n", "Unexpected token", 1),
    "quoted stanza": ('"task"\n', "Unknown stanza", 1),
    "continuation before a stanza": ("\\\ntask\n", "Unknown stanza", 2),
    "byte order mark": ("\ufefftask\n", "Unknown stanza", 1),
    "form feed before a stanza": ("task\n\ftask\n", "Unknown stanza", 2),
    "continuation with a carriage return": ("exec a \\\r\n  --b\r\n", "Unknown stanza", 2),
    "semicolon": ("task; exec a\n", "Unknown stanza", 1),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_argument(name: str) -> None:
    written, value = ARGUMENTS[name]
    assert parse_job("task\nauthor " + written + "\nrespawn\n")["author"] == value


@pytest.mark.parametrize("name", COMMANDS)
def test_command(name: str) -> None:
    written, value = COMMANDS[name]
    values = parse_job("exec " + written + "\ntask\n")
    assert values["process"] == {"main": {"script": False, "command": value}}
    assert values["task"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name: str) -> None:
    written, value = SCRIPTS[name]
    values = parse_job("pre-start script # why\n" + written + "end script\ntask\n")
    assert values["process"] == {"pre-start": {"script": True, "command": value}}
    assert values["task"]


@pytest.mark.parametrize("end", SCRIPT_ENDS)
def test_script_end(end: str) -> None:
    assert parse_job("script\na\n" + end + "\ntask\n")["process"]["main"]["command"] == "a\n"
    assert parse_job("script\na\n" + end)["process"]["main"]["command"] == "a\n"


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(name: str) -> None:
    text, message, line = UNREADABLE[name]
    with pytest.raises(JobFileError) as caught:
        parse_job(text)
    assert (caught.value.text, caught.value.line) == (message, line)


@pytest.mark.parametrize("text", ["", "\n\n", " \t\r\n", "# only a comment", "#\n  # two\n", "\0\n", "# don't\n"])
def test_nothing(text: str) -> None:
    assert parse_job(text) == parse_job("")


def test_adjacent_bytes_are_decoded_together() -> None:
    assert parse_job(b"author \xc3''\xa9\n")["author"] == "\u00e9"
    assert parse_job(b"author \xc3\n")["author"] == "\udcc3"
    assert parse_job(b"exec a\xff\n")["process"]["main"]["command"] == "a\udcff"
    assert parse_job(b"script\n \xc3\0\n \xa9\nend script\n")["process"]["main"]["command"] == "\u00e9\n"
    assert parse_job(b"start on \xff and \xfe\n")["start_on"][0] == {"event": "\udcff", "args": []}
