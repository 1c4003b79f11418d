# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure a task of upstart_job that deploys many jobs.

Wall times are multiples of an ansible.builtin.ping task just before in the same play, which makes figures from
different machines comparable. Each round is a playbook run with its own daemon. It runs the task twice: the first run
writes all files and loads them, the second changes nothing. A module that only returns the same list shows Ansible's
own share. Every module is used once before it is measured, because its first use in a playbook run also builds its
script.

The daemon is the emulator, whose time to load the files counts too, or the command in UPSTART_BOOT (see
tests/tools/with_daemon.py). Needs a Python with ansible-core and jeepney. With --check the exit status is
1 if a median is above its bound.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import with_daemon

RUNS = ("only returned", "first run", "second run")
BOUNDS = {"first run": 3.0, "second run": 2.0}  # for plain jobs
PING = "ping before: "


def plain(number: int) -> dict[str, Any]:
    """Return the options of a common job."""
    return {
        "name": "service%d" % number,
        "description": "Service number %d" % number,
        "start_on": "runlevel [2345]",
        "stop_on": "runlevel [!2345]",
        "respawn": True,
        "env": {"PORT": str(number)},
        "exec": "/usr/sbin/service --port $PORT",
    }


def rich(number: int) -> dict[str, Any]:
    """Return the options of a job that uses many stanzas."""
    return {
        **plain(number),
        "start_on": {"all": ["local-filesystems", {"started": "service0"}]},
        "stop_on": {"runlevel": "!2345"},
        "respawn_limit": {"count": 9, "interval": 30},
        "limits": {"nofile": {"soft": 65536, "hard": 65536}},
        "env": {"PORT": str(number), "OPTIONS": "--quiet --number %d" % number},
        "pre_start": "[ -r /etc/default/service ] || { stop; exit 0; }\ninstall -d /run/service%d\n" % number,
    }


KINDS: dict[str, Callable[[int], dict[str, Any]]] = {"plain": plain, "rich": rich}


def play(daemon: with_daemon.Daemon, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a playbook that uses each module once and then measures, with a ping before each run."""
    place = {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log)}
    idle: dict[str, Any] = {"idle": {"jobs": jobs}}
    deploy: dict[str, Any] = {"sysinit.upstart.upstart_job": {**place, "jobs": jobs}}
    tasks: list[dict[str, Any]] = [
        {"name": "use ping", "ansible.builtin.ping": {}},
        {"name": "use idle", "idle": {"jobs": []}},
        {"name": "use upstart_job", "sysinit.upstart.upstart_job": {**place, "name": "none", "state": "absent"}},
    ]
    for name, action in zip(RUNS, (idle, deploy, deploy)):
        tasks.append({"name": PING + name, "ansible.builtin.ping": {}})
        tasks.append({"name": name, **action})
    return [{"name": "Measure", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]


@contextlib.contextmanager
def collections_path() -> Iterator[Path]:
    """Create a folder in which Ansible finds this checkout as a collection."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        parent = Path(folder) / "ansible_collections" / "sysinit"
        parent.mkdir(parents=True)
        (parent / "upstart").symlink_to(ROOT, target_is_directory=True)
        yield Path(folder)


def measure(collections: Path, jobs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the seconds of each task of one playbook run, by its name."""
    with with_daemon.running() as daemon:
        playbook, times = daemon.scratch / "play.json", daemon.scratch / "times.jsonl"
        playbook.write_text(json.dumps(play(daemon, jobs)))
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_LIBRARY": str(ROOT / "benchmarks" / "library"),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
            "ANSIBLE_HOME": str(daemon.scratch / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "STOPWATCH": str(times),
        }
        done = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local",
             "-e", "ansible_python_interpreter=%s" % sys.executable, str(playbook)],
            env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit("The playbook failed:\n" + done.stdout + done.stderr)
        tasks = {task["name"]: task for task in map(json.loads, times.read_text().splitlines())}
    if not tasks["first run"]["changed"] or tasks["second run"]["changed"]:
        sys.exit("The first run must change something and the second nothing: these figures are invalid.")
    return {name: task["seconds"] for name, task in tasks.items()}


def show(rounds: list[dict[str, float]], bounds: dict[str, float]) -> list[str]:
    """Print a table and return the names of the runs whose median is above its bound."""
    print("%-14s %7s %7s %7s %7s %8s %8s" % ("", "median", "least", "most", "bound", "ms", "ping ms"))
    slow = []
    for run in RUNS:
        times, pings = [tasks[run] for tasks in rounds], [tasks[PING + run] for tasks in rounds]
        ratios = [time / ping for time, ping in zip(times, pings)]
        median = statistics.median(ratios)
        print("%-14s %7.2f %7.2f %7.2f %7s %8.0f %8.0f" % (
            run, median, min(ratios), max(ratios), bounds.get(run, "-"),
            statistics.median(times) * 1e3, statistics.median(pings) * 1e3))
        if median > bounds.get(run, median):
            slow.append(run)
    return slow


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="fail when a bound is broken")
    options.add_argument("--jobs", type=int, default=200, help="jobs in one task (200)")
    options.add_argument("--kind", choices=sorted(KINDS), default="plain", help="kind of jobs (plain)")
    options.add_argument("--rounds", type=int, default=7, help="playbook runs (7)")
    arguments = options.parse_args()
    jobs = [KINDS[arguments.kind](number) for number in range(arguments.jobs)]
    with collections_path() as collections:
        rounds = [measure(collections, jobs) for _round in range(arguments.rounds)]
    print("%d %s jobs in one task, %d rounds; times a ping task" % (arguments.jobs, arguments.kind, arguments.rounds))
    slow = show(rounds, BOUNDS if arguments.kind == "plain" else {})
    if slow:
        print("out of bounds: %s" % ", ".join(slow))
    return 1 if slow and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
