# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conditions of tasks are valid on all supported releases of ansible-core.

ansible-core 2.17, and some releases of 2.16 and 2.18, put a condition into an if of Jinja, which takes no inline if
without parentheses. Later releases evaluate it as an expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("playbooks", "roles", "extensions", "tests/integration")
CONDITIONS = ("when", "that", "failed_when", "changed_when", "until")
PARSER = jinja2.Environment(autoescape=True)


class Loader(yaml.SafeLoader):
    """It reads a value with a tag of Ansible as None."""


Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)  # type: ignore[no-untyped-call]


def conditions(value: Any) -> Iterator[str]:
    """Yield the conditions of all tasks within a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else []):
        yield from conditions(inner)
        if key in CONDITIONS:
            yield from (text for text in (inner if isinstance(inner, list) else [inner]) if isinstance(text, str))


def all_conditions() -> list[str]:
    texts = set()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader):
                texts.update(conditions(document))
    return sorted(texts)


def test_there_are_conditions() -> None:
    assert len(all_conditions()) > 500


@pytest.mark.parametrize(("text", "is_valid"), [("a if b else c", False), ("(a if b else c)", True)])
def test_an_inline_if_needs_parentheses(text: str, is_valid: bool) -> None:
    assert is_allowed(text) is is_valid


def is_allowed(text: str) -> bool:
    try:
        PARSER.parse("{% if " + text + " %}{% endif %}")
    except jinja2.TemplateSyntaxError:
        return False
    return True


def test_all_conditions_are_valid_in_an_if() -> None:
    assert [text for text in all_conditions() if not is_allowed(text)] == []
