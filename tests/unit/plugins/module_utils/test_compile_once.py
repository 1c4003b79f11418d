# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports from the zip file of a module: each source is compiled once, and is imported as before otherwise."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _compile_once

MAIN = """
import builtins, collections, json, sys, traceback
compiled, real = collections.Counter(), builtins.compile
def count(source, path, *more, **options):
    compiled[str(path).rpartition(".zip/")[2]] += 1
    return real(source, path, *more, **options)
builtins.compile = count
sys.path.insert(0, sys.argv[1])
import room._compile_once, room.beside, room.inner.deep.last, room.inner.other
try:
    room.inner.other.fail()
except ValueError:
    text = traceback.format_exc()
try:
    import room.inner.missing
except ImportError as error:
    missing = str(error)
last = room.inner.deep.last
print(json.dumps([compiled, [last.__name__, last.__file__, last.__package__, room.inner.__file__,
                             list(room.inner.__path__)], text, missing]))
"""
FILES = {
    "room/__init__.py": "", "room/beside.py": "", "room/inner/__init__.py": "", "room/inner/deep/__init__.py": "",
    "room/inner/deep/last.py": "from ..other import NAME\n", "room/inner/other.py":
    "NAME = 1\n\n\ndef fail():\n    raise ValueError(NAME)\n",
}


def imported(tmp_path: Path, hook: str) -> Any:
    """Return what MAIN prints in a Python of its own."""
    archive = tmp_path / "payload.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for name, text in {**FILES, "room/_compile_once.py": hook}.items():
            stream.writestr(name, text)
    done = subprocess.run([sys.executable, "-S", "-c", MAIN, str(archive)], capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_each_source_is_compiled_once(tmp_path: Path) -> None:
    compiled, place, text, missing = imported(tmp_path, Path(_compile_once.__file__).read_text(encoding="utf-8"))
    later = [name for name in FILES if name != "room/__init__.py"]
    assert {name: compiled[name] for name in later} == dict.fromkeys(later, 1)
    _more, *plain = imported(tmp_path, "")
    assert [place, text, missing] == plain
    archive = tmp_path / "payload.zip"
    assert place == ["room.inner.deep.last", f"{archive}/room/inner/deep/last.py", "room.inner.deep",
                     f"{archive}/room/inner/__init__.py", [f"{archive}/room/inner"]]
    assert "raise ValueError(NAME)" in text and missing == "No module named 'room.inner.missing'"


def test_nothing_changes_outside_of_a_zip_file(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks, importers = list(sys.path_hooks), dict(sys.path_importer_cache)
    importlib.reload(_compile_once)
    _compile_once.use_from_now_on(None)
    assert sys.path_hooks == hooks and sys.path_importer_cache == importers
    monkeypatch.setattr(sys, "path_hooks", list(hooks))
    monkeypatch.setattr(sys, "path_importer_cache", dict(importers))
    _compile_once.use_from_now_on(_compile_once.zipimport.zipimporter.__new__(_compile_once.zipimport.zipimporter))
    assert sys.path_hooks != hooks and len(sys.path_hooks) == len(hooks)
