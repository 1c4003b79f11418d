# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the linter upstart-check, without a process: its files, its formats and its exit status."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
GOOD = "start on runlevel [2345]\nstop on runlevel [!2345]\nexec sleep 1000\n"


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that imports a module of the linter."""
    monkeypatch.setattr(sys, "path", [str(TOOLS), *sys.path])
    return lambda name: importlib.import_module(f"upstart_check.{name}")


@contextmanager
def unprivileged() -> Iterator[None]:
    """Read as a user whom the permissions of files concern, for a test that root runs."""
    user = os.geteuid()
    if user:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def write_jobs(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GOOD)


def test_only_regular_files_are_read(part: Any, tmp_path: Path) -> None:
    job_files = part("job_files")
    with pytest.raises(job_files.UnreadableError, match=f"^{tmp_path}: it is not a regular file$"):
        job_files.read(tmp_path)
    assert job_files.read(None) is None
    (tmp_path / "a.conf").write_bytes(b"exec a\xff\n")
    assert job_files.read(tmp_path / "a.conf") == b"exec a\xff\n"


def test_jobs_are_in_the_order_of_their_paths(part: Any, tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    for name in ("web.conf", "db.conf", "db.override", "alone.override", "net/peer.conf"):
        (tmp_path / name).write_text(GOOD)
    jobs = part("job_files").find([tmp_path / "web.conf", tmp_path])
    names = [(job.name, *(path and path.name for path in (job.conf, job.override))) for job in jobs]
    assert names == [("alone", None, "alone.override"), ("db", "db.conf", "db.override"),
                     ("net/peer", "peer.conf", None), ("web", "web.conf", None)]
    assert jobs[1].path("override").name == "db.override" and jobs[1].path(None).name == "db.conf"
    assert jobs[0].path("conf").name == "alone.override" and jobs[1].texts() == (GOOD.encode(), GOOD.encode())


def test_the_documents_are_indented(part: Any) -> None:
    formats = part("formats")
    finding = part("findings").Finding(Path("a.conf"), 3, "warning", "kill-timeout-zero", "m", "r")
    assert formats.to_sarif([finding]).splitlines()[1] == f'  "$schema": "{formats.SARIF_SCHEMA}",'
    assert formats.to_json([finding]).splitlines()[2] == '    "path": "a.conf",'
    assert formats.to_json([]) == "[]\n" and formats.to_sarif([finding]).endswith("}\n")
    assert formats.to_text([finding]) == "a.conf:3: warning: m: r [kill-timeout-zero]\n"
    assert json.loads(formats.to_sarif([]))["runs"][0]["results"] == []


@pytest.mark.parametrize(("options", "text", "status"), [
    ([], GOOD, 0), ([], f"kill timeout 0\n{GOOD}", 1), (["--fail-on", "error"], f"kill timeout 0\n{GOOD}", 1),
    ([], f"{GOOD}start on startd db\n", 1), (["--fail-on", "error"], f"{GOOD}start on startd db\n", 0)])
def test_the_status(part: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], text: str,
                    status: int) -> None:
    (tmp_path / "a.conf").write_text(text)
    assert part("cli").main([*options, str(tmp_path)]) == status
    assert bool(capsys.readouterr().out) == (text != GOOD)


def test_nothing_to_check(part: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert part("cli").main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"upstart-check: there is no job file in {tmp_path}\n"


REFUSED = "Permission denied: run upstart-check as a user who can read it"
NO_FILE = "the symbolic link leads to no file: fix or remove the link"


@pytest.mark.parametrize(("closed", "mode", "words", "path"), [
    ("d/sub", 0o000, ["d"], "d/sub"), ("d", 0o000, ["d"], "d"), ("d", 0o000, ["d/y.conf"], "d/y.conf"),
    ("d/sub", 0o444, ["d"], "d/sub/x.conf"), ("d/y.conf", 0o000, ["d"], "d/y.conf"),
    ("d/y.override", 0o000, ["d/y.conf"], "d/y.override")])
def test_what_a_user_cannot_read(part: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                 capsys: pytest.CaptureFixture[str], closed: str, mode: int, words: list[str],
                                 path: str) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # another user cannot enter the directories above it
    write_jobs(tmp_path, "d/sub/x.conf", "d/y.conf", "d/y.override")
    main = part("cli").main
    (tmp_path / closed).chmod(mode)
    try:
        if not os.geteuid():
            os.chown(closed, 65534, -1)
        with unprivileged():
            assert main(words) == 2
    finally:
        (tmp_path / closed).chmod(0o755)
    assert capsys.readouterr() == ("", f"upstart-check: {path}: {REFUSED}\n")


@pytest.mark.parametrize("name", ["w.conf", "w.override", "y.override"])
@pytest.mark.parametrize(("target", "reason"), [
    ("gone", NO_FILE), ("{name}", "Too many levels of symbolic links: fix or remove the link")])
def test_a_link_that_leads_to_no_file(part: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str,
                                      target: str, reason: str) -> None:
    write_jobs(tmp_path, "y.conf")
    (tmp_path / name).symlink_to(target.format(name=name))
    for path in (tmp_path, tmp_path / name):
        assert part("cli").main([str(path)]) == 2
        assert capsys.readouterr() == ("", f"upstart-check: {tmp_path}/{name}: {reason}\n")


def names_of(part: Any, *paths: Path) -> list[str]:
    return [job.name for job in part("job_files").find(paths)]


def test_links_to_files_count_and_links_to_directories_do_not(part: Any, tmp_path: Path) -> None:
    write_jobs(tmp_path, "s/f.conf", "s/x.conf/in.conf", "elsewhere/other.conf", "elsewhere/text")
    (tmp_path / "s" / "linked.conf").symlink_to("../elsewhere/text")
    (tmp_path / "s" / "folder.conf").symlink_to("../elsewhere")
    (tmp_path / "s" / "loop").symlink_to(".")
    assert names_of(part, tmp_path / "s") == ["f", "linked", "x.conf/in"]
    assert names_of(part, tmp_path / "s" / "loop") == ["f", "linked", "x.conf/in"]
    assert names_of(part, tmp_path / "s" / "folder.conf") == ["other"]


def test_what_upstart_passes_over(part: Any, tmp_path: Path) -> None:
    write_jobs(tmp_path, "a.conf", ".conf", ".override", "a.conf~")
    os.mkfifo(tmp_path / "fifo.conf")
    os.mkfifo(tmp_path / "a.override")
    assert [(job.name, job.override) for job in part("job_files").find([tmp_path])] == [("a", None)]


def test_odd_names(part: Any, tmp_path: Path) -> None:
    names = ["..conf", "...conf", ".hidden.conf", "a.b.conf", f"{'n' * 250}.conf"]
    write_jobs(tmp_path, *names)
    assert sorted(names_of(part, tmp_path)) == sorted(name[:-5] for name in names)
    assert names_of(part, tmp_path / "..conf") == ["."]


@pytest.mark.parametrize("words", [
    ["s", "s/sub/zz.conf"], ["s/sub/zz.conf", "s"], ["s/sub", "s"], ["s", "s/../s/sub/zz.conf"], ["s", "again/sub"]])
def test_a_job_in_several_paths_has_its_longest_name(part: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                     capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    write_jobs(tmp_path, "s/sub/zz.conf")
    (tmp_path / "s" / "f.conf").write_text("start on started sub/zz\nstop on stopping sub/zz\nexec sleep 1000\n")
    (tmp_path / "again").symlink_to("s")
    monkeypatch.chdir(tmp_path)
    assert names_of(part, *map(Path, words)) == ["f", "sub/zz"]
    assert part("cli").main(["--all-jobs", *words]) == 0
    assert capsys.readouterr() == ("", "")
