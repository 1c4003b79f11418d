# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of units that only some jobs have, and the stanza that counts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.acknowledged import open_findings
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import InputError
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import unit_lines


def comments(text: str) -> list[str]:
    return [line for line in unit_lines({"web": text}) if line.startswith("#")][1:]


def subjects(text: str, code: str, **options: Any) -> list[tuple[str, int | None]]:
    return [(finding["subject"], finding["line"]) for finding in to_systemd({"web": text}, **options)["findings"]
            if finding["code"] == code]


def test_the_comments_of_a_unit() -> None:
    job = "# Job: /etc/init/web.conf"
    assert comments("exec /x\n") == [job]
    assert comments('usage "web NAME"\nversion "2"\nauthor "A  B"\nemits up down\nexec /x\n') == [
        job, "# author: A B", "# version: 2", "# usage: web NAME", "# emits: up down"]


@pytest.mark.parametrize(("text", "has_reload"), [
    ("exec /x\n", True), ("nice 5\n", False), ("task\nexec /x\n", False), ("exec /x\nreload signal 64\n", True),
    ("exec /x\nreload signal 0\n", False), ("exec /x\nreload signal 65\n", False),
])
def test_only_a_service_can_be_reloaded(text: str, has_reload: bool) -> None:
    assert any(line.startswith("ExecReload=") for line in unit_lines({"web": text})) == has_reload


def test_the_last_command_counts() -> None:
    assert subjects("exec initctl emit old\nexec initctl emit new\n", "script-emit") == [("initctl emit new", 2)]


@pytest.mark.parametrize(("text", "expected"), [
    ("instance $N\nscript\n  stop\nend script\n", [("stop", 3)]),
    ("pre-start script\n  [ -x /x ] || { stop; exit 0; }\nend script\nexec /x\n", []),
    ("pre-start script\n  stop\n  start nobody\nend script\nexec /x\n", [("start nobody", 3)]),
])
def test_a_stop_that_stays(text: str, expected: list[tuple[str, int | None]]) -> None:
    assert subjects(text, "script-call") == expected


@pytest.mark.parametrize(("text", "options", "missing"), [
    ("exec /x\n", {"systemd_version": 239}, ["Type=exec"]),
    ("exec /x\n", {"systemd_version": 239, "log": "files"}, ["StandardOutput=append:", "Type=exec"]),
    ("console none\nexec /x\n", {"systemd_version": 239, "log": "files"}, ["Type=exec"]),
    ("respawn\nrespawn limit 5 9\nexec /x\n", {"systemd_version": 229}, ["StartLimitIntervalSec=", "Type=exec"]),
    ("respawn\nrespawn limit 5 9\nexec /x\n", {"systemd_version": 230}, ["Type=exec"]),
])
def test_what_an_older_systemd_lacks(text: str, options: dict[str, Any], missing: list[str]) -> None:
    assert sorted(subject for subject, _line in subjects(text, "older-systemd", **options)) == missing


@pytest.mark.parametrize(("jobs", "message"), [
    ([], "there is no job called zzz; there are none"), (["b", "a"], "there is no job called zzz; there are a, b"),
])
def test_a_job_that_does_not_exist(jobs: list[str], message: str) -> None:
    translation = {"findings": [], "jobs": [{"name": name, "unit": name, "file": name} for name in jobs]}
    with pytest.raises(InputError, match=f"^{message}$"):
        open_findings(translation, {"zzz": []})
