# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure functions of the emulator: paths, states, respawns, commands, environments."""

from __future__ import annotations

import pytest
from emulator import child, commands, environment, states
from emulator.dbus.bus import is_allowed_to_all
from emulator.dbus.paths import INSTANCE, JOB, MANAGER, PROPERTIES, escape, unescape
from emulator.joblog import log_name
from emulator.respawn import RespawnWindow
from emulator.versions import LATEST, VERSIONS


@pytest.mark.parametrize("name, path", [
    ("", "_"), ("web", "web"), ("a-b_c.d", "a_2db_5fc_2ed"), ("net/eth0", "net_2feth0"), ("x y@z+", "x_20y_40z_2b"),
    ("\u00e9", "_ff_ff"), ("\u0663", "_ff_ff"),
])
def test_path_elements(name: str, path: str) -> None:
    assert escape(name) == path
    assert unescape(path) == name or "_ff" in path


def walk(start: str, goal: str, main_alive: bool) -> list[str]:
    seen = [start]
    while seen[-1] not in (states.RUNNING if goal == states.START else states.WAITING):
        seen.append(states.next_state(seen[-1], goal, main_alive))
    return seen


def test_a_start_passes_eleven_states() -> None:
    assert walk(states.WAITING, states.START, True) == [
        "waiting", "starting", "security-spawning", "security", "pre-starting", "pre-start", "spawning", "spawned",
        "post-starting", "post-start", "running",
    ]


def test_a_stop_runs_pre_stop_only_while_main_is_alive() -> None:
    rest = ["stopping", "killed", "post-stopping", "post-stop", "waiting"]
    assert walk(states.RUNNING, states.STOP, True) == ["running", "pre-stopping", "pre-stop"] + rest
    assert walk(states.RUNNING, states.STOP, False) == ["running"] + rest


@pytest.mark.parametrize("state", ["starting", "security", "pre-start", "spawned", "post-start", "pre-stop"])
def test_a_stop_leads_straight_to_stopping(state: str) -> None:
    assert states.next_state(state, states.STOP, False) == "stopping"


@pytest.mark.parametrize("state, follows", [
    ("pre-stop", "running"), ("post-stop", "starting"), ("running", "stopping"),
])
def test_a_start_during_a_stop(state: str, follows: str) -> None:
    assert states.next_state(state, states.START, True) == follows


@pytest.mark.parametrize("state, follows", [
    ("pre-stop", "stopping"), ("post-start", "stopping"), ("post-stop", "starting"),
])
def test_a_respawn_that_had_to_wait(state: str, follows: str) -> None:
    assert states.respawn_settles(state)
    assert states.next_state(state, states.RESPAWN, False) == follows


def test_every_state_belongs_to_the_newest_release() -> None:
    assert LATEST.states == set(states._NEXT)
    assert [len(VERSIONS[name].states) for name in ("0.6.5", "1.5", "1.12.1", "1.13.2")] == [10, 10, 11, 17]


def test_three_respawns_are_allowed_and_the_fourth_is_too_many() -> None:
    window = RespawnWindow()
    assert [window.too_many(100.0 + n, 3, 60) for n in range(4)] == [False, False, False, True]


def test_a_new_window_opens_after_the_old_one() -> None:
    window = RespawnWindow()
    assert [window.too_many(now, 1, 5) for now in (10.0, 15.0, 20.2, 21.0)] == [False, False, False, True]


@pytest.mark.parametrize("limit, interval", [(0, 5), (3, 0), (0, 0)])
def test_zero_means_no_limit(limit: int, interval: int) -> None:
    window = RespawnWindow()
    assert not any(window.too_many(1.0, limit, interval) for attempt in range(50))


@pytest.mark.parametrize("character", list("~`!$^&*()=|\\{}[];\"'<>?"))
def test_shell_characters(character: str) -> None:
    built = commands.build("a%sb" % character, False, "/proc/self/fd", 9)
    assert built.argv == ["/bin/sh", "-e", "-c", "exec a%sb" % character, "/bin/sh"]


def test_a_plain_command_is_split_at_blanks() -> None:
    assert commands.build("printf  %s\ta -b", False, "/proc/self/fd", 9).argv == ["printf", "%s", "a", "-b"]


def test_short_scripts_are_arguments_and_long_ones_are_fed() -> None:
    assert commands.build("one\n", True, "/proc/self/fd", 9) == commands.Command(
        ["/bin/sh", "-e", "-c", "one", "/bin/sh"])
    assert commands.build("one\ntwo\n", True, "/proc/self/fd", 9) == commands.Command(
        ["/bin/sh", "-e", "/proc/self/fd/9"], "exec 9<&-\none\ntwo\n")
    assert commands.build("one\ntwo\n", True, "/dev/fd", 10).fed == "one\ntwo\n"


def test_later_entries_win_in_place() -> None:
    table = environment.merge(["A=1", "B=2"], ["A=3", "C=4", "B="])
    assert table == ["A=3", "B=", "C=4"]


def test_a_bare_name_copies_or_removes() -> None:
    table = ["A=1", "B=2"]
    environment.put(table, "A", inherited={"A": "mine"})
    environment.put(table, "B", inherited={})
    assert table == ["A=mine"]


def test_put_can_keep_existing_variables() -> None:
    table = ["RESULT=ok"]
    environment.put(table, "RESULT=mine", replace=False)
    assert table == ["RESULT=ok"]


def test_jobs_start_with_path_and_term(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert environment.of_init() == ["PATH=" + environment.PATH, "TERM=dumb"]


def test_jobs_of_a_session_start_with_the_environment_of_its_init(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "a=b")
    assert "MINE=a=b" in environment.of_init(user=True)


@pytest.mark.parametrize("table, name, left", [
    (["A=1", "B=2"], "A", ["B=2"]),
    (["A=1"], "B", ["A=1"]),
    (["HOME=/", "FOO=1", "F=2", "FOOBAR=3", "Z="], "FOOBAR", ["HOME=/", "F=2", "Z="]),  # 1.13.2, measured
    (["FOO=1", "FOOBAR=3"], "FOOBAR", ["FOOBAR=3"]),
])
def test_variables_that_unsetting_removes_too(table: list[str], name: str, left: list[str]) -> None:
    environment.remove(table, name)
    assert table == left


@pytest.mark.parametrize("entry, loose, strict", [
    ("A=1", True, True), ("_a1=", True, True), ("1A=x", True, False), ("=x", True, False), ("A B=x", True, False),
    ("A", False, False),
])
def test_entries_from_clients(entry: str, loose: bool, strict: bool) -> None:
    assert environment.acceptable([entry], strict=False) is loose
    assert environment.acceptable([entry], strict=True) is strict


@pytest.mark.parametrize("job, instance, name", [
    ("web", "", "web.log"), ("sub/j", "a/b c", "sub_j-a_b c.log"),
])
def test_log_names(job: str, instance: str, name: str) -> None:
    assert log_name(job, instance) == name


@pytest.mark.parametrize("value, limit", [("unlimited", -1), (7, 7), (2 ** 64 - 2, -1)])
def test_limits(value: object, limit: int) -> None:
    assert child._limit(value) == limit


@pytest.mark.parametrize("interface, member, allowed", [
    (MANAGER, "GetAllJobs", True), (MANAGER, "EmitEvent", False), (MANAGER, "GetState", False),
    (JOB, "GetInstance", True), (JOB, "Start", False), (INSTANCE, "Stop", False), (PROPERTIES, "GetAll", True),
    (PROPERTIES, "Set", False), (None, "GetAllJobs", False),
])
def test_calls_that_the_bus_allows_to_all(interface: str | None, member: str, allowed: bool) -> None:
    assert is_allowed_to_all(interface, member) is allowed
