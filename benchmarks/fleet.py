# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the role upstart_jobs on many hosts at once with ansible.builtin.ping to the same hosts.

Each host is this machine with its own daemon. A round is three playbook runs: ping, a run of the role that deploys and
starts jobs, and a run of the role that changes nothing. Times are those of whole runs, ratios are those of a round. All
daemons and modules share this machine's processors with Ansible.

The daemons are emulators or the command in UPSTART_BOOT (see tests/tools/with_daemon.py). Needs a Python with
ansible-core and jeepney.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "tools"), str(ROOT / "tests" / "emulator")]

import with_fleet

from benchmarks.deploy import RUNS, jobs
from benchmarks.upstart_job import collections_path

PING = "ping"


def plays(count: int, number: int) -> dict[str, dict[str, Any]]:
    """Return the play of each kind; every round has its own jobs."""
    place = {name: "{{ upstart_%s }}" % name for name in ("address", "conf_dir", "log_dir")}
    role = {
        "module_defaults": {"group/sysinit.upstart.upstart": place},
        "vars": {"upstart_jobs_list": jobs("round%d-" % number, count),
                 "upstart_jobs_manifest_dir": "{{ upstart_conf_dir }}.manifests"},
        "roles": ["sysinit.upstart.upstart_jobs"],
    }
    return {PING: {"tasks": [{"name": "Ping", "ansible.builtin.ping": {}}]}, **dict.fromkeys(RUNS, role)}


def run(folder: Path, play: dict[str, Any], environment: dict[str, str]) -> tuple[float, int]:
    """Run a play on all hosts; return its seconds and the number of hosts that it changed."""
    path = folder / "play.json"
    path.write_text(json.dumps([{"name": "Measure", "hosts": "all", "gather_facts": False, **play}]))
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-m", "ansible", "playbook", "-i", str(folder / "hosts.json"), str(path)],
                           env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if ended.returncode:
        sys.exit("The playbook failed:\n" + ended.stdout + ended.stderr)
    recap = ended.stdout.rpartition("PLAY RECAP")[2].splitlines()[1:]
    return seconds, sum("changed=0 " not in line for line in recap if line.strip())


def measure(folder: Path, options: argparse.Namespace, environment: dict[str, str]) -> list[dict[str, float]]:
    rounds = []
    for number in range(options.rounds + 1):
        seconds = {}
        for kind, play in plays(options.jobs, number).items():
            seconds[kind], changed = run(folder, play, environment)
            if changed != (options.hosts if kind == RUNS[0] else 0):
                sys.exit("%s: %d of %d hosts changed." % (kind, changed, options.hosts))
        print(", ".join("%s %.2f s" % times for times in seconds.items()), file=sys.stderr, flush=True)
        rounds.append(seconds)
    return rounds[1:]  # the first round fills caches


def report(options: argparse.Namespace, rounds: list[dict[str, float]]) -> list[str]:
    lines = ["%d hosts, %d forks, %d jobs each, %d rounds, %d cores" % (
        options.hosts, options.forks, options.jobs, len(rounds), os.cpu_count() or 0)]
    for kind in (PING, *RUNS):
        ratios = [times[kind] / times[PING] for times in rounds]
        lines.append("  %-10s %7.2f s   %5.2f x ping [%.2f-%.2f]" % (
            kind, statistics.median(times[kind] for times in rounds), statistics.median(ratios), min(ratios),
            max(ratios)))
    return lines


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=20, help="hosts, each with a daemon (20)")
    parser.add_argument("--forks", type=int, default=10, help="hosts that Ansible works on at the same time (10)")
    parser.add_argument("--jobs", type=int, default=10, help="jobs on each host (10)")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds, after a round that fills caches (3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, collections_path() as collections, \
            with_fleet.running(options.hosts) as daemons:
        folder = Path(scratch)
        (folder / "hosts.json").write_text(json.dumps(with_fleet.inventory(daemons)))
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_FORKS": str(options.forks),
            "ANSIBLE_NOCOLOR": "1",
        }
        rounds = measure(folder, options, environment)
    print("\n".join(report(options, rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
