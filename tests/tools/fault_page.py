# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/docsite/rst/faults.rst from the table of faults, tests/data/faults.yml.

    fault_page.py [--check]

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
WIDTH = 116
HEAD = """..
  Copyright (c) 2026, the sysinit.upstart contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

  Written by tests/tools/fault_page.py from tests/data/faults.yml: change that, then run it.

.. _ansible_collections.sysinit.upstart.docsite.faults:

What can go wrong
=================

This page lists faults such as a full disk, a daemon that hangs, or two tasks that change the same job. After every
fault, each file is complete, with its old or its new content, and there are no temporary files. No task waits forever,
and a task only succeeds if it has checked the result. Otherwise it fails with a message that names the cause and the
remedy. For each fault on this page, a test in C(tests/unit/faults) causes it and compares the message word for word.

.. contents::
   :local:
   :depth: 2
"""


def markup(text: str) -> str:
    """Convert a text of the table to reStructuredText: C(code) becomes a literal."""
    return re.sub(r"C\(([^)]*)\)", r"``\1``", text)


def heading(text: str, line: str) -> str:
    return f"\n{text}\n{line * len(text)}\n"


def fault_lines(fault: dict[str, Any]) -> Iterator[str]:
    yield heading(fault["key"], "^")
    yield textwrap.fill(markup(fault["fault"]), WIDTH) + "\n"
    if "message" in fault:
        message = fault["message"].format(**fault.get("sample", {}))
        yield "The task fails:\n\n.. code-block:: text\n\n" + textwrap.indent(textwrap.fill(
            message, WIDTH - 4, break_long_words=False, break_on_hyphens=False), "    ") + "\n"
    else:
        yield "The task succeeds.\n"
    yield textwrap.fill(f":Afterwards: {markup(fault['after'])}", WIDTH, subsequent_indent="   ",
                        break_long_words=False, break_on_hyphens=False)


def page(sections: list[dict[str, Any]]) -> str:
    sections_of_page = [markup(HEAD).rstrip("\n")]
    for section in sections:
        sections_of_page.append(heading(section["section"], "-").rstrip("\n"))
        for fault in section["faults"]:
            sections_of_page += [section_text.rstrip("\n") for section_text in fault_lines(fault)]
            sections_of_page[-1] = sections_of_page[-1]
    text = ""
    for section_text in sections_of_page:
        text += section_text.lstrip("\n") + "\n\n"
    return text.rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check({PAGE: page(yaml.safe_load(TABLE.read_text(encoding="utf-8")))}))
