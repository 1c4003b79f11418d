# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts of boots, rule by rule; test_real_boots.py compares whole machines with a daemon."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot import forecast as forecast_module
from ansible_collections.sysinit.upstart.tests.unit.support.boot_machines import BASE, FAILSAFE
from ansible_collections.sysinit.upstart.tests.unit.support.boots import RUNS, TASK, fates, forecast_of, machine_of
from ansible_collections.sysinit.upstart.tests.unit.support.counted_work import grows_in_step

UP, DONE = "yes start/running", "yes stop/waiting"
NEVER, FAILED = "no stop/waiting", "no stop/waiting"
EMITTER = "start on startup\ntask\nscript\n  initctl emit go K=1\nend script\n"
CRASHES = "respawn\nrespawn limit 2 60\nscript\n  sleep 0.1\n  exit 1\nend script\n"
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "starting delays a job": (
        {"a": "start on startup", "t": f"start on starting a\n{TASK}", "b": "start on stopped t"},
        {"a": UP, "t": DONE, "b": UP}),
    "starting and never": (
        {"a": "start on startup", "h": "start on starting a and never"}, {"a": "no start/starting", "h": NEVER}),
    "a hook that stays holds a job": (
        {"a": "start on startup", "h": "start on starting a\ntask\nexec sleep 100000\n"},
        {"a": "no start/starting", "h": "yes start/running"}),
    "a service as hook lets the job go on": ({"a": "start on startup", "h": "start on starting a"}, {"a": UP, "h": UP}),
    "a failing hook lets the job go on": (
        {"a": "start on startup", "h": "start on starting a\ntask\nscript\n  exit 3\nend script\n",
         "f": "start on starting/failed JOB=a"}, {"a": UP, "h": DONE, "f": UP}),
    "a failing event": (
        {"a": "start on startup\ntask\nscript\n  sleep 0.1\n  exit 1\nend script\n", "f": "start on startup/failed"},
        {"a": DONE, "f": UP}),
    "and of different times": (
        {"s": f"start on startup\n{TASK}", "t": f"start on stopped s\n{TASK}", "a": "start on stopped s and stopped t"},
        {"s": DONE, "t": DONE, "a": UP}),
    "a task in the middle": (
        {"a": "start on startup", "t": f"start on started a\n{TASK}", "b": "start on stopped t RESULT=ok"},
        {"a": UP, "t": DONE, "b": UP}),
    "a failing pre-start": (
        {"a": f"start on startup\npre-start script\n  exit 4\nend script\n{RUNS}", "b": "start on started a",
         "c": "start on stopped a PROCESS=pre-start EXIT_STATUS=4"}, {"a": FAILED, "b": NEVER, "c": UP}),
    "a respawn limit": (
        {"a": f"start on startup\n{CRASHES}", "b": "start on stopped a PROCESS=respawn"}, {"a": DONE, "b": UP}),
    "instances by events": (
        {"e": EMITTER, "a": "start on go\ninstance $K\nexport K", "b": "start on started a INSTANCE=1 K=1",
         "c": "start on started a INSTANCE=2"}, {"e": DONE, "a": UP, "b": UP, "c": NEVER}),
    "a job that a script starts": (
        {"e": "start on startup\ntask\nscript\n  start a K=2\nend script\n", "a": "instance $K",
         "b": "start on started a INSTANCE=2"}, {"e": DONE, "a": UP, "b": UP}),
    "a job that a script stops": (
        {"a": "start on startup", "e": "start on started a\ntask\nscript\n  sleep 0.5\n  stop a\nend script\n"},
        {"a": "yes stop/waiting", "e": DONE}),
    "a disabled job": (
        {"a": {"conf": f"start on startup\n{RUNS}", "override": "manual\n"}, "b": "start on started a"},
        {"a": NEVER, "b": NEVER}),
    "an enabled job": ({"a": {"conf": RUNS, "override": "start on startup\n"}}, {"a": UP}),
    "a runlevel change": (
        {"s": "start on startup\ntask\nexec telinit 3\n", "a": "start on runlevel [2345]\nstop on runlevel [!2345]",
         "t": "start on started a\ntask\nexec telinit 1\n", "b": "start on runlevel 1"},
        {"s": DONE, "a": "yes stop/waiting", "t": DONE, "b": UP}),
    "nothing": ({"a": "start on never"}, {"a": NEVER}),
    "jobs that wait for one another": (
        {"a": "start on started b", "b": "start on started c", "c": "start on started a"},
        {"a": NEVER, "b": NEVER, "c": NEVER}),
}


@pytest.mark.parametrize("version", [(1, 13, 2), (1, 12, 1), (1, 5)])
@pytest.mark.parametrize("name", CASES)
def test_a_rule(name: str, version: tuple[int, ...]) -> None:
    files, expected = CASES[name]
    forecast = forecast_of(files, version=version)
    assert fates(forecast) == expected
    assert forecast.reasons == []


def test_a_whole_machine() -> None:
    files = {name: text.replace("@bin/", "/sbin/") for name, text in BASE.items()}
    files.update(web="start on stopped rc RUNLEVEL=[2345]", srv="start on mounted MOUNTPOINT=/srv")
    forecast = forecast_of(files, "ubuntu_14_04", mounts=["/", "/srv"])
    assert set(fates(forecast).values()) == {UP, DONE} and forecast.sure and forecast.holding == []
    assert forecast.runlevel == "2"
    assert [job for job, _because in forecast.runlevel_chain][-1] == "rc-sysinit"
    assert forecast.jobs["web"].chain[-2:] == [
        ("rc", "runlevel RUNLEVEL=2 PREVLEVEL=N"), ("web", "stopped rc RESULT=ok")]
    assert forecast.jobs["web"].place == len(forecast.order) and forecast.order[0] == "mountall"
    assert forecast.jobs["network-interface"].instances == ["lo", "eth0"]
    assert forecast.start_order.is_before("rc", "web") and not forecast.start_order.is_before("web", "rc")


def test_a_missing_interface() -> None:
    """rc-sysinit waits forever; with failsafe the machine comes up later."""
    files = {name: text.replace("@bin/", "/sbin/") for name, text in BASE.items() if name != "networking"}
    files["network-interface"] = files["network-interface"].replace("ifup --allow", "noifup --allow")
    forecast = forecast_of(files, "ubuntu_14_04")
    assert forecast.runlevel is None
    assert forecast.jobs["rc-sysinit"].root is not None
    assert forecast.jobs["rc-sysinit"].root.leaf == "static-network-up"
    failsafe = FAILSAFE.replace("@bin/", "/sbin/").replace("sleep 200", "sleep 120")
    forecast = forecast_of({**files, "failsafe": failsafe}, "ubuntu_14_04")
    assert forecast.runlevel == "2" and forecast.jobs["rc-sysinit"].because == "failsafe-boot"


def test_what_holds_the_boot_up() -> None:
    (holding,) = forecast_of({"a": "start on startup", "h": "start on starting a and never"}).holding
    assert (holding.event, holding.waits, holding.jobs) == ("starting a", "a", ["h"])
    assert holding.reasons == ["job h: start on (starting a and never): starting a has happened, never has not"]
    files = {"mountall": BASE["mountall"].replace("@bin/", ""), "h": "start on mounting MOUNTPOINT=/srv and never"}
    (holding,) = forecast_of(files, "ubuntu_14_04", mounts=["/", "/srv"]).holding
    assert (holding.event, holding.waits) == ("mounting DEVICE=none MOUNTPOINT=/srv TYPE=ext4", "mountall")


def test_stopped_again() -> None:
    forecast = forecast_of({"a": "start on startup\nstop on started b", "b": "start on started a"})
    assert forecast.jobs["a"].stopped_again and forecast.jobs["a"].stopped_by == "started b"
    assert not forecast.jobs["b"].stopped_again


@pytest.mark.parametrize(("files", "job", "reason"), [
    ({"a": f"start on startup\npre-start script\n  exit 4\nend script\n{RUNS}"}, "a",
     "its pre-start process ends with status 4"),
    ({"a": RUNS}, "a", "it has no start on"),
    ({"a": {"conf": f"start on startup\n{RUNS}", "override": "manual\n"}}, "a", "it has no start on (manual)"),
    ({"a": "start on startup", "h": "start on starting a and never"}, "a",
     "its starting event is held: job h: start on (starting a and never): starting a has happened, never has not"),
    ({"a": "start on startup\ninstance $N"}, "a", "startup never comes: it comes while the condition cannot use it"),
])
def test_reasons(files: dict[str, Any], job: str, reason: str) -> None:
    assert forecast_of(files).jobs[job].reasons == [reason]


def test_races_are_not_sure() -> None:
    """Two tasks of unknown length: which one ends first decides."""
    forecast = forecast_of({"a": "start on startup\ntask\nexec /bin/a\n", "b": "start on startup\ntask\nexec /bin/b\n",
                            "c": "start on stopped a\nstop on stopped b"})
    assert forecast.reasons == ["what happens to c depends on which process is faster"]
    assert forecast.jobs["c"].starts == "unsure" and forecast.jobs["a"].starts == "yes"


def test_requests_that_may_be_sent_are_not_sure() -> None:
    forecast = forecast_of({"a": "start on startup\ntask\nscript\n  if x; then initctl emit go; fi\nend script\n",
                            "b": "start on go", "c": "start on started b", "d": "start on startup"})
    starts = {name: job.starts for name, job in forecast.jobs.items()}
    assert starts == {"a": "yes", "b": "unsure", "c": "unsure", "d": "yes"}
    assert "some jobs depend on requests that job a may send to init" in forecast.jobs["c"].reasons
    assert not forecast.sure


def test_assumptions() -> None:
    forecast = forecast_of({"a": "start on startup\nexec /usr/bin/web\n", "b": "start on startup"})
    assert forecast.sure and forecast.assumed == ["job a: its main process keeps running"]


def test_rejected_files() -> None:
    forecast = forecast_of({"a": "start on started b", "b": "nonsense\nexec x\n"})
    assert forecast.reasons == ["Upstart rejects the file of job b: Unknown stanza"]
    assert forecast.jobs["a"].reasons == ["started b never comes: Upstart rejects the file of job b"]


def test_endless_loops_end() -> None:
    forecast = forecast_of({"a": f"start on startup or stopped b\n{TASK}", "b": f"start on stopped a\n{TASK}"})
    assert not forecast.sure and forecast.reasons[0].startswith("the jobs start each other forever: a, b")


def chain(size: int) -> dict[str, str]:
    return {f"j{number}": f"start on {f'started j{number - 1}' if number else 'startup'}" for number in range(size)}


def test_the_work_is_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.sysinit.upstart.plugins.module_utils._events.predict.RANDOM_TIMINGS", 2)

    def work(size: int) -> Any:
        machine = machine_of(chain(size) | {f"k{number}": "start on never" for number in range(size)})
        return lambda: forecast_module.forecast_boot(machine)
    assert grows_in_step(work, 60)


def test_the_budget() -> None:
    forecast = forecast_module.forecast_boot(machine_of(chain(300)), seconds=0.01)
    assert any(reason.startswith("the prediction stopped after 0.0") for reason in forecast.reasons)
