# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the instances that a task has started, until they have stayed up long enough."""

from __future__ import absolute_import, division, print_function

import errno
import os
import signal

from .._daemon.names import instance_path
from .._errors import UpstartError
from .._host.init_log import failed_after_start
from .._host.releases import RELOAD_METHOD_SINCE
from .._host.status import (
    is_missing_main_process,
    missing_main_pid,
    process_age,
    wait_until_resting,
    zombie_pid,
)
from .._system import processes
from .._system.deadline import Deadline
from . import failure_errors
from .refusals import wedged
from .signal_history import is_respawned, was_stopped

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Pending  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

SETTLE_SECONDS = 2.0  # given to a failed instance to leave, so that its last signals arrive
MIN_SETTLE_SECONDS = 0.5  # the same when the time of the task is over


def let_settle(client, targets, deadline):
    # type: (Upstart, List[Target], Deadline) -> None
    """Give failed instances a moment to leave, so that the signals which tell the reason are in."""
    wait_until_resting(client, targets, _settling(deadline))


def _settling(deadline):
    # type: (Deadline) -> Deadline
    return Deadline(max(MIN_SETTLE_SECONDS, min(SETTLE_SECONDS, deadline.left())))


def watch(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    """Watch instances until their processes have run for ``stable_for`` seconds; one that ends is an error."""
    if not targets:
        return
    pids_before = [_main_pid(target) for target in targets]
    for target, pid_before in zip(targets, pids_before):
        if pid_before:
            target.progress.seconds_seen(pid_before)
        if target.progress.up_mark is None or "reload" in target.progress.sent:
            target.mark_signals(client)
    _wait_for_uptime(client, targets, request)
    wait_until_resting(client, targets, _settling(deadline))
    for target, pid_before in zip(targets, pids_before):
        pid = _main_pid(target)
        if target.result.after is None:
            target.result.error = failure_errors.ended(client, target, request)
        elif missing_main_pid(target.result.after):
            target.result.error = wedged(target, pid)  # type: ignore[arg-type]  # what was lost has a pid
        elif zombie_pid(target.result.after):
            target.result.error = failure_errors.zombie_main(target)
        elif is_missing_main_process(target.definition, target.result.after):
            target.result.error = failure_errors.no_process(client, target, request)
        elif pid != pid_before and was_stopped(client, target):
            target.result.error = failure_errors.interference_error(client, target, request, "restarted")
        elif pid != pid_before or (is_respawned(client, target) and not was_stopped(client, target)):
            target.result.error = failure_errors.respawning(client, target, request)


def _main_pid(target):
    # type: (Target) -> Optional[int]
    return (target.result.after or {}).get("processes", {}).get("main")


def _wait_for_uptime(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> None
    """Wait until main processes have been up for ``stable_for`` seconds in which they could run, or all have ended.

    On a busy host a process may begin its work late, so the time that it waited for a processor does not count.
    """
    paths = set(instance_path(target.job, target.instance_name) for target in targets)
    mark = len(client.connection.signals)

    def all_left():
        # type: () -> bool
        left = set(item.path for item in client.connection.signals[mark:]
                   if item.member == "StateChanged" and item.args[0] == "waiting")
        return paths <= left

    limit = Deadline(request.stable_for + request.timeout)
    missing = request.stable_for
    while not client.connection.wait(all_left, missing):
        missing = min(limit.left(), request.stable_for - min(_uptime(client, target) for target in targets))
        if missing <= 0:
            return


def _uptime(client, target):
    # type: (Upstart, Target) -> float
    """Return the seconds for which the main process of an instance has run or slept; infinite where there is none."""
    peer, main = client.connection.peer["pid"], _main_pid(target)
    if not main or not processes.state_of(peer, main):
        return float("inf")
    return process_age(peer, main) - processes.time_in_queue(peer, main)


def send_reload(client, target):
    # type: (Upstart, Target) -> Optional[Pending]
    """Send Instance.Reload, or the signal itself where Upstart (before 1.10) has no such method."""
    if client.version() >= RELOAD_METHOD_SINCE:
        return client.request_instance("Reload", target.job, target.instance_name)
    main = target.result.after["processes"].get("main")  # type: ignore[index]  # only what exists is reloaded
    peer_pid = client.connection.peer["pid"]
    if processes.state_of(peer_pid, main) is None:
        target.result.error = UpstartError(
            "Job %s was not reloaded: before 1.10, a reload is a signal to the main process, and the processes of this "
            "Upstart are not visible from here. Run the task where Upstart runs, with /proc mounted." % target.label,
            name=target.job)
        return None
    for process in processes.table(peer_pid).values():
        if process.inner == main:
            _hang_up(process.pid, target)
    return None


def _hang_up(pid, target):
    # type: (int, Target) -> None
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        if error.errno == errno.EPERM:
            target.result.error = UpstartError(
                "Job %s was not reloaded: this user may not signal process %d. Run the task as root." % (
                    target.label, pid), name=target.job)
        # else the process has just ended, which the read after the reload shows


def note_failed_post_start(target):
    # type: (Target) -> None
    """Warn of a post-start process that failed: for Upstart the job runs all the same."""
    if "post-start" in (target.definition.values or {}).get("process", {}):
        failed = failed_after_start(failure_errors.init_messages(target))
        if failed:
            target.result.warnings.append(failure_errors.failed_helper(
                target, "Job %s runs, but its post-start process failed." % target.label, "post-start", failed))


def note_failed_stop(target):
    # type: (Target) -> None
    """Warn of a stop that failed although the instance is gone, unless ``ends_in_pre_stop`` explains it."""
    if not failure_errors.ends_in_pre_stop(target):
        text = "The post-stop process of job %s failed when the job was stopped for its restart." % target.label
        messages = failure_errors.init_messages(target, expected=True)
    elif target.definition.values is None or "post-stop" in target.definition.values["process"]:
        text = ("Upstart says that job %s failed while stopping: before 1.11 it does so when the main process ends "
                "while pre-stop runs, else post-stop failed." % target.label)
        messages = failure_errors.init_messages(target)
    else:
        return
    target.result.warnings.append(failure_errors.failed_helper(target, text, "post-stop", messages))
