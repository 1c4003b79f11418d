# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding that only a look at the whole host can give: rows as in jobfile.check_codes."""

from __future__ import absolute_import, division, print_function

from .._jobfile.checks.codes import ERROR, HINT, WARNING, Code

__metaclass__ = type

FILES = (
    Code("not-loaded", WARNING, "Upstart has not loaded the job, although it would take its files",
         "A link that is made in place is not noticed, nor is any change where inotify does not work.",
         "reload the configuration with upstart_init, and see that conf_dir is the directory of this daemon"),
    Code("half-loaded", ERROR, "Upstart has a job %s, although it refuses these files",
         "It keeps what stands before the error of an override, and makes a job of the override alone beside a job "
         "file that it refuses.",
         "fix this line, then write the job file again"),
    Code("outdated", WARNING, "Upstart holds another definition of the job than its files",
         "It has not noticed that the files changed, as with the target of a link.",
         "reload the configuration with upstart_init"),
    Code("hidden-job", WARNING, "%s is a job like any other",
         "Upstart looks only at how a file's name ends: a hidden or temporary file is started by events, too.",
         "remove the file, or rename it so that it does not end in .conf"),
    Code("link-dangling", WARNING, "the file is a link to nothing",
         "Upstart passes over it.",
         "mend the link, or remove it"),
    Code("override-is-link", WARNING, "the override is a link",
         "From 1.7 on Upstart reads an override only when it is a file of its own.",
         "put a copy in place of the link"),
    Code("override-without-job", HINT, "there is no %s for this override",
         "It takes effect as soon as there is such a job.",
         "remove it if that is not meant"),
    Code("emits-missing", HINT, "a script of the job emits %s, which emits does not name",
         "The tools that look for who emits an event do not find the job.",
         "add it to emits"),
)

INSTANCES = (
    Code("orphan", WARNING, "Upstart has the job, but there is no %s",
         "It runs until it is stopped, cannot be started again then, and is not there after the next boot.",
         "stop it, or put its file back"),
    Code("stale", WARNING, "%s runs by an older definition than its files have now",
         "A change takes effect when the job is stopped and started; a restart of initctl and a respawn use the old "
         "one.",
         "restart it with upstart_service"),
    Code("hollow", WARNING, "%s counts as running, but its main process is not there",
         "Its main process ended while it was expected to fork, or Upstart made the job of an override alone.",
         "correct expect, or mend the job file, then restart it with upstart_service"),
    Code("wedged", ERROR, "%s is wedged: Upstart follows the process %s, which does not exist",
         "A wrong expect made it follow a process that is gone: the job can neither be stopped nor started.",
         "correct expect, then stop the job with upstart_service and unwedge"),
    Code("zombie", ERROR, "%s does not run: its main process %s has ended, but Upstart does not notice that",
         "A wrong expect made Upstart follow a child that ends, and the parent of that child does not collect it.",
         "correct expect, then restart it with upstart_service"),
    Code("suspended", WARNING, "%s does not run: its main process %s is suspended by a signal or a debugger",
         "A process gets there by SIGSTOP. With expect stop, Upstart continues it once, but not after a later one.",
         "continue it with kill -CONT and the process id, or restart it with upstart_service"),
    Code("fork-not-seen", WARNING, "%s has waited for its expect %s for %s seconds",
         "When the program does not do what expect says, the start never ends, and a stop neither ends nor signals.",
         "correct expect, then stop the job with upstart_service and unwedge"),
)

RELATIONS = (
    Code("start-leads-to-stop", WARNING, "the start of %s leads to its own stop: %s",
         "Each of these events alone fulfils the condition that comes next.",
         "take one of them out of the conditions, or join it to another event with and"),
    Code("stop-leads-to-start", WARNING, "the stop of %s leads to its own start: %s",
         "Each of these events alone fulfils the condition that comes next: the job does not stay stopped.",
         "take one of them out of the conditions, or name what it is for, as in RESULT=failed"),
    Code("endless-loop", WARNING, "once begun this goes on for ever: %s",
         "Each of these events alone fulfils the condition that comes next.",
         "take one of them out of the conditions, or join it to another event with and"),
    Code("waits-for-itself", WARNING, "%s can only start after itself",
         "What start on needs comes from jobs that need this one: nothing but a person starts any of them.",
         "start one of them on another event"),
)

CODES = FILES + INSTANCES + RELATIONS
BY_CODE = dict((row.code, row) for row in CODES)
