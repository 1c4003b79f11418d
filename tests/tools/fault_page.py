# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the sections on faults in docs/docsite/rst/faults.rst from the table of faults, tests/data/faults.yml.

    fault_page.py [--check]

The sections follow the comment MARK. The part before it is written by hand.
--check writes nothing; the exit status is 1 if the page is out of date. Needs PyYAML.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import yaml
from generated import ROOT, write_or_check

TABLE = ROOT / "tests" / "data" / "faults.yml"
PAGE = ROOT / "docs" / "docsite" / "rst" / "faults.rst"
MARK = ".. Below: written by tests/tools/fault_page.py from tests/data/faults.yml. Change that, then run it."
WIDTH = 116


def markup(text: str) -> str:
    """Convert a text of the table to reStructuredText: C(code) becomes a literal."""
    return re.sub(r"C\(([^)]*)\)", r"``\1``", text)


def heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}"


def filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def fault_blocks(fault: dict[str, Any]) -> Iterator[str]:
    """Return the blocks of text about a fault: its message, its cause and the state afterwards."""
    yield heading(fault["title"], "^")
    if "message" not in fault:
        yield filled(markup(f"{fault['fault']} {fault['after']}"))
        return
    message = fault["message"].format(**fault.get("sample", {}))
    yield ".. code-block:: text"
    yield textwrap.indent(textwrap.fill(message, WIDTH - 4, break_long_words=False, break_on_hyphens=False), "    ")
    yield (filled(markup(f":Cause: {fault['fault']}"), "   ") + "\n"
           + filled(markup(f":Afterwards: {fault['after']}"), "   "))


def page(sections: list[dict[str, Any]]) -> str:
    """Return the text of the page, with a new part below MARK."""
    by_hand, mark, _old = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        sys.exit(f"{PAGE} has no line {MARK}")
    blocks = [by_hand + mark]
    for section in sections:
        blocks.append(heading(section["section"], "-"))
        blocks += [block for fault in section["faults"] for block in fault_blocks(fault)]
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check({PAGE: page(yaml.safe_load(TABLE.read_text(encoding="utf-8")))}))
