# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what the virtual environments of the tests contain, as CycloneDX documents.

    sbom.py FOLDER

Writes FOLDER/sbom/NAME.cdx.json for each environment in FOLDER, with cyclonedx-py from an environment of its own.  The
collection itself needs no package besides ansible-core, so it has no list.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import own_venv


def environments(folder: Path) -> dict[str, Path]:
    """Return the Pythons of the environments that exist, by name."""
    places = [*folder.glob("venv*"), *folder.glob("venvs/*")]
    return {place.name: place / "bin" / "python" for place in sorted(places)
            if (place / "bin" / "python").exists() and list(place.glob("lib/python*/site-packages/*.dist-info"))}


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    program = own_venv.ready("sbom", folder) / "cyclonedx-py"
    target = folder / "sbom"
    target.mkdir(exist_ok=True)
    for name, python in environments(folder).items():
        path = target / f"{name}.cdx.json"
        subprocess.run([program, "environment", "--output-reproducible", "--output-format", "JSON",
                        "--output-file", path, python], check=True)
        document = json.loads(path.read_text(encoding="utf-8"))
        print(f"sbom: {path}: {len(document['components'])} packages, as {document['bomFormat']} "
              f"{document['specVersion']}")


if __name__ == "__main__":
    main()
