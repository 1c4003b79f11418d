# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding that needs the whole host: for each code a host with the finding and hosts without it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import instances
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import audit_codes, init_scripts
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import NO_PROCESS
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import ALIVE, FakeHost

NEW = (1, 13, 2)
Arrange = Callable[[FakeHost], Any]


def linked(host: FakeHost, name: str) -> None:
    (host.files / name).symlink_to(host.files / "target")
    (host.files / "target").write_text("exec a\n")


def stale(host: FakeHost, before: str, after: str, runs: bool = True) -> None:
    host.deploy("web", before)
    if runs:
        host.run("web")
    host.write("web", after)


def spawned(host: FakeHost, text: str, status: str = "start/spawned") -> None:
    host.deploy("web", text)
    host.run("web", status=status)


def held_alone(host: FakeHost, run: bool, **files: str) -> None:
    """A daemon that has loaded the job although it refuses the files."""
    host.write("web", files["conf"])
    host.write("web", files["override"], ".override")
    host.hold("web")
    if run:
        host.run("web")


CHILDREN = contextlib.ExitStack()


@pytest.fixture(autouse=True)
def no_children_are_left() -> Iterator[None]:
    with CHILDREN:
        yield


def main_in_state(host: FakeHost, letter: str, text: str = "exec a\n", status: str = "start/running") -> None:
    host.deploy("web", text)
    host.run("web", status=status, main=CHILDREN.enter_context(child_processes.in_state(letter)))


STUCK = "web is stuck: Upstart is tracking process %d, which no longer exists" % NO_PROCESS
# code, host with the finding, (job, file, line, message) of the finding, hosts without it
CASES: list[tuple[str, Arrange, tuple[str, str | None, int | None, str], list[Arrange]]] = [
    ("not-loaded", lambda host: host.write("web", "exec a\n"),
     ("web", "web.conf", None, "Upstart has not loaded the job, although its files are valid"),
     [lambda host: host.deploy("web"), lambda host: host.write("web", "frob\n")]),
    ("half-loaded", lambda host: held_alone(host, False, conf="exec a\n", override="task\nfrob\n"),
     ("web", "web.override", 2,
      "Upstart refuses these files, but made the job with the first half of its override"),
     [lambda host: held_alone(host, True, conf="exec a\n", override="task\nfrob\n"),
      lambda host: host.write("web", "frob\n"), lambda host: host.deploy("web")]),
    ("half-loaded", lambda host: held_alone(host, False, conf="frob\n", override="task\n"),
     ("web", "web.conf", 1, "Upstart refuses these files, but made the job from its override alone"), []),
    ("outdated", lambda host: stale(host, "exec a\n", "exec b\n", runs=False),
     ("web", "web.conf", None, "Upstart has another definition of the job than its files"),
     [lambda host: stale(host, "exec a\n", "exec b\n"), lambda host: stale(host, "exec a\n", "# b\nexec a\n", False),
      lambda host: (host.write("web", "exec a\n"), host.hold("web", "console output\nexec a\n"))]),
    ("outdated", lambda host: stale(host, "start on a\n", "start on b\n", runs=False),
     ("web", "web.conf", None, "Upstart has another definition of the job than its files"), []),
    ("hidden-job", lambda host: host.deploy("net/.ansible_tmp1web"),
     ("net/.ansible_tmp1web", "net/.ansible_tmp1web.conf", None,
      "net/.ansible_tmp1web.conf is a job like any other"),
     [lambda host: host.deploy("net/web"), lambda host: host.write(".web", "exec a\n", ".conf.ansible~")]),
    ("link-dangling", lambda host: (host.files / "web.conf").symlink_to("nowhere"),
     ("web", "web.conf", None, "the file is a link whose target does not exist"),
     [lambda host: linked(host, "web.conf"), lambda host: os.mkfifo(host.files / "web.conf")]),
    ("override-is-link", lambda host: (host.deploy("web"), linked(host, "web.override")),
     ("web", "web.override", None, "the override is a link"), [lambda host: host.deploy("web", override="task\n")]),
    ("override-without-job", lambda host: host.write("web", "manual\n", ".override"),
     ("web", "web.override", None, "there is no web.conf for this override"),
     [lambda host: host.deploy("web", override="task\n")]),
    ("emits-missing", lambda host: host.deploy("web", "emits x\nexec a\npost-start exec initctl emit -n web-up A=1\n"),
     ("web", "web.conf", 1, "a script of the job emits web-up, but its emits stanza does not name it"),
     [lambda host: host.deploy("web", "emits web-up\npost-start exec initctl emit web-up\n"),
      lambda host: host.deploy("web", "exec initctl emit $NAME\n"),
      lambda host: host.deploy("web", "exec initctl emit web-$NAME\n")]),
    ("orphan", lambda host: (host.hold("web"), host.run("web"), host.deploy("x")),
     ("web", None, None, "Upstart has the job, but there is no %s/web.conf"),
     [lambda host: host.deploy("web"), lambda host: host.write("web", "frob\n")]),
    ("orphan", lambda host: (host.hold("web"), host.deploy("x")),
     ("web", None, None, "Upstart has the job, but there is no %s/web.conf"), []),
    ("stale", lambda host: stale(host, "exec a\n", "exec b\n"),
     ("web", "web.conf", None, "web runs with an older definition than its files have now"),
     [lambda host: stale(host, "exec a\n", "exec b\n", runs=False), lambda host: stale(host, "task\n", "task # b\n"),
      lambda host: stale(host, "start on a\nexec a\n", "start on b\nexec a\n")]),
    ("hollow", lambda host: (host.deploy("web", "instance $N\nexec a\n"), host.run("web", "7", main=None)),
     ("web", "web.conf", None, "web (7) counts as running, but has no main process"),
     [lambda host: (host.deploy("web"), host.run("web")),
      lambda host: (host.deploy("web", "start on a\n"), host.run("web", main=None))]),
    ("wedged", lambda host: (host.deploy("web", "expect fork\nexec a\n"), host.run("web", main=NO_PROCESS)),
     ("web", "web.conf", None, STUCK), [lambda host: (host.deploy("web"), host.run("web", main=ALIVE))]),
    ("fork-not-seen", lambda host: spawned(host, "expect fork\nexec a\n"),
     ("web", "web.conf", None, "web has been waiting for its expect fork for 100 seconds"),
     [lambda host: spawned(host, "exec a\n"), lambda host: spawned(host, "expect fork\nexec a\n", "start/running")]),
    ("fork-not-seen", lambda host: (spawned(host, "expect fork\nexec a\n"), host.write("web", "exec a\n")),
     ("web", "web.conf", None, "web has been waiting for its expect fork for 100 seconds"),
     [lambda host: (spawned(host, "exec a\n"), host.write("web", "expect fork\nexec a\n"))]),
    ("zombie", lambda host: main_in_state(host, "Z", "expect fork\nexec a\n"),
     ("web", "web.conf", None, "web is not running: its main process PID has exited, but Upstart does not notice it"),
     [lambda host: main_in_state(host, "S"), lambda host: main_in_state(host, "T")]),
    ("suspended", lambda host: main_in_state(host, "T"),
     ("web", "web.conf", None, "web is not running: its main process PID is suspended by a signal or a debugger"),
     [lambda host: main_in_state(host, "S"), lambda host: main_in_state(host, "T", "expect stop\n", "start/spawned")]),
    ("slow-process", lambda host: (host.deploy("web", "pre-start exec a\n"),
                                   host.run("web", status="start/pre-start", main=None, pre_start=ALIVE)),
     ("web", "web.conf", None, "web has not got further than start/pre-start for 100 seconds"),
     [lambda host: (host.deploy("web"), host.run("web", post_start=ALIVE)),
      lambda host: (host.deploy("web"), host.run("web", status="stop/killed")),
      lambda host: spawned(host, "expect fork\nexec a\n")]),
    ("slow-process", lambda host: spawned(host, "exec a\n"),
     ("web", "web.conf", None, "web has not got further than start/spawned for 100 seconds"), []),
    ("under-way", lambda host: (host.deploy("web", "instance $N\nexec a\n"), host.run("web", "7", "stop/killed")),
     ("web", "web.conf", None, "web (7) had not got further than stop/killed when its state was read"),
     [lambda host: (host.deploy("web"), host.run("web")), lambda host: (host.deploy("web", "task\n"), host.run("web")),
      lambda host: (host.deploy("web"), host.run("web", status="start/spawned")),
      lambda host: (host.deploy("web"), host.run("web", status="stop/killed", main=NO_PROCESS))]),
    ("under-way", lambda host: (host.deploy("web"), host.run("web", status="start/starting", main=None)),
     ("web", "web.conf", None, "web had not got further than start/starting when its state was read"), []),
    ("under-way", lambda host: (host.deploy("web"), host.run("web", status="stop/stopping"),
                                host.write("web", "exec b\n")),
     ("web", "web.conf", None, "web had not got further than stop/stopping when its state was read"), []),
    ("start-leads-to-stop",
     lambda host: host.deploy_all(a="start on started x or y\nstop on started b\n", b="start on starting a\n", x=""),
     ("a", "a.conf", 2, "the start of a leads to its own stop: start of a, start of b, stop of a"),
     [lambda host: host.deploy_all(a="start on x\nstop on started b and y\n", b="start on starting a\n"),
      lambda host: host.deploy_all(a="start on x\nstop on started b N=1\n", b="start on starting a\n"),
      lambda host: host.deploy_all(a="stop on started b\n", b="stop on started a\n")]),
    ("stop-leads-to-start", lambda host: host.deploy_all(a="start on x or stopped a\nexec a\n"),
     ("a", "a.conf", 1, "the stop of a leads to its own start: stop of a, start of a"),
     [lambda host: host.deploy_all(a="start on x or stopped a RESULT=failed\n"),
      lambda host: host.deploy_all(a="start on stopped b\nstop on started b\n", b="start on stopped a\n")]),
    ("endless-loop", lambda host: host.deploy_all(a="task\nstart on x or stopped b\n", b="task\nstart on stopped a\n"),
     ("a", "a.conf", 2, "once started, this goes on forever: start of a, stop of a, start of b, stop of b, start of a"),
     [lambda host: host.deploy_all(a="start on x or stopped b\n", b="start on stopped a\n"),
      lambda host: host.deploy_all(a="start on stopped b\nstop on started b\n",
                                   b="start on stopped a\nstop on started a\n"),
      lambda host: host.deploy_all(a="start on started c\nstop on stopped b\n", b="start on x\nstop on started a\n",
                                   c="start on stopped a\n")]),
    ("waits-for-itself", lambda host: host.deploy_all(a="start on started c\n", b="start on started a and x\n",
                                                      c="start on stopped b\n", d="start on started a\n"),
     ("a", "a.conf", 1, "a after c after b can only start after itself"),
     [lambda host: host.deploy_all(a="start on started b or x\n", b="start on started a\n"),
      lambda host: host.deploy_all(a="start on started b\n", b="exec a\n"),
      lambda host: host.deploy_all(a="start on started nowhere\n"),
      lambda host: host.deploy_all(a="start on started b\n", b="start on started a\n",
                                   c="start on x\nscript\n  start a\nend script\n"),
      lambda host: host.deploy_all(a="start on started b\n", b="start on started a\n",
                                   c="start on x\npre-start script\n  for i in a b; do start $i; done\nend script\n")]),
]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)  # a second that passes meanwhile would be in a message
    monkeypatch.setattr(instances.Clock, "read", read)
    return FakeHost(tmp_path)


def read(clock: Any, pid: int, real: Any = instances.Clock.read) -> tuple[int | None, str | None]:
    return None if pid == NO_PROCESS else int(time.time()) - 100, real(clock, pid)[1]


@pytest.mark.parametrize(("code", "arrange", "expected", "others"), CASES, ids=lambda value: value
                         if isinstance(value, str) else "")
def test_findings(host: FakeHost, tmp_path_factory: pytest.TempPathFactory, code: str, arrange: Arrange,
                  expected: tuple[str, str | None, int | None, str], others: list[Arrange]) -> None:
    arrange(host)
    job, file, line, message = expected
    row = audit_codes.BY_CODE[code]
    pids = [str(pid) for job_class in host.classes.values() for job in job_class["jobs"] for pid in job["pid"][:1]]
    message = message.replace("PID", "".join(pids))
    assert [finding for finding in host.findings() if finding["code"] == code] == [{
        "job": job, "file": file and f"{host.files}/{file}", "line": line, "code": code, "severity": row.severity,
        "message": message % host.files if "%s" in message else message, "remedy": row.remedy}]
    for other in others:
        clean = FakeHost(tmp_path_factory.mktemp("clean"))
        other(clean)
        assert code not in clean.codes()


def test_every_code_is_tested() -> None:
    assert {case[0] for case in CASES} | {"init-script-too"} == set(audit_codes.BY_CODE)


def test_programs_and_init_scripts_of_the_host(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.missing["/opt/web"] = "does not exist"
    monkeypatch.setattr(init_scripts, "running_too", lambda name, _files: f"/etc/init.d/{name}")
    host.deploy_all(web="exec /opt/web\n")
    assert [(entry["code"], entry["line"], entry["message"]) for entry in host.findings()] == [
        ("init-script-too", None, "the init script /etc/init.d/web of the same name also runs at boot"),
        ("program-missing", 1, "main runs /opt/web, which does not exist")]


def test_init_scripts_have_nothing_to_do_with_a_session(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init_scripts, "running_too", lambda name, _files: f"/etc/init.d/{name}")
    host.deploy_all(web="exec a\n")
    host.conf_dir = SearchPath([str(host.files), "/nowhere"])
    assert host.findings() == []


def test_findings_of_files_have_their_path(host: FakeHost) -> None:
    host.deploy("web", "exec a\nkill timeout 0\n", "chdir x\n")
    host.write("bad", "exec a\n\nfrob\n")
    findings = host.findings()
    assert [(entry["job"], entry["file"].rpartition("/")[2], entry["line"], entry["code"]) for entry in findings] == [
        ("bad", "bad.conf", 3, "syntax"), ("web", "web.conf", 2, "kill-timeout-zero"),
        ("web", "web.override", 1, "relative-path")]


@pytest.mark.parametrize("name", [".conf", "net/.conf"])
def test_a_file_without_a_name_is_no_job(host: FakeHost, name: str) -> None:
    host.write(name[:-len(".conf")], "exec a\n")
    assert host.info()["jobs"] == []
    (finding,) = host.findings()
    assert (finding["code"], finding["file"]) == ("job-name", f"{host.files}/{name}")
    shown = {".conf": "(empty)", "net/.conf": "net/"}[name]
    assert finding["message"] == f"the job name {shown} cannot be used"


def test_files_that_the_daemon_does_not_read(host: FakeHost) -> None:
    for path in (".git/a.conf", "CVS/b.conf", "old~/c.conf", "web.conf~", "web.conf.dpkg-old", "README", "x.CONF"):
        target = host.files / path
        target.parent.mkdir(exist_ok=True)
        target.write_text("frob\n")
    (host.files / "linked.conf").symlink_to(host.files / "CVS")
    os.mkfifo(host.files / "pipe.conf")
    info = host.info()
    assert (info["jobs"], info["findings"], info["left_out"]) == ([], [], [])
    (host.files / "x.conf").mkdir()
    (host.files / "x.conf" / "..conf").write_text("exec a\n")
    assert [job["name"] for job in host.info()["jobs"]] == ["x.conf/."]


def test_harm_in_directories_that_the_daemon_may_not_read(host: FakeHost) -> None:
    """The directories that the daemon reads are not known for certain."""
    host.deploy("web")
    (host.files / ".git").mkdir()
    (host.files / ".git" / "a.conf").write_bytes(b"author \xe4\n")
    assert "not UTF-8" in host.info()["left_out"][0]
    assert host.connection.asked == 0


@pytest.mark.parametrize(("version", "read"), [((1, 5), True), ((1, 13, 2), False)])
def test_a_linked_override(tmp_path: Path, version: tuple[int, ...], read: bool) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("web", "start on a\nexec a\n")
    (tmp_path / "target").write_text("manual\n")
    (tmp_path / "web.override").symlink_to(tmp_path / "target")
    assert ("override-is-link" in host.codes()) is not read
    assert host.job("web")["enabled"] is not read


@pytest.mark.parametrize(("version", "code"), [((1, 2), "override-ignored"), ((1, 3), "override-without-job")])
def test_an_override_that_is_not_read(tmp_path: Path, version: tuple[int, ...], code: str) -> None:
    host = FakeHost(tmp_path, version)
    host.write("web", "manual\n", ".override")
    assert host.codes() == [code]
    host.deploy("web", "start on a\nexec a\n")
    assert host.job("web")["enabled"] is (version < (1, 3))
    assert host.job("web")["override"] == (None if version < (1, 3) else f"{tmp_path}/web.override")
    assert ("override-ignored" in host.codes()) is (version < (1, 3))


def test_a_long_path_is_shortened(host: FakeHost) -> None:
    host.deploy_all(**{f"s{number:02}": f"start on started s{(number + 1) % 40:02}\n" for number in range(40)})
    (message,) = [finding["message"] for finding in host.findings() if finding["code"] == "waits-for-itself"]
    assert message.startswith("s00 after s01 after s02 ")
    assert "after s10 (19 more steps) after s30" in message and message.count(" after s") == 20


# -- events and jobs that nothing provides -------------------------------------------
def test_a_job_whose_file_is_refused_is_not_unknown(host: FakeHost) -> None:
    host.deploy("web", "start on started db\n")
    host.write("db", "frob\n")
    assert "unknown-job" not in host.codes()


def test_a_healthy_host_has_no_findings(host: FakeHost) -> None:
    host.deploy_all(
        db="start on runlevel [2345]\nstop on runlevel [!2345]\nrespawn\nexec /bin/db\n",
        web="start on started db\nstop on stopping db\nrespawn\nexec /bin/web\n",
        failover="start on stopped web RESULT=failed\nstop on starting web\nexec /bin/failover\n",
        once="task\nstart on started db\nexec /bin/once\n",
        after="start on stopped once\nstop on runlevel [!2345]\nexec /bin/after\n")
    host.run("db")
    host.run("web")
    assert host.findings() == []


def test_a_finding_of_a_job_without_a_file(host: FakeHost) -> None:
    host.hold("web")
    host.run("web", main=NO_PROCESS)
    (finding,) = [finding for finding in host.findings() if finding["code"] == "wedged"]
    assert (finding["job"], finding["file"], finding["line"]) == ("web", None, None)


def test_a_loop_of_a_job_without_a_file(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file appears after the directory is read."""
    read_jobs = host.jobs

    def jobs() -> list[str]:
        host.write("a", "exec a\n")
        return read_jobs()

    monkeypatch.setattr(host, "jobs", jobs)
    host.hold("a", "start on x or stopped a\nexec a\n")
    (finding,) = [finding for finding in host.findings() if finding["code"] == "stop-leads-to-start"]
    assert (finding["job"], finding["file"], finding["line"]) == ("a", None, None)


def test_a_link_in_place_of_an_override_without_a_job(host: FakeHost) -> None:
    """It is one finding, not two."""
    (host.files / "web.override").symlink_to("elsewhere")
    assert [finding["code"] for finding in host.findings()] == ["override-is-link"]


@pytest.mark.parametrize("status", ["start/pre-start", "start/spawned", "stop/post-stop"])
def test_a_process_that_has_just_begun_is_not_slow(host: FakeHost, monkeypatch: pytest.MonkeyPatch,
                                                   status: str) -> None:
    monkeypatch.setattr(instances.Clock, "read", lambda _clock, _pid: (int(time.time()) - 2, "S"))
    host.deploy("web", "expect fork\nexec a\n")
    host.run("web", status=status, pre_start=ALIVE, post_stop=ALIVE)
    assert [(entry["code"], entry["severity"]) for entry in host.findings()] == [("under-way", "hint")]


def test_an_old_definition_and_a_stop_that_is_under_way(host: FakeHost) -> None:
    stale(host, "exec a\n", "exec b\n", runs=False)
    host.run("web", status="stop/killed")
    assert host.codes() == ["stale", "under-way"]
