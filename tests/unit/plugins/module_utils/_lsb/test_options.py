# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service described by the options, and options that contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import options as lsb_options
from ansible_collections.sysinit.upstart.plugins.module_utils._system import commands
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE


def texts(**options: Any) -> dict[str, str]:
    service = lsb_options.service_from_options("web", **options)
    return {name: action.text for name, action in service.actions.items()}


@pytest.mark.parametrize(("value", "expected"), [
    (None, None),
    ("/sbin/service httpd", ["/sbin/service", "httpd"]),
    (b"/bin/a b", ["/bin/a", "b"]),
    ("a 'b c' \"d e\" f\\ g $HOME `id` %20 #h", ["a", "b c", "d e", "f g", "$HOME", "`id`", "%20", "#h"]),
    ('["/bin/a", "b c", 8]', ["/bin/a", "b c", "8"]),
    ("[ -e /x ]", ["[", "-e", "/x", "]"]),
    (["a", "b c", "", 80, "é"], ["a", "b c", "", "80", "é"]),
])
def test_words(value: Any, expected: list[str] | None) -> None:
    assert lsb_options.words(value, "start") == expected


@pytest.mark.parametrize(("value", "message"), [
    ("", "start is not a command: ''."),
    ([], "start is not a command: []."),
    ([""], "start is not a command: ['']."),
    ("a\0b", "start is not a command: 'a\\x00b'."),
    ("a 'b", "start cannot be split into words (No closing quotation): a 'b. Fix its quotes or use a list."),
    ({"a": 1}, "start is a dict, but it must be a string or a list of words."),
    (5, "start is a int, but it must be a string or a list of words."),
    (["a", True], "start is a list with items that are not text: ['a', True]. Put them in quotes."),
    (["a", ["b"]], "start is a list with items that are not text: ['a', ['b']]. Put them in quotes."),
])
def test_an_invalid_command(value: Any, message: str) -> None:
    with pytest.raises(UpstartError) as caught:
        lsb_options.service_from_options("web", start=value)
    assert caught.value.message == message
    assert caught.value.facts == {"option": "start"}


BY_PATTERN = {"stop": "ending the processes that match ", "status": "the processes that match "}
ACTIONS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"control": "/c x"}, {"start": "/c x start", "stop": "/c x stop", "status": "/c x status"}),
    ({"control": "/c", "start": "/s"}, {"start": "/s", "stop": "/c stop", "status": "/c status"}),
    ({"control": "/c", "stop": "/s", "status": "/t"}, {"start": "/c start", "stop": "/s", "status": "/t"}),
    ({"control": "/c", "restart": "control"},
     {"start": "/c start", "stop": "/c stop", "status": "/c status", "restart": "/c restart"}),
    ({"control": "/c", "restart": "stop+start"}, {"start": "/c start", "stop": "/c stop", "status": "/c status"}),
    ({"control": "/c", "restart": "/r now"},
     {"start": "/c start", "stop": "/c stop", "status": "/c status", "restart": "/r now"}),
    ({"start": "/s a", "stop": "/p", "status": "/t"}, {"start": "/s a", "stop": "/p", "status": "/t"}),
    ({"start": "/s a", "stop": "/p", "status": "/t", "restart": ["/r"]},
     {"start": "/s a", "stop": "/p", "status": "/t", "restart": "/r"}),
    ({"start": "/s", "pattern": "x$"},
     {"start": "/s", "stop": BY_PATTERN["stop"] + "x$", "status": BY_PATTERN["status"] + "x$"}),
    ({"start": "/s", "stop": "/p", "pattern": "x$"},
     {"start": "/s", "stop": "/p", "status": BY_PATTERN["status"] + "x$"}),
    ({"start": "/s", "status": "/t", "pattern": "x$"},
     {"start": "/s", "stop": BY_PATTERN["stop"] + "x$", "status": "/t"}),
    ({"start": "svc a"}, {"start": "svc a", "stop": BY_PATTERN["stop"] + "svc a",
                          "status": BY_PATTERN["status"] + "svc a"}),
    ({"start": "/s a", "daemon": "/run/f"},
     {"start": "/s a", "stop": "ending the process of /run/f", "status": "the pid file /run/f"}),
    ({"start": "/s a", "daemon": "/run/f", "restart": "/r"},
     {"start": "/s a", "stop": "ending the process of /run/f", "status": "the pid file /run/f", "restart": "/r"}),
]


@pytest.mark.parametrize(("options", "expected"), ACTIONS)
def test_actions(options: dict[str, Any], expected: dict[str, str]) -> None:
    assert texts(**options) == expected
    assert lsb_options.service_from_options("web", **options).warnings == []


@pytest.mark.parametrize(("options", "same_as", "ignored"), [
    ({"control": "/c", "daemon": "/f"}, {"control": "/c"}, ["daemon is ignored because control is given."]),
    ({"start": "/s", "daemon": "/f", "stop": "/p"}, {"start": "/s", "daemon": "/f"},
     ["stop is ignored because daemon is given."]),
    ({"start": "/s", "daemon": "/f", "stop": "/p", "status": "/t", "pattern": "p"}, {"start": "/s", "daemon": "/f"},
     [f"{option} is ignored because daemon is given." for option in ("stop", "status", "pattern")]),
])
def test_ignored_options_cause_a_warning(options: dict[str, Any], same_as: dict[str, Any], ignored: list[str]) -> None:
    assert texts(**options) == texts(**same_as)
    assert lsb_options.service_from_options("web", **options).warnings == ignored


@pytest.mark.parametrize(("options", "message"), [
    ({}, "Neither control nor start is given. Set one of them to the command that starts the service."),
    ({"stop": "/p", "status": "/t"},
     "Neither control nor start is given. Set one of them to the command that starts the service."),
    ({"daemon": "/f"}, "Neither control nor start is given. Set one of them to the command that starts the service."),
    ({"control": "/c", "pattern": "x"},
     "pattern has no effect with control, which reads the status itself. Remove one of them."),
    ({"start": "/s", "stop": "/p", "status": "/t", "pattern": "x"},
     "pattern has no effect with both stop and status. Remove it."),
    ({"start": "/s", "restart": "control"},
     "restart is control, but the option control is not set. Set it, or set restart to a command."),
    ({"start": "/s", "daemon": "web.pid"}, "daemon is web.pid, but it must be the absolute path of a pid file."),
    ({"start": "/s", "pattern": "("},
     "pattern is not a valid regular expression (missing ), unterminated subpattern at position 0): ("),
    ({"start": "/s", "pattern": ".*"}, "pattern matches every process: .*"),
    ({"start": "/s", "pattern": ""}, "pattern matches every process: "),
])
def test_contradictions(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UpstartError) as caught:
        lsb_options.service_from_options("web", **options)
    assert caught.value.message == message


def test_the_path_and_the_time_reach_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    class Recorded(Deadline):
        def __init__(self, seconds: float) -> None:
            given.append(seconds)
            super().__init__(PATIENCE)

    monkeypatch.setattr(commands, "Deadline", Recorded)
    (tmp_path / "tool").write_text("#!/bin/sh\necho $PATH\n")
    (tmp_path / "tool").chmod(0o755)
    service = lsb_options.service_from_options("web", control="tool", path=f"{tmp_path}:/bin", timeout=0.2)
    result = service.read().result
    assert (result.stdout, result.why) == (f"{tmp_path}:/bin\n", None)
    assert given == [0.2, commands.DRAIN_TIMEOUT]
    assert service.actions["start"].refusal() is None
    service = lsb_options.service_from_options("web", control="tool")
    assert service.actions["start"].refusal() == "tool was not found in PATH"


def test_a_list_as_json_with_a_mistake() -> None:
    with pytest.raises(UpstartError) as caught:
        lsb_options.words('["/bin/a"', "start")
    assert caught.value.message.startswith("start cannot be parsed as JSON, although it begins like JSON (")


@pytest.mark.parametrize(("options", "warnings"), [
    ({"start": "/s hello%20world%20x", "pattern": "s"}, [
        'start has the word hello%20world%20x. simplevisor reads %20 as a blank, but this module does not: write '
        '"hello world x" in quotes, or the command as a list.']),
    ({"control": "/c a%20b"}, [
        'control has the word a%20b. simplevisor reads %20 as a blank, but this module does not: write "a b" in '
        'quotes, or the command as a list.']),
    ({"control": ["/c", "http://h/a%20b"]}, []),  # the remedy: simplevisor has no lists
    ({"start": "/s 'hello world' 20%", "pattern": "s"}, []),
])
def test_blanks_as_simplevisor_writes_them(options: dict[str, Any], warnings: list[str]) -> None:
    assert lsb_options.service_from_options("web", **options).warnings == warnings


def test_a_pattern_needs_the_process_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /proc every pattern would match nothing, and a service that runs would be started again."""
    service = lsb_options.service_from_options("web", start="/s", pattern="x$")
    monkeypatch.setattr(lsb_options.processes, "info", lambda pid: None)
    with pytest.raises(UpstartError) as raised:
        service.read()
    assert raised.value.message == (
        "Cannot look for the processes that match x$: /proc is not mounted. Mount it, or set stop and status.")
