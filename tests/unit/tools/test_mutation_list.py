# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants that may survive are explained and match the current code."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LIST = ROOT / "tests" / "mutation" / "explained.txt"


def blocks() -> list[list[str]]:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [block.splitlines() for block in "\n".join(lines).strip().split("\n\n")]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: str(block[0].rpartition("/")[2]))
def test_an_explanation_names_existing_lines(block: list[str]) -> None:
    path, *lines = block
    assert [line[:2] for line in lines] == sorted((line[:2] for line in lines), key=["- ", "+ ", "= "].index)
    assert {line[0] for line in lines} == set("-+=")
    source = [line.strip() for line in (ROOT / path).read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line.startswith("- "):
            assert line[2:].strip() in source
    assert all(len(line) > 20 for line in lines if line.startswith("= "))
