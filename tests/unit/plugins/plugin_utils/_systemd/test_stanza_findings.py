# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One finding for each stanza."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.stanza_findings import readers_of_exports
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes


def test_exports_name_their_readers() -> None:
    jobs = {"db": "export PORT\nexec /x\n", "web": "exec /x $PORT\n", "other": "exec /x $PORTS\n"}
    assert readers_of_exports(read_jobs(jobs)) == {"PORT": ["web"]}
    (finding,) = [item for item in to_systemd(jobs)["findings"] if item["code"] == "export"]
    assert finding["message"].startswith("These jobs read it: web.")


def test_a_later_stanza_counts() -> None:
    text = "exec /a\nscript\nend script\nenv A=1\nenv B=1\n"
    findings = [(item["line"], item["code"]) for item in to_systemd({"web": text})[
        "findings"] if item["line"]]
    assert findings == [(1, "overruled"), (2, "script"), (4, "env"), (5, "env")]


def test_defaults() -> None:
    assert {"kill-timeout", "respawn-limit", "console-log", "process-group", "base-environment"} <= set(
        codes({"web": "respawn\nexec /x\n"}))
    assert "older-systemd" in codes({"web": "exec /x\n"}, log="files", systemd_version=239)
