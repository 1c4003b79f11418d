# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk rejects changes: every file is complete, unchanged and in place, and no temporary file is left."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import private_mounts
from ansible_collections.sysinit.upstart.tests.unit.support.faults import (
    SERVICE,
    check,
    contents,
    deployed,
    held,
    job,
    known,
    run,
    service,
)

Daemon = with_daemon.Daemon
LARGE = "# %s\nexec sleep 2000\n" % ("x" * 5000)


@pytest.fixture(name="private")
def _private(tmp_path: Path) -> Callable[[Callable[[Daemon], None]], None]:
    return lambda function: private_mounts.call(function, tmp_path)


def fill(folder: Path) -> None:
    """Fill the file system to the last block."""
    with open(folder / "filler", "wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * 4096):
                pass
        except OSError as error:
            assert error.errno == 28


def fill_inodes(folder: Path) -> None:
    try:
        for number in range(100):
            (folder / ("filler-%d" % number)).touch()
    except OSError as error:
        assert error.errno == 28


def nothing_changed(daemon: Daemon, before: dict[str, bytes]) -> None:
    assert contents(daemon.conf) == before
    assert known(daemon) == ["web"]
    assert held(daemon)["enabled"] is True


def no_space(daemon: Daemon) -> None:
    deployed(daemon, content="start on deploy\n" + SERVICE)
    fill(daemon.conf)
    before = contents(daemon.conf)
    check("no-space", job(daemon, content=LARGE), path=daemon.conf / "web.conf")
    check("no-space", job(daemon, "new", content=LARGE), path=daemon.conf / "new.conf")
    check("no-space", job(daemon, override=True, content=LARGE), path=daemon.conf / "web.override")
    check("no-space", service(daemon, enabled=False), path=daemon.conf / "web.override")
    check("no-space-backup", job(daemon, content=LARGE, backup=True), path=daemon.conf / "web.conf")
    nothing_changed(daemon, before)


def no_inode(daemon: Daemon) -> None:
    deployed(daemon, content="start on deploy\n" + SERVICE)
    fill_inodes(daemon.conf)
    before = contents(daemon.conf)
    check("no-space", job(daemon, content=LARGE), path=daemon.conf / "web.conf")
    nothing_changed(daemon, before)


def read_only(daemon: Daemon) -> None:
    deployed(daemon, content="start on deploy\n" + SERVICE)
    before = contents(daemon.conf)
    private_mounts.mount("-o", "remount,bind,ro", str(daemon.conf))  # the only way in a user namespace
    check("read-only", job(daemon, content=LARGE), path=daemon.conf / "web.conf")
    check("read-only", service(daemon, enabled=False), path=daemon.conf / "web.override")
    check("read-only-remove", job(daemon, state="absent"), path=daemon.conf / "web.conf")
    check("read-only-folder", job(daemon, "sub/web", content=LARGE), path=daemon.conf / "sub")
    assert job(daemon, content="start on deploy\n" + SERVICE)["changed"] is False
    nothing_changed(daemon, before)


def test_no_space(private: Callable[[object], None]) -> None:
    private(no_space)


def test_no_inode(private: Callable[[object], None]) -> None:
    private(no_inode)


def test_a_read_only_file_system(private: Callable[[object], None]) -> None:
    private(read_only)


@pytest.fixture(name="daemon")
def _daemon() -> object:
    with with_daemon.running() as daemon:
        yield daemon


def test_no_job_directory(daemon: Daemon) -> None:
    deployed(daemon)
    daemon.conf.rename(daemon.scratch / "away")
    check("no-directory", job(daemon, content=LARGE), path=daemon.conf)
    assert not daemon.conf.exists()
    (daemon.scratch / "away").rename(daemon.conf)
    assert contents(daemon.conf) == {"web.conf": SERVICE.encode()}


WAYS: dict[str, Callable[[Path], object]] = {
    "link-in-the-way": lambda path: path.symlink_to("/elsewhere"),
    "directory-in-the-way": Path.mkdir,
    "pipe-in-the-way": os.mkfifo,
}


@pytest.mark.parametrize("key", sorted(WAYS))
def test_something_is_in_the_way(daemon: Daemon, key: str) -> None:
    path = daemon.conf / "web.conf"
    WAYS[key](path)
    before = path.lstat()
    check(key, job(daemon, content=SERVICE), path=path)
    after = path.lstat()
    assert (after.st_ino, after.st_mode, os.listdir(daemon.conf)) == (before.st_ino, before.st_mode, ["web.conf"])
    override = daemon.conf / "other.override"
    deployed(daemon, "other", content="start on deploy\n" + SERVICE)
    WAYS[key](override)
    said = service(daemon, name="other", enabled=False)
    assert said["failed"] is True and str(override) in said["msg"]
    assert override.lstat().st_mode == before.st_mode


@pytest.fixture(name="immutable")
def _immutable() -> object:
    """Return a function that makes a path immutable until the end of the test."""
    made: list[Path] = []

    def make(path: Path) -> None:
        done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip("needs root of the machine, and a file system with attributes: " + done.stderr.strip())
        made.append(path)

    if shutil.which("chattr") is None:
        pytest.skip("needs chattr")
    yield make
    for path in made:
        subprocess.run(["chattr", "-i", str(path)], check=True)


def test_an_immutable_file(daemon: Daemon, immutable: Callable[[Path], None]) -> None:
    path = daemon.conf / "web.conf"
    deployed(daemon)
    immutable(path)
    for backup in (False, True):
        check("immutable", job(daemon, content=LARGE, backup=backup), path=path)
    check("immutable-remove", job(daemon, state="absent"), path=path)
    assert contents(daemon.conf) == {"web.conf": SERVICE.encode()}


def test_an_immutable_file_among_others(daemon: Daemon, immutable: Callable[[Path], None]) -> None:
    for name in ("a", "b", "c"):
        deployed(daemon, name)
    immutable(daemon.conf / "b.conf")
    jobs = [{"name": name, "content": LARGE} for name in ("a", "b", "c")]
    said = run(daemon, "upstart_job", jobs=jobs)
    check("immutable-among", said, path=daemon.conf / "b.conf", done=daemon.conf / "a.conf")
    assert said["done"] == [str(daemon.conf / "a.conf")]
    old, new = SERVICE.encode(), LARGE.encode()
    assert contents(daemon.conf) == {"a.conf": new, "b.conf": old, "c.conf": old}


def test_an_immutable_directory(daemon: Daemon, immutable: Callable[[Path], None]) -> None:
    deployed(daemon)
    immutable(daemon.conf)
    check("immutable", job(daemon, "new", content=LARGE), path=daemon.conf / "new.conf")
    assert contents(daemon.conf) == {"web.conf": SERVICE.encode()}


def test_a_file_that_becomes_immutable(daemon: Daemon) -> None:
    said = job(daemon, content=SERVICE, attributes="+i")
    try:
        if said.get("failed") and "chattr" in said["msg"]:
            assert said["done"] == [str(daemon.conf / "web.conf")], said
            pytest.skip("needs root of the machine, and a file system with attributes: " + said["msg"])
        assert said["changed"] is True
        assert contents(daemon.conf) == {"web.conf": SERVICE.encode()}
        said = subprocess.run(["lsattr", str(daemon.conf / "web.conf")], capture_output=True, text=True, check=True)
        assert "i" in said.stdout.split()[0]
    finally:
        subprocess.run(["chattr", "-i", str(daemon.conf / "web.conf")], check=False, capture_output=True)


@pytest.mark.parametrize(("option", "reason"), [
    ("owner", "chown failed: failed to look up user nosuch"),
    ("group", "chgrp failed: failed to look up group nosuch"),
    ("mode", "mode must be in octal or symbolic form"),
])
def test_attributes_that_the_host_refuses(daemon: Daemon, option: str, reason: str) -> None:
    deployed(daemon)
    said = job(daemon, content=LARGE, **{option: "nosuch"})
    assert reason in said["msg"], said
    check("attributes", said, path=daemon.conf / "web.conf", reason=said["msg"].split(": ", 1)[1].split(". Correct")[0])
    assert said["file"] == str(daemon.conf / "web.conf") and said["done"] == [], said
    assert contents(daemon.conf) == {"web.conf": SERVICE.encode()}
    assert [path.name for path in daemon.conf.iterdir()] == ["web.conf"]
