# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a stop may take, and messages for jobs that do not reach their state in time: why, and what to do."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError
from .._host import daemon_state, failures
from .._host.job_logs import log_tail
from .._host.status import is_resting, state_text
from .held import HELD, HeldError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

KILL_TIMEOUT = 5  # seconds, Upstart's default

# What happens when a process that has no time limit ends, by goal and by the process.
END_OF_HELPER = {
    ("start", "pre-start"): "after which the start fails",
    ("start", "post-start"): "after which the job counts as running",
    ("start", "pre-stop"): "after which the job keeps running",
    ("start", "post-stop"): "after which the job stays stopped",
    ("respawn", "post-start"): "after which Upstart respawns it",
    ("respawn", "pre-stop"): "after which Upstart respawns it",
}
STOPS = "after which the stop goes on"


def longest_kill_timeout(client, targets, conf_dir):
    # type: (Upstart, List[Target], str) -> float
    """Return the longest kill timeout of the targets in seconds, by their files and by the definitions in use."""
    if not targets:
        return 0
    snapshot = daemon_state.Snapshot(client, conf_dir)
    timeouts = [snapshot.kill_timeout(target.job, target.instance_name) for target in targets]
    timeouts += [(target.definition.values or {}).get("kill_timeout", KILL_TIMEOUT) for target in targets]
    return max(seconds for seconds in timeouts if seconds is not None)


def timeout_error(target, verb, deadline):
    # type: (Target, str, Deadline) -> NoReplyError
    """Return the error for a target that did not reach its state in time.

    :param verb: text, what should have happened: started, stopped and so on.
    :param deadline: deadline.Deadline.
    """
    status = target.result.after
    log = target.log_file(target.wanted.log_dir)
    facts = {"name": target.job, "timeout": deadline.seconds}  # type: Dict[str, Any]
    if log is not None:
        facts.update(log_file=log, log_lines=log_tail(log, target.progress.log_mark))
    quotes = failures.quotes(facts) if log is not None else ""
    if target.definition.is_task() and is_resting(status):
        return NoReplyError(_task_text(target, deadline) + quotes, **facts)
    text = "Job %s was not %s within %g s: it is in %s." % (target.label, verb, deadline.seconds, state_text(status))
    state = (status or {}).get("state")
    if state in ("starting", "stopping"):
        return HeldError(state, text, quotes, **facts)
    advice = waiting_advice(target.definition.values or {}, status or {})
    return NoReplyError(text + (" " + advice if advice else "") + quotes, **facts)


def _task_text(target, deadline):
    # type: (Target, Deadline) -> str
    """Return the text on a task job that still runs."""
    if "main" not in target.definition.values["process"]:  # type: ignore[index]  # a task has valid files
        return ("Task job %s never ends, because it has neither exec nor script. Add one of them, or remove task; stop "
                "the job first." % target.label)
    pid = (target.result.after or {}).get("processes", {}).get("main")
    return "Task job %s was still running after %g s and keeps running%s. Set a longer timeout." % (
        target.label, deadline.seconds, " as process %d" % pid if pid else "")


def waiting_advice(values, status):
    # type: (Dict[str, Any], Dict[str, Any]) -> Optional[str]
    """Return what the job waits for and what to do about it as text, None for a state that needs no explanation."""
    state = status.get("state")
    if state == "spawned":
        return _expect_advice(values.get("expect", "none"), status["processes"].get("main"))
    if state in ("pre-start", "post-start", "pre-stop", "post-stop"):
        return _helper_advice(values, status, state)
    if state in ("starting", "stopping"):
        return HELD % state + "."
    if state == "killed":
        return _kill_advice(values.get("kill_timeout"), status["processes"].get("main"))
    return None


def _helper_advice(values, status, process):
    # type: (Dict[str, Any], Dict[str, Any], str) -> str
    """Return the sentences on a process that has no time limit, and how to end it."""
    text = "Its %s process is still running; Upstart sets no time limit for it." % process
    if status["goal"] == "respawn":
        text = "Its main process has ended, but Upstart waits for its %s process, without a time limit." % process
    pid = status["processes"].get(process)
    if not pid:
        return text
    fix = "Fix %s" % process
    if process == "pre-start" and "process" in values and "main" not in values["process"]:
        fix = "If this is the service, move it to exec or script, which the job lacks"
    # Never its process group: /bin/kill of procps 4.0.2 takes -1234 for -1, which means all processes of the host.
    return "%s %s, and end this process with kill %d, %s." % (
        text, fix, pid, END_OF_HELPER.get((status["goal"], process), STOPS))


def _kill_advice(kill_timeout, pid):
    # type: (Any, Optional[int]) -> str
    process = "process %d" % pid if pid else "process"
    if kill_timeout is None:
        return "Its %s does not exit; Upstart sends SIGKILL after its kill timeout." % process
    return "Its %s does not exit; Upstart sends SIGKILL after %s s." % (process, kill_timeout)


def _expect_advice(expect, pid):
    # type: (str, Optional[int]) -> str
    ends = ", which ends process %d" % pid if pid else ""
    if expect != "none":
        return ("Its main process never did what 'expect %s' waits for: fix the expect stanza, then stop the job with "
                "unwedge: true%s." % (expect, ends))
    return ("If it was started with an expect stanza that its file no longer has, Upstart waits for it forever: stop "
            "the job with unwedge: true%s." % ends)
