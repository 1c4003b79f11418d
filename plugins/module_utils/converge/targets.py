# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service request is about: jobs and their instances, looked up together."""

from __future__ import absolute_import, division, print_function

from ..daemon import names, process
from ..daemon.errors import InvalidArguments, Lost, UnknownJob
from ..errors import UpstartError
from .definitions import Definition
from .environment import check_names
from .job_names import check_job_name, skipped_part
from .logs import KEEPS_LOGS, log_path, log_size
from .waiting import look, resting

__metaclass__ = type


class Target:
    """One instance of one job on its way to a wanted state.

    :ivar wanted: services.Request, what is asked of it.
    :ivar instance: text, the instance's name ('' for a job that has only one), or
        None while nothing tells its name.
    :ivar before: dict, its status before anything was done, or None.
    :ivar after: dict, its status at the end, or None.
    :ivar steps: list of what is to be done, in order: clean, wait, free, stop, start, reload.
    :ivar todo: list of those steps that are not done yet.
    :ivar sent: set of the steps whose request went out.
    :ivar succeeded: bool, whether the daemon answered our start, which for a task job is its success.
    :ivar doubtful: bool, whether the daemon called our stop failed although that may mean nothing.
    :ivar error: UpstartError, why the wanted state was not reached, or None.
    :ivar age: float, seconds that its main process has been running; infinite when there is none.
    :ivar stale: bool, whether the running instance follows an older definition; None when that is unknown.
    :ivar changed_file: path of its file that was changed after it began, where nobody tells what it runs by, or None.
    :ivar kept_by: list of text, other instances for which Upstart keeps an older definition, by which it starts this.
    :ivar env_differs: list of text, variables that the running instance has other values of than ``env`` says.
    :ivar env_unknown: list of text, variables in ``env`` of which nobody can tell what the running instance has.
    :ivar unknown_because: text, a clause that says why, or None.
    :ivar change: enabling.Change that enables or disables the job, or None; one target of a job has it.
    :ivar unread: bool, whether the daemon does not know the job although its file is in order.
    :ivar script: scripts.Script behind a name that is no Upstart job, or None.
    :ivar group: list of Targets, the instances that a job is to have with those that go for them, or None.
    :ivar env_before: list of KEY=VALUE that an instance in a group was started with; None when that is not told.
    :ivar leftovers: list of dicts ``pid``, ``command``: processes that a wedge left unsupervised.
    :ivar main: for a restart, what identifies its main process before anything was done, or None; see ``main_of``.
    :ivar up_mark: int, the number of signals when it had come up by what the task did.
    :ivar up_at_mark: bool, whether it was up by then.
    :ivar overtaken: bool, whether somebody else had started it when our start came.
    :ivar is_new: bool, whether somebody started it during the task, which was to leave no such instance.
    :ivar warnings: list of text.
    """

    def __init__(self, job, definition, wanted):
        self.job = job
        self.env = wanted.env or []
        self.definition = definition
        self.wanted = wanted
        self.instance = None
        self.before = None
        self.after = None
        self.steps = []
        self.todo = []
        self.sent = set()
        self.succeeded = False
        self.doubtful = False
        self.error = None
        self.age = float("inf")
        self.stale = None
        self.changed_file = None
        self.kept_by = []
        self.env_differs = []
        self.env_unknown = []
        self.unknown_because = None
        self.change = None
        self.unread = False
        self.script = None
        self.group = None
        self.env_before = None
        self.leftovers = []
        self.main = None
        self.up_mark = None
        self.up_at_mark = False
        self.overtaken = False
        self.is_new = False
        self.warnings = []
        self.pending = None
        self.log_mark = 0
        self.init_log = None

    @property
    def label(self):
        return names.label(self.job, self.instance or "")

    def rests(self):
        """Return whether it is, after the steps so far, where it stays until somebody asks."""
        return resting(self.after, self.definition.is_task())

    def mark_signals(self, client):
        """Remember which signals had come when it was started, or was waited for."""
        self.up_mark = len(client.connection.signals)
        self.up_at_mark = self.after is not None and resting(self.after)

    def mark_log(self, log_dir):
        """Remember where the job's log ends now, so that only what comes later is shown."""
        path = self.log_file(log_dir)
        self.log_mark = log_size(path) if path else 0

    def log_file(self, log_dir):
        """Return the path of the job's log; None where Upstart keeps none."""
        return log_path(log_dir, self.job, self.instance or "") if self.definition.version >= KEEPS_LOGS else None


def main_of(client, status):
    """Return what identifies the main process of an instance, its pid and when it began; None where it has none."""
    pid = (status or {}).get("processes", {}).get("main")
    return (pid, process.began(client.connection.peer["pid"], pid)) if pid else None


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
    if definition.text is not None and skipped_part(definition.name):
        return UpstartError(
            "Upstart never reads %s: it skips directories with names such as %s. Give the job another name."
            % (definition.conf, skipped_part(definition.name)), **facts)
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


def resolve(client, request, version):
    """Look up the instances that a services.Request means, or the LSB script that a name stands for.

    With an ``env`` that is the one it leads to, and for ``started`` one that is yet to be; else all there are.

    :returns: list of Targets with ``instance`` and ``before`` set, or ``error``.
    """
    found = []
    definitions = {}
    for wanted in request.parts or [request]:
        for job in wanted.jobs:
            try:
                check_job_name(job)
                check_names(wanted.env or [], version)
                if job not in definitions:
                    definitions[job] = _definition(job, wanted, version)
                found.extend(_targets(client, job, definitions[job], wanted))
            except Lost:
                raise
            except UpstartError as error:
                unread = Definition(job, wanted.conf_dir, version, read=False)
                found.append(_failed(job, definitions.get(job, unread), wanted, error))
    live = [target for target in found if target.error is None and target.instance is not None]
    for target, status in zip(live, look(client, [(target.job, target.instance) for target in live])):
        target.before = status
        if target.wanted.state == "restarted":
            target.main = main_of(client, status)
    return found


def _definition(job, wanted, version):
    definition = Definition(job, wanted.conf_dir, version)
    if wanted.expected is not None:
        definition.expect(wanted.expected, version)
    return definition


def _targets(client, job, definition, wanted):
    """Return the Targets of one job, with ``instance``, ``script`` or ``error``."""
    try:
        client.find_job(job)
        return _instances(client, job, definition, wanted)
    except UnknownJob as error:
        target = Target(job, definition, wanted)
        if wanted.expected is not None:
            return [target]
        if definition.text is None:
            target.script = _script(job, wanted.script_dir)
        if target.script is None and (definition.text is not None or wanted.must_exist):
            target.error = unknown_job(definition, error)
            target.unread = (definition.text is not None and definition.complaint() is None
                             and skipped_part(job) is None)
        return [target]
    except InvalidArguments as error:
        return [_failed(job, definition, wanted, missing_variables(definition, wanted.env or [], error))]


def _script(name, folder):
    """Return the scripts.Script of that name, or None when there is none or none is wanted."""
    from . import lsb_script, scripts
    path = lsb_script.find(name, folder) if folder else None
    return scripts.Script(name, path) if path else None


def _failed(job, definition, wanted, error):
    target = Target(job, definition, wanted)
    target.error = error
    return target


def _becomes_single(definition, named):
    """Return whether instances of these names are to become the single one that a job's files know now."""
    return bool(named) and named != [""] and definition.values is not None and not definition.instance_variables()


def _instances(client, job, definition, wanted):
    named = client.instances(job) if wanted.env is None and wanted.state != "started" else []
    if wanted.instances is not None or (wanted.state == "restarted" and _becomes_single(definition, named)):
        from . import replacing
        listed = [[]] if wanted.instances is None else wanted.instances
        return replacing.targets(job, definition, wanted._replace(instances=listed), named)
    if not named and (wanted.env is not None or wanted.state not in ("stopped", None)):
        named = [client.find_instance(job, wanted.env or [])]
    if named == [None] and wanted.state == "reloaded" and wanted.env and definition.instance_variables():
        variables = ", ".join(definition.instance_variables())
        raise UpstartError("Job %s has no instance for these values of %s that could be reloaded. Start it, or leave "
                           "env out to reload all that run." % (job, variables), name=job)
    targets = []
    for instance in named or [None]:
        target = Target(job, definition, wanted)
        target.instance = instance
        targets.append(target)
    return targets
