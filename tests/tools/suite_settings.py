# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings with which run_tests.py and matrix.py run the same tests in less time."""

from __future__ import annotations

import os
from pathlib import Path

CALLBACKS = "tests/tools/callback_plugins"
UNIT_PROCESSES = 4
SLOW_TESTS = [f"tests/unit/{name}.py" for name in (  # the longest files; they start first
    "plugins/modules/test_interference", "plugins/modules/test_main_processes", "plugins/modules/test_prediction",
    "plugins/modules/test_no_hang", "plugins/modules/test_failure_reasons", "chaos/test_chaos_run",
    "faults/test_faults_daemon", "faults/test_faults_load", "faults/test_faults_at_once")]
# The options of pytest for the unit tests. Tests that run modules mostly wait, so there are several processes. The
# tests of a file stay together, because they share a daemon or results.
UNIT = ["-q", "-rs", "--numprocesses", str(UNIT_PROCESSES), "--dist", "loadfile", *SLOW_TESTS, "tests/unit"]


def inherited_environment() -> dict[str, str]:
    """Return the environment of this process without what makes Python slow.

    Without __pycache__, each Python compiles the collection or the emulator again. Unbuffered, Python reads a module
    that Ansible sends with pipelining byte by byte.
    """
    return {name: value for name, value in os.environ.items()
            if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}


RESIDENT = os.environ.get("UPSTART_RESIDENT", "yes")  # empty: each module of a test host has a Python of its own


def play_settings(collection: Path, pipelining: bool = True) -> str:
    """Return settings with which Ansible does the same in less time.

    Ansible's default is to look for the result of a task a thousand times in a second, and to start five processes on
    the host for each task.

    :param pipelining: whether modules come through a pipe, or as files.
    """
    return (f"[defaults]\ninternal_poll_interval = 0.01\ncallback_plugins = {collection / CALLBACKS}\n"
            f"[connection]\npipelining = {pipelining}\n")


def write_play_settings(collection: Path, pipelining: bool = True) -> None:
    """Write the settings of the plays of ansible-test, which ignores Ansible's environment variables."""
    (collection / "tests/integration/integration.cfg").write_text(play_settings(collection, pipelining))
