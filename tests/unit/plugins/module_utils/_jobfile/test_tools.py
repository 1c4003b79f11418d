# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocols of the batch commands."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

TOOLS = pathlib.Path(__file__).resolve().parents[4] / "tools"
DATA = TOOLS.parent / "data" / "job-file-cases"


def answers(tool: str, arguments: list[str], lines: bytes) -> list[dict[str, Any]]:
    run = subprocess.run([sys.executable, str(TOOLS / tool), *arguments], input=lines, capture_output=True, check=True)
    assert run.stdout.isascii()
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_reader(tmp_path: pathlib.Path) -> None:
    texts = {"a.conf": b"task\ndescription \xff\n", "a.override": b"nice 5\n", "bad.conf": b"task\nbogus\n",
             "signal.conf": b"kill signal term\n", "new.conf": b"usage x\n"}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    lines = "a.conf\na.conf\ta.override\nbad.conf\nsignal.conf\nnew.conf\nabsent.conf\n"
    batch = re.sub(r"^|(?<=\t)", "%s/" % tmp_path, lines.strip(), flags=re.MULTILINE).encode() + b"\n"
    alone, both, bad, signal, new, absent = answers("read_job_files.py", ["--batch"], batch)
    assert alone == {"ok": True, "values": dict(new_values(), task=True, description="\udcff")}
    assert both["values"]["nice"] == 5
    assert bad == {"ok": False, "error": {"line": 2, "message": "Unknown stanza"}}
    assert signal["error"] == {"line": None, "message": "Illegal signal status, expected integer"}
    assert new["values"]["usage"] == "x"
    assert absent["error"]["message"].startswith("cannot be read: ")
    old = answers("read_job_files.py", ["--batch", "--upstart-version", "1.4"], batch)
    assert old[4] == {"ok": False, "error": {"line": 1, "message": "Unknown stanza"}}
    assert answers("read_job_files.py", [str(tmp_path / "a.conf"), str(tmp_path / "a.override")], b"") == [both]


def test_reader_checks_recorded_cases(tmp_path: pathlib.Path) -> None:
    command = [sys.executable, str(TOOLS / "read_job_files.py"), "--cases"]
    run = subprocess.run([*command, str(DATA / "own.jsonl")], capture_output=True, text=True, check=True)
    assert "336 of 336 agree" in run.stdout
    wrong = {"name": "x", "conf": "task\n", "override": None, "accepted": True, "error": None, "values": new_values()}
    refused = dict(wrong, name="y", accepted=False, error={"file": "conf", "line": 1, "message": "Unknown stanza"})
    (tmp_path / "cases.jsonl").write_text(json.dumps(wrong) + "\n" + json.dumps(refused) + "\n", encoding="utf-8")
    run = subprocess.run([*command, str(tmp_path / "cases.jsonl")], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "0 of 2 agree x y" in run.stdout


def test_writer() -> None:
    values = dict(new_values(), description="\udcff'\u00e9")
    changed_command = {"process": {"main": {"script": False, "command": "a \\;"}}}
    lines = [values, {"description": "a\nb"}, changed_command, {"nice": "x"}, []]
    written, line_break, refused, wrong, no_object = answers(
        "write_job_files.py", ["--batch"], b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    )
    assert written["ok"] and parse_job(written["text"]) == values
    assert line_break == {"ok": False, "error": "description: a line break cannot be written "
                                                "(only scripts can have line breaks)"}
    assert not refused["ok"] and "would change" in refused["error"]
    assert not wrong["ok"] and "whole number" in wrong["error"]
    assert not no_object["ok"]
    assert answers("write_job_files.py", ["--batch", "--upstart-version", "0.6.5"], b'{"usage": "x"}\n') == [
        {"ok": False, "error": "usage needs Upstart 1.5 or later, this is 0.6.5 (remove usage)"}]
