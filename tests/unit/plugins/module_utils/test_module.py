# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times that no module accepts, and the default directories."""

from __future__ import annotations

import os
import pwd

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _module


class Ended(Exception):
    """The module has ended, with this message."""


class Module:
    no_log = False

    def __init__(self, **params: float) -> None:
        self.params = {"timeout": 60.0, **params}

    def fail_json(self, msg: str) -> None:
        raise Ended(msg)


@pytest.mark.parametrize(("params", "message"), [
    ({"timeout": 0.0}, "timeout is 0, but it must be more than 0 seconds."),
    ({"timeout": float("nan")}, "timeout is nan, but it must be more than 0 seconds."),
    ({"stable_for": -1.0}, "stable_for is -1, but it must be a number of seconds, 0 or more."),
    ({"stable_for": float("inf")}, "stable_for is inf, but it must be a number of seconds, 0 or more."),
    ({"stable_for": float("nan")}, "stable_for is nan, but it must be a number of seconds, 0 or more."),
])
def test_invalid_times(params: dict[str, float], message: str) -> None:
    with pytest.raises(Ended) as caught:
        _module.run(Module(**params), lambda module: pytest.fail("acted"))
    assert str(caught.value) == message


def directories(**params: object) -> tuple[object, object]:
    params = {"scope": "system", "address": None, "conf_dir": None, "log_dir": None, **params}
    _module.set_defaults(params)
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
