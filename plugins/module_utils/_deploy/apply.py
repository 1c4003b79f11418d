# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a deployment: stop, write, start. Each is carried out on the host, or predicted in check mode."""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._host import check_mode
from .._host.check_mode_client import CheckModeClient
from .._host.daemon_state import snapshot_of
from .._host.status import is_resting, read_statuses
from .._jobs import check_mode as planned_jobs
from .._jobs import predicting
from .._jobs.run import change_files
from .._services import request, run
from .._services.report import differences, instance_entries
from .._services.report import warnings as service_warnings
from .._system.reading import read_file
from .proven import proven_jobs

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Set  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._jobs.manifest import Manifest  # noqa: F401
    from .._jobs.plans import FilePlan  # noqa: F401
    from .plan import Task  # noqa: F401

__metaclass__ = type

# The end of a stage that started or stopped jobs. entries: list of dict, as ``instances`` of upstart_service; losses:
# list of bystanders.Loss; diffs: list of dict; proven: set of names of jobs that run with their present files.
ServiceStage = collections.namedtuple("ServiceStage", "entries losses diffs proven")


class Deployer:
    """Changes a host in stages, and remembers what each has done.

    :ivar client: daemon.client.Upstart; in check mode a CheckModeClient, which answers as if the stages had been done.
    :ivar version: tuple, the daemon's.
    :ivar plans: list of plans.FilePlan, of all files that were written, removed or left alone.
    :ivar stages: list of ServiceStage.
    :ivar warnings: list of text.
    """

    def __init__(self, module, client, attributes):
        # type: (AnsibleModule, Upstart, Any) -> None
        self.params = module.params  # type: Dict[str, Any]
        self.conf_dir = module.params["conf_dir"]  # type: str
        self.check_mode = module.check_mode  # type: bool
        self.client = _check_mode_client(client, module.params) if module.check_mode else client  # type: Upstart
        self.version = client.version()
        self.plans = []  # type: List[FilePlan]
        self.stages = []  # type: List[ServiceStage]
        self.warnings = []  # type: List[str]
        self._attributes = attributes
        self._acts = {}  # type: Dict[str, Any]
        self._before = snapshot_of(self.client, self.conf_dir)

    def remember_variables(self, names):
        # type: (Iterable[str]) -> None
        """Read the variables of the running instances of jobs, because a job that is taken down loses them."""
        known = sorted(set(self.client.jobs()).intersection(names))
        if any(instance for instances in self.client.instances_of(known) for instance in instances):
            self._before.environment(known[0], "")  # reads all of them

    def running_jobs(self, names):
        # type: (Iterable[str]) -> Set[str]
        """Return those jobs that have instances."""
        known = sorted(set(self.client.jobs()).intersection(names))
        return set(name for name, instances in zip(known, self.client.instances_of(known)) if instances)

    def validate(self, plans):
        # type: (Iterable[FilePlan]) -> None
        """Run the user's own checks of files before anything changes."""
        for plan in plans:
            if plan.wanted.validate and plan.after is not None and plan.changed and not self.check_mode:
                self._attributes.validate(plan.wanted.validate, os.path.basename(plan.path), plan.after)
                plan.wanted = plan.wanted._replace(validate=None)

    def write(self, plans, manifest):
        # type: (Sequence[FilePlan], Manifest) -> None
        """Write and remove files, and update the manifest, which the caller saves."""
        self.plans.extend(plans)
        manifest.mark(plans)
        if self.check_mode:
            predicting.predict(plans, self.client, self._attributes, self.conf_dir)
        else:
            manifest.announce(plans)
            change_files(plans, self.client, self._attributes, self.conf_dir)
        manifest.update(plans)
        if self.check_mode:
            self._foresee(planned_jobs.of_jobs(plans))

    def save(self, manifest):
        # type: (Manifest) -> None
        """Write the manifest, for later tasks of the play in check mode."""
        if not self.check_mode:
            manifest.save()
        elif manifest.is_needed():
            self._foresee({"files": {manifest.path: manifest.text()}})

    def bring_about(self, tasks, stable_for, **options):
        # type: (Sequence[Task], float, **Any) -> ServiceStage
        """Start, stop, restart and reload jobs together: all stops come before the first start.

        :param tasks: list of dict, entries of the option ``jobs`` of upstart_service.
        :param options: as in request.for_jobs.
        """
        if not tasks:
            return ServiceStage([], [], [], set())
        asked = request.for_jobs(self.params, list(tasks), stable_for, **options)
        outcome = run.bring_about(self.client, asked, self._attributes, self.check_mode)
        # What runs with older files is in the result. A task that only enables a job is not about its instances.
        self.warnings.extend(service_warnings([
            target for target in outcome.targets if target.wanted.state is not None]))
        entries = instance_entries(outcome.targets, asked)
        diffs = differences(outcome.targets, entries, asked) if any(entry["changed"] for entry in entries) else []
        stage = ServiceStage(entries, outcome.losses, diffs, proven_jobs(outcome.targets))
        self.stages.append(stage)
        if self.check_mode:
            self.warnings.extend(run.doubts(self.client, outcome))
            self._foresee(run.predicted_acts(self.client, outcome, asked))
        return stage

    def _foresee(self, acts):
        # type: (Dict[str, Any]) -> None
        """Add the acts of a stage to those of the task, and let later stages see them."""
        self.client.foreseen.add(check_mode.record(  # type: ignore[attr-defined]  # it is a CheckModeClient
            check_mode.address_of(self.params), **acts))
        up = [tuple(start[:2]) for start in acts.get("up", ())]
        down = [tuple(pair) for pair in acts.get("down", ())]
        own = self._acts
        own["files"] = dict(own.get("files", {}), **acts.get("files", {}))
        own["up"] = [start for start in own.get("up", []) if tuple(start[:2]) not in down] + list(acts.get("up", ()))
        own["down"] = [pair for pair in own.get("down", []) if tuple(pair) not in up] + list(acts.get("down", ()))
        for key in ("met", "unknown", "boot"):
            own[key] = dict(own.get(key, {}), **(acts.get(key) or {}))

    def add_record(self, result):
        # type: (Dict[str, Any]) -> None
        """Add to a result what later tasks of the play must know in check mode."""
        if self.check_mode:
            check_mode.add_to(result, self.params, **self._acts)

    def lost_jobs(self, names):
        # type: (Iterable[str]) -> List[Task]
        """Return tasks that start those instances again which ran before, and which a stage has taken down.

        :param names: names of the jobs that have to come back.
        """
        names = set(names)
        lost = sorted(set((loss.job, loss.instance) for stage in self.stages for loss in stage.losses
                          if loss.job in names))
        statuses = read_statuses(self.client, lost) if lost else []
        tasks = []
        for (job, instance), status in zip(lost, statuses):
            if not _is_running(status):
                env = self._before.environment(job, instance) if instance else None
                task = {"name": job, "state": "started"}  # type: Task
                tasks.append(dict(task, env=env) if env else task)
        return tasks

    def losses(self, spared):
        # type: (Iterable[str]) -> List[Any]
        """Return the bystanders.Losses of jobs that were taken down and do not run now.

        :param spared: names of jobs that other messages are about.
        """
        spared = set(spared)
        last = dict(((loss.job, loss.instance), loss) for stage in self.stages for loss in stage.losses
                    if loss.job not in spared)
        lost = sorted(last)
        statuses = read_statuses(self.client, lost) if lost else []
        return [last[pair] for pair, status in zip(lost, statuses) if not _is_running(status)]


def _is_running(status):
    # type: (Optional[Dict[str, Any]]) -> bool
    return status is not None and is_resting(status)


def _check_mode_client(client, params):
    # type: (Upstart, Dict[str, Any]) -> Any
    play_state = check_mode.load(params)
    if play_state is None:
        play_state = check_mode.PlayState([], check_mode.address_of(params), params["conf_dir"], read_file)
    return CheckModeClient(client, play_state, params["conf_dir"])
