# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a daemon that works, hangs, disconnects, or is another process."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import addresses, errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection, Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.unreachable import CHECK_DAEMON
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import (
    FakeDaemon,
    fails,
    hang_up,
    returns,
    silence,
)
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

PATH = "/com/ubuntu/Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
NOBODY = 65534

pytestmark = pytest.mark.usefixtures("transport")


def call(connection: Connection, member: str, *arguments: Any, timeout: float = PATIENCE) -> Any:
    signature = "".join("i" if isinstance(value, int) else "s" for value in arguments)
    return connection.call(PATH, MANAGER, member, signature, arguments, timeout=timeout)


def test_nobody_listens_at_the_address() -> None:
    address = "unix:abstract=/sysinit-upstart-fake/nobody"
    with pytest.raises(errors.UnreachableError) as caught:
        Connection(address).open()
    with open("/proc/1/comm", encoding="utf-8") as stream:
        assert caught.value.message == "Nothing answers at %s. Check that this host runs Upstart (PID 1 is %s)." % (
            address, stream.read().strip())
    assert caught.value.facts == {"address": address}


@pytest.mark.parametrize("address", ["", "nonsense", "/com/ubuntu/upstart", "unix:nothing=x"])
def test_an_invalid_address(address: str) -> None:
    with pytest.raises(errors.UnreachableError) as caught:
        Connection(address).open()
    assert caught.value.message.startswith("%s is not a D-Bus address" % address)


def test_values_are_plain(daemon: FakeDaemon, connection: Connection) -> None:
    processes = {"k": ("a(si)", [("main", 7)])}
    daemon.answers["Get"] = returns("sixtbdasa{sv}", "text", -5, 2**40, 2**50, True, 1.5, ["a"], processes)
    values = call(connection, "Get", "x", 3)
    assert values == ["text", -5, 2**40, 2**50, True, 1.5, ["a"], {"k": [["main", 7]]}]
    assert [type(value) for value in values] == [str, int, int, int, bool, float, list, dict]
    assert [type(key) for key in values[7]] == [str] * len(values[7])
    assert daemon.bodies("Get") == [("x", 3)]


def test_an_empty_answer(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Stop"] = returns()
    assert call(connection, "Stop") == []


def test_an_error_is_raised(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = fails("com.ubuntu.Upstart0_6.Error.JobFailed", "Job failed to start")
    with pytest.raises(errors.JobFailedError, match="Job failed to start") as caught:
        call(connection, "Start")
    assert caught.value.facts["method"] == "Start"


def test_silence_ends_at_the_deadline(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = silence
    began = time.monotonic()
    with pytest.raises(errors.NoReplyError) as caught:
        call(connection, "Start", timeout=0.3)
    assert 0.29 < time.monotonic() - began < PATIENCE
    assert caught.value.message == (
        "Upstart at %s did not answer Start within 0.3 s. %s" % (daemon.address, CHECK_DAEMON))
    assert caught.value.facts == {"method": "Start", "timeout": 0.3, "address": daemon.address}


def test_the_connection_still_works_after_a_silent_call(daemon: FakeDaemon, connection: Connection) -> None:
    def late(message: Any) -> Any:
        time.sleep(0.3)
        return returns("s", "late")(message)

    daemon.answers["Start"] = late
    daemon.answers["Get"] = returns("s", "in time")
    with pytest.raises(errors.NoReplyError):
        call(connection, "Start", timeout=0.1)
    assert call(connection, "Get") == ["in time"]


def test_a_daemon_that_hangs_up(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = hang_up
    began = time.monotonic()
    with pytest.raises(errors.ConnectionLostError) as caught:
        call(connection, "Start", timeout=2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert caught.value.message.startswith(
        "Lost the connection to Upstart at %s during Start (it exited, crashed or was re-executed)." % daemon.address)
    assert caught.value.facts["address"] == daemon.address


class Garbage:
    def serialise(self, _serial: int) -> bytes:
        return b"HTTP/1.1 400 Bad Request\r\n"


def test_garbage_ends_the_connection(daemon: FakeDaemon, connection: Connection, transport: str) -> None:
    daemon.answers["Start"] = lambda message: [Garbage()]
    with pytest.raises(errors.ConnectionLostError) as caught:
        call(connection, "Start", timeout=PATIENCE)
    assert isinstance(caught.value, errors.ProtocolError) == (transport == choice.WIRE)  # libdbus gives no reason
    with pytest.raises(errors.ConnectionLostError):
        call(connection, "Start")


def test_calls_after_the_daemon_has_hung_up(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = hang_up
    for _time in range(2):
        with pytest.raises(errors.ConnectionLostError):
            call(connection, "Start")


def test_a_daemon_that_only_accepts_its_own_user(daemon: FakeDaemon, connection: Connection,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    daemon.answers["Get"] = hang_up
    with pytest.raises(errors.PermissionDeniedError) as caught:
        call(connection, "Get")
    assert caught.value.message == (
        "Upstart at %s runs as user %d and accepts only that user, but this task runs as user %d. Run the task as that "
        "user (become: true), or set address to system for read-only access." % (daemon.address, owner, owner + 1))


def test_a_daemon_that_ends_after_accepting_the_connection(daemon: FakeDaemon, connection: Connection,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    daemon.answers.update(Get=returns(), Start=hang_up)
    call(connection, "Get")
    with pytest.raises(errors.ConnectionLostError):
        call(connection, "Start")


def test_many_calls_are_in_flight_together(daemon: FakeDaemon, connection: Connection) -> None:
    held: list[Any] = []

    def answer_all_in_reverse(message: Any) -> list[Any]:
        held.append(message)
        if len(held) < 300:
            return []
        return [returns("i", each.body[0])(each)[0] for each in reversed(held)]

    daemon.answers["Get"] = answer_all_in_reverse
    pendings = connection.gather([(PATH, MANAGER, "Get", "i", (number,)) for number in range(300)], PATIENCE)
    assert [pending.result() for pending in pendings] == [[number] for number in range(300)]


def test_one_of_many_calls_fails(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Get"] = returns("s", "x")
    daemon.answers["GetAll"] = fails("org.freedesktop.DBus.Error.UnknownMethod", "gone")
    pendings = connection.gather([(PATH, MANAGER, "Get"), (PATH, MANAGER, "GetAll")])
    assert pendings[0].result() == ["x"]
    with pytest.raises(errors.NotFoundError):
        pendings[1].result()


def test_one_of_many_calls_is_not_answered(
    daemon: FakeDaemon, connection: Connection, monkeypatch: pytest.MonkeyPatch,
) -> None:
    daemon.answers["Get"] = returns("s", "x")
    daemon.answers["GetAll"] = silence
    answered: list[Any] = []
    send = connection.send

    def send_and_wait(path: str, interface: str, member: str, *more: Any) -> Any:
        pending = send(path, interface, member, *more)
        if member == "Get":
            answered.append(connection.wait(lambda: pending.done, PATIENCE))
        return pending

    monkeypatch.setattr(connection, "send", send_and_wait)
    with pytest.raises(errors.NoReplyError, match="left 1 of 3 calls unanswered for 0.2 s"):
        connection.gather([(PATH, MANAGER, "Get"), (PATH, MANAGER, "GetAll"), (PATH, MANAGER, "Get")], 0.2)


def test_a_missing_object_and_a_broken_answer_differ(daemon: FakeDaemon, connection: Connection) -> None:
    """A missing object is a normal answer; a malformed answer is an error."""
    upstart = Upstart(connection, timeout=PATIENCE)
    daemon.answers["GetAll"] = fails("org.freedesktop.DBus.Error.UnknownMethod", "Method does not exist")
    assert upstart.status("web") is None
    daemon.answers["GetAll"] = fails("org.freedesktop.DBus.Error.Failed", "out of order")
    with pytest.raises(errors.DaemonError, match="out of order"):
        upstart.status("web")
    daemon.answers["GetAll"] = silence
    with pytest.raises(errors.NoReplyError):
        Upstart(connection, timeout=0.3).status("web")
    daemon.answers["GetAll"] = hang_up
    with pytest.raises(errors.ConnectionLostError):
        upstart.status("web")


def test_no_calls_at_all(connection: Connection) -> None:
    assert connection.gather([], 0.1) == []


def test_signals_are_kept_in_order(daemon: FakeDaemon, connection: Connection) -> None:
    def with_signals(message: Any) -> list[Any]:
        before = fake_daemon.signal(PATH + "/jobs/web/_", MANAGER + ".Instance", "StateChanged", "s", "running")
        after = fake_daemon.signal(PATH, MANAGER, "EventEmitted", "sas", "started", ["JOB=web"])
        return [before, *(returns()(message) or []), after]

    daemon.answers["Start"] = with_signals
    call(connection, "Start")
    assert connection.wait(lambda: len(connection.signals) == 2, PATIENCE)
    assert connection.signals == [
        Signal(PATH + "/jobs/web/_", "StateChanged", ["running"]),
        Signal(PATH, "EventEmitted", ["started", ["JOB=web"]]),
    ]


def test_an_unsuccessful_wait_ends_at_its_deadline(connection: Connection) -> None:
    began = time.monotonic()
    assert connection.wait(lambda: False, 0.2) is False
    assert 0.19 < time.monotonic() - began < PATIENCE
    assert connection.wait(lambda: True, 0) is True


def test_a_wait_wakes_the_daemon(daemon: FakeDaemon, connection: Connection) -> None:
    """Upstart may answer EmitEvent only when another message arrives."""
    held: list[Any] = []

    def hold(message: Any) -> list[Any]:
        held.append(message)
        return []

    def wake(message: Any) -> list[Any]:
        answers = returns("v", ("s", "init (upstart 1.13.2)"))(message)
        return answers + [returns()(emission)[0] for emission in held]

    daemon.answers.update(EmitEvent=hold, Get=wake)
    pending = connection.send(PATH, MANAGER, "EmitEvent")
    assert connection.wait(lambda: pending.done, PATIENCE)
    assert pending.result() == []
    assert daemon.bodies("Get") == [(MANAGER, "version")]


def test_a_wait_sends_one_query_until_it_is_answered(daemon: FakeDaemon, connection: Connection,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("%s.WAKE_INTERVAL" % Connection.__module__, 0)
    daemon.answers.update(EmitEvent=silence, Get=silence)
    connection.send(PATH, MANAGER, "EmitEvent")
    assert connection.wait(lambda: len(daemon.bodies("Get")) > 0, PATIENCE)
    assert not connection.wait(lambda: False, 0.1)
    assert daemon.bodies("Get") == [(MANAGER, "version")]


def test_the_other_side_is_known(connection: Connection) -> None:
    assert connection.peer == {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}


def test_a_stranger_receives_no_byte() -> None:
    with fake_daemon.squatter(NOBODY) as (address, heard):
        with pytest.raises(errors.WrongOwnerError) as caught:
            Connection(address, owner=0).open()
        assert heard() == b""
    uid = NOBODY if os.geteuid() == 0 else os.geteuid()
    assert "of user %d listens at %s, but init runs as user 0" % (uid, address) in caught.value.message
    assert caught.value.facts["peer"]["uid"] == uid


def test_an_unchecked_stranger_receives_bytes() -> None:
    """Counterpart: a stranger that is not checked does receive bytes, so the test above can fail."""
    with fake_daemon.squatter(NOBODY) as (address, heard):
        connection = Connection(address).open()
        with pytest.raises(errors.NoReplyError):
            call(connection, "Get", timeout=0.3)
        connection.close()
        assert b"AUTH" in heard()


def test_the_socket_of_init_must_be_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_daemon.squatter(NOBODY) as (address, _heard):
        monkeypatch.setattr(addresses, "PRIVATE_ADDRESS", address)
        with pytest.raises(errors.WrongOwnerError):
            Connection(address).open()
