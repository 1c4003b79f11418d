# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forecast as data and as lines, for a forecast in which everything happens."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.compare import BootDifference
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.forecast import BootForecast, Holding, JobForecast
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.missing import MissingLeaf
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.order import StartOrder
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.report import difference_as_dict, forecast_as_dict

LEAF = MissingLeaf("a", "go", "go K=1", "nothing sends it", ("s",))
OTHER = MissingLeaf("b", "started", "started a", "job a does not come up", ("a",), "a")
JOBS = {
    "a": JobForecast("a", missing=[LEAF], root=LEAF, reasons=["go K=1 never comes: nothing sends it"]),
    "b": JobForecast("b", missing=[OTHER], root=LEAF, reasons=["started a never comes", "so"]),
    "c": JobForecast("c", "unsure", reasons=["a request may be sent", "or not"]),
    "d": JobForecast("d", "yes", 1, "startup", [""], "stop/waiting", True, "started e", None, [], None,
                     [("d", "startup")]),
    "e": JobForecast("e", "yes", 2, "started d", ["x", "y"], "start/running", failed="it fails"),
    "f": JobForecast("f", "yes", 3, "started d", [""], "stop/waiting", True),
    "g": JobForecast("g", reasons=["it has no start on"]),
}
FORECAST = BootForecast(JOBS, ["d", "e", "f"], StartOrder(["d"]), "3", [("d", "startup")],
                        [Holding("starting e", "e", ["h"], ["job h waits", "so does i"])], ["not sure"], ["assumed"],
                        ["note"], {"z": "Unknown stanza"})
SUMMARY = [
    "3 jobs start, 3 do not, 1 are not sure; runlevel 3",
    "e waits for the end of starting e: job h waits; so does i",
    "Upstart rejects the file of job z: Unknown stanza",
    "a does not start: go K=1 never comes: nothing sends it",
    "b does not start: started a never comes; so (because go K=1 of job a never comes: nothing sends it)",
    "c is not sure to start: a request may be sent; or not",
    "d starts and stops again, by started e",
    "f starts and stops again",
    "g does not start: it has no start on",
]


def test_a_forecast_as_data() -> None:
    result = forecast_as_dict(FORECAST, "plain")
    jobs = result.pop("jobs")
    assert result == {
        "profile": "plain", "order": ["d", "e", "f"], "starts": ["d", "e", "f"], "never": ["a", "b", "g"],
        "unsure": ["c"], "stopped_again": ["d", "f"], "runlevel": "3",
        "runlevel_chain": [{"job": "d", "because": "startup"}],
        "holding": [{"event": "starting e", "waits": "e", "jobs": ["h"], "reasons": ["job h waits", "so does i"]}],
        "sure": False, "reasons": ["not sure"], "assumed": ["assumed"], "notes": ["note"], "summary": SUMMARY}
    assert jobs["d"] == {
        "starts": "yes", "place": 1, "because": "startup", "instances": [""], "state": "stop/waiting",
        "stopped_again": True, "stopped_by": "started e", "failed": None, "missing": [], "root": None,
        "chain": [{"job": "d", "because": "startup"}], "reasons": []}
    leaf = {"job": "a", "event": "go K=1", "reason": "nothing sends it", "senders": ["s"]}
    assert jobs["a"]["missing"] == [leaf] and jobs["a"]["root"] == jobs["b"]["root"] == leaf
    assert jobs["b"]["missing"] == [{"job": "b", "event": "started a", "reason": "job a does not come up",
                                     "senders": ["a"]}]
    assert jobs["e"]["failed"] == "it fails" and jobs["e"]["instances"] == ["x", "y"]


def test_a_forecast_without_a_runlevel() -> None:
    forecast = BootForecast({}, [], StartOrder([]), None, [], [], [], [], [], {})
    assert forecast_as_dict(forecast, "plain")["summary"] == ["0 jobs start, 0 do not, 0 are not sure; no runlevel"]
    assert forecast_as_dict(forecast, "plain")["sure"] is True


def test_a_difference_as_data() -> None:
    difference = BootDifference({"a": "gone"}, ["n"], {"l": "because of x"}, {"u": "perhaps"}, ("2", None))
    assert difference_as_dict(difference) == {
        "no_longer": {"a": "gone"}, "newly": ["n"], "later": {"l": "because of x"}, "unsure": {"u": "perhaps"},
        "runlevel": ["2", None], "summary": [
            "a no longer starts: gone", "u may no longer start: perhaps", "l starts later: because of x",
            "n starts now", "the runlevel was 2 and will be none"]}
