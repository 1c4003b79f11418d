# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of restarted instances, with daemons that report them and daemons that do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._services import report
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    GOING,
    NO_PROCESS,
    UP,
    FakeClient,
    Status,
    converge,
    status,
)

NEWER = "was changed after it started"  # here every file is younger than the process
UNTOLD = "Upstart reports its definitions only since 1.6.1"


def restart(folder: Path, template: str, instance: str, *, state: str = "restarted", env: list[str] | None = None,
            held: list[str] | None = None, before: Status | None = None, own: str = "", **more: Any) -> Any:
    """Return the target of the restart of one instance; ``held`` is its environment, if the daemon reports it."""
    (folder / "tty.conf").write_text(f"instance {template}\n{own}exec a\n")
    classes = None if held is None else [
        {"name": "tty", "env": [], "jobs": [{"path": instance_path("tty", instance), "env": held}]}]
    client = FakeClient({"tty": {instance: [before or UP]}}, ("TTY",) if env else (), classes)
    (target,) = converge(folder, client, state, "tty", env=env, **more)
    return target


def test_reported_variables_are_kept(tmp_path: Path) -> None:
    target = restart(tmp_path, "$A-$B", "1-2", held=["A=1", "B=2", "SPEED=300", "UPSTART_JOB=tty"])
    assert (target.env, target.plan.steps) == (["A=1", "B=2", "SPEED=300"], ["stop", "start"])
    assert report.warnings([target]) == []


def test_each_of_several_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "tty.conf").write_text("instance $TTY\nexec a\n")
    jobs = [{"path": instance_path("tty", name), "env": ["TTY=" + name, "SPEED=" + name * 2]} for name in ("1", "2")]
    client = FakeClient({"tty": {"1": [UP], "2": [UP]}}, (), [{"name": "tty", "env": [], "jobs": jobs}])
    assert [target.env for target in converge(tmp_path, client, "restarted", "tty")] == [
        ["TTY=1", "SPEED=11"], ["TTY=2", "SPEED=22"]]


@pytest.mark.parametrize(("template", "instance", "value"), [
    ("$TTY", "1", "1"), ("${TTY}", "a=b", "a=b"), ("tty$TTY", "tty1", "1"), ("a${TTY}b", "a-b", "-"),
    ("$TTY-x", "1-x", "1")])
def test_the_single_variable_that_the_name_gives(tmp_path: Path, template: str, instance: str, value: str) -> None:
    target = restart(tmp_path, template, instance)
    assert (target.env, target.plan.steps, target.result.error) == ([f"TTY={value}"], ["stop", "start"], None)
    assert report.warnings([target]) == [
        f"Job tty ({instance}) is started again with TTY only, from its instance name: its other variables are unknown "
        f"({UNTOLD}). If it had more, set all of them in env."]


@pytest.mark.parametrize(("template", "instance", "names"), [
    ("$A-$B", "1-2", ["A", "B"]), ("$A$A", "11", ["A"]), ("tty$A", "1", ["A"]), ("${A:-x}", "x", ["A"])])
def test_a_restart_that_would_be_a_stop_is_refused(tmp_path: Path, template: str, instance: str,
                                                   names: list[str]) -> None:
    """A name with more parts, or from an older definition, does not reveal its variables."""
    target = restart(tmp_path, template, instance)
    assert (
        target.result.error is not None and target.plan.steps == [] and target.progress.todo == [] and target.env == []
    )
    assert target.result.error.message == (
        f"Job tty ({instance}) was not restarted: its instance name needs {' and '.join(names)}, whose values are "
        f"unknown ({UNTOLD}). Set env, for example env: {{{names[0]}: VALUE}}; the instance was left running.")
    assert target.result.error.facts == {"name": "tty", "missing": names}


def test_a_stopping_instance_is_started_again_with_its_variable(tmp_path: Path) -> None:
    target = restart(tmp_path, "$TTY", "1", before=GOING)
    assert (target.env, target.plan.steps) == (["TTY=1"], ["finish", "start"])


def test_a_freed_instance_is_started_again_with_its_variable(tmp_path: Path) -> None:
    target = restart(tmp_path, "$TTY", "1", before=status("start", "running", NO_PROCESS), unwedge=True)
    assert (target.env, target.plan.steps) == (["TTY=1"], ["free", "start"])


def test_the_variables_in_env_are_used(tmp_path: Path) -> None:
    target = restart(tmp_path, "$TTY", "1", env=["TTY=1", "SPEED=300"])
    assert (target.env, report.warnings([target])) == (["TTY=1", "SPEED=300"], [])


def test_a_stop_needs_no_variables(tmp_path: Path) -> None:
    target = restart(tmp_path, "$A-$B", "1-2", state="stopped")
    assert (target.result.error, target.plan.steps, report.warnings([target])) == (None, ["stop"], [])


@pytest.mark.parametrize(("env", "differs", "unknown"), [
    (["TTY=1"], [], []), (["TTY=1", "SPEED=300", "A=b"], None, ["A", "SPEED"])])
def test_whether_a_running_instance_has_the_requested_variables(tmp_path: Path, env: list[str],
                                                                differs: list[str] | None, unknown: list[str]) -> None:
    target = restart(tmp_path, "$TTY", "1", state="started", env=env)
    assert report.instance_entries([target], target.wanted)[0]["env_differs"] == differs
    assert [text for text in report.warnings([target]) if NEWER not in text] == [
        f"Cannot tell whether job tty (1) runs with these values of {', '.join(unknown)}: {UNTOLD}."
    ][:bool(unknown)]


@pytest.mark.parametrize(("text", "words"), [
    ("exec a\n", "Cannot tell whether job web runs with the current job file: " + UNTOLD),
    ("frob\n", "both are lower case and not quoted). It was left running.")])
def test_the_current_definition_if_upstart_does_not_report_it(tmp_path: Path, text: str, words: str) -> None:
    """A running instance cannot use a refused file, with or without a report from Upstart."""
    (tmp_path / "web.conf").write_text(text)
    (target,) = converge(tmp_path, FakeClient({"web": {"": [UP]}}), "started", definition="current")
    assert target.result.error is not None and words in target.result.error.message
    (left,) = converge(tmp_path, FakeClient({"web": {"": [UP]}}), "started")
    assert left.result.error is None and left.plan.stale is (True if text == "frob\n" else None)
    said = report.warnings([left])
    assert [NEWER in text or "files no longer hold" in text for text in said] == [True] * len(said) and said


def test_an_instance_whose_variables_no_longer_form_a_name_is_not_stopped(tmp_path: Path) -> None:
    for held, why in ((["A=b"], "it runs by an older definition"), (None, UNTOLD)):
        target = restart(tmp_path, "$N", "", held=held)
        assert target.result.error is not None and target.plan.steps == []
        text = f"its instance name needs N, whose values are unknown ({why}"
        assert text in target.result.error.message
