# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that have imported the modules of the collection, or the emulator, and fork for each run of one.

    python module_server.py modules|upstart-emulator PADDING < SOCKET

The start of Python and the imports take ten times as long as a typical run. A server is started by the first run and
ends with the process of the tests. PADDING is room for the words that /proc shows of a run.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import faulthandler
import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

COLLECTION = "ansible_collections.sysinit.upstart."
ROOT = Path(__file__).resolve().parents[3]
LENGTH_BYTES = 8  # of the length before each request
DESCRIPTORS = 3  # of each request: output, errors, status
WORDS_BYTES = 600  # at most, of the words of a run
MODULES, EMULATOR = "modules", "upstart-emulator"  # make coverage does not measure processes with the latter word


class Server:
    """The client's side of a server process."""

    def __init__(self, kind: str) -> None:
        self._socket, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen([sys.executable, __file__, kind, "-" * WORDS_BYTES],
                                             stdin=other.fileno())

    def close(self) -> None:
        self._socket.close()
        self._process.wait()

    def send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        data = json.dumps(request).encode()
        socket.send_fds(self._socket, [len(data).to_bytes(LENGTH_BYTES, "big")], descriptors)
        self._socket.sendall(data)


@functools.cache
def _server_of(_pid: int, kind: str) -> Server:
    server = Server(kind)
    atexit.register(server.close)
    return server


_all_processor_seconds = [0.0]


def processor_seconds() -> float:
    """Return the processor time of all runs of this process that have ended."""
    return _all_processor_seconds[0]


class Run:
    """A run of a module. It has what the tests use of subprocess.Popen.

    :ivar args: the words of a command for the same run.
    :ivar seconds: how long it took, once it has ended.
    """

    def __init__(self, module: str, arguments: dict[str, Any], own_session: bool = False,
                 hang_seconds: int = 0) -> None:
        self.args = ["python", "run_module.py", module]
        self._begin(MODULES, {"module": module, "arguments": arguments, "own_session": own_session,
                              "hang_seconds": hang_seconds})

    def _begin(self, kind: str, request: dict[str, Any], *descriptors: int) -> None:
        """Start the run; it has these descriptors or pipes for its output and its errors."""
        pipes = [os.pipe() for _number in range(DESCRIPTORS - len(descriptors))]
        self._received = {read_end: b"" for read_end, _write_end in pipes}
        self._names = list(self._received)
        self._open = set(self._received)
        self.seconds = 0.0
        self.returncode: int | None = None
        try:
            _server_of(os.getpid(), kind).send(
                {**request, "environment": dict(os.environ), "folder": os.getcwd()},
                [*descriptors, *(write_end for _read_end, write_end in pipes)])
        finally:
            for _read_end, write_end in pipes:
                os.close(write_end)
        while b"\n" not in self._received[self._names[-1]]:
            progress([self])
        self.pid = int(self._received[self._names[-1]].split()[0])

    def __del__(self) -> None:
        for descriptor in self._open:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    @property
    def descriptors(self) -> set[int]:
        """Return the descriptors that are not at their end."""
        return self._open

    @property
    def ended(self) -> bool:
        """Return whether the module has ended and nobody can write to its output."""
        return not self._open

    def receive(self, descriptor: int) -> None:
        data = os.read(descriptor, 1 << 16)
        self._received[descriptor] += data
        if not data:
            self._open.discard(descriptor)
            os.close(descriptor)
            if descriptor == self._names[-1]:
                _pid, status, seconds, processor = self._received[descriptor].split()
                self.returncode = os.waitstatus_to_exitcode(int(status))
                self.seconds = float(seconds)
                _all_processor_seconds[0] += float(processor)

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Return the output and the errors when the module has ended."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            progress([self], deadline - time.monotonic())
        output, errors = (self._received[name].decode() for name in self._names[:2])
        return output, errors


class Emulator(Run):
    """A run of the emulator, in its own session; it writes its errors to a file."""

    def __init__(self, arguments: list[str], errors: Path) -> None:
        with errors.open("ab") as stream, open(os.devnull, "wb") as nothing:
            self._begin(EMULATOR, {"arguments": arguments, "own_session": True, "hang_seconds": 0},
                        nothing.fileno(), stream.fileno())

    def poll(self) -> int | None:
        progress([self], 0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            progress([self], None if deadline is None else deadline - time.monotonic())
        return self.returncode


def progress(runs: Sequence[Run], timeout: float | None = None) -> None:
    """Wait until one of some runs has news, and receive it."""
    owners = {descriptor: run for run in runs for descriptor in run.descriptors}
    poller = select.poll()
    for descriptor in owners:
        poller.register(descriptor, select.POLLIN)
    for descriptor, _event in poller.poll(None if timeout is None else max(timeout, 0) * 1000):
        owners[descriptor].receive(descriptor)


def execute(main: Callable[[], int | None], request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Be the process of a run, with the environment and the folder of the client."""
    status = 1
    try:
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        if request["own_session"]:
            os.setsid()
        for number, descriptor in enumerate(descriptors, 1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if request["hang_seconds"]:
            faulthandler.dump_traceback_later(request["hang_seconds"], exit=True)
        status = main() or 0
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()  # Ansible removes its temporary folder there
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


class _Forks:
    """The server's side of all runs."""

    def __init__(self, channel: socket.socket, main: Callable[[dict[str, Any]], int | None]) -> None:
        self._channel = channel
        self._main = main
        self._running: dict[int, tuple[int, float]] = {}  # by pid: descriptor for the status, time of the start
        self._wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake_write)
        self._wake_write = wake_write

    def serve(self) -> None:
        """Serve until the client closes its end."""
        while True:
            ready, _writable, _broken = select.select([self._channel.fileno(), self._wake_read], [], [])
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
                self._reap()
            if self._channel.fileno() in ready and not self._accept():
                return

    def _accept(self) -> bool:
        head, descriptors, _flags, _address = socket.recv_fds(self._channel, LENGTH_BYTES, DESCRIPTORS)
        if not head:
            return False
        left, data = int.from_bytes(head, "big"), bytearray()
        while len(data) < left:
            data += self._channel.recv(left - len(data))
        request = json.loads(data)
        pid = os.fork()
        if not pid:
            self._leave(descriptors[2])
            execute(functools.partial(self._main, request), request, descriptors[:2])
        for descriptor in descriptors[:2]:
            os.close(descriptor)
        os.write(descriptors[2], b"%d\n" % pid)
        self._running[pid] = descriptors[2], time.monotonic()
        return True

    def _leave(self, *own: int) -> None:
        """Close in a child what belongs to the server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._channel.close()
        statuses = [status for status, _began in self._running.values()]
        for descriptor in (self._wake_read, self._wake_write, *own, *statuses):
            os.close(descriptor)

    def _reap(self) -> None:
        while self._running:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if not pid:
                return
            descriptor, began = self._running.pop(pid)
            with contextlib.suppress(BrokenPipeError):  # the client no longer waits for it
                os.write(descriptor, b"%d %f %f\n" % (
                    status, time.monotonic() - began, usage.ru_utime + usage.ru_stime))
            os.close(descriptor)


def import_all() -> None:
    """Import all modules and their helpers, and libraries that they import only when they are used."""
    importlib.import_module("ansible.module_utils.basic")
    for folder in ("modules", "module_utils"):
        for path in sorted((ROOT / "plugins" / folder).rglob("*.py")):
            if path.name != "__init__.py":
                importlib.import_module(COLLECTION + ".".join(path.relative_to(ROOT).with_suffix("").parts))
    with contextlib.suppress(ImportError):
        importlib.import_module("dbus.mainloop.glib")


def run_module(request: dict[str, Any]) -> None:
    basic = importlib.import_module("ansible.module_utils.basic")
    given = json.dumps({"ANSIBLE_MODULE_ARGS": request["arguments"]}).encode()
    vars(basic).update(_ANSIBLE_ARGS=given, _ANSIBLE_PROFILE="legacy")
    importlib.import_module(COLLECTION + "plugins.modules." + request["module"]).main()


def run_emulator(request: dict[str, Any]) -> int:
    show_words(["upstart-emulator", *request["arguments"]])
    status: int = importlib.import_module("emulator.cli").main(request["arguments"])
    return status


def show_words(words: list[str]) -> None:
    """Have /proc show these words of this process, in place of those of the server."""
    first, last = (int(field) for field in Path("/proc/self/stat").read_text().rpartition(")")[2].split()[45:47])
    text = "\0".join(words).encode()
    assert len(text) < last - first, f"WORDS_BYTES must be more than {len(text)}"
    ctypes.memmove(first, text.ljust(last - first, b"\0"), last - first)


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests" / "tools"))
    importlib.import_module("checkout").mount()
    if sys.argv[1] == MODULES:
        import_all()
    else:
        importlib.import_module("emulator.cli")
        importlib.import_module("emulator.daemon")
        importlib.import_module("emulator.collection").preload()
    gc.freeze()  # a collection in a fork would copy all pages
    with socket.socket(fileno=os.dup(0)) as channel:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _Forks(channel, run_module if sys.argv[1] == MODULES else run_emulator).serve()


if __name__ == "__main__":
    main()
