# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection breaks during a call: the daemon was re-executed, has exited, or is now another process."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.fake_daemon import FakeDaemon, hang_up, returns, silence
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

PATH = "/com/ubuntu/Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
NOBODY = 65534

pytestmark = pytest.mark.usefixtures("transport")


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    fake = FakeDaemon()
    fake.answers["Get"] = returns("v", ("s", "init (upstart 1.13.2)"))
    fake.answers.update(Start=silence, Restart=hang_up)
    yield fake
    fake.close()


def lose(connection: Connection) -> None:
    with pytest.raises(errors.ConnectionLostError):
        connection.call(PATH, MANAGER, "Restart", timeout=PATIENCE)


def test_the_same_daemon_again(daemon: FakeDaemon, connection: Connection) -> None:
    started = fake_daemon.signal(PATH, MANAGER, "EventEmitted", "sas", "started", [])
    daemon.answers["Stop"] = lambda message: [started, *(returns()(message) or [])]
    connection.call(PATH, MANAGER, "Stop")
    signals, peer = connection.signals, connection.peer
    pending = connection.send(PATH, MANAGER, "Start")
    lose(connection)
    assert connection.reopen(PATIENCE) is connection
    assert Upstart(connection, PATIENCE).version() == (1, 13, 2)
    assert pending.done
    with pytest.raises(errors.ConnectionLostError):
        pending.result()
    connection.call(PATH, MANAGER, "Stop")
    assert connection.signals is signals
    assert [item.member for item in signals] == ["EventEmitted"] * 2
    assert connection.peer == peer


def test_requests_are_not_repeated(daemon: FakeDaemon, connection: Connection) -> None:
    connection.send(PATH, MANAGER, "Start")
    lose(connection)
    connection.reopen(PATIENCE)
    Upstart(connection).version()
    assert daemon.bodies("Start") == [()]
    assert daemon.bodies("Restart") == [()]


def test_a_connection_to_the_old_socket_breaks_again(daemon: FakeDaemon, connection: Connection) -> None:
    """While init is re-executed, the old socket still accepts clients, but nothing will ever answer them."""
    well = daemon.answers["Get"]
    attempts: list[Any] = []

    def not_yet(message: Any) -> Any:
        attempts.append(message)
        return well(message) if len(attempts) > 2 else None

    daemon.answers["Get"] = not_yet
    lose(connection)
    connection.reopen(PATIENCE)
    assert len(attempts) == 3


def test_a_daemon_that_takes_its_time(daemon: FakeDaemon) -> None:
    with Connection(daemon.address) as connection:
        lose(connection)
        daemon.close()
        later: list[FakeDaemon] = []

        def come_back() -> None:
            time.sleep(0.4)
            later.append(FakeDaemon(daemon.address, daemon.answers))

        thread = threading.Thread(target=come_back)
        thread.start()
        connection.reopen(PATIENCE)
        assert Upstart(connection, PATIENCE).version() == (1, 13, 2)
        thread.join()
    later[0].close()


def test_a_daemon_that_does_not_come_back(daemon: FakeDaemon, connection: Connection) -> None:
    lose(connection)
    daemon.close()
    began = time.monotonic()
    with pytest.raises(errors.UnreachableError) as caught:
        connection.reopen(0.4)
    assert 0.25 < time.monotonic() - began < PATIENCE
    assert caught.value.message.startswith(
        "Lost the connection to Upstart at %s, and it did not return within 0.4 s: it crashed, exited or hangs. "
        "Nothing answers at %s" % (daemon.address, daemon.address))
    assert caught.value.facts == {"address": daemon.address, "timeout": 0.4}


def test_a_daemon_that_is_back_but_silent(daemon: FakeDaemon, connection: Connection) -> None:
    lose(connection)
    daemon.answers["Get"] = silence
    began = time.monotonic()
    with pytest.raises(errors.UnreachableError, match="did not answer Get"):
        connection.reopen(0.4)
    assert time.monotonic() - began < PATIENCE
    with pytest.raises(errors.ConnectionLostError):
        connection.send(PATH, MANAGER, "Start")


def test_somebody_else_took_the_address(daemon: FakeDaemon) -> None:
    with Connection(daemon.address, owner=os.geteuid()) as connection:
        lose(connection)
        daemon.close()
        connection.owner = 0
        with fake_daemon.squatter(NOBODY, daemon.address) as (_address, heard):
            with pytest.raises(errors.WrongOwnerError, match="Nothing was sent to it"):
                connection.reopen(PATIENCE)
            assert heard() == b""


def test_the_emulator_is_re_executed_while_it_waits_for_a_job() -> None:
    with with_daemon.running() as daemon, Connection(daemon.address) as connection:
        (daemon.conf / "slow.conf").write_text("pre-start exec sleep 1000\nexec sleep 1000\n")
        upstart = Upstart(connection, PATIENCE)
        upstart.reload_configuration()
        pending = upstart.request("Start", "slow")
        assert connection.wait(lambda: any(item.args == ["pre-start"] for item in connection.signals), PATIENCE)
        connection.send(PATH, MANAGER, "Restart")
        with pytest.raises(errors.ConnectionLostError):
            connection.wait(lambda: False, PATIENCE)
        assert isinstance(pending.error, errors.ConnectionLostError)
        connection.reopen(PATIENCE)
        status = upstart.status("slow")
        assert status is not None
        assert (status["goal"], status["state"]) == ("start", "pre-start")


def test_another_daemon_at_the_same_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with with_daemon.running() as first, Connection(first.address) as connection:
        before = connection.peer["pid"]
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
        with pytest.raises(errors.ConnectionLostError):
            connection.wait(lambda: False, PATIENCE)
        monkeypatch.setenv("UPSTART_BOOT", "%s %s %s" % (
            sys.executable, with_daemon.EMULATOR, with_daemon.OPTIONS.replace("{address}", first.address)))
        monkeypatch.setattr(with_daemon, "wait_until_up", lambda daemon: None)
        with with_daemon.running():
            with pytest.raises(errors.ConnectionLostError) as caught:
                connection.reopen(PATIENCE)
            with pytest.raises(errors.ConnectionLostError):
                connection.send(PATH, MANAGER, "Start")
    now = caught.value.facts["peer"]["pid"]
    assert caught.value.facts["before"] == before != now
    assert "is another process now (%d, before %d)" % (now, before) in caught.value.message
