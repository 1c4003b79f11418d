# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every finding that ``check`` can report: one row each, shown to users on the page about warnings."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple

__metaclass__ = type

ERROR = "error"      # the file kills or wedges the daemon, or is not read at all: refused
WARNING = "warning"  # the job does something else than its author meant
HINT = "hint"        # right as it is, yet known to surprise

Code = namedtuple("Code", [
    "code",      # stable name
    "severity",  # ERROR, WARNING or HINT
    "message",   # the finding itself; %s stands for what it names
    "why",       # what happens
    "remedy",    # what to do
])

REFUSALS = (
    Code("syntax", ERROR, "%s",
         "Upstart does not read the file: there is no job, or only half of one when an override is broken.",
         "mend the line that is named"),
    Code("not-utf-8", ERROR, "a byte here is not UTF-8",
         "init aborts when anyone reads the job over D-Bus, or when it exports such a value.",
         "save the file as UTF-8"),
    Code("job-name", ERROR, "the job name %s cannot be used",
         "init writes past a buffer for a name that is not ASCII, and up to 0.6.7 dies of a file called .conf.",
         "use ASCII letters, digits, - and _, with / between the parts"),
    Code("instance-not-ascii", ERROR, "the instance name %s is not ASCII",
         "init writes past a buffer when it makes a D-Bus path of it.",
         "use ASCII in instance and in the variables that it names"),
    Code("kill-timeout-zero", ERROR, "kill timeout is 0",
         "From 1.6 on init aborts when the job is stopped, and the host with it.",
         "give at least 1 second"),
    Code("kill-signal-impossible", ERROR, "kill signal is %s",
         "Signal 0 makes init abort when the job is stopped; above 64 there is none, and the stop never ends.",
         "name a signal, such as TERM"),
    Code("kill-signal-number", ERROR, "kill signal is written as the number %s",
         "Upstart 1.3 to 1.5 aborts when such a job is stopped.",
         "write the name of the signal"),
)

TEXT = (
    Code("hash-cuts-word", WARNING, "%s is cut at a # in the middle of a word",
         "An unquoted # begins a comment even inside a word.",
         "put the word in quotes; write such a command as a script"),
    Code("blank-backslash", WARNING, "%s has a backslash behind a blank",
         "A defect of every release drops a blank there and doubles the backslash.",
         "double the backslash in an argument; write such a command as a script"),
    Code("quote-spans-lines", WARNING, "a quote in %s goes on over the next lines",
         "An apostrophe opens a quote; what follows up to the next one is swallowed, line breaks become blanks.",
         "put the text with the apostrophe in double quotes"),
    Code("stanza-replaced", WARNING, "%s is replaced by line %s",
         "Of several such stanzas in one file only the last counts; exec and script are one of them.",
         "remove the one that is not meant"),
    Code("number-wraps", WARNING, "%s is given %s, which is more than 32 bits",
         "Upstart cuts the number off without a word.",
         "give a number of the documented range"),
    Code("override-ignored", WARNING, "the override file is not read",
         "Upstart reads override files from 1.3 on.",
         "change the job file itself"),
)

LIFE = (
    Code("respawn-limit-without-respawn", WARNING, "respawn limit without respawn",
         "The limit does not switch respawn on: the job is not started again when it dies.",
         "add a line with respawn alone"),
    Code("respawn-unlimited", HINT, "respawn has no limit",
         "There is no pause between respawns: a job that fails at once runs in a loop for ever.",
         "give respawn limit a count and an interval"),
    Code("task-with-respawn", HINT, "a task with respawn",
         "It is run again until it ends with 0, and whoever started it waits as long.",
         "leave respawn out unless that is meant"),
    Code("task-without-process", WARNING, "a task without exec or script",
         "It never ends, so its start and the event that caused it wait for ever.",
         "give it exec or script, or leave task out"),
    Code("stanza-without-process", WARNING, "%s without exec or script",
         "It speaks of the main process, and there is none.",
         "give the job exec or script, or leave the stanza out"),
    Code("pre-stop-defeats-restart", HINT, "a job with pre-stop cannot be restarted by init",
         "initctl restart answers OK and does nothing: the same process goes on.",
         "stop and start it; upstart_service does so"),
    Code("pre-stop-with-respawn", WARNING, "pre-stop together with respawn",
         "Up to 1.10 a job whose process dies during pre-stop is started again although it was stopped.",
         "do the work in post-stop"),
    Code("kill-timeout-long", HINT, "kill timeout is %s seconds",
         "A stop may take that long, and so may the shutdown of the host.",
         "give what the job needs to end in order"),
    Code("exit-status-too-big", WARNING, "normal exit names the status %s",
         "An exit status ends at 255; a signal is stored as 256 times its number.",
         "give a status from 0 to 255, or the name of a signal"),
    Code("reload-signal-impossible", WARNING, "reload signal is %s",
         "There is no such signal, so a reload does nothing or fails.",
         "name a signal, such as HUP"),
    Code("debug", HINT, "the debug stanza is set",
         "Under init --debug every process of the job is stopped before it begins.",
         "remove it when the debugging is over"),
)

PROCESS = (
    Code("setuid-without-setgid", WARNING, "setuid without setgid",
         "From 1.12 on the process keeps root's group among its groups.",
         "add setgid"),
    Code("user-by-number", WARNING, "%s is given the number %s",
         "Upstart looks it up as a name, and the job fails to start when there is none.",
         "give the name"),
    Code("relative-path", WARNING, "%s %s is a relative path",
         "It counts from init's own directory.",
         "give the path from / on"),
    Code("console-not-logged", HINT, "console %s",
         "The output goes to /dev/console and not to /var/log/upstart.",
         "use console log, from 1.4 on"),
    Code("limit-soft-above-hard", WARNING, "limit %s: soft is above hard",
         "The file is accepted, but no process of the job can be started.",
         "give the hard limit at least the value of the soft one"),
)

ENVIRONMENT = (
    Code("env-twice", WARNING, "env sets %s a second time",
         "The last one counts.",
         "remove one of them"),
    Code("env-not-expanded", WARNING, "env %s has a $ or a back-quote in its value",
         "Values of env are not expanded: the process gets them as they are written.",
         "write the value out, or set the variable in a script"),
    Code("env-name", HINT, "env %s is a name that a shell cannot read",
         "Upstart takes any name; a script cannot use this one.",
         "use letters, digits and _, and no digit first"),
    Code("export-with-value", WARNING, "export %s has a value",
         "export takes names; this one is never set.",
         "set the variable with env and export its name"),
    Code("export-unset", WARNING, "export names %s, which nothing sets",
         "Neither env nor the events of start on set it, so it is left out.",
         "set it with env"),
    Code("instance-unset", WARNING, "instance names %s, which nothing sets",
         "Neither env nor the events of start on set it: they cannot start the job.",
         "give a default as in ${NAME:-default}, or start on an event that has it"),
    Code("home-unset", WARNING, "%s uses $%s, which init does not set",
         "Jobs get PATH and TERM, what env sets, and what the event or the caller gives.",
         "set it with env"),
)

CONDITIONS = (
    Code("manual-then-start-on", WARNING, "start on after manual",
         "manual only drops what stands before it: the job is started by events again.",
         "put manual last"),
    Code("mixed-operators", WARNING, "%s mixes and with or without parentheses: it means %s",
         "Both have the same rank and group from the left.",
         "put parentheses around what belongs together"),
    Code("start-on-variable", WARNING, "start on %s: %s is never known there",
         "start on has no environment, env stanzas included: the event never matches.",
         "write the value out, or give a default as in ${NAME:-default}"),
    Code("stop-on-unset", WARNING, "stop on %s: nothing sets %s",
         "An event with a variable that the instance lacks never matches.",
         "set it with env, or start on an event that has it"),
    Code("condition-never-matches", WARNING, "%s %s: %s never fits %s",
         "The event has no such variable, or never this value in it.",
         "name the variable, as in RESULT=failed, and a value of it; put several runlevels in brackets: [2345]"),
    Code("unknown-event", HINT, "%s names the event %s, which no known job emits",
         "If nothing on the host emits it, the job waits for ever.",
         "check the spelling; if it is right, only who emits it by hand, as with upstart_event, brings it about"),
    Code("unknown-job", HINT, "%s names the job %s, which does not exist",
         "The event of a job that is not there comes only if a program emits it, as rc of RHEL 6 does for services.",
         "check the spelling, or install the job"),
    Code("condition-impossible", WARNING, "%s cannot come true: %s",
         "No event that can happen fulfils it.",
         "mend the conditions that are named in the other findings"),
    Code("stop-on-every-instance", HINT, "stop on %s stops every instance",
         "Nothing in it tells one instance from another.",
         "compare a variable with the instance's, as in INTERFACE=$INTERFACE"),
    Code("no-stop-on", HINT, "start on without stop on",
         "At shutdown the job is not stopped in order but killed with everything that is left.",
         "add stop on runlevel [!2345], or what fits"),
    Code("start-on-startup", HINT, "start on startup",
         "At that time file systems are not mounted and / may be read-only.",
         "start on filesystem, or on runlevel [2345]"),
)

COMMANDS = (
    Code("expect-with-script", WARNING, "expect %s with a script",
         "init counts forks, and the shell's own may count too: it then follows the wrong process, and stop hangs.",
         "use exec with the program itself, or keep it in the foreground and leave expect out"),
    Code("expect-stop-not-raised", WARNING, "expect stop, but the script never stops itself",
         "Without kill -STOP the start never ends.",
         "raise SIGSTOP when the job is ready, or leave expect out"),
    Code("foreground-with-expect", WARNING, "expect %s, but %s keeps the program in the foreground",
         "The fork that init waits for never comes: the start hangs, and so does the stop.",
         "leave expect out"),
    Code("daemon-without-expect", WARNING, "%s goes into the background, but there is no expect",
         "init sees the job end at once and the daemon runs on unsupervised; respawn starts one after the other.",
         "keep the program in the foreground, or add expect fork or expect daemon"),
    Code("changes-user-itself", WARNING, "the job runs %s",
         "init follows that program and not the one that it starts; signals may not get through.",
         "use setuid and setgid"),
    Code("exec-only-first-command", WARNING, "%s exec runs nothing of what stands behind %s",
         "exec replaces the shell, so only the first command is run.",
         "use script"),
    Code("exec-pipeline", HINT, "%s exec is a pipeline",
         "init follows the shell, and only the last command's status counts.",
         "use script, or let the program write its log itself"),
    Code("in-background", WARNING, "%s puts its last command in the background",
         "The process that init follows ends at once.",
         "remove the &"),
    Code("exec-assignment", WARNING, "%s exec begins with the assignment %s",
         "The shell looks for a program of that name and fails with 127.",
         "use env, or exec env NAME=VALUE PROGRAM"),
    Code("exec-not-a-program", WARNING, "%s exec runs %s, which is part of the shell",
         "exec needs a program.",
         "use script"),
    Code("script-crlf", WARNING, "%s script has carriage returns at the end of lines",
         "The shell takes them for part of the last word.",
         "save the file with Unix line ends"),
    Code("here-document-open", WARNING, "%s script does not close its here-document %s",
         "A line end script ends the block even inside a here-document.",
         "write the line another way, for example with a blank and a quote in it"),
)

CODES = REFUSALS + TEXT + LIFE + PROCESS + ENVIRONMENT + CONDITIONS + COMMANDS
BY_CODE = dict((row.code, row) for row in CODES)
