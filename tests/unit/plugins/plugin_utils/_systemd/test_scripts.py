# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of init in scripts."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd

PATH = "/usr/local/lib/upstart-jobs/web.main"
NEIGHBOURS = {"db": "exec /x\n", "one": "instance $N\nexec /x\n", "waiter": "start on colour C=red\n"}


def script(text: str) -> str:
    result = to_systemd({**NEIGHBOURS, "web": f"script\n:\n{text}\nend script\n"})
    written: str = result["files"][PATH]
    return written.split("\n", 3)[3][:-1]


def findings(text: str) -> list[tuple[str, int]]:
    result = to_systemd({**NEIGHBOURS, "web": f"script\n:\n{text}\nend script\n"})
    return [(item["code"], item["line"]) for item in result["findings"]
            if item["job"] == "web" and item["code"].startswith("script-")]


@pytest.mark.parametrize(("text", "written"), [
    ("initctl emit own", "systemctl start event-own.service"),
    ("/sbin/initctl emit --no-wait own", "systemctl --no-block start event-own.service"),
    ("initctl emit colour C=red", "systemctl start event-colour@red.service"),
    ("initctl emit own A=5", "systemctl start event-own.service"),
    ("start db || true", "systemctl start db.service || true"), ("initctl stop -q db", "systemctl stop db.service"),
    ("stop", "systemctl --no-block stop web.service"), ("start one N=5", "systemctl start one@5.service"),
    ("if start db; then x; fi", "if systemctl start db.service; then x; fi"),
    ("status db | grep -q start/running && x", "systemctl is-active --quiet db.service && x"),
    ("# start db\nstart db", "# start db\nsystemctl start db.service"),
    ("start db\nstart db", "systemctl start db.service\nsystemctl start db.service"),
])
def test_rewritten(text: str, written: str) -> None:
    assert script(text) == written
    assert all(code != "script-call" for code, _line in findings(text))


@pytest.mark.parametrize("text", [
    "start $JOB_NAME", "initctl emit colour C=$X", "initctl list", "start one", "start nobody", "sh -c 'start db'",
    "status db && /bin/x", "x=$(status db)", "/etc/init.d/start db", "start db --verbose", "start",
    "initctl emit colour C=red D=5", "[ -x /sbin/initctl ] && x", "which initctl",
])
def test_reported(text: str) -> None:
    assert script(text) == text
    assert ("script-call", 3) in findings(text)


@pytest.mark.parametrize(("text", "written"), [
    ("status db && restart db", "status db && systemctl restart db.service"),
    ("[ -x /sbin/initctl ] && start db", "[ -x /sbin/initctl ] && systemctl start db.service"),
    ("start db; initctl emit own$X", "systemctl start db.service; initctl emit own$X"),
])
def test_reported_beside_a_rewritten_call(text: str, written: str) -> None:
    assert script(text) == written
    assert {("script-call", 3), ("script-start", 3)} <= set(findings(text))


@pytest.mark.parametrize("text", ["echo start db", "# start db", "restart-db", "start-stop-daemon --start", "reboot"])
def test_no_call(text: str) -> None:
    assert script(text) == text and findings(text) == []


@pytest.mark.parametrize(("text", "expected"), [
    ("x\necho $UPSTART_EVENTS", [("script-events", 4)]), ("echo ${RESULT}", [("script-variable", 3)]),
    ("RESULT=5\necho $RESULT", []), ("echo $UPSTART_JOB $UPSTART_INSTANCE", []),
])
def test_variables(text: str, expected: list[tuple[str, int]]) -> None:
    assert findings(text) == expected


def test_each_call_has_its_line() -> None:
    assert findings("start db\n# stop db\nstart db\nstop db") == [
        ("script-start", 3), ("script-start", 5), ("script-start", 6)]


def test_variables_that_other_jobs_send() -> None:
    jobs = {"web": "exec /x $VERSION\n", "db": "exec initctl emit own VERSION=7 && x\n",
            "env": "env VERSION=5\nexec /x $VERSION\n"}
    assert [(item["job"], item["subject"]) for item in to_systemd(jobs)["findings"]
            if item["code"] == "script-variable"] == [("web", "$VERSION")]


@pytest.mark.parametrize(("text", "names"), [
    ("exec /bin/x --version $VERSION ${PORT}", ["$PORT", "$VERSION"]), ("env VERSION=1\nexec /bin/x $VERSION", []),
    ("exec /bin/x $PATH $UPSTART_JOB", []), ("exec sh -c 'V=1; echo $V'", []), ("exec /bin/x ${VERSION:-1}", []),
    ("script\n  . /etc/default/x\n  exec /bin/x $VERSION\nend script", []),
    ("instance $N\nexec /bin/x $N", []), ("pre-start exec /bin/x $VERSION\nexec /bin/x", ["$VERSION"]),
])
def test_a_variable_that_only_the_start_can_set(text: str, names: list[str]) -> None:
    """The event comes from outside of the jobs, so nothing else names its variables."""
    findings = to_systemd({"job": f"start on deployed\n{text}\n"})["findings"]
    assert sorted(item["subject"] for item in findings if item["code"] == "script-variable") == names


def test_the_line_of_a_command() -> None:
    result = to_systemd({"web": "nice 5\npost-stop exec initctl emit own\n"})
    (finding,) = [item for item in result["findings"] if item["code"] == "script-emit"]
    assert (finding["line"], finding["subject"]) == (2, "initctl emit own")
