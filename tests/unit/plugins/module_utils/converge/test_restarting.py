# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables with which a restart brings back the same instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge import loaded, running, targets
from ansible_collections.sysinit.upstart.plugins.module_utils.converge.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.names import instance_path
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client

MANY = "instance $N\nexec a\n"
TOLD = {"name": "web", "env": [], "jobs": [{"path": instance_path("web", "1"), "env": ["N=1", "A=2"]}]}


class Silent:
    """A snapshot that must not be asked."""

    def environment(self, job: str, instance: str) -> list[str]:
        raise AssertionError("asked for %s" % job)


def target(folder: Path, text: str, env: list[str]) -> targets.Target:
    (folder / "web.conf").write_text(text)
    one = targets.Target("web", Definition("web", str(folder), (1, 13, 2)),
                         fake_client.request(folder, "restarted", env=env))
    one.instance = "1"
    return one


@pytest.mark.parametrize(("text", "env"), [("exec a\n", []), (MANY, ["N=1"]), ("frob\n", [])])
def test_nothing_is_looked_up(tmp_path: Path, text: str, env: list[str]) -> None:
    """A job without instances needs no variables, and those that are given count."""
    assert running.environment(Silent(), target(tmp_path, text, env)) == env


@pytest.mark.parametrize(("text", "held", "env"), [
    (MANY, [TOLD], ["N=1", "A=2"]),
    (MANY, None, ["N=1"]),
    ("instance ${N}\nexec a\n", None, ["N=1"]),
    ("instance $N-$M\nexec a\n", None, []),
    ("instance x$N\nexec a\n", None, []),
])
def test_they_are_those_of_the_instance(tmp_path: Path, text: str, held: list[dict[str, Any]] | None,
                                        env: list[str]) -> None:
    """Where they are not told, its name may tell the one that makes it."""
    one = target(tmp_path, text, [])
    snapshot = loaded.Snapshot(fake_client.FakeClient({"web": {"1": []}}, held=held), str(tmp_path))
    assert running.environment(snapshot, one) == env
