# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the code in many small ways, one at a time, and check that the unit tests detect each change.

    mutate.py FOLDER [--room NAME] [--file PATTERN] [--count N] [--seed N] [--workers N] [--again]

prepare.py and mirror.py put a virtual environment and a mirror into FOLDER, for this purpose only.  The tests that run
the changed lines are run on each mutant, the quickest first; those of a room for at most MAX_TEST_SECONDS.  A mutant
that passes all of them is a failure, unless tests/mutation/explained.txt explains it.

Mutants may signal any process and write to any file, so each runs in its own process, network and mount namespaces,
where only its lane and a private /tmp are writable.  This needs unshare and root.
"""

from __future__ import annotations

import argparse
import collections
import fnmatch
import hashlib
import itertools
import json
import os
import pickle
import queue
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutants

ROOT = Path(__file__).resolve().parents[2]
EXPLAINED = ROOT / "tests" / "mutation" / "explained.txt"
PLACE = Path("ansible_collections", "sysinit", "upstart")
# Number of mutants of each room.
ON_HOST = {"_jobfile": 220, "_events": 70, "_host": 90, "_jobs": 40, "_services": 90, "_deploy": 60, "_emission": 20,
           "_inventory": 30, "_init": 10, "_lsb": 30, "_system": 20}
ON_CONTROLLER = {"_boot": 50, "_last_boot": 20, "_systemd": 80, "_graph": 50, "_check_mode": 10}
LINTER = "upstart_check"
ROOMS = {**ON_HOST, **ON_CONTROLLER, LINTER: 20}
FOLDERS = {**{room: f"plugins/module_utils/{room}" for room in ON_HOST},
           **{room: f"plugins/plugin_utils/{room}" for room in ON_CONTROLLER}, LINTER: f"tools/{LINTER}"}
UNIT = "tests/unit/plugins/module_utils/"
# The tests of a room, and tests of other code that uses functions which the room itself does not use.
TESTS = {room: [f"tests/unit/{folder}"] for room, folder in FOLDERS.items()}
TESTS["_jobfile"] += ["tests/unit/plugins/filter", UNIT + "_host/test_enabling.py", UNIT + "_jobs/test_plans.py"]
TESTS |= {room: [*TESTS[room], "tests/unit/plugins/filter"] for room in ON_CONTROLLER}
TESTS[LINTER] = ["tests/unit/tools/test_upstart_check.py", "tests/unit/tools/test_upstart_check_parts.py"]
TESTS["_boot"] += ["--ignore=tests/unit/plugins/plugin_utils/_boot/test_real_boots.py"]  # boots daemons for a minute
# Tests of modules, which take longer: they only run if all tests of the room pass, or none runs the changed lines.
MODULE_TESTS = {"_deploy": ["tests/unit/plugins/modules/test_upstart_deploy.py"],
                "_emission": ["tests/unit/plugins/modules/test_event_report.py"]}
SANDBOX = """
ulimit -v 4000000 && ulimit -c 0
mount -t tmpfs tmpfs /tmp && mount --bind "$0" "$0" && mount -o remount,bind,ro / && cd "$0" || exit 99
cd {place} || exit 99
"$@"
exit $?  # keep the shell: it reaps orphans as init does
"""
UNSHARE = ("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
           SANDBOX.format(place=PLACE))
PYTEST = ("-m", "pytest", "-q", "--no-header", "--tb=line")
SETTINGS = """\
[run]
data_file = {folder}/contexts
parallel = True
patch =
    _exit
    execv
dynamic_context = test_function
include =
    */sysinit/upstart/plugins/*
    */sysinit/upstart/tools/*
disable_warnings = no-data-collected, module-not-measured
"""
TIMEOUT_FACTOR, MIN_TIMEOUT = 6, 30.0  # multiple of the tests' usual time; seconds
MODULE_TIMEOUT = 900.0  # seconds
MAX_TEST_SECONDS = 15.0  # of the tests of a mutant; those that take longer are left out


class Lane:
    """A copy of the collection for one mutant at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / "lanes" / name
        self.python = folder / "venv" / "bin" / "python"
        self.source = folder / PLACE
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(folder / PLACE, self.folder / PLACE, symlinks=True)
        (self.folder / "home").mkdir()

    def run(self, *words: str, seconds: float | None = None) -> tuple[int | None, str]:
        """Run the lane's Python; return its status (None after ``seconds``) and its output."""
        environment = {"PATH": f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                       "LC_ALL": "C.UTF-8", "HOME": str(self.folder / "home"), "PYTHONPATH": str(self.folder),
                       "PYTHONWARNINGS": "ignore",
                       "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # takes a third of the time
                       "ANSIBLE_COLLECTIONS_PATH": str(self.folder), "ANSIBLE_LOCALHOST_WARNING": "False"}
        try:
            done = subprocess.run([*UNSHARE, self.folder, self.python, *words], env=environment, timeout=seconds,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", check=False)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, done.stdout

    def original(self, path: str) -> str:
        return (self.source / path).read_text(encoding="utf-8")

    def put(self, path: str, code: str) -> None:
        """Write a source, and delete its compiled files: the old source may have the same time and size."""
        target = self.folder / PLACE / path
        target.write_text(code, encoding="utf-8")
        for compiled in target.parent.glob(f"__pycache__/{target.stem}.*.pyc"):
            compiled.unlink()


@dataclass
class Knowledge:
    """The tests of each line, and the seconds of each test."""

    runs: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    def tests(self, path: str, first: int, last: int) -> list[str]:
        """Return the tests of some lines, the quickest first; for lines that run at import, all tests of the file.

        For a file that only runs at import, for example a table, and for one that only processes without coverage run,
        all tests of the room are returned. The tests that take longest are left out if there are many.
        """
        lines = self.runs.get(path, dict.fromkeys(range(first, last + 1), [""]))
        wanted = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        if "" in wanted:
            wanted = {test for tests in lines.values() for test in tests}.difference([""]) or set(self.seconds)
        ordered = sorted((test for test in wanted if test in self.seconds), key=lambda test: self.seconds[test])
        total = itertools.accumulate(self.seconds[test] for test in ordered)
        return [test for test, used in zip(ordered, total) if used <= MAX_TEST_SECONDS] or ordered[:1]


def known_tests(folder: Path, room: str) -> Knowledge:
    """Return the cached knowledge about the current code, or measure it."""
    digest = hashlib.sha256()
    for path in sorted([*(folder / PLACE / "plugins").rglob("*.py"), *(folder / PLACE / "tests").rglob("*.py")]):
        digest.update(path.read_bytes())
    cache = folder / f"known-{room}.pickle"
    if cache.exists():
        seen, known = pickle.loads(cache.read_bytes())
        if seen == digest.digest() and isinstance(known, Knowledge):
            return known
    knowledge = learn(folder, room)
    cache.write_bytes(pickle.dumps((digest.digest(), knowledge)))
    return knowledge


def learn(folder: Path, room: str) -> Knowledge:
    """Run all tests of a room once, and record the lines that each test runs."""
    import coverage

    lane = Lane(folder, f"learn-{room}")
    settings, report = lane.folder / "settings.ini", lane.folder / "report.xml"
    settings.write_text(SETTINGS.format(folder=lane.folder))
    status, output = lane.run("-m", "coverage", "run", f"--rcfile={settings}", *PYTEST, f"--junit-xml={report}",
                              *TESTS[room])
    if status != 0:
        sys.exit(f"mutate: the tests of {room} fail without any mutant:\n{output[-4000:]}")
    status, output = lane.run(*PYTEST, *MODULE_TESTS[room]) if room in MODULE_TESTS else (0, "")
    if status != 0:
        sys.exit(f"mutate: the tests of the module of {room} fail without any mutant:\n{output[-4000:]}")
    lane.run("-m", "coverage", "combine", "--quiet", f"--rcfile={settings}")  # includes the lines of child processes
    places = {".".join(path.with_suffix("").parts): str(path) for path in (
        file.relative_to(lane.folder / PLACE) for file in (lane.folder / PLACE / "tests/unit").rglob("test_*.py"))}

    def name(context: str) -> str:
        module, _dot, function = context.rpartition(".")
        return f"{places[module]}::{function}" if module in places else ""

    data = coverage.CoverageData(str(lane.folder / "contexts"))
    data.read()
    runs: dict[str, dict[int, list[str]]] = {}
    for measured in data.measured_files():
        path = measured.rpartition(f"/{PLACE}/")[2]
        runs[path] = {line: sorted({name(context) for context in contexts})
                      for line, contexts in data.contexts_by_lineno(measured).items()}
    seconds: dict[str, float] = {}
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        test = f"{places[case.get('classname', '')]}::{case.get('name', '').partition('[')[0]}"
        seconds[test] = seconds.get(test, 0.0) + float(case.get("time", 0))
    return Knowledge(runs, seconds)


Key = tuple[str, tuple[str, ...], tuple[str, ...]]


def explanations(text: str) -> dict[Key, str]:
    """Read the explained mutants: blocks of a path, removed lines (-), added lines (+) and a reason (=)."""
    reasons: dict[Key, str] = {}
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    for block in re.split(r"\n\s*\n", body.strip()):
        path, *lines = block.split("\n")
        parts = {mark: tuple(line[1:].strip() for line in lines if line.startswith(mark)) for mark in "-+="}
        if lines and (not all(parts.values()) or len(lines) != sum(map(len, parts.values()))):
            raise ValueError(f"not a path and lines that begin with -, + and =:\n{block}")
        if lines:
            reasons[path.strip(), parts["-"], parts["+"]] = " ".join(parts["="])
    return reasons


def outdated(known: dict[Key, str]) -> list[str]:
    """Return the entries whose lines no longer exist in the code."""
    entries = []
    for path, removed, _added in known:
        source = ROOT / path
        lines = [line.strip() for line in source.read_text(encoding="utf-8").split("\n")] if source.exists() else []
        if not any(tuple(lines[at:at + len(removed)]) == removed for at in range(len(lines))):
            entries.append("\n- ".join([path, *removed]))
    return entries


def judge(lane: Lane, mutant: mutants.Mutant, knowledge: Knowledge, module_tests: list[str]) -> str:
    """Return ``killed``, ``hung`` (which counts as killed), ``survived`` or ``untested``."""
    tests = knowledge.tests(mutant.path, mutant.line, mutant.last_line)
    if not tests + module_tests:
        return "untested"
    original = lane.original(mutant.path)
    usual = sum(knowledge.seconds[test] for test in tests)
    lane.put(mutant.path, mutant.code)
    status: int | None = 0
    output = ""
    try:
        if tests:
            status, output = lane.run(*PYTEST, "-x", *tests, seconds=max(MIN_TIMEOUT, TIMEOUT_FACTOR * usual))
        if status == 0 and module_tests:
            status, output = lane.run(*PYTEST, "-x", *module_tests, seconds=MODULE_TIMEOUT)
    finally:
        lane.put(mutant.path, original)
    if status is None:
        return "hung"
    if status == 0:
        return "survived"
    if status in (1, 2, 4):  # 4: pytest cannot read a test file
        return "killed"
    raise RuntimeError(f"status {status} of\n{mutant.text()}\n{output[-2000:]}")


def judge_all(folder: Path, candidates: list[mutants.Mutant], knowledge: Knowledge, workers: int,
              module_tests: list[str]) -> list[str]:
    """Return the verdict on each mutant; several run at a time."""
    verdicts = [""] * len(candidates)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(candidates)):
        waiting.put(index)

    def work(number: int) -> None:
        lane = Lane(folder, str(number))
        while True:
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            verdicts[index] = judge(lane, candidates[index], knowledge, module_tests)
            mutant = candidates[index]
            print(f"{verdicts[index]:9}{mutant.path}:{mutant.line} {mutant.operator} "
                  f"({time.monotonic() - began:.1f} s)", flush=True)

    with ThreadPoolExecutor() as pool:
        for running in [pool.submit(work, number) for number in range(workers)]:
            running.result()
    return verdicts


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--room", choices=ROOMS, action="append", help="a room; default: all")
    parser.add_argument("--file", default="*", help="only files whose names match")
    parser.add_argument("--count", type=int, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only mutants that were not killed last time")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    given.folder = given.folder.absolute()
    return given


def main() -> int:
    given = options()
    os.nice(10)  # a run takes long: leave the processor to other work
    mirror, report = given.folder / PLACE, given.folder / "mutants.json"
    if subprocess.run([*UNSHARE, given.folder, "true"], check=False, capture_output=True).returncode:
        sys.exit("mutate: cannot confine mutants, which may signal any process: run this as root.")
    known = explanations(EXPLAINED.read_text(encoding="utf-8"))
    last_results = json.loads(report.read_text()) if given.again else []
    before = {tuple(result["key"]): result["verdict"] for result in last_results}
    results: list[dict[str, Any]] = []
    for room in given.room or ROOMS:
        paths = [str(path.relative_to(mirror)) for path in (mirror / FOLDERS[room]).rglob("*.py")
                 if fnmatch.fnmatch(path.name, given.file)]
        candidates = mutants.sample(mirror, sorted(paths), given.count or ROOMS[room], given.seed)
        asked = [mutant for mutant in candidates
                 if before.get((mutant.text(), mutant.operator)) not in ("killed", "hung")]
        print(f"{room}: {len(candidates)} mutants of {len(paths)} files", flush=True)
        verdicts = dict(zip(asked, judge_all(given.folder, asked, known_tests(given.folder, room), given.workers,
                                             MODULE_TESTS.get(room, []))))
        for mutant in candidates:
            key = (mutant.text(), mutant.operator)
            alive = verdicts.get(mutant) in ("survived", "untested")
            verdict = "explained" if alive and mutant.key in known else verdicts.get(mutant) or before[key]
            results.append({"key": key, "verdict": verdict, "line": mutant.line})
    report.write_text(json.dumps(results, indent=1))
    bad = [f"{result['verdict']}: {result['key'][1]}, line {result['line']} of {result['key'][0]}" for result in results
           if result["verdict"] in ("survived", "untested")]
    bad += [f"explained, but no longer in the code: {entry}" for entry in outdated(known)]
    counts = collections.Counter(result["verdict"] for result in results)
    print("\n\n".join(bad))
    print(f"mutants: {len(results)}, " + ", ".join(f"{count} {word}" for word, count in sorted(counts.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
