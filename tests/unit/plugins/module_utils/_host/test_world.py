# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world as read from calls and files if the daemon cannot report its state."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NotFoundError
from ansible_collections.sysinit.upstart.plugins.module_utils._host.world import read_world


class OldDaemon:
    """Upstart 1.5 with one running instance of the job tty."""

    connection = SimpleNamespace(peer={"pid": os.getpid()})

    def __init__(self, instance: str) -> None:
        self.instance = instance

    def version(self) -> tuple[int, ...]:
        return (1, 5)

    def state(self) -> str:
        raise NotFoundError("no GetState")

    def jobs(self) -> list[str]:
        return ["tty"]

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[self.instance] for _name in names]

    def statuses(self, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
        return [{"goal": "start", "state": "running", "processes": {}} for _pair in pairs]

    def job_properties(self, name: str) -> dict[str, Any]:
        raise NotFoundError(f"no {name}")

    def job_environment(self) -> list[str]:
        raise NotFoundError("no job environment")


@pytest.mark.parametrize(("stanza", "name", "value"), [
    ("$N", "4", "4"),
    ("${N}", "4", "4"),
    ("tty-$N", "tty-4", "4"),
    ("tty-${N}.x", "tty-4.x", "4"),
    ("$A-$N", "1-4", None),
    ("tty-$N", "other", None),
])
def test_the_variable_that_an_instance_name_shows(tmp_path: Path, stanza: str, name: str, value: str | None) -> None:
    (tmp_path / "tty.conf").write_text(f"instance {stanza}\nexec a\n")
    world, _reason = read_world(OldDaemon(name), str(tmp_path))
    (definition,) = world.definitions
    (instance,) = definition.instances
    assert dict(entry.split("=", 1) for entry in instance.env).get("N") == value
