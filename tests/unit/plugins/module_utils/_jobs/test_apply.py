# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files are written, checked and removed without a daemon, as when an image is built."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import daemon_state, unread_files
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import predicting, report, run, staleness, verifying
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan, plan_all
from ansible_collections.sysinit.upstart.plugins.module_utils._system import files
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import FakeClient, held


class Attributes:
    """Records calls. ``adjusts``: paths whose attributes it changes; ``refuses``: the error of validate."""

    def __init__(self) -> None:
        self.adjusts: set[str] = set()
        self.refuses: str | None = None
        self.validated: list[tuple[str, str, bytes]] = []

    def prepare(self, staged: str, path: str) -> None:
        return

    def adjust(self, path: str) -> bool:
        return path in self.adjusts

    def backup(self, path: str) -> str:
        if os.path.exists(path + "~"):
            raise FileExistsError(errno.EEXIST, "File exists", path)
        shutil.copy(path, path + "~")
        return path + "~"

    def validate(self, command: str, name: str, data: bytes) -> None:
        self.validated.append((command, name, data))
        if self.refuses:
            raise UpstartError(self.refuses)


@pytest.fixture
def attributes() -> Attributes:
    return Attributes()


def plan(folder: Path, *entries: dict[str, Any]) -> list[FilePlan]:
    wanted = []
    for entry in entries:
        params = dict.fromkeys(job_options.argument_spec())
        defaults: dict[str, Any] = {"name": "web", "state": "present", "override": False, "merge": False,
                                    "exact": False, "backup": False, "jobs": None}
        params.update(defaults, **entry)
        wanted.extend(job_options.wanted_jobs(params))
    plans: list[FilePlan] = plan_all(wanted, str(folder))
    return plans


def act(folder: Path, attributes: Attributes, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    plans = plan(folder, *entries)
    run.change_files(plans, None, attributes, str(folder))
    jobs: list[dict[str, Any]] = report.result_of(plans)["jobs"]
    return jobs


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_file_in_a_new_folder(tmp_path: Path, attributes: Attributes) -> None:
    entry = {"name": "sub/web", "content": "exec a\n", "validate": "check %s", "backup": True}
    (job,) = act(tmp_path, attributes, entry)
    assert (job["changed"], job["created"], job["backup_file"]) == (True, True, None)
    assert (tmp_path / "sub" / "web.conf").read_text() == "exec a\n"
    assert attributes.validated == [("check %s", "web.conf", b"exec a\n")]
    (job,) = act(tmp_path, attributes, entry)
    assert (job["changed"], job["created"], job["backup_file"]) == (False, False, None)
    assert len(attributes.validated) == 1, "what is in place is not validated again"
    assert names(tmp_path) == ["sub/web.conf"]


def test_nothing_is_written_if_a_file_is_refused(tmp_path: Path, attributes: Attributes) -> None:
    attributes.refuses = "not that one"
    with pytest.raises(UpstartError, match="not that one"):
        act(tmp_path, attributes, {"name": "a", "content": "exec a\n"},
            {"name": "b", "content": "exec b\n", "validate": "check %s"})
    assert names(tmp_path) == []


@pytest.mark.parametrize(("before", "options", "backup", "after"), [
    ("exec a\n", {"content": "exec b\n"}, "web.conf~", {"web.conf": "exec b\n", "web.conf~": "exec a\n"}),
    ("exec a\n", {"content": "exec a\n"}, None, {"web.conf": "exec a\n"}),
    ("exec a\n", {"state": "absent"}, "web.conf~", {"web.conf~": "exec a\n"}),
    (None, {"state": "absent"}, None, {}),
])
def test_backup(tmp_path: Path, attributes: Attributes, before: str | None, options: dict[str, Any],
                backup: str | None, after: dict[str, str]) -> None:
    if before is not None:
        (tmp_path / "web.conf").write_text(before)
    (job,) = act(tmp_path, attributes, {"backup": True, **options})
    assert job["backup_file"] == (backup and f"{tmp_path}/{backup}")
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == after
    assert job["changed"] is (after != {"web.conf": before} and before is not None)


def test_removing_a_job_file_removes_its_override(tmp_path: Path, attributes: Attributes) -> None:
    """The reported copy is the one of the job file."""
    (tmp_path / "web.conf").write_text("exec a\n")
    (tmp_path / "web.override").write_text("manual\n")
    (job,) = act(tmp_path, attributes, {"state": "absent", "backup": True})
    assert job["backup_file"] == f"{tmp_path}/web.conf~"
    assert names(tmp_path) == ["web.conf~", "web.override~"]


@pytest.mark.parametrize(("entries", "left"), [
    ([{"state": "absent"}, {"state": "absent", "override": True}], []),
    ([{"state": "absent", "override": True}, {"state": "absent"}], []),
    ([{"state": "absent"}, {"content": "nice 1\n", "override": True}], ["web.override"]),
])
@pytest.mark.parametrize("check_mode", [False, True])
def test_one_copy_of_an_override_that_is_also_listed(
        tmp_path: Path, attributes: Attributes, entries: list[dict[str, Any]], left: list[str],
        check_mode: bool) -> None:
    """The entry of the job file removes the override too."""
    (tmp_path / "web.conf").write_text("exec a\n")
    (tmp_path / "web.override").write_text("manual\n")
    plans = plan(tmp_path, *({"backup": True, **entry} for entry in entries))
    if check_mode:
        predicting.predict(plans, None, attributes, str(tmp_path))
        assert [job["backup_file"] for job in report.result_of(plans)["jobs"]] == [None, None]
        assert names(tmp_path) == ["web.conf", "web.override"]
        return
    run.change_files(plans, None, attributes, str(tmp_path))
    assert [job["backup_file"] for job in report.result_of(plans)["jobs"]] == [plan.path + "~" for plan in plans]
    assert names(tmp_path) == sorted(["web.conf~", "web.override~", *left])
    assert (tmp_path / "web.override~").read_text() == "manual\n"


def test_an_override_is_removed_alone(tmp_path: Path, attributes: Attributes) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    (tmp_path / "web.override").write_text("manual\n")
    assert act(tmp_path, attributes, {"state": "absent", "override": True})[0]["changed"] is True
    assert names(tmp_path) == ["web.conf"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_other_attributes_are_a_change(tmp_path: Path, attributes: Attributes, check_mode: bool) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    attributes.adjusts = {f"{tmp_path}/web.conf"}
    plans = plan(tmp_path, {"content": "exec a\n"}, {"name": "gone", "state": "absent"})
    if check_mode:
        predicting.predict(plans, None, attributes, str(tmp_path))
    else:
        run.change_files(plans, None, attributes, str(tmp_path))
    assert [plan.changed for plan in plans] == [True, False]


@pytest.mark.parametrize("options", [{"content": "exec b\n"}, {"state": "absent"}])
def test_somebody_else_writes_at_the_same_time(tmp_path: Path, attributes: Attributes, monkeypatch: pytest.MonkeyPatch,
                                               options: dict[str, Any]) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    plans = plan(tmp_path, options)
    monkeypatch.setattr(verifying, "read_file", lambda path: b"exec c\n")
    with pytest.raises(UpstartError) as caught:
        run.change_files(plans, None, attributes, str(tmp_path))
    assert caught.value.message == (
        f"{tmp_path}/web.conf was changed by another process while this task wrote it. Run the task again.")
    assert caught.value.facts == {"name": "web", "path": f"{tmp_path}/web.conf"}


@pytest.mark.parametrize(("has_state", "is_changed", "stale"), [
    (True, False, []), (False, False, None), (True, True, [""]), (False, True, [""])])
def test_stale_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_state: bool, is_changed: bool,
                         stale: list[str] | None) -> None:
    """If the instances of an unchanged file are unknown, the result is None, not an empty list."""
    monkeypatch.setattr(staleness, "_stale_without_state", lambda *_arguments: None)
    state = {"job_classes": [{"name": "other", "jobs": []}]} if has_state else None
    (web, idle) = plan(tmp_path, {"content": "exec a\n"}, {"name": "idle", "content": "exec a\n"})
    web.changed = is_changed
    watchers = [SimpleNamespace(instances=["x"], live_instances=lambda: [""]), SimpleNamespace(instances=[])]
    staleness.note_stale(list(zip([web, idle], watchers)), state, None, str(tmp_path))
    assert [job["stale_instances"] for job in report.result_of([web, idle])["jobs"]] == [stale, []]


@pytest.mark.parametrize(("running", "wanted"), [
    ([held("b", instance="$N", env=["B=c"])], {"exec": "b", "instance": "$N", "env": {"B": "c"}}),
    ([dict(held("gone", instance="$M"), jobs=[]), held("b")], {"exec": "b"}),
    (None, {"exec": "old"}),  # Upstart before 1.6.1 does not report it
])
def test_the_definition_of_stale_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Any,
                                           wanted: dict[str, Any]) -> None:
    (tmp_path / "web.conf").write_text("exec old\n")
    (web, removed) = plan(tmp_path, {"content": "exec a\n"}, {"name": "gone", "state": "absent"})
    watchers = [SimpleNamespace(instances=["x"], live_instances=lambda: [""])] * 2
    client = FakeClient({}, (), running)
    monkeypatch.setattr(daemon_state.crash_guard, "ensure_safe_to_query", lambda client, conf_dir: None)
    state = unread_files.state_or_none(client, str(tmp_path))
    staleness.note_stale(list(zip([web, removed], watchers)), state, client, str(tmp_path))
    (stale_job, other) = (job["stale_job"] for job in report.result_of([web, removed])["jobs"])
    assert {key: stale_job[key] for key in ("exec", "instance", "env") if stale_job.get(key)} == wanted
    assert other is None


@pytest.mark.parametrize("content", ["exec a\n", "exec b\n"])
def test_staged_files_of_a_killed_run_are_removed(tmp_path: Path, attributes: Attributes, content: str) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    left = tmp_path / (".web.conf.x" + files.STAGED_SUFFIX)
    left.write_text("exec hal")
    os.utime(left, (0, 0))
    act(tmp_path, attributes, {"content": content})
    assert names(tmp_path) == ["web.conf"]
