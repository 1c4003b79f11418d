# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix remakes an environment for other packages, ends a job that hangs, and has the settings of make test."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

import interpreters
import matrix
import pytest
import suite_settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def lane(tmp_path: Path) -> matrix.Lane:
    (tmp_path / matrix.PLACE / "tests" / "integration").mkdir(parents=True)
    (tmp_path / "matrix" / "logs").mkdir(parents=True)
    return matrix.Lane(tmp_path, 0)


def unit_job() -> matrix.Job:
    cell = matrix.Cell("unit", "2.19", "-", matrix.LATEST, ["unit"])
    return matrix.Job(cell, "unit", Path(sys.executable).parent, None)


def play(monkeypatch: pytest.MonkeyPatch, lane: matrix.Lane, *words: str) -> tuple[matrix.Cell, str]:
    """Run a command as a job; return its cell and its log."""
    job = unit_job()
    monkeypatch.setattr(matrix.Lane, "command", lambda _lane, _job: list(words))
    lane.run(job)
    (log,) = lane.logs.iterdir()
    return job.cell, log.read_text(encoding="utf-8")


def test_a_job_counts_the_tests_that_passed(monkeypatch: pytest.MonkeyPatch, lane: matrix.Lane,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    cell, _log = play(monkeypatch, lane, "echo", "12 passed, 1 skipped")
    assert (cell.passed, cell.failed, cell.verdict) == (12, [], "ok")
    assert " s of processor time)" in capsys.readouterr().out


def test_a_job_that_hangs_is_ended_and_failed(monkeypatch: pytest.MonkeyPatch, lane: matrix.Lane) -> None:
    monkeypatch.setattr(matrix, "TARGET_TIMEOUT", 1)
    cell, log = play(monkeypatch, lane, "sleep", "1000")
    assert (cell.failed, log) == (["unit"], "matrix: timeout after 1 s\n")


@pytest.mark.parametrize("kind, transport, upstart, pipelining, resident", [
    ("smoke", "dbus_python", matrix.LATEST, False, ""), ("smoke", "wire", matrix.LATEST, True, ""),
    ("full", "wire", matrix.LATEST, True, ""), ("full", "dbus_python", "1.5", True, "yes"),
])
def test_the_plays_of_a_job_have_the_settings_of_make_test(
        monkeypatch: pytest.MonkeyPatch, lane: matrix.Lane, kind: str, transport: str, upstart: str, pipelining: bool,
        resident: str) -> None:
    cell = matrix.Cell(kind, "2.19", "3.11", upstart, ["smoke"], transport)
    job = matrix.Job(cell, "smoke", Path(sys.executable).parent, Path(sys.executable))
    monkeypatch.setattr(matrix.Lane, "command", lambda _lane, _job: ["true"])
    lane.run(job)
    settings = configparser.ConfigParser()
    settings.read(lane.folder / matrix.PLACE / "tests" / "integration" / "integration.cfg")
    assert settings["defaults"]["callback_plugins"] == str(lane.folder / matrix.PLACE / suite_settings.CALLBACKS)
    assert settings.getboolean("connection", "pipelining") == pipelining
    assert (ROOT / suite_settings.CALLBACKS / "shared_payloads.py").is_file()
    assert (lane.folder / "home" / "payloads").is_dir()
    assert lane.environment(job)["UPSTART_RESIDENT"] == resident


def test_a_job_may_write_bytecode(monkeypatch: pytest.MonkeyPatch, lane: matrix.Lane) -> None:
    monkeypatch.setitem(os.environ, "PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in lane.environment(unit_job())


def test_the_slow_unit_tests_exist() -> None:
    assert [name for name in suite_settings.SLOW_TESTS if not (ROOT / name).is_file()] == []


def test_an_environment_is_made_again_for_other_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[tuple[str, ...]] = []
    monkeypatch.setattr(interpreters, "run", lambda *words: Path(words[-1]).mkdir(parents=True, exist_ok=True))
    monkeypatch.setattr(interpreters.Environments, "find", lambda _self, _version: Path(sys.executable))
    monkeypatch.setattr(interpreters.Environments, "headers", lambda _self: None)
    monkeypatch.setattr(interpreters.Environments, "pip", lambda _self, _venv, *packages: installed.append(packages))
    made = interpreters.Environments(tmp_path, [])
    for _time in range(2):
        made.controller("2.19", "3.11")
    assert len(installed) == 1
    monkeypatch.setattr(interpreters, "CONTROLLER_PACKAGES", ("pytest",))
    made.controller("2.19", "3.11")
    assert installed[1:] == [("ansible-core==2.19.*", "pytest")]
