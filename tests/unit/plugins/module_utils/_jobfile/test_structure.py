# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files as options: the stanza ``manual``, and the releases that read overrides."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure


@pytest.mark.parametrize(("conf", "override", "version", "options"), [
    ("start on a\n", None, (1, 13, 2), {"start_on": "a"}),
    ("start on a\nmanual\n", None, (1, 13, 2), {"manual": True}),
    ("manual\nstart on a\n", None, (1, 13, 2), {"start_on": "a"}),
    ("exec b\n", None, (1, 13, 2), {"exec": "b"}),
    ("start on a\n", "manual\n", (1, 13, 2), {"manual": True}),
    ("start on a\n", "manual\n", (1, 3), {"manual": True}),
    ("start on a\n", "manual\n", (1, 2), {"start_on": "a"}),
])
def test_read(conf: str, override: str | None, version: tuple[int, ...], options: dict[str, Any]) -> None:
    assert structure.read(conf, override, version) == options


@pytest.mark.parametrize(("manual", "text"), [
    (True, "start on a\nmanual\n"), (False, "start on a\n"), (None, "start on a\n"),
])
def test_write_manual(manual: Any, text: str) -> None:
    assert structure.write({"start_on": "a", "manual": manual}) == text
