# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that a restart of another job takes down: which do not come back, why, and what check mode says before.

UPSTART_BOOT has the same run on a real daemon, see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._services import bystander_messages, bystanders
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline

PATIENCE = 60.0
RUNS = "exec sleep 1000\n"
SHOP = "start on (started db and net-up)\nstop on stopping db\n" + RUNS
WEB = "start on started db\nstop on stopping db\n" + RUNS
DB = ("db", "")


class Host:
    """A daemon with a client, on which a task can restart and stop jobs."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.conf = str(daemon.conf)
        self.client = Upstart(Connection(daemon.address).open(), PATIENCE)
        self.version = self.client.version()

    def deploy(self, **texts: str) -> None:
        for name, text in texts.items():
            (self.daemon.conf / f"{name}.conf").write_text(text)
        until(lambda: set(texts) <= set(self.client.jobs()))

    def running(self) -> set[tuple[str, str]]:
        return set(bystanders.running_services(self.client, self.conf, self.version).pids)

    def start(self, *jobs: str, env: tuple[str, ...] = ()) -> None:
        for job in jobs:
            self.client.request("Start", job, env, wait=False)
        until(lambda: set(jobs) <= {job for job, _instance in self.running()})

    def emit(self, name: str) -> None:
        self.client.emit(name, wait=False)

    def losses(self, acts: bystanders.Acts, meanwhile: Callable[[], object] = lambda: None) -> list[bystanders.Loss]:
        """Return what is lost by a task; ``meanwhile`` happens after its last request."""
        services = bystanders.running_services(self.client, self.conf, self.version)
        for member, pairs in (("Stop", acts.stops), ("Start", [pair[:2] for pair in acts.starts])):
            env = {(job, instance): env for job, instance, env in acts.starts}
            pendings = [self.client.request_instance("Stop", *pair) if member == "Stop"
                        else self.client.request("Start", pair[0], env[pair]) for pair in pairs]
            assert self.client.connection.wait(lambda asked=pendings: all(one.done for one in asked), PATIENCE)
        meanwhile()
        return bystanders.lost_services(self.client, services, acts, self.conf, self.version, Deadline(PATIENCE))

    def predicted(self, acts: bystanders.Acts) -> list[bystanders.Loss]:
        return bystanders.predicted_losses(self.client, acts, self.conf, self.version, PATIENCE)


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def restarting(*pairs: tuple[str, str]) -> bystanders.Acts:
    return bystanders.Acts(list(pairs), [(*pair, []) for pair in pairs], set())


def stopping(*pairs: tuple[str, str]) -> bystanders.Acts:
    return bystanders.Acts(list(pairs), [], set(pairs))


def names(losses: list[bystanders.Loss]) -> list[str]:
    return [loss.job + (f"-{loss.instance}" if loss.instance else "") for loss in losses]


@pytest.fixture
def host() -> Iterator[Host]:
    with with_daemon.running() as daemon:
        made = Host(daemon)
        yield made
        made.client.connection.close()


@pytest.fixture(params=["0.6.5", "1.5"])
def old_host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setenv("UPSTART_BOOT", f"{sys.executable} {with_daemon.EMULATOR} {with_daemon.OPTIONS} "
                                       f"--upstart-version {request.param} 2>>{{tmp}}/kmsg")
    with with_daemon.running() as daemon:
        made = Host(daemon)
        yield made
        made.client.connection.close()


def test_a_shop_waits_for_the_other_half(host: Host) -> None:
    """Its ``and`` has forgotten that the network is up."""
    host.deploy(db=RUNS, shop=SHOP)
    host.start("db")
    host.emit("net-up")
    until(lambda: ("shop", "") in host.running())
    predicted = host.predicted(restarting(DB))
    assert host.running() == {DB, ("shop", "")}, "the prediction has changed something"
    assert [bystanders.prediction(loss) for loss in predicted] == [
        "This task would stop job shop (stop on stopping db). It would not start again until net-up is emitted. "
        f"{bystander_messages.ADD_OR_START}"]
    losses = host.losses(restarting(DB))
    assert bystanders.data(losses) == bystanders.data(predicted) == [
        {"name": "shop", "instance": "", "status": "stop/waiting", "caused_by": ["db"], "event": "stopping db",
         "happened": ["started db"], "waits_for": ["net-up"]}]
    assert losses[0].ours is True
    assert bystanders.warning(losses[0]) == (
        "Job shop stopped because of job db (stop on stopping db). It does not start again until net-up is emitted. "
        f"{bystander_messages.ADD_OR_START}")
    assert bystanders.error(losses[0]).endswith("until net-up is emitted. Start it, or run this task again.")


def test_what_comes_back_by_itself_is_no_loss(host: Host) -> None:
    """It is waited for, through a task that runs between."""
    migrate = "task\nstart on started db\nexec sleep 1\n"
    late = "start on stopped migrate\nstop on stopping db\n" + RUNS
    host.deploy(db=RUNS, web=WEB, migrate=migrate, late=late)
    host.start("db")
    until(lambda: ("late", "") in host.running())
    assert host.predicted(restarting(DB)) == []
    assert host.losses(restarting(DB)) == []
    assert host.running() == {DB, ("web", ""), ("late", "")}


def test_a_chain_and_a_service_without_start_on(host: Host) -> None:
    host.deploy(db=RUNS, app="stop on stopping db\n" + RUNS, front="stop on stopped app\n" + RUNS, other=RUNS)
    host.start("db", "app", "front", "other")
    acts = restarting(DB)
    predicted = bystanders.data(host.predicted(acts))
    losses = host.losses(acts)
    assert names(losses) == ["app", "front"] and bystanders.data(losses) == predicted
    assert [(loss.event, loss.caused_by, loss.waits_for) for loss in losses] == [
        ("stopping db", ["db"], []), ("stopped app", ["db"], [])]
    assert "(stop on stopped app). It has no start on, so no event starts it again." in bystanders.warning(losses[1])


def test_each_instance_is_looked_at_by_itself(host: Host) -> None:
    pool = "instance $N\nstop on stopping db ID=$N\n" + RUNS
    host.deploy(db="env ID=2\nexport ID\n" + RUNS, pool=pool)
    host.start("db")
    for number in "123":
        host.start("pool", env=(f"N={number}",))
    until(lambda: len(host.running()) == 4)
    acts = restarting(DB)
    assert names(host.predicted(acts)) == ["pool-2"]
    losses = host.losses(acts)
    assert names(losses) == ["pool-2"]
    assert "Job pool (2) stopped because of job db (" in bystanders.warning(losses[0])


def test_what_the_task_was_asked_to_stop_is_no_loss(host: Host) -> None:
    host.deploy(db=RUNS, web=WEB)
    host.start("db")
    until(lambda: ("web", "") in host.running())
    assert names(host.predicted(stopping(DB))) == ["web"]
    assert host.predicted(stopping(DB, ("web", ""))) == []
    assert host.losses(stopping(DB, ("web", ""))) == []


def test_a_start_takes_others_down_too(host: Host) -> None:
    host.deploy(rescue=RUNS, web="stop on starting rescue\n" + RUNS)
    host.start("web")
    acts = bystanders.Acts([], [("rescue", "", [])], set())
    assert names(host.predicted(acts)) == ["web"]
    losses = host.losses(acts)
    assert [(loss.job, loss.ours, loss.event, loss.caused_by) for loss in losses] == [
        ("web", True, "starting rescue", ["rescue"])]


def test_whom_somebody_else_stops_is_not_our_loss(host: Host) -> None:
    host.deploy(db=RUNS, web=RUNS)
    host.start("db", "web")

    def meddle() -> None:
        pending = host.client.request("Stop", "web")
        assert host.client.connection.wait(lambda: pending.done, PATIENCE)

    losses = host.losses(restarting(DB), meddle)
    assert [(loss.job, loss.ours, loss.caused_by) for loss in losses] == [("web", False, [])]
    text = f"but not because of it. {bystander_messages.NO_START_ON} {bystander_messages.FIND_OUT}"
    assert text in bystanders.warning(losses[0])


def test_what_came_back_and_ended_again_is_told(host: Host) -> None:
    flag = host.daemon.scratch / "flag"
    flag.write_text("")
    host.deploy(db=RUNS, web=f"start on started db\nstop on stopping db\nscript\n test -e {flag} && exec sleep 1000\n"
                             " sleep 0.2\nend script\n")
    host.start("db")
    until(lambda: ("web", "") in host.running())
    flag.unlink()
    losses = host.losses(restarting(DB), lambda: until(lambda: host.client.status("web") is None))
    text = "(stop on stopping db). It is not running now: it came back and ended again."
    assert text in bystanders.warning(losses[0])


def test_a_failure_is_told(host: Host) -> None:
    """It comes back, and fails."""
    flag = host.daemon.scratch / "flag"
    flag.write_text("")
    host.deploy(db=RUNS, web=f"start on started db\nstop on stopping db\npre-start exec test -e {flag}\n{RUNS}")
    host.start("db")
    until(lambda: ("web", "") in host.running())
    flag.unlink()
    losses = host.losses(restarting(DB))
    assert [(loss.job, loss.ours, loss.reason) for loss in losses] == [
        ("web", True, "its pre-start process exited with status 1")]


def test_a_service_on_its_way_is_waited_for_but_not_for_ever(host: Host) -> None:
    host.deploy(db=RUNS, web="start on started db\nstop on stopping db\npost-start exec sleep 1000\n" + RUNS)
    host.start("db")
    services = bystanders.RunningServices({("web", ""): None}, 0)
    until(lambda: host.client.status("web") is not None)
    losses = bystanders.lost_services(host.client, services, restarting(DB), host.conf, host.version, Deadline(1.0))
    assert [(loss.job, loss.status) for loss in losses] == [("web", "start/post-start")]
    assert "It is in start/post-start." in bystanders.warning(losses[0])


def test_a_respawned_service_is_there(host: Host) -> None:
    host.deploy(web="respawn\nrespawn limit unlimited\nexec sleep 1\n")
    host.start("web")
    services = bystanders.running_services(host.client, host.conf, host.version)
    until(lambda: (host.client.status("web") or {}).get("processes", {}).get("main") not in (
        None, services.pids["web", ""]))
    losses = bystanders.lost_services(host.client, services, restarting(), host.conf, host.version, Deadline(PATIENCE))
    assert losses == []


def test_where_upstart_tells_less_no_more_is_said(old_host: Host) -> None:
    """Before 1.6.1 nobody knows which half of an ``and`` has come; before 0.6.7 not even who stopped whom."""
    old_host.deploy(db=RUNS, shop=SHOP)
    old_host.start("db")
    old_host.emit("net-up")
    until(lambda: ("shop", "") in old_host.running())
    acts = restarting(DB)
    (said,) = [bystanders.prediction(loss) for loss in old_host.predicted(acts)]
    assert "job shop (stop on stopping db). It may not start again: cannot tell" in said
    losses = old_host.losses(acts)
    known = (True, ["db"]) if old_host.version > (1, 0) else (None, [])
    assert [(loss.job, loss.ours, loss.caused_by, loss.waits_for) for loss in losses] == [("shop", *known, None)]
    assert "Cannot tell which events its start on still waits for." in bystanders.warning(losses[0])


def test_tasks_are_no_services(host: Host) -> None:
    host.deploy(work="task\n" + RUNS, work2="# no task\n" + RUNS)
    host.start("work2")
    host.client.request("Start", "work", wait=False)
    until(lambda: (host.client.status("work") or {}).get("state") == "running")
    assert host.running() == {("work2", "")}
