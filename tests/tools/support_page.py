# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table "Options by release" of docs/docsite/rst/support.rst from the table of stanzas.

    support_page.py [--check]

--check writes nothing; the exit status is 1 if the page is out of date.
"""

from __future__ import annotations

import re
import sys

import checkout
from generated import ROOT, write_or_check

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import stanzas

PAGE = ROOT / "docs" / "docsite" / "rst" / "support.rst"
TABLE = re.compile(r"(^Options by release\n-+\n(?:.*\n)*?   \* - .*\n     - .*\n)((?:   .*\n)+)", re.M)

Version = tuple[int, ...]


def options_by_release() -> dict[Version, list[str]]:
    """Return the options of upstart_job that a release after the first added."""
    since: dict[str, Version] = {"override": stanzas.OVERRIDES_SINCE}
    for row in stanzas.STANZAS:
        if row.option != "manual":  # the option works on every release: it leaves out start on
            since[row.option] = min(row.since, since.get(row.option, row.since))
    since.update({f"console: {word}": version for word, version in stanzas.CONSOLE.items()})
    releases: dict[Version, list[str]] = {}
    for option, version in sorted(since.items()):
        if version > stanzas.FIRST:
            releases.setdefault(version, []).append(option)
    return releases


def with_table(text: str) -> str:
    """Return the text of the page with a current table."""
    rows = "".join(f"   * - {'.'.join(map(str, version))}\n     - {', '.join(f'``{option}``' for option in options)}\n"
                   for version, options in sorted(options_by_release().items()))
    text, count = TABLE.subn(lambda match: match[1] + rows, text)
    if count != 1:
        sys.exit(f"{PAGE}: cannot find the table below the heading Options by release")
    return text


if __name__ == "__main__":
    sys.exit(write_or_check({PAGE: with_table(PAGE.read_text(encoding="utf-8"))}))
