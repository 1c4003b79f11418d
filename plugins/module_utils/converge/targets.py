# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service request is about: jobs and their instances, looked up together."""

from __future__ import absolute_import, division, print_function

from ..daemon import names
from ..daemon.errors import DaemonError, InvalidArguments, UnknownJob
from ..errors import UpstartError
from .causes import log_path, log_size
from .definitions import Definition
from .waiting import look

__metaclass__ = type


class Target:
    """One instance of one job on its way to a wanted state.

    :ivar instance: text, the instance's name ('' for a job that has only one), or
        None while no such instance exists.
    :ivar before: dict, its status before anything was done, or None.
    :ivar after: dict, its status at the end, or None.
    :ivar steps: list of what is to be done, in order: stop, start, reload, wait.
    :ivar error: UpstartError, why the wanted state was not reached, or None.
    """

    def __init__(self, job, env, definition):
        self.job = job
        self.env = env
        self.definition = definition
        self.instance = None
        self.before = None
        self.after = None
        self.steps = []
        self.error = None
        self.pending = None
        self.log_mark = 0

    @property
    def label(self):
        return names.label(self.job, self.instance or "")

    def mark_log(self, log_dir):
        """Remember where the job's log ends now, so that only what comes later is shown."""
        self.log_mark = log_size(log_path(log_dir, self.job, self.instance or ""))


def state_of(status):
    """Return a status as ``goal/state``, as initctl writes it; 'stop/waiting' for no instance."""
    return "%s/%s" % (status["goal"], status["state"]) if status else "stop/waiting"


def unknown_job(definition, cause):
    """Return the error for a job that the daemon has not loaded, with what its file has to do with it."""
    complaint = definition.complaint()
    facts = dict(definition.facts(), name=definition.name)
    if definition.text is not None and complaint:
        return UpstartError("The job %s is not loaded: %s. Mend the file and run the task again."
                            % (definition.name, complaint), **facts)
    if definition.text is not None:
        return UpstartError(
            "Upstart has not loaded the job %s although %s is in order. Is conf_dir the directory that this daemon "
            "reads? If so, reload its configuration." % (definition.name, definition.conf), **facts)
    return UpstartError("Upstart knows no job %s and %s. Check the name, or deploy the job first."
                        % (definition.name, complaint), error=cause.facts.get("error"), **facts)


def missing_variables(definition, env, cause):
    """Return the error for instance variables that were not given."""
    wanted = definition.instance_variables() or [cause.message.split(":", 1)[-1].strip().splitlines()[0]]
    given = [entry.partition("=")[0] for entry in env]
    missing = [name for name in wanted if name not in given] or wanted
    return UpstartError(
        "Job %s runs as instances and its name needs %s: say which one with env, for instance env: {%s: VALUE}."
        % (definition.name, ", ".join(missing), missing[0]), name=definition.name, missing=missing)


def resolve(client, request):
    """Look up the instances that a services.Request means.

    With an ``env`` that is the one it leads to, and for ``started`` one that is yet to be; else all there are.

    :returns: list of Targets with ``instance`` and ``before`` set, or ``error``.
    """
    version = client.version()
    found = []
    env = request.env
    for job in request.jobs:
        definition = Definition(job, request.conf_dir, version)
        try:
            client.find_job(job)
            found.extend(_instances(client, job, request, definition))
        except UnknownJob as error:
            if definition.text is None and not request.must_exist:
                found.append(Target(job, env or [], definition))
                continue
            found.append(_failed(job, env, definition, unknown_job(definition, error)))
        except InvalidArguments as error:
            found.append(_failed(job, env, definition, missing_variables(definition, env or [], error)))
        except DaemonError as error:
            found.append(_failed(job, env, definition, error))
    live = [target for target in found if target.error is None and target.instance is not None]
    for target, status in zip(live, look(client, [(target.job, target.instance) for target in live])):
        target.before = status
    return found


def _failed(job, env, definition, error):
    target = Target(job, env or [], definition)
    target.error = error
    return target


def _instances(client, job, request, definition):
    """Return the Targets of one job (see ``resolve``)."""
    named = client.instances(job) if request.env is None and request.state != "started" else []
    if not named and (request.env is not None or request.state != "stopped"):
        named = [client.find_instance(job, request.env or [])]
    targets = []
    for instance in named or [None]:
        target = Target(job, request.env or [], definition)
        target.instance = instance
        targets.append(target)
    return targets
