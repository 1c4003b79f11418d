# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances with names that are not ASCII: they corrupt Upstart's memory and become unreadable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._host.status import state_text
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import UP, FakeClient, Status, converge

BY_N = "instance $N\nexec a\n"
UMLAUT = "\u00fc"
UNREADABLE = "\ufffd\ufffd"  # read from the path of a running instance
REMEDY = "Use ASCII in the instance stanza and in the variables that it names."
WOULD = "Job web (%s) was not %s: an instance name that is not ASCII corrupts Upstart's memory and may crash it. " + (
    REMEDY)
DID = ("Job web (%s) has an instance name that is not ASCII, which has corrupted Upstart's memory, and was not %s. "
       "Stop it with initctl stop and its variables, then reboot the host before Upstart crashes. " + REMEDY)
STATES = ["started", "stopped", "restarted", "reloaded"]


class Client(FakeClient):
    """A daemon that runs such an instance if ``runs``."""

    runs = False

    def find_instance(self, name: str, env: list[str]) -> str | None:
        return UNREADABLE if self.runs else None


def converged(folder: Path, state: str | None, conf: str, env: list[str] | None, runs: bool, **more: Any) -> Any:
    (folder / "web.conf").write_text(conf)
    known: dict[str, list[Status | None]] = {UNREADABLE: [None]} if runs else {}
    client = Client({"web": known})
    client.runs = runs
    return converge(folder, client, state, env=env, **more)


@pytest.mark.parametrize(("state", "runs"), [
    (state, runs) for state in STATES for runs in (False, True) if runs or state != "reloaded"])
@pytest.mark.parametrize(("conf", "name"), [
    (BY_N, UMLAUT), ("instance a-${N:-b}\nexec a\n", "a-" + UMLAUT),
    ("env M=m\ninstance $M$N\nexec a\n", "m" + UMLAUT)])
def test_an_instance_that_the_task_names_is_refused(tmp_path: Path, conf: str, name: str, state: str,
                                                    runs: bool) -> None:
    (target,) = converged(tmp_path, state, conf, ["N=" + UMLAUT], runs, unwedge=True)
    assert target.result.error is not None and target.plan.steps == [] and target.progress.todo == []
    assert target.result.error.message == (DID if runs else WOULD) % (name, state)
    assert target.result.error.facts == {"name": "web"}


@pytest.mark.parametrize(("conf", "state"), [
    ("env N=%s\n" % UMLAUT + BY_N, "started"), ("instance %s\nexec a\n" % UMLAUT, "restarted")])
def test_an_instance_that_its_file_names_is_refused(tmp_path: Path, conf: str, state: str) -> None:
    (target,) = converged(tmp_path, state, conf, None, runs=False)
    assert target.result.error.message == WOULD % (UMLAUT, state)


@pytest.mark.parametrize("state", ["stopped", "restarted", "reloaded"])
def test_all_instances_except_those_that_cannot_be_queried(tmp_path: Path, state: str) -> None:
    (tmp_path / "web.conf").write_text(BY_N)
    bad, good = sorted(converge(tmp_path, FakeClient({"web": {UNREADABLE: [None], "1": [UP]}}), state),
                       key=lambda one: one.instance == "1")
    assert bad.result.error.message == DID % (UNREADABLE, state)
    assert good.result.error is None and good.plan.steps


def test_a_restart_that_would_give_such_a_name_is_refused(tmp_path: Path) -> None:
    """Its earlier name came from another variable."""
    (tmp_path / "web.conf").write_text("instance $TITLE\nexec a\n")
    job = {"path": instance_path("web", "1"), "env": ["N=1", "TITLE=" + UMLAUT]}
    client = FakeClient({"web": {"1": [UP]}}, held=[{"name": "web", "env": [], "jobs": [job]}])
    (target,) = converge(tmp_path, client, "restarted")
    assert target.result.error.message == WOULD % (UMLAUT, "restarted") and target.plan.steps == []


@pytest.mark.parametrize(("conf", "state", "env"), [
    (BY_N, "started", ["N=u", "TITLE=" + UMLAUT]),
    ("exec a\n", "started", ["TITLE=" + UMLAUT]),
    ("env N=%s\n" % UMLAUT + BY_N, "stopped", None),
    ("start on a\n" + BY_N, None, ["N=" + UMLAUT]),
])
def test_harmless_names_are_accepted(tmp_path: Path, conf: str, state: str | None, env: list[str] | None) -> None:
    (target,) = converged(tmp_path, state, conf, env, runs=False, enabled=None if state else True)
    assert target.result.error is None
    assert state_text(target.result.after) == ("start/running" if state == "started" else "stop/waiting")
