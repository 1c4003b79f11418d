# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups of this host."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.accounts import Accounts


def test_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts()
    assert accounts.has_user("root")
    assert not accounts.has_user("no-such-user")
    assert not accounts.has_group("no-such-group")
    assert not accounts.has_user("\udcff\0")
    monkeypatch.setattr("pwd.getpwnam", lambda name: pytest.fail("each name is looked up once"))
    assert accounts.has_user("root")
