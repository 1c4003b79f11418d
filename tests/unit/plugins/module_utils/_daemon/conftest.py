# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fake daemon, a connection to it, and the two transports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import FakeDaemon
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    fake = FakeDaemon()
    yield fake
    fake.close()


@pytest.fixture(params=[choice.WIRE, choice.DBUS_PYTHON])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with each transport; return its name."""
    monkeypatch.setenv(choice.VARIABLE, request.param)
    return str(request.param)


@pytest.fixture
def connection(daemon: FakeDaemon) -> Iterator[Connection]:
    opened = Connection(daemon.address).open(PATIENCE)
    yield opened
    opened.close()
