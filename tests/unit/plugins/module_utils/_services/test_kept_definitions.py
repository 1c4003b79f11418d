# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance that is started while other instances run with an older definition of the job."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import kept_definitions, report
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import UP, FakeClient, Status

WHY = "because Upstart keeps the old definition while other instances run with it (1)"
UNTOLD = "Upstart reports its definitions only since 1.6.1"


class Client(FakeClient):
    """A daemon whose instance 1 of tty runs with ``command``; None for a daemon that does not report it."""

    def __init__(self, command: str | None, *instances: str) -> None:
        jobs: dict[str, list[Status | None]] = {name: [UP] for name in instances or ("1",)}
        classes = None
        if command:
            each = fake_client.held(command, name="tty", instance="$TTY")
            each["jobs"] = [{"path": instance_path("tty", name), "env": ["TTY=" + name]} for name in jobs]
            classes = [each]
        super().__init__({"tty": jobs}, ("TTY",), classes)


def converge(folder: Path, client: Client, state: str, *env: str, **more: Any) -> Any:
    (folder / "tty.conf").write_text("instance $TTY\nexec a\n")
    return fake_client.converge(folder, client, state, "tty", env=list(env) or None, **more)


def test_a_start_with_the_older_definition_is_reported(tmp_path: Path) -> None:
    (found,) = converge(tmp_path, Client("b"), "started", "TTY=2")
    assert (found.result.error, found.plan.steps) == (None, ["start"])
    assert report.instance_entries([found], found.wanted)[0]["stale"] is True
    assert report.warnings([found]) == [
        f"Job tty (2) runs with an older definition than {tmp_path}/tty.conf, {WHY}. Restart all of these instances in "
        "one task to use the current file."]


def test_a_start_is_refused_with_definition_current(tmp_path: Path) -> None:
    (found,) = converge(tmp_path, Client("b"), "started", "TTY=2", definition="current")
    assert found.plan.steps == [] and found.result.error is not None
    assert found.result.error.message == (
        f"Job tty (2) was not started: it would not use the current file {tmp_path}/tty.conf, {WHY}. Restart these "
        "instances in the same task.")
    assert found.result.error.facts == {"name": "tty", "kept_by": ["1"]}


def test_one_instance_alone_cannot_be_restarted_with_the_current_definition(tmp_path: Path) -> None:
    (found,) = converge(tmp_path, Client("b", "1", "2"), "restarted", "TTY=2")
    assert (found.plan.steps, report.instance_entries([found], found.wanted)[0]["stale"]) == (["stop", "start"], True)
    assert [WHY in text for text in report.warnings([found])] == [True]


def test_all_instances_together_use_the_current_definition(tmp_path: Path) -> None:
    found = converge(tmp_path, Client("b", "1", "2"), "restarted")
    assert [each.plan.steps for each in found] == [["stop", "start"]] * 2
    assert [entry["stale"] for entry in report.instance_entries(found, found[0].wanted)] == [False, False]
    assert report.warnings(found) == []


def target(job: str, instance: str, *steps: str, error: UpstartError | None = None, state: str | None = "started",
           variables: tuple[str, ...] = ("N",)) -> Any:
    return SimpleNamespace(
        job=job, instance=instance, plan=SimpleNamespace(steps=list(steps), kept_by=[], stale=False),
        result=SimpleNamespace(error=error),
        wanted=SimpleNamespace(state=state, definition="any"),
        definition=SimpleNamespace(name=job, instance_variables=lambda: variables))


def test_only_started_instances_are_kept_and_only_by_those_that_stay() -> None:
    targets = [
        target("fine", "1", "start"), target("tty", "new", "start"), target("tty", "again", "stop", "start"),
        target("tty", "idle"), target("tty", "failed", "stop", "start", error=UpstartError("no")),
        target("tty", "other", state=None), target("tty", "down", "stop", state="stopped"),
        target("single", "", "start", variables=())]
    running = {"fine": ["2"], "tty": ["again", "idle", "failed", "other", "down"]}
    client: Any = SimpleNamespace(instances_of=lambda jobs: [running[job] for job in jobs])
    snapshot: Any = SimpleNamespace(reason=None, is_stale=lambda definition, name: definition.name == "tty")
    kept_definitions.find_kept_definitions(client, targets, snapshot)
    staying = ["idle", "failed", "other"]
    assert [each.plan.kept_by for each in targets] == [[], staying, staying, [], [], [], [], []]
    assert [each.plan.stale for each in targets] == [False, True, True, False, False, False, False, False]


def test_one_query_shows_the_instances_and_what_keeps_them(tmp_path: Path) -> None:
    client = Client("b", "1", "2")
    (found,) = converge(tmp_path, client, "started", "TTY=2", definition="current")
    assert found.result.error is not None and found.result.error.facts["kept_by"] == ["1"]
    assert client.asked_for_state == 1


@pytest.mark.parametrize("definition", ["any", "current"])
def test_current_instances_keep_no_old_definition(tmp_path: Path, definition: str) -> None:
    (found,) = converge(tmp_path, Client("a"), "started", "TTY=2", definition=definition)
    assert (found.result.error, found.plan.steps, report.warnings([found])) == (None, ["start"], [])
    assert report.instance_entries([found], found.wanted)[0]["stale"] is False


def test_whether_an_instance_is_stale_is_unknown(tmp_path: Path) -> None:
    (found,) = converge(tmp_path, Client(None), "started", "TTY=2")
    assert report.instance_entries([found], found.wanted)[0]["stale"] is None
    (refused,) = converge(tmp_path, Client(None), "started", "TTY=2", definition="current")
    assert refused.result.error is not None and UNTOLD in refused.result.error.message and refused.plan.steps == []
