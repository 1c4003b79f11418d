# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python for the modules of a test host that has already imported their libraries.

    resident_python.py SOCKET

Most of the work of a task is to start Python and to import Ansible's libraries. This server imports them once, from
the payloads that Ansible sends, and forks for each task. running() also writes a program for use as the interpreter:
it hands its script to the server. A script with a library that differs from the one that was imported runs in a new
Python. The server ends when its standard input does. For the tests only.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import gc
import hashlib
import importlib
import io
import marshal
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

PAYLOAD = re.compile(rb"""(?:\bzip_data=|^ *ZIPDATA = )["']+([A-Za-z0-9+/=\s]+)""", re.M)
LIBRARY = re.compile(r"((?:ansible|ansible_collections/\w+/\w+/plugins)/module_utils(?:/.+)?)\.py")
LENGTH_BYTES = 4
STATUS_BYTES = 16
STREAMS = 3  # standard input, output and errors
PATIENCE = 120.0  # seconds for the start of the server, for each read, and for its end
# With a script on the standard input, it starts as quickly as Python can. Anything else goes to the Python itself.
LAUNCHER = """\
#!/bin/sh
[ $# = 0 ] || exec "{python}" "$@"
exec "{python}" -IS -c '
import _socket, marshal, os, sys
mask = os.umask(0)
data = marshal.dumps([dict(os.environb), os.getcwd(), mask])
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range({streams}))
server = _socket.socket(_socket.AF_UNIX)
server.connect("{socket}")
server.sendmsg([len(data).to_bytes({length}, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
server.sendall(data)
os._exit(int(server.recv({status}) or 125))
'
"""


@contextlib.contextmanager
def running(python: str, folder: Path) -> Iterator[Path]:
    """Run a server with a Python; return the program in the folder that stands for this Python."""
    address, program = folder / "python.socket", folder / "python"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen([python, __file__, str(address)], stdin=subprocess.PIPE, env=environment) as server:
        deadline = time.monotonic() + PATIENCE
        while not address.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise OSError(f"{python} does not run {__file__}: status {server.poll()}")
            time.sleep(0.01)
        program.write_text(LAUNCHER.format(python=python, socket=address, streams=STREAMS, length=LENGTH_BYTES,
                                           status=STATUS_BYTES))
        program.chmod(0o755)
        try:
            yield program
        finally:
            if server.stdin:
                server.stdin.close()
            try:
                server.wait(PATIENCE)
            finally:
                server.kill()


class Libraries:
    """The libraries in all payloads so far, unpacked and imported."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checksums: dict[str, int] = {}
        self._usable: dict[bytes, bool] = {}  # by the hash of a payload

    def fit(self, script: bytes) -> bool:
        """Import what is new in the payload of a script; return whether it has the same libraries as those before."""
        payload = PAYLOAD.search(script)
        if not payload:
            return False
        name = hashlib.sha256(payload[1]).digest()
        if name not in self._usable:
            with zipfile.ZipFile(io.BytesIO(base64.b64decode(payload[1]))) as archive:
                self._usable[name] = self._add(archive)
        return self._usable[name]

    def _add(self, archive: zipfile.ZipFile) -> bool:
        checksums = {member.filename: member.CRC for member in archive.infolist()}
        if any(self._checksums.get(name, checksum) != checksum for name, checksum in checksums.items()):
            return False
        new = sorted(checksums.keys() - self._checksums.keys())
        archive.extractall(self._folder, new)
        self._checksums.update(checksums)
        importlib.invalidate_caches()
        sys.path.insert(0, str(self._folder))
        for library in filter(None, map(LIBRARY.fullmatch, new)):
            with contextlib.suppress(ImportError):  # then the module must import it, and has the error
                importlib.import_module(library[1].removesuffix("/__init__").replace("/", "."))
        sys.path.remove(str(self._folder))
        gc.collect()
        gc.freeze()  # a collection in a fork would copy all pages
        return True


def execute(script: bytes, fit: bool, request: list[Any], streams: list[int], path: list[str]) -> NoReturn:
    """Be the process of a script."""
    environment, folder, mask = request
    status = 1
    try:
        os.environb.clear()
        os.environb.update(environment)
        os.chdir(folder)
        os.umask(mask)
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
            os.close(descriptor)
        if not fit:
            run_anew(script)
        sys.argv = [""]
        sys.path[:] = ["", *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), *path]
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(script, "<stdin>", "exec"), vars(main))  # nosec B102 # noqa: S102 it is what the task sends
        status = 0
    except SystemExit as end:
        if isinstance(end.code, int):
            status = end.code
        elif end.code is None:
            status = 0
        else:
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status & 255)


def run_anew(script: bytes) -> NoReturn:
    """Go on as a new Python with a script on its standard input."""
    with tempfile.TemporaryFile() as stream:
        stream.write(script)
        stream.flush()
        stream.seek(0)
        os.dup2(stream.fileno(), 0)
    os.execv(sys.executable, [sys.executable])


class Server:
    """Forks for each script, and ends what a client has left."""

    def __init__(self, address: str, folder: Path) -> None:
        self._libraries = Libraries(folder)
        self._path = sys.path[1:]  # without the folder of this file
        self._clients: dict[int, tuple[int, socket.socket]] = {}  # by descriptor: the process and the connection
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake_write)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address + ".new")
        self._listener.listen(64)
        os.rename(address + ".new", address)

    def serve(self) -> None:
        while True:
            ready, _writable, _broken = select.select(
                [0, self._wake_read, self._listener.fileno(), *self._clients], [], [])
            if 0 in ready:
                return
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
                self._reap()
            for descriptor in self._clients.keys() & set(ready):  # a client says no more, so it has ended
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._clients[descriptor][0], signal.SIGKILL)
                self._clients.pop(descriptor)[1].close()
            if self._listener.fileno() in ready:
                self._accept()

    def _accept(self) -> None:
        client = self._listener.accept()[0]
        client.settimeout(PATIENCE)
        try:
            head, streams, _flags, _address = socket.recv_fds(client, LENGTH_BYTES, STREAMS)
            left, data = int.from_bytes(head, "big"), bytearray()
            while len(data) < left:
                data += client.recv(left - len(data))
            script = read_all(streams[0])
            fit = self._libraries.fit(script)
        except (OSError, IndexError):  # the client has ended
            client.close()
            return
        pid = os.fork()
        if not pid:
            self._leave(client)
            execute(script, fit, marshal.loads(data), streams, self._path)
        for descriptor in streams:
            os.close(descriptor)
        self._clients[client.fileno()] = pid, client

    def _leave(self, client: socket.socket) -> None:
        """Close in a child what belongs to the server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for connection in (self._listener, client, *(other for _pid, other in self._clients.values())):
            connection.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                code = os.waitstatus_to_exitcode(status)
                for descriptor, (owner, client) in list(self._clients.items()):
                    if owner == pid:
                        with contextlib.suppress(OSError):
                            client.send(b"%d" % (code if code >= 0 else 128 - code))
                        client.close()
                        del self._clients[descriptor]


def read_all(descriptor: int) -> bytes:
    """Return all that can be read from a descriptor."""
    parts = [b""]
    while select.select([descriptor], [], [], PATIENCE)[0]:
        parts.append(os.read(descriptor, 1 << 20))
        if not parts[-1]:
            return b"".join(parts)
    raise TimeoutError(f"a script did not end within {PATIENCE:g} s")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="upstart-resident-"))
    tempfile.tempdir = None  # each script finds its own
    try:
        Server(sys.argv[1], folder).serve()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
