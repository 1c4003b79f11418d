# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot systemd as process 1 of new namespaces, without a container engine."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SUITE = Path(__file__).resolve().parents[1]
# The machine's own systemd, or the package that tests/tools/prepare.py has unpacked.
PLACES = ("lib/systemd/systemd", "usr/lib/systemd/systemd")
START_SECONDS, END_SECONDS = 60.0, 30.0
# Stand-ins for the units that would end the machine or ask for a password.
ENDS = ("systemd-poweroff.service", "systemd-reboot.service", "systemd-halt.service")
STAND_INS = ("rescue.service", "emergency.service", *ENDS)


class UnavailableError(Exception):
    """systemd cannot be booted on this machine; the text is a reason for its user."""


@dataclass(frozen=True)
class Systemd:
    """The files of a systemd."""

    root: Path

    @property
    def program(self) -> Path:
        return next(self.root / place for place in PLACES if (self.root / place).exists())

    @property
    def libraries(self) -> str:
        """Return the folders of its libraries for the loader, "" for the machine's own."""
        if self.root == Path("/"):
            return ""
        return ":".join(sorted({str(path.parent) for path in self.root.glob("**/lib*.so*")}))

    def version(self) -> str:
        """Return the version.

        :raises UnavailableError: if the program does not run here.
        """
        done = subprocess.run([str(self.program), "--version"], capture_output=True, text=True, check=False,
                              env={**os.environ, "LD_LIBRARY_PATH": self.libraries}, timeout=30)
        if done.returncode:
            raise UnavailableError(f"{self.program} does not run here ({done.stderr.strip()})")
        return done.stdout.split()[1]

    def write_tools(self, folder: Path) -> None:
        """Write a systemctl that runs with the libraries of an unpacked package."""
        folder.mkdir()
        if self.libraries:
            tool = folder / "systemctl"
            tool.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={self.libraries} exec {self.root}/bin/systemctl "$@"\n')
            tool.chmod(0o755)


def find_systemd(roots: Sequence[Path]) -> Systemd:
    """Return the systemd of the first root that has one: the machine's own, or an unpacked package.

    :raises UnavailableError: if there is none.
    """
    for root in roots:
        if any((root / place).exists() for place in PLACES):
            return Systemd(root)
    raise UnavailableError("this machine has no systemd, and apt-get cannot download its package")


def check_namespaces() -> None:
    """Raise UnavailableError if this user cannot make the namespaces."""
    if os.geteuid() != 0:
        raise UnavailableError("booting systemd in namespaces needs root")
    if not shutil.which("unshare"):
        raise UnavailableError("booting systemd in namespaces needs unshare (util-linux)")
    done = subprocess.run(["unshare", "--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup", "--fork",
                           "--propagation", "private", "true"], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise UnavailableError(f"this machine does not allow new namespaces ({done.stderr.strip()})")
    if own_cgroup() is None:
        raise UnavailableError("this machine has no cgroup2 file system to boot systemd in")


def own_cgroup() -> Path | None:
    """Return the folder of this process in the file system of cgroup version 2, None if it is not mounted writable."""
    path = next((line.split(":", 2)[2] for line in Path("/proc/self/cgroup").read_text().splitlines()
                 if line.startswith("0::")), None)
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        words = line.split()
        if path is not None and words[words.index("-") + 1] == "cgroup2":
            below = os.path.relpath(path, words[3])
            folder = Path(words[4]) / below
            if not below.startswith("..") and os.access(folder, os.W_OK):
                return folder
    return None


def write_base(folder: Path, systemd: Systemd) -> None:
    """Write the targets of the distribution, and stand-ins for services that they need."""
    folder.mkdir()
    package = systemd.program.parent / "system"
    for target in package.glob("*.target"):
        shutil.copyfile(target, folder / target.name)
    for name in STAND_INS:
        more = "Requires=shutdown.target\nAfter=shutdown.target\n" if name in ENDS else ""
        (folder / name).write_text(
            f"[Unit]\nDefaultDependencies=no\n{more}[Service]\nType=oneshot\nExecStart=/bin/true\n")
    (folder / "kbrequest.target").write_text("[Unit]\nStopWhenUnneeded=yes\n")  # not in each package
    (folder / "default.target").unlink(missing_ok=True)
    (folder / "default.target").symlink_to("multi-user.target")


@contextlib.contextmanager
def booted(systemd: Systemd, scratch: Path, units: Path) -> Iterator[int]:
    """Boot into multi-user.target with the units of a folder; give the process ID of process 1, and end all afterwards.

    :raises UnavailableError: if systemd ends before it answers.
    """
    parent = own_cgroup()
    if parent is None:
        raise UnavailableError("this machine has no cgroup2 file system to boot systemd in")
    cgroup = parent / f"sysinit-upstart-{os.getpid()}"
    cgroup.mkdir()
    base, tools = scratch / "base", scratch / "bin"
    write_base(base, systemd)
    systemd.write_tools(tools)
    master, slave = os.openpty()
    threading.Thread(target=_copy, args=(master, scratch / "console"), daemon=True).start()
    environment = {**os.environ, "BASE": str(base), "UNITS": str(units), "CONSOLE": os.ttyname(slave),
                   "BIN": str(tools), "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "LIBRARIES": systemd.libraries}
    process = subprocess.Popen(["/bin/sh", "-e", str(SUITE / "boot.sh"), str(cgroup), str(systemd.program)],
                               env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield _wait_for_init(process, scratch / "console")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(END_SECONDS)
        os.close(slave)
        _remove_cgroup(cgroup)


def _copy(master: int, file: Path) -> None:
    """Copy what comes from a terminal to a file: a terminal that nobody reads would make systemd wait."""
    with open(file, "wb", buffering=0) as stream, contextlib.suppress(OSError):
        while data := os.read(master, 65536):
            stream.write(data)
    os.close(master)


def _wait_for_init(process: subprocess.Popen[bytes], console: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text().split()):
                if Path(f"/proc/{child}/root/run/systemd/private").exists() \
                        and Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return child
        time.sleep(0.01)
    raise UnavailableError(f"systemd does not boot in namespaces here:{last_words(console.parent) or ' no message'}")


def last_words(scratch: Path) -> str:
    """Return the last messages of a systemd, each on a line of its own."""
    console = scratch / "console"
    lines = console.read_text(errors="replace").splitlines()[-5:] if console.exists() else []
    return "".join(f"\n  {line}" for line in lines)


def _remove_cgroup(cgroup: Path) -> None:
    """Remove a tree of empty cgroups; its processes have been killed, but may take a moment to disappear."""
    deadline = time.monotonic() + END_SECONDS
    while cgroup.exists() and time.monotonic() < deadline:
        for folder, _names, _files in os.walk(cgroup, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        time.sleep(0.01)
