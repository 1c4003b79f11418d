# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of upstart_service."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes


@pytest.fixture
def all_folders_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all job directories count as watched by the daemon."""
    monkeypatch.setattr(processes, "watches", lambda _pid, _folder: True)
