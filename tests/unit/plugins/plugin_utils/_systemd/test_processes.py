# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a job."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.processes import (
    LONGEST_LINE,
    STOP_FUNCTION,
    pid_file,
)
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import unit_lines

FOLDER = "/usr/local/lib/upstart-jobs"


@pytest.mark.parametrize(("text", "line"), [
    ("exec /bin/x -a 50%", "ExecStart=/bin/x -a 50%%"), ("exec /bin/x $A", 'ExecStart=/bin/sh -e -c "exec /bin/x $$A"'),
    ("exec x", 'ExecStart=/bin/sh -e -c "exec x"'), ("script\nx\nend script",
                                                     f"ExecStart=/bin/sh -e {FOLDER}/web.main"),
    ("nice 5", "ExecStart=/bin/true"), ("pre-start exec /x", "ExecStart=/x"),
    ("exec /y\npre-start exec /x", "ExecStartPre=/x"), ("exec /y\npost-start exec /x", "ExecStartPost=-/x"),
    ("exec /y\npost-stop exec /x", "ExecStopPost=-/x"), ("pre-stop exec /x", "ExecStop=-/x"),
    ("exec /y\npre-stop exec /x", 'ExecStop=-/bin/sh -e -c "[ -n \\"$$MAINPID\\" ] || exit 0; exec /x"'),
    ("exec /y\nreload signal USR1", "ExecReload=/bin/kill -10 $MAINPID"),
    ("exec /bin/x a\u00a0b c", 'ExecStart=/bin/x "a\u00a0b" c'),
    ("exec /y\napparmor load /a", "ExecStartPre=-+/sbin/apparmor_parser -r -W /a"),
])
def test_settings(text: str, line: str) -> None:
    assert line in unit_lines({"web": f"{text}\n"})


def test_nothing_waits_for_a_task_that_stops_itself() -> None:
    assert not [line for line in unit_lines({"web": "task\nexpect stop\nexec /x\n"}) if "ExecStartPost" in line]


def test_a_long_command_gets_a_file() -> None:
    result = to_systemd({"web": f"exec /x {'a' * LONGEST_LINE}\n"})
    assert result["files"][f"{FOLDER}/web.main"].splitlines()[2].startswith("exec /x aaa")


def test_a_job_that_stops_itself() -> None:
    result = to_systemd({"web": "pre-start script\n[ -x /x ] || { stop; exit 0; }\nend script\nexec /x\n"})
    assert result["files"][f"{FOLDER}/web.pre-start"].endswith(STOP_FUNCTION + "[ -x /x ] || { stop; exit 0; }\n")


def test_scripts_that_an_override_replaces() -> None:
    jobs = {"web": {"conf": "script\na\nend script\n", "override": "script\nb\nend script\n"}}
    files = to_systemd(jobs)["files"]
    assert files[f"{FOLDER}/web.main"].endswith("\nb\n") and files[f"{FOLDER}/web.main.conf"].endswith("\na\n")
    assert f"ExecStart=/bin/sh -e {FOLDER}/web.main.conf" in unit_lines(jobs)


@pytest.mark.parametrize(("command", "path"), [
    ("/x --pidfile=/run/x.pid", "/run/x.pid"), ("/x --pid-file '/run/x'", "/run/x"), ("/x -p 5", None),
    ("# --pidfile /no\n/x --pidfile /run/x", "/run/x")])
def test_pid_file(command: str, path: str | None) -> None:
    assert pid_file(command) == path
