# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of upstart_service on jobs that fail: each names the cause and what to do.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import rival_host, waiting
from ansible_collections.sysinit.upstart.tests.unit.support.rival_host import RUNS, Host

host = rival_host.host

# Goes into the background: it forks once or twice. The first one that runs holds a lock, so later ones exit with 1.
FORKS = """\
import os, sys, time
for number in range(int(sys.argv[1])):
    if os.fork():
        os._exit(0)
    if number == 0:
        os.setsid()
if len(sys.argv) > 2:
    with open(sys.argv[2], "x"):
        pass
time.sleep(1000)
"""
BACKGROUND = "its command goes into the background and leaves "
END_THEM = "with state: stopped, unwedge: true and end_leftovers: true; then run the command in the foreground, or "


@pytest.fixture(name="forking")
def _forking(host: Host) -> str:
    program = host.daemon.log / "forking.py"
    program.write_text(FORKS)
    return f"/usr/bin/python3 {program}"


ADD_EXPECT = "add expect fork if it forks once, or expect daemon if it forks twice."


@pytest.mark.parametrize(("stanzas", "forks", "ended", "remedy"), [
    ("respawn\n", "1", "did not stay up", ADD_EXPECT),
    ("respawn\n", "2", "did not stay up", ADD_EXPECT),
    ("respawn\n", "2 {log}/lock", "did not stay up", ADD_EXPECT),
    ("", "1", "ended right after it was started", ADD_EXPECT),
    ("", "2", "ended right after it was started", ADD_EXPECT),
    ("expect fork\n", "2", "ended right after it was started", "correct 'expect fork'."),
])
def test_a_command_that_goes_into_the_background(host: Host, forking: str, stanzas: str, forks: str, ended: str,
                                                 remedy: str) -> None:
    host.write("web", f"{stanzas}exec {forking} {forks.format(log=host.daemon.log)}\n")
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith(f"Job web {ended}: {BACKGROUND}"), answer
    assert END_THEM + remedy in answer["msg"], answer
    leftovers = answer["instances"][0]["leftovers"]
    assert leftovers and all(f"{forking} {forks[0]}" in entry["command"] for entry in leftovers)
    assert f"{leftovers[0]['pid']} ({leftovers[0]['command']})" in answer["msg"]
    freed = host.run("web", "stopped", unwedge=True, end_leftovers=True, timeout=300)
    assert freed.get("changed") is True, freed
    assert not any(processes.live(entry["pid"]) for entry in leftovers), "the remedy that the message gives works"


def test_a_shell_that_starts_a_command_in_the_background(host: Host) -> None:
    host.write("web", "script\n  sleep 1000 &\nend script\n")
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert re.search(BACKGROUND + r"a process running unsupervised: [0-9]+ \(sleep 1000\)\. End it with", answer["msg"])


def test_a_crash_with_a_child_that_remains(host: Host) -> None:
    """It does not go into the background: its main process exits with an error each time."""
    host.write("web", "respawn\nscript\n  sleep 1000 &\n  exit 3\nend script\n")
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert "(its main process exited with status 3) and Upstart stopped respawning it." in answer["msg"], answer
    assert "Processes that it started still run unsupervised: " in answer["msg"] and "(sleep 1000)" in answer["msg"]


@pytest.mark.parametrize(("text", "quoted"), [
    ("respawn\nexec sh -c 'exit 4'\n", "web main process (PID) terminated with status 4."),
    ("respawn\nscript\n  kill -9 $$\nend script\n", "web main process (PID) killed by KILL signal."),
    ("pre-start exec sh -c 'exit 5'\npost-stop exec sh -c 'exit 9'\n" + RUNS,
     "web pre-start process (PID) terminated with status 5."),
    ("post-stop exec sh -c 'exit 9'\nexec sh -c 'exit 5'\n", "web main process (PID) terminated with status 5."),
    ("task\nrespawn\nexec sh -c 'exit 4'\n", "web main process (PID) terminated with status 4."),
])
def test_init_is_quoted_with_the_cause(host: Host, text: str, quoted: str) -> None:
    host.write("web", text)
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert answer.get("failed") is True, answer
    assert "Init says: " + quoted in re.sub(r"\([0-9]+\)", "(PID)", answer["msg"]), answer


@pytest.mark.parametrize(("text", "ended"), [
    ("exec true\n", "ended right after it was started: its main process exited without an error."),
    ("respawn\nexec true\n", "it ended again and again (its main process exited with status 0) and Upstart stopped "
     "respawning it. Let the command run in the foreground, or, if it is meant to end, make it a task"),
])
def test_the_old_process_is_no_cause(host: Host, text: str, ended: str) -> None:
    """Init logs that the stop of a restart has killed it."""
    host.write("web", RUNS)
    host.start("web")
    host.write("web", text)
    answer = host.run("web", "restarted", stable_for=60, timeout=300)
    assert answer.get("failed") is True and ended in answer["msg"], answer
    assert "TERM" not in answer["msg"], answer


HELPER = ("Its %s process is still running; Upstart sets no time limit for it. Fix %s, and end this process with kill "
          "%d, after which ")


@pytest.mark.parametrize(("text", "states", "process", "ends", "after"), [
    ("post-start exec sleep 1000\n" + RUNS, ["started"], "post-start", "the job counts as running.", "start/running"),
    ("post-start script\n  while :; do sleep 0.2; done\nend script\n" + RUNS, ["started"], "post-start",
     "the job counts as running.", "start/running"),
    ("post-start exec sleep 1000\n" + RUNS, ["started", "stopped"], "post-start", "the stop goes on.", "stop/waiting"),
    ("pre-start exec sleep 1000\n" + RUNS, ["started"], "pre-start", "the start fails.", "stop/waiting"),
    ("pre-stop exec sleep 1000\n" + RUNS, ["started", "stopped"], "pre-stop", "the stop goes on.", "stop/waiting"),
    ("pre-stop exec sleep 1000\n" + RUNS, ["started", "restarted"], "pre-stop", "the job keeps running.",
     "start/running"),
    ("post-stop exec sleep 1000\n" + RUNS, ["started", "stopped"], "post-stop", "the stop goes on.", "stop/waiting"),
    ("post-stop exec sleep 1000\nkill timeout 1\n" + RUNS, ["started", "restarted"], "post-stop",
     "the job stays stopped.", "stop/waiting"),
])
def test_a_process_that_never_ends(host: Host, text: str, states: list[str], process: str, ends: str,
                                   after: str) -> None:
    """The message names its pid. When it is ended, what the message says comes true."""
    host.write("web", text)
    answer = {}
    for state in states:
        never_ends = state == states[-1] or process.endswith("start")
        if never_ends and state == "started":
            host.begin_start("web", lambda status: process in status["processes"])
        elif never_ends and state == "stopped":
            host.stop("web")
            waiting.wait_for(lambda: process in host.status("web")["processes"], f"{process} does not run")
        # The stop of a restart must begin within this time.
        answer = host.run("web", state, timeout=(10 if state == "restarted" else 2) if never_ends else 300)
    pid = host.status("web")["processes"][process]
    assert answer.get("failed") is True and HELPER % (process, process, pid) + ends in answer["msg"], answer
    _end(host, pid)
    waiting.wait_for(lambda: "{goal}/{state}".format(**host.status("web")) == after, f"not in {after}")


def _end(host: Host, pid: int) -> None:
    """End one process of the daemon."""
    own = next(process.pid for process in processes.table(host.client.connection.peer["pid"]).values()
               if process.inner == pid)
    os.kill(own, signal.SIGTERM)


def test_a_main_process_that_ends_while_post_start_runs(host: Host) -> None:
    host.write("web", "respawn\npost-start exec sleep 1000\nexec false\n")
    host.begin_start("web", lambda status: status["goal"] == "respawn" and "post-start" in status["processes"])
    answer = host.run("web", "started", timeout=3)
    pid = host.status("web")["processes"]["post-start"]
    assert ("it is in respawn/post-start. Its main process has ended, but Upstart waits for its post-start process, "
            f"without a time limit. Fix post-start, and end this process with kill {pid}, after which Upstart respawns "
            "it.") in answer["msg"], answer


RESPAWNS = "respawn\npost-start script\n  while ! [ -e %s ]; do sleep 0.1; done\nend script\nexec false\n"


@pytest.mark.parametrize("state", ["stopped", "restarted"])
def test_a_stop_while_post_start_runs_and_the_main_process_has_ended(host: Host, state: str) -> None:
    """A stop ends the job. A restart leaves it to Upstart, which might count it as running without a process."""
    ready = host.daemon.log / "ready"
    host.write("web", RESPAWNS % ready)
    host.begin_start("web", lambda status: status["goal"] == "respawn" and "post-start" in status["processes"])
    answer = host.run("web", state, timeout=4)
    goal, ends = {"stopped": ("stop", "the stop goes on"), "restarted": ("respawn", "Upstart respawns it")}[state]
    assert f"Job web was not {state} within " in answer["msg"] and f", after which {ends}." in answer["msg"], answer
    assert host.status("web")["goal"] == goal
    ready.write_text("")
    waiting.wait_for(lambda: host.status("web")["state"] == "waiting", "does not end")


def test_the_output_of_a_process_that_never_ends(host: Host) -> None:
    talking = "  while :; do echo no answer from port 80; sleep 0.1; done\n"
    host.write("web", f"post-start script\n{talking}end script\n{RUNS}")
    log = host.daemon.log / "web.log"
    host.begin_start("web", lambda status: log.exists() and log.read_text().endswith("\n"))
    answer = host.run("web", "started", timeout=3)
    assert re.search(r"/web[.]log: no answer from port 80( [|] no answer from port 80)*$", answer["msg"]), answer
    assert set(answer["log_lines"]) == {"no answer from port 80"}


def test_the_job_that_holds_an_event_is_named(host: Host) -> None:
    host.write("holder", "start on starting web\ntask\nexec sleep 1000\n")
    host.write("web", RUNS)
    host.begin_start("web", lambda status: status["state"] == "starting" and host.is_up("holder"))
    answer = host.run("web", "started", timeout=3)
    pid = host.status("holder")["processes"]["main"]
    assert answer["msg"] == (
        "Job web was not started within 3 s: it is in start/starting. Another job holds its starting event: job holder "
        f"is in start/running (process main, pid {pid}). Fix or stop that job."), answer


def test_a_task_without_a_process(host: Host) -> None:
    host.write("web", "task\n")
    host.begin_start("web", lambda status: status["state"] == "running")
    answer = host.run("web", "started", timeout=1)
    assert "Task job web never ends, because it has neither exec nor script." in answer["msg"], answer


RIGHTS = "It runs as nobody, because setuid holds for every process of a job: "
DENIED = RIGHTS + "give that user access, or do this in a task without setuid that starts on starting web."


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run jobs as another user")
@pytest.mark.parametrize(("text", "advice"), [
    ("setuid nobody\npre-start exec mkdir {private}/run\n", DENIED),
    ("setuid nobody\npre-start script\n  echo $$ > {private}/pid\nend script\n", DENIED),
    ("setuid nobody\npre-start exec chown nobody /etc/passwd\n", DENIED),
    ("setuid nobody\nsetgid nogroup\npre-start exec touch {private}/x\n", DENIED),
    ("setuid nobody\nconsole none\npre-start exec mkdir {private}/run\n", RIGHTS + "check what that user may do."),
    ("setuid nobody\npre-start exec sh -c 'echo no such option; exit 3'\n", None),
    ("setuid root\npre-start exec sh -c 'echo Permission denied; exit 1'\n", None),
    ("pre-start exec sh -c 'echo Permission denied; exit 1'\n", None),
])
def test_a_pre_start_without_rights(host: Host, text: str, advice: str | None) -> None:
    host.write("web", text.format(private=host.daemon.log) + RUNS)
    answer = host.run("web", "started", timeout=300)
    assert "its pre-start process exited with status" in answer["msg"], answer
    assert ("setuid" in answer["msg"]) is (advice is not None) and (advice or "") in answer["msg"], answer


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run jobs as another user")
def test_a_post_start_without_rights(host: Host) -> None:
    """The job runs all the same, so the task warns."""
    host.write("web", f"setuid nobody\npost-start exec touch {host.daemon.log}/x\n" + RUNS)
    answer = host.run("web", "started", timeout=300)
    warnings = str(answer["warnings"])
    assert "Job web runs, but its post-start process failed. " + RIGHTS in warnings, answer
    assert "that starts on started web. Init says: web post-start process (" in warnings
    assert "Permission denied" in warnings


@pytest.mark.parametrize(("text", "advice"), [
    ("exec /nonexistent/web -x\n", "Its program /nonexistent/web does not exist."),
    ("pre-start exec /nonexistent/web\n" + RUNS, "Its program /nonexistent/web does not exist."),
    ("exec no-such-web\n", "Its program no-such-web is in no directory of its PATH."),
    ("exec /etc/passwd\n", "Its program /etc/passwd is not an executable file."),
    ("setuid nosuchuser\nexec /nonexistent/web\n", "User nosuchuser of setuid does not exist."),
    ("setuid nosuchuser\n" + RUNS, "User nosuchuser of setuid does not exist."),
    ("setgid nosuchgroup\n" + RUNS, "Group nosuchgroup of setgid does not exist."),
    ("chdir /nonexistent\n" + RUNS, "Check the directory /nonexistent of chdir."),
    ("chroot /nonexistent\n" + RUNS, "Check the directory /nonexistent of chroot."),
    ("limit nofile 20 10\n" + RUNS, "Correct 'limit nofile 20 10': the first number must not exceed the second."),
])
def test_a_process_that_cannot_be_run(host: Host, text: str, advice: str) -> None:
    host.write("web", text)
    answer = host.run("web", "started", timeout=300)
    assert f" process could not be run. {advice} Init says: Failed to spawn web " in answer["msg"], answer


OLD_RELEASES = [
    ("0.6.5", "setgid shop\n", "'setgid' needs Upstart 1.4 or later, this is 0.6.5"),
    ("0.6.5", "console log\n", "'console log' needs Upstart 1.4 or later, this is 0.6.5"),
    ("0.6.5", "manual\n", "'manual' needs Upstart 0.6.7 or later, this is 0.6.5"),
    ("1.5", "reload signal USR1\n", "'reload' needs Upstart 1.10 or later, this is 1.5"),
    ("1.5", "apparmor load /etc/shop\n", "'apparmor' needs Upstart 1.9 or later, this is 1.5"),
]


@pytest.fixture(name="old_host")
def _old_host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("UPSTART_BOOT", with_daemon.boot_command(f"--upstart-version {request.param}"))
    with rival_host.running(Host) as old:
        yield old


@pytest.mark.parametrize(("old_host", "text", "hint"), OLD_RELEASES, indirect=["old_host"])
def test_a_stanza_that_this_release_does_not_have(old_host: Host, text: str, hint: str) -> None:
    path = old_host.daemon.conf / "web.conf"
    path.write_text(text + RUNS)
    answer = old_host.run("web", "started")
    assert answer["msg"] == (f"The job web is not loaded: Upstart refuses {path}:1: Unknown stanza ({hint}). Fix the "
                             "file, then run the task again."), answer
    assert (answer["reason"], answer["line"]) == ("Unknown stanza", 1)


@pytest.mark.parametrize(("text", "ended", "program"), [
    ("exec /nonexistent/web -x\n", "its main process could not be run", "/nonexistent/web"),
    ("exec /nonexistent/web \"$X\"\n", "its main process exited with status 127", "/nonexistent/web"),
    ("script\n  : ready\n  exec /nonexistent/web $X\nend script\n", "its main process exited with status 127",
     "/nonexistent/web"),
    ("pre-start script\n  /nonexistent/prepare\nend script\n" + RUNS, "its pre-start process exited with status 127",
     "/nonexistent/prepare"),
    ("respawn\nscript\n  exec /nonexistent/web\nend script\n", "Upstart stopped respawning it", "/nonexistent/web"),
])
def test_a_program_that_does_not_exist_is_named(host: Host, text: str, ended: str, program: str) -> None:
    """Nobody needs the logs to see it."""
    host.write("web", text)
    answer = host.run("web", "started", stable_for=60, timeout=300, init_log="/nonexistent/log")
    assert f"{ended}. Its program {program} does not exist." in answer["msg"], answer
    assert answer["program"] == answer["instances"][0]["program"] == program


@pytest.mark.parametrize("text", [
    "script\n  exit 127\nend script\n", "exec sh -c 'no-such-web'\n",
    "script\n  [ -x /nonexistent/web ] || exit 127\n  exec /nonexistent/web\nend script\n",
    "script\n  /nonexistent/web || exit 3\nend script\n",
])
def test_no_program_is_guessed(host: Host, text: str) -> None:
    host.write("web", text)
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert "its main process exited with status " in answer["msg"], answer
    assert "program" not in answer and "Its program" not in answer["msg"]


def test_a_program_whose_name_has_variables(host: Host) -> None:
    host.write("web", "env APP=/nonexistent\nexec $APP/bin/web --port 80\n")
    answer = host.run("web", "started", stable_for=60, timeout=300)
    assert "exited with status 127. It runs $APP/bin/web: check the variables in this name." in answer["msg"], answer
