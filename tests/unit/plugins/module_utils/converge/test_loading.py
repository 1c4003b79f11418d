# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How it is known that the daemon has loaded what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge import jobs, loading
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.errors import UnknownJob
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.names import MANAGER_PATH, job_path
from ansible_collections.sysinit.upstart.plugins.module_utils.errors import UpstartError


class Daemon:
    """A client and its connection in one, which notes what it is asked; ``on_reload`` are jobs that a reload loads."""

    def __init__(self, jobs: dict[str, list[str]], on_reload: list[str] | None = None) -> None:
        self.connection = self
        self.loaded = dict(jobs)
        self.on_reload = on_reload or []
        self.signals: list[Signal] = []
        self.asked: list[str] = []

    def load(self, name: str) -> None:
        self.loaded.setdefault(name, [])
        self.signals.append(Signal(MANAGER_PATH, "JobAdded", [job_path(name)]))

    def jobs(self) -> list[str]:
        self.asked.append("jobs")
        return sorted(self.loaded)

    def instances_of(self, names: list[str]) -> list[list[str]]:
        self.asked.append("instances of " + " ".join(names))
        return [self.loaded[name] for name in names]

    def instances(self, name: str) -> list[str]:
        return self.loaded.get(name, [])

    def find_job(self, name: str) -> str:
        self.asked.append("find " + name)
        if name not in self.loaded:
            raise UnknownJob("no %s" % name)
        return job_path(name)

    def reload_configuration(self) -> None:
        self.asked.append("reload")
        for name in self.on_reload:
            self.load(name)

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        return ready()


def test_one_question_for_all() -> None:
    daemon = Daemon({"a": [], "b": ["1"], "other": []})
    watchers = loading.watch(daemon, [("a", True), ("new", True), ("b", False)])
    assert daemon.asked == ["jobs", "instances of a b"]
    assert [(each.job, each.known, each.instances) for each in watchers] == [
        ("a", True, []), ("new", False, []), ("b", True, ["1"])]


def test_nothing_is_asked_about_what_did_not_change() -> None:
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", False)])
    del daemon.asked[:]
    assert watcher.see_loaded("a.conf", False) is False
    assert daemon.asked == []


@pytest.mark.parametrize("known", [True, False])
def test_the_daemon_notices_by_itself(known: bool) -> None:
    daemon = Daemon({"a": []} if known else {})
    watcher, = loading.watch(daemon, [("a", True)])
    daemon.load("a")
    assert watcher.see_loaded("a.conf", True) is False
    assert "reload" not in daemon.asked


def test_what_was_added_before_does_not_count() -> None:
    daemon = Daemon({"a": []})
    daemon.load("a")
    watcher, = loading.watch(daemon, [("a", True)])
    with pytest.raises(UpstartError, match="a.conf is in place, but Upstart has not loaded the job a"):
        watcher.see_loaded("a.conf", True)
    assert daemon.asked[-1] == "reload"


def test_a_job_file_and_its_override() -> None:
    daemon = Daemon({}, on_reload=["a"])
    conf, override, same = loading.watch(daemon, [("a", True), ("a", True), ("a", False)])
    daemon.load("a")
    assert conf.see_loaded("a.conf", True) is False
    assert "reload" not in daemon.asked
    assert override.see_loaded("a.override", True) is False
    assert daemon.asked[-1] == "reload"
    assert same.loads == 2


def test_a_file_that_was_right_but_not_loaded() -> None:
    daemon = Daemon({}, on_reload=["a"])
    watcher, = loading.watch(daemon, [("a", False)])
    assert watcher.see_loaded("a.conf", False) is True


def test_a_job_with_instances_stays() -> None:
    daemon = Daemon({"a": ["1"]})
    watcher, = loading.watch(daemon, [("a", True)])
    assert watcher.see_loaded("a.conf", True) is False
    watcher.wait_forgotten("a.conf")
    assert "reload" not in daemon.asked


def test_a_job_that_is_started_meanwhile() -> None:
    """It is not added anew, but what it was told to reload it has read."""
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", True)])
    daemon.loaded["a"] = [""]
    assert watcher.see_loaded("a.conf", True) is False
    assert daemon.asked[-1] == "reload"


def test_a_job_is_forgotten() -> None:
    daemon = Daemon({"a": []})
    watcher, = loading.watch(daemon, [("a", False)])
    with pytest.raises(UpstartError, match="a.conf is removed, but Upstart still knows the job a"):
        watcher.wait_forgotten("a.conf")
    del daemon.loaded["a"]
    watcher.wait_forgotten("a.conf")


def wanted(kind: str, state: str, text: str) -> jobs.Wanted:
    return jobs.Wanted(name="a", state=state, override=kind == "override", stanzas={}, content=text,
                       restore=None, merge=False, exact=False, backup=False, keep_running=False, validate=None)


CONF, OVERRIDE = "exec b\n", "nice 5\n"


@pytest.mark.parametrize(("there", "asked_for", "loads"), [
    ({}, [("conf", "present")], [True]),
    ({}, [("conf", "present"), ("override", "present")], [True, True]),
    ({}, [("override", "present"), ("conf", "present")], [False, True]),
    ({}, [("override", "present")], [False]),
    ({"conf": CONF}, [("conf", "present"), ("override", "present")], [False, True]),
    ({"conf": "exec old\n"}, [("override", "present"), ("conf", "present")], [True, True]),
    ({"conf": CONF, "override": OVERRIDE}, [("override", "absent")], [True]),
    ({"conf": CONF}, [("conf", "absent"), ("override", "present")], [False, False]),
])
def test_when_the_daemon_will_load_a_job(there: dict[str, str], asked_for: list[tuple[str, str]], loads: list[bool],
                                         tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, text in there.items():
        (tmp_path / ("a." + kind)).write_text(text)
    seen: list[Any] = []

    def note(client: object, changes: list[Any]) -> list[Any]:
        seen.extend(changes)
        return []

    monkeypatch.setattr(loading, "watch", note)
    texts = {"conf": CONF, "override": OVERRIDE}
    plans = jobs.plan_all([wanted(kind, state, texts[kind] if state == "present" else "") for kind, state in asked_for],
                          str(tmp_path))

    class Attributes:
        def adjust(self, path: str) -> bool:
            return False

    jobs.foresee(plans, object(), Attributes(), str(tmp_path))
    assert seen == [("a", loaded) for loaded in loads]
