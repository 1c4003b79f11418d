# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the role upstart_jobs with the usual loops of ansible.builtin.template and ansible.builtin.service.

Both deploy and start the same jobs on one daemon, then run a second time without changes. Times are those of whole
playbook runs, including the start of ansible-playbook. The role also watches the jobs for a second after their start,
which the loops do not do, so the role is also measured without it (upstart_jobs_stable_for: 0). Processor time is that
of all processes except the daemon's; other work on the machine affects it least.

The builtin module drives Upstart through initctl. It gets the initctl of roles/emulator/files, see services.py. That
initctl is much slower than the real program. Its runs are timed, and the ratios are also given as if it took no time;
--initctl names another program. The daemon is the emulator or the command in UPSTART_BOOT (see
tests/tools/with_daemon.py). Needs root, bash 5 and a Python with ansible-core and jeepney.

--svg writes a plot of the times over the number of jobs, --json its figures.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "tools"), str(ROOT / "roles" / "emulator" / "files")]

import with_daemon
from emulator.tools.client import Client

from benchmarks import plot
from benchmarks.services import Host, Spent, enter_namespace, fact, install_initctl, writable
from benchmarks.upstart_job import collections_path

ROLE, UNWATCHED, LOOPS = "role upstart_jobs", "the role without a watch", "loops of template and service"
PREFIXES = {ROLE: "role", UNWATCHED: "unwatched", LOOPS: "loop"}
RUNS = ("first run", "second run")
AIMS = {"first run": 38, "second run": 90}  # at AIMED jobs
AIMED = 200
TEMPLATE = """\
description "{{ item.description }}"
start on {{ item.start_on }}
stop on {{ item.stop_on }}
respawn
{% for name, value in item.env.items() %}
env {{ name }}={{ value }}
{% endfor %}
exec {{ item.exec }}
"""


@dataclass
class Measured:
    """Times of the runs with a number of jobs, by kind and run."""

    jobs: int
    spent: dict[str, dict[str, Spent]]

    def ratio(self, kind: str, run: str, initctl: bool = True) -> float:
        theirs = self.spent[LOOPS][run]
        return (theirs.wall - (0 if initctl else theirs.initctl)) / self.spent[kind][run].wall

    def cpu_ratio(self, kind: str, run: str) -> float:
        return self.spent[LOOPS][run].cpu / self.spent[kind][run].cpu


def jobs(prefix: str, count: int) -> list[dict[str, Any]]:
    return [{
        "name": "%s%d" % (prefix, number),
        "description": "Service number %d" % number,
        "start_on": "runlevel [2345]",
        "stop_on": "runlevel [!2345]",
        "respawn": True,
        "env": {"PORT": str(8000 + number)},
        "exec": "sleep 100000",
    } for number in range(count)]


def role_play(host: Host, wanted: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return {
        "module_defaults": {"group/sysinit.upstart.upstart": host.place},
        "vars": {"upstart_jobs_list": wanted, "upstart_jobs_manifest_dir": str(host.daemon.scratch / "manifests"),
                 **({"upstart_jobs_stable_for": 0} if kind == UNWATCHED else {})},
        "roles": ["sysinit.upstart.upstart_jobs"],
    }


def loop_tasks(host: Host, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    template = host.daemon.scratch / "job.conf.j2"
    template.write_text(TEMPLATE)
    labelled = {"loop": wanted, "loop_control": {"label": "{{ item.name }}"}}
    return [
        fact(True),
        {"name": "write", "ansible.builtin.template": {
            "src": str(template), "dest": "%s/{{ item.name }}.conf" % host.daemon.conf, "mode": "0644"}, **labelled},
        {"name": "start", "ansible.builtin.service": {"name": "{{ item.name }}", "state": "started"}, **labelled},
    ]


def clear(host: Host, names: list[str]) -> None:
    host.ask("Stop", names)
    for name in names:
        (host.daemon.conf / (name + ".conf")).unlink()
    host.expect_unloaded(names)


def measure(host: Host, count: int) -> Measured:
    """Deploy jobs with each kind of play, twice each."""
    spent: dict[str, dict[str, Spent]] = {}
    for kind, prefix in PREFIXES.items():
        wanted = jobs("%s%d-" % (prefix, count), count)
        names = [job["name"] for job in wanted]
        spent[kind] = {}
        for run in RUNS:
            play = functools.partial(host.play, [], role_play(host, wanted, kind))
            if kind == LOOPS:
                play = functools.partial(host.play, loop_tasks(host, wanted))
            spent[kind][run], records = host.spend(play)
            changed = [name for name, record in records.items() if record["changed"] and name != "fact"]
            if bool(changed) == (run == RUNS[1]):
                sys.exit("The %s of the %s changed %s." % (run, kind, changed or "nothing"))
            host.expect(names, "start/running")
            print("%4d jobs, %-10s, %-30s %7.2f s, %7.2f s of CPU" % (
                count, run, kind, spent[kind][run].wall, spent[kind][run].cpu), file=sys.stderr, flush=True)
        clear(host, names)
    if spent[LOOPS][RUNS[0]].calls < 2 * count:
        sys.exit("The builtin module did not use initctl.")
    return Measured(count, spent)


def table(measured: list[Measured]) -> list[str]:
    lines = ["%6s  %-11s %-24s %9s %10s %9s  %11s  %s" % (
        "jobs", "", "", "", "loops", "ratio", "ratio of CPU", "ratio if initctl took no time")]
    for entry, run, kind in itertools.product(measured, RUNS, (ROLE, UNWATCHED)):
        aim = "   (aim: %d)" % AIMS[run] if entry.jobs == AIMED and kind == ROLE else ""
        lines.append("%6d  %-11s %-24s %7.2f s %8.2f s %7.1f x  %10.1f x  %5.1f x%s" % (
            entry.jobs, run, kind, entry.spent[kind][run].wall, entry.spent[LOOPS][run].wall, entry.ratio(kind, run),
            entry.cpu_ratio(kind, run), entry.ratio(kind, run, initctl=False), aim))
    return lines


def series(measured: list[Measured]) -> list[plot.Series]:
    return [plot.Series("%s, %s" % ("loops" if kind == LOOPS else "role", run), kind == LOOPS, run == RUNS[1],
                        [(entry.jobs, entry.spent[kind][run].wall) for entry in measured])
            for kind in (LOOPS, ROLE) for run in RUNS]


def keep(measured: list[Measured], svg: Path | None, figures: Path | None) -> None:
    """Write the results so far, because all runs together take long."""
    if figures:
        figures.write_text(json.dumps([{"jobs": entry.jobs, "spent": {
            kind: {run: vars(spent) for run, spent in runs.items()} for kind, runs in entry.spent.items()}}
            for entry in measured], indent=1))
    if svg:
        svg.write_text(plot.draw("Wall time of a playbook run", "jobs", "seconds", series(measured)))


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--initctl", default=str(ROOT / "roles" / "emulator" / "files" / "initctl"), metavar="FILE",
                         help="program that reads UPSTART_SESSION (the emulator's)")
    options.add_argument("--jobs", type=int, nargs="+", default=[50, AIMED], help="numbers of jobs (50 200)")
    options.add_argument("--svg", type=Path, metavar="FILE", help="where to write the plot")
    options.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    arguments = options.parse_args()
    enter_namespace()
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(143))  # to clean everything up
    programs = Path("/sbin").resolve()
    with writable(programs, Path("/etc")), collections_path() as collections, with_daemon.running() as daemon:
        host = Host(daemon, collections, Client(daemon.address))
        install_initctl(host, programs, arguments.initctl)
        measured = []
        for count in arguments.jobs:
            measured.append(measure(host, count))
            keep(measured, arguments.svg, arguments.json)
    print("\n".join(table(measured)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
