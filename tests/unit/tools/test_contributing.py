# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands and checklists of CONTRIBUTING.md work and are complete."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NODE = "tests/unit/emulator/test_emulator_rules.py::test_a_plain_command_is_split_at_blanks"
PREFIX = ".build/venv/bin/"
# Heading to the maximum numbers of plugin files and of all files in a checklist.
CHECKLISTS = {"Add a finding": (2, 5), "Add a module option": (3, 5), "Add a stanza": (3, 6)}


def checklist(heading: str) -> list[str]:
    """Return the file of each step of a checklist."""
    section = TEXT.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    steps = re.findall(r"^\d+\. (.*)$", section, re.M)
    assert steps
    return [step.split("`")[1] for step in steps]


@pytest.mark.parametrize("heading", CHECKLISTS)
def test_a_checklist_names_existing_files(heading: str) -> None:
    files = [name for name in checklist(heading) if "NAME" not in name]
    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert (ROOT / "changelogs" / "fragments").is_dir()
    assert checklist(heading)[-1] == "changelogs/fragments/NAME.yml"


@pytest.mark.parametrize("heading", CHECKLISTS)
def test_a_checklist_is_short(heading: str) -> None:
    plugin_files, files = CHECKLISTS[heading]
    assert len([name for name in checklist(heading) if name.startswith("plugins/")]) <= plugin_files
    assert len(checklist(heading)) <= files


def test_every_target_of_make_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", TEXT))
    assert len(named) > 10
    assert named <= targets


def last_command(*arguments: str) -> list[str]:
    """Return the words of the last command that make would run; make itself may run this test."""
    command = ["make", "--no-print-directory", "--dry-run", *arguments]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return shlex.split(plan.splitlines()[-1])


def test_make_runs_a_single_test() -> None:
    assert last_command("unit", f"TEST={NODE}")[-1] == f"--test={NODE}"
    assert last_command("unit")[-1] == "unit"


def test_a_single_test_runs(tmp_path: Path) -> None:
    (tmp_path / "ansible_collections" / "sysinit").mkdir(parents=True)
    (tmp_path / "ansible_collections" / "sysinit" / "upstart").symlink_to(ROOT)
    (tmp_path / "venv").symlink_to(sys.prefix)
    done = subprocess.run([sys.executable, str(ROOT / "tests/tools/run_tests.py"), str(tmp_path), f"--test={NODE}"],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_plain_pytest_works_in_a_checkout() -> None:
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH")}
    path = "tests/unit/plugins/module_utils/_jobfile/test_stanzas.py"
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", path], cwd=ROOT, env=environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def hooks() -> list[dict[str, str]]:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    return [hook for repository in config["repos"] for hook in repository["hooks"]]


def test_hooks_are_checks_of_the_suites() -> None:
    """Every hook is also part of make lint or make unit, and needs no download."""
    suites = (ROOT / "tests" / "tools" / "run_tests.py").read_text(encoding="utf-8")
    for hook in hooks():
        assert (hook["language"], hook["entry"].startswith(PREFIX)) == ("system", True)
        program, *words = hook["entry"][len(PREFIX):].split()
        if "pytest" in words:
            assert all((ROOT / word).is_file() for word in words if word.startswith("tests/unit/"))
        else:
            expected = [f'VENV / "{program}"', *(f'"{word}"' for word in words if word != "--force-exclude")]
            assert ", ".join(expected) in suites, hook["id"]
