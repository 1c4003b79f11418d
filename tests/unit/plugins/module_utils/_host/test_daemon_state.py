# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the daemon may be asked for its state, and the reason if not."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NoReplyError, NotFoundError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._host import crash_guard, daemon_state
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for


class Client:
    """Answers GetState with a text or raises the given error."""

    def __init__(self, answer: str | Exception = '{"job_classes": []}', loaded: tuple[str, ...] = (),
                 version: tuple[int, ...] = (1, 13, 2)) -> None:
        self.connection: Any = None
        self.answer = answer
        self.loaded = loaded
        self.number = version
        self.asked = 0

    def version(self) -> tuple[int, ...]:
        return self.number

    def jobs(self) -> list[str]:
        return sorted(self.loaded)

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[] for _name in names]

    def statuses(self, pairs: list[tuple[str, str]]) -> list[None]:
        return [None for _pair in pairs]

    def state(self) -> str:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_the_variables_that_an_instance_was_started_with(tmp_path: Path) -> None:
    """Without the variables of the job file and those that Upstart adds."""
    path = instance_path("web", "1")
    env = ["A=1", "B=2", "UPSTART_JOB=web", "UPSTART_INSTANCE=1", "PATH=/bin", "C=web"]
    job_class = {"name": "web", "env": ["B=2"], "jobs": [{"path": path, "env": env}]}
    snapshot = daemon_state.Snapshot(Client(json.dumps({"job_classes": [job_class]})), str(tmp_path))
    assert snapshot.environment("web", "1") == ["A=1", "C=web"]
    assert snapshot.environment("web", "2") is None
    assert snapshot.reason is None


FILES: list[tuple[str, bytes, bool]] = [
    ("web.conf", "description Bücher\nexec a\n".encode(), False),
    ("web.conf", "description Bücher\nexec a\n".encode("latin-1"), True),
    ("web.conf", "# Bücher\nexec a\n".encode("latin-1"), False),
    ("web.conf", "script\n# Bücher\nend script\n".encode("latin-1"), True),
    ("sub/web.override", "env A=ü\n".encode("latin-1"), True),
    ("web.conf.dpkg-old", "env A=ü\n".encode("latin-1"), False),
]


@pytest.mark.parametrize(("name", "data", "harmful"), FILES)
def test_a_question_that_would_crash_the_daemon_is_not_asked(tmp_path: Path, name: str, data: bytes,
                                                             harmful: bool) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / name).write_bytes(data)
    client = Client()
    if not harmful:
        assert daemon_state.read_job_classes(client, str(tmp_path)) == []
        return
    with pytest.raises(daemon_state.StateUnavailableError, match="not UTF-8, and Upstart would crash"):
        daemon_state.read_job_classes(client, str(tmp_path))
    assert client.asked == 0


def test_a_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.conf", "wb"):
        pass
    with pytest.raises(daemon_state.StateUnavailableError):
        daemon_state.read_job_classes(Client(), str(tmp_path))


@pytest.mark.parametrize(("answer", "words"), [
    (NotFoundError("no such method"), "only since 1.6.1"),
    (NoReplyError("late"), r"did not report its state \(late\)"),
    ("{", "did not report its state"),
])
def test_a_daemon_that_does_not_report_its_state(tmp_path: Path, answer: str | Exception, words: str) -> None:
    (tmp_path / "gone.conf").symlink_to("nowhere")
    with pytest.raises(daemon_state.StateUnavailableError, match=words):
        daemon_state.read_job_classes(Client(answer), str(tmp_path))
    snapshot = daemon_state.Snapshot(Client(answer), str(tmp_path))
    assert snapshot.environment("web", "") is None and snapshot.differing("web", "", ["A=1"]) == []
    assert snapshot.reason


def test_files_that_are_no_job_files_do_no_harm(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "web.conf")
    (tmp_path / "gone.conf").symlink_to("nowhere")
    (tmp_path / "other.conf").symlink_to("/proc/self/mem")
    assert daemon_state.read_job_classes(Client(), str(tmp_path)) == []


class Running(Client):
    """A daemon in which each job has an instance with the main process ``pid``, None for no process."""

    peer = {"pid": os.getpid()}

    def __init__(self, pid: int | None) -> None:
        super().__init__()
        self.connection = self
        self.pid = pid

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[""] for _name in names]

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Any]:
        return [{"goal": "start", "state": "running", "processes": {"main": self.pid} if self.pid else {}}]


def is_asked(client: Running, folder: Path) -> bool:
    try:
        assert daemon_state.read_job_classes(client, str(folder)) == []
    except daemon_state.StateUnavailableError as error:
        assert "job web may still run with text that is not UTF-8" in error.message
    return client.asked > 0


HARMFUL = "description B\u00fccher\nexec a\n".encode("latin-1")
YOUNG, OLD = 1e-6, 1000.0  # ages of processes in seconds, compared with that of a file which a test has just written


@pytest.mark.parametrize(("conf", "pid", "age", "expected"), [
    ("exec a\n", 7, YOUNG, True),
    ("exec a\n", 7, OLD, False),
    ("exec a\n", 7, 0.0, False),  # it has ended
    ("respawn\nexec a\n", 7, YOUNG, False),
    ("frob\n", 7, YOUNG, False),
    (None, 7, YOUNG, False),
    ("exec a\n", None, YOUNG, False),
])
def test_a_copy_of_a_harmful_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conf: str | None, pid: int | None, age: float, expected: bool,
) -> None:
    """The new file is certain only for a process that started after the copy was made."""
    monkeypatch.setattr(crash_guard, "process_age", lambda peer_pid, pid: age)
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    copy = tmp_path / "web.conf.1~"
    copy.write_bytes(HARMFUL)
    wait_for(lambda: time.time() > copy.stat().st_ctime + 2 * YOUNG, "the copy has no age")
    assert is_asked(Running(pid), tmp_path) is expected


def test_a_delay_does_not_make_a_process_younger_than_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The task may have to wait for a processor between the readings of the clock and of the process's age."""
    (tmp_path / "web.conf").write_text("exec a\n")
    copy = tmp_path / "web.conf.1~"
    copy.write_bytes(HARMFUL)
    copied = copy.stat().st_ctime
    times = itertools.count(copied + 1, 5)
    monkeypatch.setattr(time, "time", lambda: next(times))
    monkeypatch.setattr(crash_guard, "process_age", lambda peer_pid, pid: next(times) - (copied - 1))
    assert not is_asked(Running(7), tmp_path)


@pytest.mark.parametrize(("began", "is_changed"), [(-1.0, True), (1.0, False)])
@pytest.mark.parametrize("name", ["web.conf", "web.override"])
def test_a_file_that_was_changed_after_a_process_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, began: float, is_changed: bool,
) -> None:
    """The begin is compared, not the age: the task may have waited for the daemon since it knew the age."""
    changed = tmp_path / name
    changed.write_text("exec a\n")
    latest = changed.stat().st_ctime + began
    monkeypatch.setattr(daemon_state.process_times, "period", lambda ticks: (latest - 0.01, latest))
    definition = Definition("web", str(tmp_path))
    assert daemon_state.changed_since(definition, os.getpid(), os.getpid()) == (str(changed) if is_changed else None)
    assert daemon_state.changed_since(definition, os.getpid(), None) is None


def folder_of_jobs(path: Path) -> Path:
    """Make a directory with job files, and with files that the daemon does not read as job files."""
    (path / "net").mkdir()
    (path / "real").mkdir()
    for name in ("web", "net/if", "café", ".hidden", ".", "real/a", "closed"):
        (path / f"{name}.conf").write_text("exec a\n")
    (path / "link.conf").symlink_to("web.conf")
    (path / "links").symlink_to("real")
    (path / "gone.conf").symlink_to("nowhere")
    (path / "folder.conf").mkdir()
    (path / "lone.override").touch()
    os.mkfifo(path / "closed.override")
    return path


@pytest.mark.parametrize("name", ["web", "net/if", ".hidden", ".", "real/a", "link", "café", "caf\ufffd\ufffd"])
def test_a_job_whose_file_can_be_checked(tmp_path: Path, name: str) -> None:
    client = Client(loaded=("web", name))
    assert daemon_state.read_job_classes(client, str(folder_of_jobs(tmp_path)) + "/") == []


@pytest.mark.parametrize("name", ["if", "net/web", "links/a", "gone", "folder", "lone", "closed", "", "b\ufffd"])
def test_a_job_whose_file_cannot_be_checked(tmp_path: Path, name: str) -> None:
    """Its file was removed, is in another directory, or cannot be read."""
    client = Client(loaded=("web", name))
    with pytest.raises(crash_guard.UnsafeToQueryError, match=f"^job {name} has no readable file below "):
        daemon_state.read_job_classes(client, str(folder_of_jobs(tmp_path)))
    assert client.asked == 0


@pytest.mark.parametrize("place", ["typo", "empty", "web.conf"])
def test_a_directory_that_is_not_the_daemons(tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "web.conf").write_text("exec a\n")
    client = Client(loaded=("web",))
    reason = r"^none of Upstart's jobs \(such as web\) .* Set conf_dir to the job directory of this daemon$"
    with pytest.raises(crash_guard.UnsafeToQueryError, match=reason):
        daemon_state.read_job_classes(client, str(tmp_path / place))
    assert client.asked == 0


def test_an_old_daemon_reports_no_state(tmp_path: Path) -> None:
    with pytest.raises(daemon_state.StateUnavailableError, match="only since 1.6.1"):
        daemon_state.read_job_classes(
            Client(NotFoundError("no GetState"), loaded=("web",), version=(1, 5)), str(tmp_path)
        )


def test_a_limit_of_0_comes_from_the_file() -> None:
    job_class = fake_client.held("a")
    values = {**new_values(), "limits": {"core": [0, 0], "nofile": [1, 2]}}
    assert daemon_state.values_of(job_class, values)["limits"] == {"core": [0, 0]}
