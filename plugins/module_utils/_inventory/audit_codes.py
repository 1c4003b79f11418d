# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings that need the whole host; rows as in _jobfile.checks.codes."""

from __future__ import absolute_import, division, print_function

from .._jobfile.checks.codes import ERROR, HINT, WARNING, Code

__metaclass__ = type

FILES = (
    Code("not-loaded", WARNING, "Upstart has not loaded the job, although its files are valid",
         "Upstart does not notice a new link, and no change at all where inotify does not work.",
         "reload the configuration with upstart_init, and check that conf_dir is the job directory of this daemon"),
    Code("half-loaded", ERROR, "Upstart refuses these files, but made the job %s",
         "Upstart keeps the lines before the error of an override. Beside a job file with an error it makes a job from "
         "the override alone.",
         "fix the line that is named, then write the job file again"),
    Code("outdated", WARNING, "Upstart has another definition of the job than its files",
         "It did not notice that the files changed, for example because only the target of a link changed.",
         "reload the configuration with upstart_init"),
    Code("hidden-job", WARNING, "%s is a job like any other",
         "Upstart checks only how a file's name ends: events also start jobs from hidden and temporary files.",
         "remove the file, or rename it to a name that does not end in .conf"),
    Code("link-dangling", WARNING, "the file is a link whose target does not exist",
         "Upstart skips it.",
         "fix the link, or remove it"),
    Code("override-is-link", WARNING, "the override is a link",
         "Since 1.7 Upstart reads an override only if it is a regular file.",
         "replace the link with a copy of its target"),
    Code("override-without-job", HINT, "there is no %s for this override",
         "It takes effect as soon as that file exists.",
         "remove it if that is not intended"),
    Code("emits-missing", HINT, "a script of the job emits %s, but its emits stanza does not name it",
         "Tools that search for the emitter of an event do not find the job.",
         "add the event to emits"),
    Code("init-script-too", WARNING, "the init script %s of the same name also runs at boot",
         "The service is started twice, or its second start fails.",
         "disable one of them: the init script with update-rc.d or chkconfig, or the job with manual in its override"),
)

INSTANCES = (
    Code("orphan", WARNING, "Upstart has the job, but there is no %s",
         "The job runs until it is stopped. After that it cannot be started, and after the next boot it no longer "
         "exists.",
         "stop it, or restore its file"),
    Code("stale", WARNING, "%s runs with an older definition than its files have now",
         "A change takes effect when the job is stopped and started. initctl restart and a respawn keep the old "
         "definition.",
         "restart it with upstart_service"),
    Code("hollow", WARNING, "%s counts as running, but has no main process",
         "Its main process ended while Upstart expected it to fork, or Upstart made the job from an override alone.",
         "fix expect or the job file, then restart it with upstart_service"),
    Code("wedged", ERROR, "%s is stuck: Upstart is tracking process %s, which no longer exists",
         "With a wrong expect, Upstart tracked a child that ended: the job can neither be stopped nor started.",
         "fix expect, then stop the job with upstart_service and unwedge"),
    Code("zombie", ERROR, "%s is not running: its main process %s has exited, but Upstart does not notice it",
         "With a wrong expect, Upstart tracks a child that ends, and the parent of that child does not collect it.",
         "fix expect, then restart it with upstart_service"),
    Code("suspended", WARNING, "%s is not running: its main process %s is suspended by a signal or a debugger",
         "SIGSTOP suspends a process. With expect stop, Upstart continues it once, but not after a later SIGSTOP.",
         "continue it with kill -CONT and the process ID, or restart it with upstart_service"),
    Code("fork-not-seen", WARNING, "%s has been waiting for its expect %s for %s seconds",
         "If the program does not do what expect announces, the start never ends, and a stop neither ends nor sends a "
         "signal.",
         "fix expect, then stop the job with upstart_service and unwedge"),
    Code("slow-process", WARNING, "%s has not got further than %s for %s seconds",
         "Upstart waits until the process of this state ends, without a time limit.",
         "check what this process does; if it hangs, end it with kill and fix the job file"),
    Code("under-way", HINT, "%s had not got further than %s when its state was read",
         "A job that starts or stops passes through this state, and stays in it until a process ends or another job "
         "moves on.",
         "read the state again; if it is still the same, find out which process or job it waits for"),
)

RELATIONS = (
    Code("start-leads-to-stop", WARNING, "the start of %s leads to its own stop: %s",
         "Each of these events alone fulfils the next condition.",
         "remove one of them from the conditions, or combine it with another event by and"),
    Code("stop-leads-to-start", WARNING, "the stop of %s leads to its own start: %s",
         "Each of these events alone fulfils the next condition: the job does not stay stopped.",
         "remove one of them from the conditions, or limit it, for example with RESULT=failed"),
    Code("endless-loop", WARNING, "once started, this goes on forever: %s",
         "Each of these events alone fulfils the next condition.",
         "remove one of them from the conditions, or combine it with another event by and"),
    Code("waits-for-itself", WARNING, "%s can only start after itself",
         "The events in start on come from jobs that need this job: only a person can start any of them.",
         "start one of them on another event"),
)

CODES = FILES + INSTANCES + RELATIONS
BY_CODE = dict((row.code, row) for row in CODES)
