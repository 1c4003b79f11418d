# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of job files, and values that no job file can hold."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.commands import raw_command
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from ansible_collections.sysinit.upstart.plugins.module_utils._text import encode

A = {"event": "a", "args": []}
B = {"event": "b", "args": ["x y", "K=1"]}
DEFAULT_SIGNALS = {"kill_signal": 15, "reload_signal": 1}

EVERYTHING = """\
# Managed elsewhere
#
# two

description "A job"
author "'me'"
emits one two

start on (a and b "x y" K=1)

instance $N
env PATH=/bin
env A="two words"
export PATH A

task
expect daemon
respawn
respawn limit unlimited
normal exit 0 TERM 3841
kill signal USR1
kill timeout 30
reload signal 65

console none
umask 007
nice -5
oom score never
limit core 0 unlimited
limit nofile 1024 2048
chdir /srv
setuid www-data
apparmor load /p
cgroup cpu name key value
cgroup memory key value

pre-start script
    a
    \n\
      b
end script

exec foo "$A" # why
"""


def test_layout() -> None:
    text = EVERYTHING.replace(" # why", "")
    values = parse_job(text)
    assert render(values, header="Managed elsewhere\n\ntwo") == text


def main(command: str, script: bool = False) -> dict[str, Any]:
    return {"process": {"main": {"script": script, "command": command}}}


WRITTEN: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"description": "it's"}, 'description "it\'s"\n'),
    ({"description": 'say "x"'}, 'description "say "\'"\'"x"\'"\'""\n'),
    ({"description": "a \\b"}, 'description "a \\\\b"\n'),
    ({"description": ""}, "description ''\\\n\n"),
    ({"chdir": "a#b"}, 'chdir "a#b"\n'),
    ({"chdir": "caf\u00e9\udcff"}, "chdir caf\u00e9\udcff\n"),
    ({"env": ["", "A"]}, "env ''\\\n\nenv A\n"),
    ({"export": ["A", "", "B"]}, "export A ''\\\n B\n"),
    ({"start_on": [{"event": "and", "args": ["or", "(", "#"]}]}, 'start on "and" "or" "(" "#"\n'),
    ({"stop_on": [{"event": "", "args": [""]}, A, {"op": "or"}]}, "stop on (''\\\n ''\\\n or a)\n"),
    ({"start_on": [A, A, A, {"op": "or"}, {"op": "and"}]}, "start on (a and (a or a))\n"),
    (DEFAULT_SIGNALS, ""),
    ({"kill_signal": 0}, "kill signal 0\n"),
    ({"kill_signal": 6, "reload_signal": 29}, "kill signal ABRT\nreload signal IO\n"),
    ({"normal_exit": [256, 15 * 256, 32 * 256]}, "normal exit HUP TERM 8192\n"),
    ({"oom_score_adj": -999}, "oom score -999\n"),
    ({"limits": {"cpu": [1, 2 ** 64 - 2]}}, "limit cpu 1 18446744073709551614\n"),
    ({"debug": True}, "debug\n"),
    (main("", True), "script\nend script\n"),
    (main("a\n\n  b\n", True), "script\n    a\n    \n      b\nend script\n"),
    (main("a\r\n", True), "script\n    a\r\nend script\n"),
    (main("echo \\ \\\\;"), "exec echo \\ \\\\;\n"),
    (main("echo\\\\$X"), "exec echo\\\\$X\n"),
    (main("echo\\ \\$X\\  \\;end"), "exec echo\\ \\$X   \\;end\n"),
    (main('sh -c "echo\\\\"hi\\""'), 'exec sh -c "echo \\"hi\\""\n'),
    (main("x '(\\\\'b'"), "exec x '( \\'b'\n"),
    (main("x '(\\\\'#\\'b'"), "exec x '( \\'#\\'b'\n"),
    (main("x '\\ 'b'"), "exec x '\\\n\\'b'\n"),
]


@pytest.mark.parametrize(("changed", "text"), WRITTEN)
def test_written(changed: dict[str, Any], text: str) -> None:
    values = dict(new_values(), **changed)
    assert render(values, exec_fallback=False) == text
    assert parse_job(encode(text)) == values


FALLBACK = [
    ("find /tmp -exec rm {} \\;", "exec find /tmp -exec rm {} \\;\n"),
    ('sh -c "echo \\"hi\\""', 'exec sh -c "echo \\"hi\\""\n'),
    ("wget http://h/p#frag", "exec wget http://h/p#frag\n"),
    ("  foo ", "exec foo\n"),
    ("foo 'a\\'", "exec foo 'a\\'\n"),
]


@pytest.mark.parametrize(("command", "script"), FALLBACK)
def test_command_that_upstart_would_change_becomes_a_script(command: str, script: str) -> None:
    for name in ("main", "pre-start", "post-stop"):
        values = {"process": {name: {"script": False, "command": command}}}
        read = parse_job(render(values))["process"]
        assert read == {name: {"script": True, "command": script}}
        with pytest.raises(JobFileError, match="would change this command"):
            render(values, exec_fallback=False)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"description": "a\nb"}, "description", "line break"),
    ({"description": "a\0b"}, "description", "NUL"),
    ({"description": "\ud800"}, "", "half a character"),
    ({"description": "\udcc3\udca9"}, "description", "different value"),
    ({"description": 5}, "description", "expected text"),
    ({"env": ["A=\n"]}, "env", "line break"),
    ({"start_on": [{"event": "a", "args": ["K=1", "x"]}]}, "start_on", "after a named value"),
    ({"kill_timeout": -1}, "", "Illegal interval"),
    ({"kill_timeout": 2 ** 63}, "", "Illegal interval"),
    ({"kill_timeout": "5x"}, "kill_timeout", "whole number"),
    ({"kill_timeout": None}, "kill_timeout", "different value"),
    ({"nice": 20}, "", "Illegal nice"),
    ({"umask": 0o1000}, "", "Illegal file creation mask"),
    ({"expect": "clone"}, "expect", "daemon, fork, none, stop"),
    ({"limits": {"locks": [1, 1]}}, "", "Unknown stanza"),
    ({"respawn_limit": [2 ** 31, 5]}, "", "Illegal limit"),
    (main(""), "exec", "empty"),
    (main("a\nb"), "exec", "several lines"),
    (main("echo it's"), "exec", "not closed"),
    (main("echo x\\"), "exec", "not closed"),
    (main("echo # x"), "exec", "starts a comment"),
    (main("echo\t#x"), "exec", "starts a comment"),
    (main("a", True), "script", "does not end with a line break"),
    (main("end \tscript\r\n", True), "script", "line 1 would end the script"),
    (main("a\nend script # x\nb\n", True), "script", "line 2 would end the script: end script"),
    (main("\tend\t script\t\n", True), "script", "line 1 would end the script"),
    (main(" a\n b\n", True), "script", "remove the indentation"),
    (main("a\0\n", True), "script", "NUL"),
    ({"process": {"main": {"script": True, "command": None}}}, "script", "the script is missing"),
    ({"process": {"main": {"script": False, "command": None}}}, "exec", "the command is missing"),
    ({"process": {"security": {"script": False, "command": "x"}}}, "apparmor_load", "profile"),
    ({"process": {"other": {"script": False, "command": "x"}}}, "process", "different value"),
    ({"import": ["A"]}, "import", "Upstart has no stanza import .only the init of ChromeOS has import: set dialect"),
    ({"tmpfiles": ["/a"]}, "tmpfiles", "set dialect: chromeos"),
    ({"unheard": 1}, "unheard", "different value"),
]


@pytest.mark.parametrize(("changed", "option", "message"), REFUSED)
def test_refused(changed: dict[str, Any], option: str, message: str) -> None:
    with pytest.raises(JobFileError, match=message) as caught:
        render(dict(new_values(), **changed))
    assert caught.value.facts.get("option", "") == option
    assert caught.value.hint


def test_explicit_keys_are_written_at_their_unset_value() -> None:
    assert render(new_values(), explicit=["nice", "console", "kill_timeout"]) == "kill timeout 5\n\nconsole log\n"


@pytest.mark.parametrize(("changed", "version", "text"), [
    ({"oom_score_adj": 66}, (0, 6, 5), "oom 1\n"),
    ({"oom_score_adj": -1000}, (0, 6, 5), "oom never\n"),
    ({"console": "none"}, (0, 6, 5), "console none\n"),
    ({"oom_score_adj": 66}, (1, 3), "oom score 66\n"),
    ({"console": "log"}, (1, 4), ""),
])
def test_older_release(changed: dict[str, Any], version: tuple[int, ...], text: str) -> None:
    assert render(dict(new_values(), **changed), version=version) == text


@pytest.mark.parametrize(("changed", "version", "option"), [
    ({"oom_score_adj": 7}, (0, 6, 5), "oom_score"),
    ({"usage": "x"}, (1, 4), "usage"),
    ({"setuid": "x"}, (0, 6, 5), "setuid"),
    ({"kill_signal": 2}, (0, 6, 5), "kill_signal"),
    ({"cgroup": [["cpu", None, None, None]]}, (1, 12, 1), "cgroup"),
    ({"process": {"security": {"script": False, "command": "/sbin/apparmor_parser -r -W x"}}}, (1, 5), "apparmor_load"),
])
def test_too_old_a_release(changed: dict[str, Any], version: tuple[int, ...], option: str) -> None:
    with pytest.raises(JobFileError) as caught:
        render(dict(new_values(), **changed), version=version)
    assert caught.value.facts["option"] == option


def test_console_log_for_an_old_release() -> None:
    with pytest.raises(JobFileError, match="none, output, owner"):
        render(dict(new_values(), console="journal"), version=(0, 6, 5))


def test_stanzas_of_a_dialect() -> None:
    values = {"import": ["A", "B"], "tmpfiles": ["/a", "/b"], "oom_score_adj": -1000,
              "process": {"pre-start": {"script": False, "command": "c"}}}
    assert render(values, Release((1, 2), "chromeos")) == (
        "import A\nimport B\n\noom score never\n\ntmpfiles /a /b\npre-start exec c\n")


def test_a_choice_needs_its_release() -> None:
    job = dict(new_values(), console="log")
    assert render(job, explicit=["console"], version=(1, 4)) == "console log\n"
    with pytest.raises(JobFileError, match="unknown value log"):
        render(job, explicit=["console"], version=(1, 3))


@pytest.mark.parametrize(("command", "written"), [
    ("'\\ ", None),
    ("a\\ '", "a\\\n\\'"),
    ("a\\ #", "a\\\n\\#"),
    ("\\a\\ '", "\\a\\\n\\'"),
    ("\\a\\\\'", "\\a \\'"),
])
def test_commands_with_quotes_behind_backslashes(command: str, written: str | None) -> None:
    assert raw_command(command) == written
