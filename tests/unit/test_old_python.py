# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code for managed hosts runs on Python 2.7 as well as on the newest Python."""

from __future__ import annotations

import ast
import json
import os
import pwd
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import check_wire
import fuzz_messages
import pytest
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import FakeDaemon, fails
from jeepney import HeaderFields, new_method_return

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
CASES = ROOT / "tests" / "data" / "job-file-cases" / "own.jsonl"
FILES = sorted([*(ROOT / "plugins" / "module_utils").rglob("*.py"), *(ROOT / "plugins" / "modules").glob("*.py")])
HEAD = "from __future__ import absolute_import, division, print_function\n"
NEW_NODES = (ast.AnnAssign, ast.JoinedStr, ast.Nonlocal, ast.NamedExpr, ast.YieldFrom, ast.AsyncFunctionDef, ast.Await,
             ast.MatMult)
COMPILE = "import sys\nfor name in sys.argv[1:]: compile(open(name).read(), name, 'exec')\n"


def newer_than_27(tree: ast.Module) -> Iterator[str]:
    """Return the features used by a file that Python 2.7 does not have."""
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
    """Return the Pythons 2.7 of this machine; without one, only the checks above apply."""
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
    """It reads and writes the same as this Python."""
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


@pytest.fixture
def echo() -> Iterator[FakeDaemon]:
    """A peer of another implementation of D-Bus, whose method Echo returns its arguments."""
    daemon = FakeDaemon()
    daemon.answers["Echo"] = lambda call: [
        new_method_return(call, call.header.fields.get(HeaderFields.signature), call.body)]
    daemon.answers["Fail"] = fails("com.ubuntu.Upstart0_6.Error.JobFailed", check_wire.TEXT)
    yield daemon
    daemon.close()


def plain(value: object) -> object:
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("python", [sys.executable, *pythons_27()[:1]])
def test_the_standard_library_speaks_d_bus(python: str, echo: FakeDaemon) -> None:
    chance = random.Random(7)
    messages = fuzz_messages.seeds()
    messages += [fuzz_messages.fitted(fuzz_messages.mutate(chance, chance.choice(messages), chance.choice(messages)))
                 for _message in range(3000)]
    done = subprocess.run([python, str(TOOLS / "check_wire.py"), echo.address], capture_output=True, text=True,
                          input="".join(message.hex() + "\n" for message in messages), check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[:len(check_wire.CALLS)] == [plain(values) for _signature, values in check_wire.CALLS]
    assert lines[len(check_wire.CALLS):-len(messages)] == [
        [[number] for number in range(300)], *["refused"] * len(check_wire.REFUSED), check_wire.TEXT]
    verdicts = [json.loads(json.dumps(check_wire.verdict(message.hex()))) for message in messages]
    old, new = lines[-len(messages):], verdicts
    assert [json.dumps(one, sort_keys=True) for one in old] == [json.dumps(one, sort_keys=True) for one in new]
    assert "refused" in verdicts and len([verdict for verdict in verdicts if verdict != "refused"]) > 300


@pytest.mark.parametrize("code", [
    "x: int = 1", "f'{x}'", "def f(*, a): pass", "def f(a: int): pass", "raise A from b", "class A(metaclass=B): pass",
    "a, *b = c", "x = [*a]", "x = {**a}", "x = 'é'", "def f():\n  nonlocal x", "def f():\n  yield from x", "(x := 1)",
])
def test_the_checks_can_fail(code: str) -> None:
    assert list(newer_than_27(ast.parse(code))) != []


def test_there_are_files_to_compile() -> None:
    assert len(FILES) > 30
