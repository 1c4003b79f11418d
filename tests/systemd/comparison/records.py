# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the processes of a story leave behind: the recording, and what /proc says of those that run."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

IGNORED_LIMITS = ("Max pending signals", "Max processes")  # follow the memory of the machine


@dataclass(frozen=True)
class Record:
    """A line of the recording: a process began, or ended by itself."""

    label: str
    what: str
    number: int

    @property
    def job(self) -> str:
        return self.label.partition(".")[0]


def read_records(run: Path) -> list[Record]:
    try:
        lines = (run / "trace").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [Record(words[0], words[1], int(words[2])) for words in map(str.split, lines)]


class Processes:
    """The processes of a host, seen through its /proc."""

    def __init__(self, proc: Path) -> None:
        self.proc = proc

    def is_alive(self, pid: int) -> bool:
        try:
            stat = (self.proc / str(pid) / "stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] not in ("Z", "X")

    def alive(self, records: list[Record]) -> dict[str, list[int]]:
        """Return the process IDs of the processes that run, by label."""
        result: dict[str, list[int]] = {}
        for record in records:
            if record.what == "begin" and self.is_alive(record.number):
                result.setdefault(record.label, []).append(record.number)
        return result

    def environment(self, pid: int) -> dict[str, str]:
        """Return the environment with which a process began; an empty dict if it has ended."""
        try:
            entries = (self.proc / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return {}
        return {name: value for name, _equals, value in (entry.partition("=") for entry in entries if entry)}

    def traits(self, pid: int) -> dict[str, str]:
        """Return what a process has inherited; an empty dict if it has ended."""
        folder = self.proc / str(pid)
        try:
            status = dict(line.split(":\t", 1)
                          for line in (folder / "status").read_text().splitlines() if ":\t" in line)
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            limits = (folder / "limits").read_text().splitlines()[1:]
            result = {"oom": (folder / "oom_score_adj").read_text().strip(), "chdir": os.readlink(folder / "cwd"),
                      "stdin": os.readlink(folder / "fd/0"), "stdout": os.readlink(folder / "fd/1")}
        except OSError:
            return {}
        result = {name: value if name in ("oom", "chdir") else _kind(value) for name, value in result.items()}
        result.update({f"env {name}": value for name, value in self.environment(pid).items()})
        result.update({f"limit {line[:26].strip()}": " ".join(line[26:68].split()) for line in limits
                       if line[:26].strip() not in IGNORED_LIMITS})
        result.update({"umask": status["Umask"], "nice": stat[16], "user": status["Uid"].split()[0],
                       "group": status["Gid"].split()[0], "groups": _other_groups(status),
                       "ignored signals": status["SigIgn"], "blocked signals": status["SigBlk"],
                       "leads its session": str(stat[3] == str(pid))})
        return result


def _other_groups(status: dict[str, str]) -> str:
    """Return the supplementary groups. The own group of the process changes nothing there."""
    return " ".join(group for group in status["Groups"].split() if group != status["Gid"].split()[0])


def _kind(target: str) -> str:
    """Return what kind of file a descriptor is."""
    if target.startswith("/dev/pts/") or target.startswith("/dev/tty"):
        return "terminal"
    return target.partition(":")[0] if ":" in target else target


def counts(records: list[Record], what: str = "begin") -> Counter[str]:
    return Counter(record.label for record in records if record.what == what)
