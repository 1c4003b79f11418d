# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon on a message bus: how it is found and checked, and what happens when it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors, routes
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection, Signal
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon, message_bus
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import hang_up, returns, silence
from ansible_collections.sysinit.upstart.tests.unit.support.message_bus import MessageBus, Owner
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE, wait_for
from jeepney import HeaderFields
from jeepney.io.blocking import open_dbus_connection

EMULATOR = Path(__file__).resolve().parents[5] / "roles" / "emulator" / "files" / "upstart-emulator"
PATH = "/com/ubuntu/Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
NOBODY = 65534
US = os.geteuid()

pytestmark = pytest.mark.usefixtures("transport")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessageBus]:
    with message_bus.running() as started:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", started.address)
        yield started


@pytest.fixture
def owner(bus: MessageBus) -> Iterator[Owner]:
    daemon = Owner(bus.address)
    daemon.answers["Get"] = returns("v", ("s", "init (upstart 1.13.2)"))
    daemon.answers["Start"] = silence
    yield daemon
    daemon.leave()


@pytest.fixture
def connection(owner: Owner) -> Iterator[Connection]:
    with Connection("system", owner=US) as opened:
        yield opened


def call(connection: Connection, member: str, timeout: float = PATIENCE) -> Any:
    return connection.call(PATH, MANAGER, member, timeout=timeout)


def test_the_emulator_on_the_system_bus(bus: MessageBus, tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("exec sleep 1000\n")
    emulator = subprocess.Popen([
        sys.executable, str(EMULATOR), "--confdir", str(tmp_path), "--logdir", str(tmp_path), "--address",
        bus.address + "-private", "--no-startup-event", "--bus", bus.address])
    try:
        upstart = wait_for_daemon()
        connection = upstart.connection
        assert connection.peer["uid"] == US
        assert "upstart-emulator" in Path("/proc/%d/cmdline" % connection.peer["pid"]).read_text()
        assert upstart.version() == (1, 13, 2)
        assert upstart.jobs() == ["web"]
        pending = upstart.request("Start", "web")
        assert connection.wait(lambda: pending.done, PATIENCE)
        assert pending.result() == [PATH + "/jobs/web/_"]
        status = upstart.status("web")
        assert status is not None and status["state"] == "running"
        assert Signal(PATH + "/jobs/web/_", "StateChanged", ["running"]) in connection.signals
        assert upstart.status("other") is None
        connection.close()
    finally:
        emulator.terminate()
        emulator.wait(300)


def wait_for_daemon() -> Upstart:
    deadline = time.monotonic() + 300
    while True:
        try:
            return Upstart(Connection("system", owner=US).open())
        except errors.UnreachableError:
            assert time.monotonic() < deadline, "it does not come"
            time.sleep(0.05)


def test_the_session_bus(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    with Connection("session") as connection:
        assert Upstart(connection).version() == (1, 13, 2)


def test_no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(errors.UnreachableError, match="Nothing answers at unix:path=/nowhere"):
        Connection("system").open()


def test_a_bus_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = fake_daemon.FakeDaemon()
    daemon.answers["Hello"] = silence
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.address)
    began = time.monotonic()
    with pytest.raises(errors.NoReplyError, match="did not answer Hello"):
        Connection("system").open(0.3)
    assert time.monotonic() - began < PATIENCE
    daemon.close()


def test_a_bus_without_upstart(bus: MessageBus) -> None:
    with pytest.raises(errors.UnreachableError) as caught:
        Connection("system").open()
    assert caught.value.message.startswith(
        "No process owns the name com.ubuntu.Upstart on the message bus at %s. Check that Upstart is running"
        % bus.address)


def test_a_stranger_who_took_the_name_receives_nothing(bus: MessageBus) -> None:
    with message_bus.stranger(bus.address, NOBODY) as called:
        with pytest.raises(errors.WrongOwnerError) as caught:
            Upstart(Connection("system").open()).version()
        assert called() == []
    uid = NOBODY if US == 0 else US
    assert ("of user %d owns the name com.ubuntu.Upstart on the message bus at %s, but init runs as user 0. Nothing "
            "was sent to it" % (uid, bus.address)) in caught.value.message
    assert caught.value.facts["peer"]["uid"] == uid
    assert "Process %d " % caught.value.facts["peer"]["pid"] in caught.value.message


def test_a_trusted_stranger_receives_calls(bus: MessageBus) -> None:
    """Counterpart: proves that the test above can fail."""
    with message_bus.stranger(bus.address, NOBODY) as called:
        with Connection("system", owner=NOBODY if US == 0 else US) as connection:
            with pytest.raises(errors.NoReplyError):
                call(connection, "GetAllJobs", timeout=0.3)
        received: list[str] = []
        wait_for(lambda: received.extend(called()) or received, "nothing arrives")
        assert received == ["GetAllJobs"]


def test_calls_go_to_the_process_that_was_checked(owner: Owner, connection: Connection) -> None:
    Upstart(connection).version()
    assert [message.header.fields[HeaderFields.destination] for message in owner.calls] == [owner.unique_name]


def test_only_the_daemons_signals_count(bus: MessageBus, owner: Owner, connection: Connection) -> None:
    other = open_dbus_connection(bus=bus.address)
    call(connection, "Get")
    for client, name in ((other, "forged"), (owner.connection, "real")):
        to_us = fake_daemon.signal(PATH, MANAGER, "EventEmitted", "sas", name, [])
        to_us.header.fields[HeaderFields.destination] = owner.calls[0].header.fields[HeaderFields.sender]
        client.send(to_us)
        client.send(fake_daemon.signal(PATH, MANAGER, "EventEmitted", "sas", name, []))
    assert connection.wait(lambda: len(connection.signals) >= 2, 300)
    assert connection.signals == [Signal(PATH, "EventEmitted", ["real", []])] * 2
    other.close()


def test_the_daemon_leaves_during_a_call(owner: Owner, connection: Connection) -> None:
    owner.answers["Restart"] = hang_up
    pending = connection.send(PATH, MANAGER, "Start")
    connection.send(PATH, MANAGER, "Restart")
    owner.leave()
    began = time.monotonic()
    with pytest.raises(errors.ConnectionLostError, match="Lost the connection to Upstart on the message bus at"):
        connection.wait(lambda: False, 2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    with pytest.raises(errors.ConnectionLostError, match="during Start"):
        pending.result()
    with pytest.raises(errors.ConnectionLostError):
        connection.send(PATH, MANAGER, "Get")


def test_somebody_takes_the_name_after_the_daemon(bus: MessageBus, owner: Owner, connection: Connection) -> None:
    owner.leave()
    with message_bus.stranger(bus.address, NOBODY) as called:
        with pytest.raises(errors.ConnectionLostError):
            call(connection, "GetAllJobs")
        assert called() == []


def test_the_daemon_comes_back(bus: MessageBus, owner: Owner, connection: Connection) -> None:
    signals = connection.signals
    pending = connection.send(PATH, MANAGER, "Start")
    owner.leave()
    with pytest.raises(errors.ConnectionLostError):
        connection.wait(lambda: False, 300)
    again = Owner(bus.address)
    again.answers.update(owner.answers)
    connection.reopen(PATIENCE)
    assert Upstart(connection).version() == (1, 13, 2)
    assert connection.signals is signals
    assert isinstance(pending.error, errors.ConnectionLostError)
    again.leave()


def test_the_daemon_does_not_come_back(owner: Owner, connection: Connection) -> None:
    owner.leave()
    with pytest.raises(errors.ConnectionLostError):
        connection.wait(lambda: False, 300)
    with pytest.raises(
        errors.UnreachableError, match="did not return within 0.4 s.* No process owns the name com.ubuntu.Upstart"
    ):
        connection.reopen(0.4)


def test_the_bus_ends(bus: MessageBus, connection: Connection) -> None:
    """libdbus ends a client's process when its bus ends, unless told not to."""
    bus.process.kill()
    with pytest.raises(errors.ConnectionLostError):
        call(connection, "Start")
    with pytest.raises(errors.ConnectionLostError):
        call(connection, "Get")


def test_a_bus_that_does_not_see_the_pid() -> None:
    """For example in another PID namespace, where only the owner's user id is known."""
    class OtherBus:
        address, owner = "unix:path=/bus", 0

        def call(self, path: str, interface: str, member: str, *more: Any, **options: Any) -> list[Any]:
            if member == "GetConnectionUnixProcessID":
                raise errors.DaemonError("Could not determine PID")
            return {"GetNameOwner": [":1.7"], "GetConnectionUnixUser": [0]}.get(member, [])

    route = routes.BusRoute()
    assert route.identify_peer(OtherBus(), lambda: 1.0) == {"pid": 0, "uid": 0, "gid": None}
    assert route.destination == ":1.7"
