# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a target before anything is done to it."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.job_names import skipped_part
from .._host.status import suspended_pid
from .targets import state_of

__metaclass__ = type

ASCII = "Use ASCII in the instance stanza and in the variables that it names."


def name_would_harm(target, name):
    """Return the error for an instance of whose name Upstart must not make a D-Bus path."""
    return UpstartError(
        "Job %s was not %s: Upstart corrupts its memory by the name of an instance that is not ASCII, and may die of "
        "that. %s" % (display_name(target.job, name), target.wanted.state, ASCII), name=target.job)


def name_has_done_harm(target, name):
    """Return the error for an instance that runs under such a name, so that nobody can ask Upstart for it."""
    return UpstartError(
        "Job %s runs under a name that is not ASCII and was not %s: Upstart has corrupted its memory by that, may die "
        "at any time, and tells nothing of the instance. Stop that with initctl stop and its variables, and boot the "
        "host. %s" % (display_name(target.job, name), target.wanted.state, ASCII), name=target.job)


def nothing_to_reload(target):
    """Return the error for the reload of a job that has no main process."""
    return UpstartError("Job %s has no process of its own that could be reloaded. Restart it instead." % target.label,
                        name=target.job)


def wedged(target, pid):
    """Return the error for an instance whose tracked process does not exist."""
    return UpstartError(
        "Job %s is wedged in %s: Upstart follows process %d, which no longer exists (a wrong expect stanza let it "
        "follow a short-lived child), and waits for its end for ever. Correct the expect stanza, and stop the job with "
        "unwedge: true, which frees it." % (target.label, state_of(target.result.after), pid),
        name=target.job, wedged=True, pid=pid)


def definition_unknown(target, reason):
    """Return the error for ``definition: current`` where nobody can tell what an instance follows."""
    return UpstartError("Whether job %s follows its present definition is not known: %s. Use state: restarted to have "
                        "it follow that." % (target.label, reason), name=target.job)


def variables_unknown(target, reason):
    """Return the error for an instance that could not be started again once it is stopped."""
    names = list(collections.OrderedDict.fromkeys(target.definition.instance_variables()))
    return UpstartError(
        "Job %s was not %s: its name needs %s, and with which values it was started is not known: %s. Say that with "
        "env, for instance env: {%s: VALUE}. It was left as it is." % (
            target.label, target.wanted.state, " and ".join(names), reason, names[0]), name=target.job, missing=names)


def variables_lost(target, reason):
    """Return the warning on an instance that is started again with no more than its name tells."""
    return ("Job %s gets only %s again, which its name tells. What else it was started with is not known: %s. If there "
            "was more, name all of it in env." % (target.label, target.env[0].partition("=")[0], reason))


def stale_warning(target):
    """Return the warning on an instance that follows an older definition."""
    complaint = target.definition.complaint()
    if complaint:
        return "Job %s runs with a definition that its files hold no more: %s." % (target.label, complaint)
    if target.plan.kept_by:
        return ("Job %s runs with an older definition than that in %s, %s. Restart all of them in one task to have "
                "them follow the present one." % (target.label, target.definition.conf, _why_kept(target)))
    return ("Job %s runs with an older definition than that in %s; state: restarted or definition: current has it "
            "follow the present one." % (target.label, target.definition.conf))


def changed_warning(target):
    """Return the warning on an instance that may follow an older definition, where the daemon does not tell."""
    return ("Job %s may run with an older definition: %s was changed after it started, and what it runs by is not "
            "known: %s. state: restarted has it follow its present files." % (
                target.label, target.plan.changed_file, target.plan.unknown_because))


def old_definition(target):
    """Return the error for an instance that was to run by its present files and does not."""
    complaint = target.definition.complaint()
    if complaint:
        return UpstartError("Job %s runs with a definition that its files no longer hold: %s. Fix the file, then run "
                            "the task again." % (target.label, complaint), name=target.job, **target.definition.facts())
    if target.plan.kept_by:
        return definition_kept(target)
    return UpstartError("Job %s runs with an older definition than that in %s: the file was changed while this task "
                        "was at work. Run the task again." % (target.label, target.definition.conf), name=target.job)


def changed_meanwhile(target):
    """Return the warning on a task whose files were changed after it was to be started."""
    return ("The task job %s may have run with an older definition: its files were changed while this task was at "
            "work. Run it again if that matters." % target.label)


def other_variables(target):
    """Return the error for a job that somebody else started with other variables while the task wanted to."""
    names = ", ".join(target.plan.env_differs)
    return UpstartError("Job %s has other values of %s than env says, because somebody else started it while this task "
                        "was at work. Run the task again." % (target.label, names), name=target.job)


def not_as_enabled(target):
    """Return the error for a job whose files were changed by somebody else after the task enabled or disabled it."""
    return UpstartError("Job %s was %s, but somebody changed its files while this task was at work. Run the task again."
                        % (target.job, "enabled" if target.wanted.enabled else "disabled"), name=target.job)


def definition_kept(target):
    """Return the error for ``definition: current`` where Upstart would start an instance by an older one."""
    return UpstartError(
        "Job %s was not %s: it would not follow the present definition in %s, %s. Restart them in the same task." % (
            target.label, target.wanted.state, target.definition.conf, _why_kept(target)),
        name=target.job, kept_by=target.plan.kept_by)


def _why_kept(target):
    return "since Upstart keeps the older one until no instance runs by it any more (%s)" % (
        ", ".join(target.plan.kept_by))


def left_together(target):
    """Return the error for an instance that is not started, as others that the job shall have cannot be."""
    return UpstartError("Job %s was not %s, since that is not possible with all of its instances." % (
        target.label, target.wanted.state), name=target.job)


def place_taken(left, there, back):
    """Return the error for an instance that is not started anew, as another one of its job is still there.

    :param back: bool, whether it was started again as it was.
    """
    return UpstartError("Job %s was not started anew: job %s is still there, and Upstart starts no instance with a new "
                        "definition before all are gone. %s" % (
                            left.label, there.label, "It was started again as it was. Run the task again with a longer "
                            "timeout." if back else "Run the task again."), name=left.job)


def refused(target, state):
    """Return the error for a start from files that the daemon would not load."""
    kept = " It was left as it is, so that nothing is lost." if (target.before or {}).get("goal") == "start" else ""
    gone = target.definition.text is None
    remedy = "Put the file back, or stop the job." if gone else "Mend the file and run the task again."
    return UpstartError("Job %s was not %s: %s.%s %s" % (
        target.label, state, target.definition.complaint(), kept, remedy), name=target.job, **target.definition.facts())


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


def suspended_warning(target):
    """Return the warning on an instance whose main process a signal or a debugger has suspended."""
    pid = suspended_pid(target.result.after)
    return ("Job %s does not run: its main process %d is suspended by a signal or a debugger. Continue it with kill "
            "-CONT %d; if the program stops itself when it is ready, set expect stop." % (target.label, pid, pid))
