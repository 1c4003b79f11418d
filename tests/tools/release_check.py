# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that a tag is a complete release: the workflow "Release" publishes nothing else.

    release_check.py TAG

Needs Python 3.9 and its standard library.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def complaints(root: Path, tag: str) -> list[str]:
    """Return what is missing in a checkout for a release with this tag."""
    galaxy = (root / "galaxy.yml").read_text(encoding="utf-8")
    changelog = (root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8")
    version = re.search(r"^version: (\S+)$", galaxy, re.M)
    found = []
    if not version or version[1] != tag:
        found.append(f"galaxy.yml has the version {version[1] if version else None}, not {tag}. Tag the release commit.")
    if not re.search(r"^repository: https://\S+$", galaxy, re.M):
        found.append("galaxy.yml has no repository, and Galaxy refuses a collection without it. Set it.")
    if not re.search(rf"^  {re.escape(tag)}:$", changelog, re.M):
        found.append(f"The changelog has no release {tag}. Run antsibull-changelog release.")
    fragments = sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.yml"))
    if fragments:
        found.append(f"changelogs/fragments still has {len(fragments)} files. Run antsibull-changelog release.")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(f"release_check: {text}" for text in complaints(ROOT, sys.argv[1])) or 0)
