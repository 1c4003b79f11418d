# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files, properties and processes reveal about the definition of an instance."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import orphans
from ansible_collections.sysinit.upstart.plugins.module_utils._host.crash_guard import (
    StateUnavailableError,
    UnsafeToQueryError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import parser
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import ALIVE, FakeHost

REASON = "job gone has no file"
Verdict = tuple[Any, Any]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    """A host with the job web; its daemon is this process and watches the directory."""
    monkeypatch.setattr(processes, "watches", lambda pid, folder: True)
    return FakeHost(tmp_path)


def judge(host: FakeHost, instance: str = "") -> Verdict:
    evidence = orphans.Evidence(host, str(host.files), REASON, (1, 13, 2))
    verdict: Verdict = evidence.judge(Definition("web", str(host.files)), instance)
    return verdict


def at(host: FakeHost, monkeypatch: pytest.MonkeyPatch, file: float, main: float, daemon: float = 0.0) -> None:
    """Set the times, in seconds, of the last file change and of the starts of the processes."""
    times = {None: None, ALIVE: (main, main + 0.01), "daemon": (daemon, daemon + 0.01)}
    monkeypatch.setattr(orphans.processes, "start_ticks", lambda peer_pid, pid: pid)
    monkeypatch.setattr(orphans.processes, "own_start_ticks", lambda pid: "daemon")
    monkeypatch.setattr(orphans, "period", times.get)
    monkeypatch.setattr(orphans, "changes_of", lambda definition: [(file, file + 0.01)])
    monkeypatch.setattr(orphans, "matches_process", lambda proc, pid, values: (None, None))


@pytest.mark.parametrize(("text", "file", "main", "verdict"), [
    ("exec a\n", 10.0, 20.0, (False, None)),
    ("exec a\n", 10.0, 9.0, (True, None)),
    ("exec a\n", 10.0, 10.0, (None, "its files were changed at about the time when it or another instance of its job "
                                    "began, and " + REASON)),
    ("respawn\nexec a\n", 10.0, 20.0, (None, "it may have been respawned since its files were changed, and " + REASON)),
    ("respawn\nexec a\n", -1.0, 20.0, (False, None)),
])
def test_times(host: FakeHost, monkeypatch: pytest.MonkeyPatch, text: str, file: float, main: float,
               verdict: Verdict) -> None:
    """A file that has not changed since the daemon started is the one that it has read."""
    host.deploy("web", text)
    host.run("web")
    at(host, monkeypatch, file, main)
    assert judge(host) == verdict


def test_a_process_that_ends_between_two_checks(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its start time can no longer be read, so nothing is known."""
    host.deploy("web", "respawn\nexec a\n")
    host.run("web")
    at(host, monkeypatch, 10.0, 20.0)
    began = iter([ALIVE, ALIVE, None])
    monkeypatch.setattr(orphans.processes, "start_ticks", lambda peer_pid, pid: next(began, None))
    assert judge(host)[0] is None


@pytest.mark.parametrize(("held", "file", "is_stale"), [
    ("start on a or b\nexec a\n", "start on c\nexec a\n", False),
    ("instance $N\nstart on a or b\nexec a\n", "instance $N\nstart on c\nexec a\n", True),
    ("stop on a and b\nexec a\n", "stop on a and b\nexec a\n", False),
    ("stop on a\nexec a\n", "stop on b\nexec a\n", True),
    ("emits a\n", "emits b\n", True),
    ("description a\n", "description b\n", True),
    ("author a\n", "exec a\n", True),
    ("usage a\n", "usage a\nversion 2\n", True),
])
def test_properties(host: FakeHost, monkeypatch: pytest.MonkeyPatch, held: str, file: str, is_stale: bool) -> None:
    """A process that is younger than the file may still run with an older definition."""
    host.hold("web", held)
    host.run("web")
    host.write("web", file)
    at(host, monkeypatch, 10.0, 20.0)
    assert judge(host) == (is_stale, None)


@pytest.mark.parametrize("text", [b"description \xfc\nexec a\n", None])
def test_a_job_that_must_not_be_asked_about(host: FakeHost, monkeypatch: pytest.MonkeyPatch,
                                            text: bytes | None) -> None:
    """FakeHost would crash."""
    host.hold("web", b"description \xfc\nexec a\n")
    host.run("web")
    if text is not None:
        host.write("web", text)
    at(host, monkeypatch, 10.0, 20.0)
    assert judge(host) == (None, REASON)


def test_a_copy_of_a_harmful_file_beside_a_good_one(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.hold("web", b"description \xfc\nexec a\n")
    host.run("web")
    host.write("web", "exec a\n")
    host.write("web", b"description \xfc\nexec a\n", ".conf.dpkg-old")
    at(host, monkeypatch, 10.0, 20.0)
    assert judge(host) == (None, REASON)


def test_earlier_text_that_is_not_utf_8_is_not_queried(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file was fixed while this instance, or another instance of the job, existed."""
    host.hold("web", b"description \xfc\ninstance $N\nexec a\n")
    host.run("web", "1")
    host.write("web", "instance $N\nexec a\n")
    at(host, monkeypatch, 30.0, 20.0)
    assert judge(host, "1") == (True, None)
    host.run("web", "2", main=None)
    at(host, monkeypatch, 10.0, 20.0)
    assert judge(host, "1") == (
        None, "another instance of its job may have begun before its files were changed, and " + REASON)
    assert judge(host, "2") == (None, "it has no main process whose start time shows that, and " + REASON)


def test_files_that_upstart_may_not_have_noticed(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.deploy("web")
    host.run("web")
    at(host, monkeypatch, 10.0, 20.0)
    unnoticed = (None, "Upstart may not have noticed that its files were changed, and " + REASON)
    with monkeypatch.context() as patch:
        patch.setattr(processes, "watches", lambda pid, folder: False)
        assert judge(host) == unnoticed
    os.link(host.files / "web.conf", host.files / "second")
    assert judge(host) == unnoticed
    (host.files / "web.conf").unlink()
    (host.files / "web.conf").symlink_to("second")
    assert judge(host) == unnoticed


def test_when_files_changed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("exec a\n")
    (tmp_path / "web.conf").symlink_to("target")
    (tmp_path / "web.override").write_text("manual\n")
    definition = Definition("web", str(tmp_path))
    assert len(orphans.changes_of(definition)) == 4
    before = max(last for unused, last in orphans.changes_of(definition))
    while time.time() < before:
        time.sleep(0.01)
    (tmp_path / "target").write_text("exec b\n")
    assert max(first for first, unused in orphans.changes_of(definition)) >= before - 0.02
    (tmp_path / "target").unlink()
    assert max(first for first, unused in orphans.changes_of(definition)) >= before


@pytest.mark.parametrize(("text", "environ", "line", "shown"), [
    ("exec sleep 9\n", [], ["sleep", "9"], True),
    ("env A=1\nexec sleep 9\n", [], ["sleep", "9"], None),
    ("env A=1\nexec sleep 9\n", ["A=1", "UPSTART_JOB=web"], ["sleep", "9"], True),
    ("env A=1\nexec sleep 9\n", ["A=2", "UPSTART_JOB=web"], ["sleep", "9"], False),
    ("env A=1\nexec sleep 9\n", ["UPSTART_JOB=web"], ["sleep", "9"], False),
    ("env A=$B\nexec sleep 9\n", ["A=2", "UPSTART_JOB=web"], ["sleep", "9"], True),
    ("exec sleep 9\n", [], ["sleep", "8"], False),
    ("exec /bin/web -d\n", [], ["/usr/bin/python3", "/bin/web", "-d"], True),
    ("exec /bin/web\n", [], ["/usr/bin/python3", "/bin/web"], True),
    ("exec /bin/web -d\n", [], ["/usr/bin/python3", "/bin/web", "-e"], False),
    ("exec /bin/web -d\n", [], ["/bin/other", "-d"], False),
    ("exec /bin/web -d\n", [], ["web: master process"], None),
    ("exec sleep $A\n", [], ["sleep", "9"], None),
    ("script\nsleep 9\nend script\n", [], ["/bin/sh", "-e", "/proc/self/fd/9"], None),
    ("exec sleep 9\n", [], [], None),
    ("start on a\n", [], ["sleep"], None),
])
def test_whether_a_process_matches_the_files(monkeypatch: pytest.MonkeyPatch, text: str, environ: list[str],
                                             line: list[str], shown: bool | None) -> None:
    words = {"environ": environ, "cmdline": line}
    monkeypatch.setattr(processes, "words", lambda pid, kind, proc: [word.encode() for word in words[kind]])
    matches, why = orphans.matches_process("/proc", 1, parser.parse_job(text, None, (1, 13, 2)))
    assert matches is shown
    assert (why is not None) is (shown is False)


@pytest.mark.parametrize(
    ("error", "version", "has_evidence"),
    [
        (UnsafeToQueryError("x"), (1, 13, 2), True),
        (UnsafeToQueryError("x"), (1, 5), False),
        (StateUnavailableError("x"), (1, 13, 2), False),
    ],
)
def test_whether_there_is_evidence(
    host: FakeHost, error: StateUnavailableError, version: tuple[int, ...], has_evidence: bool
) -> None:
    host.number = version
    assert (orphans.evidence(host, str(host.files), error) is not None) is has_evidence
