# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests and checks, quietly, and close with a line that a person and a CI can read.

    run_tests.py FOLDER [--newest-only] [PART...]

FOLDER is where prepare.py and mirror.py put the virtual environments and the mirror
of the collection.  With --newest-only the oldest ansible-core is left out.  Each part
writes all it says to FOLDER/logs/PART.log; the end of what a failed command wrote is
shown.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import prepare

FOLDER = Path(sys.argv[1]).absolute()
VENV = FOLDER / "venv" / "bin"
OLDEST = FOLDER / "venv-oldest" / "bin"  # the oldest ansible-core that this Python can run
NEWEST_ONLY = "--newest-only" in sys.argv
PLACE = Path("ansible_collections", "sysinit", "upstart")
COLLECTION = FOLDER / PLACE
HOME = FOLDER / "home"
LOGS = FOLDER / "logs"
TAIL_LINES = 60
LANES = 2  # checks that run at the same time
WAITING_LANES = 3  # the same of integration targets and scenarios, which mostly wait
CHAOS_SEED, CHAOS_COUNT = 16000, 100  # the same histories each time
ON_OLDEST = ["smoke", "upstart_init", "upstart_job"]  # integration targets; make matrix runs them all
UNIT_PROCESSES = 4
SLOW_TESTS = [f"tests/unit/{name}.py" for name in (  # the longest files, which begin first
    "plugins/modules/test_interference", "plugins/modules/test_main_processes", "plugins/modules/test_prediction",
    "plugins/modules/test_no_hang", "chaos/test_chaos_run", "faults/test_faults_daemon",
    "faults/test_faults_load", "faults/test_faults_at_once")]


@dataclass
class Part:
    """One part of the tests: its log and its counts."""

    name: str
    about: str
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)  # a reason for each test that was left out
    notes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *command: str | Path, folder: Path = FOLDER, venv: Path = VENV,
            environment: dict[str, str] | None = None) -> tuple[int, str]:
        """Run a command in the mirror below a folder; return its status and what it printed."""
        words, began = [str(word) for word in command], time.monotonic()
        process = subprocess.Popen(words, cwd=folder / PLACE, env=base_environment(folder, venv) | (environment or {}),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace")
        with process:
            output = process.stdout.read() if process.stdout else ""
            _pid, ended, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(ended)
        cpu_seconds = usage.ru_utime + usage.ru_stime
        entry = (f"$ {' '.join(words)}\n{output}[status {process.returncode} after {time.monotonic() - began:.0f} s, "
                 f"{cpu_seconds:.0f} s of processor time]\n")
        with self.counting:
            self.cpu_seconds += cpu_seconds
        self.log.append(entry)
        if process.returncode:
            self.ends.append("\n".join(entry.splitlines()[-TAIL_LINES:]))
        return process.returncode, output

    def check(self, *command: str | Path, folder: Path = FOLDER, venv: Path = VENV,
              environment: dict[str, str] | None = None) -> None:
        """Run a command that counts as one check."""
        self.count(self.run(*command, folder=folder, venv=venv, environment=environment)[0] == 0)

    def count(self, good: bool) -> None:
        with self.counting:
            self.passed += good
            self.failed += not good


def base_environment(folder: Path, venv: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{venv}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(HOME),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_NOCOWS": "1",
        "PYTHONPATH": str(folder),
        "LC_ALL": "C.UTF-8",
    }


def python_version() -> str:
    version = prepare.python_version(VENV / "python")
    if version is None:
        raise OSError(f"{VENV}/python does not run; delete its folder and run make again")
    return version


def with_daemon(*command: str | Path, venv: Path = VENV) -> list[str | Path]:
    return [venv / "python", "tests/tools/with_daemon.py", *command]


Task = Callable[[Path, dict[str, str]], None]


def share_out(part: Part, tasks: Iterable[Task], lanes: int = WAITING_LANES) -> None:
    """Carry out tasks, some at a time: each lane has a mirror of its own, in which they may write, and a home."""
    waiting = queue.SimpleQueue[Task]()
    for task in tasks:
        waiting.put(task)

    def lane(number: int) -> None:
        folder = FOLDER / "lanes" / f"{part.name}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(COLLECTION, folder / PLACE, symlinks=True, ignore=shutil.ignore_patterns("output"))
        (folder / "home").mkdir()
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            task(folder, {"HOME": str(folder / "home")})

    with ThreadPoolExecutor() as pool:
        for running in [pool.submit(lane, number) for number in range(lanes)]:
            running.result()


def counted(part: Part, output: str) -> None:
    """Add the counts of a runner that closes with 'N passed' and 'N failed'."""
    for word in ("passed", "failed", "error", "errors"):
        found = re.findall(rf"(\d+) {word}\b", output)
        number = int(found[-1]) if found else 0
        if word == "passed":
            part.passed += number
        else:
            part.failed += number
    for number, reason in re.findall(r"^SKIPPED \[(\d+)\] \S+: (.*)$", output, re.M):
        part.skipped += [reason.partition(": ")[0]] * int(number)


def unit(part: Part) -> None:
    """Run the unit tests in some processes at the same time: those that run modules mostly wait.

    The tests of a file stay together, as many share a daemon or the results of many runs; the longest come first.
    """
    status, output = part.run(VENV / "pytest", "-q", "-rs", "--numprocesses", str(UNIT_PROCESSES),
                              "--dist", "loadfile", *SLOW_TESTS, "tests/unit")
    counted(part, output)
    if status != 0 and not part.failed:
        part.failed = 1


def conformance(part: Part) -> None:
    status, output = part.run(VENV / "python", "tests/conformance/run.py")
    counted(part, output)
    if status != 0 and not part.failed:
        part.failed = 1


def chaos(part: Part) -> None:
    """Run random histories with a second client; each with a false answer or an outage counts as failed."""
    status, output = part.run(VENV / "python", "tests/chaos/run_chaos.py", "--seed", str(CHAOS_SEED),
                              "--count", str(CHAOS_COUNT))
    totals = re.search(r"^histories (\d+), .*; histories with errors (\d+)$", output, re.M)
    histories, errors = (int(totals[1]), int(totals[2])) if totals else (0, 1)
    part.passed += histories - errors
    part.failed += errors or (status != 0)


def integration(part: Part) -> None:
    """Run all targets on the newest ansible-core, and some on the oldest, the largest first."""
    version = python_version()
    targets = list((COLLECTION / "tests/integration/targets").iterdir())
    targets.sort(key=lambda path: sum(file.stat().st_size for file in path.rglob("*.yml")), reverse=True)
    runs = [(path.name, VENV) for path in targets]
    if not NEWEST_ONLY:
        runs += [(path.name, OLDEST) for path in targets if path.name in ON_OLDEST]

    def task(target: str, venv: Path) -> Task:
        return lambda folder, home: part.check(*with_daemon(
            "--ansible-test", "tests/integration/integration_config.yml", venv / "ansible-test", "integration",
            "--local", "--color", "no", "--python", version, target, venv=venv),
            folder=folder, venv=venv, environment=home)

    share_out(part, [task(*run) for run in runs])


def molecule(part: Part) -> None:
    def task(scenario: str) -> Task:
        def run(folder: Path, home: dict[str, str]) -> None:
            status, output = part.run(*with_daemon(VENV / "molecule", "test", "--scenario-name", scenario),
                                      folder=folder, environment=home)
            unmatched = "no hosts matched" in output
            if unmatched:
                part.notes.append(f"{scenario}: no hosts matched, so nothing was tested")
            part.count(status == 0 and not unmatched)
        return run

    share_out(part, [task(path.parent.name) for path in sorted(
        (COLLECTION / "extensions/molecule").glob("*/molecule.yml"))])


def package(part: Part) -> None:
    """Build the collection, install it elsewhere, and use it from there."""
    installed, built = FOLDER / "installed", FOLDER / "built"
    subprocess.run(["rm", "-rf", installed, built], check=True)
    part.check(VENV / "ansible-galaxy", "collection", "build", "--output-path", built)
    archives = list(built.glob("*.tar.gz"))
    elsewhere = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "PYTHONPATH": ""}
    part.check(VENV / "ansible-galaxy", "collection", "install", "--offline", "-p", installed, *archives,
               environment=elsewhere)
    modules = [f"sysinit.upstart.{path.stem}" for path in sorted((COLLECTION / "plugins/modules").glob("*.py"))]
    status, output = part.run(VENV / "ansible-doc", *modules, environment=elsewhere)
    pages = re.split(r"^> \w+ ", re.sub(r"\x1b\[\d*m", "", output), flags=re.M)
    for module in modules:
        page = next((text for text in pages if text.startswith(f"{module} ")), "")
        part.count(status == 0 and str(installed) in page and "EXAMPLES:" in page)
    part.check(*with_daemon("sh", "-c", (
        f"UPSTART_SESSION=$UPSTART_ADDRESS {VENV}/ansible localhost -e ansible_python_interpreter={VENV}/python "
        "-m sysinit.upstart.upstart_event -a 'name=deploy-done env=VERSION=7'")), environment=elsewhere)
    part.check(sys.executable, "tests/tools/importer.py", FOLDER, *archives)


def docs(part: Part) -> None:
    part.check(sys.executable, "tests/tools/build_docs.py", FOLDER)


def wanted_pip() -> str:
    """Return the version of pip that this ansible-test puts into its virtual environments."""
    source = next(FOLDER.glob("venv/lib/python*/site-packages/ansible_test/_internal/python_requirements.py"))
    found = re.search(r"\bpip='([0-9.]+)'", source.read_text())
    if not found:
        raise OSError(f"{source} does not say which pip it wants")
    return found.group(1)


def pip_for_sanity() -> None:
    """Give ansible-test the pip script that it otherwise fetches from outside the package index."""
    version = wanted_pip()
    cache, wheels = HOME / ".ansible/test/cache", HOME / "wheels"
    cache.mkdir(parents=True, exist_ok=True)
    if not list(wheels.glob(f"pip-{version}-*.whl")):
        command = [str(VENV / "pip"), "download", "--quiet", "--no-deps", "--dest", str(wheels), f"pip=={version}"]
        subprocess.run(command, check=True)
    wheel = next(wheels.glob(f"pip-{version}-*.whl"))
    (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(
        "import runpy\nimport sys\n\n"
        f"sys.path.insert(0, {str(wheel)!r})\n"
        f"sys.argv = ['pip', 'install', '--no-index', {str(wheel)!r}]\n"
        "runpy.run_module('pip', run_name='__main__')\n")


def lint(part: Part) -> None:
    pip_for_sanity()
    commands: list[list[str | Path]] = [
        [VENV / "ansible-test", "sanity", "--local", "--color", "no", "--python", python_version()],
        [VENV / "ansible-lint", "--offline", "--nocolor", "--profile", "production"],
        [VENV / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs",
         "--validate-collection-refs", "dependent", "."],
        [VENV / "antsibull-changelog", "lint"],
        [VENV / "ruff", "check", "."],
        [VENV / "mypy"],
        [VENV / "yamllint", "--strict", "."],
        [VENV / "bandit", "--quiet", "--recursive", "plugins", "playbooks"],  # with all its tests
        [VENV / "bandit", "--quiet", "--configfile", "tests/bandit.yml", "--recursive", "tests", "benchmarks"],
        [VENV / "python", "tests/tools/role_spec.py", "--check"],
        [VENV / "python", "tests/tools/fault_page.py", "--check"],
    ]

    def task(command: list[str | Path]) -> Task:
        return lambda folder, _home: part.check(*command, folder=folder)  # what sanity installs stays for the next time

    share_out(part, [task(command) for command in commands], LANES)


PARTS: dict[str, tuple[str, Callable[[Part], None]]] = {
    "unit": ("unit tests", unit),
    "conformance": ("recordings of the real daemon", conformance),
    "chaos": ("random histories with a second client", chaos),
    "integration": ("integration targets", integration),
    "molecule": ("molecule scenarios", molecule),
    "package": ("steps of building, installing and using the collection", package),
    "docs": ("sites of the documentation", docs),
    "lint": ("static checks", lint),
}


ASIDE = ("conformance", "package", "docs")  # run beside the other parts, one after another


def carry_out(name: str) -> Part:
    """Run one part, write its log and say how it went."""
    about, function = PARTS[name]
    part = Part(name, about)
    began = time.monotonic()
    try:
        function(part)
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        part.failed += 1
        part.notes.append(f"{type(error).__name__}: {error}")
    log = LOGS / f"{name}.log"
    log.write_text("".join(part.log))
    good = part.failed == 0 and part.passed > 0
    print(f"{'ok  ' if good else 'FAIL'} {name}: {part.passed} of {part.passed + part.failed} {part.about} "
          f"({time.monotonic() - began:.0f} s, {part.cpu_seconds:.0f} s of processor time)", flush=True)
    for reason, number in sorted(Counter(part.skipped).items()):
        print(f"     {number} skipped: {reason}", flush=True)
    if not good:
        part.failed = part.failed or 1
        print("\n".join([f"---- all of it: {log}", *part.ends, *part.notes, "----"]), flush=True)
    return part


def main() -> int:
    names = [word for word in sys.argv[2:] if word != "--newest-only"] or list(PARTS)
    LOGS.mkdir(parents=True, exist_ok=True)
    HOME.mkdir(parents=True, exist_ok=True)
    # What mostly waits, or is one process after another, runs beside the rest.
    aside = [name for name in names if name in ASIDE]
    with ThreadPoolExecutor() as pool:
        running = pool.submit(lambda: [carry_out(name) for name in aside])
        parts = [carry_out(name) for name in names if name not in aside]
        parts += running.result()
    passed, failed = sum(part.passed for part in parts), sum(part.failed for part in parts)
    skipped = sum(len(part.skipped) for part in parts)
    print(f"total: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
