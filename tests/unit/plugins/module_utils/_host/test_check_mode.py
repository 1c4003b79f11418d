# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host as predicted by earlier check-mode tasks of a play."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    InvalidArgumentsError,
    UnknownJobError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import Present, SimulatedDefinition, World
from ansible_collections.sysinit.upstart.plugins.module_utils._host import (
    check_mode,
    check_mode_client,
    check_mode_world,
    daemon_state,
    definitions,
    planned_files,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._host.check_mode import PlayState, record
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import manifest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import reading
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import encoded
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import FakeClient, status

Records = list[dict[str, Any]]
WEB, GETTY = b"exec sleep 1\n", b"instance $TTY\nexec sleep 1\n"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    planned_files.reset()


def records_of(records: Records) -> Records:
    """Return records as a module gets them."""
    return check_mode.decode(encoded(records))


class Host:
    """A folder of job files and a daemon, with records of earlier tasks."""

    def __init__(self, folder: Path, jobs: dict[str, dict[str, Any]] | None = None, **files: bytes) -> None:
        self.folder = folder
        self.client = FakeClient({name: {instance: [state] for instance, state in instances.items()}
                                  for name, instances in (jobs or {}).items()})
        self.client.instances_of = lambda names: [  # type: ignore[method-assign]
            sorted(self.client.known.get(name, ())) for name in names]
        self.records: Records = []
        for name, text in files.items():
            (folder / f"{name}.conf").write_bytes(text)

    def path(self, name: str) -> str:
        return str(self.folder / f"{name}.conf")

    def task(self, **acts: Any) -> None:
        """Record the prediction of an earlier task; ``files`` maps the names of jobs to texts."""
        files = {self.path(name): text for name, text in acts.pop("files", {}).items()}
        self.records.append(record("here", files=files, **acts))

    def seen(self, address: str = "here") -> Any:
        params = {"_foreseen": encoded(self.records), "address": address, "conf_dir": str(self.folder)}
        return check_mode_client.client_for(self.client, params)


def test_a_module_that_no_plugin_called_sees_the_host_as_it_is(tmp_path: Path) -> None:
    host = Host(tmp_path)
    params = {"_foreseen": None, "address": None, "conf_dir": "x"}
    assert check_mode_client.client_for(host.client, params) is host.client
    result: dict[str, Any] = {}
    check_mode.add_to(result, {"_foreseen": None, "address": None}, up=[("web", "", [])])
    assert result == {}


def test_a_change_of_the_boot_belongs_to_a_directory() -> None:
    result: dict[str, Any] = {}
    params = {"_foreseen": encoded([]), "address": "here", "conf_dir": "/mnt/etc/init"}
    check_mode.add_to(result, params, boot={"web": None})
    assert result[check_mode.KEY] == {"boot": {"web": None}, "conf_dir": "/mnt/etc/init", "address": "here"}


def test_files_are_read_as_they_would_be(tmp_path: Path) -> None:
    host = Host(tmp_path, web=WEB, old=WEB)
    host.task(files={"web": GETTY, "old": None, "new": WEB})
    host.seen()
    assert [planned_files.read_file(host.path(name)) for name in ("web", "old", "new")] == [GETTY, None, WEB]
    assert reading.read_file(host.path("web")) == WEB
    present = [planned_files.exists(host.path(name)) for name in ("web", "old", "new", "none")]
    assert present == [True, False, True, False]
    assert planned_files.names_in(str(tmp_path)) == ["new.conf", "web.conf"]
    check_mode.load({"_foreseen": None})
    assert planned_files.read_file(host.path("web")) == WEB


def test_a_start_with_files_of_other_directories(tmp_path: Path) -> None:
    own, system = tmp_path / "own", tmp_path / "system"
    own.mkdir()
    system.mkdir()
    (system / "web.conf").write_bytes(WEB)
    records = [record("here", files={str(own / "web.override"): b"nice 5\n"}), record("here", up=[("web", "", [])])]
    state = PlayState(records_of(records), "here", SearchPath([str(own), str(system)]), reading.read_file)
    assert state.up["web", ""].texts == (WEB, b"nice 5\n")


def test_jobs_that_would_be_known(tmp_path: Path) -> None:
    host = Host(tmp_path, {"web": {}, "old": {}, "busy": {"": status("start", "running")}}, web=WEB, old=WEB, busy=WEB)
    host.task(files={"new": GETTY, "old": None, "busy": None, "broken": b"exce\n"})
    seen = host.seen()
    assert seen.jobs() == ["busy", "new", "web"]
    assert seen.find_job("new").endswith("/new")
    for name in ("old", "broken", "none"):
        with pytest.raises(UnknownJobError) as caught:
            seen.find_job(name)
        assert caught.value.facts["error"] == check_mode_client.UNKNOWN_JOB
    with pytest.raises(InvalidArgumentsError, match="TTY"):
        seen.find_instance("new", [])
    assert seen.find_instance("new", ["TTY=1"]) is None


def test_instances_that_would_run(tmp_path: Path) -> None:
    host = Host(tmp_path, {"web": {"": status("start", "running")}, "db": {}}, web=WEB, db=WEB)
    host.task(down=[("web", "")], up=[("db", "", []), ("getty", "1", ["TTY=1"])], files={"getty": GETTY})
    seen = host.seen()
    assert seen.instances_of(["web", "db", "getty"]) == [[], [""], ["1"]]
    assert seen.find_instance("getty", ["TTY=1"]) == "1"
    assert seen.find_instance("web", []) is None
    running = {"goal": "start", "state": "running", "processes": {"main": check_mode_client.NO_PROCESS}}
    assert seen.statuses([("web", ""), ("db", "")]) == [None, running]
    assert host.seen("elsewhere").statuses([("web", "")])[0]["state"] == "running"  # another daemon
    host.task(up=[("web", "", [])], down=[("db", "")])
    web, db = host.seen().statuses([("web", ""), ("db", "")])
    assert web["state"] == "running" and db is None


def test_instances_that_would_run_with_an_older_file(tmp_path: Path) -> None:
    host = Host(tmp_path, {"web": {"": status("start", "running")}}, web=WEB)
    host.client.held = []
    host.task(up=[("web", "", ["A=1"])])
    foreseen_snapshot = daemon_state.snapshot_of(host.seen(), str(tmp_path))
    web = definitions.Definition("web", str(tmp_path))
    assert foreseen_snapshot.is_stale(web, "") is False
    assert foreseen_snapshot.environment("web", "") == ["A=1"]
    assert foreseen_snapshot.differing("web", "", ["A=2", "B=1"]) == ["A", "B"]
    host.task(files={"web": b"exec sleep 2\n"})
    seen = host.seen()
    web = definitions.Definition("web", str(tmp_path))
    assert daemon_state.snapshot_of(seen, str(tmp_path)).is_stale(web, "") is True
    assert [instance for instance, unused in seen.stale_starts("web", web.values)] == [""]
    host.task(up=[("web", "", [])])
    assert host.seen().stale_starts("web", web.values) == []


@pytest.mark.parametrize(("names", "left"), [(["web"], {"db"}), (None, set()), ([], {"db", "web"})])
def test_a_task_that_really_acted_outdates_predictions(names: list[str] | None, left: set[str], tmp_path: Path) -> None:
    host = Host(tmp_path)
    for name in ("web", "db"):
        host.task(files={name: WEB}, up=[(name, "", [])], met={name: [True]}, unknown={name: "why"},
                  settings={"runlevel": "3"})
        host.task(unknown={name: "why"})
    host.records.append({"forget": names})
    play_state = host.seen().foreseen
    assert {job for job, unused in play_state.up} == set(play_state.met) == set(play_state.unknown) == left
    assert set(play_state.changed_jobs()) == left
    assert bool(play_state.settings) is (names is not None)


def test_a_new_file_forgets_the_events_that_came(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.task(met={"web": [True, False, False]})
    assert host.seen().foreseen.met == {"web": [True, False, False]}
    host.task(files={"web": WEB})
    assert host.seen().foreseen.met == {}


def test_manifests_that_would_exist(tmp_path: Path) -> None:
    folder = tmp_path / "manifests"
    text = b'{"about": "", "format": 1, "jobs": ["web"], "overrides": []}'
    records = [record("here", files={str(folder / "one.json"): text})]
    check_mode.load({"_foreseen": encoded(records), "address": "here", "conf_dir": "x"})
    assert manifest.Manifest(str(folder / "one.json")).obsolete([])[0].name == "web"
    assert manifest.Manifest(str(folder / "two.json"))._entries_of_others() == {("web", False)}


def after(world: World, records: Records, folder: Path) -> World:
    check_mode.load({"_foreseen": encoded(records), "address": "here", "conf_dir": str(folder)})
    play_state = PlayState(records, "here", str(folder), reading.read_file)
    return check_mode_world.world_after(world, play_state, str(folder), lambda name, values: SimulatedDefinition(
        name, start_on=values["start_on"], instance=values["instance"], processes={"main": object()}))


def test_a_world_after_earlier_tasks(tmp_path: Path) -> None:
    web = SimulatedDefinition("web", start_on=[{"event": "a", "args": []}, {"event": "b", "args": []}, {"op": "and"}],
                              instances=[Present("", "start", "running")])
    world = World(
        [web, SimulatedDefinition("old"), SimulatedDefinition("busy", instances=[Present("", "start", "running")])],
        job_environment=["TERM=linux"],
    )
    files = {str(tmp_path / "new.conf"): b"start on x\ninstance $N\nexec y\n", str(tmp_path / "old.conf"): None,
             str(tmp_path / "busy.conf"): b"exec other\n"}
    records = [record("here", files=files, up=[("new", "1", ["N=1"])], down=[("web", "")],
                      met={"web": [True, False, False]}, unknown={"web": "nobody knows"}), {"doubt": "async"}]
    changed = after(world, records, tmp_path)
    assert sorted(changed.by_name) == ["busy", "new", "web"]
    assert changed.by_name["web"].instances == [] and len(web.instances) == 1
    assert changed.by_name["web"].start_met == [(True, None), (False, None), (False, None)]
    (instance,) = changed.by_name["new"].instances
    assert (instance.name, instance.rests(), instance.env) == ("1", True, ["TERM=linux", "N=1"])
    assert not changed.by_name["new"].is_replaced and changed.by_name["busy"].is_replaced
    assert changed.notes == {"web": ["job web: nobody knows"]} and changed.doubts == ["async"]
    assert changed.waiting_for("x") == ["new"]


def test_a_world_in_which_a_started_job_gets_another_file(tmp_path: Path) -> None:
    path = str(tmp_path / "new.conf")
    records = [record("here", files={path: b"start on x\nexec y\n"}, up=[("new", "", [])]),
               record("here", files={path: b"start on z\nexec other\n"})]
    definition = after(World([]), records, tmp_path).by_name["new"]
    assert definition.is_replaced and definition.start_on[0]["event"] == "x"
