# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job environment table: everybody may read it, and only a session's init changes it (measured)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import replay

EMULATOR = Path(__file__).resolve().parents[3] / "roles" / "emulator" / "files" / "upstart-emulator"
PATIENCE = 300.0
OWN = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "FOO": "own", "F": "eff"}
TABLE = ["%s=%s" % pair for pair in OWN.items()]
NOT_FOR_PID_1 = {"error": replay.UPSTART + ".Error.PermissionDenied",
                 "message": "Not permissible to modify PID 1 job environment"}
NAMELESS = {"error": "org.freedesktop.DBus.Error.InvalidArgs", "message": "Variable may not be empty string"}


class Client:
    """The calls of the manager that use the table."""

    def __init__(self, address: str) -> None:
        self.peer = replay.Peer(address, PATIENCE)

    def call(self, member: str, signature: str, *body: Any) -> Any:
        serial = self.peer.send(replay.ROOT, replay.UPSTART, member, signature, body)
        return self.peer.reply(serial, PATIENCE)

    def table(self, *details: str) -> list[str]:
        reply = self.call("ListEnv", "as", list(details))
        values: list[str] = reply["ok"][0]
        return values


@pytest.fixture
def client(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    (tmp_path / "job.conf").write_text("env FOOB=job\nexec sleep 1000\n")
    address = "unix:abstract=/upstart-unit/%d/%s" % (os.getpid(), tmp_path.name)
    command = [sys.executable, str(EMULATOR), "--confdir", str(tmp_path), "--logdir", str(tmp_path)]
    process = subprocess.Popen([*command, "--address", address, "--no-startup-event", *request.param], env=OWN)
    client = Client(address)
    path = replay.job_path("job")
    call = client.peer.send(path, replay.UPSTART + ".Job", "Start", "asb", ([], True))
    assert "ok" in client.peer.reply(call, PATIENCE)
    yield client
    process.terminate()
    process.wait(PATIENCE)


session = pytest.mark.parametrize("client", [["--user"]], indirect=True)


@session
def test_a_change_reaches_the_running_jobs(client: Client) -> None:
    assert client.table() == TABLE
    assert client.call("SetEnv", "assb", [], "FOOBAR=x", True) == {"ok": []}
    assert client.call("SetEnv", "assb", [], "NONE", True) == {"ok": []}
    assert client.call("SetEnv", "assb", [], "FOO=kept", False) == {"ok": []}
    assert client.table() == [*TABLE, "FOOBAR=x", "NONE="]
    assert client.table("job", "") == [*TABLE, "FOOB=job", "FOOBAR=x", "NONE="]


@session
def test_unsetting_removes_other_variables_too(client: Client) -> None:
    client.call("SetEnvList", "asasb", [], ["FOOBAR=x", "Z=1"], True)
    assert client.call("UnsetEnv", "ass", [], "FOOBAR") == {"ok": []}
    assert client.table() == [*TABLE[:2], "F=eff", "Z=1"]
    assert client.table("job", "") == [*TABLE[:2], "F=eff", "FOOBAR=x", "Z=1"]
    assert client.call("UnsetEnvList", "asas", [], ["Z", "ABSENT"]) == {"ok": []}
    assert client.table() == [*TABLE[:2], "F=eff"]


@session
def test_a_reset_leaves_the_running_jobs(client: Client) -> None:
    client.call("SetEnv", "assb", [], "A=1", True)
    assert client.call("ResetEnv", "as", []) == {"ok": []}
    assert client.table() == TABLE
    assert client.table("job", "") == [*TABLE, "FOOB=job", "A=1"]
    assert client.call("ResetEnv", "as", ["job", ""]) == {"ok": []}
    assert client.table("job", "") == [*TABLE, "FOOB=job"]


@session
def test_a_job_alone(client: Client) -> None:
    client.call("SetEnv", "assb", ["job", ""], "A=1", True)
    assert client.table() == TABLE
    assert client.table("job", "") == [*TABLE, "FOOB=job", "A=1"]


@session
def test_a_variable_without_a_name(client: Client) -> None:
    assert client.call("SetEnv", "assb", [], "", True) == {"ok": []}
    assert client.table()[-1] == "="
    assert client.call("SetEnvList", "asasb", [], [], True) == {"ok": []}


@pytest.mark.parametrize("client", [["--user", "--upstart-version", "1.12.1"]], indirect=True)
def test_a_variable_without_a_name_before_1_13(client: Client) -> None:
    assert client.call("SetEnv", "assb", [], "", True) == NAMELESS
    assert client.call("UnsetEnv", "ass", [], "") == NAMELESS
    assert client.table() == TABLE


@pytest.mark.parametrize("client", [[]], indirect=True)
def test_pid_1_refuses(client: Client) -> None:
    before = client.table()
    assert [entry.partition("=")[0] for entry in before] == ["PATH", "TERM"]
    calls = (("SetEnv", "assb", "A=1", True), ("SetEnv", "assb", "", True), ("SetEnvList", "asasb", [], True),
             ("UnsetEnv", "ass", "TERM"), ("UnsetEnvList", "asas", ["TERM"]), ("ResetEnv", "as"))
    for details in ([], ["job", ""]):
        assert [client.call(member, sig, details, *rest) for member, sig, *rest in calls] == [NOT_FOR_PID_1] * 6
    assert client.table() == before


@pytest.mark.parametrize("client", [["--upstart-version", "1.12.1"]], indirect=True)
def test_pid_1_before_1_13_lets_the_running_jobs_be_changed(client: Client) -> None:
    assert client.call("SetEnv", "assb", [], "", True) == NOT_FOR_PID_1
    assert client.call("UnsetEnv", "ass", [], "TERM") == NOT_FOR_PID_1
    assert client.call("UnsetEnv", "ass", ["job", ""], "TERM") == {"ok": []}
    assert [entry.partition("=")[0] for entry in client.table("job", "")] == ["PATH", "FOOB"]
    assert len(client.table()) == 2
