# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read files and their copies, what a replaced file keeps, and that no shell is run: see security.rst."""

from __future__ import annotations

import ast
import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _file_attributes
from ansible_collections.sysinit.upstart.plugins.module_utils._system import files
from ansible_collections.sysinit.upstart.tests.unit.support import run_module

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
OLD, NEW = "exec sleep 1\n", "exec sleep 2\n"
NOBODY = 65534
CONTEXT = b"system_u:object_r:etc_t:s0\0"


def job(folder: Path, **more: Any) -> dict[str, Any]:
    """Write the job web without a daemon, and return the result of the module."""
    said = run_module.result(run_module.start(
        "upstart_job", **{"name": "web", "content": NEW, "conf_dir": str(folder), "load": False, **more}))
    assert not said.get("failed"), said["msg"]
    return said


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@contextlib.contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0, 0o077])
def test_a_new_file(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        job(tmp_path)
        assert mode(tmp_path / "web.conf") == 0o644
        job(tmp_path, name="secret", mode="0600")
        assert mode(tmp_path / "secret.conf") == 0o600


def test_a_staged_file_is_for_nobody_else(tmp_path: Path) -> None:
    names = set()
    with umask(0):
        for _number in range(8):
            with files.Batch() as batch:
                batch.place(str(tmp_path / "web.conf"), b"secret", None)
                staged, = tmp_path.iterdir()
                assert mode(staged) == 0o600 and staged.lstat().st_uid == os.geteuid()
                assert staged.read_bytes() == b"secret"
                names.add(staged.name)
            assert list(tmp_path.iterdir()) == []
    assert len(names) == 8, "its name can be foreseen"


def access_list() -> bytes:
    """Return a POSIX ACL in the kernel's format: the user NOBODY may also read."""
    anybody = 0xFFFFFFFF
    entries = [(1, 6, anybody), (2, 4, NOBODY), (4, 0, anybody), (0x10, 4, anybody), (0x20, 0, anybody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def extended(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def test_what_a_file_keeps(tmp_path: Path) -> None:
    path = tmp_path / "web.conf"
    path.write_text(OLD)
    wanted = {"user.note": b"of the operators", "system.posix_acl_access": access_list()}
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
        wanted["security.selinux"] = CONTEXT
    path.chmod(0o640)
    given = 0
    for name, value in wanted.items():
        with contextlib.suppress(OSError):  # not every file system has all of them
            os.setxattr(path, name, value)
            given += 1
    if not given:
        pytest.skip("needs a file system with extended attributes")
    before = path.stat(), extended(path)
    said = job(tmp_path, backup=True)
    after = path.stat()
    assert path.read_text() == NEW
    assert (after.st_uid, after.st_gid, after.st_mode) == (before[0].st_uid, before[0].st_gid, before[0].st_mode)
    assert extended(path) == before[1]
    assert after.st_mtime > before[0].st_mtime or after.st_ino != before[0].st_ino
    copy = Path(said["jobs"][0]["backup_file"])
    assert (copy.read_text(), extended(copy)) == (OLD, before[1])
    assert (copy.stat().st_uid, copy.stat().st_mode) == (before[0].st_uid, before[0].st_mode)


class Module:
    """An AnsibleModule on a host with SELinux, which records the contexts that it sets."""

    params: dict[str, Any] = {}
    check_mode = False

    def __init__(self, folder: Path) -> None:
        self.tmpdir = str(folder)
        self.given: list[tuple[str, list[str]]] = []
        self.ran: list[tuple[str, int, int]] = []

    def fail_json(self, **fields: Any) -> None:
        raise AssertionError(fields)

    def selinux_enabled(self) -> bool:
        return True

    def selinux_context(self, path: str) -> list[str]:
        return ["context of", path]

    def selinux_default_context(self, path: str) -> list[str]:
        return ["policy for", path]

    def set_context_if_different(self, path: str, context: list[str], changed: bool) -> bool:
        self.given.append((path, context))
        return True

    def run_command(self, args: list[str], handle_exceptions: bool = True) -> tuple[int, str, str]:
        path = Path(args[1])
        self.ran.append((path.name, mode(path.parent), path.parent.stat().st_uid))
        return 0, "", ""


def test_the_context_of_selinux(tmp_path: Path) -> None:
    module, path = Module(tmp_path), str(tmp_path / "web.conf")
    (tmp_path / "staged").write_text(NEW)
    _file_attributes.FileAttributes(module).prepare(str(tmp_path / "staged"), path)
    assert module.given == [(str(tmp_path / "staged"), ["policy for", path])]
    Path(path).write_text(OLD)
    _file_attributes.FileAttributes(module).prepare(str(tmp_path / "staged"), path)
    assert module.given[1:] == [(str(tmp_path / "staged"), ["context of", path])]
    copy = _file_attributes.FileAttributes(module).backup(path)
    assert module.given[2:] == [(copy, ["context of", path])]


def test_a_backup_is_no_more_open_than_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "web.conf"
    path.write_text(OLD)
    path.chmod(0o600)
    seen: list[int] = []

    def note(source: Any, target: Any) -> None:
        seen.append(stat.S_IMODE(os.fstat(target.fileno()).st_mode))
        target.write(source.read())

    monkeypatch.setattr("shutil.copyfileobj", note)
    with umask(0):
        copy = Path(_file_attributes.FileAttributes(Module(tmp_path)).backup(str(path)))
    assert seen == [0o600] and mode(copy) == 0o600
    assert copy.read_text() == OLD


def test_a_backup_follows_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, victim = tmp_path / "web.conf", tmp_path / "victim"
    path.write_text(OLD)
    victim.write_text("precious")
    monkeypatch.setattr("time.strftime", lambda form: "now")
    os.symlink(victim, f"{path}.{os.getpid()}.now~")
    attributes = _file_attributes.FileAttributes(Module(tmp_path))
    assert attributes.backup(str(path)) == f"{path}.{os.getpid()}.now.1~"
    assert victim.read_text() == "precious"
    monkeypatch.setattr(_file_attributes, "COPY_NAMES", 2)
    with pytest.raises(FileExistsError):
        attributes.backup(str(path))


def test_the_copy_for_validate(tmp_path: Path) -> None:
    module = Module(tmp_path)
    with umask(0):
        _file_attributes.FileAttributes(module).validate("check %s", "web.conf", NEW.encode())
    assert module.ran == [("web.conf", 0o700, os.geteuid())]
    assert list(tmp_path.iterdir()) == []


def shells(path: Path) -> Iterator[str]:
    """Yield the places where a Python file may run a shell."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = {keyword.arg for keyword in node.keywords}
            if name in ("system", "popen", "popen2", "getoutput", "getstatusoutput", "spawnlp") or words & {
                    "shell", "use_unsafe_shell"}:
                yield f"{path.name}:{node.lineno}"


def test_no_shell(tmp_path: Path) -> None:
    assert [place for path in sorted(PLUGINS.rglob("*.py")) for place in shells(path)] == []
    (tmp_path / "bad.py").write_text("import os\nos.system('a')\nmodule.run_command('a', use_unsafe_shell=True)\n")
    assert list(shells(tmp_path / "bad.py")) == ["bad.py:2", "bad.py:3"]
