# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linter upstart-check, as a program without Ansible."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "tools" / "upstart-check"
GOOD = "start on runlevel [2345]\nstop on runlevel [!2345]\nexec sleep 1000\n"
BROKEN = "start on startd db\nexec sleep 1\n"
FATAL = "kill timeout 0\n" + GOOD


@functools.cache
def bare_python() -> str:
    """Return the Python below the virtual environment of the tests, which has no packages."""
    return os.path.realpath(sys.executable)


def run(*words: object, folder: Path | None = None, status: int = 0, encoding: str = "utf-8:strict") -> str:
    """Run the program with the standard library only; return its output, or what it says on standard error."""
    done = subprocess.run([str(PROGRAM), *map(str, words)], cwd=folder, check=False, capture_output=True, text=True,
                          timeout=300, env={"PATH": os.defpath, "PYTHON": bare_python(), "PYTHONIOENCODING": encoding})
    assert done.returncode == status, done.stdout + done.stderr
    assert status != 2 or not done.stdout
    return done.stderr if status == 2 else done.stdout


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def codes(text: str) -> list[str]:
    return re.findall(r"\[([a-z0-9-]+)\]$", text, re.M)


def test_nothing_to_report(tmp_path: Path) -> None:
    assert run(write(tmp_path, a_conf=GOOD)) == ""


def test_a_line_names_file_line_severity_message_remedy_and_code(tmp_path: Path) -> None:
    path = write(tmp_path, a_conf=FATAL) / "a.conf"
    assert run(path, status=1) == f"{path}:1: error: kill timeout is 0: set at least 1 second [kill-timeout-zero]\n"


def test_an_override_counts_with_its_job_file(tmp_path: Path) -> None:
    write(tmp_path, a_conf=GOOD, a_override="kill timeout 0\n", b_override="manual\n")
    for path in (tmp_path, tmp_path / "a.conf", tmp_path / "a.override"):
        assert run(path, status=1).startswith(f"{tmp_path}/a.override:1: error: kill timeout is 0")


@pytest.mark.parametrize(("fail_on", "status"), [("hint", 1), ("warning", 0), ("error", 0)])
def test_the_severity_that_fails(tmp_path: Path, fail_on: str, status: int) -> None:
    path = write(tmp_path, a_conf="start on startup\nexec sleep 1\n")
    assert "hint" in run("--fail-on", fail_on, path, status=status)


@pytest.mark.parametrize(("text", "left"), [
    ("kill timeout 0  # upstart-check: ignore=kill-timeout-zero\n", []),
    ("# upstart-check: ignore=other, kill-timeout-zero\n# why\nkill timeout 0\n", []),
    ("# upstart-check: ignore=kill-timeout-zero\ndescription x\nkill timeout 0\n", ["kill-timeout-zero"]),
    ("# upstart-check: ignore=kill-timeout\nkill timeout 0\n", ["kill-timeout-zero"]),
    ("description x\n\nkill timeout 0\n# upstart-check: ignore-file=kill-timeout-zero\n", []),
])
def test_comments_silence_findings(tmp_path: Path, text: str, left: list[str]) -> None:
    assert codes(run(write(tmp_path, a_conf=text + GOOD), status=1 if left else 0)) == left


def test_all_jobs_of_a_host(tmp_path: Path) -> None:
    write(tmp_path, a_conf="start on started databse\nstop on stopping databse\nexec sleep 1000\n", database_conf=GOOD)
    assert run(tmp_path) == ""
    assert "databse" in run("--all-jobs", tmp_path, status=1)


def test_the_release_and_the_dialect(tmp_path: Path) -> None:
    write(tmp_path, a_conf=GOOD + "setuid nobody\n", c_conf=GOOD + "tmpfiles /x.conf\n")
    assert codes(run("--upstart-version", "0.6.5", tmp_path / "a.conf", status=1)) == ["syntax"]
    assert codes(run(tmp_path / "c.conf", status=1)) == ["syntax"]
    assert "syntax" not in codes(run("--dialect", "chromeos", "--fail-on", "error", tmp_path / "c.conf"))


def test_json(tmp_path: Path) -> None:
    write(tmp_path, a_conf=FATAL)
    assert json.loads(run("--format", "json", tmp_path, status=1)) == [{
        "path": f"{tmp_path}/a.conf", "line": 1, "severity": "error", "code": "kill-timeout-zero",
        "message": "kill timeout is 0", "remedy": "set at least 1 second"}]


def sarif(*words: object, **options: Any) -> dict[str, Any]:
    document = json.loads(run("--format", "sarif", *words, **options))
    assert document["version"] == "2.1.0" and len(document["runs"]) == 1
    found: dict[str, Any] = document["runs"][0]
    return found


def test_sarif(tmp_path: Path) -> None:
    write(tmp_path, a_conf=FATAL, b_conf=BROKEN)
    found = sarif("a.conf", tmp_path / "b.conf", folder=tmp_path, status=1)
    rules = found["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in found["results"]] == [one["ruleId"] for one in found["results"]]
    place = found["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a.conf"}, "region": {"startLine": 1}}
    assert {one["level"] for one in found["results"]} <= {"error", "warning", "note"}
    elsewhere = sarif(tmp_path / "a.conf", folder=ROOT, status=1)["results"][0]["locations"][0]["physicalLocation"]
    assert elsewhere["artifactLocation"]["uri"] == (tmp_path / "a.conf").as_uri()


@pytest.mark.parametrize("name", [b"a/sp ace#1%41.conf", b"c:d/q?.conf", b"\xff\xc3\xbc.conf", b"[x]\\y\n.conf"])
def test_the_uri_of_an_odd_name(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(FATAL)
    for folder, full_name in ((tmp_path, name), (ROOT, os.fsencode(path))):
        found = sarif(path, folder=folder, status=1)["results"][0]["locations"][0]["physicalLocation"]
        uri = urlsplit(found["artifactLocation"]["uri"])
        assert (unquote_to_bytes(uri.path), uri.query, uri.fragment) == (full_name, "", "")
        assert re.fullmatch(r"([\w.~/-]|%[0-9A-F]{2})+", uri.path, re.ASCII)
        assert uri.scheme == ("" if folder == tmp_path else "file")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict"])
def test_names_that_are_not_utf_8(tmp_path: Path, form: str, encoding: str) -> None:
    job = f"start on started db-\udcffx\nstop on stopping db-\xff\n{FATAL}"
    (tmp_path / "\udcff\xff.conf").write_bytes(os.fsencode(job))
    (tmp_path / "db-\udcffy.conf").write_bytes(b"exec sleep 1000\n")
    output = run("--format", form, "--all-jobs", tmp_path, status=1, encoding=encoding)
    output = json.dumps(json.loads(output), ensure_ascii=False) if form in ("json", "sarif") else output
    assert output.encode() and "kill-timeout-zero" in output and (r"\xff" in output or form == "sarif")


def test_a_name_that_is_not_utf_8_and_cannot_be_read(tmp_path: Path) -> None:
    assert run(tmp_path / "\udcff.conf", status=2) == (
        f"upstart-check: {tmp_path}/\\xff.conf: No such file or directory\n")


def test_github(tmp_path: Path) -> None:
    write(tmp_path, a_conf=FATAL)
    (tmp_path / "a.conf").rename(tmp_path / "a,b.conf")
    assert run("--format", "github", tmp_path, status=1) == (
        f"::error file={tmp_path}/a%2Cb.conf,line=1,title=kill-timeout-zero::"
        "kill timeout is 0: set at least 1 second\n")


@pytest.mark.parametrize(("make", "reason"), [
    (lambda folder: folder / "none.conf", "No such file or directory"),
    (lambda folder: folder / "none", "No such file or directory"),
    (lambda folder: write(folder, a_txt="x") / "a.txt", "a job file ends in .conf, and an override in .override"),
    (lambda folder: folder, ""),
    (lambda folder: os.mkfifo(folder / "a.conf") or folder / "a.conf", ""),
])
def test_what_cannot_be_read(tmp_path: Path, make: Any, reason: str) -> None:
    said = run(make(tmp_path), status=2)
    assert said.startswith("upstart-check: ") and reason in said


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes(b"description \"\xff\"\n" + GOOD.encode())
    for form in ("text", "json", "sarif", "github"):
        assert "not-utf-8" in run("--format", form, tmp_path, status=1)


def test_the_version() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    assert run("--version") == f"upstart-check {version}\n"


def test_as_a_module(tmp_path: Path) -> None:
    words = [sys.executable, "-B", "-S", "-m", "upstart_check", str(write(tmp_path, a_conf=GOOD))]
    done = subprocess.run(words, check=False, cwd=PROGRAM.parent, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_pre_commit_hook() -> None:
    hook, = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (ROOT / hook["entry"]) == PROGRAM and os.access(PROGRAM, os.X_OK)
    pattern = re.compile(hook["files"])
    assert all(pattern.search(name) for name in ("etc/init/a.conf", "init/b/c.override", "roles/x/files/init/a.conf"))
    assert not any(pattern.search(name) for name in ("etc/a.conf", "init/a.txt", "myinit/a.conf"))


def test_the_explanation_of_a_code() -> None:
    assert run("--explain", "kill-timeout-zero") == (
        "kill-timeout-zero: error\n\nMessage: kill timeout is 0\n"
        "Why: From 1.6 on, init aborts when it stops the job, and the host goes down with it.\n"
        "Remedy: set at least 1 second\n")
    assert "there is no finding kill-timeout; did you mean kill-timeout-zero?" in run(
        "--explain", "kill-timeout", status=2)
