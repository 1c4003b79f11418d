# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters job_texts, unit_graph and open_findings: their results and their errors."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import job_texts as job_texts_plugin
from ansible_collections.sysinit.upstart.plugins.filter import open_findings as open_findings_plugin
from ansible_collections.sysinit.upstart.plugins.filter import unit_graph as unit_graph_plugin
from ansible_collections.sysinit.upstart.plugins.filter.event_graph import event_graph
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd

job_texts = job_texts_plugin.FilterModule().filters()["job_texts"]
open_findings = open_findings_plugin.FilterModule().filters()["open_findings"]
unit_graph = unit_graph_plugin.FilterModule().filters()["unit_graph"]
REPORT = {"report": "start on done\ntask\nexec report $VERSION\n",
          "web": "exec web\npost-start exec initctl emit done VERSION=1\n"}


def read(**files: bytes) -> list[dict[str, str]]:
    return [{"item": f"/j/{name.replace('_', '.')}", "content": base64.b64encode(text).decode()}
            for name, text in files.items()]


def test_texts_of_a_folder() -> None:
    results = [*read(web_conf=b"exec web\n", web_override=b"manual\n", lost_override=b"", bad_conf=b"\xff"),
               {"item": "/j/unreadable.conf", "msg": "not readable"},
               {"item": "/j/net/peer.conf", "content": ""}, {"item": "/elsewhere/x.conf", "content": ""}]
    assert job_texts(results, "/j/") == {
        "bad": {"conf": "\ufffd"}, "net/peer": {"conf": ""}, "web": {"conf": "exec web\n", "override": "manual\n"}}


def test_texts_of_a_host() -> None:
    stanzas = {"exec": "web"}
    jobs = [{"name": "web", "path": "/j/web.conf", "override": "/j/web.override", "stanzas": stanzas},
            {"name": "old", "path": "/j/old.conf", "override": None, "stanzas": stanzas},
            {"name": "half", "path": "/j/half.conf", "override": "/j/half.override", "stanzas": stanzas},
            {"name": "lost", "path": None, "override": None, "stanzas": stanzas},
            {"name": "orphan", "path": None, "override": None, "orphan": True, "stanzas": stanzas}]
    results = read(web_conf=b"# comment\nexec web\n", web_override=b"manual\n", half_conf=b"exec other\n")
    written = {"conf": "exec web\n"}
    assert job_texts(results, {"jobs": jobs}) == {
        "web": {"conf": "# comment\nexec web\n", "override": "manual\n"},
        "old": written, "half": written, "lost": written}


def test_directories_that_init_skips(tmp_path: Path) -> None:
    """A copy of a job in one of them must not become a unit, nor count for the next boot."""
    for name in ("web", ".git/web", "old.bak/web", "sub/CVS/web", "sub/db", ".hidden"):
        path = tmp_path / f"{name}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("exec a\n")
    assert set(job_texts(str(tmp_path))) == {".hidden", "sub/db", "web"}
    results = [{"item": str(path), "content": base64.b64encode(path.read_bytes()).decode()}
               for path in tmp_path.rglob("*.conf")]
    assert set(job_texts(results, str(tmp_path))) == {".hidden", "sub/db", "web"}


def test_texts_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    for name, text in {"web.conf": b"exec web\r\n", "web.override": b"manual\n", "lost.override": b"", "web.txt": b"",
                       "bad.conf": b"\xff", "net/peer.conf": b"", ".conf": b""}.items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "linked.conf").symlink_to("web.conf")
    expected = {"bad": {"conf": "\ufffd"}, "linked": {"conf": "exec web\r\n"}, "net/peer": {"conf": ""},
                "web": {"conf": "exec web\r\n", "override": "manual\n"}}
    assert job_texts(str(tmp_path)) == job_texts(f"{tmp_path}/") == expected


def test_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^sysinit.upstart.job_texts: there is no directory {tmp_path}/none;"):
        job_texts(f"{tmp_path}/none")
    (tmp_path / "web.conf").symlink_to("nowhere")
    with pytest.raises(AnsibleFilterError, match=rf"cannot read {tmp_path}/web.conf: No such file"):
        job_texts(str(tmp_path))


@pytest.mark.parametrize(("results", "source", "message"), [
    ("text", "/j", "needs the results of ansible.builtin.slurp in a loop over paths, not str"),
    ([{"content": ""}], "/j", "each result must have the path of its file as item"),
    ([{"item": "/j/a.conf", "content": "x"}], "/j", "the content of /j/a.conf is not base64"),
    ([], None, "source must be a folder or the result of upstart_info, not None"),
    ([], 5, "source must be a folder or the result of upstart_info, not 5"),
    ([], {"jobs": [{"name": "web", "stanzas": {"nice": "x"}}]}, "the stanzas of job web are not valid"),
])
def test_wrong_texts(results: Any, source: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^sysinit.upstart.job_texts: {message}"):
        job_texts(results, source)


def test_open_findings() -> None:
    translation = to_systemd(REPORT)
    [finding] = open_findings(translation)
    assert (finding["job"], finding["code"]) == ("report", "script-variable")
    assert open_findings(translation, {"report": ["script-variable"]}) == []


def test_a_unit_that_hides_one_of_a_package() -> None:
    translation = to_systemd({"web": "exec web\n", "ssh": "exec sshd\n"})
    [finding] = open_findings(translation, {}, ["web.service", "ssh.service"])
    assert finding["code"] == "shadowed-unit" and "A package of this host has a unit web.service." in finding["message"]
    assert open_findings(translation, {"web": ["shadowed-unit"]}, ["web.service"]) == []
    assert open_findings(translation, {"web": ["shadowed-unit"]}) == []


@pytest.mark.parametrize(("translation", "options", "message"), [
    ({}, {}, "needs the result of the filter sysinit.upstart.to_systemd, not dict"),
    (to_systemd(REPORT), {"acknowledged": {"report": "script-variable"}}, "acknowledged must be a dictionary with a"),
    (to_systemd(REPORT), {"vendor_units": "x"}, "vendor_units must be a list of names"),
    (to_systemd(REPORT), {"acknowledged": {"reprot": []}}, "there is no job called reprot; did you mean report"),
    (to_systemd(REPORT), {"acknowledged": {"report": ["script-variabel"]}},
     "there is no finding of job report called script-variabel; did you mean script-variable"),
])
def test_wrong_acknowledgements(translation: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        open_findings(translation, **options)


def test_formats_of_the_graph() -> None:
    translation = to_systemd(REPORT)
    assert unit_graph(translation, "mermaid", "TB").startswith("flowchart TB\n")
    assert unit_graph(translation).startswith("digraph")


@pytest.mark.parametrize(("translation", "options", "message"), [
    ({"files": {}}, {}, "needs the result of the filter sysinit.upstart.to_systemd, not dict"),
    (to_systemd(REPORT), {"format": "svg"}, "format must be dot or mermaid, not 'svg'"),
    (to_systemd(REPORT), {"direction": "up"}, "direction must be LR or TB, not 'up'"),
])
def test_wrong_graphs(translation: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        unit_graph(translation, **options)


def test_the_events_of_job_files_without_a_host() -> None:
    text = event_graph({**REPORT, "db": {"conf": "start on net-device-up\nexec db\n", "override": "manual\n"},
                        "broken": "execute x\n"}, "mermaid").splitlines()
    for line in ('  job_report["report<br/>task"]:::known', "  job_web --o event_done",
                 "  event_done --> job_report",
                 '  job_broken["broken<br/>broken file #40;line 1#41;"]:::broken',
                 '  job_db["db<br/>disabled"]:::known'):
        assert line in text
