# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon with its own scratch folder, and a command that runs a module."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import processes
from .history import Call
from .jobs import FILES

TESTS = Path(__file__).resolve().parents[2]
EMULATOR = (f"{sys.executable} {TESTS.parent}/roles/emulator/files/upstart-emulator --confdir {{conf}} --logdir {{log}}"
            " --address {address} --no-startup-event 2>>{tmp}/kmsg")
MODULE = (sys.executable, str(Path(__file__).resolve().with_name("run_module.py")))
START_SECONDS = 120.0


class BootError(Exception):
    """The daemon does not start."""


@dataclass(frozen=True)
class Host:
    """A running daemon and its files."""

    process: subprocess.Popen[bytes]
    scratch: Path
    address: str

    @property
    def conf(self) -> Path:
        return self.scratch / "init"

    def file(self, job: str, suffix: str = ".conf") -> Path:
        return self.conf / f"{job}{suffix}"

    def fill(self, text: str) -> str:
        return text.replace("@S", str(self.scratch))


def _wait_until_up(host: Host) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            processes.peer_pid(host.address)
            return
        except OSError:
            if host.process.poll() is not None or time.monotonic() > deadline:
                raise BootError(f"the daemon does not answer, its status is {host.process.poll()}") from None
            time.sleep(0.02)


def _end(process: subprocess.Popen[Any]) -> None:
    """End a process and its group: TERM first, then KILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


@contextlib.contextmanager
def booted(boot: str) -> Iterator[Host]:
    """Boot a daemon; afterwards end it and all processes of its jobs, and remove its folder."""
    scratch = Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        scratch.chmod(0o755)
        for folder in ("init", "log"):
            (scratch / folder).mkdir()
        for name, text in FILES.items():
            (scratch / name).write_text(text)
        address = f"unix:abstract=/sysinit-upstart-chaos/{scratch.name}"
        command = boot.format(conf=scratch / "init", log=scratch / "log", address=address, tmp=scratch)
        process = subprocess.Popen(["/bin/sh", "-c", "exec " + command], stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            host = Host(process, scratch, address)
            _wait_until_up(host)
            yield host
        finally:
            _end(process)
    finally:
        processes.end_all_of(str(scratch))
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass(frozen=True)
class Answer:
    """The result of a module, and the time when it was decided."""

    began: float
    decided: float
    result: dict[str, Any] | None  # None without JSON
    output: str
    hung: bool = False

    @property
    def failed(self) -> bool:
        return self.result is None or bool(self.result.get("failed"))

    @property
    def crashed(self) -> bool:
        return not self.hung and (self.result is None or "Traceback" in self.output or "exception" in self.result)


def module_options(host: Host, call: Call) -> dict[str, Any]:
    options: dict[str, Any] = {"address": host.address, "conf_dir": str(host.conf)}
    if call.module != "upstart_job":
        options["log_dir"] = str(host.scratch / "log")
    if call.module == "upstart_service":
        options["init_log"] = str(host.scratch / "kmsg")
    options.update(json.loads(host.fill(json.dumps(call.arguments))))
    if call.check:
        options["_ansible_check_mode"] = True
    return options


def run_module(host: Host, call: Call, patience: float, command: tuple[str, ...] = MODULE) -> Answer:
    """Run the module of a call as Ansible does; ``command`` gets its name, its options and a file for the time."""
    stamp = host.scratch / "decided"
    began = time.monotonic()
    process = subprocess.Popen([*command, call.module, json.dumps(module_options(host, call)), str(stamp)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    try:
        output, errors = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        _end(process)
        output, errors = process.communicate()
        return Answer(began, time.monotonic(), None, output + errors, hung=True)
    decided = float(stamp.read_text()) if stamp.exists() else time.monotonic()
    try:
        result = json.loads(output)
    except ValueError:
        result = None
    return Answer(began, decided, result if isinstance(result, dict) else None, output + errors)
