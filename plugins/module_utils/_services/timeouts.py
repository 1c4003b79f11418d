# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for jobs that do not reach their state in time: the state they are in, why, and what to do."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError
from .._host.status import is_resting, state_text

__metaclass__ = type


def timeout_error(target, verb, deadline):
    """Return the error for a target that did not reach its state in time.

    :param verb: text, what should have happened: started, stopped and so on.
    :param deadline: deadline.Deadline.
    """
    status = target.result.after
    if target.definition.is_task() and is_resting(status):
        return NoReplyError("Task job %s was still running after %g s and keeps running. Set a longer timeout."
                            % (target.label, deadline.seconds), name=target.job, timeout=deadline.seconds)
    text = "Job %s was not %s within %g s: it is in %s." % (target.label, verb, deadline.seconds, state_text(status))
    advice = _advice(target.definition.values or {}, status or {})
    return NoReplyError(text + (" " + advice if advice else ""), name=target.job, timeout=deadline.seconds)


def _advice(values, status):
    """Return what the job waits for and what to do about it as text, None for a state that needs no explanation."""
    state = status.get("state")
    if state == "spawned":
        return _expect_advice(values.get("expect", "none"), status["processes"].get("main", "?"))
    if state in ("pre-start", "post-start", "pre-stop", "post-stop"):
        return "Its %s process is still running; Upstart sets no time limit for it." % state
    if state in ("starting", "stopping"):
        return "Another job holds its %s event." % state
    if state == "killed":
        return "Its process does not exit; Upstart sends SIGKILL after %s s." % values.get("kill_timeout", "some")
    return None


def _expect_advice(expect, pid):
    if expect != "none":
        return ("Its main process never did what 'expect %s' waits for: fix the expect stanza, then stop the job with "
                "unwedge: true, which ends process %s." % (expect, pid))
    return ("If it was started with an expect stanza that its file no longer has, Upstart waits for it forever: stop "
            "the job with unwedge: true, which ends process %s." % pid)
