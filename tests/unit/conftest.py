# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection importable, wherever the tests run from, and keep compiled code out of the checkout."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))


def keep_bytecode() -> None:
    """Keep compiled code in .build where Python is to write none.

    Otherwise a module or a daemon spends most of its processor time on compiling the same files again.
    """
    mirror = ROOT.parts[-3:] == ("ansible_collections", "sysinit", "upstart")
    folder = (ROOT.parents[2] if mirror else ROOT / ".build") / "bytecode"
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    del os.environ["PYTHONDONTWRITEBYTECODE"]


if os.environ.get("PYTHONDONTWRITEBYTECODE"):
    keep_bytecode()
# yaml.safe_load then reads with libyaml, which takes a tenth of the time.
yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # type: ignore[misc]
importlib.import_module("checkout").mount()
importlib.import_module("with_daemon").start_emulator = importlib.import_module(
    "ansible_collections.sysinit.upstart.tests.unit.support.module_server").Emulator


@pytest.hookimpl(hookwrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector away from the thousands of tests: they stay until the end."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
