# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that hold for every file of the collection."""

from __future__ import annotations

import ast
import fnmatch
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ("tests/data/*", "tests/conformance/*", "tests/corpus/*")
NOT_OURS = ("LICENSE", "LICENSES/*", "changelogs/changelog.yaml", "CHANGELOG.*", "*.png", *RECORDED)
LINES, FUNCTION_LINES = 400, 60
BLOCKS = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


@functools.cache
def all_files() -> tuple[str, ...]:
    """Return the names of all files that git tracks or would track."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in set(listing.split("\0")) if name and (ROOT / name).is_file()))


def ours(pattern: str = "*") -> list[str]:
    return [name for name in all_files() if fnmatch.fnmatch(name, pattern)
            and not any(fnmatch.fnmatch(name, other) for other in NOT_OURS)]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name))


def is_python(name: str) -> bool:
    return name.endswith(".py") or '"exec" "${PYTHON:-python3}" "$0" "$@"' in text(name).splitlines()


@functools.cache
def python_files() -> list[str]:
    return [name for name in ours() if is_python(name)]


def test_the_rules_see_the_files() -> None:
    assert {"galaxy.yml", "plugins/module_utils/_errors.py", "tests/unit/test_repository.py"} <= set(ours())
    assert "roles/emulator/files/upstart-emulator" in python_files()


def block_lines(name: str) -> int:
    """Return the number of lines in the documentation blocks of a module."""
    assignments = [node for node in tree(name).body if isinstance(node, ast.Assign)]
    return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in assignments
               if isinstance(node.targets[0], ast.Name) and node.targets[0].id in BLOCKS)


def test_no_file_is_long() -> None:
    code = [name for name in ours() if not name.endswith((".md", ".rst"))]
    lengths = {name: len(text(name).splitlines()) - (block_lines(name) if is_python(name) else 0) for name in code}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(name)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_no_function_is_long() -> None:
    lengths = {f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
               for name in python_files() for node in functions(name)}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert [name for name in ours() if marks.search(text(name))] == []


# Functions below plugins/ that open a file for reading themselves, and the reasons.
OPENING = {
    "module_utils/_system/reading.py:open_file": "the owner: only regular files, without blocking",
    "module_utils/_system/reading.py:open_kernel_log": "the owner: only the kernel's log, without blocking",
    "module_utils/_system/files.py:_lock_folder": "a folder, to lock it",
    "module_utils/_system/files.py:_flush": "a folder or a file of our own, to flush it; nothing is read",
    "module_utils/_system/commands.py:_spawn": "/dev/null, which has nothing to read",
    "module_utils/_services/lost_pid.py:__init__": "a setting of the kernel below /proc/sys",
    "module_utils/_services/lost_pid.py:_set_counter": "a setting of the kernel below /proc/sys",
    "module_utils/_services/lost_pid.py:_set_namespace": "a namespace, to enter it; nothing is read",
}
OPENERS = {"open", "io.open", "os.open", "codecs.open", "os.fdopen", "shutil.copy", "shutil.copyfile", "shutil.copy2"}


def opens_for_reading(call: ast.Call) -> bool:
    """Return whether a call opens a file that may be read."""
    if ast.unparse(call.func) not in OPENERS:
        return False
    arguments = " ".join(ast.unparse(argument) for argument in call.args[1:])
    if ast.unparse(call.func) == "os.fdopen":
        return False  # it is already open
    return not ("O_WRONLY" in arguments or "os.devnull" in ast.unparse(call.args[0]) and "O_RDWR" in arguments
                or arguments.startswith(("'w", "'a", "'x")))


def test_one_file_opens_all_others_for_reading() -> None:
    """If a FIFO or a device takes the place of a file, a plain open may wait forever."""
    found = set()
    for name in ours("plugins/module_utils/*.py") + ours("plugins/modules/*.py"):
        for function in functions(name):
            if any(isinstance(node, ast.Call) and opens_for_reading(node) for node in ast.walk(function)):
                found.add(f"{name.removeprefix('plugins/')}:{function.name}")
    assert sorted(found) == sorted(OPENING)


def test_the_version_is_the_newest() -> None:
    version = yaml.safe_load(text("galaxy.yml"))["version"]
    history = ROOT / "changelogs" / "changelog.yaml"
    releases = yaml.safe_load(history.read_text(encoding="utf-8"))["releases"] if history.exists() else {}
    newest = max((tuple(map(int, release.split("."))) for release in releases), default=(0,))
    if tuple(map(int, version.split("."))) != newest:
        assert tuple(map(int, version.split("."))) > newest
        assert any(name.startswith("changelogs/fragments/") for name in all_files())


def test_every_module_has_an_integration_target() -> None:
    modules = {Path(name).stem for name in ours("plugins/modules/*.py")}
    assert [name for name in sorted(modules) if f"tests/integration/targets/{name}/tasks/main.yml" not in ours()] == []
