# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""upstart_init and the init of a user's session, whose job environment it may change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import run_module

Run = Callable[..., dict[str, Any]]


@pytest.fixture(params=["1.13.2", "1.12.1"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a function that runs a module with a session's init that has FOO and F in its own environment."""
    options = f"{with_daemon.OPTIONS} --user --upstart-version {request.param}"
    monkeypatch.setenv("UPSTART_BOOT", f"env FOO=own F=eff {sys.executable} {with_daemon.EMULATOR} {options}")
    with with_daemon.running() as daemon:
        where = {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 120}
        yield lambda module, **more: run_module.result(run_module.start(module, **where, **more))


def test_variables_are_set_and_unset(run: Run) -> None:
    check = run("upstart_init", job_env={"FOOBAR": "a=b", "N": 1}, _ansible_check_mode=True)
    first = run("upstart_init", job_env={"FOOBAR": "a=b", "N": 1})
    again = run("upstart_init", job_env={"FOOBAR": "a=b", "N": 1})
    assert check["changed"] and first["changed"] and not again["changed"]
    assert check["job_env"] == first["job_env"] == again["job_env"]
    assert {name: first["job_env"][name] for name in ("FOO", "F", "FOOBAR", "N")} == {
        "FOO": "own", "F": "eff", "FOOBAR": "a=b", "N": "1"}
    gone = run("upstart_init", job_env={"FOOBAR": None, "NOT": None})
    still = run("upstart_init", job_env={"FOOBAR": None, "NOT": None})
    assert gone["changed"] and not still["changed"]
    expected = {name: value for name, value in first["job_env"].items() if name != "FOOBAR"}
    assert still["job_env"] == gone["job_env"] == expected


def test_jobs_have_the_variables(run: Run) -> None:
    run("upstart_init", job_env={"COLOUR": "deep blue"})
    deployed = run("upstart_job", name="paint", task=True, script='test "$COLOUR $FOO" = "deep blue own"')
    assert deployed["changed"], deployed
    painted = run("upstart_service", name=["paint"], state="started")
    assert painted["changed"] and not painted.get("failed"), painted
