# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the tables of to_systemd, and the guide beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import ROWS
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.rows import Row

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs" / "docsite" / "rst"


def test_the_page_is_current() -> None:
    command = [sys.executable, str(ROOT / "tests/tools/systemd_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.code)
def test_every_row_is_on_the_page(row: Row) -> None:
    text = (PAGES / "systemd_tables.rst").read_text(encoding="utf-8")
    assert f"   * - ``{row.code}``\n" in text


def block(caption_or_start: str) -> str:
    """Return a code block of the guide without its indentation."""
    lines = (PAGES / "to_systemd.rst").read_text(encoding="utf-8").split("\n")
    start = next(index for index, line in enumerate(lines) if line.strip() == caption_or_start) + 1
    end = next(index for index, line in enumerate(lines[start:], start) if line and not line.startswith("   "))
    return "\n".join(line[3:] for line in lines[start:end]).strip("\n") + "\n"


def test_the_guide_shows_what_the_filter_writes() -> None:
    result = to_systemd(yaml.safe_load(block(":caption: shop_jobs.yml")))
    assert result["files"]["/etc/systemd/system/shop.service"] == block(".. code-block:: ini")
    shown = " ".join(block(".. code-block:: text").split())
    assert [line for line in result["summary"] if line in shown and line.startswith("impossible")]
    assert len([line for line in result["summary"] if line in shown]) == 3


def test_names_of_instances_are_no_links() -> None:
    """A bare ``web@1.service`` in a page becomes a link to send mail."""
    text = (PAGES / "systemd_tables.rst").read_text(encoding="utf-8")
    assert "@VALUE.service``" in text
    outside = re.sub(r"``[^`]*``", "", text)
    assert re.findall(r"[\w-]+@\w\S*", outside) == []
