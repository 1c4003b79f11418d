# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of faults, the page on troubleshooting and the tests agree."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import Any

import fault_page
import pytest
import yaml
from ansible_collections.sysinit.upstart.tests.unit.support import faults

HERE = Path(__file__).resolve().parent
KEYS = sorted(faults.table())
BY_HAND, _mark, _generated = fault_page.PAGE.read_text(encoding="utf-8").partition(fault_page.MARK)
QUOTED = re.findall(r"^   \* - ``(.+)``$", BY_HAND.partition("\nA task fails or warns\n")[2], re.MULTILINE)


def test_the_page() -> None:
    sections = yaml.safe_load(faults.TABLE.read_text(encoding="utf-8"))
    assert fault_page.PAGE.read_text(encoding="utf-8") == fault_page.page(sections)
    keys = [fault["key"] for section in sections for fault in section["faults"]]
    assert sorted(keys) == KEYS, "a key is there twice"
    titles = [fault["title"] for section in sections for fault in section["faults"]]
    assert len(set(titles)) == len(titles)


def test_the_page_is_listed() -> None:
    listed = yaml.safe_load((fault_page.ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    assert {"faults", "security"} <= {name for section in listed["sections"] for name in section["toctree"]}


@functools.cache
def texts_of_modules() -> list[str]:
    """Return all string literals of the modules, without the names of their placeholders."""
    found = []
    for path in (fault_page.ROOT / "plugins" / "module_utils").rglob("*.py"):
        found += [re.sub(r"%[sdgr]", "%s", node.value) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                  if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return found


def test_messages_are_quoted() -> None:
    assert len(QUOTED) > 10


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_quoted_message_is_one_of_the_modules(quoted: str) -> None:
    """Its longest part between three dots is in a text of the modules, or it contains such a text with its values."""
    part = max((part.strip(" .:,") for part in quoted.split("...")), key=len)
    # Most texts have a part that is missing: no need to compile a pattern for them.
    filled = [text for text in texts_of_modules() if max(map(len, text.split("%s"))) > 12
              and all(piece in quoted for piece in text.split("%s"))
              and re.search(re.escape(text).replace("%s", ".+"), quoted)]
    assert len(part) > 10
    assert filled or [text for text in texts_of_modules() if part in text], part


@pytest.mark.parametrize("key", KEYS)
def test_a_fault_is_covered_by_tests(key: str) -> None:
    """Each named test exists, and one of them compares a message with this entry."""
    fault: dict[str, Any] = faults.table()[key]
    texts = []
    for place in fault["test"]:
        name, _colons, function = place.partition("::")
        texts.append((HERE / name).read_text(encoding="utf-8"))
        assert re.search(rf"^def {function}\(", texts[-1], re.MULTILINE), place
    assert any(f'"{key}"' in text for text in texts)
    assert fault["after"].endswith(".") and fault["fault"].endswith(".")


@pytest.mark.parametrize("key", [key for key in KEYS if "message" in faults.table()[key]])
def test_a_message_has_about_two_sentences(key: str) -> None:
    """It names the thing and the cause, and says what to do."""
    message = faults.table()[key]["message"].format(**faults.table()[key].get("sample", {}))
    assert re.match(r"[A-Z/].{40,500}[.?]$", message), message


def test_every_tested_fault_is_in_the_table() -> None:
    pattern = re.compile(r'check\("([a-z0-9-]+[a-z0-9])"')
    met = {key for path in HERE.glob("test_*.py") for key in pattern.findall(path.read_text(encoding="utf-8"))}
    assert met - set(KEYS) == set()
