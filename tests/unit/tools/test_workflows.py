# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows of GitHub test what versions.py lists, call what exists, and may do no more than they need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import matrix
import pytest
import yaml
from versions import CORES

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".github" / "workflows"
NAMES = ["docs", "release", "tests"]
# The jobs with more than reading the repository.
WRITING = {("docs", "publish"): {"pages": "write", "id-token": "write"}}
PINNED = re.compile(r"^ *uses: (\S+)@([0-9a-f]{40})  # (v\d+\.\d+\.\d+)$", re.M)


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def all_steps() -> list[dict[str, Any]]:
    return [step for name in NAMES for job in workflow(name)["jobs"].values() for step in job["steps"]]


def commands() -> list[str]:
    return [step["run"] for step in all_steps() if "run" in step]


def matrix_of_cores() -> list[dict[str, str]]:
    return workflow("tests")["jobs"]["ansible-core"]["strategy"]["matrix"]["include"]


def test_these_are_all_workflows() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == NAMES


def test_every_supported_core_is_tested() -> None:
    assert [(cell["core"], cell["python"]) for cell in matrix_of_cores()] == [
        (core, controllers[-1]) for core, (controllers, _hosts) in CORES.items()]
    requires = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    assert requires == f">={matrix_of_cores()[0]['core']}.0"


def test_the_managed_hosts_have_pythons_of_their_core() -> None:
    for cell in matrix_of_cores():
        assert {cell["host"], cell["python"]} <= set(CORES[cell["core"]][1]), cell


def test_cells_are_options_of_the_matrix() -> None:
    job = workflow("tests")["jobs"]["ansible-core"]
    cells = [step["env"]["CELLS"] for step in job["steps"] if "CELLS" in step.get("env", {})]
    cells += re.findall(r'CELLS="(--.*?)"', "\n".join(commands()))
    assert len(cells) == 2
    for words in cells:
        assert set(re.search(r"--kinds (\S+)", words)[1].split(",")) <= set(matrix.KINDS)  # type: ignore[index]
        assert set(re.findall(r"--[a-z]+", words)) <= {"--cores", "--kinds", "--hosts"}


def test_changes_and_weeks_are_tested() -> None:
    triggers = workflow("tests")["on"]
    assert triggers["push"] == {"branches": ["main"]}
    assert "pull_request" in triggers
    (schedule,) = triggers["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    assert "pull_request" in workflow("docs")["on"]
    assert list(workflow("release")["on"]) == ["push"]
    assert list(workflow("release")["on"]["push"]) == ["tags"]


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned(name: str) -> None:
    text = (FOLDER / f"{name}.yml").read_text(encoding="utf-8")
    assert len(PINNED.findall(text)) == text.count("uses:") > 0


def test_an_action_has_the_same_version_everywhere() -> None:
    pins = {pin for name in NAMES for pin in PINNED.findall((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))}
    assert len(pins) == len({action for action, _commit, _version in pins})


@pytest.mark.parametrize("name", NAMES)
def test_permissions(name: str) -> None:
    data = workflow(name)
    assert data["permissions"] == {"contents": "read"}
    for job, description in data["jobs"].items():
        assert description.get("permissions", {}) == WRITING.get((name, job), {})


def test_no_credentials_stay_in_a_checkout() -> None:
    checkouts = [step for step in all_steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 6
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_only_the_release_knows_a_secret() -> None:
    texts = {name: (FOLDER / f"{name}.yml").read_text(encoding="utf-8") for name in NAMES}
    assert {name: re.findall(r"secrets\.\w+", text) for name, text in texts.items()} == {
        "docs": [], "release": ["secrets.GALAXY_TOKEN"], "tests": []}


def test_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    called = {word for text in commands() for words in re.findall(r"make ((?:[a-z]+ )+)", text)
              for word in words.split()}
    assert {"test", "matrix", "docs", "lint", "release"} == called <= targets
    files = [word for text in commands() for word in re.findall(r"tests/\S+", text)]
    assert files == ["tests/requirements/nox.txt"]
    assert [name for name in files if not (ROOT / name).is_file()] == []
