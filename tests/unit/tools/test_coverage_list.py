# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines that no test can run are explained and exist in the code; make coverage checks that none is run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "tests" / "coverage" / "unreached.yml"
SOURCE = "def a(b):\n    if b:\n        return 1\n    return 2\n"


def entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return entries


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: str(entry["file"].rpartition("/")[2]))
def test_an_unreached_line_exists(entry: dict[str, Any]) -> None:
    assert sorted(entry) == ["file", "lines", "why"]
    source = "\n".join(line.strip() for line in (ROOT / entry["file"]).read_text(encoding="utf-8").split("\n"))
    for block in entry["lines"].strip().split("\n\n"):
        text = "\n".join(line.strip() for line in block.split("\n"))
        assert f"\n{text}\n" in source
    assert len(entry["why"]) > 15


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """coverage_run.py, for a repository with one file of code."""
    spec = importlib.util.spec_from_file_location("coverage_run", ROOT / "tests" / "tools" / "coverage_run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "coverage_run", module)
    spec.loader.exec_module(module)
    (tmp_path / "a.py").write_text(SOURCE)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "UNREACHED", tmp_path / "list.yml")
    return module


@pytest.mark.parametrize(("lines", "branches", "listed", "known", "complaints"), [
    ([4], [[2, 4]], ["return 2"], {4}, []),
    ([], [[2, 4]], ["if b:"], {2}, []),
    ([3, 4], [], ["return 1", "return 2"], {3, 4}, []),
    ([3, 4], [], ["return 1", "", "if b:"], {3}, ["a.py: explained, but run: if b:"]),
    ([3, 4], [], ["return 2", "return 1"], set(), ["a.py: explained, but missing: return 2"]),
    ([4], [[2, 4]], ["if b:"], set(), ["a.py: explained, but run: if b:"]),
    ([], [], ["return 2"], set(), ["a.py: explained, but run: return 2"]),
    ([4], [], ["return 3"], set(), ["a.py: explained, but missing: return 3"]),
])
def test_explained_lines(tool: ModuleType, lines: list[int], branches: list[list[int]], listed: list[str],
                         known: set[int], complaints: list[str]) -> None:
    tool.UNREACHED.write_text(yaml.safe_dump([{"file": "a.py", "lines": "\n".join(listed), "why": "so"}]))
    measured = [tool.Measured("a.py", 5, 3, lines, branches)]
    assert tool.explained(measured) == ({"a.py": known}, complaints)


def test_named_gaps(tool: ModuleType) -> None:
    measured = tool.Measured("a.py", 9, 3, [3, 4], [[2, 3], [1, 2], [6, -1]])
    assert measured.gaps(set()) == "3-4, 1->2, 6->end"
    assert measured.gaps({4, 6}) == "3, 1->2"
