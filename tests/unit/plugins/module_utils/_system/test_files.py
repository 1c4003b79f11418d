# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files appear complete or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._system import files

Seen = list[tuple[list[str], bytes]]


class Attributes:
    """Records the contents of the folder when the staged file is ready."""

    def __init__(self) -> None:
        self.seen: Seen = []

    def prepare(self, staged: str, path: str) -> None:
        self.seen.append((sorted(os.listdir(os.path.dirname(path))), Path(staged).read_bytes()))


def place(path: str, data: bytes, attributes: object) -> None:
    with files.Batch() as batch:
        batch.place(path, data, attributes)
        batch.finish()


def remove(path: str) -> None:
    with files.Batch() as batch:
        batch.remove(path)
        batch.finish()


class Failing:
    def prepare(self, staged: str, path: str) -> None:
        raise OSError(28, "No space left on device")


def test_a_new_file(tmp_path: Path) -> None:
    path, attributes = tmp_path / "web.conf", Attributes()
    place(str(path), b"exec a\n", attributes)
    assert path.read_bytes() == b"exec a\n"
    assert os.listdir(tmp_path) == ["web.conf"]


def test_the_name_only_refers_to_complete_files(tmp_path: Path) -> None:
    path, attributes = tmp_path / "web.conf", Attributes()
    place(str(path), b"old" * 100000, attributes)
    place(str(path), b"new" * 100000, attributes)
    (first, first_data), (second, second_data) = attributes.seen
    staged = [name for name in first + second if name != "web.conf"]
    assert (first_data, second_data) == (b"old" * 100000, b"new" * 100000)
    assert len(first) == 1 and len(second) == 2 and len(staged) == 2
    assert not [name for name in staged if name.endswith((".conf", ".override"))]


def test_a_file_is_renamed_after_the_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    rename, fsync = os.rename, os.fsync

    def note_rename(old: str, new: str) -> None:
        assert Path(old).read_bytes() == b"text" and not os.path.exists(new)
        done.append("rename")
        rename(old, new)

    def note_fsync(handle: int) -> None:
        done.append("fsync of a " + ("folder" if os.path.isdir("/proc/self/fd/%d" % handle) else "file"))
        fsync(handle)

    monkeypatch.setattr(os, "rename", note_rename)
    monkeypatch.setattr(os, "fsync", note_fsync)
    place(str(tmp_path / "web.conf"), b"text", Attributes())
    assert done == ["fsync of a file", "rename", "fsync of a folder"]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "web.conf"
    path.write_bytes(b"old")
    with pytest.raises(UpstartError) as caught:
        place(str(path), b"new", Failing())
    assert caught.value.message == (
        "Cannot write %s: No space left on device; the file is unchanged. Free space or inodes on its file system (see "
        "df and df -i), then run the task again." % path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["web.conf"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="Cannot write .*: No such file or directory"):
        place(str(tmp_path / "no" / "web.conf"), b"", Attributes())


def no_locks(handle: int, operation: int) -> None:
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize(("name", "age", "locks", "stays"), [
    (".web.conf.abc" + files.STAGED_SUFFIX, 0, True, False),
    (".other.override.abc" + files.STAGED_SUFFIX, 0, True, False),
    (".web.conf.abc" + files.STAGED_SUFFIX, 2 * files.ABANDONED_AGE, False, False),
    (".web.conf.abc" + files.STAGED_SUFFIX, files.ABANDONED_AGE / 2, False, True),
    ("web.conf.abc~", 2 * files.ABANDONED_AGE, True, True),
    (".profile" + files.STAGED_SUFFIX, 2 * files.ABANDONED_AGE, True, True),
])
@pytest.mark.parametrize("written", [True, False])
def test_files_that_a_killed_run_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, age: float,
                                      locks: bool, stays: bool, written: bool) -> None:
    left = tmp_path / name
    left.write_bytes(b"half")
    os.utime(left, (time.time() - age, time.time() - age))
    if not locks:
        monkeypatch.setattr(fcntl, "flock", no_locks)
    if written:
        place(str(tmp_path / "web.conf"), b"", Attributes())
    else:
        with files.Batch() as batch:
            batch.tidy([str(tmp_path), str(tmp_path / "none")])
    assert left.exists() is stays


def test_a_concurrent_run_keeps_its_staged_files(tmp_path: Path) -> None:
    old = tmp_path / (".old.conf.abc" + files.STAGED_SUFFIX)
    with files.Batch() as first, files.Batch() as second:
        first.place(str(tmp_path / "a.conf"), b"a", Attributes())
        old.write_bytes(b"")
        os.utime(old, (0, 0))
        second.tidy([str(tmp_path)])
        second.place(str(tmp_path / "b.conf"), b"b", Attributes())
        second.finish()
        first.finish()
    assert sorted(os.listdir(tmp_path)) == ["a.conf", "b.conf"]


def test_what_is_in_the_way(tmp_path: Path) -> None:
    target = str(tmp_path / "web.conf")
    files.check_target(target)
    Path(target).write_bytes(b"")
    files.check_target(target)
    files.check_target(target + "/below/a/file")
    os.unlink(target)
    os.symlink("/elsewhere", target)
    with pytest.raises(UpstartError, match="is in the way: it is a symbolic link to /elsewhere. Move it away"):
        files.check_target(target)
    files.check_target(target, removal=True)
    os.unlink(target)
    os.mkfifo(target)
    with pytest.raises(UpstartError, match="it is not a regular file"):
        files.check_target(target)
    os.unlink(target)
    os.mkdir(target)
    for removal in (False, True):
        with pytest.raises(UpstartError, match="it is a directory") as caught:
            files.check_target(target, removal=removal)
        assert caught.value.facts == {"path": target}


def test_parents(tmp_path: Path) -> None:
    with files.Batch() as batch:
        batch.make_parent(str(tmp_path / "a" / "b" / "web.conf"), str(tmp_path))
        assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755
        batch.make_parent(str(tmp_path / "a" / "b" / "web.conf"), str(tmp_path))
        with pytest.raises(UpstartError, match="The job directory .* does not exist.*create it first"):
            batch.make_parent(str(tmp_path / "no" / "web.conf"), str(tmp_path / "no"))
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(UpstartError, match="Cannot make the directory"):
            batch.make_parent(str(tmp_path / "file" / "web.conf"), str(tmp_path))


def test_removal(tmp_path: Path) -> None:
    path = tmp_path / "web.conf"
    path.write_bytes(b"")
    remove(str(path))
    assert not path.exists()
    with pytest.raises(UpstartError, match="Cannot remove .*web.conf: No such file"):
        remove(str(path))
