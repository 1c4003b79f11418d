# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules of the collection one after the other in a process, and kill it at a chosen moment.

    python killed_runs.py MODULE...

Reads a run as JSON from each line of its input and writes its result to its output. Modules are imported once and each
run is a fork: a run takes only the time of the modules themselves.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

Call = tuple[str, dict[str, Any]]  # module, arguments
Hook = Callable[[FrameType, str, Any], None]
HANG_SECONDS = 300  # a longer run is killed
TALKS = {"posix", "_io", "fcntl", "_dbus_bindings", "_socket", "select"}  # modules whose functions make system calls
CHANGES = {"rename", "unlink", "chmod", "chown", "fsync", "mkdir", "rmdir"}


@dataclass
class Moment:
    """When a run is killed: before call ``number`` of a ``kind``, or after ``seconds``; never if both are unset."""

    kind: str = ""  # "any" system call, or one that changes "files"
    number: int = 0
    seconds: float = 0.0


@dataclass
class Run:
    """The end of a run: its status (negative for a signal), the results, its calls by kind if counted, its seconds."""

    status: int
    results: list[dict[str, Any]]
    calls: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


class Runner:
    """The process that forks the runs; use it in a ``with`` statement."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen([sys.executable, __file__, *modules], text=True, start_new_session=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *unused: object) -> None:
        self._process.communicate(timeout=HANG_SECONDS)

    def run(self, calls: list[Call], moment: Moment | None = None, counted: bool = False) -> Run:
        """Run modules; ``counted`` runs note their calls, which takes twice as long."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps({"calls": calls, "moment": vars(moment or Moment()), "counted": counted}),
              file=self._process.stdin, flush=True)
        return Run(**json.loads(self._process.stdout.readline()))


def kind_of(function: Any) -> set[str]:
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None) or type(owner).__module__
    if module not in TALKS:
        return set()
    return {"any", "files"} if function.__name__ in CHANGES else {"any"}


def counting(moment: Moment, counts: dict[str, itertools.count[int]]) -> Hook:
    """Return a profile function that counts system calls and kills the process at the moment."""
    def hook(frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call":
            return
        for kind in kind_of(function):
            if next(counts[kind]) == moment.number and kind == moment.kind:
                os.kill(os.getpid(), signal.SIGKILL)
    return hook


def child(mains: dict[str, Callable[[], None]], calls: list[Call], moment: Moment, counted: bool, folder: Path) -> None:
    """Execute the run: each module prints to its own file in ``folder``. Does not return."""
    status = 0
    counts = {"any": itertools.count(1), "files": itertools.count(1)}
    signal.alarm(HANG_SECONDS)
    try:
        basic = importlib.import_module("ansible.module_utils.basic")
        if moment != Moment() or counted:
            hook = counting(moment, counts)
            threading.setprofile(hook)
            sys.setprofile(hook)
        for number, (module, arguments) in enumerate(calls):
            vars(basic).update(_ANSIBLE_ARGS=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode(),
                               _ANSIBLE_PROFILE="legacy")
            os.dup2(os.open(folder / str(number), os.O_WRONLY | os.O_CREAT), 1)
            try:
                mains[module]()
            except SystemExit as end:
                status = int(end.code or 0) or status
            sys.stdout.flush()
    except BaseException:
        sys.setprofile(None)
        traceback.print_exc()
        status = 3
    finally:
        sys.setprofile(None)
        (folder / "calls").write_text(json.dumps({kind: next(count) - 1 for kind, count in counts.items()}))
        os._exit(status)


def serve(mains: dict[str, Callable[[], None]], calls: list[Call], moment: Moment, counted: bool) -> Run:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            child(mains, calls, moment, counted, folder)
        if moment.seconds:
            time.sleep(moment.seconds)
            os.kill(pid, signal.SIGKILL)  # a signal to a zombie does no harm
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        seconds = time.monotonic() - began
        if status < 0:
            return Run(status, [], {}, seconds)
        results = [json.loads((folder / str(number)).read_text()) for number in range(len(calls))]
        return Run(status, results, json.loads((folder / "calls").read_text()), seconds)


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
    importlib.import_module("checkout").mount()
    prefix = "ansible_collections.sysinit.upstart.plugins.modules."
    mains = {name: importlib.import_module(prefix + name).main for name in sys.argv[1:]}
    importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.module_server").import_all()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(vars(serve(mains, asked["calls"], Moment(**asked["moment"]), asked["counted"]))), flush=True)


if __name__ == "__main__":
    main()
