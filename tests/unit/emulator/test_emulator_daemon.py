# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator as a process: it leaves nothing behind and reports why it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
import replay

EMULATOR = Path(__file__).resolve().parents[3] / "roles" / "emulator" / "files" / "upstart-emulator"
PATIENCE = 300.0


class Running:
    """An emulator and its client."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.conf = folder / "conf"
        self.address = "unix:abstract=/upstart-unit/%d/%s" % (os.getpid(), folder.name)
        (folder / "log").mkdir()
        self.process = subprocess.Popen(
            [sys.executable, str(EMULATOR), "--confdir", str(self.conf), "--logdir", str(folder / "log"), "--address",
             self.address, "--no-startup-event", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.peer = replay.Peer(self.address, PATIENCE)

    def job(self, member: str, name: str, wait: bool = True) -> object:
        body: tuple[list[str], bool] = ([], wait)
        path = replay.job_path(name)
        return self.peer.reply(self.peer.send(path, replay.UPSTART + ".Job", member, "asb", body), PATIENCE)

    def end(self) -> str:
        self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        return self.process.stderr.read()


Boot = Callable[..., Running]


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Boot]:
    running: list[Running] = []

    def start(jobs: dict[str, bytes], *options: str) -> Running:
        (tmp_path / "conf").mkdir()
        for name, text in jobs.items():
            (tmp_path / "conf" / (name + ".conf")).write_bytes(text)
        running.append(Running(tmp_path, *options))
        return running[0]

    yield start
    for emulator in running:
        emulator.process.kill()
        emulator.end()


def pids_in(folder: Path) -> list[int]:
    """Return the processes that have the folder's name in their command line or environment."""
    pids = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                text = Path("/proc", entry, "cmdline").read_bytes() + Path("/proc", entry, "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in text:
                pids.append(int(entry))
    return pids


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


ESCAPEE = b"""\
env HERE=%s
script
  setsid sh -c 'trap "" TERM HUP INT; sleep 1000 & sleep 1000' &
  (sleep 1000 &)
  exec sleep 1000
end script
"""


@pytest.mark.parametrize("victim, number", [
    ("starter", signal.SIGKILL), ("starter", signal.SIGTERM), ("starter", signal.SIGINT), ("daemon", signal.SIGKILL),
    ("guardian", signal.SIGKILL),
])
def test_nothing_is_left(boot: Boot, tmp_path: Path, victim: str, number: signal.Signals) -> None:
    running = boot({"web": ESCAPEE % os.fsencode(tmp_path)})
    assert running.job("Start", "web") == {"ok": [replay.instance_path("web", "")]}
    assert wait_for(lambda: len(pids_in(tmp_path)) >= 8)
    guardian = only_child(running.process.pid)
    targets = {"starter": running.process.pid, "guardian": guardian, "daemon": only_child(guardian)}
    os.kill(targets[victim], number)
    running.process.wait(PATIENCE)
    assert wait_for(lambda: not pids_in(tmp_path)), pids_in(tmp_path)


def only_child(pid: int) -> int:
    (child,) = Path("/proc/%d/task/%d/children" % (pid, pid)).read_text().split()[:1]
    return int(child)


def test_a_job_ends_even_when_the_guardian_is_killed_with_the_daemon(boot: Boot, tmp_path: Path) -> None:
    running = boot({"web": b"env HERE=%s\nexec sleep 1000\n" % os.fsencode(tmp_path)})
    assert running.job("Start", "web") == {"ok": [replay.job_path("web") + "/_"]}
    guardian = only_child(running.process.pid)
    daemon = only_child(guardian)
    for pid in (guardian, daemon, running.process.pid):
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: not pids_in(tmp_path))


def test_killing_the_callers_group_kills_the_daemon(boot: Boot) -> None:
    running = boot({})
    guardian = only_child(running.process.pid)
    assert os.getpgid(only_child(guardian)) == running.process.pid != os.getpgid(guardian)


def test_a_clean_end_is_a_success(boot: Boot) -> None:
    running = boot({"web": b"exec sleep 1000\n"})
    running.process.terminate()
    assert running.end() == ""
    assert running.process.returncode == 0


@pytest.mark.parametrize("text, version", [
    (b"kill timeout 0\nexec sleep 1000\n", "1.13.2"),
    (b"kill timeout 0\nexec sleep 1000\n", "1.12.1"),
    (b"kill signal 0\nexec sleep 1000\n", "1.13.2"),
    (b"kill signal 15\nexec sleep 1000\n", "1.5"),
    (b"env N=\xc3\xa9\ninstance $N\nexec sleep 1000\n", "1.13.2"),
    (b"env A=\xff\nexport A\nexec sleep 1000\n", "1.13.2"),
])
def test_the_emulator_ends_where_the_real_daemon_crashes(boot: Boot, text: bytes, version: str) -> None:
    running = boot({"bad": text}, "--upstart-version", version)
    with pytest.raises(OSError):
        running.job("Start", "bad")
        running.job("Stop", "bad")
    assert "upstart-emulator: the real daemon crashes here: " in running.end()
    assert running.process.returncode == 70


@pytest.mark.parametrize(("text", "over", "version", "spins"), [
    (b"exec sleep 1000\n", 1, "1.13.2", True),
    (b"pre-start exec true\n", 1, "1.5", True),
    (b"exec sleep 1000\n", 0, "1.13.2", False),
    (b"console none\nexec sleep 1000\n", 1, "1.13.2", False),
    (b"exec sleep 1000\n", 1, "0.6.5", False),
])
def test_the_emulator_ends_where_the_real_daemon_loops_forever(
    tmp_path: Path, boot: Boot, text: bytes, over: int, version: str, spins: bool,
) -> None:
    name = "j" * (255 + over - len("%s/.log" % (tmp_path / "log")))
    running = boot({name: text}, "--upstart-version", version)
    if not spins:
        assert "ok" in running.job("Start", name)  # type: ignore[operator]
        return
    with pytest.raises(OSError):
        running.job("Start", name)
    assert running.end() == (
        "upstart-emulator: the real daemon loops forever here: the path of the log of job %s takes 256 bytes\n"
        % name)
    assert running.process.returncode == 72


@pytest.mark.parametrize("text", [
    b"kill timeout 0\nexec sleep 1000\n",
    b"env A=\xff\nexport A\nexec sleep 1000\n",
    b"kill signal TERM\nexec sleep 1000\n",
])
def test_older_daemons_survive_it(boot: Boot, text: bytes) -> None:
    running = boot({"bad": text}, "--upstart-version", "1.5")
    running.job("Start", "bad")
    assert running.job("Stop", "bad") == {"ok": []}


def test_reading_text_that_is_not_utf8(boot: Boot) -> None:
    running = boot({"bad": b"description \xff\n"})
    with pytest.raises(OSError):
        running.peer.call(replay.job_path("bad"), replay.PROPERTIES, "GetAll", "s", (replay.UPSTART + ".Job",))
    running.end()
    assert running.process.returncode == 70


def test_errors_in_files_are_reported_in_inits_style(boot: Boot) -> None:
    """Errors in files that are present at boot go to the console, later ones to the kernel's log."""
    running = boot({"bad": b"task\nbogus\n", "signal": b"kill signal nope\n"})
    messages = [
        "init: %s/bad.conf:2: Unknown stanza" % running.conf,
        "init: %s/signal.conf: Error while loading configuration file: Illegal signal status, expected integer"
        % running.conf,
    ]
    assert running.peer.call(replay.ROOT, replay.UPSTART, "ReloadConfiguration") == {"ok": []}
    running.process.terminate()
    assert sorted(running.end().splitlines()) == messages
    assert running.process.stdout is not None
    assert sorted(running.process.stdout.read().splitlines()) == messages


@pytest.mark.parametrize("text, message", [
    ("exec sleep 1000", " killed by TERM signal"),
    ("exec sleep 1000\nnormal exit TERM", " killed by TERM signal"),
    ("exec sleep 1000\nnormal exit 15", ""),  # init compares the signal's number with exit statuses
    ("kill signal 40\nexec sleep 1000", " killed by signal 40"),
    ("task\nexec sh -c 'exit 3'", " terminated with status 3"),
    ("task\nexec sh -c 'exit 3'\nnormal exit 3", ""),
    ("task\nexec true", ""),
])
def test_the_log_at_the_default_priority_tells_how_a_process_ended(boot: Boot, text: str, message: str) -> None:
    running = boot({"job": text.encode()})
    running.job("Start", "job")
    running.job("Stop", "job")
    running.process.terminate()
    lines = [line.partition(")")[2] for line in running.end().splitlines()]
    assert lines == [message] * bool(message)


def test_without_jeepney_it_names_the_missing_package(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = [%r]; import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'jeepney' else find(name, *rest)\n"
        "from emulator import cli; sys.exit(cli.main(['--confdir', %r]))" % (str(EMULATOR.parent), str(tmp_path)))
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "upstart-emulator: the Python package jeepney is missing (run: pip install jeepney)\n"


def test_an_address_in_use_is_refused(boot: Boot) -> None:
    running = boot({})
    second = subprocess.run(
        [sys.executable, str(EMULATOR), "--confdir", str(running.conf), "--address", running.address],
        stderr=subprocess.PIPE, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr == "upstart-emulator: %s: Address already in use\n" % running.address


OWN, OTHER = (str(os.geteuid() + more).encode().hex().encode() for more in (0, 1))


@pytest.mark.parametrize("lines, answers", [
    ([b"AUTH EXTERNAL " + OWN, b"NEGOTIATE_UNIX_FD"], [b"OK ", b"AGREE_UNIX_FD"]),
    ([b"AUTH EXTERNAL", b"DATA"], [b"DATA", b"OK "]),
    ([b"AUTH ANONYMOUS", b"NEGOTIATE_UNIX_FD", b"AUTH EXTERNAL " + OWN], [b"REJECTED EXTERNAL", b"ERROR", b"OK "]),
    ([b"AUTH EXTERNAL " + OTHER], [b"REJECTED EXTERNAL"]),
    ([b"BEGIN"], [b""]),
])
def test_only_the_daemons_own_user_is_accepted(boot: Boot, lines: list[bytes], answers: list[bytes]) -> None:
    running = boot({})
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        client.connect("\0" + running.address.partition("=")[2])
        client.sendall(b"\0")
        for line, answer in zip(lines, answers):
            client.sendall(line + b"\r\n")
            assert client.recv(100).startswith(answer)
        if answers[-1] in (b"", b"REJECTED EXTERNAL"):
            assert client.recv(100) == b""


def test_a_socket_file_is_removed_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    path = tmp_path / "socket"
    process = subprocess.Popen(
        [sys.executable, str(EMULATOR), "--confdir", str(tmp_path / "conf"), "--address", "unix:path=%s" % path])
    replay.Peer("unix:path=%s" % path, PATIENCE)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not path.exists()


@pytest.mark.parametrize("delay", [0.02, 0.06, 0.1, 0.15, 0.2, 0.3])
def test_the_emulator_can_be_ended_while_it_starts(delay: float, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    process = subprocess.Popen([sys.executable, str(EMULATOR), "--confdir", str(tmp_path / "conf"), "--address",
                                "unix:path=%s" % (tmp_path / "socket"), "--no-startup-event"])
    time.sleep(delay)
    process.terminate()
    assert process.wait(PATIENCE) in (0, -signal.SIGTERM)  # the latter before Python runs our code
    assert not (tmp_path / "socket").exists()
    assert wait_for(lambda: not pids_in(tmp_path)), pids_in(tmp_path)


def test_jobs_do_not_inherit_ignored_signals(boot: Boot) -> None:
    """A shell starts programs in the background with SIGINT and SIGQUIT ignored."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    try:
        running = boot({"job": b"kill signal QUIT\nkill timeout 1000\nexec sleep 1000\n"})
    finally:
        signal.signal(signal.SIGQUIT, before)
    assert "ok" in running.job("Start", "job")  # type: ignore[operator]
    assert running.job("Stop", "job") == {"ok": []}
