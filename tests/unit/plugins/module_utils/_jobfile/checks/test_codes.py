# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about findings and the table of findings have the same codes and texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import audit_codes
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes

CODES = codes.CODES + audit_codes.CODES
PAGE = Path(__file__).parents[6] / "docs" / "docsite" / "rst" / "warnings.rst"
SECTION = re.compile(
    r"^(?P<code>[a-z0-9-]+)\n\^+\n\n"
    r":Severity: (?P<severity>.*)\n:Message: (?P<message>.*)\n:Why: (?P<why>.*)\n:Remedy: (?P<remedy>.*)\n",
    re.MULTILINE,
)


def test_no_code_is_given_twice() -> None:
    assert len({row.code for row in CODES}) == len(CODES)


def sections() -> list[dict[str, str]]:
    return [match.groupdict() for match in SECTION.finditer(PAGE.read_text(encoding="utf-8"))]


def test_the_page_has_the_codes_in_the_order_of_the_table() -> None:
    assert [section["code"] for section in sections()] == [row.code for row in CODES]


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_the_page_has_the_texts_of_the_table(row: codes.Code) -> None:
    described = {section["code"]: section for section in sections()}
    assert described[row.code] == dict(row._asdict(), message=row.message.replace("%s", "..."))


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_a_row_is_complete(row: codes.Code) -> None:
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row.code)
    assert row.severity in (codes.ERROR, codes.WARNING, codes.HINT)
    assert row.why.endswith(".")
    assert row.message
    assert row.remedy
    assert not row.remedy.endswith(".")
