# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Separate virtual environments for tools whose packages must not mix with those of the tests.

``tests/requirements/NAME.txt`` goes into FOLDER/venvs/NAME, in the versions of ``pins/NAME.txt``, and again when one of
these files changes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import prepare


def ready(name: str, folder: Path) -> Path:
    """Return the folder of the environment's programs; make the environment if it is missing or outdated."""
    requirements, venv = prepare.REQUIREMENTS / f"{name}.txt", folder / "venvs" / name
    python = os.environ.get("PYTHON") or sys.executable
    stamp = venv / "prepared"
    wanted = hashlib.sha256(requirements.read_bytes() + prepare.pins(name) + python.encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        if not prepare.can_import(python, "ensurepip, venv"):
            prepare.install_debian(["python3-venv"])
        prepare.print_progress(f"making the virtual environment {venv}")
        prepare.run([python, "-m", "venv", "--clear", str(venv)])
        prepare.install_python(venv, requirements, name)
        stamp.write_text(wanted)
    return venv / "bin"
