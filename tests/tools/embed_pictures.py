# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Embed the pictures of docs/docsite/rst/images/ into the pages that show them.

    embed_pictures.py [--check]

antsibull-docs accepts only .rst files in a docsite, so a picture must be part of the
text: a page ends with a definition |NAME| for each of its pictures, which this program
writes.  --check writes nothing; the exit status is 1 if a page is out of date.
"""

from __future__ import annotations

import base64
import sys
import textwrap
from pathlib import Path

RST = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
PAGES = {
    "benchmarks.rst": ["deploy.svg"],
    "event_graph.rst": ["event_graph.svg", "event_graph_el6.svg", "report.png", "report_phone.png"],
    "migrate.rst": ["migration.png", "migration_phone.png"],
    "upstart_states.rst": ["upstart_states.svg"],
}
MARK = ".. The pictures of images/, written by tests/tools/embed_pictures.py.\n"
KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
# Alternative text of each picture.
TEXTS = {
    "deploy.svg": "Wall time by number of jobs: the time of the loops grows with every job, that of the role hardly "
                  "grows",
    "event_graph.svg": "Boxes for jobs and ellipses for events, from startup at the top through udev, dbus and the "
                       "network to the terminals and the shop, joined by solid, dashed and dotted arrows",
    "event_graph_el6.svg": "The jobs of Enterprise Linux 6: runlevel starts rc, and when rc ends, the "
                           "terminals, the graphical login and the splash screen start",
    "migration.png": "The page on a wide screen: the jobs of a shop with their verdicts, the graphs of the jobs and of "
                     "the units, and a job beside its unit",
    "migration_phone.png": "The same page on a phone, with one paragraph for each job",
    "report.png": "The report on a wide screen: a summary of three hosts, the jobs of the first with their states and "
                  "findings, and the graph of these jobs",
    "upstart_states.svg": "Boxes for the states, down from waiting to running on the left side and up again from "
                          "pre-stopping to post-stop on the right side, joined by green arrows for the goal start and "
                          "red arrows for the goal stop",
    "report_phone.png": "The same report on a phone: a paragraph for each host and job, and a narrow form of the graph",
}
WIDE = {"deploy.svg", "event_graph.svg", "event_graph_el6.svg", "migration.png", "report.png", "report_phone.png"}


def definition(path: Path) -> str:
    """Return the reStructuredText that defines one picture."""
    data = base64.b64encode(path.read_bytes()).decode()
    lines = textwrap.wrap(f"data:{KINDS[path.suffix]};base64,{data}", 110, break_on_hyphens=False)
    return f"\n.. |{path.stem}| image:: {lines[0]}\n" + "".join(f"   {line}\n" for line in lines[1:]) \
        + f"   :alt: {TEXTS[path.name]}\n" + ("   :width: 100%\n" if path.name in WIDE else "")


def with_pictures(page: str, text: str) -> str:
    """Return the text of a page with its pictures at the end."""
    return text.partition(MARK)[0] + MARK + "".join(definition(RST / "images" / name) for name in PAGES[page])


def main() -> int:
    stale = 0
    for page in PAGES:
        text = (RST / page).read_text()
        wanted = with_pictures(page, text)
        if text != wanted and "--check" not in sys.argv[1:]:
            (RST / page).write_text(wanted)
        stale += text != wanted
    return int(stale > 0 and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
