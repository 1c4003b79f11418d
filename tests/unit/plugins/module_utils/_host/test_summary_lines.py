# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for people."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import summary_lines


@pytest.mark.parametrize(("faults", "expected"), [
    ((), "web created"), (["a"], "web created -- a"), (iter(["a", "b"]), "web created -- a; b"),
    ((b"it is caf\xc3\xa9", "so"), "web created -- it is café; so")])
def test_line(faults: list[str], expected: str) -> None:
    """On Python 2, faults may be bytes."""
    assert summary_lines.line("web", "created", faults) == expected


@pytest.mark.parametrize(("instance", "processes", "expected"), [
    ("", {}, "web stop/waiting"), ("", {"main": 7}, "web stop/waiting, process 7"),
    ("a", {"pre-start": 7}, "web (a) stop/waiting")])
def test_line_of_an_instance(instance: str, processes: dict[str, int], expected: str) -> None:
    assert summary_lines.instance_line("web", instance, "stop/waiting", processes) == expected
