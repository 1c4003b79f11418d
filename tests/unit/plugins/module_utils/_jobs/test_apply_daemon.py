# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files are written and removed while the daemon misses changes: the report, and what the daemon reads."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NoReplyError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import loading
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import predicting, report, run
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan, plan_all
from ansible_collections.sysinit.upstart.tests.unit.support.loading_daemon import Daemon

NEW, GONE = {"content": "exec b\n"}, {"state": "absent"}


class Attributes:
    def prepare(self, staged: str, path: str) -> None:
        return

    def backup(self, path: str) -> str:
        shutil.copy(path, path + "~")
        return path + "~"

    def adjust(self, path: str) -> bool:
        return False


def plan(folder: Path, options: dict[str, Any]) -> list[FilePlan]:
    params = dict.fromkeys(job_options.argument_spec())
    params.update({"name": "web", "state": "present", "override": False, "merge": False, "exact": False,
                   "backup": False, "jobs": None, **options})
    plans: list[FilePlan] = plan_all(job_options.wanted_jobs(params), str(folder))
    return plans


def act(folder: Path, daemon: Daemon, options: dict[str, Any]) -> dict[str, Any]:
    plans = plan(folder, options)
    run.change_files(plans, daemon, Attributes(), str(folder))
    (job,) = report.result_of(plans)["jobs"]
    assert isinstance(job, dict)
    return job


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(loading, "NOTICE_SECONDS", 0.2)
    path = tmp_path / "web.conf"
    path.write_text("exec a\n")
    return path


def test_a_removed_job_is_forgotten(tmp_path: Path, conf: Path) -> None:
    daemon = Daemon({"web": []}, folder=tmp_path)
    assert act(tmp_path, daemon, GONE)["changed"] is True
    assert daemon.loaded == {} and "reload" in daemon.asked


@pytest.mark.parametrize(("known", "changed", "left"), [
    ({"web": []}, True, []),
    ({"web": ["1"]}, False, ["web"]),
    ({}, False, []),
])
def test_a_file_that_somebody_removed_unseen(tmp_path: Path, conf: Path, known: dict[str, list[str]], changed: bool,
                                             left: list[str]) -> None:
    """The daemon still has the job; it keeps a job with instances until they are gone."""
    conf.unlink()
    for check_mode in (True, False):
        daemon = Daemon(known, folder=tmp_path)
        plans = plan(tmp_path, GONE)
        (predicting.predict if check_mode else run.change_files)(plans, daemon, Attributes(), str(tmp_path))
        assert plans[0].changed is changed
        assert ("reload" in daemon.asked) is (changed and not check_mode)
    assert sorted(daemon.loaded) == left


@pytest.mark.parametrize(("options", "reloads"), [
    (NEW, True), (GONE, True), ({"content": "exec a\n"}, False), ({"override": True, "nice": 5}, True)])
def test_the_file_of_a_running_job_is_read(tmp_path: Path, conf: Path, options: dict[str, Any], reloads: bool) -> None:
    """No signal announces it, and this daemon neither watches the folder nor reports what it has read."""
    daemon = Daemon({"web": [""]}, folder=tmp_path)
    assert act(tmp_path, daemon, options)["changed"] is reloads
    assert ("reload" in daemon.asked) is reloads


@pytest.mark.parametrize(("options", "stale"), [(NEW, [""]), ({"content": "exec a\n"}, None)])
def test_instances_that_run_with_the_old_file(tmp_path: Path, conf: Path, options: dict[str, Any],
                                              stale: list[str] | None) -> None:
    """If the daemon does not report it, instances are surely stale only if this task changed their file."""
    plans = plan(tmp_path, options)
    run.change_files(plans, Daemon({"web": [""]}, folder=tmp_path), Attributes(), str(tmp_path))
    assert plans[0].stale == stale


@pytest.mark.parametrize(("options", "known", "left"), [(NEW, {}, ["web"]), (NEW, {"web": []}, ["web"]),
                                                        (GONE, {"web": []}, [])])
def test_init_is_re_executed_in_the_meantime(tmp_path: Path, conf: Path, options: dict[str, Any],
                                             known: dict[str, list[str]], left: list[str]) -> None:
    """After a re-execution it reads all files; a new connection shows that it has."""
    daemon = Daemon(known, folder=tmp_path, broken=1)
    assert act(tmp_path, daemon, options)["changed"] is True
    assert daemon.asked.count("reopen") == 1 and "reload" not in daemon.asked
    assert sorted(daemon.loaded) == left


@pytest.mark.parametrize(("options", "known", "said"), [
    (NEW, {}, "Upstart has not loaded job web from .*, not even after ReloadConfiguration"),
    (GONE, {"web": []}, "Upstart still knows job web although .* was removed"),
])
def test_an_init_that_reads_other_files_after_its_re_execution(tmp_path: Path, conf: Path, options: dict[str, Any],
                                                               known: dict[str, list[str]], said: str) -> None:
    with pytest.raises(UpstartError, match=said):
        act(tmp_path, Daemon(known, broken=1), options)


def test_an_init_that_does_not_come_back(tmp_path: Path, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(seconds: float) -> None:
        raise NoReplyError("Nothing answers within %g s." % seconds)

    daemon = Daemon({"web": []}, folder=tmp_path, broken=1)
    monkeypatch.setattr(daemon, "reopen", fail)
    with pytest.raises(NoReplyError) as caught:
        act(tmp_path, daemon, NEW)
    assert caught.value.message == "Nothing answers within 1 s. The job files are already as this task wants them."
    assert conf.read_text() == "exec b\n"


@pytest.mark.parametrize(("text", "instances", "options", "warned"), [
    ("description B\xfccher\nexec a\n", [""], NEW, True),
    ("description B\xfccher\nexec a\n", [""], GONE, True),
    ("description B\xfccher\nexec a\n", [], NEW, False),
    ("exec a\n", [""], NEW, False),
    ("exec a\n", [""], GONE, False),
])
def test_a_job_that_runs_with_text_that_harms_init(tmp_path: Path, conf: Path, text: str, instances: list[str],
                                                   options: dict[str, Any], warned: bool) -> None:
    """A copy of the old file is kept, because nothing else shows that the daemon must not be asked."""
    conf.write_bytes(text.encode("latin-1"))
    plans = plan(tmp_path, options)
    run.change_files(plans, Daemon({"web": instances}, folder=tmp_path), Attributes(), str(tmp_path))
    assert [path.name for path in tmp_path.glob("*~")] == ["web.conf~"] * warned
    warnings = report.warnings_of(plans)
    assert len(warnings) == warned
    assert not warned or f"reads neither while {tmp_path}/web.conf~, a copy of the old file, exists" in warnings[0]


def test_an_override_without_a_job_is_not_waited_for(tmp_path: Path, conf: Path) -> None:
    conf.unlink()
    daemon = Daemon({}, folder=tmp_path)
    assert act(tmp_path, daemon, {"override": True, "nice": 5})["changed"] is True
    assert not {"find web", "reload"}.intersection(daemon.asked)


def test_an_override_without_a_job_when_init_is_re_executed(tmp_path: Path, conf: Path) -> None:
    daemon = Daemon({}, folder=tmp_path, broken=1)
    plans = [*plan(tmp_path, {"name": "other", "override": True, "nice": 5}), *plan(tmp_path, NEW)]
    run.change_files(plans, daemon, Attributes(), str(tmp_path))
    assert daemon.asked.count("reopen") == 1 and "find other" not in daemon.asked
