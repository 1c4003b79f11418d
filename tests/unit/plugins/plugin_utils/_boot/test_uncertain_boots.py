# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a forecast does not know, and what it finds out behind a job that is held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.sources import read_sources
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError
from ansible_collections.sysinit.upstart.tests.unit.support.boots import TASK, forecast_of

A = "start on startup"


def test_a_later_sender_of_the_same_event() -> None:
    """Either of two senders may be the one that starts a job, even if one of them starts after the job."""
    forecast = forecast_of({
        "s": f"{A}\ntask\nexec initctl emit up K=1\n", "t": f"{A}\ntask\nexec sleep 50\n", "a": "start on up",
        "u": "start on stopped t\ntask\nexec initctl emit up K=2\n"})
    assert forecast.order.index("a") < forecast.order.index("u")
    assert not forecast.start_order.is_before("s", "a") and not forecast.start_order.is_before("u", "a")


@pytest.mark.parametrize("auto", ["maybe", "", "0", 0])
def test_an_interface_is_only_brought_up_for_a_yes(auto: Any) -> None:
    facts = MachineFacts(PROFILES["plain"], [{"name": "eth0", "auto": auto}])
    assert facts.values["network"] == "lo"


def test_the_root_is_behind_the_job_that_is_held() -> None:
    """a is held by h, which waits for more."""
    root = forecast_of({"a": A, "h": "start on starting a and never", "x": "start on started a"}).jobs["x"].root
    assert root is not None and (root.job, root.leaf) == ("h", "never")


@pytest.mark.parametrize(("condition", "leaves"), [
    ("(startup or n1) and n2", ["n2"]), ("(n1 or startup) and n2", ["n2"]), ("(n1 or n2) and startup", ["n1", "n2"]),
    ("n1 and (startup and n2)", ["n1", "n2"]), ("((startup or n1) or n3) and n2", ["n2"]),
])
def test_alternatives_that_are_met_are_not_missing(condition: str, leaves: list[str]) -> None:
    assert [leaf.leaf for leaf in forecast_of({"x": f"start on {condition}"}).jobs["x"].missing] == leaves


def test_requests_of_another_shell() -> None:
    forecast = forecast_of({"e": f"{A}\ntask\nscript\n  sh -c 'initctl emit go'\nend script\n", "b": "start on go"})
    assert forecast.jobs["b"].starts == "unsure"


def test_a_job_that_may_stop_itself() -> None:
    """Nothing else depends on whether the task succeeds."""
    forecast = forecast_of({"e": f"{A}\npre-start script\n  sh -c stop\nend script\nexec sleep 100000\n",
                            "t": f"start on started e\n{TASK}"})
    assert {name: job.starts for name, job in forecast.jobs.items()} == {"e": "unsure", "t": "unsure"}


def test_a_job_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.conf").symlink_to("nothing")
    with pytest.raises(InputError, match=r"^cannot read .*/a\.conf: No such file or directory$"):
        read_sources(str(tmp_path), (1, 13, 2))
