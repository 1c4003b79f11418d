# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stale definitions, other variables, wedged jobs, and jobs that are enabled and disabled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ConnectionLostError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import planning, report, run
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    BROKEN,
    NO_PROCESS,
    SERVICE,
    UP,
    Attributes,
    FakeClient,
    Status,
    converge,
    held,
    request,
    status,
)

STALE: list[tuple[str, list[dict[str, Any]] | None, str, list[str], bool | None, str]] = [
    (SERVICE, [held("a")], "any", [], False, ""),
    (SERVICE, [held("b")], "any", [], True, "runs with an older definition than "),
    (SERVICE, [held("b")], "current", ["stop", "start"], True, ""),
    (SERVICE, [held("a")], "current", [], False, ""),
    (SERVICE, None, "any", [], None, "web.conf was changed after it started"),
    ("start on ev\n" + SERVICE, [held("a")], "current", [], False, ""),
    (BROKEN, [held("a")], "any", [], True, "web.conf:1: Unknown stanza"),
]


@pytest.mark.parametrize(("conf", "classes", "definition", "steps", "stale", "warning"), STALE)
def test_stale_definitions(tmp_path: Path, conf: str, classes: list[dict[str, Any]] | None, definition: str,
                           steps: list[str], stale: bool | None, warning: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    wanted = request(tmp_path, "started", definition=definition)
    found = run.converge(FakeClient({"web": {"": [UP]}}, held=classes), wanted, Attributes(), check_mode=True).targets
    assert found[0].plan.steps == steps
    (entry,) = report.result(found, wanted, [])["instances"]
    assert entry["stale"] is (False if steps else stale)
    texts = report.warnings(found)
    assert len(texts) == bool(warning) and warning in "".join(texts)


CURRENT: list[tuple[str, list[dict[str, Any]] | None, str]] = [
    (BROKEN, [held("a")], "It was left running."),
    (SERVICE, None, "current job file: Upstart reports its definitions only since 1.6.1"),
]


@pytest.mark.parametrize(("conf", "classes", "words"), CURRENT)
def test_the_current_definition_is_out_of_reach(tmp_path: Path, conf: str, classes: list[dict[str, Any]] | None,
                                                words: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    client = FakeClient({"web": {"": [UP]}}, held=classes)
    (target,) = converge(tmp_path, client, "started", definition="current")
    assert target.result.error is not None and words in target.result.error.message
    assert target.plan.steps == []


@pytest.mark.parametrize(("env", "differing"), [(["A=1"], []), (["A=2"], ["A"]), (["B="], ["B"]), (None, [])])
def test_other_variables_are_noticed(tmp_path: Path, env: list[str] | None, differing: list[str]) -> None:
    (tmp_path / "web.conf").write_text(SERVICE)
    wanted = request(tmp_path, "started", env=env)
    found = run.converge(
        FakeClient({"web": {"": [UP]}}, held=[held("a")]), wanted, Attributes(), check_mode=True
    ).targets
    assert report.result(found, wanted, [])["instances"][0]["env_differs"] == differing
    assert len(report.warnings(found)) == bool(differing)


LONG = 1e9
LOST = status("start", "running", NO_PROCESS)
FREED: list[tuple[str, Status, str, list[str]]] = [
    (SERVICE, LOST, "stopped", ["free"]),
    (SERVICE, LOST, "started", ["free", "start"]),
    (SERVICE, LOST, "reloaded", ["free", "start"]),
    (SERVICE, UP, "restarted", ["stop", "start"]),
    ("expect fork\nexec a\n", status("start", "spawned"), "stopped", ["free"]),
    ("expect fork\nexec a\n", status("stop", "spawned"), "restarted", ["free", "start"]),
    ("expect fork\nexec a\n", status("start", "spawned"), "started", ["wait"]),
    (SERVICE, status("start", "spawned"), "stopped", ["free"]),
    (SERVICE, status("stop", "spawned"), "restarted", ["free", "start"]),
]


@pytest.mark.parametrize(("conf", "before", "state", "steps"), FREED)
def test_wedged_jobs_are_freed_when_asked(tmp_path: Path, conf: str, before: Status, state: str,
                                          steps: list[str]) -> None:
    (tmp_path / "web.conf").write_text(conf)
    (target,) = converge(tmp_path, FakeClient({"web": {"": [before]}}), state, unwedge=True)
    assert (target.result.error, target.plan.steps) == (None, steps)


@pytest.mark.parametrize(("moment", "before", "state", "definition", "steps"), [
    (0.0, status("start", "spawned"), "reloaded", "any", ["free", "start"]),
    (LONG, status("start", "spawned"), "reloaded", "any", ["wait", "reload"]),
    (0.0, status("start", "spawned"), "started", "any", ["wait"]),
    (0.0, status("start", "spawned"), "started", "current", ["free", "start"]),
    (LONG, status("start", "spawned"), "started", "current", ["settle", "stop", "start"]),
    (0.0, status("stop", "spawned"), "started", "any", ["free", "start"]),
])
def test_a_spawned_job_without_expect_gets_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: float, before: Status, state: str, definition: str,
    steps: list[str],
) -> None:
    """Its instance may run with an earlier file, but it must not be stopped while it is still starting."""
    monkeypatch.setattr(planning, "SPAWN_GRACE", moment)
    (tmp_path / "web.conf").write_text(SERVICE)
    client = FakeClient({"web": {"": [before]}}, held=[held("b", expect="EXPECT_FORK")])
    (target,) = converge(tmp_path, client, state, definition=definition, unwedge=True)
    assert (target.result.error, target.plan.steps) == (None, steps)


def test_a_wedged_job_is_not_freed_for_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text(BROKEN)
    (target,) = converge(tmp_path, FakeClient({"web": {"": [LOST]}}), "restarted", unwedge=True)
    assert target.result.error is not None and "Unknown stanza" in target.result.error.message
    assert target.plan.steps == []


ENABLED: list[tuple[str, str | None, bool, bool, str, list[str]]] = [
    ("start on ev\n" + SERVICE, None, False, True, "start/running", [".override", ""]),
    ("start on ev\n" + SERVICE, "stopped", False, True, "stop/waiting", [".override", ""]),
    ("start on ev\n" + SERVICE, "stopped", True, True, "stop/waiting", [""]),
    ("start on ev\n" + SERVICE, "started", True, False, "start/running", [""]),
]


@pytest.mark.parametrize(("conf", "state", "enabled", "changed", "after", "differences"), ENABLED)
def test_enabled_and_state_are_predicted_together(tmp_path: Path, conf: str, state: str | None, enabled: bool,
                                                  changed: bool, after: str, differences: list[str]) -> None:
    (tmp_path / "web.conf").write_text(conf)
    wanted = request(tmp_path, state, enabled=enabled)
    found = run.converge(FakeClient({"web": {"": [UP]}}), wanted, Attributes(), check_mode=True).targets
    result = report.result(found, wanted, [])
    assert (result["changed"], result["enabled"]) == (changed, enabled)
    (entry,) = result["instances"]
    assert (entry["status"], entry["enabled"], entry["enabled_before"]) == (after, enabled, True)
    expected = differences if state else differences[:-1]
    assert [Path(part.get("after_header", "").split(" ")[0]).suffix for part in result["diff"]] == expected
    assert not (tmp_path / "web.override").exists()


def test_nothing_is_started_when_a_job_cannot_be_enabled(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text(SERVICE)
    (target,) = converge(tmp_path, FakeClient({"web": {}}), "started", enabled=True)
    assert target.result.error is not None and "no start on condition" in target.result.error.message
    assert target.plan.steps == []


def test_the_result_describes_the_first_failure(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text(BROKEN)
    wanted = request(tmp_path, "started", ("web", "none"), enabled=True)
    found = run.converge(FakeClient({"web": {}}), wanted, Attributes(), check_mode=True).targets
    with pytest.raises(UpstartError) as caught:
        report.result(found, wanted, [])
    assert "Unknown stanza" in caught.value.message and "does not know the job none" in caught.value.message
    assert caught.value.facts["reason"] == "Unknown stanza"
    assert caught.value.facts["path"] == f"{tmp_path}/web.conf"


def test_instances_are_enabled_together(tmp_path: Path) -> None:
    (tmp_path / "tty.conf").write_text("start on ev\ninstance $TTY\nexec a\n")
    wanted = request(tmp_path, None, ("tty",), enabled=False)
    client = FakeClient({"tty": {"1": [UP], "2": [UP]}}, ("TTY",))
    found = run.converge(client, wanted, Attributes(), check_mode=True).targets
    result = report.result(found, wanted, [])
    assert [entry["enabled"] for entry in result["instances"]] == [False, False]
    assert result["enabled"] is False and len(result["diff"]) == 1


def test_a_connection_that_breaks_while_jobs_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No step has been taken yet, so everything is read again."""
    (tmp_path / "web.conf").write_text(SERVICE)
    client = FakeClient({"web": {}})
    found, reopened = client.find_job, []

    def find_job(name: str) -> str:
        if not reopened:
            raise ConnectionLostError("broke")
        return found(name)

    monkeypatch.setattr(client, "find_job", find_job)
    monkeypatch.setattr(client.connection, "reopen", reopened.append, raising=False)
    (target,) = converge(tmp_path, client, "started")
    assert (target.result.error, target.plan.steps, reopened) == (None, ["start"], [1.0])


def test_a_missing_job_does_not_start_by_itself(tmp_path: Path) -> None:
    wanted = request(tmp_path, "stopped", enabled=False, must_exist=False)
    found = run.converge(FakeClient({}), wanted, Attributes(), check_mode=True).targets
    result = report.result(found, wanted, [])
    assert (result["changed"], result["enabled"]) == (False, False)
