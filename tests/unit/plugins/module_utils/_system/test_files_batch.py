# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many files are placed and removed together."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._system import files


class Attributes:
    def prepare(self, staged: str, path: str) -> None:
        os.chmod(staged, 0o640)


def test_nothing_happens_before_the_end(tmp_path: Path) -> None:
    old, new = tmp_path / "old.conf", tmp_path / "new.conf"
    old.write_bytes(b"old")
    with files.Batch() as batch:
        batch.place(str(new), b"new", Attributes())
        batch.remove(str(old))
        assert old.exists() and not new.exists()
        batch.finish()
    assert os.listdir(tmp_path) == ["new.conf"]
    assert new.read_bytes() == b"new" and new.stat().st_mode & 0o777 == 0o640


def test_all_data_is_flushed_before_the_first_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 3 * files.FLUSH_THREADS
    done: list[str] = []
    rename, fsync = os.rename, os.fsync

    def note_rename(staged: str, path: str) -> None:
        done.append("rename")
        rename(staged, path)

    def note_fsync(handle: int) -> None:
        fsync(handle)
        done.append(os.path.basename(os.readlink("/proc/self/fd/%d" % handle)))

    monkeypatch.setattr(os, "rename", note_rename)
    monkeypatch.setattr(os, "fsync", note_fsync)
    with files.Batch() as batch:
        for number in range(count):
            batch.place(str(tmp_path / ("job%d.conf" % number)), b"exec a\n", Attributes())
        batch.finish()
    flushed = done[:count]
    assert len(set(flushed)) == count and all(name.endswith(files.STAGED_SUFFIX) for name in flushed)
    assert done[count:] == ["rename"] * count + [tmp_path.name]
    assert len(os.listdir(tmp_path)) == count


def test_each_folder_is_flushed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.append(os.readlink("/proc/self/fd/%d" % handle)))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "old.conf").write_bytes(b"")
    with files.Batch() as batch:
        for folder in ("a", "b"):
            batch.remove(str(tmp_path / folder / "old.conf"))
            batch.place(str(tmp_path / folder / "new.conf"), b"", Attributes())
        batch.finish()
    assert sorted(name for name in flushed if os.path.isdir(name)) == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_a_file_that_cannot_be_staged_stops_all(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="Cannot write .*no/b.conf: No such file"), files.Batch() as batch:
        batch.place(str(tmp_path / "a.conf"), b"", Attributes())
        batch.place(str(tmp_path / "no" / "b.conf"), b"", Attributes())
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fails_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UpstartError, match="Cannot write .*: Input/output error; the file is unchanged."):
        with files.Batch() as batch:
            for number in range(20):
                batch.place(str(tmp_path / ("job%d.conf" % number)), b"", Attributes())
            batch.finish()
    assert os.listdir(tmp_path) == []


def test_a_removal_is_added_twice(tmp_path: Path) -> None:
    path = tmp_path / "web.override"
    path.write_bytes(b"")
    with files.Batch() as batch:
        batch.remove(str(path))
        batch.remove(str(path))
        batch.finish()
    assert not path.exists()


def test_a_staged_file_that_no_longer_exists(tmp_path: Path) -> None:
    """The first error is reported, not the failed clean-up."""
    with pytest.raises(UpstartError, match="no room"), files.Batch() as batch:
        batch.place(str(tmp_path / "a.conf"), b"", Attributes())
        for staged in tmp_path.iterdir():
            staged.unlink()
        raise UpstartError("no room")


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(files.fcntl, "flock", refuse)
    with files.Batch() as batch:
        batch.place(str(tmp_path / "a.conf"), b"exec a\n", Attributes())
        batch.finish()
    assert [path.name for path in tmp_path.iterdir()] == ["a.conf"]


def test_a_path_that_cannot_be_checked() -> None:
    with pytest.raises(UpstartError, match="Cannot check /x+.conf: File name too long"):
        files.check_target("/%s.conf" % ("x" * 300))
