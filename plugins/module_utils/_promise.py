# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise of the collection: what a task reports as ok is so.

Each function compares what a task asked for and what was there before it with what is there now, read again after the
task has acted. It returns what does not hold. Nothing here reads, waits or acts, and no other place decides what is ok.
"""

from __future__ import absolute_import, division, print_function

import collections

__metaclass__ = type

CLOCK_TOLERANCE = 0.05  # seconds; /proc gives the start of a process in hundredths of a second
ZOMBIE, STOPPED_STATES = "Z", ("T", "t")  # states of a process in /proc

# What does not hold, for an instance of a job.
GONE = "gone"  # asked to run, and there is no such instance
STOPPING = "stopping"  # asked to run, and it is on its way down
NOT_UP = "not up"  # asked to run, and it is still on its way up
NO_MAIN = "no main process"  # Upstart calls it running, and tracks no main process
MAIN_LOST = "main process lost"  # Upstart tracks a process that does not exist
MAIN_ZOMBIE = "main process is a zombie"  # Upstart tracks a process that has ended, and that its parent leaves
MAIN_SUSPENDED = "main process is suspended"  # by a signal or a debugger; only a warning
YOUNG = "not up for long enough"
RESPAWNED = "respawned"  # it came up, and its main process has ended since
OTHER_ENV = "other variables"  # somebody else has started it, with other values than the task's
NOT_RESTARTED = "not restarted"  # the main process is the same as before
OLD_DEFINITION = "old definition"  # it does not run by the present files
STILL_THERE = "still there"  # asked to be stopped
NOT_FINISHED = "not finished"  # a task that somebody stopped on its way
NOT_ENABLED = "not as enabled"  # the files do not say what ``enabled`` asks for
WARNINGS = (MAIN_SUSPENDED,)

# What does not hold, for a job file.
FILE_DIFFERS = "file differs"
JOB_UNKNOWN = "job unknown"
JOB_REMAINS = "job remains"
FILE_UNREAD = "file unread"

# What is asked of an instance. state: started, stopped, restarted or reloaded; task: whether its job is a task, which
# ends by itself; current: whether it has to run by the present files; stable_for: seconds that it has to be up.
Expectation = collections.namedtuple("Expectation", "state task current stable_for")

# An instance as it is. goal, state: text, as Upstart has them. main: identity of the main process (any value that
# differs between two processes), None for none. main_defined: whether its job has a main process, None if unknown.
# main_state: text, as /proc has it, "" for a process that does not exist, None where that cannot be seen. age: float,
# seconds since the main process began. current: whether it runs by the present files, None if unknown. respawned:
# whether it was respawned since it came up. env_as_asked: whether it has the variables that the task gives. finished:
# for a task, whether it ran to its end, None if unknown.
ObservedInstance = collections.namedtuple(
    "ObservedInstance", "goal state main main_defined main_state age current respawned env_as_asked finished")


def instance_faults(asked, before, now):
    """Return what does not hold for one instance, a list of the words above, the most serious first.

    :param asked: Asked.
    :param before: Instance, as it was when the task began, or None for no such instance.
    :param now: Instance, as it is now, or None for no such instance.
    """
    if asked.state == "stopped":
        return [] if now is None else [STILL_THERE]
    if asked.task:
        if now is not None and now.finished is False:
            return [NOT_FINISHED]
        return [OTHER_ENV] if now is not None and not now.env_as_asked else []
    if now is None:
        return [GONE]
    if now.goal == "stop":
        return [STOPPING]
    if now.state != "running":
        return [NOT_UP]
    return _main_faults(asked, now) + _change_faults(asked, before, now)


def _main_faults(asked, now):
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
    """Return what does not hold of what upstart_event is about to report of one instance; words as above.

    :param is_up: whether it reports the instance as running, else as gone.
    :param now: Instance, as it is now, or None for no such instance; ``respawned`` only if that is not reported.
    """
    return instance_faults(Expectation("started" if is_up else "stopped", False, False, 0.0), None, now)


def enabled_faults(asked, now):
    """Return what does not hold for whether a job starts by itself.

    :param asked: bool, or None where the task does not care.
    :param now: bool, by the files as they are now; None where Upstart would not load them.
    """
    return [NOT_ENABLED] if asked is not None and now is not None and asked != now else []


def file_faults(asked, present, is_known=None, is_read=None):
    """Return what does not hold of a job file: a list of the kinds above, [] when everything holds.

    :param asked: bytes that the file shall hold, None for no file.
    :param present: bytes that it holds now, None for no file.
    :param is_known: whether init knows the job; None where that does not matter: nobody asks init, or instances that
        still run keep the job of a removed file.
    :param is_read: whether init has read exactly this file; None where that is unknown or does not matter.
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
