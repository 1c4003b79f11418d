# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a deployment: instances are checked before anything changes, and removed jobs are stopped again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import entries, report, run
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.apply import ServiceStage
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan
from ansible_collections.sysinit.upstart.tests.unit.support.job_plans import file

PARAMS = {"manifest_dir": "/m", "set": "web", "conf_dir": "/etc/init", "prune": True}


class Deployer:
    """Records what it is asked for."""

    client, version, conf_dir = None, (1, 13, 2), "/etc/init"

    def __init__(self) -> None:
        self.asked: list[tuple[list[dict[str, Any]], dict[str, Any]]] = []

    def validate(self, plans: list[FilePlan]) -> None:
        raise AssertionError("the files were validated")

    def bring_about(self, tasks: list[dict[str, Any]], _stable_for: float, **options: Any) -> ServiceStage:
        self.asked.append((tasks, options))
        return ServiceStage([], [], [], set())


def test_instances_that_a_job_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = entries.checked([{"name": "web", "content": "exec a\n", "instances": [{"N": 1}, {"N": 2}]}])
    monkeypatch.setattr(run, "load_manifest", lambda *_arguments: SimpleNamespace(obsolete=lambda _wanted: []))
    monkeypatch.setattr(run, "plan_files", lambda *_arguments: [file("web")])
    module = SimpleNamespace(params=PARAMS, check_mode=False)
    with pytest.raises(UpstartError, match="^job web: instances has 2 entries, but the job has no instance stanza"):
        run._deploy_jobs(module, Deployer(), entries.listed_jobs(listed), [])


@pytest.mark.parametrize(("plan", "tasks", "failures"), [
    (file("web", "", state="absent"), [{"name": "web", "state": "stopped"}], []),
    (file("web", state="absent"), [], []), (file("web", "", state="absent", override=True), [], []),
    (file("web", "", changed=True), [], []), (file("web", "", state="absent", kept=True), [], ["web"]),
])
def test_a_removed_job_that_somebody_has_started(plan: FilePlan, tasks: list[dict[str, Any]],
                                                 failures: list[str]) -> None:
    deployer, messages = Deployer(), report.Messages()
    run._stop_again(deployer, [plan], messages)
    assert deployer.asked == [(tasks, {"must_exist": False})]
    assert list(messages.failures) == failures
