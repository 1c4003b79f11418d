# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the pictures of docs/docsite/rst/images/ into the guide that shows them.

    embed_pictures.py [--check]

antsibull-docs takes nothing but .rst files into a docsite, so a picture has to be part
of the text: the guide ends with one definition |NAME| for each file, which this writes
anew.  --check only tells, by status 1, whether there is a need to.
"""

from __future__ import annotations

import base64
import sys
import textwrap
from pathlib import Path

RST = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
GUIDE = RST / "event_graph.rst"
MARK = ".. The pictures of images/, written by tests/tools/embed_pictures.py.\n"
KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
# What is to be read in place of each picture.
TEXTS = {
    "event_graph.svg": "Boxes for jobs and ellipses for events, from startup at the top over udev, dbus and the "
                       "network to the terminals and the shop, joined by solid, dashed and dotted arrows",
    "report.png": "The report on a wide screen: a summary of three hosts, and the jobs of the first with their states",
    "report_phone.png": "The same report on a phone, with one paragraph for each host and job",
}
WIDE = {"event_graph.svg", "report.png"}


def definition(path: Path) -> str:
    """Return the reStructuredText that defines one picture."""
    data = base64.b64encode(path.read_bytes()).decode()
    lines = textwrap.wrap(f"data:{KINDS[path.suffix]};base64,{data}", 110, break_on_hyphens=False)
    return f"\n.. |{path.stem}| image:: {lines[0]}\n" + "".join(f"   {line}\n" for line in lines[1:]) \
        + f"   :alt: {TEXTS[path.name]}\n" + ("   :width: 100%\n" if path.name in WIDE else "")


def with_pictures(text: str) -> str:
    """Return the text of the guide with all pictures at its end."""
    pictures = sorted(path for path in (RST / "images").iterdir() if path.suffix in KINDS)
    return text.partition(MARK)[0] + MARK + "".join(map(definition, pictures))


def main() -> int:
    text = GUIDE.read_text()
    wanted = with_pictures(text)
    if "--check" in sys.argv[1:]:
        return int(text != wanted)
    GUIDE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
