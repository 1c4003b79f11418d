# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_event reports: the keys of its result, main processes that do not run, instances without a name.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
import yaml
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.modules import upstart_event
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

TIMEOUT = 60.0


@pytest.fixture(scope="module")
def daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as started:
        yield started


def run(daemon: with_daemon.Daemon, name: str, check: bool = False, timeout: float = TIMEOUT,
        **texts: str) -> dict[str, Any]:
    """Write job files, wait until they are loaded, and run the module to emit an event; return its result."""
    for job, text in texts.items():
        (daemon.conf / f"{job}.conf").write_text(text)
    with Connection(daemon.address) as connection:
        deadline = time.monotonic() + TIMEOUT
        while not set(texts) <= set(Upstart(connection).jobs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    (ended,) = many_modules.run("upstart_event", [{
        "address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "name": name,
        "timeout": timeout, "stable_for": 0.3, "_ansible_check_mode": check}])
    result: dict[str, Any] = ended.result()
    return result


def emit(daemon: with_daemon.Daemon, name: str, check: bool = False, **texts: str) -> dict[str, Any]:
    """Return the result of an event that does not fail."""
    result = run(daemon, name, check, **texts)
    assert not result.get("failed"), result
    return result


def warnings(result: dict[str, Any]) -> list[str]:
    return [text if isinstance(text, str) else text["event"]["msg"] for text in result.get("warnings", [])]


def test_a_running_service_causes_no_warning(daemon: with_daemon.Daemon) -> None:
    result = emit(daemon, "fine", web="start on fine\nexec sleep 1000\n")
    assert warnings(result) == [] and result["notes"] == []
    assert [(job["name"], job["how"]) for job in result["jobs"]] == [("web", "started")]


def test_a_suspended_main_process_causes_a_warning(daemon: with_daemon.Daemon) -> None:
    result = emit(daemon, "suspend", halted="start on suspend\nscript\n  kill -STOP $$\n  sleep 1000\nend script\n")
    (text,) = warnings(result)
    assert text.startswith("The event suspend is over, but job halted has a main process, ")
    assert text.endswith(", that is suspended by a signal.")
    assert result["jobs"][0]["how"] == "started, but " + text.partition("job halted ")[2].rstrip(".")


def test_a_job_without_its_variable_causes_a_warning(daemon: with_daemon.Daemon) -> None:
    getty = "instance $TTY\nstart on console\nexec sleep 1000\n"
    noted = emit(daemon, "console", check=True, getty=getty)["notes"]
    result = emit(daemon, "console")
    assert len(noted) == 1 and noted[0].startswith(result["notes"][0])
    assert result["notes"] == ["job getty gets no instance: Unknown parameter: TTY"]
    (text,) = warnings(result)
    assert text.startswith("The event console started no instance of job getty: its instance name needs TTY, which")


# The keys of every result: the others belong to failures of one kind.
RETURNED = {key for key, value in yaml.safe_load(upstart_event.RETURN).items() if value["returned"] == "always"}
PREDICTION = {"fails", "sure", "reasons", "assumed", "outlook"}


@pytest.mark.parametrize(("name", "text"), [
    ("good", "exec sleep 1000"), ("bad", "pre-start exec false\nexec sleep 1000"), ("held", "exec sleep 1000")])
def test_a_real_run_returns_the_keys_of_check_mode(daemon: with_daemon.Daemon, name: str, text: str) -> None:
    """Values that only a prediction has are null in a real run, even if the event fails or is not over in time."""
    condition = f"{name} and never" if name == "held" else name
    job = {f"job-{name}": f"start on {condition}\n{text}\n"}
    predicted = run(daemon, name, check=True, **job)
    result = run(daemon, name, timeout=1.0 if name == "held" else TIMEOUT)
    assert RETURNED <= set(predicted)
    assert RETURNED <= set(result)
    assert {key for key in PREDICTION if predicted[key] is None} == set()
    assert {key for key in PREDICTION if result[key] is not None} == set()
    assert predicted["fails"] is bool(result.get("failed")) is (name != "good")
    assert (result["notes"] is None) is (name != "good")
