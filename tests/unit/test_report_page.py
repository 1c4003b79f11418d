# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of playbooks/report.yml, rendered from results of hosts."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support import ansible_runs, browser
from ansible_collections.sysinit.upstart.tests.unit.support.html_pages import (
    HOSTILE,
    TEMPLATES,
    Page,
    check,
    contrast,
    environment,
)
from ansible_collections.sysinit.upstart.tests.unit.support.job_states import STATES, instance, job

ROOT = Path(__file__).resolve().parents[2]
BOOT: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "event_graph" / "boot.json").read_text())


def render(answers: dict[str, Any], **variables: Any) -> str:
    page = environment().get_template("report.html.j2")
    return page.render(report_answers=answers, **variables)


def made_hostile(value: Any) -> Any:
    """Return a result in which each text and key that a host controls is replaced with a hostile one."""
    if isinstance(value, dict):
        return {key: made_hostile(one) for key, one in value.items()}
    if isinstance(value, list):
        return [made_hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


def hostile_host() -> dict[str, Any]:
    info: dict[str, Any] = made_hostile(BOOT)
    info["left_out"] = [HOSTILE]
    info["runlevel"] = info["previous_runlevel"] = HOSTILE
    info["jobs"] = [{**job, "start_on": None, "stop_on": None} for job in info["jobs"]]
    info["jobs"][1]["instances"] = [{**instance(HOSTILE), "instance": HOSTILE, "since": 1}]
    info["jobs"][2]["error"] = {"file": HOSTILE, "line": HOSTILE, "message": HOSTILE}
    info["findings"][0]["line"] = HOSTILE
    return info


def test_the_page_shows_what_the_host_returned() -> None:
    page = check(render({"booted": BOOT}, report_date="Friday"))
    words = re.sub(r"\s+", " ", page.text)
    for told in ("Upstart jobs on 1 host", "Friday", "1.13.2", "The message bus", "eth0: running; lo: running",
                 "broken file, line 3: Unknown stanza", "started database", "start on never comes true"):
        assert told in words
    assert len(re.findall(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", words)) == 7
    assert "not connected with others" in words and "flowchart" not in words and "digraph" not in words


def test_nothing_of_a_host_is_markup() -> None:
    text = render({HOSTILE: hostile_host(), "b": {"msg": HOSTILE}, "c": {"msg": HOSTILE, "unreachable": True}},
                  report_date=HOSTILE)
    page = check(text)
    assert "{{ 7 * 7 }}" in page.text and "<img" not in text
    assert page.text.count("<script>alert(1)</script>") > 50


def test_the_codes_of_findings_lead_to_the_documentation() -> None:
    codes = {finding["code"] for finding in BOOT["findings"]}
    text = render({"a": BOOT}, report_docs="https://docs.example.com/upstart/")
    link = re.compile(r'<a href="https://docs\.example\.com/upstart/docsite/warnings\.html#([\w-]+)">\1</a>')
    assert set(link.findall(text)) == codes


def test_silent_hosts_are_named() -> None:
    page = check(render({"a": {"msg": "no such socket"}, "b": {"msg": "no route", "unreachable": True}}))
    words = re.sub(r"\s+", " ", page.text)
    assert "No answer from Upstart: no such socket" in words and "Unreachable: no route" in words


def test_pictures_are_part_of_the_page() -> None:
    """Each host has a picture and the same one for a small screen. Jobs without connections are a list."""
    page = check(render({"a": BOOT, "b": BOOT}))
    assert [tag for tag, _attrs in page.elements].count("svg") == 2 * 2
    assert page.text.count("15 jobs around runlevel") == 2
    words = re.sub(r"\s+", " ", page.text)
    assert words.count("1 job is not connected with others: backup broken file (line 3)") == 2


def large_host(count: int) -> dict[str, Any]:
    """Return a host with many jobs, of which every third does not run, every fifth has no connections."""
    jobs, edges = [], []
    for number in range(count):
        name = f"job-{number:03}"
        start_on = {"runlevel": [2, 3, 4, 5]} if number % 4 else {"started": f"job-{number // 2:03}"}
        jobs.append({**job(*[instance()] * bool(number % 3)), "name": name,
                     "start_on": start_on if number % 5 else None, "enabled": number % 5 != 0})
        if number % 5:
            event, args = ("runlevel", ["[2345]"]) if number % 4 else ("started", [f"job-{number // 2:03}"])
            edges.append({"event": event, "args": args, "job": name, "stanza": "start_on", "emitters": []})
    return {**BOOT, "jobs": jobs, "edges": edges, "events": [{"name": "runlevel", "kind": "known"}], "findings": [],
            "runlevel": "2", "previous_runlevel": "N"}


def test_a_large_host_has_a_picture_for_each_part() -> None:
    page = check(render({"a": large_host(300)}))
    captions = re.findall(r"Picture (\d+):", page.text)
    assert captions == [str(number) for number in range(1, len(captions) + 1)] and len(captions) > 1
    wide = [float(attrs["width"] or 0) for tag, attrs in page.elements if tag == "svg"]
    assert max(wide) < 1200


def test_a_job_that_should_run_is_in_trouble() -> None:
    info = {**BOOT, "runlevel": "2", "previous_runlevel": "N", "findings": []}
    info["jobs"] = [{**one, "instances": []} if one["name"] in ("cron", "udev") else one for one in BOOT["jobs"]]
    page = check(render({"a": info}))
    words = re.sub(r"\s+", " ", page.text)
    assert words.count("stopped, but should run") == 2
    assert "stopped, but should run: start on runlevel [2345]" in words
    assert 'data-label="In trouble" class="trouble">3<' in render({"a": info})
    assert 'class="trouble">stopped, but should run: start on virtual-filesystems<' in render({"a": info})


def test_many_instances_are_a_table() -> None:
    instances = [{**instance("stop/killed" if number == 7 else "start/running", wedged=number == 8),
                  "instance": f"<n{number}>", "since": 1_700_000_000 + 60 * number} for number in range(20)]
    info = {**BOOT, "jobs": [{**job(*instances), "name": "worker"}, *BOOT["jobs"]]}
    page = check(render({"a": info}))
    words = re.sub(r"\s+", " ", page.text)
    assert "20 instances of worker" in words and "19 running, 1 stop/killed, 1 wedged" in words
    assert "since 2023-11-14 22:13 UTC" in words
    assert "<n7> stop/killed 2023-11-14 22:20 UTC" in words
    assert "<n8> running, wedged: Upstart is tracking a process that no longer exists" in words
    assert [attrs for tag, attrs in page.elements if tag == "details"] == [{"open": None}]
    plain = {**BOOT, "jobs": [{**job(*instances[10:]), "name": "worker"}, *BOOT["jobs"]]}
    assert [attrs for tag, attrs in check(render({"a": plain})).elements if tag == "details"] == [{}]


def booted_host() -> dict[str, Any]:
    """Return a host with a recorded boot; one of its jobs will not start at the next one, and one did not start."""
    recording = json.loads((ROOT / "tests" / "data" / "last_boot.json").read_text())
    conditions = {"mountall": "startup", "b": "startup", "slow": "starting a", "a": "started b", "inst": "started aa",
                  "bad": "started a", "late": "started b", "tool": None}
    tasks = ("mountall", "slow")
    jobs = [{**job(instance(), name=name, task=name in tasks), "start_on": on, "stanzas": {
        **({"start_on": on} if on else {}), "exec": "true" if name in tasks else "sleep 1000",
        "task": name in tasks}}
        for name, on in conditions.items()]
    return {**copy.deepcopy(recording), "jobs": jobs, "edges": [], "version": "1.13.2", "findings": [],
            "runlevel": "2", "previous_runlevel": "N", "log_priority": "info"}


def test_the_next_and_the_last_boot() -> None:
    page = Page(render({"www": booted_host()}))
    text = " ".join(page.text.split())
    assert "6 of 8 jobs start (forecast for plain)" in text
    assert "started aa never comes: there is no job aa" in text
    assert "late did not start, although started b should have started it." in text
    assert "inst started because of started, although the forecast says that it does not start." in text
    assert "The last instance was ready after 1.0 s." in text or "The last instance was ready after 0.9 s." in text
    assert "pre-start process terminated with status 1" in text
    assert [attrs.get("class") for tag, attrs in page.elements if tag == "svg"].count("upstart-boot") == 1


def test_the_boots_can_be_left_out() -> None:
    host = booted_host()
    assert "Next boot" not in render({"www": host}, report_boot_profile="none")
    del host["boot"]
    assert "Last boot" not in render({"www": host})


def test_graphs_can_be_left_out() -> None:
    page = check(render({"a": BOOT}, report_graph_jobs=0))
    assert not {"svg", "pre", "figure"} & {tag for tag, _attrs in page.elements} and "picture" not in page.text
    page = check(render({"a": BOOT}, report_graph_jobs=len(BOOT["jobs"]) - 1))
    assert "16 jobs are too many for pictures." in page.text and "svg" not in {tag for tag, _attrs in page.elements}


def test_the_parts_that_a_host_leaves_out() -> None:
    info = copy.deepcopy(BOOT)
    del info["findings"]
    info.update(left_out=["The files could not be read."], runlevel=None, log_priority=None)
    page = check(render({"a": info}))
    assert "The files were not checked." in page.text and "The files could not be read." in page.text
    assert "None." in check(render({"a": {**BOOT, "findings": []}})).text


def test_the_same_answers_give_the_same_page() -> None:
    turned = {"b": BOOT, "a": BOOT}
    assert render(turned) == render(dict(sorted(turned.items())))


@pytest.mark.parametrize(("job", "state"), STATES)
def test_states_look_as_in_the_graph(job: dict[str, Any], state: tuple[str, str]) -> None:
    shown = environment().get_template("report.macros.j2").make_module({}).look(job)  # type: ignore[attr-defined]
    assert shown.strip() == state[0]


def test_many_jobs_and_hosts_have_their_own_places() -> None:
    page = check(render({f"host {number}": BOOT for number in range(12)}))
    assert len(page.all("id")) == 1 + 12 * 3


def test_the_styles_of_both_schemes_have_contrast() -> None:
    css = (TEMPLATES / "report.css").read_text()
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
                   for block in re.findall(r":root \{(.*?)\}", css, re.S))
    assert set(light) == set(dark)
    for scheme in (light, dark):
        for name in ("ink", "faint", "link", "running", "changing", "trouble", "broken"):
            assert contrast(scheme[name], scheme["paper"]) >= 4.5, name


BROKEN: dict[str, Any] = {**BOOT, "jobs": [{**BOOT["jobs"][0], "start_on": {HOSTILE: 1}}, *BOOT["jobs"][1:]]}
STUB = """#!/usr/bin/python
import json
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({name: {"type": "raw"} for name in ("address", "conf_dir", "log_dir", "timeout", "subset")})
with open(module.params["conf_dir"], encoding="utf-8") as told:
    module.exit_json(**json.load(told))
"""


def test_a_graph_that_cannot_be_drawn_leaves_the_rest() -> None:
    page = check(render({"bad": BROKEN, "good": BOOT}))
    words = re.sub(r"\s+", " ", page.text)
    assert words.count("There is no graph.") == 1 and words.count("15 jobs around runlevel") == 1
    assert f"a condition cannot be read: a condition cannot have the keys {HOSTILE}" in words


def test_the_playbook_still_draws_the_other_graphs(tmp_path: Path) -> None:
    """It runs with a module that returns the contents of a file, and with no other program on the controller."""
    collection = tmp_path / "ansible_collections" / "sysinit" / "upstart"
    for part in ("plugins", "playbooks", "meta"):
        shutil.copytree(ROOT / part, collection / part)
    shutil.copy(ROOT / "galaxy.yml", collection)
    (collection / "plugins" / "modules" / "upstart_info.py").write_text(STUB)
    hosts = {}
    for name, info in {"bad": BROKEN, "good": BOOT}.items():
        (tmp_path / name).write_text(json.dumps(info))
        hosts[name] = {"ansible_connection": "local", "ansible_python_interpreter": ansible_runs.interpreter(),
                       "upstart_conf_dir": str(tmp_path / name)}
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    result = subprocess.run(
        ["ansible-playbook", "--inventory", tmp_path / "hosts.json", "--extra-vars",
         f"report_file={tmp_path}/page.html", "sysinit.upstart.report"],
        env={**ansible_runs.environment("report"), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    page = check((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert page.text.count("There is no graph.") == 1
    assert [tag for tag, _attrs in page.elements if tag in ("svg", "pre")] == ["svg", "svg"]


def test_unknown_values_have_one_name() -> None:
    text = render({"a": {**BOOT, "runlevel": None, "version": None, "previous_runlevel": None}})
    assert len(re.findall(r'data-label="(?:Upstart|Runlevel)">unknown<', text)) == 2
    assert len(re.findall(r"<dt>(?:Upstart|Runlevel)</dt><dd>unknown<", text)) == 2


in_a_browser = pytest.mark.skipif(browser.find() is None, reason="needs Chromium or Chrome on the PATH")
CONTROL = """<!DOCTYPE html><html><body><div style="width: 1000px">wide</div>
<script>console.error("oh"); fetch("http://control.invalid/x").catch(() => 0)</script></body></html>"""


@in_a_browser
@pytest.mark.parametrize("kind", ["pictures", "broken", "hostile"])
def test_a_browser_shows_the_page_by_itself(tmp_path: Path, kind: str) -> None:
    hosts = {"pictures": large_host(60), "broken": BROKEN, "hostile": hostile_host()}
    text = render({"a": BOOT, "b": hosts[kind], "c": {"msg": HOSTILE}})
    for name in ("seen", "narrow"):
        (tmp_path / name).mkdir()
    seen = browser.see(text, tmp_path / "seen")
    assert (seen.console, seen.urls) == ([], [])
    assert "Upstart jobs on 3 hosts" in seen.document
    taken, had = browser.widths(text, tmp_path / "narrow", 390)
    assert 300 < taken <= had <= 390


@in_a_browser
def test_the_browser_reports_errors_and_requests(tmp_path: Path) -> None:
    for name in ("seen", "narrow"):
        (tmp_path / name).mkdir()
    seen = browser.see(CONTROL, tmp_path / "seen")
    assert len(seen.console) >= 1 and '"oh"' in seen.console[0]
    assert seen.urls == ["http://control.invalid/x"]
    taken, had = browser.widths(CONTROL, tmp_path / "narrow", 390)
    assert taken > had
