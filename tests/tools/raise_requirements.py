# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raise the exact versions in tests/requirements/pins/ to the newest ones that the requirements allow.

    raise_requirements.py FOLDER [NAME...]

uv, from an environment of its own in FOLDER, resolves each set of requirements for all supported Pythons at once; where
they need different versions, the line has a marker.  No other Python has to be installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import own_venv
import prepare
from versions import CORES

# The file of pins -> the requirements that it covers. Environments that share packages share the file.
SETS = {
    "test": ("test", "coverage", "mutation"),
    "docs": ("docs",),
    "ee": ("ee",),
    "importer": ("importer",),
    "sbom": ("sbom",),
    "raise": ("raise",),
    "oldest": ("demo",),
}
PYTHONS = sorted({python for controllers, _hosts in CORES.values() for python in controllers},
                 key=lambda version: tuple(map(int, version.split("."))))
HEADER = """# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by make raise-requirements, for Python {first} and later.
"""


def oldest_cores() -> str:
    """Return the requirement of the oldest ansible-core that each Python can run."""
    lines = []
    for python in PYTHONS:
        core = next(core for core, (controllers, _hosts) in CORES.items() if python in controllers)
        relation = ">=" if python == PYTHONS[-1] else "=="
        lines.append(f"ansible-core=={core}.*; python_version {relation} '{python}'\n")
    return "".join(lines)


def index_options() -> dict[str, str]:
    """Return the settings of uv that match those of pip, which uv does not read: the index, the certificates here."""
    done = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"],
                          capture_output=True, text=True, check=False)
    address = os.environ.get("PIP_INDEX_URL") or done.stdout.strip()
    return {"UV_NATIVE_TLS": "true", **({"UV_DEFAULT_INDEX": address} if address else {})}


def resolve(uv: Path, names: tuple[str, ...], extra: str) -> str:
    """Return the pins for some requirements."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as more:
        more.write(extra)
        more.flush()
        done = subprocess.run(
            [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--universal", "--upgrade",
             "--python-version", PYTHONS[0], "--python", sys.executable,
             *[prepare.REQUIREMENTS / f"{name}.txt" for name in names], more.name],
            env={**os.environ, **index_options()}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"raise: uv could not resolve {', '.join(names)}:\n{done.stderr}")
    return done.stdout


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    uv = own_venv.ready("raise", folder) / "uv"
    prepare.PINS.mkdir(exist_ok=True)
    for name in sys.argv[2:] or SETS:
        lines = resolve(uv, SETS[name], oldest_cores() if name == "oldest" else "")
        path = prepare.PINS / f"{name}.txt"
        before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        text = HEADER.format(first=PYTHONS[0]) + "\n" + lines
        path.write_text(text, encoding="utf-8")
        for line in sorted(set(text.splitlines()) - set(before)):
            print(f"raise: {name}: {line}")


if __name__ == "__main__":
    main()
