# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the line and branch coverage of plugins/, and print the lines that the tests do not run.

    coverage_run.py FOLDER [SUITE...]

prepare.py and mirror.py put a virtual environment and a mirror into FOLDER, for this purpose only.  Its Python measures
every process that it runs, because ansible-test and AnsiballZ do not pass on variables.  SUITES are those of
run_tests.py, by default unit and integration.  Lines that the emulator runs do not count.

Lines that only Python 2.7 runs count as not covered.  If this machine has Python 2.7, the lines that it runs while it
reads and writes job files are reported separately.  tests/coverage/unreached.yml explains lines that no test here can
run. They count as not covered, but are not printed.  The exit status is 1 if a part fails, if less than MIN_PERCENT is
covered, or if an explained line does not exist or was run.
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
MIN_PERCENT = 95.0
OLD_PACKAGE = "coverage==5.5"  # the last release for Python 2.7
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
exclude_also =
    ^if MYPY:
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
    """The coverage of a file: counts of lines and branches, and the missing ones."""

    name: str
    wanted: int
    covered: int
    missing_lines: list[int]
    missing_branches: list[list[int]]

    def alone(self) -> list[list[int]]:
        """Return the missing branches between lines that were run."""
        return [branch for branch in self.missing_branches
                if abs(branch[0]) not in self.missing_lines and branch[1] not in self.missing_lines]

    def gaps(self, but: set[int]) -> str:
        """Return the missing lines and branches as text, except for the lines ``but`` and branches from them."""
        alone = [branch for branch in self.alone() if abs(branch[0]) not in but]
        lines = [line for line in self.missing_lines if line not in but]
        return ", ".join([*ranges(lines), *(f"{begin}->{'end' if end < 0 else end}" for begin, end in alone)])


def ranges(lines: list[int]) -> list[str]:
    """Return ``["3", "5-7"]`` for 3, 5, 6, 7."""
    pairs: list[list[int]] = []
    for line in lines:
        if pairs and pairs[-1][1] == line - 1:
            pairs[-1][1] = line
        else:
            pairs.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in pairs]


def prepare(folder: Path) -> Path:
    """Make the folder's Python measure every process; return coverage's settings."""
    settings, data = folder / "settings.ini", folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    settings.write_text(SETTINGS.format(data=data, root=ROOT))
    packages = next(folder.glob("venv/lib/python*/site-packages"))
    (packages / "measure_plugins.py").write_text(HOOK.format(settings=str(settings)))
    (packages / "measure_plugins.pth").write_text("import measure_plugins\n")
    return settings


def combined(folder: Path, settings: Path) -> list[Measured]:
    """Combine the data of all processes."""
    command = [str(folder / "venv" / "bin" / "coverage")]
    report = folder / "coverage.json"
    subprocess.run([*command, "combine", "--quiet", f"--rcfile={settings}"], check=True)
    subprocess.run([*command, "json", "--quiet", f"--rcfile={settings}", "-o", str(report)], check=True)
    files = []
    for name, entry in sorted(json.loads(report.read_text())["files"].items()):
        summary: dict[str, int] = entry["summary"]
        place = Path(ROOT, name).resolve().relative_to(ROOT)
        files.append(Measured(str(place), summary["num_statements"] + summary["num_branches"],
                              summary["covered_lines"] + summary["covered_branches"],
                              entry["missing_lines"], entry["missing_branches"]))
    return files


def never_imported(measured: list[Measured]) -> list[str]:
    names = {file.name for file in measured}
    return [name for path in sorted((ROOT / "plugins").rglob("*.py")) if path.stat().st_size
            for name in [str(path.relative_to(ROOT))] if name not in names and "/doc_fragments/" not in name]


def python_27() -> str | None:
    """Return a working Python 2.7 of this machine, or None."""
    versions = Path.home() / ".pyenv" / "versions"
    for python in [shutil.which("python2.7"), *map(str, versions.glob("2.7*/bin/python2.7"))]:
        if python and subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0:
            return python
    return None


def run_by_old_python(python: str, folder: Path) -> dict[str, set[int]]:
    """Read and write all recorded job files with Python 2.7; return the lines of each file that it runs."""
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
                   input="".join(json.dumps(value) + "\n" for value in values if value), text=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([python, "-m", "coverage", "json", "-o", str(place / "report.json")], env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    files: dict[str, Any] = json.loads((place / "report.json").read_text())["files"]
    return {str(Path(ROOT, name).resolve().relative_to(ROOT)): set(entry["executed_lines"])
            for name, entry in files.items()}


def explained(measured: list[Measured]) -> tuple[dict[str, set[int]], list[str]]:
    """Return the lines of each file that UNREACHED explains, and complaints about outdated entries."""
    lines: dict[str, set[int]] = {}
    complaints = []
    coverage_by_name = {coverage.name: coverage for coverage in measured}
    for entry in yaml.safe_load(UNREACHED.read_text(encoding="utf-8")):
        source = ROOT / entry["file"]
        texts = [line.strip() for line in source.read_text(encoding="utf-8").split("\n")] if source.exists() else []
        coverage = coverage_by_name.get(entry["file"])
        missing = {*coverage.missing_lines, *(abs(branch[0]) for branch in coverage.alone())} if coverage else set()
        for block in entry["lines"].strip().split("\n\n"):
            wanted = [line.strip() for line in block.split("\n")]
            places = {number for first in range(len(texts)) if texts[first:first + len(wanted)] == wanted
                      for number in range(first + 1, first + 1 + len(wanted))}
            if not places & missing:
                complaints.append(f"{entry['file']}: explained, but {'run' if places else 'missing'}: {wanted[0]}")
            lines.setdefault(entry["file"], set()).update(places & missing)
    return lines, complaints


def table(measured: list[Measured], old: dict[str, set[int]], known: dict[str, set[int]]) -> float:
    """Print the missing lines and branches by file, and totals; return the covered percentage."""
    rooms: dict[str, list[Measured]] = {}
    for file in measured:
        rooms.setdefault(str(Path(file.name).parent), []).append(file)
    print("\nlines and branches (from->to) that were not run:")
    for file in measured:
        helped = old.get(file.name, set()) & set(file.missing_lines)
        reasons = known.get(file.name, set())
        notes = ([f"{len(helped)} lines that only Python 2.7 runs, and ran"] if helped else []) + (
            [f"{len(reasons - helped)} explained lines"] if reasons - helped else [])
        if file.covered < file.wanted:
            print(f"  {file.name}: {file.gaps(helped | reasons) or 'nothing'}"
                  + (f" (besides {' and '.join(notes)})" if notes else ""))
    print(f"\n{'room':40}{'lines and branches':>20}{'not run':>10}{'percent':>10}")
    for room, files in [*sorted(rooms.items()), ("all of plugins/", measured)]:
        wanted, covered = sum(file.wanted for file in files), sum(file.covered for file in files)
        percent = 100.0 * covered / max(wanted, 1)
        print(f"{room:40}{wanted:>20}{wanted - covered:>10}{percent:>10.1f}")
    return percent


def main() -> int:
    folder, parts = Path(sys.argv[1]).absolute(), sys.argv[2:] or ["unit", "integration"]
    settings = prepare(folder)
    runner = [sys.executable, str(TOOLS / "run_tests.py"), str(folder), "--newest-only", *parts]
    failed = subprocess.run(runner, check=False).returncode
    measured = combined(folder, settings)
    python = python_27()
    known, complaints = explained(measured)
    percent = table(measured, run_by_old_python(python, folder) if python else {}, known)
    for complaint in complaints:
        print(complaint)
    unknown = never_imported(measured)
    print(f"coverage of plugins/ by {' and '.join(parts)} tests: {percent:.1f} %, minimum: {MIN_PERCENT:g} %"
          + (f"; never imported: {', '.join(unknown)}" if unknown else ""))
    whole = not sys.argv[2:]  # a single part may not run what the other part runs
    return 1 if failed or unknown or percent < MIN_PERCENT or (complaints and whole) else 0


if __name__ == "__main__":
    sys.exit(main())
