# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of nox are complete, and run the targets of make."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import interpreters
import pytest
from matrix import SANITY_CORES
from versions import CORES

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = (ROOT / "antsibull-nox.toml").read_text(encoding="utf-8")
RUNNER = (ROOT / "tests" / "tools" / "run_tests.py").read_text(encoding="utf-8")
# Tools of antsibull-nox that are off, because another session or make lint does their work.
OFF = {"isort", "black", "flake8", "pylint", "mypy", "license_check", "galaxy_importer"}
NODE = "tests/unit/emulator/test_emulator_rules.py::test_a_plain_command_is_split_at_blanks"


def nox(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run nox; make only prints its commands."""
    environment = {**os.environ, "MAKEFLAGS": "--dry-run"}
    command = [sys.executable, "-m", "nox", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@functools.cache
def sessions() -> dict[str, str]:
    """Return the sessions that nox lists, with their descriptions."""
    done = nox("--list")
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"^[*-] (\S+) -> (.*)$", done.stdout, re.M))


def targets_of_sessions() -> set[str]:
    return {match[1] for text in sessions().values() if (match := re.fullmatch(r"Run make ([a-z]+)\.", text))}


def test_every_suite_has_a_session_and_every_session_of_make_a_target() -> None:
    suites = set(re.findall(r'^    "([a-z]+)": \(', RUNNER, re.M))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    assert len(suites) == 9
    assert suites <= targets_of_sessions() <= targets


def test_the_sessions_of_antsibull_nox_exist() -> None:
    assert {"lint", "codeqa", "yamllint", "docs-check", "license-check", "extra-checks", "build-import-check",
            "ansible-lint"} <= set(sessions())


@pytest.mark.parametrize("name", ["ansible-test-sanity", "units", "ansible-test-integration"])
def test_each_core_with_a_python_here_has_a_session(name: str) -> None:
    folders = [str(path) for path in Path.home().glob(".pyenv/versions/*/bin")]
    folders = os.environ["PYTHONS"].split(os.pathsep) if "PYTHONS" in os.environ else folders
    cores = [core for core, (controllers, _hosts) in CORES.items()
             if any(interpreters.find(version, folders) for version in controllers)
             and (name != "ansible-test-sanity" or core in SANITY_CORES)]
    assert cores
    assert [session for session in sessions() if session.startswith(f"{name}-")] == [f"{name}-{core}" for core in cores]


def test_a_session_runs_the_target_of_make() -> None:
    done = nox("--session", "unit", "--", f"TEST={NODE}")
    assert done.returncode == 0, done.stderr
    assert f"--test={NODE}" in done.stdout + done.stderr


def test_antsibull_nox_has_the_settings_of_make_lint() -> None:
    references = re.search(r'^validate_collection_refs = "(.*)"$', SETTINGS, re.M)[1]  # type: ignore[index]
    assert f'"--validate-collection-refs", "{references}"' in RUNNER
    assert re.findall(r'^yamllint_config\w* = "(.*)"$', SETTINGS, re.M) == [".yamllint"]  # the default of yamllint
    assert "ruff_check_config" not in SETTINGS  # ruff finds ruff.toml
    assert set(re.findall(r"^run_(\w+) = false", SETTINGS, re.M)) == OFF
