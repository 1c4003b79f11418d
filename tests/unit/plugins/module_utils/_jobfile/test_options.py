# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of upstart_job to values, and back."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import options, stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values


def script(text: str) -> dict[str, Any]:
    return {"script": True, "command": text}


def command(text: str) -> dict[str, Any]:
    return {"script": False, "command": text}


PYTHON = script("exec python -u - <<'END_OF_CODE'\nprint(1)\nEND_OF_CODE\n")

# options, the values that differ from the defaults: read in both directions
BOTH_WAYS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"description": "a b"}, {"description": "a b"}),
    ({"instance": "$N"}, {"instance": "$N"}),
    ({"env": {"B": "2", "A": "", "HOME": None}}, {"env": ["B=2", "A=", "HOME"]}),
    ({"env": ["A=1", "A=2"]}, {"env": ["A=1", "A=2"]}),
    ({"import": ["A", "B"], "tmpfiles": ["/a.conf"]}, {"import": ["A", "B"], "tmpfiles": ["/a.conf"]}),
    ({"export": ["A", "B"], "emits": ["up"]}, {"export": ["A", "B"], "emits": ["up"]}),
    ({"start_on": {"started": "db"}}, {"start_on": [{"event": "started", "args": ["db"]}]}),
    ({"stop_on": {"runlevel": "!2345"}}, {"stop_on": [{"event": "runlevel", "args": ["[!2345]"]}]}),
    ({"task": True, "respawn": True, "debug": True}, {"task": True, "respawn": True, "debug": True}),
    ({"respawn_limit": "unlimited"}, {"respawn_limit": [0, 0]}),
    ({"respawn_limit": {"count": 3, "interval": 9}}, {"respawn_limit": [3, 9]}),
    ({"expect": "fork", "console": "none"}, {"expect": "fork", "console": "none"}),
    ({"kill_timeout": 30}, {"kill_timeout": 30}),
    ({"kill_signal": "INT", "reload_signal": "USR1"}, {"kill_signal": 2, "reload_signal": 10}),
    ({"kill_signal": 40}, {"kill_signal": 40}),
    ({"normal_exit": [0, 3, "TERM"]}, {"normal_exit": [0, 3, 3840]}),
    ({"umask": "027"}, {"umask": 0o27}),
    ({"umask": "000"}, {"umask": 0}),
    ({"nice": -5}, {"nice": -5}),
    ({"nice": 0}, {"nice": 0}),
    ({"nice": 19}, {"nice": 19}),
    ({"nice": -20}, {"nice": -20}),
    ({"oom_score": "never"}, {"oom_score_adj": -1000}),
    ({"oom_score": 200}, {"oom_score_adj": 200}),
    ({"limits": {"nofile": {"soft": 1, "hard": "unlimited"}}}, {"limits": {"nofile": [1, "unlimited"]}}),
    ({"cgroup": [{"controller": "cpu"}]}, {"cgroup": [["cpu", None, None, None]]}),
    (
        {"cgroup": [{"controller": "cpu", "name": "x", "key": "shares", "value": "5"}]},
        {"cgroup": [["cpu", "x", "shares", "5"]]},
    ),
    ({"exec": "/bin/web -f"}, {"process": {"main": command("/bin/web -f")}}),
    ({"script": "a\nb\n"}, {"process": {"main": script("a\nb\n")}}),
    ({"script": "print(1)\n", "interpreter": "python -u"}, {"process": {"main": PYTHON}}),
    ({"pre_start": {"exec": "mkdir /run/web"}}, {"process": {"pre-start": command("mkdir /run/web")}}),
    ({"post_stop": {"script": "a\n"}}, {"process": {"post-stop": script("a\n")}}),
    ({"post_start": {"script": "print(1)\n", "interpreter": "python -u"}}, {"process": {"post-start": PYTHON}}),
    ({"apparmor_load": "/etc/a b"}, {"process": {"security": command("/sbin/apparmor_parser -r -W /etc/a b")}}),
]

ONE_WAY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"description": None, "exec": None, "pre_start": None}, {}),
    ({"task": False, "nice": None, "env": {}, "limits": {}}, {}),
    ({"description": "folded text\n"}, {"description": "folded text"}),
    ({"version": 7}, {"version": "7"}),
    ({"author": "café".encode()}, {"author": "café"}),
    ({"env": {"PORT": 80}}, {"env": ["PORT=80"]}),
    ({"export": "A B"}, {"export": ["A", "B"]}),
    ({"start_on": "a", "manual": False}, {"start_on": [{"event": "a", "args": []}]}),
    ({"start_on": "a", "manual": True}, {}),
    ({"kill_signal": "sigint"}, {"kill_signal": 2}),
    ({"kill_signal": "9"}, {"kill_signal": 9}),
    ({"normal_exit": "0 SIGTERM"}, {"normal_exit": [0, 3840]}),
    ({"normal_exit": 0}, {"normal_exit": [0]}),
    ({"kill_timeout": "30"}, {"kill_timeout": 30}),
    ({"respawn_limit": {"count": 3}}, {"respawn_limit": [3, 5]}),
    ({"respawn_limit": {"count": 0}}, {"respawn_limit": [0, 5]}),
    ({"limits": {"core": 0, "cpu": "-1"}}, {"limits": {"core": [0, 0], "cpu": ["unlimited", "unlimited"]}}),
    ({"limits": {"core": "0 unlimited", "cpu": [1, 2]}}, {"limits": {"core": [0, "unlimited"], "cpu": [1, 2]}}),
    ({"cgroup": "cpu web shares 5"}, {"cgroup": [["cpu", "web", "shares", "5"]]}),
    ({"cgroup": "cpu shares 5"}, {"cgroup": [["cpu", None, "shares", "5"]]}),
    ({"cgroup": ["cpu", "memory web"]}, {"cgroup": [["cpu", None, None, None], ["memory", "web", None, None]]}),
    ({"exec": " a  b\n"}, {"process": {"main": command("a  b")}}),
    ({"exec": "a \\\n  -b"}, {"process": {"main": command("a -b")}}),
    ({"exec": "wget http://h/p#top"}, {"process": {"main": script("exec wget http://h/p#top\n")}}),
    ({"exec": "find . -exec rm {} \\;"}, {"process": {"main": script("exec find . -exec rm {} \\;\n")}}),
    ({"script": "a"}, {"process": {"main": script("a\n")}}),
    ({"script": ""}, {"process": {"main": script("")}}),
    ({"pre_start": "mkdir /run/web"}, {"process": {"pre-start": command("mkdir /run/web")}}),
    ({"pre_start": "exit 5\n"}, {"process": {"pre-start": script("exit 5\n")}}),
    ({"pre_stop": "a\nb"}, {"process": {"pre-stop": script("a\nb\n")}}),
    (
        {"script": "'END_OF_CODE'", "interpreter": "perl"},
        {"process": {"main": script("exec perl - <<'END_OF_CODE_'\n'END_OF_CODE'\nEND_OF_CODE_\n")}},
    ),
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"discription": "a"}, "unknown option discription"),
    ({"description": ["a"]}, "description must be text, not a list"),
    ({"description": {1}}, "description must be text, not a value of type set"),
    ({"env": {"A": True}}, "A of env must be text, not true or false"),
    ({"env": ["A=1", {"B": 2}]}, 'env has the entry {"B": 2}, which is not KEY=VALUE'),
    ({"export": {"A": 1}}, "export must be a list, not a dictionary"),
    ({"start_on": {"all": []}}, "start_on: all needs a list with at least one condition"),
    ({"stop_on": "(a"}, "stop_on: Mismatched parentheses"),
    ({"task": "yes"}, "task must be true or false, not a text"),
    ({"manual": 1}, "manual must be true or false, not a number"),
    ({"expect": "clone"}, "expect cannot be clone"),
    ({"kill_timeout": "5s"}, "kill_timeout must be a whole number, not 5s"),
    ({"kill_timeout": -1}, "kill_timeout must be from 0 to 9223372036854775807, not -1"),
    ({"kill_signal": "TREM"}, "kill_signal: unknown signal TREM"),
    ({"kill_signal": "\u00b2"}, "kill_signal: unknown signal \u00b2"),
    ({"normal_exit": ["\u0663"]}, "normal_exit: unknown signal \u0663"),
    ({"export": '{"A": 1}'}, "export must be a list, not a dictionary"),
    ({"emits": ['{"a": 1', '"b": 2}']}, "emits must be a list, not a dictionary"),
    ({"pre_start": '{"exec": "a", "user": "b"}'}, "pre_start cannot have user"),
    ({"oom_score": "Never"}, "oom_score must be a whole number or never, not Never"),
    ({"kill_signal": 2**31}, "kill_signal must be from 0 to 2147483647, not 2147483648"),
    ({"normal_exit": [True]}, "an item of normal_exit must be text, not true or false"),
    ({"normal_exit": ["-1"]}, "normal_exit: unknown signal -1"),
    ({"umask": 18}, "umask has no quotes, and YAML reads 0022 without quotes as 18"),
    ({"umask": "8"}, "umask must be an octal number in quotes, not 8"),
    ({"umask": "1000"}, "umask must be from 0 to 511, not 512"),
    ({"nice": True}, "nice must be a whole number, not true or false"),
    ({"nice": 20}, "nice must be from -20 to 19, not 20"),
    ({"oom_score": 1001}, "oom_score must be from -1000 to 1000, not 1001"),
    ({"respawn_limit": 5}, "respawn_limit must be unlimited, or a dictionary with count and interval"),
    ({"respawn_limit": {"times": 5}}, "respawn_limit must be unlimited, or a dictionary with count and interval"),
    ({"respawn_limit": {"count": -5}}, "respawn_limit cannot be negative"),
    ({"limits": "nofile"}, "limits cannot be nofile"),
    ({"limits": ["nofile 1"]}, "limits must be a dictionary, not a list"),
    ({"limits": {"files": 1}}, "limits: unknown resource files"),
    ({"limits": {"nofile": {"soft": 1}}}, "nofile of limits needs soft and hard"),
    ({"limits": {"nofile": "1 2 3"}}, "nofile of limits needs one or two values"),
    ({"limits": {"nofile": "1k"}}, "nofile of limits must be a whole number, not 1k"),
    ({"limits": {"nofile": -2}}, "nofile of limits cannot be -2"),
    ({"cgroup": [{"name": "a"}]}, "cgroup cannot be {'name': 'a'}"),
    ({"cgroup": [{"controller": "cpu", "key": "shares"}]}, "cgroup cannot be {'controller': 'cpu', 'key': 'shares'}"),
    ({"cgroup": ["a b c d e"]}, "cgroup cannot be a b c d e"),
    ({"exec": "a", "script": "b"}, "the job has both exec and script"),
    ({"interpreter": "perl"}, "the job has an interpreter but no script"),
    ({"exec": "a", "interpreter": "perl"}, "the job has both exec and interpreter"),
    ({"pre_stop": {}}, "pre_stop has neither exec nor script"),
    ({"exec": "  "}, "exec of the job is empty"),
    ({"exec": "echo it's"}, "exec: a quote is not closed: echo it's"),
    ({"pre_start": ["a"]}, "pre_start cannot be a list"),
    ({"pre_start": {"exec": "a", "user": "b"}}, "pre_start cannot have user"),
    ({"script": "a", "interpreter": "per\nl"}, "interpreter must be a program on one line"),
]


@pytest.mark.parametrize(("given", "differing"), BOTH_WAYS + ONE_WAY)
def test_to_values(given: dict[str, Any], differing: dict[str, Any]) -> None:
    assert options.to_values(given) == dict(new_values(), **differing)


@pytest.mark.parametrize(("given", "differing"), BOTH_WAYS)
def test_from_values(given: dict[str, Any], differing: dict[str, Any]) -> None:
    assert options.from_values(dict(new_values(), **differing)) == given


@pytest.mark.parametrize(("given", "differing"), BOTH_WAYS + ONE_WAY)
def test_upstart_reads_the_given_options(given: dict[str, Any], differing: dict[str, Any]) -> None:
    text = render(options.to_values(given), EVERY_STANZA)
    assert parse_job(text, version=EVERY_STANZA) == dict(new_values(), **differing)


@pytest.mark.parametrize(("given", "text"), REFUSED)
def test_a_wrong_option_is_named(given: dict[str, Any], text: str) -> None:
    with pytest.raises(JobFileError) as caught:
        options.to_values(given)
    assert caught.value.text == text


def test_every_stanza_has_its_option() -> None:
    of_stanzas = {stanza.option for stanza in stanzas.STANZAS}
    assert of_stanzas | {"interpreter"} == set(options.NAMES_OF_OPTIONS)


def test_code_similar_to_a_here_document_stays_a_script() -> None:
    for text in (
        "exec perl - <<'END_OF_CODE'\nEND_OF_CODE\nEND_OF_CODE\n",
        "exec perl - <<'END_OF_CODE'\nprint 1;\nEND_OF_CODE\necho\n",
        "exec perl - <<'END'\nprint 1;\nEND\n",
    ):
        assert options.from_values(dict(new_values(), process={"main": script(text)})) == {"script": text}


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({}, set()),
        ({"task": None, "manual": True}, set()),
        ({"task": False, "oom_score": 0}, {"task", "oom_score_adj"}),
        ({"interpreter": "perl", "pre_start": "a"}, {"main", "pre-start"}),
        ({"apparmor_load": "/a"}, {"security"}),
    ],
)
def test_keys_of(given: dict[str, Any], keys: set[str]) -> None:
    assert options.keys_of(given) == keys


@pytest.mark.parametrize("padding", [0, 100000])
def test_code_runs_unchanged_in_the_process_that_init_tracks(padding: int) -> None:
    code = "import os\n# %s\nprint(os.getpid(), '$HOME `id` \\\\ it\\'s', \"EOF\")\n" % ("#" * padding)
    values = options.to_values({"script": code, "interpreter": sys.executable})
    shell = ["/bin/sh", "-e", "-c", values["process"]["main"]["command"]]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, text=True) as process:
        output, _errors = process.communicate()
    assert output == f"{process.pid} $HOME `id` \\ it's EOF\n"


@pytest.mark.parametrize(("given", "hint"), [
    ({"umask": 18}, "write '0022'"),
    ({"umask": 63}, "write '0077', or '063' if the number had no 0 in front"),
    ({"umask": 7}, "write '0007'"),
    ({"umask": 1022}, "write it in quotes, for example '022'"),
    ({"respawn_limit": "10 5 2"}, "for example {count: 10, interval: 5}"),
    ({"respawn_limit": [3, 60]}, "for example {count: 3, interval: 60}"),
    ({"respawn_limit": "3/60s"}, "for example {count: 3, interval: 60}"),
    ({"respawn_limit": 7}, "for example {count: 7}"),
    ({"respawn_limit": {"limit": 3}}, "for example {count: 10, interval: 5}"),
    ({"kill_signal": "SIGTRM"}, "did you mean TERM?"),
    ({"kill_signal": "softly"}, "use a name such as TERM, or a number"),
    ({"normal_exit": '["0"'}, 'write a list, for example ["a", "b"]'),
    ({"limits": "nofile 1 2 3"}, "for example {nofile: 4096}, or nofile 4096 4096"),
    ({"limits": {"files": 9}}, "did you mean nofile?"),
    ({"limits": {"nofile": "infinity"}}, "write unlimited"),
    ({"limits": {"nofile": "1k"}}, "write one number without a unit, or {soft: 1024, hard: 4096}"),
    ({"env": [{"A": 1}]}, "make env itself a dictionary, or write the item as NAME=VALUE"),
    ({"start_on": ["a", "b"]}, "write {all: [...]} or {any: [...]}"),
    ({"start_on": [2, 3]}, "write {runlevel: [2, 3]}"),
    ({"start_on": 2345}, "write {runlevel: [2, 3, 4, 5]}"),
    ({"start_on": {"runlevel": "2,3"}}, 'write "23"'),
    ({"start_on": "start on startup"}, "leave them out"),
    ({"stop_on": "on stopping a"}, "leave them out"),
    ({"emits": ["{a}"]}, 'write a list, for example ["a", "b"]'),
    ({"cgroup": "[cpu]"}, 'write for example [{"controller": "cpu", "name": "web"}]'),
    ({"pre_start": '{"exec": "a"'}, "use a command, a script that ends in a line break, or a dictionary with exec, "
                                    "or with script and interpreter"),
    ({"kill_signal": "TERM INT"}, "use a name such as TERM, or a number"),
    ({"kill_signal": "TERM,INT"}, "use a name such as TERM, or a number"),
    ({"normal_exit": "0;TERM"}, "use a name such as TERM, or a number"),
    ({"start_on": True}, "use the option enabled to turn a condition on or off"),
    ({"start_on": {"and": ["a", "b"]}}, "did you mean all?"),
    ({"start_on": {"startd": "a"}}, "did you mean started?"),
    ({"start_on": {"started": ["a", "b"]}}, "write any: [{started: ...}, ...] or all: [...]"),
    ({"start_on": {"started": "a", "stopped": "b"}},
     "write a list below all or any, as in all: [{started: ...}, {stopped: ...}]"),
])
def test_the_remedy_is_what_was_probably_meant(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(JobFileError) as caught:
        options.to_values(given)
    assert caught.value.hint == hint


@pytest.mark.parametrize(("in_words", "written"), [
    ({"respawn_limit": "10 5"}, {"respawn_limit": {"count": 10, "interval": 5}}),
    ({"respawn_limit": '{"count": 3}'}, {"respawn_limit": {"count": 3}}),
    ({"respawn_limit": '"unlimited"'}, None),
    ({"limits": "nofile 1024 4096"}, {"limits": {"nofile": {"soft": 1024, "hard": 4096}}}),
    ({"limits": "nofile 1024 4096\nnproc 7\ncore unlimited unlimited"},
     {"limits": {"nofile": [1024, 4096], "nproc": 7, "core": "unlimited"}}),
    ({"limits": "nofile=5, nproc=6"}, {"limits": {"nofile": 5, "nproc": 6}}),
    ({"limits": '{"nofile": {"soft": 1, "hard": 2}}'}, {"limits": {"nofile": [1, 2]}}),
    ({"normal_exit": "0 TERM"}, {"normal_exit": [0, "TERM"]}),
    ({"normal_exit": ["0 TERM", "7"]}, {"normal_exit": [0, "TERM", 7]}),
    ({"normal_exit": '[0, "TERM"]'}, {"normal_exit": [0, "TERM"]}),
    ({"normal_exit": ["[0", ' "TERM"]']}, {"normal_exit": [0, "TERM"]}),  # Ansible has cut it at the comma
    ({"emits": ["a ", " b c"]}, {"emits": ["a", "b", "c"]}),
    ({"cgroup": '[{"controller": "cpu"}, "memory web"]'}, {"cgroup": [{"controller": "cpu"}, "memory web"]}),
    ({"cgroup": ['{"controller": "cpu"', ' "name": "web"}']}, {"cgroup": [{"controller": "cpu", "name": "web"}]}),
    ({"pre_start": '{"exec": "a b"}'}, {"pre_start": {"exec": "a b"}}),
    ({"post_stop": ' {"script": "a", "interpreter": "perl"}\n'},
     {"post_stop": {"script": "a", "interpreter": "perl"}}),
    ({"pre_stop": '{ a; "b"; }'}, {"pre_stop": {"exec": '{ a; "b"; }'}}),  # a command of the shell
    ({"env": 'A=1 B="x y"'}, {"env": {"A": 1, "B": "x y"}}),
    ({"env": '{"A": 1, "B": null}'}, {"env": {"A": 1, "B": None}}),
    ({"start_on": '{"all": [{"runlevel": [2, 3]}, "a"]}'}, {"start_on": {"all": [{"runlevel": [2, 3]}, "a"]}}),
    ({"stop_on": ' {"event": "a", "env": "B=x"}'}, {"stop_on": "a B=x"}),
])
def test_a_line_as_typed_by_hand(in_words: dict[str, Any], written: dict[str, Any] | None) -> None:
    if written is None:
        with pytest.raises(JobFileError, match="respawn_limit must be unlimited"):
            options.to_values(in_words)
        return
    assert options.to_values(in_words) == options.to_values(written)
