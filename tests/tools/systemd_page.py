# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/docsite/rst/systemd_tables.rst from the tables of the filter to_systemd.

    systemd_page.py [--check]

--check writes nothing; the exit status is 1 if the page is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

import checkout
from generated import ROOT, write_or_check

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.condition_table import (
    CONDITION_ROWS,
    OTHER_ROWS,
    SCRIPT_ROWS,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import DIRECTIVES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.distribution_table import OF_PACKAGES, OF_SYSTEMD
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.rows import MEASURED, Row
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.stanza_table import STANZA_ROWS

PAGE = ROOT / "docs" / "docsite" / "rst" / "systemd_tables.rst"
HEAD = f"""..
  Copyright (c) 2026, the sysinit.upstart contributors
  GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

  Written by tests/tools/systemd_page.py from the tables in plugins/plugin_utils/_systemd: change those, then run it.

.. _ansible_collections.sysinit.upstart.docsite.systemd_tables:

How each stanza translates to systemd
=====================================

Look up a stanza, an event or the code of a finding here, to see what the filter
:ref:`to_systemd <ansible_collections.sysinit.upstart.docsite.to_systemd>` writes for it and what changes.

The verdict **exact** means that nothing changes, **near** that only unusual cases change, **approximate** that you can
notice the change, and **impossible** that systemd has nothing for it.

Rows marked *measured* were checked on systemd {MEASURED}, as process 1: the tests run the same steps on Upstart and on
systemd, and compare what runs, what waits for what, how each job ends, and what its processes inherit. The other rows
follow the manual of systemd.

.. contents::
   :local:
   :depth: 1
"""
MARKS = re.compile(r"([*`|\\_])")
INSTANCES = re.compile(r"([\w-]+@\w+\.service)")  # web@1.service, which would become a link to send mail


def escaped(text: str) -> str:
    """Return a text without markup for reStructuredText, except that names of instances are literals."""
    parts = INSTANCES.split(text)  # every second one is a name
    return "".join(f"``{part}``" if index % 2 else MARKS.sub(r"\\\1", part) for index, part in enumerate(parts))


def heading(text: str) -> str:
    return f"\n{text}\n{'-' * len(text)}\n"


def table(columns: Sequence[str], widths: str, rows: Iterable[Sequence[str]]) -> str:
    lines = ["\n.. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in [columns, *rows]:
        lines += [f"   {'* -' if index == 0 else '  -'} {cell}".rstrip() for index, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def row_cells(row: Row) -> list[str]:
    change = escaped(row.change) or "Nothing changes."
    change += f" *To do:* {escaped(row.remedy)}" if row.remedy else ""
    measured = f" *Measured on {row.measured}.*" if row.measured else ""
    return [f"``{row.code}``", escaped(row.upstart), escaped(row.systemd), row.verdict, change + measured]


def translation_table(rows: Iterable[Row]) -> str:
    return table(["Code", "Upstart", "systemd", "Verdict", "What changes, and what to do"], "12 22 22 10 34",
                 map(row_cells, rows))


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for title, rows in (("Stanzas", STANZA_ROWS), ("Conditions", CONDITION_ROWS), ("Scripts", SCRIPT_ROWS),
                        ("Files and names", OTHER_ROWS)):
        parts += [heading(title), translation_table(rows)]
    parts += [heading("Older releases of systemd"),
              "\nWith an older ``systemd_version``, the filter replaces them and reports ``older-systemd``.\n",
              table(["Setting", "Needs systemd", "Instead", "Verdict", "What changes"], "26 12 24 12 26", [
                  [f"``{row.name}``", str(row.since), escaped(row.instead), row.verdict,
                   escaped(row.change) or "Nothing changes."] for row in DIRECTIVES])]
    parts += [heading("Jobs that units of the distribution replace"),
              "\nThe filter does not translate these jobs, unless ``distribution`` is ``none``. The unit ``none`` "
              "means that\nthe new host needs no such job. Terminals such as ``tty1`` become ``getty@tty1.service``.\n",
              distribution_table()]
    return "".join(parts)


def distribution_table() -> str:
    names = sorted(set(OF_SYSTEMD).union(*OF_PACKAGES.values()), key=str.lower)
    rows = [[f"``{name}``", *(f"``{unit}``" if unit else "" for unit in (
        units.get(name) or OF_SYSTEMD.get(name) for units in OF_PACKAGES.values()))] for name in names]
    return table(["Job", *(f"``{distribution}``" for distribution in OF_PACKAGES)], "30 35 35", rows)


if __name__ == "__main__":
    sys.exit(write_or_check({PAGE: page()}))
