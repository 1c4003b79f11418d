# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The random tester on the emulator: it detects the errors of fake modules and leaves nothing behind."""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for
from chaos import host
from chaos.evidence import Finding
from chaos.history import ACTS, Act, Call, History, Initial, make_history
from chaos.jobs import MAIN, Job
from chaos.session import MARGIN_SECONDS, Session
from chaos.verdict import judge

CHAOS = Path(host.__file__).parent
REPORTS_STARTED = """
result = {"changed": True, "instances": [{"name": "web", "instance": "", "changed": True, "status": "start/running",
                                          "processes": {"main": 1}, "stale": False, "env_differs": []}]}
"""
STOPS_WEB = """
from chaos.bus import Bus
bus = Bus(options["address"])
bus.stop("web", "")
while bus.call("/com/ubuntu/Upstart/jobs/web", "com.ubuntu.Upstart0_6.Job", "GetAllInstances")[0]:
    time.sleep(0.02)
time.sleep(1)
"""


def job(name: str) -> Job:
    return Job(name, "sleeper", (), MAIN["sleeper"], ("",), "", "", 0.0, 0.0, False)


def history(state: str, running: tuple[str, ...] = (), changed: str = "", acts: tuple[Act, ...] = ()) -> History:
    return History(1, (job("web"),), (Initial("web", running, changed=changed, version=1),),
                   Call("upstart_service", {"name": "web", "state": state}), acts)


def findings_of(tmp_path: Path, wanted: History, module: str, margin: float = MARGIN_SECONDS) -> list[Finding]:
    """Run a history with a program in place of the module."""
    program = tmp_path / "module.py"
    program.write_text(f"import json, sys, time\nsys.path.insert(0, {str(CHAOS.parent)!r})\n"
                       f"options = json.loads(sys.argv[2])\n{textwrap.dedent(module)}\n"
                       "print(json.dumps(result))\n")
    command = (sys.executable, str(program))
    return judge(Session(wanted, command=command, margin=lambda _decided: margin).carry_out())


def planted_findings(tmp_path: Path, wanted: History, module: str) -> list[Finding]:
    """Return the findings of a history that deserves some.

    On a busy machine, the job may not be up when the call begins, or its end may be seen late. Then it is run again.
    """
    return next((findings for findings in (findings_of(tmp_path, wanted, module) for _attempt in range(3)) if findings),
                [])


@pytest.mark.parametrize(("wanted", "rule"), [
    (history("started"), "up, but it is not"),
    (history("started", ("",), "replace"), "reported as current, but the definition is old"),
    (history("started", ("",), "symlink"), "reported as current, but the definition is old"),
    (history("restarted", ("",)), "restarted, but it is the old process"),
    (history("stopped", ("",)), "stopped, but it still exists"),
])
def test_a_planted_false_success_is_detected(tmp_path: Path, wanted: History, rule: str) -> None:
    assert [(finding.kind, finding.rule) for finding in planted_findings(tmp_path, wanted, REPORTS_STARTED)] == [
        ("false success", rule)]


def test_the_same_answer_is_right_when_it_is_true(tmp_path: Path) -> None:
    assert findings_of(tmp_path, history("started", ("",)), REPORTS_STARTED) == []


def test_a_planted_outage_is_detected(tmp_path: Path) -> None:
    failing = f"{STOPS_WEB}\nresult = {{'failed': True, 'msg': 'web did not stop in time'}}"
    assert [finding.kind for finding in planted_findings(tmp_path, history("restarted", ("",)), failing)] == ["outage"]


def test_a_planted_traceback_is_detected(tmp_path: Path) -> None:
    assert [finding.kind for finding in findings_of(tmp_path, history("started"), "result = 1 / 0")] == ["traceback"]


def test_a_planted_hang_is_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(History, "patience", 2.0)
    assert [finding.kind for finding in findings_of(tmp_path, history("started"), "time.sleep(1000)")] == ["hang"]


def test_a_stop_within_the_margin_is_undecidable(tmp_path: Path) -> None:
    module = f"{REPORTS_STARTED}\n{STOPS_WEB}"
    assert [finding.kind for finding in findings_of(tmp_path, history("started", ("",)), module)] == ["false success"]
    assert [finding.kind for finding in findings_of(tmp_path, history("started", ("",)), module, 60.0)] == ["too close"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    wanted = history("started", ("",), acts=(Act("freeze", "web", "", 0.0, 2), Act("hardlink", "web", "", 0.0, 3)))
    evidence = Session(wanted, command=(sys.executable, "-c", "import time; time.sleep(1); print('{}')")).carry_out()
    assert [entry.act.kind for entry in evidence.log] == ["freeze", "hardlink"]
    now = evidence.after.instances["web", ""]
    assert now.main.state == "T" and evidence.after.files["web"].version == 3
    wait_for(lambda: not Path("/proc", str(now.main.pid)).exists(), "the main process is left")
    assert list(tmp_path.iterdir()) == []


def test_a_seed_always_makes_the_same_history() -> None:
    histories = [make_history(seed) for seed in range(600)]
    assert histories == [make_history(seed) for seed in range(600)]
    assert {history.call.module for history in histories} == {"upstart_service", "upstart_job", "upstart_event"}
    states = {str(history.call.arguments.get("state")) for history in histories}
    assert {"started", "stopped", "restarted", "reloaded"} <= states
    kinds = {act.kind for history in histories for act in history.acts}
    assert kinds == set(ACTS)
    assert any(history.call.check for history in histories)


def test_the_oracle_imports_nothing_of_the_collection() -> None:
    imported = {name.split(".")[0] for path in CHAOS.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))
                for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                             else [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])}
    assert imported - set(sys.stdlib_module_names) == {"jeepney"}
