# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes made by another process after the task has read a file are not lost; unused directories are removed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import enabling
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import run
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.manifest import Manifest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan, plan_all
from ansible_collections.sysinit.upstart.plugins.module_utils._system import files

OTHERS = b"# of somebody else\nexec c\n"


class Attributes:
    """Calls ``meddles`` just before the first file gets its name."""

    def __init__(self, meddles: Any = None) -> None:
        self.meddles = meddles

    def prepare(self, staged: str, path: str) -> None:
        meddles, self.meddles = self.meddles, None
        if meddles:
            meddles()

    def adjust(self, path: str) -> bool:
        return False

    def validate(self, command: str, name: str, data: bytes) -> None:
        raise UpstartError("refused")


def batch_of(folder: Path, attributes: object) -> files.Batch:
    batch = files.Batch()
    batch.place(str(folder / "a.conf"), b"new a", attributes, b"a")
    batch.place(str(folder / "b.conf"), b"new b", attributes, None)
    batch.remove(str(folder / "c.conf"), b"c")
    return batch


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "a.conf").write_bytes(b"a")
    (tmp_path / "c.conf").write_bytes(b"c")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_else_changes_the_files(folder: Path) -> None:
    with batch_of(folder, Attributes()) as batch:
        batch.finish()
    assert contents(folder) == {"a.conf": b"new a", "b.conf": b"new b"}


@pytest.mark.parametrize("name", ["a.conf", "b.conf", "c.conf"])
def test_a_file_that_was_changed_before(folder: Path, name: str) -> None:
    """No file is written, whichever of the files was changed."""
    with batch_of(folder, Attributes()) as batch:
        (folder / name).write_bytes(OTHERS)
        before = {key: value for key, value in contents(folder).items() if not key.endswith(files.STAGED_SUFFIX)}
        with pytest.raises(UpstartError) as caught:
            batch.finish()
    assert caught.value.message == ("%s was changed by another process after this task read it; nothing was written. "
                                    "Run the task again." % (folder / name))
    assert caught.value.facts == {"path": str(folder / name), "done": []}
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["b.conf", "c.conf"])
def test_a_file_that_is_changed_meanwhile(folder: Path, name: str) -> None:
    """The file is checked again right before it is replaced or removed."""
    with batch_of(folder, Attributes(lambda: (folder / name).write_bytes(OTHERS))) as batch:
        with pytest.raises(UpstartError) as caught:
            batch.finish()
    assert "these files were changed before it: %s/a.conf" % folder in caught.value.message
    assert contents(folder)[name] == OTHERS


def test_a_file_that_is_gone(folder: Path) -> None:
    with batch_of(folder, Attributes()) as batch:
        (folder / "a.conf").unlink()
        with pytest.raises(UpstartError, match="a.conf was changed by another process"):
            batch.finish()


def test_another_process_writes_the_same_text(folder: Path) -> None:
    with batch_of(folder, Attributes()) as batch:
        (folder / "a.conf").write_bytes(b"new a")
        batch.finish()
    assert contents(folder)["a.conf"] == b"new a"


def test_a_file_that_is_placed_and_removed(tmp_path: Path) -> None:
    """A change by an earlier step is not a change by another process."""
    path = str(tmp_path / "a.override")
    with files.Batch() as batch:
        batch.place(path, b"new", Attributes(), None)
        batch.remove(path, None)
        batch.finish()
    assert os.listdir(tmp_path) == []


def plans(folder: Path, *entries: dict[str, Any]) -> list[FilePlan]:
    wanted = []
    for entry in entries:
        params = dict.fromkeys(job_options.argument_spec())
        params.update({"name": "web", "state": "present", "override": False, "merge": False, "exact": False,
                       "backup": False, "jobs": None, **entry})
        wanted.extend(job_options.wanted_jobs(params))
    made: list[FilePlan] = plan_all(wanted, str(folder))
    return made


@pytest.mark.parametrize(("options", "name"), [
    ({"content": "exec b\n"}, "web.conf"),
    ({"merge": True, "nice": 5}, "web.conf"),
    ({"state": "absent"}, "web.conf"),
    ({"state": "absent"}, "web.override"),
    ({"override": True, "nice": 5}, "web.override"),
    ({"override": True, "state": "absent"}, "web.override"),
    ({"name": "new", "content": "exec b\n"}, "new.conf"),
])
def test_jobs(tmp_path: Path, options: dict[str, Any], name: str) -> None:
    (tmp_path / "web.conf").write_bytes(b"exec a\n")
    (tmp_path / "web.override").write_bytes(b"nice 1\n")
    planned = plans(tmp_path, options)
    (tmp_path / name).write_bytes(OTHERS)
    before = contents(tmp_path)
    with pytest.raises(UpstartError, match="was changed by another process after this task read it"):
        run.change_files(planned, None, Attributes(), str(tmp_path))
    assert contents(tmp_path) == before


def test_enabling(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes(b"start on a\nexec a\n")
    for text, wanted in ((None, False), (b"manual\n", True)):
        if text is not None:
            (tmp_path / "web.override").write_bytes(text)
        change = enabling.plan(Definition("web", str(tmp_path)), wanted, (1, 13, 2))
        (tmp_path / "web.override").write_bytes(OTHERS)
        with pytest.raises(UpstartError, match="web.override was changed by another process after this task read it"):
            enabling.act(_Deaf(), [change], Attributes(), str(tmp_path))
        assert contents(tmp_path)["web.override"] == OTHERS
        (tmp_path / "web.override").unlink()


class _Deaf:
    """A daemon without jobs."""

    def __init__(self) -> None:
        self.connection = self
        self.peer = {"pid": os.getpid()}
        self.signals: list[Any] = []

    def jobs(self) -> list[str]:
        return []

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[] for _name in names]


def test_a_manifest(tmp_path: Path) -> None:
    path, conf = tmp_path / "shop.json", tmp_path / "init"
    conf.mkdir()
    manifest = Manifest(str(path))
    path.write_text('{"format": 1, "jobs": ["other"], "overrides": []}')
    with pytest.raises(UpstartError, match="shop.json was changed by another process after this task read it"):
        manifest.announce(plans(conf, {"content": "exec a\n"}))
    assert "other" in path.read_text() and sorted(os.listdir(tmp_path)) == ["init", "shop.json"]


def test_manifest_files_that_a_killed_run_left(tmp_path: Path) -> None:
    conf = tmp_path / "init"
    conf.mkdir()
    left = tmp_path / (".shop.json.abcd1234" + files.STAGED_SUFFIX)
    for text in ("exec a\n", "exec a\n"):  # a run without changes also removes leftovers
        left.write_text("{}")
        manifest = Manifest(str(tmp_path / "shop.json"))
        planned = plans(conf, {"content": text})
        manifest.announce(planned)
        run.change_files(planned, None, Attributes(), str(conf))
        manifest.settle(planned)
        assert sorted(os.listdir(tmp_path)) == ["init", "shop.json"]


@pytest.mark.parametrize("length", [200, 230, 240, 250])
def test_long_names_are_staged(tmp_path: Path, length: int) -> None:
    path = tmp_path / ("w" * length + ".conf")
    with files.Batch() as batch:
        batch.place(str(path), b"new", Attributes(), None)
        (staged,) = os.listdir(tmp_path)
        assert files.STAGED_NAME.match(staged)
        batch.finish()
    assert os.listdir(tmp_path) == [path.name]


def test_directories_that_were_made_for_nothing_are_removed(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    options: dict[str, Any] = {"name": "net/new/x/web", "content": "exec a\n", "validate": "false %s"}
    with pytest.raises(UpstartError, match="refused"):
        run.change_files(plans(tmp_path, options), None, Attributes(), str(tmp_path))
    assert [path.name for path in tmp_path.rglob("*")] == ["net"]


def test_directories_that_become_empty_are_removed(tmp_path: Path) -> None:
    for name in ("net/new/x/web", "net/other"):
        run.change_files(plans(tmp_path, {"name": name, "content": "exec a\n"}), None, Attributes(), str(tmp_path))
    (tmp_path / "empty").mkdir()
    run.change_files(plans(tmp_path, {"name": "net/new/x/web", "state": "absent"}), None, Attributes(), str(tmp_path))
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "empty", "net", "net/other.conf"]
    run.change_files(plans(tmp_path, {"name": "net/other", "state": "absent"}), None, Attributes(), str(tmp_path))
    assert os.listdir(tmp_path) == ["empty"]


def test_the_job_directory_itself_stays(tmp_path: Path) -> None:
    for state in ("present", "absent"):
        run.change_files(plans(tmp_path, {"content": None if state == "absent" else "exec a\n", "state": state}), None,
                         Attributes(), str(tmp_path))
    assert tmp_path.is_dir() and os.listdir(tmp_path) == []
