# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of a list of jobs: its content at every moment, and pruning."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.manifest import Manifest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import plan_all, removed_paths
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.wanted_file import WantedFile


def wanted(*entries: dict[str, Any]) -> list[WantedFile]:
    params = {**dict.fromkeys(options.argument_spec()), "jobs": list(entries)}
    files: list[WantedFile] = options.wanted_jobs(params)
    return files


def job(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **({} if "state" in more or "restore" in more else {"exec": "a"}), **more}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lists" / "default.json"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "init").mkdir()
    return tmp_path / "init"


class Deployment:
    """The parts of an upstart_job task that concern the manifest."""

    def __init__(self, path: Path, conf: Path, *entries: dict[str, Any], prune: bool = False) -> None:
        self.manifest = Manifest(str(path))
        listed = wanted(*entries)
        self.obsolete = self.manifest.obsolete(listed) if prune else []
        self.plans = plan_all(self.obsolete + listed, str(conf))
        self.manifest.mark(self.plans)

    def removed(self) -> list[str]:
        return [file.name + (".override" if file.override else "") for file in self.obsolete]

    def run(self) -> None:
        self.manifest.announce(self.plans)
        self.manifest.settle(self.plans)


PENDING = {"name": "web", "action": "restart", "since": "now", "reason": "r", "state": "started", "stable_for": 1.0,
           "tasks": [{"name": "web", "state": "restarted", "env": {"N": 1}}], "rollback": True, "instances": None,
           "play": None}
LISTS = {"format": 2, "jobs": [], "overrides": []}


def names(path: Path) -> list[str]:
    content = json.loads(path.read_text())
    return content["jobs"] + [name + ".override" for name in content["overrides"]]


def test_names_are_kept_until_their_files_are_removed(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web"), job("db"), job("web", override=True)).run()
    assert names(path) == ["db", "web", "web.override"]
    assert path.stat().st_mode & 0o777 == 0o600
    Deployment(path, conf, job("web"), job("mail")).run()
    assert names(path) == ["db", "mail", "web", "web.override"]
    pruned = Deployment(path, conf, job("web"), prune=True)
    assert pruned.removed() == ["db", "mail", "web.override"]
    assert {(each.state, each.keep_running) for each in pruned.obsolete} == {("absent", True)}
    pruned.run()
    assert names(path) == ["web"]
    Deployment(path, conf, job("web", state="absent")).run()
    assert names(path) == []


def test_nothing_is_written_when_nothing_changes(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("none", state="absent")).run()
    assert not path.exists()
    Deployment(path, conf, job("web")).run()
    before = path.stat()
    again = Deployment(path, conf, job("web"), prune=True)
    again.run()
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert again.manifest.before == again.manifest.after
    assert [entry.name for entry in path.parent.iterdir()] == ["default.json"]


def test_check_mode_predicts_the_content(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web"), job("db")).run()
    check = Deployment(path, conf, job("mail"), job("db"), prune=True)
    check.manifest.update(check.plans)
    assert names(path) == ["db", "web"]
    Deployment(path, conf, job("mail"), job("db"), prune=True).run()
    assert names(path) == ["db", "mail"]
    assert json.loads(check.manifest.after) == {key: value for key, value in json.loads(path.read_text()).items()
                                                if key != "unproven"}


def test_a_crash_forgets_none(path: Path, conf: Path) -> None:
    """The task is killed after it has announced the manifest and before it removes and writes files."""
    Deployment(path, conf, job("web"), job("db")).run()
    killed = Deployment(path, conf, job("mail"), prune=True)
    killed.manifest.announce(killed.plans)
    assert names(path) == ["db", "mail", "web"]
    assert Deployment(path, conf, job("cron"), prune=True).removed() == ["db", "mail", "web"]


def test_a_running_job_stays_in_the_manifest(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web")).run()
    pruned = Deployment(path, conf, prune=True)
    pruned.plans[0].kept = True
    pruned.run()
    assert names(path) == ["web"]


def test_pruning_a_job_removes_its_override(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web"), job("web", override=True)).run()
    pruned = Deployment(path, conf, prune=True)
    assert pruned.removed() == ["web"]
    pruned.run()
    assert names(path) == []


def test_a_job_in_another_list_belongs_to_that_list(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web"), job("db")).run()
    Deployment(path.with_name("other.json"), conf, job("web"), job("mail")).run()
    pruned = Deployment(path, conf, prune=True)
    assert pruned.removed() == ["db"]
    pruned.run()
    assert names(path) == []
    assert names(path.with_name("other.json")) == ["mail", "web"]


def test_a_merged_file_is_not_added_to_the_manifest(path: Path, conf: Path) -> None:
    (conf / "theirs.conf").write_text("exec b\n")
    Deployment(path, conf, job("theirs", merge=True), job("new", merge=True)).run()
    assert names(path) == ["new"]


def test_a_restored_file_is_listed_as_before(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("ours"), job("theirs")).run()
    text = "ZXhlYyBiCg=="
    Deployment(path, conf, job("ours", restore={"content": text, "listed": True}),
               job("theirs", restore={"content": text, "listed": False})).run()
    assert names(path) == ["ours"]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"jobs": []}', '{"jobs": "web", "overrides": []}',
                                  '{"jobs": [1], "overrides": []}', b"\xff",
                                  '{"format": 1, "jobs": [], "overrides": [], "unproven": [1]}',
                                  '{"format": 1, "jobs": [], "overrides": [], "unproven": [{"name": 1}]}'])
def test_garbage_is_refused_with_the_name_of_the_file(path: Path, conf: Path, text: str | bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UpstartError, match="default.json is not a manifest: ") as caught:
        Deployment(path, conf, job("web"))
    assert caught.value.facts["path"] == str(path)
    other = path.with_name("other.json")
    Deployment(other, conf, job("web")).run()
    with pytest.raises(UpstartError, match="default.json is not a manifest"):
        Deployment(other, conf, prune=True)


@pytest.mark.parametrize("changes", [
    *({key: 7} for key in PENDING if key != "stable_for"), {"stable_for": "1"}, {"tasks": [1]}, {"tasks": [{}]},
    {"tasks": [{"name": "db", "state": "restarted"}]}, {"tasks": [{"name": "web", "stat": "restarted"}]}])
def test_pending_entries_that_no_task_can_make_up_for_are_refused(path: Path, changes: dict[str, Any]) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({**LISTS, "pending": [PENDING]}))
    assert Manifest(str(path)).pending == [PENDING]
    for entry in ({**PENDING, **changes}, {key: PENDING[key] for key in PENDING if key not in changes}):
        path.write_text(json.dumps({**LISTS, "pending": [entry]}))
        with pytest.raises(UpstartError, match="default.json is not a manifest: "):
            Manifest(str(path))


@pytest.mark.parametrize("previous", [{}, {"content": 1}, {"content": "%%%"}, {"content": "é"}, {"content": "YQ"}])
def test_earlier_contents_that_cannot_be_restored_are_refused(path: Path, previous: dict[str, Any]) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({**LISTS, "unproven": [{"name": "web", "override": False, "previous": previous}]}))
    with pytest.raises(UpstartError, match="default.json is not a manifest: "):
        Manifest(str(path))


def test_a_manifest_that_is_nested_too_deeply_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("[" * 100000)
    with pytest.raises(UpstartError, match="default.json is not a manifest: "):
        Manifest(str(path))


def test_other_places_are_refused(tmp_path: Path, conf: Path) -> None:
    with pytest.raises(UpstartError, match="must end in .json"):
        Manifest(str(tmp_path / "list"))
    (tmp_path / "file").write_text("")
    with pytest.raises(UpstartError, match="Cannot make the directory .*/file/lists for the manifest"):
        Deployment(tmp_path / "file" / "lists" / "a.json", conf, job("web")).run()


def test_names_in_a_manifest_cannot_leave_the_directory(path: Path, conf: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": 1, "jobs": ["../../etc/passwd"], "overrides": []}')
    with pytest.raises(UpstartError, match="Invalid job name"):
        Deployment(path, conf, prune=True)


def test_a_manifest_of_1_0_0_is_read(tmp_path: Path) -> None:
    path = tmp_path / "web.json"
    path.write_text(json.dumps({"about": "Job files written by sysinit.upstart.upstart_job", "jobs": ["web"],
                                "overrides": ["db"]}))
    manifest = Manifest(str(path))
    assert [(file.name, file.override) for file in manifest.obsolete([])] == [("db", True), ("web", False)]
    assert manifest.unproven == {}


def test_a_manifest_of_a_later_release_is_left_alone(path: Path, conf: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": 3, "jobs": [], "overrides": []}')
    with pytest.raises(UpstartError, match="it has format 3, but this release reads formats 1 and 2"):
        Deployment(path, conf, job("web"))


def unproven(path: Path) -> dict[str, str | None]:
    """Return the texts in a manifest by the names of their files."""
    found = {}
    for each in json.loads(path.read_text()).get("unproven", []):
        content = each["previous"]["content"]
        found[each["name"] + (".override" if each["override"] else "")] = content and base64.b64decode(content).decode()
    return found


def test_the_text_with_which_a_job_last_started_is_kept(path: Path, conf: Path) -> None:
    (conf / "web.conf").write_text("exec old\n")
    first = Deployment(path, conf, job("web"), job("new"))
    first.manifest.announce(first.plans)
    assert unproven(path) == {"web": "exec old\n", "new": None}, "a crash would forget it"
    (conf / "web.conf").write_text("exec a\n")
    (conf / "new.conf").write_text("exec a\n")
    first.run()
    Deployment(path, conf, job("web", nice=1), job("new", nice=1)).run()
    assert unproven(path) == {"web": "exec old\n", "new": "exec a\n"}, "that of a job which never ran is no use"
    manifest = Manifest(str(path))
    assert manifest.names() == {"web", "new"}
    manifest.forget(["web"])
    manifest.save()
    assert unproven(path) == {"new": "exec a\n"}


def test_removed_or_restored_files_are_not_kept(path: Path, conf: Path) -> None:
    (conf / "web.conf").write_text("exec old\n")
    (conf / "web.override").write_text("nice 1\n")
    Deployment(path, conf, job("web"), job("web", override=True, exec="b"), job("new")).run()
    assert unproven(path) == {"web": "exec old\n", "web.override": "nice 1\n", "new": None}
    Deployment(path, conf, job("web", restore={"content": "ZXhlYyBvbGQK"}), job("new", restore={"content": None})).run()
    assert unproven(path) == {"web.override": "nice 1\n"}
    assert not Deployment(path, conf, job("new", restore={"content": None})).plans[0].changed
    Deployment(path, conf, job("web", state="absent")).run()
    assert unproven(path) == {}


def test_a_new_job_goes_without_the_override_beside_it(path: Path, conf: Path) -> None:
    """The override may belong to somebody else; an override of the same list is restored separately."""
    Deployment(path, conf, job("web"), job("web", override=True, nice=1)).run()
    for name in ("web.conf", "web.override"):
        (conf / name).write_text("nice 1\n")
    gone = Deployment(path, conf, job("web", restore={"content": None}))
    assert removed_paths(gone.plans[0]) == [str(conf / "web.conf")]
    gone.run()
    assert names(path) == ["web.override"]
    assert removed_paths(Deployment(path, conf, job("web", state="absent")).plans[0]) == [
        str(conf / "web.conf"), str(conf / "web.override")]


def test_a_removed_override_is_kept_until_the_job_has_run_without_it(path: Path, conf: Path) -> None:
    (conf / "web.conf").write_text("exec a\n")
    (conf / "web.override").write_text("nice 1\n")
    Deployment(path, conf, job("web", override=True, state="absent")).run()
    assert unproven(path) == {"web.override": "nice 1\n"}
    (conf / "web.override").unlink()
    Deployment(path, conf, job("web", override=True, state="absent")).run()
    assert unproven(path) == {"web.override": "nice 1\n"}
    manifest = Manifest(str(path))
    manifest.forget(["web"])
    assert manifest.unproven == {}


def test_an_override_that_is_added_and_removed_again_is_not_kept(path: Path, conf: Path) -> None:
    (conf / "web.conf").write_text("exec a\n")
    Deployment(path, conf, job("web", override=True)).run()
    (conf / "web.override").write_text("exec a\n")
    assert unproven(path) == {"web.override": None}
    Deployment(path, conf, job("web", override=True, state="absent")).run()
    assert unproven(path) == {}


def test_whether_the_job_started_by_itself_is_kept_too(path: Path, conf: Path) -> None:
    (conf / "web.conf").write_text("start on x\nexec old\n")
    (conf / "off.conf").write_text("start on x\nexec old\n")
    (conf / "off.override").write_text("manual\n")
    Deployment(path, conf, job("web"), job("off"), job("new")).run()
    kept = json.loads(path.read_text())["unproven"]
    assert {each["name"]: each["previous"]["enabled"] for each in kept} == {"web": True, "off": False, "new": None}


def test_what_is_pending_needs_the_second_format(path: Path, conf: Path) -> None:
    Deployment(path, conf, job("web")).run()
    assert json.loads(path.read_text())["format"] == 1
    manifest = Manifest(str(path))
    manifest.pending = [PENDING]
    manifest.save()
    assert json.loads(path.read_text())["format"] == 2
    assert path.stat().st_mode & 0o777 == 0o600
    Deployment(path, conf, job("web"), job("db")).run()  # other modules keep what is pending
    manifest = Manifest(str(path))
    assert manifest.pending == [PENDING]
    assert sorted(manifest.recorded_jobs()) == ["db", "web"]
    manifest.pending = []
    manifest.save()
    assert json.loads(path.read_text())["format"] == 1


def test_an_earlier_text_is_kept_until_it_is_restored(path: Path, conf: Path) -> None:
    """A task that is killed in a rollback must leave what the next one needs."""
    (conf / "web.conf").write_text("exec old\n")
    first = Deployment(path, conf, job("web"))
    first.run()
    assert unproven(path) == {"web": "exec old\n"}
    back = Deployment(path, conf, job("web", restore={"content": base64.b64encode(b"exec old\n").decode()}))
    back.manifest.announce(back.plans)
    assert unproven(path) == {"web": "exec old\n"}
    back.manifest.settle(back.plans)
    assert unproven(path) == {}
