# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All stanzas: accepted values, refused values, and the values that remain after a refused override."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import apply, parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

CHROMEOS = Release((1, 2), "chromeos")

UNKNOWN = "Unknown stanza"
MISSING = "Expected token"
SURPLUS = "Unexpected token"
INTERVAL = "Illegal interval, expected number of seconds"
EXIT = "Illegal exit status, expected integer"
SIGNAL = "Illegal signal status, expected integer"
UMASK = "Illegal file creation mask, expected octal integer"
NICE = "Illegal nice value, expected -20 to 19"
OOM = "Illegal oom adjustment, expected -16 to 15 or 'never'"
SCORE = "Illegal oom score adjustment, expected -999 to 1000 or 'never'"
LIMIT = "Illegal limit, expected 'unlimited' or integer"
EMPTY = "''\\\n"

ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("description a\ndescription b", {"description": "b"}),
    ("env A=1\nenv B\nenv A=2", {"env": ["A=1", "B", "A=2"]}),
    ("env 9-bad.name=x\nenv =x", {"env": ["9-bad.name=x", "=x"]}),
    ("env A=''\nenv B=\nenv " + EMPTY, {"env": ["A=", "B=", ""]}),
    ("export A B\nexport A=1 A", {"export": ["A", "B", "A=1", "A"]}),
    ("emits a " + EMPTY + " b", {"emits": ["a", "", "b"]}),
    ("task\ntask\nrespawn\nrespawn # again", {"task": True, "respawn": True}),
    ("expect fork\nexpect 'none'", {"expect": "none"}),
    ("kill timeout 08", {"kill_timeout": 8}),
    ("kill timeout ' +5'", {"kill_timeout": 5}),
    ("kill timeout " + EMPTY, {"kill_timeout": 0}),
    ("kill timeout 4294967297", {"kill_timeout": 4294967297}),
    ("kill signal SIGUSR1\nreload signal IOT", {"kill_signal": 10, "reload_signal": 6}),
    ("kill signal 0", {"kill_signal": 0}),
    ("kill signal 017", {"kill_signal": 17}),
    ("kill signal 65", {"kill_signal": 65}),
    ("kill signal -18446744073709551614", {"kill_signal": 2}),
    ("respawn limit 3 7", {"respawn_limit": [3, 7], "respawn": False}),
    ("respawn limit unlimited", {"respawn_limit": [0, 0]}),
    ("respawn limit 4294967300 8", {"respawn_limit": [4, 8]}),
    ("respawn limit 4 4294967300", {"respawn_limit": [4, 4294967300]}),
    ("normal exit 0 TERM 3840\nnormal exit 2147483647 SIGHUP", {"normal_exit": [0, 3840, 3840, 2147483647, 256]}),
    ("console none\nconsole 'output'", {"console": "output"}),
    ("umask 0", {"umask": 0}),
    ("umask 40000000022", {"umask": 0o22}),
    ("umask -037777777777", {"umask": 1}),
    ("nice 4294967301", {"nice": 5}),
    ("nice -20", {"nice": -20}),
    ("oom 4294967297", {"oom_score_adj": 66}),
    ("oom -17", {"oom_score_adj": -1000}),
    ("oom -1", {"oom_score_adj": -58}),
    ("oom 15", {"oom_score_adj": 1000}),
    ("oom never\noom 'score' '7'", {"oom_score_adj": 7}),
    ("oom score -1000", {"oom_score_adj": -1000}),
    ("oom score never", {"oom_score_adj": -1000}),
    ("limit nofile -1 -2", {"limits": {"nofile": ["unlimited", 2 ** 64 - 2]}}),
    ("limit 'core' unlimited 18446744073709551615", {"limits": {"core": ["unlimited", "unlimited"]}}),
    ("limit cpu 9 1\nlimit cpu 3 4", {"limits": {"cpu": [3, 4]}}),
    ("setuid -1\nchdir relative", {"setuid": "-1", "chdir": "relative"}),
    ("apparmor load /p\napparmor switch q", {
        "apparmor_switch": "q",
        "process": {"security": {"script": False, "command": "/sbin/apparmor_parser -r -W /p"}},
    }),
    ("cgroup a\ncgroup a b\ncgroup a k v\ncgroup a b k v", {"cgroup": [
        ["a", None, None, None], ["a", "b", None, None], ["a", None, "k", "v"], ["a", "b", "k", "v"],
    ]}),
    ("exec a\nscript\nb\nend script", {"process": {"main": {"script": True, "command": "b\n"}}}),
    ("script\nb\nend script\nexec a", {"process": {"main": {"script": False, "command": "a"}}}),
    ("pre-stop exec a\npost-start script\nend script", {"process": {
        "pre-stop": {"script": False, "command": "a"}, "post-start": {"script": True, "command": ""},
    }}),
    ("start on a\nmanual", {"start_on": None}),
    ("manual\nstart on a", {"start_on": [{"event": "a", "args": []}]}),
    ("start on x\nmanual start on a", {"start_on": [{"event": "a", "args": []}]}),
    ("debug task", {"debug": True, "task": True}),
    ("nice\0005", {"nice": 5}),
    ("kill signal " + EMPTY + "\nnormal exit 0 " + EMPTY, {"kill_signal": 0, "normal_exit": [0, 0]}),
    (" \t task#comment\n", {"task": True}),
    ("task\r\nnice 3\r\n", {"task": True, "nice": 3}),
]

REFUSED: list[tuple[str, str, int | None]] = [
    ("task\n\nwibble", UNKNOWN, 3),
    ("wibble \\\n  x", UNKNOWN, 2),
    ("Task", UNKNOWN, 1),
    ("import A", UNKNOWN, 1),
    ("pid file /x", UNKNOWN, 1),
    ("service", UNKNOWN, 1),
    ("manual yes", UNKNOWN, 1),
    ("start when x", UNKNOWN, 1),
    ("start", MISSING, 1),
    ("stop 'on' x", UNKNOWN, 1),
    ("kill", MISSING, 1),
    ("kill 'timeout' 5", UNKNOWN, 1),
    ("kill softly 1", UNKNOWN, 1),
    ("kill \\\n softly 1", UNKNOWN, 2),
    ("kill timeout", MISSING, 1),
    ("kill timeout 1 2", SURPLUS, 1),
    ("kill timeout -1", INTERVAL, 1),
    ("kill timeout \\\n 1.5", INTERVAL, 2),
    ("kill timeout '5 '", INTERVAL, 1),
    ("kill timeout ' '", INTERVAL, 1),
    ("kill timeout 9223372036854775808", INTERVAL, 1),
    ("kill timeout \u0661", INTERVAL, 1),
    ("kill signal term", SIGNAL, None),
    ("kill signal SIGRTMIN+1", SIGNAL, None),
    ("kill signal UNUSED", SIGNAL, None),
    ("kill signal SIGSIGTERM", SIGNAL, None),
    ("kill signal -1", SIGNAL, None),
    ("reload signal 2147483648", SIGNAL, None),
    ("reload timeout 5", UNKNOWN, 1),
    ("respawn always", UNKNOWN, 1),
    ("respawn limit", MISSING, 1),
    ("respawn limit 5", MISSING, 1),
    ("respawn limit unlimited 5", SURPLUS, 1),
    ("respawn limit 2147483648 5", LIMIT, 1),
    ("respawn limit 5 \\\n -1", INTERVAL, 2),
    ("normal exit", MISSING, 1),
    ("normal 'exit' 0", UNKNOWN, 1),
    ("normal exit 0 \\\n 2147483648", EXIT, 2),
    ("normal exit -1", EXIT, 1),
    ("expect clone", UNKNOWN, 1),
    ("expect \\\n clone", UNKNOWN, 2),
    ("console tty", UNKNOWN, 1),
    ("umask 8", UMASK, 1),
    ("umask 0o22", UMASK, 1),
    ("umask 1000", UMASK, 1),
    ("nice 20", NICE, 1),
    ("nice 1.0", NICE, 1),
    ("nice " + "9" * 5000, NICE, 1),
    ("oom 16", OOM, 1),
    ("oom sometimes", OOM, 1),
    ("oom score 1001", SCORE, 1),
    ("oom score", MISSING, 1),
    ("limit files 1 1", UNKNOWN, 1),
    ("limit locks 1 1", UNKNOWN, 1),
    ("limit rttime 1 1", UNKNOWN, 1),
    ("limit nofile 5", MISSING, 1),
    ("limit nofile 1G 2G", LIMIT, 1),
    ("limit nofile 1 \\\n many", LIMIT, 2),
    ("limit nofile 18446744073709551616 1", LIMIT, 1),
    ("env A=1 B=2", SURPLUS, 1),
    ("export", MISSING, 1),
    ("emits # x", MISSING, 1),
    ("instance ''", MISSING, 1),
    ("task now", SURPLUS, 1),
    ("apparmor complain x", UNKNOWN, 1),
    ("apparmor load", MISSING, 1),
    ("cgroup", MISSING, 1),
    ("cgroup a b c d e", SURPLUS, 1),
    ("exec", MISSING, 1),
    ("exec # later", MISSING, 1),
    ("pre-start", MISSING, 1),
    ("pre-start run x", UNKNOWN, 1),
    ("pre-start exec", MISSING, 1),
    ("task\nmanual\nend script", UNKNOWN, 3),
]


@pytest.mark.parametrize(("text", "changed"), ACCEPTED)
def test_accepted(text: str, changed: dict[str, Any]) -> None:
    assert parse_job(text) == dict(new_values(), **changed)


@pytest.mark.parametrize(("text", "message", "line"), REFUSED)
def test_refused(text: str, message: str, line: int | None) -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job(text + "\n")
    assert (caught.value.text, caught.value.line, caught.value.file) == (message, line, "conf")


LEFT_BEHIND: list[tuple[str, dict[str, Any]]] = [
    ("nice 99", {"nice": 99}),
    ("oom 99", {"oom_score_adj": 6600}),
    ("oom -99", {"oom_score_adj": -5823}),
    ("oom score 1234", {"oom_score_adj": 1234}),
    ("kill timeout -5", {"kill_timeout": -5}),
    ("kill timeout 10s", {"kill_timeout": 10}),
    ("kill timeout 99999999999999999999999999999", {"kill_timeout": 2 ** 63 - 1}),
    ("kill timeout -99999999999999999999", {"kill_timeout": -2 ** 63}),
    ("limit cpu 99999999999999999999999999999 1", {"limits": {"cpu": ["unlimited", 0]}}),
    ("kill signal NOPE", {}),
    ("umask 9999", {"umask": 0}),
    ("respawn limit 7 x", {"respawn_limit": [7, 0]}),
    ("respawn limit 7", {"respawn_limit": [7, 5]}),
    ("limit core 5", {"limits": {"core": [5, 0]}}),
    ("console bogus", {"console": None}),
    ("expect bogus", {}),
    ("description", {"description": None}),
    ("description a b", {"description": "a"}),
    ("instance ''", {"instance": None}),
    ("env A=1 B=2", {"env": ["A=1"]}),
    ("export A ''", {}),
    ("normal exit 1 x", {"normal_exit": [1]}),
    ("start on (", {"start_on": None}),
    ("exec it's", {"process": {"main": {"script": False, "command": None}}}),
    ("exec", {"process": {"main": {"script": False, "command": None}}}),
    ("script\n", {"process": {"main": {"script": True, "command": None}}}),
    ("pre-start wibble", {"process": {"pre-start": {"script": False, "command": None}}}),
    ("cgroup a ''", {}),
    ("cgroup a b c d e", {"cgroup": [["a", "b", "c", "d"]]}),
    ("task now", {"task": True}),
]


@pytest.mark.parametrize(("text", "changed"), LEFT_BEHIND)
def test_values_after_a_refused_file(text: str, changed: dict[str, Any]) -> None:
    values = new_values()
    error = apply("version 1\n" + text, values)
    assert isinstance(error, JobFileError)
    assert values == dict(new_values(), version="1", **changed)


def test_apply_without_error() -> None:
    values = new_values()
    assert apply("task\n", values) is None
    assert values["task"]


def test_override_replaces_and_appends() -> None:
    values = parse_job("nice 1\nenv A=1\nexport A\nnormal exit 1\nlimit cpu 1 2\nstart on a\nrespawn\n",
                       "nice 2\nenv A=2\nexport B\nnormal exit 2\nlimit core 1 2\nmanual\n")
    assert values == dict(
        new_values(), nice=2, env=["A=1", "A=2"], export=["A", "B"], normal_exit=[1, 2],
        limits={"cpu": [1, 2], "core": [1, 2]}, respawn=True,
    )


def test_override_that_is_broken() -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job("description base\nnice 5\n", "nice 7\nbogus 1\n")
    assert (caught.value.file, caught.value.line, caught.value.text) == ("override", 2, UNKNOWN)
    assert str(caught.value).startswith("override:2: Unknown stanza (")


def test_the_first_error_counts() -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job("bogus\n", "bogus\n")
    assert caught.value.file == "conf"


@pytest.mark.parametrize(("version", "nice"), [((0, 6, 5), None), ((1, 2), None), ((1, 3), 5), ((1, 13, 2), 5)])
def test_overrides_since_1_3(version: tuple[int, ...], nice: int | None) -> None:
    assert parse_job("", "nice 5\n", version=version)["nice"] == nice


def test_debug_only_counts_with_a_debugging_daemon() -> None:
    values = new_values()
    apply("debug\n", values, debug=False)
    assert values["debug"] is False


@pytest.mark.parametrize(("text", "values"), [
    ("import A\nimport B\n", {"import": ["A", "B"]}),
    ("import A B # why\n", {"import": ["A", "B"]}),
    ("tmpfiles /a.conf '/b c.conf'\ntmpfiles /d.conf\n", {"tmpfiles": ["/a.conf", "/b c.conf", "/d.conf"]}),
    ("oom score never\nkill signal INT\n", {"oom_score_adj": -1000, "kill_signal": 2}),  # 1.3 in stock Upstart
    ("exec a\n", {"process": {"main": {"script": False, "command": "a"}}}),
])
def test_stanzas_of_chromeos(text: str, values: dict[str, Any]) -> None:
    assert parse_job(text, version=CHROMEOS) == {**new_values(), **values}


@pytest.mark.parametrize("text", ["import\n", "tmpfiles\n", "import 'A\n", "setuid a\n"])
def test_chromeos_refuses(text: str) -> None:
    with pytest.raises(JobFileError):
        parse_job(text, version=CHROMEOS)


@pytest.mark.parametrize(("text", "since"), [
    ("usage x", (1, 5)), ("manual", (0, 6, 7)), ("debug", (0, 6, 7)), ("setuid x", (1, 4)), ("setgid x", (1, 4)),
    ("kill signal TERM", (1, 3)), ("reload signal HUP", (1, 10)), ("oom score 5", (1, 3)), ("console log", (1, 4)),
    ("apparmor load x", (1, 9)), ("apparmor switch x", (1, 9)), ("cgroup cpu", (1, 13)),
])
def test_version_gate(text: str, since: tuple[int, ...]) -> None:
    parse_job(text, version=since)
    with pytest.raises(JobFileError) as caught:
        parse_job(text, version=since[:-1] + (since[-1] - 1,))
    assert caught.value.line == 1
    assert caught.value.text == (OOM.replace("'", "") if text.startswith("oom") else UNKNOWN)


def test_version_gate_names_both_versions() -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job("usage x\n", version=(1, 4))
    assert caught.value.hint == "'usage' needs Upstart 1.5 or later, this is 1.4"
    with pytest.raises(JobFileError) as caught:
        parse_job("console log\n", version=(1, 3))
    assert caught.value.hint == "'console log' needs Upstart 1.4 or later, this is 1.3"
