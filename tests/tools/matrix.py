# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests on every supported ansible-core, target Python and Upstart, and print a table of what passed.

    matrix.py FOLDER [--cores A,B] [--kinds unit,smoke,full] [--transports wire] [--targets NAME,NAME] [--lanes N]
              [--allow-missing]

FOLDER is the folder of mirror.py; environments, logs and table.txt go to FOLDER/matrix/.

Kinds of cells: "unit" is the unit tests on each ansible-core, and "sanity" ansible-test sanity on those whose rules the
code follows. "smoke" is the integration target of that name, which uses every module of the collection, for each pair
of ansible-core and target Python, over both transports. "full" is all targets: for Python 2.7 and the newest pair over
both transports, and on the newest pair for each older release that the emulator supports. PYTHONS lists folders,
separated by colons, that are searched for Pythons before PATH. A cell that cannot run here is shown as missing and
makes the exit status 1, unless --allow-missing is given.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import interpreters
import sanity_pip
import suite_settings
import verdicts
from versions import CORES, UPSTARTS

PLACE = Path("ansible_collections", "sysinit", "upstart")
LATEST = UPSTARTS[-1]
KINDS = ["sanity", "unit", "smoke", "full"]
ON_CONTROLLER = ("sanity", "unit")  # kinds that need no managed host
# Others have other rules of style: 2.16 wants lines for Python 2 in files that need Python 3.
SANITY_CORES = ("2.19", "2.21")
SMOKE = ["smoke"]
TRANSPORTS = ["dbus_python", "wire"]
HEAD = ["core", "on", "target Python", "Upstart", "transport", "ran", "passed", "time", ""]
TARGET_TIMEOUT = 1800  # seconds for a target or the unit tests


@dataclass
class Cell(verdicts.Judged):
    """A combination of versions, and its result."""

    kind: str
    core: str
    host: str
    upstart: str
    targets: list[str]
    transport: str = "dbus_python"
    controller: str = "-"
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    seconds: float = 0
    missing: str = ""

    @property
    def name(self) -> str:
        return f"ansible-core {self.core}, Python {self.host}, Upstart {self.upstart}, {self.transport}"

    @property
    def is_plain(self) -> bool:
        """Whether the host starts a Python for each task; otherwise see resident_python.py."""
        return self.kind != "full" or self.upstart == LATEST

    def row(self) -> list[str]:
        ran = {"sanity": "sanity tests", "unit": "unit tests", "smoke": "every part once",
               "full": f"{len(self.targets)} targets"}[self.kind]
        count = "-" if self.missing else str(self.passed) + (f", {len(self.failed)} failed" if self.failed else "")
        return [f"ansible-core {self.core}", self.controller, self.host, self.upstart, self.transport, ran, count,
                f"{self.seconds:.0f} s", self.verdict]


@dataclass
class Job:
    """An integration target, the unit tests or the sanity tests of a cell."""

    cell: Cell
    target: str
    controller: Path
    python: Path | None


def plan(options: argparse.Namespace, targets: list[str]) -> list[Cell]:
    """Return all selected cells."""
    cells = []
    newest, oldest = list(CORES)[-1], list(CORES)[0]
    for core, (_unused, hosts) in CORES.items():
        cells += [Cell(kind, core, "-", LATEST, [kind]) for kind in ON_CONTROLLER
                  if kind != "sanity" or core in SANITY_CORES]
        cells += [Cell("smoke", core, host, LATEST, [name for name in SMOKE if name in targets], transport)
                  for host in hosts for transport in TRANSPORTS]
    for transport in TRANSPORTS:
        cells += [Cell("full", oldest, CORES[oldest][1][0], LATEST, targets, transport),
                  Cell("full", newest, CORES[newest][1][-1], LATEST, targets, transport)]
    cells += [Cell("full", newest, CORES[newest][1][-1], upstart, targets) for upstart in reversed(UPSTARTS[:-1])]
    return [cell for cell in cells if cell.core in options.cores and cell.kind in options.kinds
            and (cell.kind in ON_CONTROLLER or cell.transport in options.transports)
            and cell.host in [*options.hosts, "-"] and cell.upstart in options.upstarts and cell.targets]


def sanity_home(matrix: Path, core: str) -> Path:
    """Return the home folder in which the ansible-test of an ansible-core keeps its virtual environments."""
    return matrix / f"home-{core}"


def prepare(cells: list[Cell], made: interpreters.Environments) -> list[Job]:
    """Make the environments of the cells; return their jobs, and record in a cell what is missing for it."""
    jobs = []
    for cell in cells:
        try:
            cell.controller = made.controller_version(cell.core)
            controller = made.controller(cell.core, cell.controller)
            python = made.host(cell.host) if cell.kind not in ON_CONTROLLER else None
            if python and cell.transport == "wire":
                python = made.over_wire(python, cell.host)
            if cell.kind == "sanity":
                sanity_pip.provide(controller, sanity_home(made.folder, cell.core))
        except (interpreters.MissingError, OSError, subprocess.SubprocessError) as error:
            cell.missing = str(error)
            continue
        jobs += [Job(cell, target, controller, python) for target in cell.targets]
    return jobs


class Lane:
    """A separate mirror of the collection, in which one job runs at a time."""

    def __init__(self, folder: Path, number: int) -> None:
        self.matrix = folder / "matrix"
        self.logs = self.matrix / "logs"
        self.folder = self.matrix / "lanes" / str(number)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(folder / PLACE, self.folder / PLACE, symlinks=True, ignore=shutil.ignore_patterns("output"))
        (self.folder / "home" / "payloads").mkdir(parents=True)  # modules as Ansible has packed them

    def environment(self, job: Job) -> dict[str, str]:
        emulator = self.folder / PLACE / "roles" / "emulator" / "files" / "upstart-emulator"
        boot = f"{job.controller}/python {emulator} --upstart-version {job.cell.upstart} --no-startup-event"
        more = {} if job.target in ON_CONTROLLER else {
            "UPSTART_PYTHON": str(job.python), "UPSTART_RESIDENT": "" if job.cell.is_plain else "yes",
            "UPSTART_BOOT": boot + " --confdir {conf} --logdir {log} --address {address} 2>>{tmp}/kmsg"}
        home = sanity_home(self.matrix, job.cell.core) if job.target == "sanity" else self.folder / "home"
        ours = {"UPSTART_BOOT", "UPSTART_PYTHON", "UPSTART_RESIDENT"}
        inherited = {name: value for name, value in suite_settings.inherited_environment().items() if name not in ours}
        return {**inherited, "PATH": f"{job.controller}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "HOME": str(home), "PYTHONPATH": str(self.folder),
                "ANSIBLE_COLLECTIONS_PATH": str(self.folder), "ANSIBLE_LOCALHOST_WARNING": "False",
                "ANSIBLE_NOCOWS": "1", "LC_ALL": "C.UTF-8", **more}

    def command(self, job: Job) -> list[str]:
        python = str(job.controller / "python")
        if job.target == "unit":
            return [python, "-m", "pytest", *suite_settings.UNIT]
        if job.target == "sanity":
            return [str(job.controller / "ansible-test"), "sanity", "--venv", "--color", "no",
                    "--python", job.cell.controller]
        return [python, "tests/tools/with_daemon.py", "--ansible-test", "tests/integration/integration_config.yml",
                str(job.controller / "ansible-test"), "integration", "--local", "--color", "no",
                "--python", job.cell.controller, job.target]

    def run(self, job: Job) -> None:
        """Run a job, write its log, and add its result to its cell."""
        cell, began = job.cell, time.monotonic()
        name = f"{cell.core}-{cell.host}-{cell.upstart}-{cell.transport}-{cell.kind}-{job.target}.log"
        # Without pipelining, which is Ansible's default, at least once for each pair of versions.
        pipelining = not (cell.kind == "smoke" and cell.transport == TRANSPORTS[0])
        suite_settings.write_play_settings(self.folder / PLACE, pipelining)
        with (self.logs / name).open("w+", encoding="utf-8", errors="replace") as log:
            process = subprocess.Popen(self.command(job), cwd=self.folder / PLACE, env=self.environment(job),
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
            limit = threading.Timer(TARGET_TIMEOUT, process.kill)
            limit.start()
            _pid, ended, usage = os.wait4(process.pid, 0)
            limit.cancel()
            status = process.returncode = os.waitstatus_to_exitcode(ended)
            if time.monotonic() - began > TARGET_TIMEOUT:
                log.seek(0, os.SEEK_END)
                log.write(f"matrix: timeout after {TARGET_TIMEOUT} s\n")
            log.seek(0)
            counts = re.findall(r"(\d+) passed\b", log.read()) if job.target == "unit" else ["1"]
        seconds = time.monotonic() - began
        with COUNTING:
            cell.seconds += seconds
            if status:
                cell.failed.append(job.target)
            else:
                cell.passed += int(counts[-1]) if counts else 0
        interpreters.print_progress(f"{'FAIL' if status else 'ok  '} {name.removesuffix('.log')} ({seconds:.0f} s, "
                                    f"{usage.ru_utime + usage.ru_stime:.0f} s of processor time)")


COUNTING = threading.Lock()


def carry_out(folder: Path, jobs: list[Job], lanes: int) -> None:
    """Run all jobs, one at a time in each lane."""
    waiting = queue.SimpleQueue[Job]()
    for job in jobs:
        waiting.put(job)

    def lane(number: int) -> None:
        mine = Lane(folder, number)
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            mine.run(job)

    with ThreadPoolExecutor() as pool:
        for running in [pool.submit(lane, number) for number in range(lanes)]:
            running.result()


def parse(targets: list[str]) -> argparse.Namespace:
    def chosen(known: list[str]) -> object:
        def check(text: str) -> list[str]:
            wrong = [word for word in text.split(",") if word not in known]
            if wrong:
                raise argparse.ArgumentTypeError(f"{' '.join(wrong)}: choose from {' '.join(known)}")
            return text.split(",")
        return check

    hosts = sorted({host for pair in CORES.values() for host in pair[1]})
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    for name, known in (("cores", list(CORES)), ("hosts", hosts), ("upstarts", list(UPSTARTS)), ("kinds", KINDS),
                        ("transports", TRANSPORTS), ("targets", targets)):
        parser.add_argument(f"--{name}", type=chosen(known), default=known, metavar="A,B")  # type: ignore[arg-type]
    parser.add_argument("--lanes", type=int, default=2, help="number of jobs at the same time")
    parser.add_argument("--allow-missing", action="store_true", help="do not fail for cells that cannot run here")
    return parser.parse_args()


def main() -> int:
    folder = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else Path()
    targets = sorted(path.name for path in (folder / PLACE / "tests/integration/targets").glob("*"))
    options = parse(targets)
    shutil.rmtree(folder / "matrix" / "logs", ignore_errors=True)
    (folder / "matrix" / "logs").mkdir(parents=True)
    pythons = [name for name in os.environ.get("PYTHONS", "").split(os.pathsep) if name]
    cells = plan(options, options.targets)
    carry_out(folder, prepare(cells, interpreters.Environments(folder / "matrix", pythons)), options.lanes)
    text = verdicts.table(HEAD, cells, "cells")
    (folder / "matrix" / "table.txt").write_text(text)
    print(text, end="")
    good = {"ok", "missing"} if options.allow_missing else {"ok"}
    return 0 if cells and all(cell.verdict in good for cell in cells) and any(c.verdict == "ok" for c in cells) else 1


if __name__ == "__main__":
    sys.exit(main())
