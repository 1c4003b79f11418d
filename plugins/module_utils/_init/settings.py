# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's own settings: log priority, job environment, configuration, runlevel."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.errors import NotFoundError, PermissionDeniedError
from .._errors import UpstartError
from .._host import environment, runlevel
from .._host.definitions import Definition
from .._host.releases import JOB_ENVIRONMENT_SINCE
from .._jobfile.directories import jobs_below
from .._jobfile.stanzas import dotted
from .._system.search_path import directories_of
from . import runlevels

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401

__metaclass__ = type

SettingsRequest = collections.namedtuple(
    "SettingsRequest", "log_priority job_env reload_configuration runlevel handle_service_module timeout conf_dir")

# settings: dict, see ``read``; version: tuple, the daemon's.
LoadedSettings = collections.namedtuple("LoadedSettings", "settings version")

# What a request changes. before: dict, the present settings, see ``read``; after: dict, the requested settings;
# entries: list of KEY=VALUE to set in the job environment; names: list of variables to remove from it; version: tuple,
# the daemon's.
SettingsPlan = collections.namedtuple("SettingsPlan", "before after entries names version")

# settings: dict, see ``read``; jobs: dict with the lists ``jobs_added`` and ``jobs_removed``, empty unless the
# configuration is reloaded; held_by: list of sentences or None, see ``runlevels.change``.
SettingsOutcome = collections.namedtuple("SettingsOutcome", "settings jobs held_by")

SERVICE_MODULE = "sysinit.upstart.upstart_service"
OWN_NAME = "upstart"  # Ansible's own name for the service manager of such a host; no module has it


# -- load ----------------------------------------------------------------------------------------------------------
def requested_runlevel(request):
    # type: (SettingsRequest) -> Optional[str]
    """Return the requested runlevel as telinit takes it, or None; raise UpstartError if it is refused."""
    return runlevels.normalized(request.runlevel)


def load(client):
    # type: (Upstart) -> LoadedSettings
    """Return the LoadedSettings of a daemon, in check mode after earlier tasks of the play."""
    version = client.version()
    earlier = client.foreseen.settings if hasattr(client, "foreseen") else {}
    return LoadedSettings(dict(read(client), **earlier), version)


def read(client):
    # type: (Upstart) -> Dict[str, Any]
    """Return the settings: ``log_priority``, ``runlevel``, ``previous_runlevel`` (text), ``job_env`` (dict).

    A setting is None if it is unknown, does not exist (``job_env`` before Upstart 1.7), or this user may not read it.
    """
    current, previous = runlevel.read()
    return {"log_priority": client.log_priority(), "runlevel": current, "previous_runlevel": previous,
            "job_env": _job_env(client)}


def _job_env(client):
    # type: (Upstart) -> Optional[Dict[str, str]]
    try:
        return dict(entry.split("=", 1) for entry in client.job_environment())
    except (NotFoundError, PermissionDeniedError):
        return None


# -- plan ----------------------------------------------------------------------------------------------------------
def plan(client, request, level, loaded):
    # type: (Upstart, SettingsRequest, Optional[str], LoadedSettings) -> SettingsPlan
    """Return the SettingsPlan of a request; raise UpstartError if the daemon would refuse it.

    :param level: text or None, see ``requested_runlevel``.
    """
    before = loaded.settings
    after = dict(before)
    entries, names = [], []  # type: List[str], List[str]
    if request.log_priority is not None:
        after["log_priority"] = request.log_priority
    if request.job_env:
        entries, names, after["job_env"] = _plan_environment(client, request.job_env, loaded)
    if level is not None:
        runlevels.ensure_programs_exist()
        if not runlevel.is_reached(level, before["runlevel"], before["previous_runlevel"]):
            after.update(runlevel=level, previous_runlevel=before["runlevel"] or "N")
    return SettingsPlan(before, after, entries, names, loaded.version)


def _plan_environment(client, job_env, loaded):
    # type: (Upstart, Any, LoadedSettings) -> Tuple[List[str], List[str], Dict[str, str]]
    """Return what to change in the job environment: (list of KEY=VALUE, list of names to remove, dict of the result).

    :param job_env: the option of the module.
    :raises UpstartError: if it is invalid, or the daemon would refuse the change.
    """
    present = loaded.settings["job_env"]
    if present is None and loaded.version >= JOB_ENVIRONMENT_SINCE:
        raise PermissionDeniedError("This user may not read or change the environment that jobs start with. Become the "
                                    "daemon's user, which is root for a host's init.")
    if present is None:
        raise UpstartError("Upstart %s has no job environment, which came with 1.7. Put the variables into env of the "
                           "jobs that need them." % dotted(loaded.version))
    given, removed = environment.pairs_and_removed(job_env, "job_env")
    wanted = dict(entry.split("=", 1) for entry in given)
    entries = sorted("%s=%s" % pair for pair in wanted.items() if present.get(pair[0]) != pair[1])
    names = sorted(name for name in removed if name in present)
    if entries or names:
        _ensure_environment_can_change(client, sorted(names + [entry.split("=", 1)[0] for entry in entries]))
    kept = dict((name, value) for name, value in present.items() if name not in names)
    return entries, names, dict(kept, **wanted)


def _ensure_environment_can_change(client, names):
    # type: (Upstart, List[str]) -> None
    try:
        client.try_job_environment()
    except PermissionDeniedError as error:
        raise UpstartError(
            "Cannot change the environment that all jobs start with (%s): Upstart allows that only in the init of a "
            "user's session. Put %s into env of the jobs that need it, with upstart_job; override: true leaves their "
            "own files alone." % (error.message, ", ".join(names)), names=names, **error.facts)


# -- act -----------------------------------------------------------------------------------------------------------
def predict(client, request, plan):
    # type: (Upstart, SettingsRequest, SettingsPlan) -> SettingsOutcome
    """Return the SettingsOutcome that a plan would have."""
    jobs = {}  # type: Dict[str, List[str]]
    if request.reload_configuration:
        jobs = _differences(client.jobs(), expected_jobs(client, request.conf_dir, plan.version))
    return SettingsOutcome(plan.after, jobs, [])


def act(client, request, plan, deadline):
    # type: (Upstart, SettingsRequest, SettingsPlan, Deadline) -> SettingsOutcome
    """Carry out a plan and return its SettingsOutcome.

    The order of the steps leaves as little as possible half done after a failure.
    """
    done = False
    jobs, held_by = {}, []  # type: Dict[str, List[str]], Optional[List[str]]
    try:
        if plan.after["log_priority"] != plan.before["log_priority"]:
            client.set_log_priority(plan.after["log_priority"])
            done = True
        for entry in plan.entries:
            client.set_job_variable(entry)
            done = True
        for name in plan.names:
            _unset(client, name)
            done = True
        if request.reload_configuration:
            known = client.jobs()
            client.reload_configuration()
            jobs = _differences(known, client.jobs())
            done = done or any(jobs.values())
        if plan.after["runlevel"] != plan.before["runlevel"]:
            held_by = runlevels.change(client, plan.after["runlevel"], plan.version, deadline, request.conf_dir)
    except UpstartError as error:
        error.facts["changed"] = done or error.facts.get("changed", False)
        raise
    return SettingsOutcome(plan.after, jobs, held_by)


def _unset(client, name):
    # type: (Upstart, str) -> None
    """Remove a variable from the job environment, and restore the variables that the daemon removes with it.

    Upstart removes every variable whose name is a prefix of the given one, but skips the variable after each removed
    one.
    """
    # It is not None: the plan has found the variable in it.
    before = _job_env(client)  # type: Dict[str, str]  # type: ignore[assignment]
    remaining = before
    for _attempt in before:
        client.unset_job_variable(name)
        remaining = _job_env(client)  # type: ignore[assignment]
        if name not in remaining:
            break
    for lost in sorted(set(before) - set(remaining) - set([name])):
        client.set_job_variable("%s=%s" % (lost, before[lost]))


def expected_jobs(client, conf_dir, version):
    # type: (Upstart, str, Tuple[int, ...]) -> Set[str]
    """Return the set of the jobs that the daemon will know after it has read ``conf_dir`` again.

    These are the jobs with a valid file and the jobs with instances.
    """
    names = set(name for top in directories_of(conf_dir) for name in jobs_below(top))
    valid = set(name for name in names if Definition(name, conf_dir, version).values is not None)
    without_file = [name for name in client.jobs() if name not in valid]
    return valid.union(name for name, instances in zip(without_file, client.instances_of(without_file)) if instances)


def _differences(before, after):
    # type: (Iterable[str], Iterable[str]) -> Dict[str, List[str]]
    return {"jobs_added": sorted(set(after) - set(before)), "jobs_removed": sorted(set(before) - set(after))}


# -- verify --------------------------------------------------------------------------------------------------------
def verify(client, plan, outcome):
    # type: (Upstart, SettingsPlan, SettingsOutcome) -> SettingsOutcome
    """Return an outcome with the settings as they are now; raise UpstartError if one is not as planned."""
    try:
        present = read(client)
        for key in ("log_priority", "job_env"):
            if plan.after[key] != present[key]:
                raise UpstartError("Upstart accepted the new %s, but it is %s now, not %s. Check what else changes it, "
                                   "then run the task again." % (key, present[key], plan.after[key]))
    except UpstartError as error:
        error.facts["changed"] = is_change(plan, outcome) or error.facts.get("changed", False)
        raise
    return outcome._replace(settings=present)


def is_change(plan, outcome):
    # type: (SettingsPlan, SettingsOutcome) -> bool
    """Return whether an outcome differs from the settings and jobs before."""
    return plan.before != outcome.settings or any(outcome.jobs.values())


# -- report --------------------------------------------------------------------------------------------------------
def report(request, plan, outcome):
    # type: (SettingsRequest, SettingsPlan, SettingsOutcome) -> Dict[str, Any]
    """Return the module's result, the same in every mode."""
    result = dict(
        outcome.settings, version=dotted(plan.version), changed=is_change(plan, outcome),
        diff={"before": _lines(plan.before, request, outcome.jobs.get("jobs_removed")),
              "after": _lines(outcome.settings, request, outcome.jobs.get("jobs_added"))})
    if request.reload_configuration:
        result.update(outcome.jobs)
    if request.runlevel is not None:
        result["held_by"] = outcome.held_by
    if request.handle_service_module is not None:
        name = SERVICE_MODULE if request.handle_service_module else OWN_NAME
        result["ansible_facts"] = {"ansible_service_mgr": name}
    return result


def _lines(settings, request, jobs):
    # type: (Mapping[str, Any], SettingsRequest, Optional[Iterable[str]]) -> str
    """Return the requested settings as lines, for a diff."""
    lines = ["%s: %s" % (key, settings[key] or "unknown")
             for key in ("log_priority", "runlevel") if getattr(request, key) is not None]
    given, removed = environment.pairs_and_removed(request.job_env or [], "job_env")
    for name in sorted(set(pair.split("=", 1)[0] for pair in given).union(removed)):
        if name in settings["job_env"]:
            lines.append("job_env: %s=%s" % (name, settings["job_env"][name]))
    return "".join(line + "\n" for line in lines + ["job: %s" % name for name in jobs or []])
