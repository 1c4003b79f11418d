# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of upstart_service while another client acts on the same jobs.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import os

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support import faults, rival_host, run_module, waiting
from ansible_collections.sysinit.upstart.tests.unit.support.rival_host import (
    HELD,
    HELD_PROCESS,
    RELEASE,
    RUNS,
    SLOW,
    Host,
)

host = rival_host.host
STOPPING_JOBS = {"killed": SLOW, "pre-stop": "pre-stop exec sleep 3\n" + RUNS,
                 "post-stop": "post-stop exec sleep 3\n" + RUNS}


@pytest.mark.parametrize("state", sorted(STOPPING_JOBS))
@pytest.mark.parametrize("wanted", [
    {"state": "started"}, {"state": "started", "definition": "current"}, {"state": "restarted"}, {"state": "reloaded"}])
def test_a_stop_ends_before_the_start(host: Host, state: str, wanted: dict[str, str]) -> None:
    host.write("web", "env V=1\n" + STOPPING_JOBS[state])
    host.start("web")
    before = host.status("web")["processes"]["main"]
    host.write("web", "env V=2\n" + STOPPING_JOBS[state])
    host.stop("web")
    host.in_state(state, "web")
    answer = host.run("web", **wanted)
    assert answer.get("changed") is True, answer
    assert answer["instances"][0]["stale"] is False
    assert (host.is_up("web"), host.marker("web")) == (True, "2")
    assert host.status("web")["processes"]["main"] != before


def test_a_job_whose_file_was_linked_in_place_is_still_there_after_its_stop(host: Host) -> None:
    """Upstart has noticed that the old file was removed, but not that the new one appeared."""
    host.write("web", RUNS)
    host.start("web")
    other = host.daemon.conf / "web.new~"
    other.write_text(RUNS)
    (host.daemon.conf / "web.conf").unlink()
    os.link(other, host.daemon.conf / "web.conf")
    assert host.run("web", "stopped").get("changed") is True
    assert "web" in host.client.jobs()


def test_a_job_in_the_wanted_state_is_read_again_at_the_end(host: Host) -> None:
    host.write("web", RUNS)
    host.write("slow", HELD)
    host.start("slow")
    task = host.task(["web", "slow"], "stopped")
    host.in_state("killed", "slow")
    host.start("web")
    host.release()
    answer = run_module.result(task)
    assert answer.get("failed") is True and answer["msg"].startswith("Job web was stopped, but something started it")
    assert answer["instances"][0]["status"] == "start/running"


def test_a_job_stopped_while_others_start_is_started_again(host: Host) -> None:
    host.write("web", RUNS)
    host.write("late", "pre-start " + HELD_PROCESS + RUNS)
    host.start("web")
    task = host.task(["web", "late"], "started")
    host.in_state("pre-start", "late")
    host.stop("web")
    host.release()
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    assert (host.is_up("web"), host.is_up("late")) == (True, True)


def test_an_instance_started_while_all_instances_are_stopped(host: Host) -> None:
    host.write("m", "instance $N\n" + HELD)
    host.start("m", "N=a", instance="a")
    task = host.task("m", "stopped")
    host.in_state("killed", "m", "a")
    host.start("m", "N=b", instance="b")
    host.release()
    answer = run_module.result(task)
    assert answer.get("failed") is True, answer
    assert [(entry["instance"], entry["status"]) for entry in answer["instances"]] == [
        ("a", "stop/waiting"), ("b", "start/running")]


def test_an_instance_that_keeps_the_old_definition(host: Host) -> None:
    host.write("m", "env V=1\ninstance $N\n" + HELD)
    host.start("m", "N=a", instance="a")
    host.write("m", "env V=2\ninstance $N\n" + HELD)
    task = host.task("m", "restarted")
    host.in_state("killed", "m", "a")
    host.start("m", "N=b", instance="b")
    host.release()
    answer = run_module.result(task)
    assert answer.get("failed") is True and "it would not use the current file" in answer["msg"], answer
    assert host.marker("m", "a") == "1"


def test_a_stop_longer_than_the_timeout_is_no_outage(host: Host) -> None:
    """The kill timeout is added to the timeout."""
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
    assert "Upstart will start it again when the stop ends" in answer["msg"]
    waiting.wait_for(lambda: host.is_up("web"), "web is not started again")


def test_a_post_stop_that_fails_does_not_end_a_restart(host: Host) -> None:
    host.write("web", "post-stop exec false\n" + RUNS)
    host.start("web")
    answer = host.run("web", "restarted")
    assert answer.get("changed") is True and host.is_up("web"), answer
    assert "The post-stop process of job web failed" in str(answer["warnings"])


def test_a_cancelled_stop_is_reported(host: Host) -> None:
    host.write("web", "pre-stop " + HELD_PROCESS + RUNS)
    host.start("web")
    task = host.task("web", "stopped")
    host.in_state("pre-stop", "web")
    host.client.request("Start", "web", wait=False)
    host.release()
    answer = run_module.result(task)
    assert "something requested its start during its pre-stop, which cancels a stop" in answer["msg"], answer


def test_the_variables_of_a_stop_reach_pre_stop(host: Host) -> None:
    note = host.daemon.log / "note"
    host.write("web", f"pre-stop script\n  echo \"$WHY\" > {note}\nend script\n" + RUNS)
    host.start("web")
    assert host.run("web", "stopped", env={"WHY": "upgrade"}).get("changed") is True
    assert note.read_text() == "upgrade\n"


def test_a_task_stopped_by_another_client_has_not_run(host: Host) -> None:
    host.write("job", "task\nexec sleep 1000\n")
    task = host.task("job", "started")
    host.in_state("running", "job")
    host.stop("job")
    answer = run_module.result(task)
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("The task job job did not finish: something stopped it.")
    host.write("short", "task\nexec true\n")
    assert host.run("short", "started").get("changed") is True


def test_a_task_that_its_own_condition_stops_has_not_run(host: Host) -> None:
    """This may happen before its process has started to work."""
    host.write("web", RUNS)
    host.write("job", "task\nstop on starting web\nexec sleep 1000\n")
    answer = host.run(["job", "web"], "started")
    assert answer.get("failed") is True, answer
    assert answer["msg"].startswith("The task job job did not finish: something stopped it.")


def test_a_warning_when_the_file_of_a_task_changes_while_it_runs(host: Host) -> None:
    """Afterwards its definition is unknown."""
    host.write("job", "task\n" + HELD_PROCESS)
    task = host.task("job", "started")
    host.in_state("running", "job")
    host.write("job", "task\nexec sleep 1\n")
    host.release()
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    assert "The task job job may have run with an older definition" in str(answer["warnings"])
    assert "warnings" not in host.run("job", "started")


def test_a_task_that_has_to_be_stopped(host: Host) -> None:
    host.write("job", "task\nexec sleep 1000\n")
    task = host.task("job", "started")
    host.in_state("running", "job")
    assert host.run("job", "stopped").get("changed") is True
    assert run_module.result(task).get("failed") is True
    assert host.run("job", "stopped").get("changed") is False


def test_a_service_stopped_by_another_client_while_another_service_stops(host: Host) -> None:
    """The task waits for web because of db, and reads db after it."""
    host.write("db", RUNS)
    host.write("web", "stop on stopped db\n" + HELD)
    host.start("db")
    host.start("web")
    task = host.task("db", "restarted")
    host.in_state("killed", "web")
    waiting.wait_for(lambda: host.is_up("db"), "db is not started again")
    host.stop("db")
    host.release()
    answer = run_module.result(task)
    assert answer.get("failed") or host.is_up("db"), answer


@pytest.mark.parametrize("state", ["restarted", "started"])
def test_variables_of_a_start_by_another_client(host: Host, state: str) -> None:
    """A restart uses the variables of the task. A start leaves the running instance alone, with a warning."""
    host.write("slow", HELD)
    host.write("web", HELD if state == "restarted" else RUNS)
    host.start("slow")
    if state == "restarted":
        host.start("web", "V=0")
    jobs = [{"name": "slow", "state": "restarted"}, {"name": "web", "state": state, "env": {"V": "2"}}]
    options = faults.options(host.daemon, stable_for=0.1, jobs=jobs)
    task = run_module.start("upstart_service", **options)
    host.in_state("killed", "slow")
    host.client.request("Start", "web", ["V=1"], wait=False)
    host.release()
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    if state == "restarted":
        assert host.marker("web") == "2"
    else:
        assert host.marker("web") == "1" and answer["instances"][1]["env_differs"] == ["V"], answer
        assert "runs with other values of V" in str(answer["warnings"])


def test_a_task_with_variables_runs_with_those(host: Host) -> None:
    note = host.daemon.log / "note"
    host.write("slow", HELD)
    until_released = f"while [ ! -e {RELEASE} ]; do sleep 0.1; done"
    host.write("job", f"task\nscript\n  {until_released}\n  sleep 1\n  echo $V >> {note}\nend script\n")
    host.start("slow")
    jobs = [{"name": "slow", "state": "restarted"}, {"name": "job", "state": "started", "env": {"V": "2"}}]
    task = run_module.start("upstart_service", **faults.options(host.daemon, stable_for=0.1, jobs=jobs))
    host.in_state("killed", "slow")
    host.client.request("Start", "job", ["V=1"], wait=False)
    host.release()
    answer = run_module.result(task)
    assert answer.get("changed") is True, answer
    assert note.read_text().split() == ["1", "2"]


def test_an_instance_that_keeps_another_from_being_replaced(host: Host) -> None:
    """All instances run again in the end, and the task fails."""
    host.write("m", "instance $N\nkill timeout 1\npost-stop script\n  [ $N = b ] || sleep 12\nend script\n" + RUNS)
    host.start("m", "N=a", instance="a")
    host.start("m", "N=b", instance="b")
    jobs = [{"name": "m", "state": "restarted", "instances": [{"N": "a"}, {"N": "b"}]}]
    answer = run_module.result(run_module.start("upstart_service", **faults.options(
        host.daemon, stable_for=0.1, jobs=jobs, **{"timeout": 1})))
    assert answer.get("failed") is True, answer
    assert "m (b) was not started with the new definition: instance m (a) is still running" in answer["msg"]
    waiting.wait_for(lambda: host.is_up("m", "a") and host.is_up("m", "b"), "not all run again")


def test_a_set_of_instances_is_exact(host: Host) -> None:
    host.write("m", "instance $N\n" + HELD)
    host.start("m", "N=a", instance="a")
    jobs = [{"name": "m", "state": "restarted", "instances": [{"N": "a"}]}]
    task = run_module.start("upstart_service", **faults.options(host.daemon, stable_for=0.1, jobs=jobs))
    host.in_state("killed", "m", "a")
    host.start("m", "N=c", instance="c")
    host.release()
    answer = run_module.result(task)
    assert answer.get("failed") is True and "Job m (c) is running: something started it" in answer["msg"], answer


def test_an_event_whose_instance_would_wedge_init_is_not_emitted(host: Host) -> None:
    """Upstart would loop forever. A shorter name is fine, and so is a job without a log."""
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
