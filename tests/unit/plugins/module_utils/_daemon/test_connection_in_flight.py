# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many calls in flight, abandoned calls, and daemons that send endlessly or never answer."""

from __future__ import annotations

import gc
import socket
import time
import uuid
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.unreachable import CHECK_DAEMON
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import FakeDaemon, hang_up, returns, silence
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

PATH = "/com/ubuntu/Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
MANY = 500

pytestmark = pytest.mark.usefixtures("transport")


def send(connection: Connection, member: str, count: int = 1) -> list[Any]:
    return [connection.send(PATH, MANAGER, member, "i", (number,)) for number in range(count)]


def alive(references: list[weakref.ref[Any]]) -> int:
    gc.collect()
    return sum(reference() is not None for reference in references)


def hold(count: int) -> fake_daemon.Answer:
    """Hold back all replies until ``count`` calls have arrived, then reply in reverse order."""
    held: list[Any] = []

    def answer(message: Any) -> list[Any]:
        held.append(message)
        return [returns("i", each.body[0])(each)[0] for each in reversed(held)] if len(held) == count else []

    return answer


def test_five_hundred_calls_are_in_flight_together(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Get"] = hold(MANY)
    calls = [(PATH, MANAGER, "Get", "i", (number,)) for number in range(MANY)]
    assert [pending.result() for pending in connection.gather(calls, PATIENCE)] == [[number] for number in range(MANY)]


def test_a_call_that_was_answered_leaves_nothing(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Get"] = returns("s", "x")
    pendings = send(connection, "Get", 20)
    references = [weakref.ref(pending) for pending in pendings]
    assert connection.wait(lambda: pendings[-1].done, PATIENCE)
    assert [pending.value for pending in pendings] == [["x"]] * 20
    pendings.clear()
    assert alive(references) == 0


def test_a_forgotten_call_leaves_nothing_behind(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = silence
    pendings = send(connection, "Start", MANY)
    references = [weakref.ref(pending) for pending in pendings]
    for pending in pendings:
        connection.forget(pending)
    del pending, pendings
    assert alive(references) == 0


def test_calls_that_were_given_up_leave_nothing(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = silence
    references: list[weakref.ref[Any]] = []
    plain_send = connection.send

    def noted(*arguments: Any) -> Any:
        pending = plain_send(*arguments)
        references.append(weakref.ref(pending))
        return pending

    connection.send = noted
    with pytest.raises(errors.NoReplyError, match="left 30 of 30 calls unanswered"):
        connection.gather([(PATH, MANAGER, "Start", "i", (number,)) for number in range(30)], 0.2)
    assert len(references) == 30
    assert alive(references) == 0


def test_answers_to_forgotten_calls_disturb_nobody(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["Start"] = hold(100)
    daemon.answers["Get"] = returns("s", "x")
    pendings = send(connection, "Start", 100)
    for pending in pendings[::2]:
        connection.forget(pending)
    assert connection.wait(lambda: all(pending.done for pending in pendings[1::2]), PATIENCE)
    assert [pending.value for pending in pendings[1::2]] == [[number] for number in range(1, 100, 2)]
    assert [pending.done for pending in pendings[::2]] == [False] * 50
    connection.forget(pendings[1])  # already answered: nothing happens
    assert connection.call(PATH, MANAGER, "Get", timeout=PATIENCE) == ["x"]


def test_calls_in_flight_end_when_the_connection_breaks(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers.update(Start=silence, Stop=hang_up)
    pendings = send(connection, "Start", 3)
    with pytest.raises(errors.ConnectionLostError):
        connection.call(PATH, MANAGER, "Stop", timeout=PATIENCE)
    for pending in pendings:
        assert pending.done
        with pytest.raises(errors.ConnectionLostError, match="to Upstart at .* during Start"):
            pending.result()


def test_calls_in_flight_end_when_we_hang_up(daemon: FakeDaemon) -> None:
    daemon.answers["Start"] = silence
    with Connection(daemon.address) as connection:
        pendings = send(connection, "Start", 3)
    assert [type(pending.error) for pending in pendings] == [errors.ConnectionLostError] * 3
    with pytest.raises(errors.ConnectionLostError):
        send(connection, "Start")


class Flood:
    """Signals that arrive faster than the client can read them."""

    COUNT = 200000

    def serialise(self, serial: int) -> bytes:
        one: bytes = fake_daemon.signal(PATH, MANAGER, "EventEmitted", "sas", "flood", ["N=1"]).serialise(serial)
        return one * self.COUNT


def test_a_flood_of_signals_does_not_keep_a_wait_from_its_deadline(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["EmitEvent"] = lambda message: [Flood()]
    send(connection, "EmitEvent")
    assert connection.wait(lambda: len(connection.signals) > 10, PATIENCE)
    assert connection.wait(lambda: False, 0.2) is False
    assert 10 < len(connection.signals) < Flood.COUNT


def test_a_wait_ends_in_the_middle_of_a_flood(daemon: FakeDaemon, connection: Connection) -> None:
    daemon.answers["EmitEvent"] = lambda message: [Flood()]
    send(connection, "EmitEvent")
    assert connection.wait(lambda: len(connection.signals) >= 1000, PATIENCE)
    assert 1000 <= len(connection.signals) < 2000


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a listener that never accepts and whose queue is full."""
    name = f"/sysinit-upstart-fake/{uuid.uuid4()}"
    waiting = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen(0)
        for _client in range(5):
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].setblocking(False)
            if waiting[-1].connect_ex("\0" + name):
                break
        yield "unix:abstract=" + name
        for client in waiting:
            client.close()


def test_a_daemon_that_accepts_no_connection(deaf: str) -> None:
    began = time.monotonic()
    with pytest.raises(errors.NoReplyError) as caught:
        Connection(deaf).open(0.3)
    assert 0.29 < time.monotonic() - began < PATIENCE
    assert caught.value.message == (
        "The process that listens at %s accepted no connection within 0.3 s. %s" % (deaf, CHECK_DAEMON))
