# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that an event can have started or stopped, according to their conditions."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NoReplyError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import (
    MANAGER_PATH,
    instance_path,
    job_name,
    job_path,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit
from ansible_collections.sysinit.upstart.plugins.module_utils._host.consequences import Consequences
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.tests.unit.support.dbus_properties import condition_property

NEW = (1, 13, 2)
STARTED = ["goal start", "starting", "running"]
STOPPED = ["goal stop", "stopping", "waiting"]
RUNS = "exec sleep 1000\n"


class FakeClient:
    """A daemon that has loaded the files of a folder and sends the given signals, as (job, words)."""

    def __init__(self, folder: Path, files: dict[str, str], moves: list[tuple[str, list[str]]]) -> None:
        self.asked: list[str] = []
        self.instances: dict[str, list[str]] = {}
        self._values = {name: parse_job(text.encode()) for name, text in files.items()}
        for name, text in files.items():
            (folder / f"{name}.conf").write_text(text)
        signals = []
        for label, words in moves:
            job, _colon, instance = label.partition(":")
            signals.append(Signal(job_path(job), "InstanceAdded", [instance_path(job, instance)]))
            for word in words:
                member, value = ("GoalChanged", word[5:]) if word.startswith("goal ") else ("StateChanged", word)
                signals.append(Signal(instance_path(job, instance), member, [value]))
        self.connection = SimpleNamespace(signals=signals)

    def properties_of(self, names: list[str]) -> list[Any]:
        self.asked.extend(names)
        return [self._properties(name) for name in names]

    def _properties(self, name: str) -> dict[str, Any] | None:
        values = self._values.get(name)
        return values and {"emits": values["emits"], **{
            key: condition_property(values[key]) for key in ("start_on", "stop_on")}}

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [self.instances.get(name, []) for name in names]

    def jobs(self) -> list[str]:
        return sorted(self._values)

    def version(self) -> tuple[int, ...]:
        return NEW


def follow(client: FakeClient, folder: Path, *env: str, version: tuple[int, ...] = NEW) -> Consequences:
    asked = emit.Emission(name="go", env=list(env), wait=True, timeout=1.0, stable_for=0.0, log_dir=None,
                          conf_dir=str(folder))
    return Consequences(client, asked, 0, version)


def jobs(signals: list[Signal]) -> list[str]:
    return sorted({job_name(signal.path) for signal in signals})


CHAINS: list[tuple[dict[str, str], dict[str, list[str]], list[str]]] = [
    ({"a": "start on go", "x": "start on other"}, {"a": STARTED, "x": STARTED}, ["a"]),
    ({"a": "start on go and other"}, {"a": STARTED}, ["a"]),
    ({"a": "start on go 1", "b": "start on go 2", "c": "start on go N=1", "d": "start on go M!=1",
      "e": "start on go 1 2", "f": "start on go N=$N", "g": "start on go N=${N:-1}"},
     dict.fromkeys("abcdefg", STARTED), ["a", "c", "g"]),
    # The event starts nothing here: the job already runs. It stops for another reason.
    ({"a": "start on go\nstop on other"}, {"a": STOPPED}, []),
    ({"a": "stop on go"}, {"a": STOPPED}, ["a"]),
    ({"a": "stop on go"}, {"a": STARTED}, []),
    ({"a": "stop on go N=$N", "b": "stop on go N=2"}, {"a": STOPPED, "b": STOPPED}, ["a"]),
    # Its main process ended and Upstart respawned it; no event did.
    ({"a": "start on go\nrespawn"}, {"a": ["stopping", "post-stop", "starting", "running"]}, []),
    ({"a": "start on go", "b": "start on started a", "c": "start on stopped JOB=b RESULT=ok",
      "d": "start on starting x",
      "e": "start on stopped b INSTANCE=2", "f": "start on started a * 7"},
     {"a": STARTED, "b": STARTED + STOPPED, "c": STARTED, "d": STARTED, "e": STARTED, "f": STARTED},
     ["a", "b", "c", "f"]),
    ({"a": "start on go", "b": "start on stopped a"}, {"a": STARTED, "b": STARTED}, ["a"]),
    ({"a": "start on go", "b": "start on stopped JOB!=x", "c": "start on stopped JOB!=a"},
     {"a": STARTED + STOPPED, "b": STARTED, "c": STARTED}, ["a", "b"]),
    ({"a": "start on go/failed", "b": "start on starting a", "c": "start on starting/failed a"},
     {"a": STARTED, "b": STARTED, "c": STARTED}, ["a", "b", "c"]),
    ({"a": "start on go\nemits a-*", "b": "start on a-up X=1", "c": "start on b-up"},
     {"a": STARTED, "b": STARTED, "c": STARTED}, ["a", "b"]),
    ({"a": "start on go\npost-start exec initctl emit up", "b": "start on up", "c": "start on down"},
     {"a": STARTED, "b": STARTED, "c": STARTED}, ["a", "b"]),
    ({"a": "start on go\npost-start exec start b N=1",
      "c": "start on go\npre-start script\n  service d restart\nend script"},
     {"a": STARTED, "b": STARTED, "c": STARTED, "d": STOPPED, "e": STOPPED}, ["a", "b", "c", "d"]),
    ({"a": "start on go\npre-start script\n  # the admin may start b by hand\n  echo start b\n  stop; exit 0\n"
           "end script"}, {"a": STARTED, "b": STARTED}, ["a"]),
    ({"a": "start on go\npre-start script\n  for one in b c; do start web-$one; done\n  telinit 3\nend script",
      "d": "start on runlevel"},
     {"a": STARTED, "b": STARTED, "web-b": STARTED, "web-c": STARTED, "d": STARTED}, ["a", "d", "web-b", "web-c"]),
]


@pytest.mark.parametrize(("stanzas", "moves", "expected"), CHAINS)
def test_chains(tmp_path: Path, stanzas: dict[str, str], moves: dict[str, list[str]], expected: list[str]) -> None:
    files = {name: f"{stanzas.get(name, '')}\n{RUNS}" for name in moves}
    client = FakeClient(tmp_path, files, list(moves.items()))
    caused = follow(client, tmp_path, "N=1")
    assert jobs(caused.signals()) == expected and caused.conditions_unavailable is None
    assert client.asked == sorted(moves)
    assert jobs(caused.signals()) == expected and client.asked == sorted(moves), "nothing is asked for twice"


def test_instances(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, {"a": f"start on go\nstop on other N=$N\ninstance $N\n{RUNS}"},
                        [("a:1", STOPPED), ("a:2", STARTED)])
    signals = follow(client, tmp_path).signals()
    assert [signal.args[0] for signal in signals] == [instance_path("a", "2"), "start", "starting", "running"]


INSTANCES: list[tuple[str, list[str], list[str], list[str]]] = [
    # stanzas, started instances, existing instances, instances that count as effects of the event with N=1
    ("start on go\ninstance $N", ["1", "2"], [], ["1"]),
    ("start on go/failed\ninstance $N", ["1", "2"], [], ["1"]),
    ("start on go or started x\ninstance a-${N}-$M\nenv N=2\nenv M=3", ["a-1-3", "a-2-3"], [], ["a-1-3"]),
    ("start on go\ninstance $N", ["2", "3"], ["1"], []),
    # the file may be newer than Upstart's copy, or the variable may come from an earlier event or from init
    ("start on go\ninstance $N", ["2", "3"], [], ["2", "3"]),
    ("start on go and x\ninstance $N", ["1", "2"], ["1"], ["1", "2"]),
    ("start on go\ninstance $N-$M", ["1-1", "1-2"], [], ["1-1", "1-2"]),
    # another event that is not fully known
    ("start on started a\ninstance $N", ["1", "2"], [], ["1", "2"]),
    ("stop on go\ninstance $N", [], ["1", "2"], []),
]


@pytest.mark.parametrize(("text", "started", "existing", "expected"), INSTANCES)
def test_another_event_of_that_name_starts_other_instances(
        tmp_path: Path, text: str, started: list[str], existing: list[str], expected: list[str]) -> None:
    files = {"i": f"{text}\n{RUNS}", "a": f"start on go\n{RUNS}"}
    client = FakeClient(tmp_path, files, [("a", STARTED), *((f"i:{instance}", STARTED) for instance in started)])
    client.instances = {"i": existing}
    signals = follow(client, tmp_path, "N=1").signals()
    caused = {signal.path for signal in signals if signal.member == "GoalChanged"}
    assert caused == {instance_path("a", ""), *(instance_path("i", instance) for instance in expected)}


def test_a_job_that_no_longer_exists_may_have_reacted(tmp_path: Path) -> None:
    """Its conditions are no longer known."""
    client = FakeClient(tmp_path, {"a": f"start on started gone\n{RUNS}"}, [("gone", STARTED), ("a", STARTED)])
    assert jobs(follow(client, tmp_path).signals()) == ["a", "gone"]


def test_a_job_without_a_file_that_can_be_read(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, {"a": f"start on go\n{RUNS}"}, [("a", STARTED)])
    (tmp_path / "a.conf").unlink()
    assert jobs(follow(client, tmp_path).signals()) == ["a"]
    (tmp_path / "a.conf").mkdir()
    assert jobs(follow(client, tmp_path).signals()) == ["a"]


def test_without_answers_all_changes_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(names: list[str]) -> list[Any]:
        raise NoReplyError("The daemon hangs.")

    client = FakeClient(tmp_path, {"x": f"start on other\n{RUNS}"}, [("x", STARTED)])
    old = follow(client, tmp_path, version=(0, 6, 5))
    assert jobs(old.signals()) == ["x"] and old.conditions_unavailable == "Upstart reports conditions only since 0.6.7"
    monkeypatch.setattr(client, "properties_of", silent)
    hung = follow(client, tmp_path)
    assert jobs(hung.signals()) == ["x"] and hung.conditions_unavailable == "The daemon hangs"
    monkeypatch.undo()
    (tmp_path / "x.conf").unlink()
    elsewhere = follow(client, tmp_path)
    assert jobs(elsewhere.signals()) == ["x"]
    assert "Set conf_dir to the job directory of this daemon" in str(elsewhere.conditions_unavailable)


def test_a_harmful_file_counts_for_its_own_job_only(tmp_path: Path) -> None:
    client = FakeClient(tmp_path, {"x": f"start on other\n{RUNS}", "y": f"start on go\n{RUNS}"},
                        [("x", STARTED), ("web", STARTED), ("y", STARTED)])
    (tmp_path / "web.conf").write_bytes(b"description \xfc\n")
    consequences = follow(client, tmp_path)
    assert jobs(consequences.signals()) == ["web", "y"] and consequences.conditions_unavailable is None
    assert client.asked == ["x", "y"]


def test_a_job_without_a_file_is_not_asked_for_its_conditions(tmp_path: Path) -> None:
    """Its text might crash Upstart, so it counts as an effect of the event."""
    client = FakeClient(tmp_path, {"a": f"start on go\n{RUNS}", "b": f"start on other\n{RUNS}"},
                        [("a", STARTED), ("b", STARTED)])
    (tmp_path / "b.conf").unlink()
    consequences = follow(client, tmp_path, version=(1, 5))
    client.version = lambda: (1, 5)  # type: ignore[method-assign]
    assert jobs(consequences.signals()) == ["a", "b"]
    assert client.asked == ["a"]


def test_a_job_whose_definition_was_replaced_meanwhile_counts(tmp_path: Path) -> None:
    """The old definition with its conditions went with its last instance."""
    client = FakeClient(tmp_path, {"a": f"start on other\n{RUNS}", "b": f"start on stopped a\n{RUNS}"},
                        [("a", ["goal stop", "stopping", "waiting"]), ("b", STARTED)])
    assert jobs(follow(client, tmp_path).signals()) == []
    client.connection.signals.insert(1, Signal(MANAGER_PATH, "JobRemoved", [job_path("a")]))
    signals = follow(client, tmp_path).signals()
    assert {"a", "b"} <= set(jobs([signal for signal in signals if signal.member != "JobRemoved"]))
