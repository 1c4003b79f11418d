# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_event warns of after an event that is over: main processes that do not run, instances without a name.

UPSTART_BOOT has the same run on a real daemon, see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

PATIENCE = 60.0


@pytest.fixture(scope="module")
def daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as started:
        yield started


def emit(daemon: with_daemon.Daemon, name: str, check: bool = False, **texts: str) -> dict[str, Any]:
    """Write job files, wait until they are loaded, and have the module emit an event."""
    for job, text in texts.items():
        (daemon.conf / f"{job}.conf").write_text(text)
    with Connection(daemon.address) as connection:
        deadline = time.monotonic() + PATIENCE
        while not set(texts) <= set(Upstart(connection).jobs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    (ended,) = many_modules.run("upstart_event", [{
        "address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "name": name,
        "timeout": PATIENCE, "stable_for": 0.3, "_ansible_check_mode": check}])
    result = ended.result()
    assert not result.get("failed"), result
    return result


def warnings(result: dict[str, Any]) -> list[str]:
    return [text if isinstance(text, str) else text["event"]["msg"] for text in result.get("warnings", [])]


def test_a_service_that_runs_is_nothing_to_warn_of(daemon: with_daemon.Daemon) -> None:
    result = emit(daemon, "fine", web="start on fine\nexec sleep 1000\n")
    assert warnings(result) == [] and result["notes"] == []
    assert [(job["name"], job["how"]) for job in result["jobs"]] == [("web", "started")]


def test_a_suspended_main_process_is_warned_of(daemon: with_daemon.Daemon) -> None:
    result = emit(daemon, "suspend", halted="start on suspend\nscript\n  kill -STOP $$\n  sleep 1000\nend script\n")
    (text,) = warnings(result)
    assert text.startswith("The event suspend is over, but job halted has a main process, ")
    assert text.endswith(", that is suspended by a signal.")
    assert result["jobs"][0]["how"] == "started, but " + text.partition("job halted ")[2].rstrip(".")


def test_a_job_without_its_variable_is_warned_of(daemon: with_daemon.Daemon) -> None:
    getty = "instance $TTY\nstart on console\nexec sleep 1000\n"
    noted = emit(daemon, "console", check=True, getty=getty)["notes"]
    result = emit(daemon, "console")
    assert len(noted) == 1 and noted[0].startswith(result["notes"][0])
    assert result["notes"] == ["job getty gets no instance: Unknown parameter: TTY"]
    (text,) = warnings(result)
    assert text.startswith("The event console started no instance of job getty: its instance name needs TTY, which")
