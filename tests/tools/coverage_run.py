# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how much of plugins/ the tests run, branch by branch, and name the lines that they do not.

    coverage_run.py FOLDER [PART...]

FOLDER is where prepare.py and mirror.py put a virtual environment and a mirror for this alone: their Python
measures every process that it runs, since ansible-test and AnsiballZ hand no variables on.  PARTS are those of
run_tests.py; without any, unit and integration.  What the emulator runs of plugins/ does not count.

Lines that only Python 2.7 runs count as not covered.  Where this machine has one, what it runs of them while it
reads and writes job files is told besides.  tests/coverage/unreached.yml explains lines that no test here can run:
they count as not covered, but are not named.  Exit status 1 when a part fails, less than LEAST percent is covered or
an explanation is of a line that is not there or was run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
UNREACHED = ROOT / "tests" / "coverage" / "unreached.yml"
LEAST = 95.0
OLD_PACKAGE = "coverage==5.5"  # the last for Python 2.7
SETTINGS = """\
[run]
branch = True
parallel = True
data_file = {data}/measured
include =
    */ansible_collections/sysinit/upstart/plugins/*
    {root}/plugins/*
sigterm = True
patch = _exit
disable_warnings = no-data-collected, module-not-measured
[paths]
source =
    {root}/plugins
    */ansible_collections/sysinit/upstart/plugins
[report]
omit =
    */plugins/__init__.py
    */plugins/modules/__init__.py
"""
HOOK = """\
import os
import sys

if not any(os.path.basename(word) == "upstart-emulator" for word in getattr(sys, "orig_argv", ())):
    import coverage

    os.environ["COVERAGE_PROCESS_START"] = {settings!r}
    coverage.process_startup()
    del os.environ["COVERAGE_PROCESS_START"]
"""


@dataclass(frozen=True)
class Measured:
    """What was run of one file: lines and branches, and those that were not."""

    name: str
    wanted: int
    covered: int
    missing_lines: list[int]
    missing_branches: list[list[int]]

    def alone(self) -> list[list[int]]:
        """Return the branches that were not taken from lines that were run to lines that were."""
        return [branch for branch in self.missing_branches
                if abs(branch[0]) not in self.missing_lines and branch[1] not in self.missing_lines]

    def gaps(self, but: set[int]) -> str:
        """Return what was not run, except for some lines, and branches from them."""
        alone = [branch for branch in self.alone() if abs(branch[0]) not in but]
        lines = [line for line in self.missing_lines if line not in but]
        return ", ".join([*ranges(lines), *(f"{begin}->{'end' if end < 0 else end}" for begin, end in alone)])


def ranges(lines: list[int]) -> list[str]:
    """Return ``["3", "5-7"]`` for 3, 5, 6, 7."""
    found: list[list[int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def prepare(folder: Path) -> Path:
    """Have the folder's Python measure all that it runs; return coverage's settings."""
    settings, data = folder / "settings.ini", folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    settings.write_text(SETTINGS.format(data=data, root=ROOT))
    packages = next(folder.glob("venv/lib/python*/site-packages"))
    (packages / "measure_plugins.py").write_text(HOOK.format(settings=str(settings)))
    (packages / "measure_plugins.pth").write_text("import measure_plugins\n")
    return settings


def combined(folder: Path, settings: Path) -> list[Measured]:
    """Join what all processes have written."""
    command = [str(folder / "venv" / "bin" / "coverage")]
    report = folder / "coverage.json"
    subprocess.run([*command, "combine", "--quiet", f"--rcfile={settings}"], check=True)
    subprocess.run([*command, "json", "--quiet", f"--rcfile={settings}", "-o", str(report)], check=True)
    found = []
    for name, entry in sorted(json.loads(report.read_text())["files"].items()):
        summary: dict[str, int] = entry["summary"]
        place = Path(ROOT, name).resolve().relative_to(ROOT)
        found.append(Measured(str(place), summary["num_statements"] + summary["num_branches"],
                              summary["covered_lines"] + summary["covered_branches"],
                              entry["missing_lines"], entry["missing_branches"]))
    return found


def never_imported(found: list[Measured]) -> list[str]:
    names = {one.name for one in found}
    return [name for path in sorted((ROOT / "plugins").rglob("*.py")) if path.stat().st_size
            for name in [str(path.relative_to(ROOT))] if name not in names and "/doc_fragments/" not in name]


def python_27() -> str | None:
    """Return a Python 2.7 of this machine that works."""
    versions = Path.home() / ".pyenv" / "versions"
    for python in [shutil.which("python2.7"), *map(str, versions.glob("2.7*/bin/python2.7"))]:
        if python and subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0:
            return python
    return None


def run_by_old_python(python: str, folder: Path) -> dict[str, set[int]]:
    """Have Python 2.7 read and write all recorded job files; return the lines of each file that it runs meanwhile."""
    place = folder / "python2"
    if not (place / "coverage").exists():
        print(f"coverage: installing {OLD_PACKAGE} for {python} into {place}", flush=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--target", str(place), OLD_PACKAGE], check=True)
    environment = {**os.environ, "PYTHONPATH": str(place), "COVERAGE_FILE": str(place / "data")}
    cases = sorted((ROOT / "tests/data/job-file-cases").glob("*.jsonl"))
    values = [json.loads(line)["values"] for path in cases for line in path.read_text(encoding="utf-8").splitlines()]
    run = [python, "-m", "coverage", "run", "--append", f"--include={ROOT}/plugins/*"]
    subprocess.run([*run[:3], "erase"], env=environment, check=True)
    subprocess.run([*run, str(TOOLS / "read_job_files.py"), "--cases", *map(str, cases)], env=environment, check=False,
                   stdout=subprocess.DEVNULL)
    subprocess.run([*run, str(TOOLS / "check_bytes.py")], env=environment, check=False, stdout=subprocess.DEVNULL)
    subprocess.run([*run, str(TOOLS / "write_job_files.py"), "--batch"], env=environment, check=True,
                   input="".join(json.dumps(one) + "\n" for one in values if one), text=True, stdout=subprocess.DEVNULL)
    subprocess.run([python, "-m", "coverage", "json", "-o", str(place / "report.json")], env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    files: dict[str, Any] = json.loads((place / "report.json").read_text())["files"]
    return {str(Path(ROOT, name).resolve().relative_to(ROOT)): set(entry["executed_lines"])
            for name, entry in files.items()}


def explained(found: list[Measured]) -> tuple[dict[str, set[int]], list[str]]:
    """Return the lines of each file that UNREACHED explains, and the complaints about entries that are out of date."""
    lines: dict[str, set[int]] = {}
    complaints = []
    measured = {one.name: one for one in found}
    for entry in yaml.safe_load(UNREACHED.read_text(encoding="utf-8")):
        source = ROOT / entry["file"]
        texts = [line.strip() for line in source.read_text(encoding="utf-8").split("\n")] if source.exists() else []
        one = measured.get(entry["file"])
        missing = {*one.missing_lines, *(abs(branch[0]) for branch in one.alone())} if one else set()
        for block in entry["lines"].strip().split("\n\n"):
            wanted = [line.strip() for line in block.split("\n")]
            places = {number for first in range(len(texts)) if texts[first:first + len(wanted)] == wanted
                      for number in range(first + 1, first + 1 + len(wanted))}
            if not places & missing:
                complaints.append(f"{entry['file']}: explained, but {'run' if places else 'not there'}: {wanted[0]}")
            lines.setdefault(entry["file"], set()).update(places & missing)
    return lines, complaints


def table(found: list[Measured], old: dict[str, set[int]], known: dict[str, set[int]]) -> float:
    """Print what was not run, file by file and in total; return the percentage that was."""
    rooms: dict[str, list[Measured]] = {}
    for one in found:
        rooms.setdefault(str(Path(one.name).parent), []).append(one)
    print("\nnot run, of lines and of branches (from->to):")
    for one in found:
        helped = old.get(one.name, set()) & set(one.missing_lines)
        reasons = known.get(one.name, set())
        notes = ([f"{len(helped)} lines that Python 2.7 alone runs, and ran"] if helped else []) + (
            [f"{len(reasons - helped)} that are explained"] if reasons - helped else [])
        if one.covered < one.wanted:
            print(f"  {one.name}: {one.gaps(helped | reasons) or 'nothing'}"
                  + (f" (besides {', and '.join(notes)})" if notes else ""))
    print(f"\n{'room':40}{'lines and branches':>20}{'not run':>10}{'percent':>10}")
    for room, files in [*sorted(rooms.items()), ("all of plugins/", found)]:
        wanted, covered = sum(one.wanted for one in files), sum(one.covered for one in files)
        percent = 100.0 * covered / max(wanted, 1)
        print(f"{room:40}{wanted:>20}{wanted - covered:>10}{percent:>10.1f}")
    return percent


def main() -> int:
    folder, parts = Path(sys.argv[1]).absolute(), sys.argv[2:] or ["unit", "integration"]
    settings = prepare(folder)
    runner = [sys.executable, str(TOOLS / "run_tests.py"), str(folder), "--newest-only", *parts]
    failed = subprocess.run(runner, check=False).returncode
    found = combined(folder, settings)
    python = python_27()
    known, complaints = explained(found)
    percent = table(found, run_by_old_python(python, folder) if python else {}, known)
    for complaint in complaints:
        print(complaint)
    unknown = never_imported(found)
    print(f"coverage of plugins/ by {' and '.join(parts)} tests: {percent:.1f} %, wanted: {LEAST:g} %"
          + (f"; never imported: {', '.join(unknown)}" if unknown else ""))
    whole = not sys.argv[2:]  # a part alone may leave out what the other runs, but finds nothing that is run
    return 1 if failed or unknown or percent < LEAST or (complaints and whole) else 0


if __name__ == "__main__":
    sys.exit(main())
