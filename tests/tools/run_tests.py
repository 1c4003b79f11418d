# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests and checks quietly, and print a summary for people and CI.

    run_tests.py FOLDER [--newest-only] [--test=NODE] [SUITE...]

prepare.py and mirror.py put the virtual environments and the mirror of the collection
into FOLDER.  --newest-only skips the oldest ansible-core.  --test runs a single test
file or test in place of the suites: NODE is its path in the repository, with ::name for
a test of the file.  Each suite writes its output to FOLDER/logs/SUITE.log; the end of
the output of a failed command is printed.
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
import sanity_pip
import suite_settings

FOLDER = Path(sys.argv[1]).absolute()
VENV = FOLDER / "venv" / "bin"
OLDEST = FOLDER / "venv-oldest" / "bin"  # the oldest ansible-core that this Python can run
BARE = FOLDER / "venv-bare" / "bin"  # without dbus-python: the modules use their own transport
NEWEST_ONLY = "--newest-only" in sys.argv
TESTS = [word.partition("=")[2] for word in sys.argv[2:] if word.startswith("--test=")]
PLACE = Path("ansible_collections", "sysinit", "upstart")
COLLECTION = FOLDER / PLACE
HOME = FOLDER / "home"
LOGS = FOLDER / "logs"
PAYLOADS = FOLDER / "lanes" / "payloads"  # the modules as Ansible has packed them, for all plays of this run
TAIL_LINES = 60
LANES = 2  # number of checks at the same time
WAITING_LANES = 3  # the same for integration targets and scenarios, which mostly wait
CHAOS_SEED, CHAOS_COUNT = 16000, 100  # the same histories each time
ON_OLDEST = ["playbooks", "smoke", "upstart_init", "upstart_job"]  # integration targets; make matrix runs them all
ON_DBUS_PYTHON = ["smoke", "peers"]  # the same for hosts with dbus-python
PLAIN = ["smoke"]  # the same for hosts that start a Python for each task, and compile the modules in it


@dataclass
class Suite:
    """A suite of tests: its log and its counts."""

    name: str
    about: str
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)  # a reason for each skipped test
    notes: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *command: str | Path, folder: Path = FOLDER, venv: Path = VENV,
            environment: dict[str, str] | None = None) -> tuple[int, str]:
        """Run a command in the mirror below a folder; return its status and its output."""
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
        **suite_settings.inherited_environment(),
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


def share_out(suite: Suite, tasks: Iterable[Task], lanes: int = WAITING_LANES) -> None:
    """Run tasks, some at a time: each lane has its own writable mirror and home."""
    waiting = queue.SimpleQueue[Task]()
    for task in tasks:
        waiting.put(task)

    def lane(number: int) -> None:
        folder = FOLDER / "lanes" / f"{suite.name}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        # Other suites may be writing bytecode at this moment.
        ignored = shutil.ignore_patterns("output", "__pycache__")
        shutil.copytree(COLLECTION, folder / PLACE, symlinks=True, ignore=ignored)
        (folder / "home").mkdir()
        (folder / "home" / "payloads").symlink_to(PAYLOADS)
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            task(folder, {"HOME": str(folder / "home")})

    with ThreadPoolExecutor() as pool:
        for running in [pool.submit(lane, number) for number in range(lanes)]:
            running.result()


def counted(suite: Suite, output: str) -> None:
    """Add the counts of a runner whose last line has 'N passed' and 'N failed'."""
    for word in ("passed", "failed", "error", "errors"):
        counts = re.findall(rf"(\d+) {word}\b", output)
        number = int(counts[-1]) if counts else 0
        if word == "passed":
            suite.passed += number
        else:
            suite.failed += number
    for number, reason in re.findall(r"^SKIPPED \[(\d+)\] \S+: (.*)$", output, re.M):
        suite.skipped += [reason.partition(": ")[0]] * int(number)


def unit(suite: Suite) -> None:
    status, output = suite.run(VENV / "pytest", *suite_settings.UNIT)
    counted(suite, output)
    if status != 0 and not suite.failed:
        suite.failed = 1


def conformance(suite: Suite) -> None:
    status, output = suite.run(VENV / "python", "tests/conformance/run.py")
    counted(suite, output)
    if status != 0 and not suite.failed:
        suite.failed = 1


def chaos(suite: Suite) -> None:
    """Run random histories with a second client; a history with a false answer or an outage counts as failed."""
    status, output = suite.run(VENV / "python", "tests/chaos/run_chaos.py", "--seed", str(CHAOS_SEED),
                               "--count", str(CHAOS_COUNT))
    totals = re.search(r"^histories (\d+), .*; histories with errors (\d+)$", output, re.M)
    histories, errors = (int(totals[1]), int(totals[2])) if totals else (0, 1)
    suite.passed += histories - errors
    suite.failed += errors or (status != 0)


def systemd(suite: Suite) -> None:
    """Play stories on Upstart and on systemd, which boots in namespaces; one with an undeclared difference failed.

    Then install translated jobs with the role on a systemd.
    """
    unpacked = str(FOLDER / "systemd")
    for command in (["tests/systemd/run_systemd.py", "--systemd", "/", "--systemd", unpacked],
                    ["tests/systemd/run_role.py", "/", unpacked]):
        status, output = suite.run(VENV / "python", *command)
        counted(suite, output)
        if status != 0 and not suite.failed:
            suite.failed = 1


def integration(suite: Suite) -> None:
    """Run all targets on the newest ansible-core and hosts without dbus-python, and some on others.

    The largest start first.
    """
    version = python_version()
    targets = list((COLLECTION / "tests/integration/targets").iterdir())
    targets.sort(key=lambda path: sum(file.stat().st_size for file in path.rglob("*.yml")), reverse=True)
    names = [path.name for path in targets]
    bare = BARE if BARE.exists() else VENV  # make coverage measures what its only environment runs
    runs = [(name, VENV, bare) for name in names]
    runs += [(name, VENV, VENV) for name in names if name in ON_DBUS_PYTHON]
    if not NEWEST_ONLY:
        runs += [(name, OLDEST, bare) for name in names if name in ON_OLDEST]

    def task(target: str, venv: Path, host: Path) -> Task:
        def run(folder: Path, home: dict[str, str]) -> None:
            suite_settings.write_play_settings(folder / PLACE)
            suite.check(*with_daemon(
                "--ansible-test", "tests/integration/integration_config.yml", venv / "ansible-test", "integration",
                "--local", "--color", "no", "--python", version, target, venv=venv),
                folder=folder, venv=venv, environment={
                    **home, "UPSTART_PYTHON": str(host / "python"),
                    "UPSTART_RESIDENT": "" if target in PLAIN else suite_settings.RESIDENT})
        return run

    share_out(suite, [task(*run) for run in runs])


def molecule(suite: Suite) -> None:
    def task(scenario: str) -> Task:
        def run(folder: Path, home: dict[str, str]) -> None:
            environment = {**home, "ANSIBLE_PIPELINING": "true", "UPSTART_RESIDENT": suite_settings.RESIDENT,
                           "ANSIBLE_CALLBACK_PLUGINS": str(folder / PLACE / suite_settings.CALLBACKS)}
            status, output = suite.run(*with_daemon(VENV / "molecule", "test", "--scenario-name", scenario),
                                       folder=folder, environment=environment)
            unmatched = "no hosts matched" in output
            if unmatched:
                suite.notes.append(f"{scenario}: no hosts matched, so nothing was tested")
            suite.count(status == 0 and not unmatched)
        return run

    share_out(suite, [task(path.parent.name) for path in sorted(
        (COLLECTION / "extensions/molecule").glob("*/molecule.yml"))])


def package(suite: Suite) -> None:
    """Build the collection, install it in another folder, and use it from there."""
    installed, built = FOLDER / "installed", FOLDER / "built"
    subprocess.run(["rm", "-rf", installed, built], check=True)
    suite.check(VENV / "ansible-galaxy", "collection", "build", "--output-path", built)
    archives = list(built.glob("*.tar.gz"))
    elsewhere = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "PYTHONPATH": ""}
    suite.check(VENV / "ansible-galaxy", "collection", "install", "--offline", "-p", installed, *archives,
                environment=elsewhere)
    modules = [f"sysinit.upstart.{path.stem}" for path in sorted((COLLECTION / "plugins/modules").glob("*.py"))]
    status, output = suite.run(VENV / "ansible-doc", *modules, environment=elsewhere)
    pages = re.split(r"^> \w+ ", re.sub(r"\x1b\[\d*m", "", output), flags=re.M)
    for module in modules:
        page = next((text for text in pages if text.startswith(f"{module} ")), "")
        suite.count(status == 0 and str(installed) in page and "EXAMPLES:" in page)
    suite.check(*with_daemon("sh", "-c", (
        f"UPSTART_SESSION=$UPSTART_ADDRESS {VENV}/ansible localhost -e ansible_python_interpreter={VENV}/python "
        "-m sysinit.upstart.upstart_event -a 'name=deploy-done env=VERSION=7'")), environment=elsewhere)
    suite.check(sys.executable, "tests/tools/importer.py", FOLDER, *archives)
    suite.check(sys.executable, "tests/tools/execution_environment.py", FOLDER, *archives)


def docs(suite: Suite) -> None:
    suite.check(sys.executable, "tests/tools/build_docs.py", FOLDER)


def lint(suite: Suite) -> None:
    sanity_pip.provide(VENV, HOME)
    commands: list[list[str | Path]] = [
        [VENV / "ansible-test", "sanity", "--local", "--color", "no", "--python", python_version()],
        [VENV / "python", "tests/tools/lint_ansible.py", "--offline", "--nocolor", "--profile", "production"],
        [VENV / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs",
         "--validate-collection-refs", "dependent", "."],
        [VENV / "antsibull-changelog", "lint"],
        [VENV / "autopep8", "--diff", "--exit-code", "."],
        [VENV / "ruff", "check", "."],
        [VENV / "mypy"],
        [VENV / "yamllint", "--strict", "."],
        [VENV / "reuse", "lint", "--lines"],
        [VENV / "bandit", "--quiet", "--recursive", "plugins", "playbooks"],  # with all its tests
        [VENV / "bandit", "--quiet", "--configfile", "tests/bandit.yml", "--recursive", "tests", "benchmarks"],
        [VENV / "python", "tests/tools/role_spec.py", "--check"],
        [VENV / "python", "tests/tools/fault_page.py", "--check"],
        [VENV / "python", "tests/tools/support_page.py", "--check"],
        [VENV / "python", "tests/tools/systemd_page.py", "--check"],
        [VENV / "python", "tests/tools/reference_pages.py", "--check"],
    ]

    def task(command: list[str | Path]) -> Task:
        return lambda folder, _home: suite.check(*command, folder=folder)  # keeps the packages that sanity installs

    share_out(suite, [task(command) for command in commands], LANES)


SUITES: dict[str, tuple[str, Callable[[Suite], None]]] = {
    "unit": ("unit tests", unit),
    "conformance": ("recordings of the real daemon", conformance),
    "chaos": ("random histories with a second client", chaos),
    "systemd": ("stories played on Upstart and on systemd", systemd),
    "integration": ("integration targets", integration),
    "molecule": ("molecule scenarios", molecule),
    "package": ("steps of building, installing and using the collection", package),
    "docs": ("sites of the documentation", docs),
    "lint": ("static checks", lint),
}


# The order in which the suites start: those that take long first, so that none of them is left alone at the end.
ORDER = ("unit", "integration", "lint", "molecule", "systemd", "chaos", "package", "conformance", "docs")
AT_ONCE = 3  # number of suites at the same time: most of them mostly wait


def run_suite(name: str) -> Suite:
    """Run a suite, write its log and print its result."""
    about, function = SUITES[name]
    suite = Suite(name, about)
    began = time.monotonic()
    try:
        function(suite)
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        suite.failed += 1
        suite.notes.append(f"{type(error).__name__}: {error}")
    log = LOGS / f"{name}.log"
    log.write_text("".join(suite.log))
    good = suite.failed == 0 and bool(suite.passed or suite.skipped)
    print(f"{'ok  ' if good else 'FAIL'} {name}: {suite.passed} of {suite.passed + suite.failed} {suite.about} "
          f"({time.monotonic() - began:.0f} s, {suite.cpu_seconds:.0f} s of processor time)", flush=True)
    for reason, number in sorted(Counter(suite.skipped).items()):
        print(f"     {number} skipped: {reason}", flush=True)
    if not good:
        suite.failed = suite.failed or 1
        print("\n".join([f"---- complete log: {log}", *suite.ends, *suite.notes, "----"]), flush=True)
    return suite


def run_single_tests(nodes: list[str]) -> int:
    """Run single tests in the mirror and show pytest's output; return its status."""
    command = [str(VENV / "python"), "-m", "pytest", *nodes]
    return subprocess.run(command, cwd=COLLECTION, env=base_environment(FOLDER, VENV), check=False).returncode


def main() -> int:
    if TESTS:
        return run_single_tests(TESTS)
    names = [word for word in sys.argv[2:] if not word.startswith("--")] or list(SUITES)
    LOGS.mkdir(parents=True, exist_ok=True)
    HOME.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(PAYLOADS, ignore_errors=True)
    PAYLOADS.mkdir(parents=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        suites = list(pool.map(run_suite, sorted(names, key=ORDER.index)))
    passed, failed = sum(suite.passed for suite in suites), sum(suite.failed for suite in suites)
    skipped = sum(len(suite.skipped) for suite in suites)
    print(f"total: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
