# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boot_analyze."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter.boot_analyze import boot_analyze

RECORDING = json.loads((Path(__file__).resolve().parents[3] / "data" / "last_boot.json").read_text())


def test_a_recording() -> None:
    result = boot_analyze(RECORDING)
    assert set(result) == {"instances", "blame", "chain", "disagreements", "finished", "notes", "summary", "picture"}
    assert result["summary"][0].startswith("6 instances started, the last was ready after 0.9")
    assert any("0.4" in line and "after waiting" in line and line.endswith(" s for slow") for line in result["summary"])
    assert any(line.endswith(" s bad -- pre-start process terminated with status 1") for line in result["summary"])
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize(("to", "chain"), [("a", ["mountall", "slow", "a"]),
                                           ("inst (a)", ["mountall", "slow", "a", "inst"])])
def test_the_chain_to_an_instance(to: str, chain: list[str]) -> None:
    assert [entry["name"] for entry in boot_analyze(RECORDING, to)["chain"]] == chain


def fate(starts: str, because: str | None = None) -> dict[str, Any]:
    return {"starts": starts, "because": because}


def test_a_forecast_that_was_wrong() -> None:
    forecast = {"jobs": {"a": fate("yes"), "b": fate("no"), "slow": fate("unsure"), "other": fate("yes", "startup"),
                         "late": fate("yes", "started a"), "never": fate("no")}}
    info = {**RECORDING, "jobs": [*RECORDING["jobs"], {"name": "late", "start_on": "started a", "task": False}]}
    assert boot_analyze(info, forecast=forecast)["disagreements"] == [
        "b started because of startup, although the forecast says that it does not start",
        "late did not start, although started a should have started it"]
    cut = {**info["boot"], "messages": info["boot"]["messages"][1:]}
    assert boot_analyze({**info, "boot": cut}, forecast=forecast)["disagreements"] == []
    with pytest.raises(AnsibleFilterError, match="forecast must be a result of boot_forecast"):
        boot_analyze(info, forecast={})


def test_an_instance_that_did_not_start() -> None:
    with pytest.raises(AnsibleFilterError, match=r"no instance slw started in the last boot: did you mean slow\?"):
        boot_analyze(RECORDING, "slw")
    with pytest.raises(AnsibleFilterError, match=r"no instance 9999 started in the last boot\."):
        boot_analyze(RECORDING, "9999")


def test_without_messages() -> None:
    boot = {**RECORDING["boot"], "messages": [], "processes": [{"name": "a", "instance": "", "pid": 1, "seconds": 2.0}]}
    result = boot_analyze({**RECORDING, "boot": boot}, "a")
    assert (result["summary"], result["chain"], result["finished"]) == (["1 instance started."], [], None)
    assert len(result["notes"]) == 1 and "<rect" in result["picture"]


@pytest.mark.parametrize("info", [None, "text", {}, {"boot": None, "jobs": []}, {"boot": {}}])
def test_another_input(info: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="the input must be a result of upstart_info with boot in its subset"):
        boot_analyze(info)
