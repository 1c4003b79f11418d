# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter event_graph, with the results of a real Upstart 1.13.2 after the boot of the target report."""

from __future__ import annotations

import copy
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import event_graph as plugin
from ansible_collections.sysinit.upstart.plugins.filter.event_graph import event_graph

DATA = Path(__file__).resolve().parents[3] / "data" / "event_graph"
BOOT: dict[str, Any] = json.loads((DATA / "boot.json").read_text())
DBUS_AND_WEB: dict[str, Any] = {
    "jobs": [
        {"name": "dbus", "instances": [{"instance": "", "status": "start/running"}], "loaded": True},
        {"name": "web", "instances": [], "loaded": True,
         "start_on": {"all": [{"started": "dbus"}, {"runlevel": [2, 3, 4, 5]}]}, "stop_on": {"runlevel": "!2345"}},
    ],
    "edges": [
        {"event": "started", "args": ["dbus"], "job": "web", "stanza": "start_on", "emitters": ["dbus"]},
        {"event": "runlevel", "args": ["[2345]"], "job": "web", "stanza": "start_on", "emitters": []},
        {"event": "runlevel", "args": ["[!2345]"], "job": "web", "stanza": "stop_on", "emitters": []},
    ],
    "events": [{"name": "runlevel", "kind": "known"}, {"name": "started", "kind": "job"}],
}


def jobs_in(text: str) -> list[str]:
    """Return the labels of the jobs in a Mermaid text."""
    return re.findall(r'^  job_\w+\["([^"<]+)<br/>', text, re.M)


@pytest.mark.parametrize(("arguments", "golden"), [
    ({}, "boot.dot"),
    ({"format": "mermaid"}, "boot.mmd"),
    ({"events": False, "direction": "TB"}, "jobs.dot"),
    ({"format": "mermaid", "jobs": ["tty*"], "depth": 2}, "tty.mmd"),
])
def test_golden(arguments: dict[str, Any], golden: str) -> None:
    assert event_graph(BOOT, **arguments) == (DATA / golden).read_text()


def test_golden_of_a_distribution() -> None:
    """The jobs of Enterprise Linux 6 as upstart_info reads them, with names and conditions only."""
    info = json.loads((DATA / "el6.json").read_text())
    assert event_graph(info, direction="TB") == (DATA / "el6.dot").read_text()


def test_the_order_of_the_input_does_not_count() -> None:
    turned = {**BOOT, **{key: list(reversed(BOOT[key])) for key in ("jobs", "edges", "events")}}
    assert event_graph(turned) == event_graph(BOOT)
    assert event_graph(turned, jobs=["tty1", "dbus"]) == event_graph(BOOT, jobs=["dbus", "tty1"])
    event = {"event": "x", "args": [], "job": "web", "stanza": "start_on"}
    web = {**DBUS_AND_WEB, "edges": [{**event, "emitters": ["dbus", "web"]}]}
    web["jobs"] = [{"name": "dbus"}, {"name": "web"}]
    assert event_graph(web) == event_graph({**web, "edges": [{**event, "emitters": ["web", "dbus"]}]})


def test_the_input_is_left_alone() -> None:
    info = copy.deepcopy(BOOT)
    event_graph(info)
    assert info == BOOT


def test_the_sample_is_what_the_filter_returns() -> None:
    sample = yaml.safe_load(plugin.RETURN)["_value"]["sample"]
    assert event_graph(DBUS_AND_WEB, "mermaid") == sample


@pytest.mark.parametrize(("jobs", "depth", "drawn"), [
    (["udev"], 0, ["udev"]),
    (["udev"], 1, ["mountall", "udev", "udevtrigger", "upstart-udev-bridge"]),
    (["tty*"], 1, ["rc", "tty1"]),
    (["tty1"], 2, ["rc", "rc-sysinit", "tty1"]),
    (["shop"], 0, ["database", "dbus", "shop"]),  # includes jobs that its conditions name
    (["backup", "cron"], 0, ["backup", "cron"]),
    ([], 5, []),
])
def test_sub_graphs(jobs: list[str], depth: int, drawn: list[str]) -> None:
    assert jobs_in(event_graph(BOOT, "mermaid", jobs=jobs, depth=depth)) == drawn


def test_a_large_depth_draws_all_connected_jobs() -> None:
    alone = {"backup", "hostname"}
    drawn = jobs_in(event_graph(BOOT, "mermaid", jobs=["udev"], depth=99))
    assert set(drawn) == {job["name"] for job in BOOT["jobs"]} - alone | {"database"}


def test_a_filtered_result_does_not_call_other_jobs_missing() -> None:
    only_web = {**DBUS_AND_WEB, "jobs": DBUS_AND_WEB["jobs"][1:]}
    assert 'job_dbus["dbus<br/>state unknown"]:::known' in event_graph(only_web, "mermaid")


def test_conditions_that_only_the_edges_show() -> None:
    bare = {**DBUS_AND_WEB, "jobs": [{"name": "dbus"}, {"name": "web"}]}
    text = event_graph(bare, "mermaid")
    assert "gate" not in text
    assert '  job_dbus -->|"started"| job_web\n  event_runlevel -->|"[2345]"| job_web\n' in text


@pytest.mark.parametrize(("info", "arguments", "message"), [
    (7, {}, "sysinit.upstart.event_graph needs the result of sysinit.upstart.upstart_info, not int"),
    ({"jobs": []}, {}, "sysinit.upstart.event_graph: the input has no edges. Use the result of "),
    ({"failed": True, "msg": "No Upstart."}, {}, "sysinit.upstart.event_graph: the input has no jobs: No Upstart."),
    ({"jobs": {}, "edges": [], "events": []}, {}, "sysinit.upstart.event_graph: jobs must be a list of dictionaries"),
    ({"jobs": [{}], "edges": [], "events": []}, {}, "sysinit.upstart.event_graph: jobs must be a list of dictionaries"),
    ({"jobs": [{"name": "a", "start_on": {"bogus": 1}}], "edges": [], "events": []}, {},
     "sysinit.upstart.event_graph: a condition cannot be read: a condition cannot have the keys bogus"),
    (BOOT, {"format": "png"},
     "sysinit.upstart.event_graph: format must be dot, mermaid, pictures or problem, not 'png'"),
    (BOOT, {"direction": "up"}, "sysinit.upstart.event_graph: direction must be LR or TB, not 'up'"),
    (BOOT, {"depth": -1}, "sysinit.upstart.event_graph: depth must be an integer of at least 0, not -1"),
    (BOOT, {"depth": True}, "sysinit.upstart.event_graph: depth must be an integer of at least 0, not True"),
    (BOOT, {"events": "no"}, "sysinit.upstart.event_graph: events must be true or false, not 'no'"),
    (BOOT, {"jobs": "udev"}, "sysinit.upstart.event_graph: jobs must be a list of names, not 'udev'"),
    (BOOT, {"jobs": [1]}, "sysinit.upstart.event_graph: jobs must be a list of names, not [1]"),
    (BOOT, {"jobs": ["udef"]}, "sysinit.upstart.event_graph: no job is called udef; did you mean udev?"),
    (BOOT, {"jobs": ["zzz*"]}, "sysinit.upstart.event_graph: no job is called zzz*; see the names in jobs"),
])
def test_errors(info: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        event_graph(info, **arguments)
    assert str(caught.value).startswith(message)


def test_pictures() -> None:
    result = event_graph(BOOT, "pictures")
    assert not isinstance(result, str)
    assert [picture["caption"] for picture in result["pictures"]] == ["15 jobs around runlevel"]
    assert result["pictures"][0]["svg"] == (DATA / "boot.svg").read_text()
    assert result["unconnected"] == [{"name": "backup", "state": "broken file (line 3)", "appearance": "broken"}]


def test_unconnected_jobs_are_a_list() -> None:
    jobs = [{"name": name, "loaded": True, "instances": []} for name in "abc"]
    text = event_graph({"jobs": jobs, "edges": [], "events": []}, "mermaid")
    assert '  jobs_stopped_stopped["a, b, c<br/>stopped"]:::stopped\n' in text


def test_a_job_that_should_run_is_marked() -> None:
    idle = {"name": "cron", "loaded": True, "enabled": True, "task": False, "start_on": "startup", "instances": []}
    info = {"jobs": [idle], "edges": [{"event": "startup", "args": [], "job": "cron", "stanza": "start_on"}],
            "events": []}
    assert 'job_cron["cron<br/>stopped, should run"]:::trouble' in event_graph(info, "mermaid")


def test_why_there_is_no_graph() -> None:
    broken = {"jobs": [{"name": "a", "start_on": {"bogus": 1}}], "edges": [], "events": []}
    assert event_graph(broken, "problem").startswith("sysinit.upstart.event_graph: a condition cannot be read: a ")
    assert event_graph({"failed": True, "msg": "No Upstart."}, "problem").startswith(
        "sysinit.upstart.event_graph: the input has no jobs: No Upstart.")
    assert "no job is called x" in event_graph(BOOT, "problem", jobs=["x"])
    assert event_graph(BOOT, "problem") == ""
    with pytest.raises(AnsibleFilterError, match="direction"):
        event_graph(BOOT, "problem", direction="up")


def test_the_documentation_names_the_options() -> None:
    documented = yaml.safe_load(plugin.DOCUMENTATION)
    options = {name: option.get("default") for name, option in documented["options"].items() if name != "_input"}
    parameters = list(inspect.signature(event_graph).parameters.values())[1:]
    assert options == {parameter.name: parameter.default for parameter in parameters}
    assert list(options)[:3] == documented["positional"].split(", ")
    assert documented["options"]["format"]["choices"] == [*plugin.WRITERS, plugin.PICTURES, plugin.PROBLEM]
    assert documented["options"]["direction"]["choices"] == list(plugin.DIRECTIONS)
    assert list(plugin.FilterModule().filters()) == [documented["name"]]
    assert yaml.safe_load(plugin.EXAMPLES)
