# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings with which ansible-playbook does the same in a test with less processor time.

Its main process looks for results 100 times in a second and not 1,000 times; a run uses the modules that an earlier run
has packed; the modules run in an interpreter that stays in memory.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import sys
import tempfile
from pathlib import Path

import resident_python
import suite_settings

ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def _folder(_pid: int) -> Path:
    """Return a folder of this process for settings and packed modules."""
    folder = Path(tempfile.mkdtemp(prefix="upstart-ansible-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "with_files.cfg").write_text(suite_settings.play_settings(ROOT, pipelining=False))
    (folder / "pipelining.cfg").write_text(suite_settings.play_settings(ROOT))
    return folder


@functools.cache
def _interpreter(pid: int) -> str:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return str(stack.enter_context(resident_python.running(sys.executable, _folder(pid))))


def interpreter() -> str:
    """Return the interpreter of this process for modules of test hosts; see tests/tools/resident_python.py."""
    return _interpreter(os.getpid()) if suite_settings.RESIDENT else sys.executable


def environment(collections: str = "checkout", pipelining: bool = True) -> dict[str, str]:
    """Return the environment for a run of ansible-playbook, or of another program that runs it.

    :param collections: a name for the collections of the run. Runs with the same name share the packed modules.
    :param pipelining: whether a module comes through a pipe, or as a file on the host.
    """
    folder = _folder(os.getpid())
    return {**os.environ, "ANSIBLE_CONFIG": str(folder / ("pipelining.cfg" if pipelining else "with_files.cfg")),
            "SHARED_PAYLOADS": str(folder / "payloads" / collections), "PYTHONPATH": "",
            "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_NOCOLOR": "1"}
