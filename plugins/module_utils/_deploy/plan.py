# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan what happens to the jobs of a list after their files are written: pure functions of what was read.

A task is a dict, an entry of the option ``jobs`` of upstart_service.
"""

from __future__ import absolute_import, division, print_function

from .._jobs.wanted_file import is_removed_job
from . import instances
from .entries import ListedJob

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple  # noqa: F401
    from .._jobs.plans import FilePlan  # noqa: F401

    Task = Dict[str, Any]

__metaclass__ = type

CHANGED_NOW = "its files changed while it was running"
CHANGED_EARLIER = "an earlier run changed its files and did not restart or reload it"
OTHER_DEFINITION = "it runs with another definition than its files"


class JobPlan:
    """What a task does to a job besides writing its files.

    :ivar job: entries.ListedJob.
    :ivar files: list of plans.FilePlan, those of the job.
    :ivar due: list of dict, the restarts and reloads for its changed files; these may wait for a later task.
    :ivar services: list of dict, the tasks that do not wait.
    :ivar reason: text, a clause with the reason for ``due``, or None.
    :ivar may_roll_back: bool, whether the earlier files are restored if the job fails with the present ones.
    """

    def __init__(self, job, files):
        # type: (ListedJob, List[FilePlan]) -> None
        self.job = job
        self.files = files
        self.due = []  # type: List[Task]
        self.services = []  # type: List[Task]
        self.reason = None  # type: Optional[str]
        self.may_roll_back = False


def definition_of(files):
    # type: (Sequence[FilePlan]) -> Optional[Dict[str, Any]]
    """Return the job as its files will define it, or None if that is unknown: the last plan knows the others."""
    values = [plan.values for plan in files if plan.values is not None]
    return values[-1] if values else None


def plan_jobs(
    jobs,  # type: Sequence[ListedJob]
    plans,  # type: Sequence[FilePlan]
    unproven,  # type: Mapping[Tuple[str, bool], Dict[str, Any]]
    on_change,  # type: str
    on_failure,  # type: str
):
    # type: (...) -> List[JobPlan]
    """Return the JobPlans of all listed jobs, and of the jobs whose files are only pruned.

    :param jobs: list of entries.ListedJob.
    :param plans: list of plans.FilePlan, carried out or predicted.
    :param unproven: dict, Manifest.unproven.
    :param on_change: text, what happens to running jobs with changed files, unless their entry says it.
    :param on_failure: text, the same for jobs that fail with them.
    """
    files = {}  # type: Dict[str, List[FilePlan]]
    for file in plans:
        files.setdefault(file.wanted.name, []).append(file)
    listed = set(job.name for job in jobs)
    others = [ListedJob(name, False) for name in sorted(files) if name not in listed]
    late = set(name for name, unused in unproven)
    job_plans = []
    for job in list(jobs) + others:
        plan = JobPlan(job, files.get(job.name, []))
        job_plans.append(plan)
        if job.is_removed or any(is_removed_job(file.wanted) for file in plan.files):
            continue
        plan.due = due_tasks(job, plan.files, job.name in late, on_change)
        plan.services = service_tasks(job, plan.files, plan.due)
        plan.reason = _reason(plan.files, job.name in late) if plan.due else None
        plan.may_roll_back = (job.on_failure or on_failure) == "rollback" and bool(
            earlier_files(job.name, unproven, plan.files))
    return job_plans


def warnings_of(job_plans):
    # type: (Sequence[JobPlan]) -> List[str]
    """Return a sentence for each job whose listed instances are not started although nothing is due."""
    return ["Job %s: its listed instances were not started, because instances with other names are still running and "
            "the job is not to be restarted (see on_change and restart). Restart the job to start them." % plan.job.name
            for plan in job_plans if plan.job.state == "started" and _is_renamed(plan.files)
            and not any(task["state"] == "restarted" for task in plan.due)]


def earlier_files(job_name, unproven, files):
    # type: (str, Mapping[Tuple[str, bool], Dict[str, Any]], Iterable[FilePlan]) -> List[Tuple[bool, Dict[str, Any]]]
    """Return the earlier files of a job that this run may restore: whether it is an override, and the file.

    A job file that an earlier run has added stays.

    :param files: list of plans.FilePlan of this run, those of the job.
    """
    is_added = any(not plan.wanted.override and plan.before is None and plan.after is not None for plan in files)
    return [(override, previous) for (name, override), previous in sorted(unproven.items(), key=lambda item: item[0])
            if name == job_name and (override or is_added or previous["content"] is not None)]


def _reason(files, is_late):
    # type: (Sequence[FilePlan], bool) -> str
    if any(plan.changed for plan in files):
        return CHANGED_NOW
    return CHANGED_EARLIER if is_late else OTHER_DEFINITION


def due_state(job, files, is_late, on_change):
    # type: (ListedJob, Sequence[FilePlan], bool, str) -> Optional[str]
    """Return the state to which a job is brought that was running when its file changed, or None.

    :param is_late: bool, whether a task has changed its files and the job has not run with them since.
    """
    if job.state == "stopped":
        return None
    action = job.on_change or on_change
    stale = [plan for plan in files if plan.stale]
    is_unknown = any(plan.stale is None for plan in files)  # it runs with an unknown definition
    is_changed = any(plan.changed for plan in stale) or (is_late and bool(stale or is_unknown))
    if action == "restart" and (is_changed or any(plan.wanted.state == "present" for plan in stale)):
        return "restarted"
    return "reloaded" if action == "reload" and is_changed else None


def due_tasks(job, files, is_late, on_change):
    # type: (ListedJob, Sequence[FilePlan], bool, str) -> List[Task]
    """Return the tasks that have a job use its changed files.

    While any instance uses the old file, Upstart starts the job's other instances with it too. All of them are
    therefore restarted together, and new instances are started at the same time.
    """
    state = due_state(job, files, is_late, on_change)
    if state is None:
        return []
    definitions = _current_and_stale(files)
    if definitions is not None and state == "restarted":
        replacements = instances.replacements(definitions[0], job, definitions[1])
        if replacements is not None:
            return [_task(job.name, state, instances=replacements)]
    if job.instances_exact and state == "restarted":
        return [_task(job.name, state, instances=job.instances)]
    stale = _stale_names(files)
    if job.instances is None or not stale <= set(_names(files, job.instances)) or _is_renamed(files):
        return [_task(job.name, state)]
    return [_task(job.name, state, env=env) for env, name in zip(job.instances, _names(files, job.instances))
            if state == "restarted" or name in stale]


def service_tasks(job, files, due):
    # type: (ListedJob, Sequence[FilePlan], Sequence[Task]) -> List[Task]
    """Return the tasks of a job that do not wait for its restart.

    While renamed instances run, nothing is started, because Upstart would use their old definition.
    """
    if job.state == "present" or (job.state == "started" and _is_renamed(files)):
        return targets(job, None, None)
    if not due:
        return targets(job, job.state, job.instances, job.instances_exact)
    handled = [task["env"] for task in due if "env" in task]
    stale = _stale_names(files)
    listed = job.instances or []
    left = [env for env, name in zip(listed, _names(files, listed)) if env not in handled and name not in stale]
    if job.instances_exact and any("instances" in task for task in due):
        left = []
    return targets(job, job.state, left) if left else targets(job, None, None)


def targets(job, state, listed, is_exact=None):
    # type: (ListedJob, Optional[str], Optional[List[Any]], Optional[bool]) -> List[Task]
    """Return the tasks that bring a job into a state, and enable or disable it as its entry asks.

    :param listed: list of the variables of its instances, or None.
    :param is_exact: bool, whether no other instances may run.
    """
    enabled = {} if job.enabled is None else {"enabled": job.enabled}
    if state is not None and listed is not None and is_exact:
        return [_task(job.name, state, instances=listed, exact=True, **enabled)]
    if state is not None and listed:
        return [_task(job.name, state, env=env, **enabled) for env in listed]
    if state is not None and listed is None:
        return [_task(job.name, state, **enabled)]
    return [dict(enabled, name=job.name)] if enabled else []


def _task(name, state, **more):
    # type: (str, str, **Any) -> Task
    return dict(more, name=name, state=state)


def merged_tasks(earlier, later):
    # type: (List[Task], List[Task]) -> List[Task]
    """Return the due tasks of a job without repeated instances. A restart takes precedence over a reload."""
    tasks = earlier + later
    if any("instances" in task for task in tasks):  # the later list has the current instance names
        return later if later and later[0]["state"] == "restarted" else earlier
    state = "restarted" if any(task["state"] == "restarted" for task in tasks) else "reloaded"
    if any("env" not in task for task in tasks):
        return [_task(tasks[0]["name"], state)] if tasks else []
    merged = []  # type: List[Task]
    for task in tasks:
        if dict(task, state=state) not in merged:
            merged.append(dict(task, state=state))
    return merged


def merged_with(tasks, name, due):
    # type: (List[Task], str, List[Task]) -> List[Task]
    """Return tasks of many jobs with the due tasks of a job, which replace its tasks for the same instances."""
    others = [task for task in tasks if task["name"] != name]
    own = [task for task in tasks if task["name"] == name and task.get("state") in ("restarted", "reloaded")]
    kept = [task for task in tasks if task["name"] == name and task not in own]
    return others + kept + (merged_tasks(own, due) if own else list(due))


def _stale_names(files):
    # type: (Sequence[FilePlan]) -> Set[str]
    return set(name for plan in files for name in plan.stale or ())


def _names(files, listed):
    # type: (Sequence[FilePlan], Sequence[Any]) -> List[Optional[str]]
    """Return the names of listed instances; None for those without a name."""
    values = definition_of(files)
    has_names = values is not None and values["instance"]
    return [instances.name_of(values, env) if has_names else None  # type: ignore[arg-type]  # has_names checks it
            for env in listed]


def _current_and_stale(files):
    # type: (Sequence[FilePlan]) -> Optional[Tuple[Dict[str, Any], Dict[str, Any]]]
    """Return the definition in a job's files and that of its stale instances; None if there are none or unknown."""
    values = definition_of(files)
    stale = [plan.stale_values for plan in files if plan.stale_values is not None]
    return (values, stale[-1]) if values is not None and stale else None


def _is_renamed(files):
    # type: (Sequence[FilePlan]) -> bool
    """Return whether a job has stale instances, and other instance names in its files."""
    definitions = _current_and_stale(files)
    return definitions is not None and instances.renames(definitions[1], definitions[0])
