# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the linter upstart-check, without a process: its files, its formats and its exit status."""

from __future__ import annotations

import importlib
import json
import sys
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
