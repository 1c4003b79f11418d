# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replacement for initctl has the output and the exit statuses of the real program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import replay

EMULATOR = Path(__file__).resolve().parents[3] / "roles" / "emulator" / "files"
PATIENCE = 300.0
JOBS = {
    "web": "description web\nusage \"web FOO\"\nemits web-ready\nexec sleep 1000\n"
    "start on (started multi and net-up IFACE!=lo) or runlevel [2345]\nstop on runlevel [!2345]\n",
    "multi": "instance $N\nusage \"N=number\"\nexec sleep 1000\n",
    "bad": "pre-start exec false\nexec sleep 1000\n",
    "fine": "start on web-ready and stopping multi N=3\n",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("initctl")
    for name, text in JOBS.items():
        (folder / (name + ".conf")).write_text(text)
    address = "unix:abstract=/upstart-unit/%d/initctl" % os.getpid()
    command = [sys.executable, str(EMULATOR / "upstart-emulator"), "--confdir", str(folder), "--logdir", str(folder)]
    process = subprocess.Popen(command + ["--address", address, "--no-startup-event"])
    peer = replay.Peer(address, PATIENCE)
    path = replay.job_path("multi")
    assert "ok" in peer.reply(peer.send(path, replay.UPSTART + ".Job", "Start", "asb", (["N=1"], True)), PATIENCE)
    yield address
    process.terminate()
    process.wait(PATIENCE)


def run(address: str, *words: str, program: str = "initctl", **variables: str) -> tuple[int, str]:
    code = "import sys; sys.path.insert(0, %r); from emulator.tools import initctl; " % str(EMULATOR)
    code += "sys.exit(initctl.main(sys.argv[1], sys.argv[2:]))"
    env = dict(os.environ, UPSTART_SESSION=address, **variables)
    done = subprocess.run(
        [sys.executable, "-c", code, program, *words], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=PATIENCE)
    return done.returncode, re.sub(r"process \d+", "process N", done.stdout)


HELP = "Try `%s --help' for more information.\n"


@pytest.mark.parametrize("words, status, output", [
    ("version", 0, "init (upstart 1.13.2)\n"),
    ("status web", 0, "web stop/waiting\n"),
    ("status multi N=1", 0, "multi (1) start/running, process N\n"),
    ("status multi N=9", 1, "initctl: Unknown instance: 9\n"),
    ("status multi", 1, "initctl: Unknown parameter: N\nUsage: N=number\n"),
    ("status nope", 1, "initctl: Unknown job: nope\n"),
    ("status", 1, "initctl: missing job name\n" + HELP % "initctl"),
    ("start multi N=1", 1, "initctl: Job is already running: multi (1)\n"),
    ("start bad", 1, "initctl: Job failed to start\n"),
    ("start multi N=2", 0, "multi (2) start/running, process N\n"),
    ("restart multi N=2", 0, "multi (2) start/running, process N\n"),
    ("stop multi N=2", 0, "multi stop/waiting\n"),
    ("stop multi N=2", 1, "initctl: Unknown instance: 2\n"),
    ("reload multi N=2", 1, "initctl: Unknown instance: 2\n"),
    ("list", 0, "fine stop/waiting\nweb stop/waiting\nbad stop/waiting\nmulti (1) start/running, process N\n"),
    ("emit nothing A=1", 0, ""),
    ("emit x NOEQ", 1, "initctl: Env must be KEY=VALUE pairs\n"),
    ("log-priority", 0, "message\n"),
    ("usage web", 0, "Usage: web FOO\n"),
    ("show-config web", 0, "web\n  emits web-ready\n"
     "  start on ((started multi and net-up IFACE!=lo) or runlevel [2345])\n  stop on runlevel [!2345]\n"),
    ("show-config -e web", 0, "web\n  emits web-ready\n  start on started (job: multi, env:)\n"
     "  start on net-up (job:, env: IFACE!=lo)\n  start on runlevel (job:, env: [2345])\n"
     "  stop on runlevel (job:, env: [!2345])\n"),
    ("check-config", 1, "web\n  start on: unknown event runlevel\n  start on: unknown event net-up\n"
     "  stop on: unknown event runlevel\n"),
    ("check-config -i runlevel,net-up", 0, ""),
    ("check-config nope", 1, "initctl: Invalid job class: nope\n"),
    ("set-env A=1", 1, "initctl: Not permissible to modify PID 1 job environment\n"),
    ("bogus", 1, "initctl: invalid command: bogus\n" + HELP % "initctl"),
    ("start -x", 1, "initctl: invalid option: -x\n" + HELP % "initctl"),
])
def test_commands(address: str, words: str, status: int, output: str) -> None:
    assert run(address, *words.split()) == (status, output)


def test_initctl_under_the_name_of_a_command(address: str) -> None:
    assert run(address, "nope", program="/sbin/stop") == (1, "stop: Unknown job: nope\n")
    assert run(address, program="start") == (1, "start: missing job name\n" + HELP % "start")


def test_a_job_queries_its_own_status(address: str) -> None:
    assert run(address, "status", UPSTART_JOB="multi", UPSTART_INSTANCE="1") == (
        0, "multi (1) start/running, process N\n")


def test_nobody_listens() -> None:
    status, output = run("unix:abstract=/upstart-unit/nobody", "list")
    assert status == 1
    assert output.startswith("initctl: ")
