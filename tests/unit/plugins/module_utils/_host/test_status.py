# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A status as text."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.status import state_text
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import DOWN, UP, Status, status


@pytest.mark.parametrize(("instance_status", "text"), [
    (UP, "start/running"), (status("stop", "pre-stop"), "stop/pre-stop"), (DOWN, "stop/waiting"),
])
def test_state_text(instance_status: Status | None, text: str) -> None:
    assert state_text(instance_status) == text
