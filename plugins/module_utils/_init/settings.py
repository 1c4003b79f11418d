# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's own settings: log priority, job environment, configuration, runlevel. Plan, act, report."""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._daemon.errors import NotFoundError, PermissionDeniedError
from .._errors import UpstartError
from .._host import environment, runlevel
from .._host.definitions import Definition
from .._host.releases import JOB_ENVIRONMENT_SINCE
from .._system.deadline import Deadline
from . import runlevels

__metaclass__ = type

SettingsRequest = collections.namedtuple(
    "SettingsRequest", "log_priority job_env reload_configuration runlevel handle_service_module timeout conf_dir")
SERVICE_MODULE = "sysinit.upstart.upstart_service"
OWN_NAME = "upstart"  # what Ansible itself calls the service manager of such a host; no module has this name


class SettingsPlan:
    """What a request changes.

    :ivar before: dict, the settings as they are, see ``read``.
    :ivar after: dict, the settings as they are to be, in the end as they are.
    :ivar entries: list of KEY=VALUE to put into the job environment.
    :ivar names: list of variables to take out of it.
    :ivar jobs: dict of the sorted lists ``jobs_added`` and ``jobs_removed``.
    :ivar held_by: list of sentences, see ``runlevels.change``.
    """

    def __init__(self, before):
        self.before = before
        self.after = dict(before)
        self.entries = []
        self.names = []
        self.jobs = {}
        self.held_by = []

    def changed(self):
        return self.before != self.after or any(self.jobs.values())


def converge(client, request, check_mode=False, keep=None):
    """Bring the daemon's settings to what a request asks for and return the module's result.

    :param client: daemon.client.Upstart.
    :param request: Request; what is None or False is left alone.
    :param keep: function that is called with the Plan in check mode, or None.
    :raises UpstartError: before anything is done for what is refused; later with ``changed``.
    """
    deadline = Deadline(request.timeout)
    level = runlevels.wanted(request.runlevel)
    version = client.version()
    plan = SettingsPlan(dict(read(client), **(client.foreseen.settings if hasattr(client, "foreseen") else {})))
    wish(client, plan, request, level, version)
    if check_mode:
        if request.reload_configuration:
            plan.jobs = _differences(client.jobs(), expected_jobs(client, request.conf_dir, version))
        if keep is not None:
            keep(plan)
    else:
        act(client, plan, request, level, version, deadline)
    return report(plan, request, version)


def read(client):
    """Return the settings: ``log_priority``, ``runlevel``, ``previous_runlevel`` (text), ``job_env`` (dict); None for
    what is not known, not there (as ``job_env`` before Upstart 1.7) or not for this user."""
    current, previous = runlevel.read()
    return {"log_priority": client.log_priority(), "runlevel": current, "previous_runlevel": previous,
            "job_env": _job_env(client)}


def _job_env(client):
    try:
        return dict(entry.split("=", 1) for entry in client.job_environment())
    except (NotFoundError, PermissionDeniedError):
        return None


def wish(client, plan, request, level, version):
    """Fill the plan with the wanted settings; raise UpstartError for what the daemon would refuse."""
    if request.log_priority is not None:
        plan.after["log_priority"] = request.log_priority
    if request.job_env:
        _wish_environment(client, plan, request.job_env, version)
    if level is not None:
        runlevels.need_programs()
        if not runlevel.reached(level, plan.before["runlevel"], plan.before["previous_runlevel"]):
            plan.after.update(runlevel=level, previous_runlevel=plan.before["runlevel"] or "N")


def _wish_environment(client, plan, job_env, version):
    table = plan.before["job_env"]
    if table is None and version >= JOB_ENVIRONMENT_SINCE:
        raise PermissionDeniedError("This user may not see the environment that jobs start with, much less change it. "
                                    "Become the user of the daemon, which is root for a host's init.")
    if table is None:
        raise UpstartError("Upstart %s has no job environment to set: that came with 1.7. Put the variables into env "
                           "of the jobs that need them." % _dotted(version))
    wrong = [name for name in job_env if not name or "=" in name or "\0" in name]
    if wrong:
        raise UpstartError("job_env has '%s', which cannot be the name of a variable." % wrong[0], entry=wrong[0])
    given = dict((name, value) for name, value in job_env.items() if value is not None)
    wanted = dict(entry.split("=", 1) for entry in environment.pairs(given, "job_env"))
    plan.entries = sorted("%s=%s" % pair for pair in wanted.items() if table.get(pair[0]) != pair[1])
    plan.names = sorted(name for name, value in job_env.items() if value is None and name in table)
    plan.after["job_env"] = dict((name, value) for name, value in table.items() if name not in plan.names)
    plan.after["job_env"].update(wanted)
    if not (plan.entries or plan.names):
        return
    try:
        client.try_job_environment()
    except PermissionDeniedError as error:
        names = sorted(plan.names + [entry.split("=", 1)[0] for entry in plan.entries])
        raise UpstartError(
            "The environment that all jobs of this daemon start with cannot be changed (%s): Upstart allows that only "
            "in the init of a user's session. Put %s into env of the jobs that need it, with upstart_job; "
            "override=true leaves their own files alone." % (error.message, ", ".join(names)),
            names=names, **error.facts)


def act(client, plan, request, level, version, deadline):
    """Take the steps of a plan, in an order in which a failure leaves the least half done, and read what came of it."""
    done = False
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
            plan.jobs = _differences(known, client.jobs())
            done = done or any(plan.jobs.values())
        if plan.after["runlevel"] != plan.before["runlevel"]:
            plan.held_by = runlevels.change(client, level, version, deadline, request.conf_dir)
            done = True
        _verify(client, plan)
    except UpstartError as error:
        error.facts["changed"] = done or error.facts.get("changed", False)
        raise


def _unset(client, name):
    """Take a variable out of the job environment, and put back what the daemon takes out with it.

    Upstart removes every variable whose name is the beginning of the given one, and spares the one that follows each.
    """
    before = _job_env(client)
    left = before
    for _attempt in before:
        client.unset_job_variable(name)
        left = _job_env(client)
        if name not in left:
            break
    for lost in sorted(set(before) - set(left) - set([name])):
        client.set_job_variable("%s=%s" % (lost, before[lost]))


def _verify(client, plan):
    """Read the settings again; raise UpstartError when the daemon took one and did not keep it."""
    wanted, plan.after = plan.after, read(client)
    for key in ("log_priority", "job_env"):
        if wanted[key] != plan.after[key]:
            raise UpstartError("Upstart took the new %s, but has %s now, not %s. Does something else change it, too?"
                               % (key, plan.after[key], wanted[key]))


def expected_jobs(client, conf_dir, version):
    """Return the names of the jobs that the daemon will know when it has read ``conf_dir`` again.

    Those are the jobs whose files it can read, and those that have instances.
    """
    names = set()
    for folder, unused, files in os.walk(conf_dir):
        paths = [os.path.join(folder, name) for name in files if name.endswith(".conf") and name != ".conf"]
        names.update(os.path.relpath(path, conf_dir)[:-len(".conf")] for path in paths)
    good = set(name for name in names if Definition(name, conf_dir, version).values is not None)
    gone = [name for name in client.jobs() if name not in good]
    return good.union(name for name, alive in zip(gone, client.instances_of(gone)) if alive)


def _differences(before, after):
    return {"jobs_added": sorted(set(after) - set(before)), "jobs_removed": sorted(set(before) - set(after))}


def report(plan, request, version):
    """Return the module's result, the same in every mode."""
    result = dict(
        plan.after, version=_dotted(version), changed=plan.changed(),
        diff={"before": _lines(plan.before, request, plan.jobs.get("jobs_removed")),
              "after": _lines(plan.after, request, plan.jobs.get("jobs_added"))})
    if request.reload_configuration:
        result.update(plan.jobs)
    if request.runlevel is not None:
        result["held_by"] = plan.held_by
    if request.handle_service_module is not None:
        name = SERVICE_MODULE if request.handle_service_module else OWN_NAME
        result["ansible_facts"] = {"ansible_service_mgr": name}
    return result


def _lines(settings, request, jobs):
    """Return what was asked for as lines, for a diff."""
    lines = ["%s: %s" % (key, settings[key] or "unknown")
             for key in ("log_priority", "runlevel") if getattr(request, key) is not None]
    for name in sorted(request.job_env or {}):
        if name in settings["job_env"]:
            lines.append("job_env: %s=%s" % (name, settings["job_env"][name]))
    return "".join(line + "\n" for line in lines + ["job: %s" % name for name in jobs or []])


def _dotted(version):
    return ".".join(str(part) for part in version)
