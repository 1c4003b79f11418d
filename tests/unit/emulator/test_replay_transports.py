# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings replayed by a transport of the collection in place of jeepney."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "conformance" / "run.py"
# Together they have calls with a reply, an error and without an answer, properties, and signals.
SCENARIOS = ["dbus-errors-environment", "event-failed", "conf-syntax"]


@pytest.mark.parametrize("transport", ["wire", "dbus_python"])
def test_a_replay(transport: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "SYSINIT_UPSTART_TRANSPORT"}
    result = subprocess.run([sys.executable, RUN, "--transport", transport, *SCENARIOS], env=environ,
                            capture_output=True, text=True, timeout=300, check=False)
    assert result.stdout.splitlines()[-1:] == [f"{len(SCENARIOS)} passed, 0 failed"], result.stdout + result.stderr
