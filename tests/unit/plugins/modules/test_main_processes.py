# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of upstart_service for main processes that end, hang or are suspended.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import os
import signal
import time

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import rival_host, waiting
from ansible_collections.sysinit.upstart.tests.unit.support.rival_host import RUNS, Host

host = rival_host.host
LONGER_THAN_A_LIFE = 5  # seconds that a process must run; here they end after 0.2, later on a busy machine


def test_a_warning_about_a_suspended_process(host: Host) -> None:
    noted = host.daemon.log / "pid"
    suspended = f"[ -s {noted} ] && grep -q '^State:.T' /proc/$(cat {noted})/status"
    host.write("web", "post-start script\n"
                      f"  until {suspended}; do sleep 0.05; done\nend script\n"
                      f"script\n  echo $$ > {noted}\n  kill -STOP $$\n  exec sleep 1000\nend script\n")
    answer = host.run("web", "started")
    assert answer.get("changed") is True, answer
    assert "does not run: its main process" in str(answer["warnings"])


def test_a_zombie_is_no_service(host: Host) -> None:
    """With a wrong expect fork, Upstart tracks a child that its parent does not collect."""
    program = host.daemon.log / "program.py"
    program.write_text("import os, time\nif os.fork() == 0:\n    time.sleep(0.2)\n    os._exit(0)\ntime.sleep(300)\n")
    host.write("web", f"expect fork\nexec /usr/bin/python3 {program}\n")
    for _run in range(2):
        answer = host.run("web", "started", stable_for=LONGER_THAN_A_LIFE)
        assert answer.get("failed") is True, answer
        assert answer["msg"].startswith("Job web has no living main process: Upstart tracks process ")
    assert host.run("web", "stopped").get("changed") is True


def test_a_process_that_no_longer_exists_is_reported_at_once(host: Host) -> None:
    """The task does not wait until the end of stable_for or timeout."""
    program = host.daemon.log / "program.py"
    program.write_text("import os, time\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\ntime.sleep(300)\n")
    host.write("web", f"expect fork\nexec /usr/bin/python3 {program}\n")
    began = time.monotonic()
    answer = host.run("web", "started", stable_for=1, timeout=600)
    assert answer.get("failed") is True and "which no longer exists" in answer["msg"], answer
    assert time.monotonic() - began < 300, "the task waited until its timeout"


def test_a_crash_loop_has_its_exit_status(host: Host) -> None:
    host.write("web", "respawn\nrespawn limit unlimited\nscript\n  sleep 0.1\n  exit 3\nend script\n")
    answer = host.run("web", "started", stable_for=LONGER_THAN_A_LIFE)
    assert "does not stay up and is being respawned: its main process exited with status 3." in answer["msg"]
    assert answer["exit_status"] == 3
    host.client.request_instance("Stop", "web", "")


def test_the_error_without_a_log_of_init_names_init_log(host: Host) -> None:
    host.write("web", "respawn\nrespawn limit unlimited\nscript\n  sleep 0.1\n  exit 3\nend script\n")
    answer = host.run("web", "started", stable_for=LONGER_THAN_A_LIFE, init_log="/dev/null")
    assert "but /dev/null has nothing about it; set init_log to the right file." in answer["msg"]
    host.client.request_instance("Stop", "web", "")


def test_a_warning_when_a_suspended_process_is_reloaded(host: Host) -> None:
    host.write("web", RUNS)
    host.start("web")
    pid = next(process.pid for process in processes.table(host.client.connection.peer["pid"]).values()
               if process.inner == host.status("web")["processes"]["main"])
    os.kill(pid, signal.SIGSTOP)
    waiting.wait_for(lambda: processes.state_of(host.client.connection.peer["pid"], pid) in processes.SUSPENDED,
                     "the process is not suspended")
    answer = host.run("web", "reloaded")
    assert answer.get("changed") is True and "is suspended by a signal" in str(answer["warnings"]), answer


def test_a_respawn_before_the_others_are_up_counts(host: Host) -> None:
    once = host.daemon.log / "once"
    host.write("b", f"respawn\nscript\n  [ -e {once} ] && exec sleep 1000\n  touch {once}\n  exit 1\nend script\n")
    host.write("late", "pre-start exec sleep 2\n" + RUNS)
    answer = host.run(["b", "late"], "started")
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("Job b does not stay up and is being respawned"), answer


@pytest.mark.parametrize(("body", "words"), [
    ("script\n  sleep 0.1\nend script\n", "its main process exited without an error"),
    ("respawn\nrespawn limit unlimited\nscript\n  sleep 0.1\n  exit 1\nend script\n", "and is being respawned")])
def test_a_process_that_ends_by_itself_after_a_restart(host: Host, body: str, words: str) -> None:
    host.write("web", RUNS)
    host.start("web")
    host.write("web", body)
    answer = host.run("web", "restarted", stable_for=LONGER_THAN_A_LIFE)
    assert answer.get("failed") is True and words in answer["msg"], answer
    host.client.request_instance("Stop", "web", "")
