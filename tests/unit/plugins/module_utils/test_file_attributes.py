# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files get their owner, mode and SELinux context before they are in place, even on hosts without SELinux."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _file_attributes
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError

DEFAULT, OLD = ["system_u", "object_r", "etc_t", "s0"], ["system_u", "object_r", "init_conf_t", "s0"]


class Module:
    """The parts of AnsibleModule that are used; ``contexts`` are the contexts that were set."""

    def __init__(self, folder: Path, selinux: bool = False, **params: Any) -> None:
        self.params = params
        self.tmpdir = str(folder)
        self.contexts: list[tuple[str, list[str]]] = []
        self.wanted: list[dict[str, Any]] = []
        self._selinux = selinux

    def fail_json(self, **fields: Any) -> None:
        raise AssertionError(fields)

    def selinux_enabled(self) -> bool:
        return self._selinux

    def selinux_default_context(self, path: str) -> list[str]:
        return DEFAULT

    def selinux_context(self, path: str) -> list[str]:
        return OLD

    def set_context_if_different(self, path: str, context: list[str], changed: bool) -> bool:
        self.contexts.append((os.path.basename(path), context))
        return True

    def load_file_common_arguments(self, params: dict[str, Any], path: str) -> dict[str, Any]:
        return {"path": path, **params}

    def set_fs_attributes_if_different(self, arguments: dict[str, Any], changed: bool) -> bool:
        self.wanted.append(arguments)
        return True

    def run_command(self, args: list[str], handle_exceptions: bool) -> tuple[int, str, str]:
        assert not handle_exceptions
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), args[0])


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    path = tmp_path / "staged"
    path.write_text("new\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(("selinux", "contexts"), [(False, []), (True, [("staged", DEFAULT)])])
def test_a_new_file(tmp_path: Path, staged: Path, selinux: bool, contexts: list[Any]) -> None:
    module = Module(tmp_path, selinux)
    _file_attributes.FileAttributes(module).prepare(str(staged), str(tmp_path / "web.conf"))
    assert staged.stat().st_mode & 0o777 == 0o644
    assert (module.contexts, module.wanted) == (contexts, [])


@pytest.mark.parametrize(("selinux", "contexts"), [(False, []), (True, [("staged", OLD)])])
def test_a_file_that_replaces_another(tmp_path: Path, staged: Path, selinux: bool, contexts: list[Any]) -> None:
    path = tmp_path / "web.conf"
    path.touch(0o640)
    os.utime(path, (0, 0))
    module = Module(tmp_path, selinux)
    _file_attributes.FileAttributes(module).prepare(str(staged), str(path))
    assert staged.stat().st_mode & 0o777 == 0o640
    assert staged.stat().st_mtime > 0, "the time is that of the new text"
    assert module.contexts == contexts


@pytest.mark.parametrize(("uid", "owners"), [(0, [(7, 8)]), (1000, [])])
def test_only_root_gives_a_file_away(tmp_path: Path, staged: Path, monkeypatch: pytest.MonkeyPatch, uid: int,
                                     owners: list[tuple[int, int]]) -> None:
    """For other users, the new file belongs to the user who replaces the old one."""
    path = tmp_path / "web.conf"
    path.touch()
    status = list(os.stat(path))
    status[4:6] = 7, 8
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(_file_attributes.os, "geteuid", lambda: uid)
    monkeypatch.setattr(_file_attributes.os, "stat", lambda name: os.stat_result(status))
    monkeypatch.setattr(_file_attributes.shutil, "copystat", lambda old, new: None)
    monkeypatch.setattr(_file_attributes.os, "chown", lambda name, *owner: given.append(owner))
    _file_attributes.FileAttributes(Module(tmp_path)).prepare(str(staged), str(path))
    assert given == owners


def test_what_the_task_names_comes_last(tmp_path: Path, staged: Path) -> None:
    """Attributes of chattr are set after the file is in place."""
    module = Module(tmp_path, owner="web", attributes="+i")
    found = _file_attributes.FileAttributes(module)
    path = str(tmp_path / "web.conf")
    found.prepare(str(staged), path)
    assert module.wanted == [{"path": str(staged), "owner": "web", "attributes": None}]
    assert found.adjust(path) is False, "there is none yet"
    staged.rename(path)
    assert found.adjust(path) is True
    assert module.wanted[1:] == [{"path": path, "owner": "web", "attributes": "+i"}]


def test_a_failure_of_the_module_names_the_job_file(tmp_path: Path, staged: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    module = Module(tmp_path, owner="web")
    wanted = [{"msg": "chown failed", "path": str(staged), "exception": OSError(1, "Operation not permitted")},
              {"msg": "chattr failed", "path": str(staged), "details": "not supported.\n"}]
    fail = module.fail_json
    for fields, reason in zip(wanted, ("chown failed: Operation not permitted", "chattr failed: not supported")):
        monkeypatch.setattr(module, "set_fs_attributes_if_different",
                            lambda arguments, changed, fields=fields: module.fail_json(**fields))
        with pytest.raises(UpstartError) as caught:
            _file_attributes.FileAttributes(module).prepare(str(staged), "/etc/init/web.conf")
        assert caught.value.message == (
            f"Cannot set the owner, mode or attributes of /etc/init/web.conf: {reason}. Correct these options of the "
            "task, or run it as root.")
        assert caught.value.fields() == {"file": "/etc/init/web.conf"}
        assert module.fail_json == fail


def test_a_copy_is_complete_or_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Any, target: Any) -> None:
        target.write(b"ha")
        raise OSError(errno.ENOSPC, "No space left")

    path = tmp_path / "web.conf"
    path.write_text("half\n")
    found = _file_attributes.FileAttributes(Module(tmp_path))
    copy = found.backup(str(path))
    assert copy is not None and Path(copy).read_text() == "half\n"
    Path(copy).unlink()
    monkeypatch.setattr(shutil, "copyfileobj", fail)
    with pytest.raises(OSError, match="No space left"):
        found.backup(str(path))
    assert [entry.name for entry in tmp_path.iterdir()] == ["web.conf"]
    assert found.backup(str(tmp_path)) is None and found.backup(str(tmp_path / "none")) is None


def test_a_check_whose_program_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UpstartError) as caught:
        _file_attributes.FileAttributes(Module(tmp_path)).validate("nosuch %s", "web.conf", b"exec a\n")
    assert caught.value.message == ("Cannot run the validate command nosuch %s: No such file or directory. Nothing was "
                                    "written; correct the command, or install the program.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("command", "said"), [
    ("check", "validate must contain %s, the placeholder for the path of the file: check"),
    ("check 100%%s", "validate must contain %s, the placeholder for the path of the file: check 100%%s"),
    ("sh -c 'cat %s", "web.conf: the validate command cannot be split into words (No closing quotation): sh -c 'cat "
                      "%s. Nothing was written; fix the quotes of validate."),
    ("check %s", "Cannot write a copy of web.conf in "),
])
def test_a_check_that_cannot_be_run(tmp_path: Path, command: str, said: str) -> None:
    module = Module(tmp_path / "none")
    with pytest.raises(UpstartError) as caught:
        _file_attributes.FileAttributes(module).validate(command, "web.conf", b"exec a\n")
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize(("command", "words"), [
    ("check %s", ["check", "PATH"]), ("sh -c 'cat %s && cat %s'", ["sh", "-c", "cat PATH && cat PATH"]),
    ("check 100%% %s", ["check", "100%", "PATH"]), ("check %%s %s", ["check", "%s", "PATH"]),
    ("date +%Y %s", ["date", "+%Y", "PATH"]), ("check %d %(a)s %s 5%", ["check", "%d", "%(a)s", "PATH", "5%"]),
])
@pytest.mark.parametrize("name", ["web.conf", "it's a.conf", "100%s.conf"])
def test_the_words_of_a_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, words: list[str],
                              name: str) -> None:
    folder, ran = tmp_path / "copy", list[list[str]]()
    folder.mkdir()
    module = Module(tmp_path)
    monkeypatch.setattr(_file_attributes.tempfile, "mkdtemp", lambda **_options: str(folder))
    monkeypatch.setattr(module, "run_command", lambda args, handle_exceptions: ran.append(args) or (0, "", ""))
    _file_attributes.FileAttributes(module).validate(command, name, b"exec a\n")
    assert ran == [[word.replace("PATH", str(folder / name)) for word in words]]


def test_a_check_with_a_character_that_no_program_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = Module(tmp_path)
    monkeypatch.setattr(module, "run_command", lambda args, handle_exceptions: subprocess.run(args, check=False))
    with pytest.raises(UpstartError, match="Cannot run the validate command check.*null byte. Nothing was written"):
        _file_attributes.FileAttributes(module).validate("check\0 %s", "web.conf", b"exec a\n")


def test_copies_of_files_whose_names_begin_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a long name has a shortened name, and that may be taken."""
    monkeypatch.setattr(_file_attributes.time, "strftime", lambda form: "now")
    attributes = _file_attributes.FileAttributes(Module(tmp_path))
    copies = []
    for suffix in (".conf", ".override"):
        path = tmp_path / ("a" * 245 + suffix)
        path.write_text(suffix)
        copies.append(attributes.backup(str(path)))
    assert [Path(str(copy)).read_text() for copy in copies] == [".conf", ".override"]
    assert all(str(copy).endswith("~") for copy in copies)
