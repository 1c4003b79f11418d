# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_deploy: check the list, plan, stop, write, start, roll back, report.

A task may lose its connection at any moment. It then carries on to its end, because a half-done rollback is an outage.
If it is killed, the manifest tells the next run what is left to do.
"""

from __future__ import absolute_import, division, print_function

import os
import signal

from .._errors import UpstartError
from .._host import check_mode
from .._jobs.manifest import name_of_set, path_of_set
from .._jobs.proof import proven_jobs
from .._jobs.report import warnings_of
from .._jobs.run import load_manifest, plan_files
from .._jobs.wanted_file import is_removed_job
from .._services.run import loss_warnings
from .._system import locks
from . import entries, instances, pending, plan, report
from .apply import Deployer
from .rollback import failure_reasons, roll_back, undo_for

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import (  # noqa: F401
        Any, Callable, ContextManager, Dict, Iterable, List, Mapping, Optional, Sequence, Set)
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._jobs.manifest import Manifest  # noqa: F401
    from .._jobs.plans import FilePlan  # noqa: F401
    from .._jobs.wanted_file import WantedFile  # noqa: F401
    from .entries import ListedJob  # noqa: F401
    from .plan import Task  # noqa: F401
    from .rollback import Undo  # noqa: F401

__metaclass__ = type


DEFAULT_SET = "default"
LOCK_NAME = ".%s.lock"  # beside the manifest of a list of jobs


def run(module, connect, attributes):
    # type: (AnsibleModule, Callable[[], Upstart], Any) -> Dict[str, Any]
    """Deploy a list of jobs, or make up for what earlier tasks left pending; return the result of the module.

    :param module: AnsibleModule; receives the warnings.
    :param connect: function that returns the daemon.client.Upstart.
    :param attributes: _file_attributes.FileAttributes.
    :raises UpstartError: with the result as facts.
    """
    params = module.params
    if params["set"] is None and (params["_play"] is None or not params["pending"]):
        params["set"] = DEFAULT_SET
    if params["set"] is not None:
        entries.check_set_name(params["set"])
    if not module.check_mode:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if params["pending"]:
        return make_up(module, connect, attributes)
    return deploy(module, connect, attributes)


def deploy(module, connect, attributes):
    # type: (AnsibleModule, Callable[[], Upstart], Any) -> Dict[str, Any]
    """Bring a list of jobs to the host."""
    params = module.params
    if params["jobs"] is None:
        raise UpstartError("jobs has no value. Set it to a list of jobs; [] is an empty list.")
    listed = entries.checked(params["jobs"])
    jobs = entries.listed_jobs(listed)
    wanted = entries.wanted_files(listed, jobs, params["_texts"], params["conf_dir"])
    if params["restart"] == "none":
        for job in jobs:
            job.on_change = "none"
    with _only_run(module, [params["set"]]):
        return _deploy_jobs(module, Deployer(module, connect(), attributes), jobs, wanted)


def _deploy_jobs(module, deployer, jobs, wanted):
    # type: (AnsibleModule, Deployer, List[ListedJob], List[WantedFile]) -> Dict[str, Any]
    params = module.params
    manifest = load_manifest(path_of_set(params["manifest_dir"], params["set"]), deployer.client, params["conf_dir"],
                             deployer.version)
    obsolete = manifest.obsolete(wanted) if params["prune"] else []
    plans = plan_files(obsolete + wanted, deployer.client, params, deployer.version, module.check_mode)
    _check_instances(jobs, plans)
    deployer.validate(plans)
    messages = report.Messages()
    _stop_removed(deployer, jobs, plans, messages)
    if not messages.failures:
        deployer.write(plans, manifest)
        _stop_again(deployer, plans, messages)
        _start(deployer, manifest, jobs, messages)
    down = [job.name for job in jobs if job.is_removed or job.state == "stopped"]
    return _finish(module, deployer, [job.name for job in jobs], down, [manifest], messages)


def make_up(module, connect, attributes):
    # type: (AnsibleModule, Callable[[], Upstart], Any) -> Dict[str, Any]
    """Restart and reload what is pending in the set; without a set, what the same play has left pending."""
    params = module.params
    # Earlier tasks may have been about to write manifests.
    earlier = check_mode.load(params) if module.check_mode else None
    unread = []  # type: List[UpstartError]
    names = [name_of_set(manifest.path) for manifest in _pending_manifests(params, unread)]
    for exc in unread:
        module.warn("What is pending in one list is not known, so this task does nothing for it: %s" % exc)
    if not names:
        for text in check_mode.doubt_warnings(earlier) if earlier else []:
            module.warn(text)
        return report.nothing_pending()
    with _only_run(module, names):
        manifests = [manifest for manifest in _pending_manifests(params) if name_of_set(manifest.path) in names]
        if not manifests:
            return report.nothing_pending()
        return _make_up(module, Deployer(module, connect(), attributes), manifests)


def _pending_manifests(params, unread=None):
    # type: (Dict[str, Any], Optional[List[UpstartError]]) -> List[Manifest]
    return pending.load(params["manifest_dir"], params["set"], params["_play"], unread)


def _only_run(module, sets):
    # type: (AnsibleModule, Iterable[str]) -> ContextManager[None]
    """Keep out other runs for the same lists, for example one whose controller has died. Check mode needs no lock."""
    paths = [] if module.check_mode else [
        os.path.join(module.params["manifest_dir"], LOCK_NAME % name) for name in sets]
    return locks.held(paths, module.params["timeout"])


def _make_up(module, deployer, manifests):
    # type: (AnsibleModule, Deployer, List[Manifest]) -> Dict[str, Any]
    params = module.params
    due = [(manifest, entry) for manifest in manifests
           for entry in pending.selected(manifest, params["set"], params["_play"])]
    names = sorted(set(entry["name"] for _manifest, entry in due))
    moot = _moot_jobs(deployer, [entry for _manifest, entry in due])
    tasks, undo, stable_for = [], {}, 0.0  # type: List[Task], Dict[str, Undo], float
    for manifest, entry in due:
        if entry["name"] not in moot:
            tasks = plan.merged_with(tasks, entry["name"], entry["tasks"])
            stable_for = max(stable_for, entry["stable_for"])
            restorable = undo_for(manifest, entry["name"], entry["instances"])
            if entry["rollback"] and restorable.files:
                undo[entry["name"]] = restorable
    recorded = set(name for manifest in manifests for name in manifest.recorded_jobs())
    recorded.update(name for _manifest, entry in due for name in entry.get("unrecorded", ()))
    deployer.remember_variables(recorded)
    messages = report.Messages()
    rollout = Rollout(deployer, manifests, undo, stable_for, messages)
    rollout.bring_about(tasks)
    rollout.bring_back(recorded)
    rollout.settle(names)
    return _finish(module, deployer, names, [], manifests, messages)


class Rollout:
    """Starts and restarts the jobs of a task; those that fail are rolled back, if they may be.

    :param manifests: list of manifest.Manifest.
    :param undo: dict of name to rollback.Undo, the jobs that may be rolled back.
    :param stable_for: float, seconds.
    """

    def __init__(
        self,
        deployer,  # type: Deployer
        manifests,  # type: Sequence[Manifest]
        undo,  # type: Mapping[str, Undo]
        stable_for,  # type: float
        messages,  # type: report.Messages
    ):
        # type: (...) -> None
        self._deployer = deployer
        self._manifests = manifests
        self._undo = undo
        self._stable_for = stable_for
        self._messages = messages

    def bring_about(self, tasks):
        # type: (Sequence[Task]) -> None
        """Carry out tasks together, and roll back what fails."""
        stage = self._deployer.bring_about(tasks, self._stable_for)
        failures = failure_reasons(stage.entries)
        for manifest in self._manifests:
            if not self._deployer.check_mode:
                manifest.forget(stage.proven)
            manifest.pending = [entry for entry in manifest.pending if entry["name"] not in stage.proven]
        self._messages.failures.update(failures)
        if failures and not self._deployer.check_mode:
            self._messages.rollbacks.update(roll_back(self._deployer, stage.entries, self._undo, self._stable_for))

    def bring_back(self, names):
        # type: (Iterable[str]) -> None
        """Start the instances of jobs again that this task has taken down."""
        self.bring_about(self._deployer.lost_jobs(set(names).difference(self._messages.failures)))

    def settle(self, names):
        # type: (Iterable[str]) -> None
        """Drop what was pending for these jobs, unless they failed and were not rolled back. Write the manifests."""
        failed = set(self._messages.failures).difference(self._messages.rollbacks)
        done = set(names).difference(failed).union(self._messages.rollbacks)
        for manifest in self._manifests:
            manifest.pending = [entry for entry in manifest.pending if entry["name"] not in done]
            try:
                self._deployer.save(manifest)
            except UpstartError as error:  # the message also needs the reasons of the jobs
                self._messages.manifest_errors.append(error.message)


def _start(deployer, manifest, jobs, messages):
    # type: (Deployer, Manifest, Sequence[ListedJob], report.Messages) -> None
    """Start and stop the jobs after their files are written, and record or make up for what is pending."""
    params = deployer.params
    plans = plan.plan_jobs(jobs, deployer.plans, manifest.unproven, params["on_change"], params["on_failure"])
    deployer.warnings.extend(plan.warnings_of(plans))
    manifest.pending = pending.after_plans(manifest.pending, plans, params["_play"], params["stable_for"], [
        job.name for job in jobs if job.name not in manifest.recorded_jobs()])
    deployer.save(manifest)
    undo = dict((job_plan.job.name, undo_for(manifest, job_plan.job.name, job_plan.job.instances, job_plan.files))
                for job_plan in plans if job_plan.may_roll_back and (job_plan.due or job_plan.job.state == "started"))
    rollout = Rollout(deployer, [manifest], undo, params["stable_for"], messages)
    tasks = [task for job_plan in plans for task in job_plan.services]
    own = [entry["name"] for entry in manifest.pending if params["restart"] == "now"]
    for entry in manifest.pending if own else []:
        tasks = plan.merged_with(tasks, entry["name"], entry["tasks"])
    rollout.bring_about(tasks)
    rollout.bring_back(job.name for job in jobs if not job.is_removed and job.state != "stopped")
    rollout.settle(own)


def _moot_jobs(deployer, due):
    # type: (Deployer, Sequence[Dict[str, Any]]) -> Set[str]
    """Return the jobs whose restart is no longer needed: somebody has restarted them, or has stopped what may be down.

    :param due: list of entries, see pending.py.
    """
    restarts = sorted(set(entry["name"] for entry in due if entry["action"] == "restart"))
    known = sorted(set(deployer.client.jobs()).intersection(restarts))
    current = proven_jobs(deployer.client, known, deployer.conf_dir, deployer.version)
    running = deployer.running_jobs(entry["name"] for entry in due)
    return current.union(entry["name"] for entry in due if entry["state"] != "started" and entry["name"] not in running)


def _stop_removed(deployer, jobs, plans, messages):
    # type: (Deployer, Sequence[ListedJob], Sequence[FilePlan], report.Messages) -> None
    """Stop the jobs whose files are removed. If one of them does not stop, nothing is written."""
    deployer.remember_variables(job.name for job in jobs)
    removed = [file.wanted.name for file in plans if is_removed_job(file.wanted)]
    running = deployer.running_jobs(removed) if removed else set()
    stage = deployer.bring_about([{"name": name, "state": "stopped"} for name in removed if name in running], 0.0,
                                 must_exist=False)
    messages.failures.update(failure_reasons(stage.entries))


def _stop_again(deployer, plans, messages):
    # type: (Deployer, Sequence[FilePlan], report.Messages) -> None
    """Stop removed jobs that somebody has started in between. A job whose file was kept for that reason has failed."""
    removed = [file for file in plans if is_removed_job(file.wanted)]
    woken = [{"name": file.wanted.name, "state": "stopped"} for file in removed if file.stale and not file.kept]
    stage = deployer.bring_about(woken, 0.0, must_exist=False)
    messages.failures.update(failure_reasons(stage.entries))
    messages.failures.update((file.wanted.name, "Job %s was not removed: something else started it while this task "
                              "stopped it. Run the task again." % file.wanted.name) for file in removed if file.kept)


def _finish(module, deployer, names, down, manifests, messages):
    # type: (AnsibleModule, Deployer, Sequence[str], Sequence[str], Sequence[Manifest], report.Messages) -> Dict[str, Any]
    """Issue the warnings and return the result; raise UpstartError with it if a job failed.

    :param down: names of jobs that are not running on purpose.
    """
    params = module.params
    losses = deployer.losses(set(down).union(messages.failures))
    for text in deployer.warnings + warnings_of(deployer.plans) + loss_warnings(losses, module.check_mode):
        module.warn(text)
    waiting = pending.waiting(params["manifest_dir"], manifests, params["set"], params["_play"])
    result = report.result_of(deployer, names, manifests, messages, waiting, losses)
    deployer.add_record(result)
    if messages.is_failure():
        del result["msg"]
        raise UpstartError(messages.text(waiting), **result)
    return result


def _check_instances(jobs, plans):
    # type: (Sequence[ListedJob], Sequence[FilePlan]) -> None
    """Raise UpstartError for instances in the list that the jobs' files do not allow."""
    files = {}  # type: Dict[str, List[FilePlan]]
    for file in plans:
        files.setdefault(file.wanted.name, []).append(file)
    faults = []  # type: List[str]
    for job in jobs:
        values = plan.definition_of(files.get(job.name, []))
        if values is not None and not job.is_removed:
            faults.extend(instances.faults(job, values))
    if faults:
        raise UpstartError("%s." % "; ".join(faults))
