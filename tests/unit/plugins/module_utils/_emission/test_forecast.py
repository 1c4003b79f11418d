# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions, and jobs that hold an event, from a daemon's state dump or from calls and files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NotFoundError
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, forecast, holding
from ansible_collections.sysinit.upstart.plugins.module_utils._events import budget
from ansible_collections.sysinit.upstart.plugins.module_utils._host import process_times
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.tests.unit.support.dbus_properties import condition_property
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import FakeConnection

PROCESSES = {"main": 7}
Instances = dict[str, str]  # name to goal/state


class FakeClient:
    """A daemon with job files in a folder. It reports its conditions, but its state only if given."""

    timeout = 1.0

    def __init__(self, folder: Path, running: dict[str, Instances] | None = None, state: dict[str, Any] | None = None,
                 version: tuple[int, ...] = (1, 5), **texts: str) -> None:
        self.connection = FakeConnection()
        self._texts = texts
        self._running = running or {}
        self._state = state
        self._version = version
        self.asked: list[str] = []
        for name, text in texts.items():
            (folder / f"{name}.conf").write_bytes(text.encode("latin-1"))

    def version(self) -> tuple[int, ...]:
        return self._version

    def state(self) -> str:
        self.asked.append("state")
        if self._state is None:
            raise NotFoundError("no GetState")
        return json.dumps(self._state)

    def jobs(self) -> list[str]:
        return sorted(self._texts)

    def job_environment(self) -> list[str]:
        raise NotFoundError("no ListEnv")

    def job_properties(self, name: str) -> dict[str, Any]:
        self.asked.append(name)
        values = parse_job(self._texts[name].encode())
        return {key: condition_property(values[key]) for key in ("start_on", "stop_on")}

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [sorted(self._running.get(name, ())) for name in names]

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Any]:
        results = []
        for job, instance in pairs:
            status = self._running.get(job, {}).get(instance)
            goal, _slash, state = (status or "").partition("/")
            results.append({"goal": goal, "state": state, "processes": PROCESSES} if status else None)
        return results


def foresee(client: FakeClient, folder: Path, *env: str, wait: bool = True) -> dict[str, Any]:
    asked = emit.Emission(name="go", env=list(env), wait=wait, timeout=60.0, stable_for=1.0, log_dir="/log",
                          conf_dir=str(folder))
    host, unavailable = forecast.load_world(client, str(folder))
    fields: dict[str, Any] = forecast.result_fields(host, forecast.foresee(host, asked), asked, unavailable)
    return fields


UP = {"": "start/running"}
SLEEP = "exec sleep 1000\n"
BOTH = "job z: start on (go and b): go has happened, b has not"
OUTLOOKS: list[tuple[dict[str, str], dict[str, Instances], list[str], dict[str, Any]]] = [
    ({"z": "start on go", "a": "start on go", "n": "start on other"}, {}, [], {"would_start": ["a", "z"]}),
    ({"z": "start on go"}, {"z": UP}, [], {}),
    ({"z": "start on up\nstop on go"}, {"z": UP}, [], {"would_stop": ["z"]}),
    ({"z": "start on up\nstop on go"}, {}, [], {}),
    ({"z": "start on go 7"}, {}, ["V=7"], {"would_start": ["z"]}),
    ({"z": "start on go 7"}, {}, ["W=1", "V=7"], {}),
    ({"z": "start on go V=7"}, {}, ["W=1", "V=7"], {"would_start": ["z"]}),
    ({"z": "start on go and b"}, {}, [], {"would_wait": [BOTH]}),
    ({"z": "start on go or b"}, {}, [], {"would_start": ["z"]}),
    ({"z": "start on up\nstop on go N=$N\ninstance $N"}, {"z": {"1": UP[""], "2": UP[""]}}, ["N=2"],
     {"would_stop": ["z"]}),
]


@pytest.mark.parametrize(("texts", "running", "env", "expected"), OUTLOOKS)
def test_outlooks(tmp_path: Path, texts: dict[str, str], running: dict[str, Instances], env: list[str],
                  expected: dict[str, Any]) -> None:
    client = FakeClient(tmp_path, running, **{name: f"{text}\n{SLEEP}" for name, text in texts.items()})
    predicted = foresee(client, tmp_path, *env)
    assert predicted["outlook"] == {"would_start": [], "would_stop": [], "would_wait": [], **expected}
    assert predicted["held_by"] == predicted["outlook"]["would_wait"]


def test_certainty_and_assumptions(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, a="start on go\npre-start exec /bin/sh\n" + SLEEP, b="start on go and x\n" + SLEEP)
    predicted = foresee(client, tmp_path)
    assert predicted["assumed"] == ["job a: its pre-start process ends successfully"]
    assert not predicted["sure"] and "earlier events are unknown" in predicted["reasons"][0]
    assert predicted["jobs"] == [{
        "name": "a", "instance": "", "started": True, "stopped": False, "restarted": False, "respawned": False,
        "failed": False, "status": "start/running", "how": "started"}]
    failing = FakeClient(tmp_path, a="start on go\nexec /no/such/program\n", b=SLEEP)
    predicted = foresee(failing, tmp_path)
    assert predicted["sure"] and predicted["fails"]
    assert predicted["jobs"][0]["how"].startswith("failed: its main process could not be run")


@pytest.mark.parametrize(("name", "reasons"), [
    ("\u00fc", ["the instance name of job a (\u00fc) is not ASCII, which corrupts Upstart's memory"]),
    ("u", []),
])
def test_a_name_that_does_harm(tmp_path: Path, name: str, reasons: list[str]) -> None:
    client = FakeClient(tmp_path, a="start on go\ninstance $N\n" + SLEEP, b="start on go\n" + SLEEP)
    predicted = foresee(client, tmp_path, "N=" + name)
    assert (predicted["reasons"], predicted["sure"]) == (reasons, not reasons)


def test_commands_to_init_in_scripts(tmp_path: Path) -> None:
    """As in Ubuntu 14.04: a pre-start that stops its own job, and a pre-start that emits an event."""
    predicted = foresee(FakeClient(
        tmp_path, b="start on net-device-up\n" + SLEEP, c="start on ready\n" + SLEEP,
        ssh="start on go\npre-start script\n  test -x /no/such/sshd || { stop; exit 0; }\nend script\n" + SLEEP,
        net="start on go\nemits net-device-up\nemits ready\npre-start script\n  # initctl emit never\n"
            "  initctl emit -n net-device-up \\\n    IFACE=lo\nend script\n" + SLEEP), tmp_path)
    assert not predicted["sure"] and predicted["outlook"]["would_start"] == ["net", "ssh"]
    assert predicted["reasons"] == ["the effects of this are not predicted: " + reason for reason in (
        "the pre-start process of job net emits net-device-up", "the pre-start process of job ssh stops its own job",
        "job net emits ready, as its emits stanza says")]
    known = FakeClient(tmp_path, net="start on go\nemits ready\nscript\n  sleep 1000\nend script\n")
    predicted = foresee(known, tmp_path)
    assert predicted["sure"], "a process that is known emits nothing"


@pytest.mark.parametrize(("texts", "fails", "settled"), [
    ({"a": "start on go\n" + SLEEP}, False, True),
    ({"a": "start on go\nexec /no/such/program\n"}, True, True),
    ({"a": "start on go and x\n" + SLEEP}, True, False),
    ({"a": "start on go\ntask\n" + SLEEP}, True, False),
    ({"a": "start on go\n" + SLEEP, "b": "start on started a\nexec /no/such/program\n"}, False, True),
    ({"a": "start on go\n" + SLEEP, "b": "start on started a\ntask\n" + SLEEP}, False, False),
])
def test_events_that_fail_the_task(tmp_path: Path, texts: dict[str, str], fails: bool, settled: bool) -> None:
    """A failure further down the chain does not fail the task, and nothing fails a task that does not wait."""
    client = FakeClient(tmp_path, **texts)
    predicted = foresee(client, tmp_path)
    assert (predicted["fails"], predicted["settled"]) == (fails, settled)
    unwaited = foresee(client, tmp_path, wait=False)
    assert unwaited == {**predicted, "fails": False, "settled": None}


@pytest.mark.parametrize(("text", "assumed"), [
    (SLEEP, []), ("kill signal WINCH\n" + SLEEP, ["job a: its main process ends on its kill signal"]),
    ("kill signal INT\n" + SLEEP, []), ("exec /bin/sh\n", ["job a: its main process ends on its kill signal"])])
def test_a_process_that_gets_its_kill_signal(tmp_path: Path, text: str, assumed: list[str]) -> None:
    predicted = foresee(FakeClient(tmp_path, {"a": UP}, a="stop on go\n" + text), tmp_path)
    assert predicted["assumed"] == assumed and predicted["outlook"]["would_stop"] == ["a"]


def test_a_file_that_was_changed_beside_its_instance(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, {"a": UP}, a="stop on go\n" + SLEEP, b="start on stopped a\n" + SLEEP)
    (tmp_path / "a.conf").write_text("start on started b\nexec /no/such/program\n")
    predicted = foresee(client, tmp_path)
    assert predicted["sure"] and predicted["outlook"] == {"would_start": ["b"], "would_stop": ["a"], "would_wait": []}
    assert [job["failed"] for job in predicted["jobs"]] == [True, False]
    (tmp_path / "a.conf").write_text("start on started b\n" + SLEEP)
    assert foresee(client, tmp_path)["outlook"]["would_start"] == ["a", "b"]
    (tmp_path / "a.conf").write_text("nonsense on started b\n" + SLEEP)
    assert foresee(client, tmp_path)["outlook"]["would_start"] == ["b"]
    (tmp_path / "a.conf").unlink()
    (tmp_path / "a.conf").mkdir()
    predicted = foresee(client, tmp_path)
    assert not predicted["sure"] and predicted["reasons"][0].startswith("nothing is known about job a, ")


def test_conditions_of_an_older_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Upstart 0.6.5 does not report conditions, and a process may run with an older file than the current one."""
    client = FakeClient(tmp_path, {"a": UP}, version=(0, 6, 5), a="stop on other\n" + SLEEP, b="start on go\n" + SLEEP)
    doubt = "job a may still run with its old job file, whose conditions are unknown"
    for began, reasons in ((time.time() - 3600, [doubt]), (None, []), (time.time() + 10, [])):
        period = None if began is None else (began, began)
        monkeypatch.setattr(process_times, "period", lambda ticks, period=period: period)
        predicted = foresee(client, tmp_path)
        assert predicted["reasons"] == reasons and predicted["outlook"]["would_start"] == ["b"]
    (tmp_path / "a.conf").unlink()
    assert doubt in foresee(client, tmp_path)["reasons"]


def test_a_question_that_would_crash_the_daemon_is_not_asked(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, version=(1, 13, 2), a="start on go\n" + SLEEP, web="description B\u00fccher\n")
    predicted = foresee(client, tmp_path)
    assert client.asked == []
    assert predicted["outlook"]["would_start"] == ["a"] and not predicted["sure"]
    assert "web.conf holds text that is not UTF-8, and Upstart would crash" in predicted["reasons"][0]
    assert holding.holders(client, "go", [], str(tmp_path)) == [] and client.asked == []
    client = FakeClient(tmp_path, version=(1, 5), a="start on go\n" + SLEEP, web="description B\u00fccher\n")
    assert not foresee(client, tmp_path)["sure"] and client.asked == []


def test_a_daemon_of_another_directory_is_not_asked(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, version=(1, 13, 2), a="start on go\n" + SLEEP)
    predicted = foresee(client, tmp_path / "typo")
    assert client.asked == [] and not predicted["sure"]
    assert predicted["reasons"] == [
        f"none of Upstart's jobs (such as a) has a readable file below {tmp_path}/typo, and Upstart might crash if it "
        "were asked for its state. Set conf_dir to the job directory of this daemon: the prediction uses the job files "
        "instead"]


def test_a_job_without_a_file(tmp_path: Path) -> None:
    """Its definition may hold text that makes the daemon crash when it reports it."""
    client = FakeClient(tmp_path, a="start on go\n" + SLEEP, b="start on go\n" + SLEEP)
    (tmp_path / "a.conf").unlink()
    predicted = foresee(client, tmp_path)
    assert predicted["outlook"]["would_start"] == ["b"] and client.asked == ["state", "b"]
    assert predicted["reasons"] == [
        f"nothing is known about job a, because it has no valid job file in {tmp_path}: the prediction uses the job "
        "files instead"]
    assert holding.holders(client, "go", [], str(tmp_path)) == []


def test_a_job_whose_file_is_refused(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, a="start on go\n" + SLEEP)
    (tmp_path / "a.conf").write_text("frob\n")
    predicted = foresee(client, tmp_path)
    assert predicted["outlook"]["would_start"] == ["a"]
    assert predicted["reasons"] == ["only the conditions of job a are known, because it has no valid job file"]


def test_holders_where_the_daemon_does_not_report_them(tmp_path: Path) -> None:
    running = {"a": {"": "start/pre-start"}, "b": UP, "c": {"": "stop/killed"}}
    client = FakeClient(tmp_path, running, z="start on go and b\n", a=SLEEP, b="stop on go and x\n", c=SLEEP)
    jobs = [{"name": name, "instance": "", "stopped": name == "c"} for name in "abc"]
    assert holding.holders(client, "go", [], str(tmp_path), jobs) == [
        "job b: stop on (go and x): go has happened, x has not", BOTH,
        "job a is in start/pre-start (process main, pid 7)"]
    assert holding.conditions(client, "go", [], str(tmp_path)) == [
        "job b: stop on (go and x): go has happened, x has not", BOTH]


@pytest.mark.parametrize(("text", "processes", "held_by"), [
    ("task\n" + SLEEP, PROCESSES, ["job a is in start/running (process main, pid 7)"]),
    ("task\n", {}, ["job a is in start/running (without a process)"]), (SLEEP, PROCESSES, [])])
def test_a_task_that_runs_holds_an_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str,
                                         processes: dict[str, int], held_by: list[str]) -> None:
    monkeypatch.setitem(globals(), "PROCESSES", processes)
    client = FakeClient(tmp_path, {"a": UP}, a=text)
    jobs = [{"name": "a", "instance": "", "stopped": False}]
    assert holding.holders(client, "go", [], str(tmp_path), jobs) == held_by


def test_a_job_that_is_removed_while_it_is_queried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file as it was read a moment ago counts."""
    client = FakeClient(tmp_path, a="start on go\n" + SLEEP, b="start on go\n" + SLEEP)
    known = client.job_properties

    def properties(name: str) -> dict[str, Any]:
        if name == "a":
            raise NotFoundError("no such job")
        return known(name)

    monkeypatch.setattr(client, "job_properties", properties)
    assert foresee(client, tmp_path)["outlook"]["would_start"] == ["a", "b"]


@pytest.mark.parametrize(("length", "text", "wedges"), [
    (247, SLEEP, True), (247, "console none\n" + SLEEP, False), (246, SLEEP, False)])
def test_a_start_that_would_wedge_init_is_a_reason(tmp_path: Path, length: int, text: str, wedges: bool) -> None:
    """The path of the log may have 255 bytes; /log/ and .log take nine of them."""
    name = "w" * length
    predicted = foresee(FakeClient(tmp_path, **{name: "start on go\n" + text}), tmp_path)
    assert predicted["reasons"] == wedges * [
        f"job {name} would make init loop forever: the path of its log takes 256 bytes"]
    assert predicted["sure"] is not wedges


def test_a_prediction_that_is_cut_off_claims_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(10 ** 6))
    monkeypatch.setattr(budget, "_clocks", lambda: (60.0 * next(ticks), 0.0))
    predicted = foresee(FakeClient(tmp_path, web="start on go\n" + SLEEP), tmp_path)
    assert predicted["reasons"] == ["the prediction stopped after 60 s of processor time"]
    assert (predicted["sure"], predicted["held_by"]) == (False, [])
