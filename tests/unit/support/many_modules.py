# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the collection many times, several at once, each in its own forked process.

A fork saves the import of Ansible in each run and shows the time of the module itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.sysinit.upstart.tests.unit.support import documented, module_server, waiting

HANG_SECONDS = 300  # a longer run is ended; its errors then say where it was


@dataclass
class Ended:
    """The end of a module's run: its output, its exit status (negative for a signal), and its seconds."""

    output: str
    errors: str
    status: int
    seconds: float

    def result(self) -> dict[str, Any]:
        """Return the module's result; fail if its output is not JSON."""
        try:
            answer: dict[str, Any] = json.loads(self.output)
        except ValueError:
            raise AssertionError(f"no result, status {self.status}: {self.output}{self.errors}") from None
        return answer


def run(module: str, arguments: list[dict[str, Any]], at_once: int = 12) -> list[Ended]:
    """Run a module with each of the arguments; return the ends of the runs, in their order.

    Fails if a process of the runs still exists afterwards.
    """
    runs: list[module_server.Run] = []
    for given in arguments:
        while len(running := [each for each in runs if each.returncode is None]) >= at_once:
            module_server.progress(running)
        runs.append(module_server.Run(module, given, own_session=True, hang_seconds=HANG_SECONDS))
    while running := [each for each in runs if each.returncode is None]:
        module_server.progress(running)
    sessions = {each.pid for each in runs}
    waiting.wait_for(lambda: not of_sessions(sessions), "a process of the runs still exists")
    ends = [_end_of(each) for each in runs]
    for ended in ends:
        if ended.output.startswith("{"):
            documented.ensure_documented(module, ended.result())
    return ends


def _end_of(run_ended: module_server.Run) -> Ended:
    output, errors = run_ended.communicate(waiting.PATIENCE)
    assert run_ended.returncode is not None
    return Ended(output, errors, run_ended.returncode, run_ended.seconds)


def of_sessions(sessions: set[int]) -> list[int]:
    """Return the pids of sessions' processes without zombies: who adopted an orphan may collect it later."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[3]) in sessions and fields[0] != "Z":
            pids.append(int(path.parent.name))
    return pids
