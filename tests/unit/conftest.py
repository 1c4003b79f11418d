# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection importable, wherever the tests run from, and keep compiled code out of the checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import checkout


def keep_bytecode() -> None:
    """Keep compiled code in .build where Python is to write none: the many processes of the tests compile nothing twice.

    Without this, most of the processor time of a module or a daemon is spent on compiling the same files.
    """
    mirror = ROOT.parts[-3:] == ("ansible_collections", "sysinit", "upstart")
    folder = (ROOT.parents[2] if mirror else ROOT / ".build") / "bytecode"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    del os.environ["PYTHONDONTWRITEBYTECODE"]


if os.environ.get("PYTHONDONTWRITEBYTECODE"):
    keep_bytecode()
checkout.mount()

import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import module_server

with_daemon.start_emulator = module_server.Emulator
