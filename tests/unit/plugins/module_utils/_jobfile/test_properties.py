# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random values are written and read back, or refused. Random bytes are read or refused.

JOBFILE_EXAMPLES sets the number of examples (default 200), for example to 20000.
"""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.document import Document
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import apply, parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from ansible_collections.sysinit.upstart.plugins.module_utils._text import decode, encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MANY = settings(
    max_examples=int(os.environ.get("JOBFILE_EXAMPLES", "200")), deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SPECIAL = " \t\r\\\"'#()=!$;&é€𝄞\udc80\udcff"

# Texts that a job file can hold, used in every position of an argument.
ANY_CHARACTERS = st.characters(exclude_characters="\n\0", codec="utf-8")
ODD_TEXTS = st.text(st.sampled_from("ab" + SPECIAL) | ANY_CHARACTERS, max_size=12)
WORDS = st.sampled_from(["", "and", "or", "A=b c", "$X", "unlimited"])
TEXTS = (ODD_TEXTS | WORDS).map(lambda text: decode(encode(text)))
COMMAND_PIECES = ["a", "/bin/x", " ", "  ", "\t", "\\", "\\\\", "'", '"', "#", "$X", ";", "é", "\\;", "\\ "]
COMMANDS = st.lists(st.sampled_from(COMMAND_PIECES), max_size=12).map("".join)
SCRIPT_LINES = ["", " ", "a", "  b", "\tc", "end script", "end script;", " end\tscript # x", "é\r", "'\\"]
FILE_PIECES = [
    "start on ", "exec ", "script\n", "end script", "env ", "task", "manual", "(", ")", " and ", "or", "\\", "\\\n",
    '"', "'", "#", " ", "\n", "\t", "\0", "a", "A=1", "nice ", "5", "limit nofile", "\udcff",
]
SCRIPTS = st.lists(st.sampled_from(SCRIPT_LINES), max_size=6).map(lambda lines: "".join(line + "\n" for line in lines))
PROCESSES = st.builds(lambda text: {"script": False, "command": text}, COMMANDS) | st.builds(
    lambda text: {"script": True, "command": text}, SCRIPTS
)


def in_order(arguments: list[str]) -> list[str]:
    return sorted(arguments, key=lambda argument: "=" in argument)


EVENTS = st.builds(
    lambda name, arguments: [{"event": name, "args": in_order(arguments)}], TEXTS, st.lists(TEXTS, max_size=3)
)
CONDITIONS = st.none() | st.recursive(
    EVENTS, lambda parts: st.builds(lambda left, right, word: left + right + [{"op": word}], parts, parts,
                                    st.sampled_from(["and", "or"])), max_leaves=8,
)
BOUNDS = st.just("unlimited") | st.integers(0, 2 ** 64 - 2)
SIGNALS = st.integers(0, 40) | st.integers(0, 2 ** 31 - 1)
TEXT_KEYS = (
    "description", "author", "version", "usage", "chroot", "chdir", "setuid", "setgid", "apparmor_switch",
)
OPTIONAL = st.none() | TEXTS

SIMPLE: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXT_KEYS, OPTIONAL),
    **dict.fromkeys(("env", "export", "emits"), st.lists(TEXTS, max_size=4)),
    **dict.fromkeys(("task", "respawn", "debug"), st.booleans()),
    "instance": TEXTS,
    "start_on": CONDITIONS,
    "stop_on": CONDITIONS,
    "respawn_limit": st.tuples(st.integers(0, 2 ** 31 - 1), st.integers(0, 2 ** 63 - 1)).map(list),
    "expect": st.sampled_from(sorted(stanzas.EXPECT)),
    "kill_timeout": st.integers(0, 2 ** 63 - 1),
    "kill_signal": SIGNALS,
    "reload_signal": SIGNALS,
    "normal_exit": st.lists(SIGNALS | st.integers(0, 31).map(lambda number: number * 256), max_size=5),
    "console": st.sampled_from(sorted(stanzas.CONSOLE)),
    "umask": st.integers(0, 0o777),
    "nice": st.none() | st.integers(-20, 19),
    "oom_score_adj": st.integers(-1000, 1000),
    "limits": st.dictionaries(st.sampled_from(sorted(stanzas.LIMITS)), st.tuples(BOUNDS, BOUNDS).map(list), max_size=4),
    "cgroup": st.lists(st.tuples(TEXTS, OPTIONAL, OPTIONAL).map(
        lambda words: [words[0], words[1], words[2], words[2]]), max_size=3),
}
SECURITY = TEXTS.map(lambda path: {"script": False, "command": stanzas.APPARMOR_LOAD + path})


def some_of(strategies: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=strategies)


@MANY
@given(some_of(SIMPLE), st.none() | SECURITY)
def test_everything_but_commands_can_be_written(changed: dict[str, Any], security: Any) -> None:
    values = dict(new_values(), **changed)
    if security:
        values["process"]["security"] = security
    text = render(values, exec_fallback=False)
    assert parse_job(encode(text)) == values


@MANY
@given(some_of(dict.fromkeys(("main", "pre-start", "post-start", "pre-stop", "post-stop"), PROCESSES)))
def test_processes_are_read_back_or_refused(processes: dict[str, Any]) -> None:
    values = dict(new_values(), process=processes)
    try:
        text = render(values, exec_fallback=False)
    except JobFileError:
        return
    assert parse_job(encode(text)) == values


@MANY
@given(COMMANDS)
def test_a_command_that_was_read_can_be_written(command: str) -> None:
    values = new_values()
    if apply("exec " + command, values) is None:
        assert parse_job(encode(render(values, exec_fallback=False))) == values


@MANY
@given(st.lists(st.sampled_from(FILE_PIECES) | st.text(max_size=3), max_size=30))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    values = new_values()
    error = apply(text, values)
    assert error is None or isinstance(error, JobFileError)
    if error is None:
        document = Document(text)
        assert (document.text, document.values) == (text, values)
