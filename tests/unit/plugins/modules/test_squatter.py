# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that squats on the address of init receives neither a request nor credentials from any module."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "support" / "private_socket.py"
PRIVATE = "unix:abstract=/com/ubuntu/upstart"
NOBODY = 65534


def beside_a_squatter(squatted: str, module: str, **arguments: Any) -> tuple[dict[str, Any], str]:
    """Return the result of a module, and the bytes that the squatter received."""
    environment = {name: value for name, value in os.environ.items() if name != "UPSTART_SESSION"}
    command = [sys.executable, str(SCRIPT), str(NOBODY), squatted, module, json.dumps(arguments)]
    done = subprocess.run(command, timeout=300, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["said"], found["heard"]


ASKED = [
    ("upstart_service", {"name": ["web"], "state": "started", "env": {"PASSWORD": "squeamish"}}),
    ("upstart_event", {"name": "deploy", "env": {"PASSWORD": "squeamish"}}),
    ("upstart_job", {"name": "web", "exec": "sleep 1"}),
]


@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize(("module", "arguments"), ASKED)
def test_a_squatter_is_named_and_hears_nothing(module: str, arguments: dict[str, Any], explicit: bool,
                                               tmp_path: Path) -> None:
    if explicit or os.geteuid() != 0:  # the default for other users is the system bus
        arguments = {**arguments, "address": PRIVATE}
    said, heard = beside_a_squatter(PRIVATE, module, conf_dir=str(tmp_path), timeout=5, **arguments)
    assert heard == ""
    assert said["failed"] is True
    peer = said["peer"]
    assert peer["uid"] == (NOBODY if os.geteuid() == 0 else peer["uid"]) != 0
    assert (f"Process {peer['pid']} of user {peer['uid']} listens at {PRIVATE}, but init runs as user 0. Nothing "
            "was sent to it; find out which program it is.") in said["msg"]
    assert said["address"] == PRIVATE
    assert list(tmp_path.iterdir()) == []


def test_the_squatter_can_hear(tmp_path: Path) -> None:
    """Counterpart: at an address that is not init's, any process is accepted, and its input is recorded."""
    address = "unix:abstract=/com/ubuntu/upstart-2"
    arguments = {"name": ["web"], "state": "started", "timeout": 1, "conf_dir": str(tmp_path)}
    said, heard = beside_a_squatter(address, "upstart_service", address=address, **arguments)
    assert said["failed"] is True
    assert heard.startswith("\0AUTH EXTERNAL ")
