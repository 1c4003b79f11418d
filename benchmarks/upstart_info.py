# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare upstart_info with initctl list and initctl show-config, with many jobs on one daemon and in one run.

The benchmark runs the script that Ansible sends to a host, the two commands and the script of ping in turn. The
module's own time is the time of its script minus that of ping. The initctl is that of roles/emulator/files, which
starts more slowly than the real program; --initctl names another program that reads UPSTART_SESSION. The daemon is the
emulator or the command in UPSTART_BOOT (see tests/tools/with_daemon.py). Needs a Python with ansible-core and jeepney.
With --check the exit status is 1 if a figure is above its bound.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "tools"), str(ROOT / "roles" / "emulator" / "files")]

import with_daemon
from emulator.tools.client import Client

from benchmarks.upstart_job import collections_path

LOAD_SECONDS = 60.0
ALL, LEAN, LEAST, PING = "everything", "without stanzas and audit", "min", "ping"
SUBSETS = {ALL: ["all"], LEAN: ["!stanzas", "!audit"], LEAST: ["min"]}
BOUNDS = {ALL: 1.0, LEAN: 0.5}
JOB = """\
# Service number {number}, with what such a file usually has
description "Service number {number}"
author "Operations"

start on (started service{before} and runlevel [2345]){more}
stop on runlevel [!2345]

respawn
respawn limit 5 30
kill timeout 10
setuid root
{group}
limit nofile 4096 8192
env PORT={number}
env OPTIONS="--quiet --data /srv/{number}"
emits service{number}-ready

pre-start script
    # a comment
    test -x /bin/sleep || {{ stop; exit 0; }}
    test -d /tmp
end script

exec /bin/sleep 1000{number}
"""


def job(number: int) -> str:
    """Return a job file; every tenth has a finding, every fourth starts on another event."""
    more = {0: " or service%d-ready" % (number // 2), 2: " or net-device-up IFACE=eth%d" % number}.get(number % 4, "")
    return JOB.format(number=number, before=max(number - 1, 0), more=more, group="setgid root" if number % 10 else "")


def deploy(daemon: with_daemon.Daemon, count: int, running: int) -> None:
    """Write job files, wait until they are loaded, and start some of the jobs."""
    for number in range(count):
        (daemon.conf / f"service{number}.conf").write_text(job(number))
    client = Client(daemon.address)
    deadline = time.monotonic() + LOAD_SECONDS
    while len(client.all_jobs()) < count:
        if time.monotonic() > deadline:
            sys.exit("The daemon does not load all jobs.")
        time.sleep(0.05)
    paths = [client.path_of(f"service{number}") for number in range(running)]
    waiting = {client.send_job(path, "Start", "asb", [], True) for path in paths}
    while waiting:
        waiting.discard(client.next_reply())


def task(daemon: with_daemon.Daemon, subset: list[str]) -> dict[str, Any]:
    return {"sysinit.upstart.upstart_info": {
        "address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "subset": subset}}


def script(daemon: with_daemon.Daemon, collections: Path, task: dict[str, Any]) -> Path:
    """Run a task; return the script that was sent to the host for it."""
    folder = Path(tempfile.mkdtemp(dir=daemon.scratch))
    playbook = folder / "play.json"
    playbook.write_text(json.dumps([{
        "name": "Send it", "hosts": "localhost", "gather_facts": False, "tasks": [{"name": "Look", **task}]}]))
    environment = {
        **os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_REMOTE_TMP": str(folder), "ANSIBLE_KEEP_REMOTE_FILES": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local",
         "-e", "ansible_python_interpreter=%s" % sys.executable, str(playbook)],
        env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit("The playbook failed:\n" + done.stdout + done.stderr)
    (path,) = folder.glob("*/AnsiballZ_*.py")
    return path


def seconds(action: Callable[[], Any]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


def run(*command: str | Path, **environment: str) -> str:
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **environment}).stdout


def measure(daemon: with_daemon.Daemon, collections: Path, initctl: str, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each contestant, round by round."""
    tasks = {**{kind: task(daemon, subset) for kind, subset in SUBSETS.items()}, PING: {"ansible.builtin.ping": {}}}
    scripts = {kind: script(daemon, collections, options) for kind, options in tasks.items()}
    initctl_command = [sys.executable, initctl] if initctl.startswith(str(ROOT)) else [initctl]
    spent: dict[str, list[float]] = {}
    for _round in range(rounds):
        for kind, path in scripts.items():
            spent.setdefault(kind, []).append(seconds(functools.partial(run, sys.executable, path)))
        for command in ("list", "show-config"):
            asked = functools.partial(run, *initctl_command, command, UPSTART_SESSION=daemon.address)
            spent.setdefault("initctl " + command, []).append(seconds(asked))
    result = json.loads(run(sys.executable, scripts[ALL]))
    print("%d jobs, %d instances, %d edges, %d findings, %d kB" % (
        len(result["jobs"]), sum(len(job["instances"]) for job in result["jobs"]), len(result["edges"]),
        len(result["findings"]), len(json.dumps(result)) / 1000))
    if result["left_out"]:
        sys.exit("Something was left out: %s" % result["left_out"])
    return spent


def report(spent: dict[str, list[float]]) -> bool:
    """Print the medians; return whether all are within their bounds."""
    both = [sum(pair) for pair in zip(spent["initctl list"], spent["initctl show-config"])]
    good = True
    for kind, values in {**spent, "initctl list + show-config": both}.items():
        ratio = statistics.median(value / other for value, other in zip(values, both))
        line = "  %-28s %5.2f s [%.2f-%.2f]  %5.2f of list + show-config" % (
            kind, statistics.median(values), min(values), max(values), ratio)
        if kind in SUBSETS:
            own = statistics.median(value - ping for value, ping in zip(values, spent[PING]))
            good = good and own <= BOUNDS.get(kind, own)
            line += "   own time %.2f s" % own + ("   (bound %.1f s)" % BOUNDS[kind] if kind in BOUNDS else "")
        print(line)
    return good


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=1000, help="job files (1000)")
    options.add_argument("--running", type=int, default=200, help="jobs that run (200)")
    options.add_argument("--rounds", type=int, default=7, help="rounds (7)")
    options.add_argument("--initctl", default=str(ROOT / "roles" / "emulator" / "files" / "initctl"), metavar="FILE")
    options.add_argument("--check", action="store_true", help="fail when a bound is exceeded")
    arguments = options.parse_args()
    with collections_path() as collections, with_daemon.running() as daemon:
        deploy(daemon, arguments.jobs, arguments.running)
        good = report(measure(daemon, collections, arguments.initctl, arguments.rounds))
    return 0 if good or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
