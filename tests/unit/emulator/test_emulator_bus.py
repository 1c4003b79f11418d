# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator on its own message bus, as an ordinary client sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

EMULATOR = Path(__file__).resolve().parents[3] / "roles" / "emulator" / "files" / "upstart-emulator"
NAME = "com.ubuntu.Upstart"
ROOT = "/com/ubuntu/Upstart"
INTERFACE = "com.ubuntu.Upstart0_6"
PROPERTIES = "org.freedesktop.DBus.Properties"
PATIENCE = 300.0
BUS_CONFIGURATION = """\
<busconfig>
  <listen>unix:abstract=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="*"/><allow send_destination="*"/><allow receive_type="*"/>
  </policy>
</busconfig>
"""
# Runs a program under a fake user id, except in the handshake with the bus. All clients are therefore other users to
# the program, whoever runs the tests.
AS_SOMEBODY_ELSE = """\
import os, runpy, sys, types, jeepney.auth
jeepney.auth.os = types.SimpleNamespace(**vars(os))
somebody = os.geteuid() + 1
os.geteuid = lambda: somebody
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Client:
    """An ordinary client of the bus."""

    def __init__(self, address: str) -> None:
        self._connection: DBusConnection = open_dbus_connection(bus=address)

    def ask(self, path: str, interface: str, member: str, signature: str = "", *body: Any, name: str = NAME) -> Message:
        target = DBusAddress(path, bus_name=name, interface=interface)
        message = new_method_call(target, member, signature or None, body)
        return self._connection.send_and_get_reply(message, timeout=PATIENCE)

    def call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> Any:
        """Return the reply's values, or the error's name and text."""
        reply = self.ask(path, interface, member, signature, *body)
        if reply.header.message_type == MessageType.error:
            return (reply.header.fields[HeaderFields.error_name], *reply.body)
        return reply.body

    def owned(self) -> bool:
        bus = "org.freedesktop.DBus"
        owned: bool = self.ask("/org/freedesktop/DBus", bus, "NameHasOwner", "s", NAME, name=bus).body[0]
        return owned

    def close(self) -> None:
        self._connection.close()


Boot = Callable[..., Client]


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


@pytest.fixture
def running() -> list[subprocess.Popen[str]]:
    """The bus and the emulator."""
    return []


@pytest.fixture
def boot(tmp_path: Path, running: list[subprocess.Popen[str]]) -> Iterator[Boot]:
    """Start a bus and an emulator on it; the fixture's function returns a client."""
    where = "/upstart-unit-bus/%d/%s" % (os.getpid(), tmp_path.name)
    (tmp_path / "bus.conf").write_text(BUS_CONFIGURATION % where)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "web-site.conf").write_text("start on hello\nexec sleep 1000\n")
    running.append(subprocess.Popen(
        ["dbus-daemon", "--nofork", "--nopidfile", "--config-file", str(tmp_path / "bus.conf"), "--print-address"],
        stdout=subprocess.PIPE, text=True))
    clients: list[Client] = []

    def start(*prefix: str) -> Client:
        assert running[0].stdout is not None
        address = running[0].stdout.readline().strip()
        running.append(subprocess.Popen(
            [sys.executable, *prefix, str(EMULATOR), "--confdir", str(tmp_path / "conf"), "--logdir", str(tmp_path),
             "--address", "unix:abstract=%s/private" % where, "--no-startup-event", "--bus", address], text=True))
        clients.append(Client(address))
        wait(clients[0].owned)
        return clients[0]

    yield start
    for client in clients:
        client.close()
    for process in reversed(running):
        process.terminate()
        process.wait(PATIENCE)
    assert running[0].stdout is not None
    running[0].stdout.close()


def get_job_path(client: Client) -> str:
    """Call everything that the stock policy allows everybody; return the path of the job."""
    (version,) = client.call(ROOT, PROPERTIES, "Get", "ss", INTERFACE, "version")
    assert version == ("s", "init (upstart 1.13.2)")
    (path,) = client.call(ROOT, INTERFACE, "GetJobByName", "s", "web-site")
    assert client.call(ROOT, INTERFACE, "GetAllJobs") == ([path],)
    (values,) = client.call(path, PROPERTIES, "GetAll", "s", INTERFACE + ".Job")
    assert values["name"] == ("s", "web-site")
    return str(path)


def test_the_daemons_own_user_may_do_everything(boot: Boot) -> None:
    client = boot()
    path = get_job_path(client)
    (instance,) = client.call(path, INTERFACE + ".Job", "Start", "asb", [], True)
    (values,) = client.call(instance, PROPERTIES, "GetAll", "s", INTERFACE + ".Instance")
    assert (values["goal"], values["state"]) == (("s", "start"), ("s", "running"))
    assert client.call(path, INTERFACE + ".Job", "Stop", "asb", [], True) == ()
    assert client.call(path, INTERFACE + ".Job", "GetAllInstances") == ([],)


def test_other_users_may_only_read(boot: Boot) -> None:
    client = boot("-c", AS_SOMEBODY_ELSE)
    path = get_job_path(client)
    denied = "org.freedesktop.DBus.Error.AccessDenied"
    for member, signature, body in (("Start", "asb", ([], True)), ("Stop", "asb", ([], True))):
        name, text = client.call(path, INTERFACE + ".Job", member, signature, *body)
        assert name == denied
        assert "Rejected send message" in text and 'member="%s"' % member in text
    assert client.call(ROOT, INTERFACE, "EmitEvent", "sasb", "hello", [], True)[0] == denied
    assert client.call(ROOT, PROPERTIES, "Set", "ssv", INTERFACE, "log_priority", ("s", "debug"))[0] == denied
    assert client.call(path, INTERFACE + ".Job", "GetAllInstances") == ([],)


def test_the_name_is_given_back(boot: Boot, running: list[subprocess.Popen[str]]) -> None:
    client = boot()
    running[1].terminate()
    assert running[1].wait(PATIENCE) == 0
    wait(lambda: not client.owned())
