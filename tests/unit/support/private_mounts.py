# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a test function in its own mount namespace, where file systems can be filled and made read-only.

    private_mounts.py FOLDER FILE FUNCTION

FUNCTION of the Python file FILE gets a daemon whose job directory is a separate file system. Everything is below
FOLDER, a file system that ends with the process. Exits with status 75 if this user may not mount file systems.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

NEW_MOUNTS, NEW_USER = 0x20000, 0x10000000
NOT_ALLOWED = 75
SIZE = "size=256k,nr_inodes=40"
TOOLS = Path(__file__).resolve().parents[2] / "tools"


def call(function: object, folder: Path) -> None:
    """Call a function of a test module in its own mount namespace; a failed assertion fails the caller."""
    code = function.__code__  # type: ignore[attr-defined]
    command = [sys.executable, __file__, str(folder), code.co_filename, code.co_name]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode == NOT_ALLOWED:
        pytest.skip("needs root or user namespaces: this machine lets nobody mount a file system for the test")
    assert done.returncode == 0, done.stdout + done.stderr
    for line in done.stdout.splitlines():
        key, _tab, message = line.partition("\t")
        importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.faults").met[key] = message


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def enter(folder: str) -> None:
    """Enter a mount namespace; an unprivileged user also enters a user namespace as root."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_MOUNTS) != 0:
        if libc.unshare(NEW_MOUNTS | NEW_USER) != 0:
            sys.exit(NOT_ALLOWED)
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    try:
        mount("--make-rprivate", "/")
        mount("-t", "tmpfs", "tmpfs", folder)
    except subprocess.CalledProcessError:
        sys.exit(NOT_ALLOWED)
    tempfile.tempdir = folder


def main() -> None:
    enter(sys.argv[1])
    sys.path.insert(0, str(TOOLS))
    importlib.import_module("checkout").mount()
    with_daemon = importlib.import_module("with_daemon")
    faults = importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.faults")
    own = with_daemon.boot_command()
    os.environ["UPSTART_BOOT"] = f"sh -c 'mount -t tmpfs -o {SIZE} tmpfs {{conf}} && exec {own}'"
    name = Path(sys.argv[2])
    spec = importlib.util.spec_from_file_location(name.stem, name)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with with_daemon.running() as daemon:
        getattr(module, sys.argv[3])(daemon)
    for key, message in faults.met.items():
        print(f"{key}\t{message}")


if __name__ == "__main__":
    main()
