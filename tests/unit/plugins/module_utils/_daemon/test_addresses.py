# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon that an address or a keyword selects, and its required owner."""

from __future__ import annotations

import os

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _daemon_module
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import addresses, errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection

PRIVATE = "unix:abstract=/com/ubuntu/upstart"
SESSION_INIT = "unix:abstract=/com/ubuntu/upstart-session/1000/4711"

DEFAULTS = [
    ({}, 0, PRIVATE),
    ({}, 1000, "system"),
    ({"UPSTART_SESSION": SESSION_INIT}, 0, SESSION_INIT),
    ({"UPSTART_SESSION": SESSION_INIT}, 1000, SESSION_INIT),
    ({"UPSTART_SESSION": ""}, 1000, "system"),
    ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}, 1000, "system"),
]


@pytest.mark.parametrize(("environ", "uid", "address"), DEFAULTS)
def test_the_default_is_the_address_of_initctl(environ: dict[str, str], uid: int, address: str) -> None:
    assert addresses.default(environ, uid) == address


ENDPOINTS = [
    ("system", {}, ("unix:path=/var/run/dbus/system_bus_socket", True, 0)),
    ("system", {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/s"}, ("unix:path=/s", True, 0)),
    ("session", {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/d"}, ("unix:path=/d", True, None)),
    (PRIVATE, {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/s"}, (PRIVATE, False, 0)),
    (PRIVATE + ",guid=12", {}, (PRIVATE + ",guid=12", False, 0)),
    ("unix:path=/x;" + PRIVATE, {}, ("unix:path=/x;" + PRIVATE, False, 0)),
    ("unix:guid=12,abstract=%2fcom/ubuntu/upstar%74", {}, ("unix:guid=12,abstract=%2fcom/ubuntu/upstar%74", False, 0)),
    (PRIVATE + "-2", {}, (PRIVATE + "-2", False, None)),
    (SESSION_INIT, {}, (SESSION_INIT, False, 1000)),
    (SESSION_INIT + ",guid=12", {}, (SESSION_INIT + ",guid=12", False, 1000)),
    ("unix:path=/run/upstart", {}, ("unix:path=/run/upstart", False, None)),
]


@pytest.mark.parametrize(("address", "environ", "endpoint"), ENDPOINTS)
def test_what_an_address_means(address: str, environ: dict[str, str], endpoint: tuple[str, bool, int | None]) -> None:
    assert tuple(addresses.resolve(address, environ)) == endpoint


@pytest.mark.parametrize("environ", [{}, {"DBUS_SESSION_BUS_ADDRESS": ""}])
def test_no_session(environ: dict[str, str]) -> None:
    with pytest.raises(errors.UnreachableError, match="DBUS_SESSION_BUS_ADDRESS is not set in the task's environment"):
        addresses.resolve("session", environ)


def test_a_connection_resolves_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/s")
    connection = Connection("system")
    assert (connection.address, connection.owner) == ("unix:path=/s", 0)
    assert Connection("system", owner=7).owner == 7
    assert Connection().owner == 0


def test_modules_of_other_users_ask_the_system_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTART_SESSION", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(errors.UnreachableError) as caught:
        _daemon_module.connect({"address": None, "timeout": 5.0})
    assert caught.value.message.startswith("Nothing answers at unix:path=/nowhere. Check that this host runs Upstart")
    assert caught.value.message.endswith(
        ". Users other than root need this message bus: run the task as root (become: true).")
    assert caught.value.facts["address"] == "unix:path=/nowhere"
    with pytest.raises(errors.UnreachableError) as caught:
        _daemon_module.connect({"address": "system", "timeout": 5.0})
    assert "become" not in caught.value.message
