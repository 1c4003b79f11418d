# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_service says while somebody else acts on the same jobs.

UPSTART_BOOT has the same run on a real daemon, see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon import process
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import faults, run_module

RUNS = "exec sleep 1000\n"
STUBBORN = "script\n  trap '' TERM\n  while :; do sleep 0.1; done\nend script\n"
SLOW = "kill timeout 3\n" + STUBBORN
WHERE = {"killed": SLOW, "pre-stop": "pre-stop exec sleep 3\n" + RUNS, "post-stop": "post-stop exec sleep 3\n" + RUNS}


class Host:
    """A daemon, and the second client that acts on it."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.client = Upstart(Connection(daemon.address).open(), faults.PATIENCE)

    def write(self, name: str, text: str) -> None:
        """Replace a job file at once, as editors do."""
        staged = self.daemon.conf / f"{name}.new~"
        staged.write_text(text)
        staged.rename(self.daemon.conf / f"{name}.conf")
        faults.wait_for(lambda: name in self.client.jobs(), f"{name} is not loaded")

    def status(self, name: str, instance: str = "") -> dict[str, Any]:
        return self.client.status(name, instance) or {"goal": "stop", "state": "waiting", "processes": {}}

    def is_up(self, name: str, instance: str = "") -> bool:
        status = self.status(name, instance)
        return (status["goal"], status["state"]) == ("start", "running")

    def start(self, name: str, *env: str, instance: str = "") -> None:
        self.client.request("Start", name, env, wait=False)
        faults.wait_for(lambda: self.is_up(name, instance), f"{name} does not come up")

    def stop(self, name: str, instance: str = "") -> None:
        pending = self.client.request_instance("Stop", name, instance)
        self.client.connection.wait(lambda: pending.done, 0.05)

    def in_state(self, state: str, name: str, instance: str = "") -> None:
        faults.wait_for(lambda: self.status(name, instance)["state"] == state, f"{name} is not in {state}")

    def marker(self, name: str, instance: str = "") -> str:
        """Return the value of V in the environment of a job's main process."""
        main = self.status(name, instance)["processes"]["main"]
        path = f"{process.proc_of(self.client.connection.peer['pid'])}/{main}/environ"
        with open(path, "rb") as stream:
            return next(word[2:].decode() for word in stream.read().split(b"\0") if word.startswith(b"V="))

    def task(self, name: str | list[str], state: str, **more: Any) -> subprocess.Popen[str]:
        options = faults.options(self.daemon, **{"stable_for": 0.1, "init_log": str(self.daemon.messages), **more})
        return run_module.start("upstart_service", name=name, state=state, **options)

    def run(self, name: str | list[str], state: str, **more: Any) -> dict[str, Any]:
        return run_module.result(self.task(name, state, **more))


@pytest.fixture
def host() -> Iterator[Host]:
    with with_daemon.running() as daemon:
        made = Host(daemon)
        yield made
        made.client.connection.close()


@pytest.mark.parametrize("where", sorted(WHERE))
@pytest.mark.parametrize("asked", [
    {"state": "started"}, {"state": "started", "definition": "current"}, {"state": "restarted"}, {"state": "reloaded"}])
def test_a_stop_that_is_under_way_is_over_before_the_start(host: Host, where: str, asked: dict[str, str]) -> None:
    host.write("web", "env V=1\n" + WHERE[where])
    host.start("web")
    before = host.status("web")["processes"]["main"]
    host.write("web", "env V=2\n" + WHERE[where])
    host.stop("web")
    host.in_state(where, "web")
    answer = host.run("web", **asked)
    assert answer.get("changed") is True, answer
    assert answer["instances"][0]["stale"] is False
    assert (host.is_up("web"), host.marker("web")) == (True, "2")
    assert host.status("web")["processes"]["main"] != before


def test_a_job_whose_file_was_linked_in_place_is_still_there_after_its_stop(host: Host) -> None:
    """Upstart has seen the old file go, and not the new one come."""
    host.write("web", RUNS)
    host.start("web")
    other = host.daemon.conf / "web.new~"
    other.write_text(RUNS)
    (host.daemon.conf / "web.conf").unlink()
    os.link(other, host.daemon.conf / "web.conf")
    assert host.run("web", "stopped").get("changed") is True
    assert "web" in host.client.jobs()


def test_what_is_as_asked_at_first_is_read_again(host: Host) -> None:
    host.write("web", RUNS)
    host.write("slow", SLOW)
    host.start("slow")
    task = host.task(["web", "slow"], "stopped")
    host.in_state("killed", "slow")
    host.start("web")
    answer = run_module.result(task)
    assert answer.get("failed") is True and answer["msg"].startswith("Job web was stopped, but something started it")
    assert answer["instances"][0]["status"] == "start/running"


def test_what_is_stopped_while_others_come_up_is_started_again(host: Host) -> None:
    host.write("web", RUNS)
    host.write("late", "pre-start exec sleep 2\n" + RUNS)
    host.start("web")
    task = host.task(["web", "late"], "started")
    host.in_state("pre-start", "late")
    host.stop("web")
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    assert (host.is_up("web"), host.is_up("late")) == (True, True)


def test_an_instance_that_somebody_starts_while_all_are_stopped(host: Host) -> None:
    host.write("m", "instance $N\n" + SLOW)
    host.start("m", "N=a", instance="a")
    task = host.task("m", "stopped")
    host.in_state("killed", "m", "a")
    host.start("m", "N=b", instance="b")
    answer = run_module.result(task)
    assert answer.get("failed") is True, answer
    assert [(each["instance"], each["status"]) for each in answer["instances"]] == [
        ("a", "stop/waiting"), ("b", "start/running")]


def test_an_instance_that_keeps_the_old_definition(host: Host) -> None:
    host.write("m", "env V=1\ninstance $N\n" + SLOW)
    host.start("m", "N=a", instance="a")
    host.write("m", "env V=2\ninstance $N\n" + SLOW)
    task = host.task("m", "restarted")
    host.in_state("killed", "m", "a")
    host.start("m", "N=b", instance="b")
    answer = run_module.result(task)
    assert answer.get("failed") is True and "it would not follow the present definition" in answer["msg"], answer
    assert host.marker("m", "a") == "1"


def test_a_stop_that_lasts_longer_than_the_timeout_is_not_left_as_an_outage(host: Host) -> None:
    """The kill timeout comes on top of it."""
    host.write("web", SLOW)
    host.start("web")
    answer = host.run("web", "restarted", timeout=1)
    assert answer.get("changed") is True, answer
    assert host.is_up("web")


def test_a_stop_that_does_not_end_is_given_back_to_upstart(host: Host) -> None:
    host.write("web", "kill timeout 1\npost-stop exec sleep 12\n" + RUNS)
    host.start("web")
    answer = host.run("web", "restarted", timeout=1)
    assert answer.get("failed") is True, answer
    assert "Upstart starts it again by itself as soon as that is over" in answer["msg"]
    faults.wait_for(lambda: host.is_up("web"), "web is not started again")


def test_a_post_stop_that_fails_does_not_end_a_restart(host: Host) -> None:
    host.write("web", "post-stop exec false\n" + RUNS)
    host.start("web")
    answer = host.run("web", "restarted")
    assert answer.get("changed") is True and host.is_up("web"), answer
    assert "The post-stop process of job web failed" in str(answer["warnings"])


def test_a_stop_that_somebody_cancels_is_reported_as_that(host: Host) -> None:
    host.write("web", "pre-stop exec sleep 2\n" + RUNS)
    host.start("web")
    task = host.task("web", "stopped")
    host.in_state("pre-stop", "web")
    host.client.request("Start", "web", wait=False)
    answer = run_module.result(task)
    assert "somebody asked for its start while its pre-stop ran, which cancels a stop" in answer["msg"], answer


def test_the_variables_of_a_stop_reach_pre_stop(host: Host) -> None:
    note = host.daemon.log / "note"
    host.write("web", f"pre-stop script\n  echo \"$WHY\" > {note}\nend script\n" + RUNS)
    host.start("web")
    assert host.run("web", "stopped", env={"WHY": "upgrade"}).get("changed") is True
    assert note.read_text() == "upgrade\n"


def test_a_task_that_somebody_stops_has_not_run(host: Host) -> None:
    host.write("job", "task\nexec sleep 1000\n")
    task = host.task("job", "started")
    host.in_state("running", "job")
    host.stop("job")
    answer = run_module.result(task)
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("The task job job did not run to its end: somebody stopped it.")
    host.write("short", "task\nexec true\n")
    assert host.run("short", "started").get("changed") is True


def test_a_task_that_its_own_condition_stops_has_not_run(host: Host) -> None:
    """That may be before its process has begun to work."""
    host.write("web", RUNS)
    host.write("job", "task\nstop on starting web\nexec sleep 1000\n")
    answer = host.run(["job", "web"], "started")
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("The task job job did not run to its end: somebody stopped it.")


def test_a_task_that_has_to_be_stopped(host: Host) -> None:
    host.write("job", "task\nexec sleep 1000\n")
    task = host.task("job", "started")
    host.in_state("running", "job")
    assert host.run("job", "stopped").get("changed") is True
    assert run_module.result(task).get("failed") is True
    assert host.run("job", "stopped").get("changed") is False


def test_a_process_that_is_suspended_is_warned_of(host: Host) -> None:
    host.write("web", "script\n  kill -STOP $$\n  exec sleep 1000\nend script\n")
    answer = host.run("web", "started")
    assert answer.get("changed") is True, answer
    assert "does not run: its main process" in str(answer["warnings"])


def test_a_zombie_is_no_service(host: Host) -> None:
    """A wrong expect fork has Upstart track a child that its parent does not collect."""
    program = host.daemon.log / "program.py"
    program.write_text("import os, time\nif os.fork() == 0:\n    time.sleep(0.2)\n    os._exit(0)\ntime.sleep(300)\n")
    host.write("web", f"expect fork\nexec /usr/bin/python3 {program}\n")
    for _run in range(2):
        answer = host.run("web", "started", stable_for=1)
        assert answer.get("failed") is True, answer
        assert answer["msg"].startswith("Job web has no living main process: Upstart tracks process ")
    assert host.run("web", "stopped").get("changed") is True


def test_a_process_that_upstart_has_lost_is_seen_at_once(host: Host) -> None:
    """Not only when the time for which a process has to be up could be over."""
    program = host.daemon.log / "program.py"
    program.write_text("import os, time\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\ntime.sleep(300)\n")
    host.write("web", f"expect fork\nexec /usr/bin/python3 {program}\n")
    began = time.monotonic()
    answer = host.run("web", "started", stable_for=1, timeout=400)
    assert answer.get("failed") is True and "which no longer exists" in answer["msg"], answer
    assert time.monotonic() - began < 300, "it was waited for until the end of the time"


def test_a_crash_loop_tells_how_it_ends(host: Host) -> None:
    host.write("web", "respawn\nrespawn limit unlimited\nscript\n  sleep 0.3\n  exit 3\nend script\n")
    answer = host.run("web", "started", stable_for=2)
    assert "does not stay up and is being respawned: its main process exited with status 3." in answer["msg"]
    assert answer["exit_status"] == 3
    host.client.request_instance("Stop", "web", "")


def test_who_has_no_log_of_init_learns_how_to_name_it(host: Host) -> None:
    host.write("web", "respawn\nrespawn limit unlimited\nscript\n  sleep 0.3\n  exit 3\nend script\n")
    answer = host.run("web", "started", stable_for=2, init_log="/dev/null")
    assert "set init_log to that file, as /dev/null has nothing about it." in answer["msg"]
    host.client.request_instance("Stop", "web", "")


def test_a_reload_of_a_suspended_process_is_warned_of(host: Host) -> None:
    host.write("web", RUNS)
    host.start("web")
    pid = next(found.pid for found in process.table(host.client.connection.peer["pid"]).values()
               if found.inner == host.status("web")["processes"]["main"])
    os.kill(pid, signal.SIGSTOP)
    answer = host.run("web", "reloaded")
    assert answer.get("changed") is True and "is suspended by a signal" in str(answer["warnings"]), answer


def test_a_service_that_somebody_stops_while_another_is_on_its_way_down(host: Host) -> None:
    """That is waited for because of db, and db is read after it."""
    host.write("db", RUNS)
    host.write("web", "stop on stopped db\n" + SLOW)
    host.start("db")
    host.start("web")
    task = host.task("db", "restarted")
    host.in_state("killed", "web")
    faults.wait_for(lambda: host.is_up("db"), "db is not started again")
    host.stop("db")
    answer = run_module.result(task)
    assert answer.get("failed") or host.is_up("db"), answer


@pytest.mark.parametrize("state", ["restarted", "started"])
def test_variables_of_somebody_elses_start(host: Host, state: str) -> None:
    """What was to be restarted gets the task's own; what was to be started is left as it runs, with a warning."""
    host.write("slow", SLOW)
    host.write("web", SLOW if state == "restarted" else RUNS)
    host.start("slow")
    if state == "restarted":
        host.start("web", "V=0")
    jobs = [{"name": "slow", "state": "restarted"}, {"name": "web", "state": state, "env": {"V": "2"}}]
    options = faults.options(host.daemon, stable_for=0.1, jobs=jobs)
    task = run_module.start("upstart_service", **options)
    host.in_state("killed", "slow")
    host.client.request("Start", "web", ["V=1"], wait=False)
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    if state == "restarted":
        assert host.marker("web") == "2"
    else:
        assert host.marker("web") == "1" and answer["instances"][1]["env_differs"] == ["V"], answer
        assert "runs with other values of V" in str(answer["warnings"])


def test_a_task_with_variables_runs_with_those(host: Host) -> None:
    note = host.daemon.log / "note"
    host.write("slow", SLOW)
    host.write("job", f"task\nscript\n  sleep 3\n  echo $V >> {note}\nend script\n")
    host.start("slow")
    jobs = [{"name": "slow", "state": "restarted"}, {"name": "job", "state": "started", "env": {"V": "2"}}]
    task = run_module.start("upstart_service", **faults.options(host.daemon, stable_for=0.1, jobs=jobs))
    host.in_state("killed", "slow")
    host.client.request("Start", "job", ["V=1"], wait=False)
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    assert note.read_text().split() == ["1", "2"]


def test_an_instance_that_keeps_another_from_being_replaced(host: Host) -> None:
    """All that ran before runs in the end, and the task fails."""
    host.write("m", "instance $N\nkill timeout 1\npost-stop script\n  [ $N = b ] || sleep 12\nend script\n" + RUNS)
    host.start("m", "N=a", instance="a")
    host.start("m", "N=b", instance="b")
    jobs = [{"name": "m", "state": "restarted", "instances": [{"N": "a"}, {"N": "b"}]}]
    answer = run_module.result(run_module.start("upstart_service", **faults.options(
        host.daemon, stable_for=0.1, jobs=jobs, **{"timeout": 1})))
    assert answer.get("failed") is True, answer
    assert "m (b) was not started anew: job m (a) is still there" in answer["msg"]
    faults.wait_for(lambda: host.is_up("m", "a") and host.is_up("m", "b"), "not all run again")


def test_a_set_of_instances_is_exact(host: Host) -> None:
    host.write("m", "instance $N\n" + SLOW)
    host.start("m", "N=a", instance="a")
    jobs = [{"name": "m", "state": "restarted", "instances": [{"N": "a"}]}]
    task = run_module.start("upstart_service", **faults.options(host.daemon, stable_for=0.1, jobs=jobs))
    host.in_state("killed", "m", "a")
    host.start("m", "N=c", instance="c")
    answer = run_module.result(task)
    assert answer.get("failed") is True and "Job m (c) runs: somebody started it" in answer["msg"], answer


def test_a_respawn_before_the_others_are_up_counts(host: Host) -> None:
    once = host.daemon.log / "once"
    host.write("b", f"respawn\nscript\n  [ -e {once} ] && exec sleep 1000\n  touch {once}\n  exit 1\nend script\n")
    host.write("late", "pre-start exec sleep 2\n" + RUNS)
    answer = host.run(["b", "late"], "started")
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("Job b does not stay up and is being respawned"), answer


@pytest.mark.parametrize(("body", "words"), [
    ("script\n  sleep 0.3\nend script\n", "its main process exited without an error"),
    ("respawn\nrespawn limit unlimited\nscript\n  sleep 0.3\n  exit 1\nend script\n", "and is being respawned")])
def test_nobody_is_blamed_for_what_ends_by_itself_after_our_restart(host: Host, body: str, words: str) -> None:
    host.write("web", RUNS)
    host.start("web")
    host.write("web", body)
    answer = host.run("web", "restarted", stable_for=2)
    assert answer.get("failed") is True and words in answer["msg"], answer
    host.client.request_instance("Stop", "web", "")


def test_an_event_whose_instance_would_wedge_init_is_not_emitted(host: Host) -> None:
    """Upstart would spin forever; a shorter name is fine, and so is one of which no log is kept."""
    host.write("long", "instance $N\nstart on go\nexec sleep 1000\n")
    host.write("quiet", "instance $N\nstart on silent\nconsole none\nexec sleep 1000\n")
    options = faults.options(host.daemon, env={"N": "x" * 250})
    refused = run_module.result(run_module.start("upstart_event", name="go", **options))
    assert refused.get("failed") is True, refused
    assert refused["msg"].startswith("The event go was not emitted. Job long (xxx") and "forever" in refused["msg"]
    assert host.client.instances("long") == []
    emitted = run_module.result(run_module.start("upstart_event", name="silent", **options))
    assert emitted.get("changed") is True, emitted
    options["env"] = {"N": "x" * 20}
    assert run_module.result(run_module.start("upstart_event", name="go", **options)).get("changed") is True
