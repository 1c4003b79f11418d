# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task, and the errors for failed events."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, report

EMISSION = emit.Emission("go", ["A=1"], True, 1.0, 0.0, "/log", "/etc/init")
UNKNOWN = {"settled", "fails", "sure", "reasons", "assumed", "notes", "outlook"}


def test_a_result_has_all_keys() -> None:
    result = report.result_of(EMISSION, settled=True)
    assert {key for key in result if result[key] is None} == UNKNOWN - {"settled"}
    assert (result["changed"], result["name"], result["env"], result["jobs"]) == (True, "go", ["A=1"], [])


def failed(name: str) -> dict[str, Any]:
    return {"name": name, "instance": "", "failed": True, "respawned": False, "status": "stop/waiting", "how": "failed"}


def test_summary() -> None:
    jobs = [{**failed("a"), "failed": False, "how": "started, stopped"}, failed("b"),
            {**failed("c"), "instance": "1", "failed": None, "respawned": True, "how": "respawned", "status": None}]
    result = report.result_of(EMISSION, jobs=jobs, held_by=["job web: start on (go and b): go has happened, b has not"])
    assert result["summary"] == [
        "a stop/waiting (started, stopped)", "b stop/waiting -- failed", "c (1) in an unknown state -- respawned",
        "event go -- held by job web: start on (go and b): go has happened, b has not"]


@pytest.mark.parametrize(("jobs", "unavailable", "text"), [
    ([], None, "a job that it concerns failed. Upstart does not report which."),
    ([], "why", "a job that it concerns failed. Upstart does not report which."),
    ([failed("a")], None, "a job that it concerns failed. a failed."),
    ([failed("a"), failed("b")], None, "2 jobs that it concerns failed. a failed; b failed."),
    ([failed("a")], "why", "it failed. Cannot tell whether it caused this failure (why): a failed."),
    ([failed("a"), failed("b")], "why",
     "it failed. Cannot tell which of these 2 failures it caused (why): a failed; b failed."),
])
def test_the_error_names_the_failed_jobs(jobs: list[dict[str, Any]], unavailable: str | None, text: str) -> None:
    error = report.failed_error(EMISSION, jobs, unavailable, settled=False)
    assert error.message == "The event go was emitted, but " + text
    assert set(error.facts) == set(report.result_of(EMISSION))


@pytest.mark.parametrize(("holders", "reason", "text"), [
    ([], None, "over within 1 s. Set wait"), (["job a: x", "job b: y"], None, "it is held by job a: x; job b: y. Set"),
    ([], "It hangs.", "over within 1 s, and it is unknown who holds it: It hangs. Set wait")])
def test_the_error_names_the_holders(holders: list[str], reason: str | None, text: str) -> None:
    error = report.held_error(EMISSION, [], holders, reason)
    assert text in error.message
    assert (error.facts["held_by"], error.facts["settled"], error.facts["timeout"]) == (holders, False, 1.0)
