# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a target before anything is done to it."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.status import state_text, suspended_pid

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

ASCII = "Use ASCII in the instance stanza and in the variables that it names."


def name_would_harm(target, name):
    # type: (Target, str) -> UpstartError
    """Return the error for an instance whose name would corrupt Upstart's memory."""
    return UpstartError(
        "Job %s was not %s: an instance name that is not ASCII corrupts Upstart's memory and may crash it. %s" % (
            display_name(target.job, name), target.wanted.state, ASCII), name=target.job)


def name_has_done_harm(target, name):
    # type: (Target, str) -> UpstartError
    """Return the error for an instance that runs with such a name; Upstart cannot be asked about it."""
    return UpstartError(
        "Job %s has an instance name that is not ASCII, which has corrupted Upstart's memory, and was not %s. Stop it "
        "with initctl stop and its variables, then reboot the host before Upstart crashes. %s" % (
            display_name(target.job, name), target.wanted.state, ASCII), name=target.job)


def nothing_to_reload(target):
    # type: (Target) -> UpstartError
    """Return the error for the reload of a job that has no main process."""
    return UpstartError("Job %s has no main process to reload. Restart it instead." % target.label,
                        name=target.job)


def wedged(target, pid):
    # type: (Target, int) -> UpstartError
    """Return the error for an instance whose tracked process does not exist."""
    return UpstartError(
        "Job %s is stuck in %s: Upstart is tracking process %d, which no longer exists, because its expect stanza is "
        "wrong. Fix the expect stanza, then run this task with state: stopped and unwedge: true." % (
            target.label, state_text(target.result.after), pid),
        name=target.job, wedged=True, pid=pid)


def definition_unknown(target, reason):
    # type: (Target, Optional[str]) -> UpstartError
    """Return the error for ``definition: current`` where an instance's definition is unknown."""
    return UpstartError("Cannot tell whether job %s runs with the current job file: %s. Use state: restarted to make "
                        "sure." % (target.label, reason), name=target.job)


def variables_unknown(target, reason):
    # type: (Target, str) -> UpstartError
    """Return the error for an instance that could not be started again once it is stopped."""
    names = list(collections.OrderedDict.fromkeys(target.definition.instance_variables()))
    return UpstartError(
        "Job %s was not %s: its instance name needs %s, whose values are unknown (%s). Set env, for example env: {%s: "
        "VALUE}; the instance was left running." % (
            target.label, target.wanted.state, " and ".join(names), reason, names[0]), name=target.job, missing=names)


def variables_lost(target, reason):
    # type: (Target, str) -> str
    """Return the warning on an instance that is started again with only the variable in its name."""
    return ("Job %s is started again with %s only, from its instance name: its other variables are unknown (%s). If it "
            "had more, set all of them in env." % (target.label, target.env[0].partition("=")[0], reason))


def stale_warning(target):
    # type: (Target) -> str
    """Return the warning on an instance that follows an older definition."""
    complaint = target.definition.complaint()
    if complaint:
        return "Job %s runs with a definition that its files no longer hold: %s." % (target.label, complaint)
    if target.plan.kept_by:
        return ("Job %s runs with an older definition than %s, %s. Restart all of these instances in one task to use "
                "the current file." % (target.label, target.definition.conf, _why_kept(target)))
    if target.instance and not target.definition.instance_variables():
        return ("Job %s is an instance of an older definition: %s has no instance stanza any more. Use state: "
                "restarted of upstart_service without env to replace it with the single instance." % (
                    target.label, target.definition.conf))
    return ("Job %s runs with an older definition than %s. Restart it to apply the current file, for example with "
            "state: restarted or definition: current of upstart_service." % (target.label, target.definition.conf))


def changed_warning(target):
    # type: (Target) -> str
    """Return the warning on an instance that may follow an older definition, where the daemon does not report it."""
    return ("Job %s may run with an older definition: %s was changed after it started, and its definition is unknown "
            "(%s). Restart it to apply the current file, for example with state: restarted of upstart_service." % (
                target.label, target.plan.changed_file, target.plan.unknown_because))


def old_definition(target):
    # type: (Target) -> UpstartError
    """Return the error for an instance that should run with the current files and does not."""
    complaint = target.definition.complaint()
    if complaint:
        return UpstartError("Job %s runs with a definition that its files no longer hold: %s. Fix the file, then run "
                            "the task again." % (target.label, complaint), name=target.job, **target.definition.facts())
    if target.plan.kept_by:
        return definition_kept(target)
    return UpstartError("Job %s runs with an older definition than %s: the file was changed during this task. Run the "
                        "task again." % (target.label, target.definition.conf), name=target.job)


def changed_meanwhile(target):
    # type: (Target) -> str
    """Return the warning on a task job whose files were changed after its start was requested."""
    return ("The task job %s may have run with an older definition: its files were changed during this task. Run it "
            "again if that matters." % target.label)


def other_variables(target):
    # type: (Target) -> UpstartError
    """Return the error for a job that somebody else started with other variables while the task wanted to."""
    names = ", ".join(target.plan.env_differs)
    return UpstartError("Job %s has other values of %s than env asks for: somebody else started it during this task. "
                        "Run the task again." % (target.label, names), name=target.job)


def not_as_enabled(target):
    # type: (Target) -> UpstartError
    """Return the error for a job whose files were changed by somebody else after the task enabled or disabled it."""
    return UpstartError("Job %s was %s, but somebody changed its files during this task. Run the task again."
                        % (target.job, "enabled" if target.wanted.enabled else "disabled"), name=target.job)


def definition_kept(target):
    # type: (Target) -> UpstartError
    """Return the error for ``definition: current`` where Upstart would start an instance by an older one."""
    return UpstartError(
        "Job %s was not %s: it would not use the current file %s, %s. Restart these instances in the same task." % (
            target.label, target.wanted.state, target.definition.conf, _why_kept(target)),
        name=target.job, kept_by=target.plan.kept_by)


def _why_kept(target):
    # type: (Target) -> str
    return "because Upstart keeps the old definition while other instances run with it (%s)" % (
        ", ".join(target.plan.kept_by))


def left_together(target):
    # type: (Target) -> UpstartError
    """Return the error for an instance that is not started because another instance of the job cannot be."""
    return UpstartError("Job %s was not %s, because not all of its instances can be." % (
        target.label, target.wanted.state), name=target.job)


def place_taken(target, remaining, is_back):
    # type: (Target, Target, bool) -> UpstartError
    """Return the error for an instance that is not started because another instance of its job is still running.

    :param remaining: Target, the other instance.
    :param is_back: bool, whether the first was started again as before.
    """
    return UpstartError("Job %s was not started with the new definition: instance %s is still running, and Upstart "
                        "keeps the old one until all are gone. %s" % (
                            target.label, remaining.label, "It was started again as before; run the task again with a "
                            "longer timeout." if is_back else "Run the task again."), name=target.job)


def refused(target, state):
    # type: (Target, str) -> UpstartError
    """Return the error for a start from files that the daemon would not load."""
    left_running = " It was left running." if (target.before or {}).get("goal") == "start" else ""
    is_missing = target.definition.text is None
    remedy = "Restore the file, or stop the job." if is_missing else "Fix the file, then run the task again."
    return UpstartError("Job %s was not %s: %s.%s %s" % (
        target.label, state, target.definition.complaint(), left_running, remedy), name=target.job,
        **target.definition.facts())


def not_imported(definition, names):
    # type: (Definition, List[str]) -> UpstartError
    """Return the error for variables that the init of ChromeOS would drop."""
    listed = ", ".join(names)
    return UpstartError(
        "Job %s does not import %s, so the init of ChromeOS would drop this part of env. Add it to import in %s, or "
        "remove it from env." % (definition.name, listed, definition.conf), name=definition.name, path=definition.conf)


def missing_variables(definition, env, cause):
    # type: (Definition, List[str], Optional[UpstartError]) -> UpstartError
    """Return the error for instance variables that were not given."""
    wanted = definition.instance_variables() or [  # cause is None only if there are variables
        cause.message.split(":", 1)[-1].strip().splitlines()[0]]  # type: ignore[union-attr]
    given = [entry.partition("=")[0] for entry in env]
    missing = [name for name in wanted if name not in given] or wanted
    return UpstartError(
        "Job %s has one instance per %s. Set %s in env to choose one, for example env: {%s: VALUE}."
        % (definition.name, " and ".join(missing), " and ".join(missing), missing[0]),
        name=definition.name, missing=missing)


def former_instances(definition, names):
    # type: (Definition, List[str]) -> UpstartError
    """Return the error for the start of a job that runs only once by its files, while named instances still run."""
    return UpstartError(
        "Job %s was not started: Upstart keeps an older definition while instances run with it (%s), and %s has no "
        "instance stanza any more. Use state: restarted to replace them with the single instance." % (
            definition.name, ", ".join(names), definition.conf), name=definition.name, kept_by=names)


def suspended_warning(target):
    # type: (Target) -> str
    """Return the warning on an instance whose main process a signal or a debugger has suspended."""
    pid = suspended_pid(target.result.after) or 0  # there is one
    return ("Job %s does not run: its main process %d is suspended by a signal or a debugger. Continue it with kill "
            "-CONT %d, or set expect stop if the program stops itself when it is ready." % (target.label, pid, pid))
