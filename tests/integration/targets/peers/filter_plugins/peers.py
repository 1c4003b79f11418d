# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers for the rows of this target: results as words, processes of a job, and the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 56
# Init's own words for the reasons that newer releases signal and the module reports.
WORDINGS = [
    (r"process \(\d+\) terminated with status", "process exited with status"),
    (r"process \(\d+\) killed by (\w+) signal", r"process was killed by signal \1"),
    (r"Failed to spawn \S+ (\S+) process:", r"\1 process could not be run:"),
]
LISTENS = 0x10000  # the flag of a listening socket in /proc/net/unix


def outcome(result: dict[str, Any]) -> str:
    """Return the result of a task, or of each iteration of a loop, in one word: failed, changed or ok."""
    if "results" in result:
        return ", ".join(outcome(each) for each in result["results"])
    if result.get("failed"):
        return "failed"
    return "changed" if result.get("changed") else "ok"


def said(result: dict[str, Any], *patterns: str) -> str:
    """Return the match of each regular expression in the message of a result (its first group, if there is one)."""
    text = result.get("msg", "")
    for wording, ours in WORDINGS:
        text = re.sub(wording, ours, text)
    found = []
    for pattern in patterns:
        match = re.search(pattern, text)
        found.append(match.group(match.lastindex or 0) if match else f"(not said: {pattern})")
    return ", ".join(found)


def statuses(result: dict[str, Any]) -> str:
    """Return the statuses of the instances in a result, or in each iteration of a loop."""
    turns = result.get("results", [result])
    return ", ".join(each["status"] for turn in turns for each in turn.get("instances", []))


def running(job: str) -> int:
    """Return the number of a job's processes, independently of the daemon: by the environment that the job sets."""
    mark = b"UPSTART_JOB=" + job.encode()
    found = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found += mark in (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
    return found


def read(path: str) -> str:
    """Return the contents of a file, or an empty text if there is none."""
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def clients(address: str) -> int:
    """Return the number of connections to an abstract socket; a hanging client would hold one."""
    name = "@" + address.partition("=")[2]
    lines = [line.split() for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()[1:]]
    return sum(line[7:] == [name] and not int(line[3], 16) & LISTENS for line in lines)


def expected(row: dict[str, Any], release: str) -> str:
    """Return the expected text of a row; ``before`` has the texts up to certain releases."""
    def number(text: str) -> tuple[int, ...]:
        return tuple(map(int, text.split(".")))

    older = [number(bound) for bound in row.get("before", {}) if number(release) < number(bound)]
    return str(row["before"][".".join(map(str, min(older)))] if older else row["expected"])


def completed(rows: list[dict[str, Any]], unfinished: list[str], release: str) -> list[dict[str, Any]]:
    """Return the rows in order, each with ``ok``, plus an entry for each row that no case recorded."""
    rows = [{**row, "expected": expected(row, release)} for row in rows]
    found = {row["row"]: {**row, "ok": row["expected"] == row["got"]} for row in rows}
    for number in range(1, ROWS + 1):
        missing = {"row": number, "case": "?", "expected": "?", "got": f"not recorded ({'; '.join(unfinished)})",
                   "ok": False}
        found.setdefault(number, missing)
    return [found[number] for number in sorted(found)]


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows as the lines of a table with aligned columns."""
    cells = [["row", "case", "", "expected", "got"]]
    for row in rows:
        cells.append([str(row["row"]), row["case"], "ok" if row["ok"] else "NOT OK", row["expected"], row["got"]])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return [" | ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]


class FilterModule:
    """The filters of this target."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"peers_outcome": outcome, "peers_said": said, "peers_statuses": statuses, "peers_running": running,
                "peers_read": read, "peers_clients": clients, "peers_completed": completed, "peers_table": table}
