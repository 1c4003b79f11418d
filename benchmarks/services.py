# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare upstart_service with ansible.builtin.service and ping, on one daemon and in one run.

First the benchmark starts many services: with one task of upstart_service, and with ansible.builtin.service in a loop.
Then it measures tasks that change nothing: the scripts alone, as they run on a host; a play that mixes all kinds of
tasks; and plays of equal tasks, minus the time of an empty play. The last kind includes the cost of a module's first
use in a playbook run and reports processor time, but other work on the machine affects it most.

The builtin module drives Upstart through initctl. It gets the initctl of roles/emulator/files in a mount namespace,
which needs root and bash 5. That initctl is much slower than the real program. Its runs are timed, and the ratios are
also given as if it took no time; --initctl names another program. The daemon is the emulator or the command in
UPSTART_BOOT (see tests/tools/with_daemon.py). Needs a Python with ansible-core and jeepney.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import resource
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "tools"), str(ROOT / "roles" / "emulator" / "files")]

import with_daemon
from emulator.dbus.paths import INSTANCE
from emulator.tools.client import Client, DBusError

from benchmarks.upstart_job import collections_path

T = TypeVar("T")
OUTER = "SERVICES_OUTER_NAMESPACE"
PRE_START = 0.5  # seconds
TASKS = 20  # in a play of equal ones
TURNS = 40  # in a play of all kinds
SCRIPT_RUNS = 21
LOAD_SECONDS = 30.0
STABLE = 1.5  # seconds after which a job counts as settled, see stable_for
OURS, BUILTIN, BARE, PING = "upstart_service", "builtin.service", "builtin.service, no facts", "ping"
TIMED = """#!/bin/bash
export LC_ALL=C PYTHON=%s UPSTART_SESSION=%s
began=$EPOCHREALTIME
%s "$@"
status=$?
echo $began $EPOCHREALTIME >>%s
exit $status
"""


@dataclass
class Spent:
    """Seconds of wall time and of processor time of all processes below; how often initctl ran, and how long."""

    wall: float
    cpu: float
    calls: int
    initctl: float

    def per_task(self, empty: Spent) -> Spent:
        """Return the share of a task in a play, without the time of an empty play."""
        return Spent((self.wall - empty.wall) / TASKS, (self.cpu - empty.cpu) / TASKS, self.calls // TASKS,
                     self.initctl / TASKS)


@dataclass
class Host:
    """The daemon and the tools that the playbooks use."""

    daemon: with_daemon.Daemon
    collections: Path
    client: Client

    @property
    def log(self) -> Path:
        return self.daemon.scratch / "initctl.log"

    def runs(self) -> list[float]:
        """Return the seconds of all runs of initctl so far."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [float(end) - float(begin) for begin, end in map(str.split, lines)]

    @property
    def place(self) -> dict[str, str]:
        return {"address": self.daemon.address, "conf_dir": str(self.daemon.conf), "log_dir": str(self.daemon.log)}

    def spend(self, action: Callable[[], T]) -> tuple[Spent, T]:
        """Return the time of an action, including its child processes, and its result."""
        before, earlier = resource.getrusage(resource.RUSAGE_CHILDREN), len(self.runs())
        began = time.monotonic()
        result = action()
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        runs = self.runs()[earlier:]
        return Spent(wall, cpu, len(runs), sum(runs)), result

    def run(self, *command: str | Path) -> Spent:
        """Return the time of a program."""
        return self.spend(functools.partial(subprocess.run, command, check=True, capture_output=True))[0]

    def play(self, tasks: list[dict[str, Any]], more: dict[str, Any] | None = None,
             **settings: str) -> dict[str, dict[str, Any]]:
        """Run a play with tasks, and ``more`` keywords; return the stopwatch's record of each task by its name."""
        playbook, times = self.daemon.scratch / "play.json", self.daemon.scratch / "times.jsonl"
        times.unlink(missing_ok=True)
        playbook.write_text(json.dumps([
            {"name": "Measure", "hosts": "localhost", "gather_facts": False, "tasks": tasks, **(more or {})}]))
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "benchmarks" / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
            "ANSIBLE_HOME": str(self.daemon.scratch / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "STOPWATCH": str(times),
            **settings,
        }
        command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local",
                   "-e", "ansible_python_interpreter=%s" % sys.executable, str(playbook)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as process:
            try:
                output = process.communicate()[0]
            except BaseException:
                process.terminate()  # not killed: its workers must end first, or they write where we clean up
                raise
        if process.returncode:
            sys.exit("The playbook failed:\n" + output)
        return {task["name"]: task for task in map(json.loads, times.read_text().splitlines())}

    def script(self, task: dict[str, Any]) -> tuple[Path, dict[str, Any]]:
        """Run a task; return the script that was sent to the host for it, and the stopwatch's record."""
        folder = Path(tempfile.mkdtemp(dir=self.daemon.scratch))
        records = self.play([{"name": "measured", **task}], ANSIBLE_REMOTE_TMP=str(folder),
                            ANSIBLE_KEEP_REMOTE_FILES="1")
        (script,) = folder.glob("*/AnsiballZ_*.py")
        return script, records["measured"]

    def statuses(self, names: list[str]) -> list[str]:
        """Return goal/state of each job, as the daemon reports it."""
        statuses = []
        for name in names:
            try:
                path = self.client.job(self.client.path_of(name), "GetInstance", "as", [])[0]
                values = self.client.properties(path, INSTANCE)
                statuses.append("%(goal)s/%(state)s" % values)
            except DBusError:
                statuses.append("stop/waiting")
        return statuses

    def expect(self, names: list[str], status: str) -> None:
        wrong = {name: current for name, current in zip(names, self.statuses(names)) if current != status}
        if wrong:
            sys.exit("Not all jobs are in %s: %s" % (status, wrong))

    def expect_unloaded(self, names: list[str]) -> None:
        deadline = time.monotonic() + LOAD_SECONDS
        while set(names) & set(self.client.all_jobs()):
            if time.monotonic() > deadline:
                sys.exit("The daemon still knows the jobs.")
            time.sleep(0.05)

    def ask(self, method: str, names: list[str]) -> None:
        """Start or stop all jobs at once."""
        paths = [self.client.path_of(name) for name in names]
        waiting = {self.client.send_job(path, method, "asb", [], True) for path in paths}
        while waiting:
            waiting.discard(self.client.next_reply())

    def reset(self, names: list[str]) -> None:
        """Check that all jobs run, and stop them."""
        self.expect(names, "start/running")
        self.ask("Stop", names)
        self.expect(names, "stop/waiting")


def enter_namespace() -> None:
    """Run this program again in its own mount namespace, unless it already is in one."""
    namespace = os.readlink("/proc/self/ns/mnt")
    if os.environ.get(OUTER) not in (None, namespace):
        return
    if os.geteuid() != 0:
        sys.exit("Run this as root: ansible.builtin.service gets its initctl in a mount namespace.")
    os.environ[OUTER] = namespace
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


@contextlib.contextmanager
def writable(*folders: Path) -> Iterator[None]:
    """Mount a memory file system over folders; files written there are only visible in this namespace."""
    with tempfile.TemporaryDirectory(prefix="services-") as memory, contextlib.ExitStack() as mounts:
        mount("-t", "tmpfs", "tmpfs", memory)
        mounts.callback(subprocess.run, ["umount", "--lazy", memory], check=True)
        for number, folder in enumerate(folders):
            upper, work = Path(memory, "upper%d" % number), Path(memory, "work%d" % number)
            upper.mkdir()
            work.mkdir()
            mount("-t", "overlay", "overlay", "-o", f"lowerdir={folder},upperdir={upper},workdir={work}", str(folder))
            mounts.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
        yield


def install_initctl(host: Host, folder: Path, program: str) -> None:
    """Install what the builtin module expects: /etc/init, and an initctl that records the time of its runs."""
    script = folder / "initctl"
    script.unlink(missing_ok=True)
    script.write_text(TIMED % tuple(
        shlex.quote(str(word)) for word in (sys.executable, host.daemon.address, program, host.log)))
    script.chmod(0o755)
    init = Path("/etc/init")
    if init.is_dir() and not init.is_symlink():
        mount("--bind", str(host.daemon.conf), str(init))
    else:
        init.symlink_to(host.daemon.conf)


def deploy(host: Host, count: int) -> list[str]:
    """Write the job files and wait until the daemon has loaded them; return the names."""
    names = ["service%d" % number for number in range(count)]
    for name in names:
        path = host.daemon.conf / (name + ".new")
        path.write_text("pre-start exec sleep %g\nexec sleep 100000\n" % PRE_START)
        path.rename(host.daemon.conf / (name + ".conf"))
    deadline = time.monotonic() + LOAD_SECONDS
    while not set(names) <= set(host.client.all_jobs()):
        if time.monotonic() > deadline:
            sys.exit("The daemon has not loaded the job files.")
        time.sleep(0.05)
    return names


def fact(manager: bool) -> dict[str, Any]:
    """Return a task that sets the service manager's fact; otherwise the builtin module detects it in each task."""
    values = {"ansible_service_mgr": "upstart"} if manager else {"ansible_other": "upstart"}
    return {"name": "fact", "ansible.builtin.set_fact": {**values, "cacheable": True}}


def start_many(host: Host, names: list[str]) -> list[str]:
    """Start all jobs in one task, by hand with its script, and in a loop of the builtin module; return the report."""
    ours = {}
    for stable_for in (1, 0):
        wanted = {**host.place, "name": names, "state": "started", "stable_for": stable_for}
        script, record = host.script({"sysinit.upstart.upstart_service": wanted})
        host.reset(names)
        ours[stable_for] = (record, host.run(sys.executable, script))
        host.reset(names)
    daemon, _none = host.spend(functools.partial(host.ask, "Start", names))
    host.reset(names)
    spent, records = host.spend(functools.partial(host.play, [fact(True), {
        "name": "loop", "ansible.builtin.service": {"name": "{{ item }}", "state": "started"}, "loop": names}]))
    host.reset(names)
    if not (ours[1][0]["changed"] and records["loop"]["changed"]) or spent.calls < 2 * len(names):
        sys.exit("A task changed nothing, or the builtin module did not use initctl (%d runs)." % spent.calls)
    theirs = records["loop"]["seconds"]
    quick = theirs - spent.initctl + len(names) * PRE_START
    lines = ["%d services with a pre-start of %g s" % (len(names), PRE_START),
             "  %-44s %6.2f s" % ("the daemon alone, all starts at once", daemon.wall)]
    for stable_for, (record, module) in ours.items():
        lines += ["  %-44s %6.2f s, %.2f s of CPU%s" % (
            "the module alone, stable_for %d" % stable_for, module.wall, module.cpu, "   (bound 3)" * stable_for),
            "  %-44s %6.2f s" % ("the task, stable_for %d" % stable_for, record["seconds"])]
    lines.append("  %-44s %6.2f s, %d runs of initctl" % ("builtin.service in a loop", theirs, spent.calls))
    return lines + ["  %-44s %6.1f x, %.1f x if initctl took no time%s" % (
        "builtin.service / the task, stable_for %d" % stable_for, theirs / record["seconds"],
        quick / record["seconds"], "   (aim: over 30)" * stable_for) for stable_for, (record, _module) in ours.items()]


def kinds(host: Host, job: str) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the first task of a play and the one that is repeated, by kind."""
    wanted = {"name": job, "state": "started"}
    builtin = {"ansible.builtin.service": wanted}
    return {
        OURS: (fact(True), {"sysinit.upstart.upstart_service": {**host.place, **wanted}}),
        BUILTIN: (fact(True), builtin),
        BARE: (fact(False), builtin),
        PING: (fact(True), {"ansible.builtin.ping": {}}),
    }


def nothing_changed(records: dict[str, dict[str, Any]]) -> None:
    changed = [name for name, record in records.items() if record["changed"] and name != "fact"]
    if changed:
        sys.exit("Tasks changed something: " + ", ".join(changed))


def turns(host: Host, job: str) -> list[dict[str, Spent]]:
    """Return the time of each kind of task in a play that mixes all kinds; the first task of a kind does not count."""
    tasks = {kind: task for kind, (first, task) in kinds(host, job).items() if first == fact(True)}
    spent, records = host.spend(functools.partial(host.play, [fact(True), *(
        {"name": "%s %d" % (kind, number), **task} for number in range(TURNS + 1) for kind, task in tasks.items())]))
    nothing_changed(records)
    calls = {BUILTIN: (spent.calls // (TURNS + 1), spent.initctl / (TURNS + 1))}
    return [{kind: Spent(records["%s %d" % (kind, number)]["seconds"], 0.0, *calls.get(kind, (0, 0.0)))
             for kind in tasks} for number in range(1, TURNS + 1)]


def play_rounds(host: Host, job: str, rounds: int) -> list[dict[str, Spent]]:
    """Return the time of each kind of task for each round, without the time of an empty play."""
    taken = []
    plays = {kind: [first, *({"name": "%s %d" % (kind, number), **task} for number in range(TASKS))]
             for kind, (first, task) in kinds(host, job).items()}
    plays = {"": [fact(True)], **plays}
    for number in range(rounds):
        spent = {}
        for kind, tasks in plays.items():
            spent[kind], records = host.spend(functools.partial(host.play, tasks))
            nothing_changed(records)
        empty = spent.pop("")
        taken.append({kind: value.per_task(empty) for kind, value in spent.items()})
        print("  round %d: %s" % (number + 1, ", ".join(
            "%s %.0f ms" % (kind, value.wall * 1e3) for kind, value in taken[-1].items())), file=sys.stderr, flush=True)
    return taken


def script_rounds(host: Host, job: str) -> list[dict[str, Spent]]:
    """Return the time of the script of each kind of task when it is run by hand."""
    all_kinds = kinds(host, job)
    builtin = {"ansible.builtin.service": {"name": job, "state": "started", "use": "service"}}
    tasks = {PING: all_kinds[PING][1], OURS: all_kinds[OURS][1], BUILTIN: builtin}
    scripts = {kind: host.script(task)[0] for kind, task in tasks.items()}
    return [{kind: host.run(sys.executable, script) for kind, script in scripts.items()}
            for _round in range(SCRIPT_RUNS)]


def table(title: str, rounds: list[dict[str, Spent]]) -> list[str]:
    """Return medians, and ratios to ping of the same round; no CPU ratio if unknown or if it includes initctl."""
    def ratios(of: Callable[[Spent], float]) -> str:
        values = [of(times[kind]) / of(times[PING]) for times in rounds]
        return "%.2f [%.2f-%.2f]" % (statistics.median(values), min(values), max(values))

    lines = ["%s, n = %d; ratios to ping, round by round" % (title, len(rounds)), "  %-26s %6s %7s  %-18s %-18s %s" % (
        "", "ms", "CPU ms", "CPU", "wall", "wall, if initctl took no time")]
    for kind in rounds[0]:
        runs = [times[kind] for times in rounds]
        lines.append(("  %-26s %6.0f %7s  %-18s %-18s %s" % (
            kind, statistics.median(run.wall for run in runs) * 1e3,
            "%.0f" % (statistics.median(run.cpu for run in runs) * 1e3) if runs[0].cpu else "",
            ratios(lambda run: run.cpu) if runs[0].cpu and not runs[0].calls else "", ratios(lambda run: run.wall),
            ratios(lambda run: run.wall - run.initctl) if runs[0].calls else "")).rstrip())
    return lines


def measure(host: Host, services: int, rounds: int) -> list[str]:
    """Return the whole report."""
    names = deploy(host, services)
    report = ["%d cores" % (os.cpu_count() or 0), "", *start_many(host, names)]
    print("\n".join(report[2:]), file=sys.stderr, flush=True)
    job = names[0]
    host.client.job(host.client.path_of(job), "Start", "asb", [], True)
    time.sleep(STABLE)
    report += ["", *table("A script alone, nothing to do", script_rounds(host, job))]
    report += ["", *table("One task, nothing to do, the kinds in turn", turns(host, job)),
               "  (aim: %s at most 1.2 x ping)" % OURS]
    if rounds:
        report += ["", *table("One of %d tasks, nothing to do" % TASKS, play_rounds(host, job, rounds))]
    host.expect([job], "start/running")
    return report


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--initctl", default=str(ROOT / "roles" / "emulator" / "files" / "initctl"), metavar="FILE",
                         help="program that reads UPSTART_SESSION (the emulator's)")
    options.add_argument("--rounds", type=int, default=5, help="rounds of plays (5)")
    options.add_argument("--services", type=int, default=50, help="services that are started (50)")
    arguments = options.parse_args()
    enter_namespace()
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(143))  # to clean everything up
    programs = Path("/sbin").resolve()
    with writable(programs, Path("/etc")), collections_path() as collections, with_daemon.running() as daemon:
        host = Host(daemon, collections, Client(daemon.address))
        install_initctl(host, programs, arguments.initctl)
        report = measure(host, arguments.services, arguments.rounds)
    print("\n".join(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
