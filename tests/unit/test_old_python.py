# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on the managed host is written for Python 2.7 as well as for the newest."""

from __future__ import annotations

import ast
import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
CASES = ROOT / "tests" / "data" / "job-file-cases" / "own.jsonl"
FILES = sorted([*(ROOT / "plugins" / "module_utils").rglob("*.py"), *(ROOT / "plugins" / "modules").glob("*.py")])
HEAD = "from __future__ import absolute_import, division, print_function\n"
NEW_NODES = (ast.AnnAssign, ast.JoinedStr, ast.Nonlocal, ast.NamedExpr, ast.YieldFrom, ast.AsyncFunctionDef, ast.Await,
             ast.MatMult)
COMPILE = "import sys\nfor name in sys.argv[1:]: compile(open(name).read(), name, 'exec')\n"


def newer_than_27(tree: ast.Module) -> Iterator[str]:
    """Return what a file uses that Python 2.7 does not have."""
    docstrings = {id(node.body[0].value) for node in ast.walk(tree)
                  if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body
                  and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        place = f"line {getattr(node, 'lineno', 0)}: "
        if isinstance(node, NEW_NODES):
            yield place + type(node).__name__
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args
            if arguments.kwonlyargs or arguments.posonlyargs:
                yield place + "keyword-only or positional-only arguments"
            if node.returns or any(argument.annotation for argument in arguments.args):
                yield place + "annotations"
        elif isinstance(node, ast.Raise) and node.cause:
            yield place + "raise from"
        elif isinstance(node, ast.ClassDef) and node.keywords:
            yield place + "class keywords"
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            if any(isinstance(each, ast.Starred) for each in node.elts):
                yield place + "unpacking in a display or an assignment"
        elif isinstance(node, ast.Dict) and None in node.keys:
            yield place + "unpacking in a dictionary"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isascii():
            if node.kind != "u" and id(node) not in docstrings:
                yield place + "bytes that are no ASCII (without u)"


def discouraged(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield f"line {node.lineno}: assert"
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"line {node.lineno}: except for everything"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_syntax_of_python_27(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 6))
    assert [*newer_than_27(tree), *discouraged(tree)] == []
    if not text.isascii():
        assert "coding: utf-8" in text.partition("\n")[0] + text.splitlines()[1]
    if path.name == "__init__.py":
        assert text == ""
    else:
        assert HEAD in text
        assert "\n__metaclass__ = type\n" in text


def pythons_27() -> list[str]:
    """Return the real ones of this machine; the checks above stand in for them where there are none."""
    versions = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pyenv" / "versions"  # HOME may be a scratch folder
    found = [shutil.which("python2.7"), *map(str, versions.glob("2.7*/bin/python2.7"))]
    return [python for python in found if python and works(python)]


def works(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def test_a_real_python_27_compiles_all_files() -> None:
    for python in pythons_27()[:1]:
        done = subprocess.run([python, "-c", COMPILE, *map(str, FILES)], capture_output=True, text=True, check=False)
        assert done.stderr == ""


@pytest.mark.parametrize("python", [sys.executable, *pythons_27()[:1]])
def test_bytes_are_the_same_text_everywhere(python: str) -> None:
    done = subprocess.run([python, str(TOOLS / "check_bytes.py")], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_real_python_27_reads_and_writes_the_recorded_job_files() -> None:
    """It understands the same, and writes the same, as this Python."""
    for python in pythons_27()[:1]:
        command = [python, str(TOOLS / "read_job_files.py"), "--cases", str(CASES)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.stderr, done.returncode) == ("", 0), done.stdout
        values = [json.loads(line)["values"] for line in CASES.read_text(encoding="utf-8").splitlines()]
        asked = "".join(json.dumps(one) + "\n" for one in values if one)
        said = [subprocess.run([each, str(TOOLS / "write_job_files.py"), "--batch"], input=asked, capture_output=True,
                               text=True, check=True).stdout for each in (python, sys.executable)]
        old, new = ([json.loads(line) for line in lines.splitlines()] for lines in said)
        assert old == new and len(new) > 200


@pytest.mark.parametrize("code", [
    "x: int = 1", "f'{x}'", "def f(*, a): pass", "def f(a: int): pass", "raise A from b", "class A(metaclass=B): pass",
    "a, *b = c", "x = [*a]", "x = {**a}", "x = 'é'", "def f():\n  nonlocal x", "def f():\n  yield from x", "(x := 1)",
])
def test_the_checks_can_fail(code: str) -> None:
    assert list(newer_than_27(ast.parse(code))) != []


def test_there_are_files() -> None:
    assert len(FILES) > 30
