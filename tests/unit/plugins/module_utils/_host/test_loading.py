# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the modules find out that the daemon has loaded the written files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import UnknownJobError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import loading
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import predicting
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import plan_all
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.wanted_file import WantedFile
from ansible_collections.sysinit.upstart.tests.unit.support.loading_daemon import Daemon


def test_all_jobs_are_queried_at_once() -> None:
    daemon = Daemon({"a": [], "b": ["1"], "other": []})
    watchers = loading.watch(daemon, [("a", True), ("new", True), ("b", False)])
    assert daemon.asked == ["jobs", "instances of a b"]
    assert [(watcher.job, watcher.known, watcher.instances) for watcher in watchers] == [
        ("a", True, []), ("new", False, []), ("b", True, ["1"])]


def test_nothing_is_asked_about_what_did_not_change() -> None:
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", False)])
    del daemon.asked[:]
    assert watcher.wait_loaded("a.conf", False) is False
    assert daemon.asked == []


@pytest.mark.parametrize("known", [True, False])
def test_the_daemon_notices_by_itself(known: bool) -> None:
    daemon = Daemon({"a": []} if known else {})
    watcher, = loading.watch(daemon, [("a", True)])
    daemon.load("a")
    assert watcher.wait_loaded("a.conf", True) is False
    assert "reload" not in daemon.asked


def test_what_was_added_before_does_not_count() -> None:
    daemon = Daemon({"a": []})
    daemon.load("a")
    watcher, = loading.watch(daemon, [("a", True)])
    with pytest.raises(UpstartError, match="Upstart has not loaded job a from a.conf, "):
        watcher.wait_loaded("a.conf", True)
    assert daemon.asked[-1] == "reload"


def test_a_job_file_and_its_override() -> None:
    daemon = Daemon({}, on_reload=["a"])
    conf, override, same = loading.watch(daemon, [("a", True), ("a", True), ("a", False)])
    daemon.load("a")
    assert conf.wait_loaded("a.conf", True) is False
    assert "reload" not in daemon.asked
    assert override.wait_loaded("a.override", True) is False
    assert daemon.asked[-1] == "reload"
    assert same.loads == 2


def test_a_file_that_was_right_but_not_loaded() -> None:
    daemon = Daemon({}, on_reload=["a"])
    watcher, = loading.watch(daemon, [("a", False)])
    assert watcher.wait_loaded("a.conf", False) is True


def test_a_job_with_instances_stays() -> None:
    daemon = Daemon({"a": ["1"]})
    watcher, = loading.watch(daemon, [("a", True)])
    assert watcher.wait_loaded("a.conf", True) is False
    watcher.wait_forgotten("a.conf")
    assert "reload" not in daemon.asked


def test_a_job_that_is_started_meanwhile() -> None:
    """No JobAdded arrives, but the daemon has read the file because of the reload."""
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", True)])
    daemon.loaded["a"] = [""]
    assert watcher.wait_loaded("a.conf", True) is False
    assert daemon.asked[-1] == "reload"


def test_a_job_is_forgotten() -> None:
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", False)])
    with pytest.raises(UpstartError, match="Upstart still knows job a although a.conf was removed"):
        watcher.wait_forgotten("a.conf")
    del daemon.loaded["a"]
    watcher.wait_forgotten("a.conf")


def wanted(kind: str, state: str, text: str) -> WantedFile:
    return WantedFile(name="a", state=state, override=kind == "override", stanzas={}, content=text,
                      restore=None, merge=False, exact=False, backup=False, keep_running=False, validate=None,
                      enabled=None, force=True, keep_override=False)


CONF, OVERRIDE = "exec b\n", "nice 5\n"


@pytest.mark.parametrize(("present", "asked_for", "loads"), [
    ({}, [("conf", "present")], [True]),
    ({}, [("conf", "present"), ("override", "present")], [True, True]),
    ({}, [("override", "present"), ("conf", "present")], [True, True]),
    ({}, [("override", "present")], [False]),
    ({"conf": CONF}, [("conf", "present"), ("override", "present")], [False, True]),
    ({"conf": "exec old\n"}, [("override", "present"), ("conf", "present")], [True, True]),
    ({"conf": CONF, "override": OVERRIDE}, [("override", "absent")], [True]),
    ({"conf": CONF}, [("conf", "absent"), ("override", "present")], [False, False]),
])
def test_when_the_daemon_will_load_a_job(present: dict[str, str], asked_for: list[tuple[str, str]], loads: list[bool],
                                         tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, text in present.items():
        (tmp_path / ("a." + kind)).write_text(text)
    seen: list[Any] = []

    def note(client: object, changes: list[Any]) -> list[Any]:
        seen.extend(changes)
        return []

    monkeypatch.setattr(loading, "watch", note)
    texts = {"conf": CONF, "override": OVERRIDE}
    jobs = [wanted(kind, state, texts[kind] if state == "present" else "") for kind, state in asked_for]
    plans = plan_all(jobs, str(tmp_path))

    class Attributes:
        def adjust(self, path: str) -> bool:
            return False

    predicting.predict(plans, object(), Attributes(), str(tmp_path))
    assert seen == [("a", loaded) for loaded in loads]


@pytest.mark.parametrize(("dumps", "reloads"), [
    ([set(), {"a"}], False),
    ([set(), set(), {"a"}], False),
    ([set(), {"b"}, {"a", "b"}], False),
    ([set()], True),
    ([{"a"}], True),
    ([], True),
])
def test_whether_a_running_job_was_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dumps: list[set[str]],
                                           reloads: bool) -> None:
    """No signal announces its new file. The dump marks the job, unless it was marked before or is not reported."""
    monkeypatch.setattr(loading, "NOTICE_SECONDS", 0.2)
    for name in ("a", "b"):
        (tmp_path / f"{name}.conf").touch()
    daemon = Daemon({"a": ["1"], "b": ["1"]}, dumps=dumps)
    running = loading.RunningJobs(daemon, str(tmp_path), [("a", str(tmp_path / "a.conf"))])
    assert "reload" not in daemon.asked
    running.ensure_noticed()
    assert daemon.asked.count("reload") == reloads


def test_a_daemon_that_must_not_be_asked_reloads_at_once(tmp_path: Path) -> None:
    """It still has the job of the removed file, whose text might crash it."""
    conf = tmp_path / "a.conf"
    conf.touch()
    daemon = Daemon({"a": ["1"]}, dumps=[set()])
    running = loading.RunningJobs(daemon, str(tmp_path), [("a", str(conf))])
    assert daemon.asked.count("state") == 1
    conf.unlink()
    running.ensure_noticed()
    assert daemon.asked.count("state") == 1 and daemon.asked[-1] == "reload"


def test_a_daemon_that_watches_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.processes, "watches", lambda pid, folder: folder == str(tmp_path))
    daemon = Daemon({"a": ["1"]}, dumps=[set()])
    loading.RunningJobs(daemon, str(tmp_path), [("a", str(tmp_path / "a.conf"))]).ensure_noticed()
    assert daemon.asked == []


def test_the_instances_of_an_unknown_job() -> None:
    class WithoutJob(Daemon):
        def instances(self, name: str) -> list[str]:
            raise UnknownJobError("no " + name)

    watcher, = loading.watch(WithoutJob({"a": []}), [("a", True)])
    assert watcher.live_instances() == []
