# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the Upstart of a user's session, and its directories."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors, sessions
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import directories_of

UID, OTHER = os.geteuid(), os.geteuid() + 1
# Address to the pid and uid of the process that listens there.
PEERS = {"unix:abstract=a": (11, UID), "unix:abstract=a,guid=1": (11, UID), "unix:abstract=b": (12, UID),
         "unix:abstract=other": (13, OTHER)}
A, B, DEAD, FOREIGN = "unix:abstract=a", "unix:abstract=b", "unix:abstract=dead", "unix:abstract=other"
START = "A desktop login or init --user starts one; run the task as the user who has it (become_user)."


class Machine:
    """A machine with session files and processes below a scratch folder."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.run, self.runtime = folder / "proc", folder / "run", folder / "runtime"
        self.proc.mkdir()
        (self.proc / "self").mkdir()

    def session_file(self, address: str, folder: Path | None = None) -> None:
        place = (folder or self.run / str(UID)) / "upstart" / "sessions"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{len(list(place.iterdir()))}.session").write_text(f"UPSTART_SESSION={address}\n")

    def process(self, pid: int, *variables: str) -> None:
        (self.proc / str(pid)).mkdir()
        (self.proc / str(pid) / "environ").write_bytes(b"".join(text.encode() + b"\0" for text in variables))

    def find(self, **environ: str) -> str:
        def probe(address: str) -> dict[str, int] | None:
            return dict(zip(("pid", "uid"), PEERS[address])) if address in PEERS else None
        return sessions.find(environ, UID, probe, str(self.proc), str(self.run))

    def failure(self, **environ: str) -> errors.UnreachableError:
        with pytest.raises(errors.UnreachableError) as caught:
            self.find(**environ)
        return caught.value


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_environment_counts_first(machine: Machine) -> None:
    machine.session_file(B)
    machine.process(4711, f"UPSTART_SESSION={B}")
    assert machine.find(UPSTART_SESSION=A) == A


@pytest.mark.parametrize("environ", [{}, {"UPSTART_SESSION": ""}, {"UPSTART_SESSION": DEAD},
                                     {"UPSTART_SESSION": FOREIGN}])
def test_then_the_session_files(machine: Machine, environ: dict[str, str]) -> None:
    machine.session_file(DEAD)
    machine.session_file(A)
    machine.process(4711, f"UPSTART_SESSION={B}")
    assert machine.find(**environ) == A
    assert machine.find(XDG_RUNTIME_DIR="/nowhere", **environ) == A  # the one of another user, as su leaves it


def test_the_runtime_directory_of_the_environment(machine: Machine) -> None:
    machine.session_file(A, machine.runtime)
    assert machine.find(XDG_RUNTIME_DIR=str(machine.runtime)) == A


def test_then_the_processes(machine: Machine) -> None:
    machine.session_file(DEAD)
    machine.process(4711, "HOME=/", "NOT_UPSTART_SESSION=x", f"UPSTART_SESSION={A}", f"UPSTART_SESSION_2={B}")
    machine.process(4712, f"UPSTART_SESSION={A}")
    assert machine.find() == A


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_processes_of_other_users_do_not_count(machine: Machine) -> None:
    machine.process(4711, f"UPSTART_SESSION={A}")
    os.chown(machine.proc / "4711", OTHER, OTHER)
    assert machine.failure().facts["sessions"] == []


def test_two_addresses_of_one_process_are_one_session(machine: Machine) -> None:
    machine.session_file(A)
    machine.session_file(A + ",guid=1")
    assert machine.find().startswith(A)


def test_several_sessions(machine: Machine) -> None:
    for address in (B, A, DEAD):
        machine.session_file(address)
    failure = machine.failure()
    assert failure.message == (f"User {UID} has 2 running Upstart sessions: {A}, {B}. "
                               "Set address to the one that is meant.")
    assert failure.facts == {"uid": UID, "sessions": [A, B]}


def test_no_session(machine: Machine) -> None:
    machine.process(4711, f"NOT_UPSTART_SESSION={DEAD}", f"UPSTART_SESSIONS={DEAD}")
    assert machine.failure().message == f"User {UID} has no running Upstart session. {START}"
    assert machine.failure(UPSTART_SESSION=FOREIGN).message == (
        f"User {UID} has no running Upstart session ({FOREIGN} belongs to user {OTHER}). {START}")
    machine.session_file(DEAD)
    assert machine.failure().message == f"User {UID} has no running Upstart session ({DEAD} has ended). {START}"


def test_probe_of_a_real_socket() -> None:
    name = f"/sysinit-upstart-test/probe-{os.getpid()}"
    address = f"unix:abstract={name}"
    assert sessions.probe(address) is None
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen(1)
        assert sessions.probe(address) == {"pid": os.getpid(), "uid": os.geteuid(), "gid": os.getegid()}
    assert sessions.probe("no address") is None


def test_the_environment_of_a_process() -> None:
    environ = sessions.environment_of(os.getpid())
    assert environ["PATH"] and all(os.environ.get(name, value) == value for name, value in [("HOME", environ["HOME"])])


@pytest.mark.parametrize(("environ", "folders", "log_dir"), [
    ({"HOME": "/home/a"}, ["/home/a/.config/upstart", "/home/a/.init", "/etc/xdg/upstart"], "/home/a/.cache/upstart"),
    ({}, ["/home/db/.config/upstart", "/home/db/.init", "/etc/xdg/upstart"], "/home/db/.cache/upstart"),
    ({"HOME": "relative", "XDG_CONFIG_HOME": "c", "XDG_CACHE_HOME": "", "XDG_CONFIG_DIRS": ""},
     ["/home/db/.config/upstart", "/home/db/.init", "/etc/xdg/upstart"], "/home/db/.cache/upstart"),
    ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/l", "XDG_CONFIG_DIRS": "/etc/xdg/u::d:/etc/xdg"},
     ["/c/upstart", "/h/.init", "/etc/xdg/u/upstart", "/etc/xdg/upstart"], "/l/upstart"),
])
def test_directories(environ: dict[str, str], folders: list[str], log_dir: str) -> None:
    found = sessions.directories(environ, "/home/db")
    assert directories_of(found.conf_dir) == [*folders, "/usr/share/upstart/sessions"]
    assert (found.conf_dir, found.log_dir) == (folders[0], log_dir)
