# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that a restart of another job stops: which of them stay down and why, and check mode.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._services import bystander_messages, bystanders, rehearsal
from ansible_collections.sysinit.upstart.plugins.module_utils._services.loss_explanations import explain_losses
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support import rival_host, waiting
from ansible_collections.sysinit.upstart.tests.unit.support.rival_host import RUNS

TIMEOUT = 60.0
SHOP = "start on (started db and net-up)\nstop on stopping db\n" + RUNS
WEB = "start on started db\nstop on stopping db\n" + RUNS
DB = ("db", "")


class Host(rival_host.Host):
    """A daemon with a client, on which a task can restart and stop jobs."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        super().__init__(daemon)
        self.conf = str(daemon.conf)
        self.version = self.client.version()

    def deploy(self, **texts: str) -> None:
        for name, text in texts.items():
            self.write(name, text)

    def running(self) -> set[tuple[str, str]]:
        return set(self.services().pids)

    def services(self) -> bystanders.RunningServices:
        return bystanders.running_services(self.client, self.conf, self.version)

    def start_jobs(self, *jobs: str) -> None:
        for job in jobs:
            self.start(job)

    def emit(self, name: str) -> None:
        self.client.emit(name, wait=False)

    def act(self, acts: bystanders.Acts) -> None:
        """Stop and start instances, as a task does."""
        stops = [self.client.request_instance("Stop", *pair) for pair in acts.stops]
        assert self.client.connection.wait(lambda: all(pending.done for pending in stops), TIMEOUT)
        starts = [self.client.request("Start", job, env) for job, _instance, env in acts.starts]
        assert self.client.connection.wait(lambda: all(pending.done for pending in starts), TIMEOUT)

    def losses(self, acts: bystanders.Acts, meanwhile: Callable[[], object] = lambda: None) -> list[bystanders.Loss]:
        """Return the losses of a task; calls ``meanwhile`` after its last request."""
        services = self.services()
        self.act(acts)
        meanwhile()
        return self.losses_since(services, acts)

    def losses_since(self, services: bystanders.RunningServices, acts: bystanders.Acts,
                     seconds: float = TIMEOUT) -> list[bystanders.Loss]:
        losses = bystanders.lost_services(self.client, services, acts, self.conf, self.version, Deadline(seconds))
        explain_losses(self.client, losses, bystanders.events_since(self.client, services), self.conf)
        return losses

    def predicted(self, acts: bystanders.Acts) -> list[bystanders.Loss]:
        return rehearsal.losses_in(rehearsal.simulate(self.client, acts, self.conf, self.version, TIMEOUT), acts)


def until(condition: Callable[[], object]) -> None:
    waiting.wait_for(condition, "the condition is not met")


def restarting(*pairs: tuple[str, str]) -> bystanders.Acts:
    return bystanders.Acts(list(pairs), [(*pair, []) for pair in pairs], set())


def stopping(*pairs: tuple[str, str]) -> bystanders.Acts:
    return bystanders.Acts(list(pairs), [], set(pairs))


def names(losses: list[bystanders.Loss]) -> list[str]:
    return [loss.job + (f"-{loss.instance}" if loss.instance else "") for loss in losses]


@pytest.fixture
def host() -> Iterator[Host]:
    with rival_host.running(Host) as running_host:
        yield running_host


@pytest.fixture(params=["0.6.5", "1.5"])
def old_host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("UPSTART_BOOT", with_daemon.boot_command(f"--upstart-version {request.param}"))
    with rival_host.running(Host) as running_host:
        yield running_host


def test_a_service_waits_for_the_other_half_of_its_condition(host: Host) -> None:
    """Upstart has reset the ``and``, so the event net-up no longer counts."""
    host.deploy(db=RUNS, shop=SHOP)
    host.start_jobs("db")
    host.emit("net-up")
    until(lambda: ("shop", "") in host.running())
    predicted = host.predicted(restarting(DB))
    assert host.running() == {DB, ("shop", "")}, "the prediction has changed something"
    assert [bystanders.prediction(loss) for loss in predicted] == [
        "This task would stop job shop (stop on stopping db). It would not start again until net-up is emitted. "
        f"{bystander_messages.ADD_OR_START}"]
    losses = host.losses(restarting(DB))
    assert bystanders.as_dicts(losses) == bystanders.as_dicts(predicted) == [
        {"name": "shop", "instance": "", "status": "stop/waiting", "caused_by": ["db"], "event": "stopping db",
         "happened": ["started db"], "waits_for": ["net-up"]}]
    assert losses[0].by_task is True
    assert bystanders.warning(losses[0]) == (
        "Job shop stopped because of job db (stop on stopping db). It does not start again until net-up is emitted. "
        f"{bystander_messages.ADD_OR_START}")


def test_a_service_that_starts_again_by_itself_is_no_loss(host: Host) -> None:
    """It is waited for, even if a task runs in between."""
    migrate = "task\nstart on started db\nexec sleep 1\n"
    late = "start on stopped migrate\nstop on stopping db\n" + RUNS
    host.deploy(db=RUNS, web=WEB, migrate=migrate, late=late)
    host.start_jobs("db")
    until(lambda: ("late", "") in host.running())
    assert host.predicted(restarting(DB)) == []
    assert host.losses(restarting(DB)) == []
    assert host.running() == {DB, ("web", ""), ("late", "")}


def test_a_chain_and_a_service_without_start_on(host: Host) -> None:
    host.deploy(db=RUNS, app="stop on stopping db\n" + RUNS, front="stop on stopped app\n" + RUNS, other=RUNS)
    host.start_jobs("db", "app", "front", "other")
    acts = restarting(DB)
    predicted = bystanders.as_dicts(host.predicted(acts))
    losses = host.losses(acts)
    assert names(losses) == ["app", "front"] and bystanders.as_dicts(losses) == predicted
    assert [(loss.event, loss.caused_by, loss.waits_for) for loss in losses] == [
        ("stopping db", ["db"], []), ("stopped app", ["db"], [])]
    assert "(stop on stopped app). It has no start on, so no event starts it again." in bystanders.warning(losses[1])


def test_instances_are_judged_separately(host: Host) -> None:
    pool = "instance $N\nstop on stopping db ID=$N\n" + RUNS
    host.deploy(db="env ID=2\nexport ID\n" + RUNS, pool=pool)
    host.start_jobs("db")
    for number in "123":
        host.start("pool", f"N={number}", instance=number)
    until(lambda: len(host.running()) == 4)
    acts = restarting(DB)
    assert names(host.predicted(acts)) == ["pool-2"]
    losses = host.losses(acts)
    assert names(losses) == ["pool-2"]
    assert "Job pool (2) stopped because of job db (" in bystanders.warning(losses[0])


def test_a_job_that_the_task_stops_on_purpose_is_no_loss(host: Host) -> None:
    host.deploy(db=RUNS, web=WEB)
    host.start_jobs("db")
    until(lambda: ("web", "") in host.running())
    assert names(host.predicted(stopping(DB))) == ["web"]
    assert host.predicted(stopping(DB, ("web", ""))) == []
    assert host.losses(stopping(DB, ("web", ""))) == []


def test_a_start_may_stop_others_too(host: Host) -> None:
    host.deploy(rescue=RUNS, web="stop on starting rescue\n" + RUNS)
    host.start_jobs("web")
    acts = bystanders.Acts([], [("rescue", "", [])], set())
    assert names(host.predicted(acts)) == ["web"]
    losses = host.losses(acts)
    assert [(loss.job, loss.by_task, loss.event, loss.caused_by) for loss in losses] == [
        ("web", True, "starting rescue", ["rescue"])]


def test_a_service_stopped_by_another_client_is_not_caused_by_the_task(host: Host) -> None:
    host.deploy(db=RUNS, web=RUNS)
    host.start_jobs("db", "web")

    def stop_web() -> None:
        pending = host.client.request("Stop", "web")
        assert host.client.connection.wait(lambda: pending.done, TIMEOUT)

    losses = host.losses(restarting(DB), stop_web)
    assert [(loss.job, loss.by_task, loss.caused_by) for loss in losses] == [("web", False, [])]
    text = f"but not because of it. {bystander_messages.NO_START_ON} {bystander_messages.FIND_OUT}"
    assert text in bystanders.warning(losses[0])


def test_a_service_that_started_again_and_stopped(host: Host) -> None:
    flag = host.daemon.scratch / "flag"
    flag.write_text("")
    host.deploy(db=RUNS, web="start on started db\nstop on stopping db\n"
                             f"script\n test -e {flag} && exec sleep 1000\n sleep 0.2\nend script\n")
    host.start_jobs("db")
    until(lambda: ("web", "") in host.running())
    flag.unlink()
    losses = host.losses(restarting(DB), lambda: until(lambda: host.client.status("web") is None))
    text = "(stop on stopping db). It is not running now: it started again and then stopped."
    assert text in bystanders.warning(losses[0])


def test_a_service_that_fails_to_start_again(host: Host) -> None:
    flag = host.daemon.scratch / "flag"
    flag.write_text("")
    host.deploy(db=RUNS, web=f"start on started db\nstop on stopping db\npre-start exec test -e {flag}\n{RUNS}")
    host.start_jobs("db")
    until(lambda: ("web", "") in host.running())
    flag.unlink()
    losses = host.losses(restarting(DB))
    assert [(loss.job, loss.by_task, loss.reason) for loss in losses] == [
        ("web", True, "its pre-start process exited with status 1")]


def test_a_starting_service_is_waited_for_but_not_forever(host: Host) -> None:
    host.deploy(db=RUNS, web="start on started db\nstop on stopping db\npost-start exec sleep 1000\n" + RUNS)
    host.start_jobs("db")
    services = bystanders.RunningServices({("web", ""): None}, 0)
    until(lambda: host.client.status("web") is not None)
    losses = host.losses_since(services, restarting(DB), 1.0)
    assert [(loss.job, loss.status) for loss in losses] == [("web", "start/post-start")]
    assert "It is in start/post-start." in bystanders.warning(losses[0])


def test_a_respawned_service_is_no_loss(host: Host) -> None:
    host.deploy(web="respawn\nrespawn limit unlimited\nexec sleep 1\n")
    host.start_jobs("web")
    services = host.services()
    until(lambda: (host.client.status("web") or {}).get("processes", {}).get("main") not in (
        None, services.pids["web", ""]))
    assert host.losses_since(services, restarting()) == []


def test_older_releases_leave_causes_unknown(old_host: Host) -> None:
    """Before 1.6.1 the state of an ``and`` is unknown; before 0.6.7 it is also unknown which job stopped which."""
    old_host.deploy(db=RUNS, shop=SHOP)
    old_host.start_jobs("db")
    old_host.emit("net-up")
    until(lambda: ("shop", "") in old_host.running())
    acts = restarting(DB)
    (message,) = [bystanders.prediction(loss) for loss in old_host.predicted(acts)]
    assert "job shop (stop on stopping db). It may not start again: cannot tell" in message
    losses = old_host.losses(acts)
    cause = (True, ["db"]) if old_host.version > (1, 0) else (None, [])
    assert [(loss.job, loss.by_task, loss.caused_by, loss.waits_for) for loss in losses] == [("shop", *cause, None)]
    assert "Cannot tell which events its start on still waits for." in bystanders.warning(losses[0])


def test_tasks_are_no_services(host: Host) -> None:
    host.deploy(work="task\n" + RUNS, work2="# no task\n" + RUNS)
    host.start_jobs("work2")
    host.client.request("Start", "work", wait=False)
    until(lambda: (host.client.status("work") or {}).get("state") == "running")
    assert host.running() == {("work2", "")}
