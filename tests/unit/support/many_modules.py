# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the collection many times, several at once, each in its own forked process.

    python many_modules.py MODULE AT_ONCE < ARGUMENTS_AS_JSON

A fork saves the import of Ansible in each run and shows the time of the module itself.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    # Imported here because this file is also a program, which makes the collection importable itself.
    waiting = importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.waiting")
    process = subprocess.Popen([sys.executable, __file__, module, str(at_once)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    output, errors = process.communicate(json.dumps(arguments))
    assert process.returncode == 0, output + errors
    waiting.wait_for(lambda: not of_session(process.pid), "a process of the runs still exists")
    ends = [Ended(**entry) for entry in json.loads(output)]
    documented = importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.documented")
    for ended in ends:
        if ended.output.startswith("{"):
            documented.ensure_documented(module, ended.result())
    return ends


def of_session(session: int) -> list[int]:
    """Return the pids of a session's processes without zombies: who adopted an orphan may collect it later."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[3]) == session and fields[0] != "Z":
            pids.append(int(path.parent.name))
    return pids


def child(main: Callable[[], None], arguments: dict[str, Any], folder: Path) -> None:
    """Execute the module: print to files in ``folder``. Does not return."""
    basic = importlib.import_module("ansible.module_utils.basic")
    given = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    vars(basic).update(_ANSIBLE_ARGS=given, _ANSIBLE_PROFILE="legacy")
    for number, name in ((1, "output"), (2, "errors")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
    status = 3
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    try:
        main()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def run_here(main: Callable[[], None], arguments: list[dict[str, Any]], at_once: int, scratch: Path) -> list[Ended]:
    waiting = list(enumerate(arguments))
    running: dict[int, tuple[int, float]] = {}
    ended: dict[int, Ended] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            number, given = waiting.pop(0)
            folder = scratch / str(number)
            folder.mkdir()
            pid = os.fork()
            if pid == 0:
                child(main, given, folder)
            running[pid] = number, time.monotonic()
        pid, wait_status = os.wait()
        number, began = running.pop(pid)
        folder = scratch / str(number)
        ended[number] = Ended((folder / "output").read_text(), (folder / "errors").read_text(),
                              os.waitstatus_to_exitcode(wait_status), time.monotonic() - began)
    return [ended[number] for number in sorted(ended)]


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
    importlib.import_module("checkout").mount()
    name = "ansible_collections.sysinit.upstart.plugins.modules." + sys.argv[1]
    module_main = importlib.import_module(name).main
    with tempfile.TemporaryDirectory() as scratch:
        ended = run_here(module_main, json.load(sys.stdin), int(sys.argv[2]), Path(scratch))
    json.dump([asdict(run_ended) for run_ended in ended], sys.stdout)


if __name__ == "__main__":
    main()
