# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback of jobs that fail with their changed files, and its report."""

from __future__ import annotations

from typing import Any, cast

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import rollback
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.apply import Deployer, ServiceStage
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.report import Messages
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.rollback import Restoration, Undo
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import LATEST
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.manifest import Manifest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.wanted_file import without_options
from ansible_collections.sysinit.upstart.tests.unit.support.job_plans import unproven

Entry = dict[str, Any]


class StoppingDeployer:
    """A host on which every request fails as a whole."""

    conf_dir, version, check_mode = "/nowhere", LATEST, False
    params: Entry = {"conf_dir": conf_dir, "log_dir": conf_dir}

    def bring_about(self, tasks: list[Entry], _stable_for: float, **_options: Any) -> ServiceStage:
        if tasks:
            raise UpstartError("no daemon.")
        return ServiceStage([], [], [], set())


def undo(name: str, content: str | None = "exec old\n", listed: Any = None, override: bool = False) -> Undo:
    manifest = Manifest("/nowhere/default.json")
    manifest.unproven = unproven(name, content, override)
    return rollback.undo_for(manifest, name, listed, [
        FilePlan(without_options(name, override), "/nowhere/web.conf", None, b"exec new\n", None)])


def failed(name: str, why: str, **more: Any) -> Entry:
    return {"name": name, "instance": "", "failed": True, "msg": why, **more}


def tasks(name: str, entries: list[Entry], how: Undo) -> list[Entry]:
    return rollback.restart_tasks(name, entries, how, cast(Deployer, StoppingDeployer()))


def test_the_reasons_of_all_instances_of_a_job_are_kept() -> None:
    entries = [{"name": "fine", "instance": ""}, failed("web", "first"), failed("web", "second.")]
    assert rollback.failure_reasons(entries) == {"web": "first. second."}


def test_each_instance_that_ran_or_should_run_is_started_again() -> None:
    """Including instances that started with the new file: the others would use that file as long as these run."""
    entries = [{"name": "web", "instance": "1", "env": ["N=1"]}, failed("web", "w", instance="2", env=["N=2"]),
               {"name": "db", "instance": "", "env": []}]
    how = undo("web", "instance $N\nexec a\n")
    assert tasks("web", entries, how) == [
        {"name": "web", "state": "restarted", "env": [f"N={number}"]} for number in (1, 2)]
    del entries[0]["env"]
    how.files[0][1]["enabled"] = False
    listed = how._replace(instances=[{"N": 1}])
    assert tasks("web", entries, listed) == [{"name": "web", "state": "restarted", "env": {"N": 1}, "enabled": False}]
    assert tasks("web", [failed("web", "w")], undo("web")) == [{"name": "web", "state": "restarted"}]


NEW = {"instance": "1", "env": ["N=1"]}


@pytest.mark.parametrize(("old", "entries", "wanted"), [
    ("exec a\n", [{"instance": "", "env_before": ["A=b"]}, NEW], {"instances": [["A=b"]]}),
    ("exec a\n", [{"instance": "", "env_before": None}, NEW], {"instances": [[]]}),
    ("instance w-$N\nexec a\n", [{"instance": "w-7", "env_before": None}, NEW], {"instances": [["N=7"]]}),
    ("instance $M\nexec a\n", [{"instance": "2", "env_before": ["M=2"]}, {**NEW, "env_before": ["M=1", "A=b"]}],
     {"instances": [["M=2"], ["M=1", "A=b"]]}),
    ("exec a\n", [NEW], {"instances": [[]]}),  # an earlier run stopped the old instances
    ("instance $N\nexec a\n", [NEW], {"env": ["N=1"]}),
    ("frob\n", [NEW], {"env": ["N=1"]}),
])
def test_the_earlier_instances_come_back(old: str, entries: list[Entry], wanted: Entry) -> None:
    entries = [{"name": "web", **entry} for entry in entries]
    assert tasks("web", entries, undo("web", old)) == [{"name": "web", "state": "restarted", **wanted}]


def test_only_jobs_that_failed_are_rolled_back() -> None:
    deployer = cast(Deployer, StoppingDeployer())
    assert rollback.roll_back(deployer, [failed("web", "w")], {"db": undo("db")}, 1.0) == {}
    assert rollback.roll_back(deployer, [{"name": "db", "instance": ""}], {"db": undo("db")}, 1.0) == {}


def test_a_job_is_new_if_this_run_added_its_job_file() -> None:
    assert rollback.is_new(undo("web", None))
    manifest = Manifest("/nowhere/default.json")
    manifest.unproven = unproven("web", None, False)
    assert not rollback.undo_for(manifest, "web", None).files
    assert not rollback.is_new(undo("web", None, override=True))
    assert not rollback.is_new(undo("web"))


def restored(**facts: Any) -> Restoration:
    restoration = Restoration(facts.pop("error", None), facts.pop("is_kept", False))
    for name, value in facts.items():
        setattr(restoration, name, value)
    return restoration


@pytest.mark.parametrize(("was_new", "restoration", "words"), [
    (False, restored(), "Its old file is restored, and the job runs with it again."),
    (True, restored(), "The job is new and was removed again."),
    (False, restored(is_tried=True, start_error="z."),
     "Its old file is restored, but the job failed with it too: z."),
    (False, restored(start_error="no daemon."),
     "Its old file is restored, but the job could not be started: no daemon."),
    (False, restored(error=UpstartError("no space.")), "Its old file could not be restored: no space."),
    (True, restored(is_kept=True, stop_error="Job new was not stopped."),
     "The job is new, but its file stays because the job could not be stopped: Job new was not stopped."),
    (True, restored(is_kept=True),
     "The job is new, but its file stays because the job could not be stopped: it was started again."),
])
def test_how_a_rollback_ended(was_new: bool, restoration: Restoration, words: str) -> None:
    assert rollback.sentence(was_new, restoration) == words


def test_the_message_has_both_reasons_and_what_is_pending() -> None:
    messages = Messages()
    messages.failures.update(web="w.", same="s.")
    messages.rollbacks["web"] = "Its old file is restored, and the job runs with it again."
    assert messages.text([{"name": "late"}, {"name": "web"}]) == (
        "Job web failed with its new definition: w. Its old file is restored, and the job runs with it again. s. "
        "Restarts and reloads left for the next run: late.")
