# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lsb_service as Ansible runs it, and the guide for users of simplevisor."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb.options import service_from_options
from ansible_collections.sysinit.upstart.plugins.modules import lsb_service
from ansible_collections.sysinit.upstart.tests.unit.support import run_module
from ansible_collections.sysinit.upstart.tests.unit.support.control_script import Control

PAGE = Path(__file__).resolve().parents[4] / "docs" / "docsite" / "rst" / "from_simplevisor.rst"
ROW = re.compile(r"^   \* - (.+)\n     - (.+)$", re.MULTILINE)

# Every option of a service, of a supervisor and of the command in simplevisor 1.3.
SERVICE = ["name", "control", "start", "stop", "status", "restart", "pattern", "daemon", "path", "timeout", "expected",
           "type", "logname", "var_*"]
SUPERVISOR = ["strategy", "window", "adjustments", "expected", "children", "interval", "store"]
COMMANDS = ["start", "stop", "status", "restart", "check", "restart_child", "wake_up", "single"]
OWN = ["careful", "interval", "state"]
FAILURE = {"cmd", "rc", "stdout", "stderr"}  # of a command
WRONG_OPTION = {"option"}


def run(control: Control, **options: Any) -> dict[str, Any]:
    return run_module.result(run_module.start("lsb_service", name="web", control=str(control.path), **options))


def documented() -> dict[str, Any]:
    fields: dict[str, Any] = yaml.safe_load(lsb_service.RETURN)
    return fields


def returned(result: dict[str, Any]) -> set[str]:
    return set(result) - {"invocation", "changed", "diff", "failed", "msg", "warnings", "exception"}


def test_the_second_run_changes_nothing(tmp_path: Path) -> None:
    control = Control(tmp_path, 2)
    predicted = run(control, _ansible_check_mode=True)
    assert control.calls() == ["status"]
    assert predicted["check"] == 'web: WARNING, in "dirty" state: 2'
    first, second = run(control), run(control, expected="running")
    assert first["changed"] is True and first["actions"] == ["stop", "start"]
    assert second["changed"] is False and second["check"] == "web: OK, running, as expected"
    assert returned(first) == returned(second) == returned(predicted) == set(documented()) - FAILURE - WRONG_OPTION


def test_a_failure_has_all_fields(tmp_path: Path) -> None:
    control = Control(tmp_path, 3)
    control.behave("start", "echo bad luck >&2; exit 1")
    result = run(control, state="started")
    assert result["failed"] is True
    assert result["msg"].endswith("exited with status 1: bad luck. Its status is stopped (3).")
    assert returned(result) == set(documented()) - WRONG_OPTION
    assert (result["rc"], result["stderr"]) == (1, "bad luck\n")


def test_types_of_what_is_returned(tmp_path: Path) -> None:
    kinds = {"str": str, "int": int, "list": list}
    result = run(Control(tmp_path, 3))
    for name, value in documented().items():
        assert isinstance(value["sample"], kinds[value["type"]]), name
        assert name in FAILURE | WRONG_OPTION or isinstance(result[name], kinds[value["type"]]), name


def test_warnings_reach_the_user(tmp_path: Path) -> None:
    control = Control(tmp_path, 3)
    control.behave("stop", "exit 1")
    for result in (run(control, daemon="/f"), run(control, daemon="/f", state="stopped")):
        assert "daemon is ignored because control is given." in str(result["warnings"])


@pytest.mark.parametrize(("options", "message"), [
    ({"timeout": 0}, "timeout is 0, but it must be more than 0 seconds."),
    ({"pattern": "x"}, "pattern has no effect with control, which reads the status itself. Remove one of them."),
    ({"state": "reloaded"}, "state cannot be reloaded. Use running, started, stopped, restarted or awaited."),
])
def test_refusals(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    control = Control(tmp_path, 3)
    assert run(control, **options)["msg"] == message
    assert control.calls() == []


def section(title: str) -> dict[str, str]:
    """Return the table of a section of the guide: first column to second."""
    page = PAGE.read_text(encoding="utf-8")
    start = re.search(rf"^{re.escape(title)}\n[-]+$", page, re.MULTILINE)
    assert start, title
    rest = page[start.end():]
    following = re.search(r"^.+\n-{3,}$", rest, re.MULTILINE)
    return dict(ROW.findall(rest[:following.start()] if following else rest))


def names(table: dict[str, str]) -> list[str]:
    return [name for cell in list(table)[1:] for name in re.findall(r"``([\w*]+)[^`]*``", cell)]


@pytest.mark.parametrize(("title", "expected"), [
    ("Options of a service", SERVICE), ("The supervisor", SUPERVISOR), ("Commands", COMMANDS)])
def test_the_guide_names_everything(title: str, expected: list[str]) -> None:
    assert names(section(title)) == expected


def test_the_guide_names_every_option_of_ours() -> None:
    options = set(yaml.safe_load(lsb_service.DOCUMENTATION)["options"])
    table = section("Options of a service")
    assert options - set(names(table)) == set(OWN)
    assert [option for option in OWN if f"``{option}``" not in PAGE.read_text(encoding="utf-8")] == []


def test_the_guide_has_the_matrix_and_the_lines_of_a_check() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for line in ("OK, running, as expected", "OK, not running, as expected", "WARNING, found running, not expected",
                 "WARNING, not running, not expected", 'WARNING, in "dirty" state: 1'):
        assert f"``httpd: {line}``" in page


def test_the_examples_of_the_guide_are_accepted() -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)", page)
    tasks = [task for block in blocks for task in yaml.safe_load(block)]
    assert len(tasks) >= 4
    for task in tasks:
        options = task["sysinit.upstart.lsb_service"] if "sysinit.upstart.lsb_service" in task else None
        if options is not None:
            assert set(options) <= set(yaml.safe_load(lsb_service.DOCUMENTATION)["options"])
            given = {key: options[key] for key in options if key != "state"}
            service = service_from_options(**given)
            assert service.warnings == []
