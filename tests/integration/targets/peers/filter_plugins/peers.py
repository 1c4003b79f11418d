# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rows of this target are made of: results as words, processes of a job, and the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = 56
# How init words what a newer Upstart signals and the module says.
WORDINGS = [
    (r"process \(\d+\) terminated with status", "process exited with status"),
    (r"process \(\d+\) killed by (\w+) signal", r"process was killed by signal \1"),
    (r"Failed to spawn \S+ (\S+) process:", r"\1 process could not be run:"),
]
LISTENS = 0x10000  # the flag of a listening socket in /proc/net/unix


def outcome(result: dict[str, Any]) -> str:
    """Return what became of a task in one word, or of each turn of a loop: failed, changed or ok."""
    if "results" in result:
        return ", ".join(outcome(each) for each in result["results"])
    if result.get("failed"):
        return "failed"
    return "changed" if result.get("changed") else "ok"


def said(result: dict[str, Any], *patterns: str) -> str:
    """Return what each regular expression finds in a result's message (its first group, if it has one)."""
    text = result.get("msg", "")
    for wording, ours in WORDINGS:
        text = re.sub(wording, ours, text)
    found = []
    for pattern in patterns:
        match = re.search(pattern, text)
        found.append(match.group(match.lastindex or 0) if match else f"(not said: {pattern})")
    return ", ".join(found)


def statuses(result: dict[str, Any]) -> str:
    """Return the statuses of a result's instances, or of those of each turn of a loop."""
    turns = result.get("results", [result])
    return ", ".join(each["status"] for turn in turns for each in turn.get("instances", []))


def running(job: str) -> int:
    """Return how many processes of a job there are, the daemon's word apart: by the environment that it gives them."""
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
    """Return what a file holds, an empty text when there is none."""
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def clients(address: str) -> int:
    """Return how many connections there are to an abstract socket: what a client that hangs would hold."""
    name = "@" + address.partition("=")[2]
    lines = [line.split() for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()[1:]]
    return sum(line[7:] == [name] and not int(line[3], 16) & LISTENS for line in lines)


def expected(row: dict[str, Any], release: str) -> str:
    """Return what a row is to say; ``before`` has what it says up to some releases."""
    def number(text: str) -> tuple[int, ...]:
        return tuple(map(int, text.split(".")))

    older = [number(bound) for bound in row.get("before", {}) if number(release) < number(bound)]
    return str(row["before"][".".join(map(str, min(older)))] if older else row["expected"])


def completed(rows: list[dict[str, Any]], unfinished: list[str], release: str) -> list[dict[str, Any]]:
    """Return the rows in order, each with ``ok``, and an entry for each row that no case recorded."""
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
