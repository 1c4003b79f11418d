# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LSB scripts for names that are not Upstart jobs: they reach the requested state, and failures are reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import init_script
from ansible_collections.sysinit.upstart.plugins.module_utils._services import init_scripts, targets
from ansible_collections.sysinit.upstart.plugins.module_utils._services.script import Script
from ansible_collections.sysinit.upstart.tests.unit.support.control_script import Control
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import request
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

RUNS, STOPPED = 0, 3


@pytest.fixture(autouse=True)
def links(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Scripts that are enabled at boot, instead of those of this machine."""
    enabled = {"web": False}
    monkeypatch.setattr(init_script, "enabled", enabled.__getitem__)
    monkeypatch.setattr(init_script, "set_enabled", enabled.__setitem__)
    return enabled


def converge(control: Control, state: str | None, check_mode: bool = False, **more: Any) -> targets.Target:
    wanted = request(control.folder, state, timeout=PATIENCE, script_dir="/etc/init.d", **more)
    target = targets.Target("web", Definition("web", str(control.folder), (1, 13, 2)), wanted)
    target.script = Script("web", str(control.path))
    init_scripts.converge([target], check_mode)
    return target


def changed_before_after(target: targets.Target) -> tuple[Any, ...]:
    entry = target.script.report(target.result.error)
    return entry["changed"], entry["before"], entry["status"]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("state", "code", "expected", "calls"), [
    (None, RUNS, (False, "running", "running"), []),
    ("started", RUNS, (False, "running", "running"), []),
    ("started", STOPPED, (True, "stopped", "running"), ["start"]),
    ("stopped", RUNS, (True, "running", "stopped"), ["stop"]),
    ("stopped", STOPPED, (False, "stopped", "stopped"), []),
    ("restarted", RUNS, (True, "running", "running"), ["stop", "start"]),
    ("reloaded", RUNS, (True, "running", "running"), ["reload"]),
    ("reloaded", STOPPED, (True, "stopped", "running"), ["start"]),
])
def test_states(tmp_path: Path, state: str | None, code: int, expected: tuple[Any, ...], calls: list[str],
                check_mode: bool) -> None:
    control = Control(tmp_path, code)
    target = converge(control, state, check_mode)
    assert target.result.error is None
    changed, before, status = changed_before_after(target)
    assert (changed, before) == expected[:2]
    calls_made = [word for word in control.calls() if word != "status"]
    if check_mode:
        assert calls_made == []
    else:
        assert (status, calls_made) == (expected[2], calls)


@pytest.mark.parametrize(("how", "status", "words"), [
    ("echo no >&2; exit 1", "running", "Service web was not reloaded: '{path} reload' exited with status 1"),
    ("echo 3 > code", "stopped", "Service web was not reloaded: '{path} reload' left it "),
    ("echo 1 > code", "dirty", "Service web was not reloaded: '{path} reload' left it "),
])
def test_a_reload_that_fails(tmp_path: Path, how: str, status: str, words: str) -> None:
    control = Control(tmp_path, RUNS)
    control.behave("reload", how)
    target = converge(control, "reloaded")
    assert target.result.error is not None
    entry = target.script.report(target.result.error)
    assert entry["msg"].startswith(words.format(path=control.path))
    assert (entry["failed"], entry["status"], entry["cmd"]) == (True, status, f"{control.path} reload")
    assert entry["stderr"] == ("no\n" if "no" in how else "")


def test_a_start_that_fails(tmp_path: Path) -> None:
    control = Control(tmp_path, STOPPED)
    control.behave("start", "echo broken >&2; exit 1")
    entry = (target := converge(control, "started", enabled=True)).script.report(target.result.error)
    assert (entry["failed"], entry["changed"], entry["before"], entry["status"]) == (True, True, "stopped", "stopped")
    assert (entry["rc"], entry["stderr"]) == (1, "broken\n")
    assert entry["enabled"] is None, "enabled is not changed after a failure"


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("wanted", "changed"), [(None, False), (False, False), (True, True)])
def test_enabled(tmp_path: Path, links: dict[str, bool], wanted: bool | None, changed: bool, check_mode: bool) -> None:
    entry = converge(Control(tmp_path, RUNS), "started", check_mode, enabled=wanted).script.entry
    assert (entry["changed"], entry["enabled"], entry["enabled_before"]) == (changed, bool(wanted), False)
    assert links == {"web": bool(wanted) and not check_mode}


def test_env_has_no_effect(tmp_path: Path) -> None:
    target = converge(Control(tmp_path, RUNS), "started", env=["A=1"])
    assert target.result.warnings == ["env has no effect on web, because it is an init script in /etc/init.d."]
    assert converge(Control(tmp_path, RUNS), "started").result.warnings == []
