# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default directories."""

from __future__ import annotations

import os
import pwd

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _daemon_module


def directories(**params: object) -> tuple[object, object]:
    params = {"scope": "system", "address": None, "conf_dir": None, "log_dir": None, **params}
    _daemon_module.set_defaults(params)
    return params["conf_dir"], params["log_dir"]


def test_directories_of_the_system() -> None:
    assert directories() == ("/etc/init", "/var/log/upstart")
    assert directories(conf_dir="/c") == ("/c", "/var/log/upstart")
    assert directories(log_dir="/l") == ("/etc/init", "/l")


def test_directories_of_a_session_that_need_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UPSTART_SESSION", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    home = pwd.getpwuid(os.geteuid()).pw_dir
    assert directories(scope="session", load=False) == (f"{home}/.config/upstart", f"{home}/.cache/upstart")
    monkeypatch.setattr(os, "geteuid", lambda: 123456789)  # a user without an entry in the table of users
    assert directories(scope="session", load=False) == ("/.config/upstart", "/.cache/upstart")
    monkeypatch.setenv("HOME", "/home/alice")
    assert directories(scope="session", load=False, log_dir="/l") == ("/home/alice/.config/upstart", "/l")
