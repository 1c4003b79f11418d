# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command with a private Upstart daemon, in a scratch folder that is removed afterwards.

    with_daemon.py [--ansible-test FILE] COMMAND [ARGUMENT...]

The environment of the command describes the daemon: UPSTART_ADDRESS, UPSTART_CONF_DIR,
UPSTART_LOG_DIR, UPSTART_INIT_LOG, UPSTART_SCRATCH and UPSTART_TOOLS (this folder).
--ansible-test also writes them to FILE as variables for ``ansible-test integration``, with
upstart_python: the interpreter for the modules, UPSTART_PYTHON or by default the controller's.
With UPSTART_RESIDENT, that interpreter stays in memory; see resident_python.py.

The daemon is the emulator, or the command in UPSTART_BOOT, which must stay in the
foreground and contain {conf}, {log} and {address}. Without {address}, it is the init of a
user's session, which makes an address from its own process ID. If it can, it writes its own
messages to the file ``kmsg`` beside {log}.  The exit status is the command's; it is 1 if the daemon
ended early or left processes behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import resident_python

EMULATOR = Path(__file__).resolve().parents[2] / "roles" / "emulator" / "files" / "upstart-emulator"
OPTIONS = "--confdir {conf} --logdir {log} --address {address} --no-startup-event"
START_SECONDS = 300.0
END_SECONDS = 30.0  # after TERM, and again after KILL


def boot_command(more_options: str = "", program: str = "") -> str:
    """Return a value of UPSTART_BOOT for the emulator with more options, perhaps started by a program."""
    return " ".join(filter(None, [sys.executable, program, str(EMULATOR), OPTIONS, more_options, "2>>{tmp}/kmsg"]))


@dataclass
class Daemon:
    """A running daemon, its address and its folders."""

    process: subprocess.Popen[bytes]
    address: str
    conf: Path
    log: Path
    scratch: Path

    @property
    def messages(self) -> Path:
        return self.scratch / "kmsg"

    def variables(self) -> dict[str, str]:
        return {"upstart_address": self.address, "upstart_conf_dir": str(self.conf), "upstart_log_dir": str(self.log),
                "upstart_init_log": str(self.messages), "upstart_scratch": str(self.scratch)}

    def last_words(self) -> str:
        lines = self.messages.read_text(errors="replace").splitlines() if self.messages.exists() else []
        return "".join(f"\n  {line}" for line in lines[-5:])


def answers(address: str) -> bool:
    """Return whether a process listens at a ``unix:abstract=`` or ``unix:path=`` address."""
    kind, value = address.partition(":")[2].split("=", 1)
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex("\0" + value if kind == "abstract" else value) == 0


def start_emulator(options: list[str], errors: Path) -> subprocess.Popen[bytes]:
    """Start the emulator in its own session. The unit tests replace this function: theirs forks a running Python."""
    with errors.open("ab") as stream:
        return subprocess.Popen([sys.executable, EMULATOR, *options], stdin=subprocess.DEVNULL, stderr=stream,
                                start_new_session=True)


def wait_until_up(daemon: Daemon) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(daemon.address):
        if daemon.process.poll() is not None:
            sys.exit(f"with_daemon: the daemon ended with status {daemon.process.returncode} before it answered"
                     + daemon.last_words())
        if time.monotonic() > deadline:
            sys.exit(f"with_daemon: nothing answers at {daemon.address} after {START_SECONDS:g} s")
        time.sleep(0.02)


def stop(daemon: Daemon) -> None:
    """End the daemon's process group: TERM first, then KILL."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(daemon.process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            daemon.process.wait(END_SECONDS)
            return


def left_behind(scratch: Path) -> list[str]:
    """Return the command lines of processes that contain the scratch folder."""
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                if str(scratch) in line:
                    lines.append(f"{entry.name} {line}")
    return lines


@contextlib.contextmanager
def running() -> Iterator[Daemon]:
    """Boot a daemon in a scratch folder; afterwards end it and remove the folder."""
    scratch = Path(tempfile.mkdtemp(prefix="upstart-"))
    scratch.chmod(0o755)
    address = f"unix:abstract=/sysinit-upstart-test/{scratch.name}"
    conf, log = scratch / "init", scratch / "log"
    conf.mkdir()
    log.mkdir()
    boot = os.environ.get("UPSTART_BOOT") or None
    options = OPTIONS.format(conf=conf, log=log, address=address).split()
    if boot is None:
        process = start_emulator(options, scratch / "kmsg")
    else:
        command = boot.format(conf=conf, log=log, address=address, tmp=scratch)
        process = subprocess.Popen(["/bin/sh", "-c", "exec " + command], stdin=subprocess.DEVNULL,
                                   start_new_session=True)
    if boot is not None and "{address}" not in boot:
        address = f"unix:abstract=/com/ubuntu/upstart-session/{os.geteuid()}/{process.pid}"
    daemon = Daemon(process, address, conf, log, scratch)
    try:
        wait_until_up(daemon)
        yield daemon
    finally:
        stop(daemon)
        shutil.rmtree(scratch, ignore_errors=True)


def no_process_left(scratch: Path) -> bool:
    deadline = time.monotonic() + 120
    while left_behind(scratch):
        if time.monotonic() > deadline:
            print("with_daemon: left behind: " + "; ".join(left_behind(scratch)), file=sys.stderr)
            return False
        time.sleep(0.05)
    return True


@contextlib.contextmanager
def interpreter(folder: Path) -> Iterator[None]:
    """Have UPSTART_PYTHON be an interpreter that stays in memory, if that is wanted."""
    with contextlib.ExitStack() as stack:
        if os.environ.get("UPSTART_RESIDENT"):
            python = os.environ.get("UPSTART_PYTHON") or sys.executable
            os.environ["UPSTART_PYTHON"] = str(stack.enter_context(resident_python.running(python, folder)))
        yield


def main() -> int:
    arguments = sys.argv[1:]
    settings = None
    if arguments[:1] == ["--ansible-test"]:
        settings, arguments = Path(arguments[1]), arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    with running() as daemon, interpreter(daemon.scratch):
        variables = {**daemon.variables(), "upstart_tools": str(Path(__file__).resolve().parent)}
        if settings:
            python = os.environ.get("UPSTART_PYTHON") or "{{ ansible_playbook_python }}"
            settings.write_text("---\n" + "".join(f"{name}: {value}\n" for name, value in variables.items())
                                + f'upstart_python: "{python}"\n')
        environment = {**os.environ, **{name.upper(): value for name, value in variables.items()}}
        try:
            status = subprocess.run(arguments, env=environment, check=False).returncode
        except KeyboardInterrupt:
            status = 130
        if daemon.process.poll() is not None:
            print(f"with_daemon: the daemon ended early, with status {daemon.process.returncode}"
                  + daemon.last_words(), file=sys.stderr)
            status = status or 1
    if settings:
        settings.unlink(missing_ok=True)
    return status or (0 if no_process_left(daemon.scratch) else 1)


if __name__ == "__main__":
    sys.exit(main())
