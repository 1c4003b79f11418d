# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise of the collection: what a task reports as ok is true.

The functions compare what a task asks for with the state after the task, read again. They return faults: what is not as
asked. They are pure: nothing here reads, waits or acts. No other place decides whether a task is ok.
"""

from __future__ import absolute_import, division, print_function

import collections

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401

__metaclass__ = type

CLOCK_TOLERANCE = 0.05  # seconds; /proc gives the start of a process in hundredths of a second
ZOMBIE, STOPPED_STATES = "Z", ("T", "t")  # states of a process in /proc

# Faults of an instance of a job.
NO_INSTANCE = "no such instance"  # it must run, but does not exist
STOPPING = "stopping"  # it must run, but its goal is stop
NOT_UP = "not running yet"  # it must run, but is still starting
NO_MAIN = "no main process"  # its state is running, but Upstart tracks no main process
MAIN_LOST = "main process lost"  # Upstart tracks a process that does not exist
MAIN_ZOMBIE = "main process is a zombie"  # Upstart tracks a process that has ended but was not collected by its parent
MAIN_SUSPENDED = "main process is suspended"  # by a signal or a debugger; only a warning
YOUNG = "not running for long enough"
RESPAWNED = "respawned"  # it was running, but its main process has ended since
OTHER_ENV = "other variables"  # another request has started it, with other values than the task's
NOT_RESTARTED = "not restarted"  # the main process is the same as before
OLD_DEFINITION = "old definition"  # it does not run with the present files
NOT_STOPPED = "not stopped"  # it must not run, but exists
NOT_FINISHED = "not finished"  # a task that was stopped before it finished
NOT_ENABLED = "not as enabled"  # the files are not as ``enabled`` asks for
WARNINGS = (MAIN_SUSPENDED,)

# Faults of a job file.
FILE_DIFFERS = "file differs"
JOB_UNKNOWN = "job unknown"
JOB_REMAINS = "job remains"
FILE_UNREAD = "file unread"

# What a task asks of an instance. state: started, stopped, restarted or reloaded. task: whether its job is a task,
# which ends by itself. current: whether it must run with the present files. stable_for: seconds that it must have run.
Expectation = collections.namedtuple("Expectation", "state task current stable_for")

# An instance at some time. goal, state: text, as Upstart reports them. main: identity of the main process (any value
# that differs between two processes), None for no process. main_defined: whether its job has a main process, None if
# unknown. main_state: text, as in /proc, "" for a process that does not exist, None if it cannot be read. age: float,
# seconds since the main process began. current: whether it runs with the present files, None if unknown. respawned:
# whether it was respawned since it was running. env_as_asked: whether it has the variables that the task sets.
# finished: for a task, whether it ran to its end, None if unknown.
ObservedInstance = collections.namedtuple(
    "ObservedInstance", "goal state main main_defined main_state age current respawned env_as_asked finished")


def instance_faults(asked, before, now):
    # type: (Expectation, Optional[ObservedInstance], Optional[ObservedInstance]) -> List[str]
    """Return the faults of an instance, a list of the constants above, the most serious first.

    :param asked: Expectation.
    :param before: ObservedInstance, the instance before the task, or None for no such instance.
    :param now: ObservedInstance, the instance after the task, or None for no such instance.
    """
    if asked.state == "stopped":
        return [] if now is None else [NOT_STOPPED]
    if asked.task:
        if now is not None and now.finished is False:
            return [NOT_FINISHED]
        return [OTHER_ENV] if now is not None and not now.env_as_asked else []
    if now is None:
        return [NO_INSTANCE]
    if now.goal == "stop":
        return [STOPPING]
    if now.state != "running":
        return [NOT_UP]
    return _main_faults(asked, now) + _change_faults(asked, before, now)


def _main_faults(asked, now):
    # type: (Expectation, ObservedInstance) -> List[str]
    if now.main is None:
        return [NO_MAIN] if now.main_defined else []
    if now.main_state == "":
        return [MAIN_LOST]
    if now.main_state == ZOMBIE:
        return [MAIN_ZOMBIE]
    faults = [MAIN_SUSPENDED] if now.main_state in STOPPED_STATES else []
    if now.respawned:
        faults.append(RESPAWNED)
    if now.age < asked.stable_for - CLOCK_TOLERANCE:
        faults.append(YOUNG)
    return faults


def _change_faults(asked, before, now):
    # type: (Expectation, Optional[ObservedInstance], ObservedInstance) -> List[str]
    faults = []
    if asked.state == "restarted" and before is not None and None not in (before.main, now.main):
        if before.main == now.main:
            faults.append(NOT_RESTARTED)
    if asked.state == "restarted" and not now.env_as_asked:
        faults.append(OTHER_ENV)
    if asked.current and now.current is False:
        faults.append(OLD_DEFINITION)
    return faults


def event_faults(is_up, now):
    # type: (bool, Optional[ObservedInstance]) -> List[str]
    """Return the faults in what upstart_event is about to report for an instance, a list of the constants above.

    :param is_up: bool, whether it reports the instance as running, else as stopped.
    :param now: ObservedInstance, the instance after the event, or None for no such instance. Its ``respawned`` is false
        if the respawn is reported.
    """
    return instance_faults(Expectation("started" if is_up else "stopped", False, False, 0.0), None, now)


def enabled_faults(asked, now):
    # type: (Optional[bool], Optional[bool]) -> List[str]
    """Return the faults in whether a job is enabled.

    :param asked: bool, or None if the task does not set it.
    :param now: bool, by the present files; None if Upstart would not load them.
    """
    return [NOT_ENABLED] if asked is not None and now is not None and asked != now else []


def file_faults(asked, present, is_known=None, is_read=None):
    # type: (Optional[bytes], Optional[bytes], Optional[bool], Optional[bool]) -> List[str]
    """Return the faults of a job file, a list of the constants above.

    :param asked: bytes, the wanted content of the file, or None for no file.
    :param present: bytes, its present content, or None for no file.
    :param is_known: bool, whether init knows the job. None if that does not matter: no daemon is used, or running
        instances keep the job of a removed file.
    :param is_read: bool, whether init has read exactly this file; None if that is unknown or does not matter.
    """
    faults = []
    if asked != present:
        faults.append(FILE_DIFFERS)
    if asked is None:
        return faults + ([JOB_REMAINS] if is_known else [])
    if is_known is False:
        faults.append(JOB_UNKNOWN)
    elif is_read is False:
        faults.append(FILE_UNREAD)
    return faults
