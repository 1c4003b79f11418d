# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of all findings in job files. The page about findings shows it to users."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple

__metaclass__ = type

ERROR = "error"      # the file crashes or hangs the daemon, or Upstart cannot read it; such a file is refused
WARNING = "warning"  # the job most likely does not do what its author wants
HINT = "hint"        # correct, but often surprising

Code = namedtuple("Code", [
    "code",      # stable name
    "severity",  # ERROR, WARNING or HINT
    "message",   # the finding; %s stands for a name or value
    "why",       # the consequence
    "remedy",    # the way to fix it
])

REFUSALS = (
    Code("syntax", ERROR, "%s",
         "Upstart rejects the file: the job does not exist, or has only the part of an override before the error.",
         "fix this line"),
    Code("not-utf-8", ERROR, "a byte here is not UTF-8",
         "init aborts when a client reads the job over D-Bus, or when it exports such a value.",
         "save the file as UTF-8"),
    Code("job-name", ERROR, "the job name %s cannot be used",
         "init writes past the end of a buffer for such a name. Up to 0.6.7, a file called .conf kills init.",
         "use ASCII letters, digits, - and _, with / for subdirectories"),
    Code("instance-not-ascii", ERROR, "the instance name %s is not ASCII",
         "init writes past the end of a buffer when it turns the name into a D-Bus path.",
         "use ASCII in instance and in the variables that it uses"),
    Code("kill-timeout-zero", ERROR, "kill timeout is 0",
         "From 1.6 on, init aborts when it stops the job, and the host goes down with it.",
         "set at least 1 second"),
    Code("kill-signal-impossible", ERROR, "kill signal is %s",
         "With signal 0, init aborts when it stops the job. A signal above 64 does not exist, so the stop never ends.",
         "use a signal name, such as TERM"),
    Code("kill-signal-number", ERROR, "kill signal is written as the number %s",
         "Upstart 1.3 to 1.5 aborts when it stops such a job.",
         "use the name of the signal"),
)

TEXT = (
    Code("hash-cuts-word", WARNING, "%s is cut off at a # inside a word",
         "An unquoted # starts a comment, even inside a word.",
         "put the word in quotes, or use a script for a command"),
    Code("blank-backslash", WARNING, "%s has a backslash after a blank",
         "Every release of Upstart has a bug here: it drops a blank and doubles the backslash.",
         "double the backslash in an argument, or use a script for a command"),
    Code("quote-spans-lines", WARNING, "a quote in %s continues on the next lines",
         "An apostrophe opens a quote up to the next apostrophe. Line breaks in it become blanks.",
         "put text with an apostrophe in double quotes"),
    Code("stanza-replaced", WARNING, "%s is replaced by line %s",
         "Only the last such stanza in a file counts. exec and script replace each other.",
         "remove one of them"),
    Code("number-wraps", WARNING, "%s has the value %s, which does not fit in 32 bits",
         "Upstart silently cuts the number off.",
         "use a number in the documented range"),
    Code("override-ignored", WARNING, "the override file is not read",
         "Upstart reads override files from 1.3 on.",
         "change the job file itself"),
)

LIFE = (
    Code("respawn-limit-without-respawn", WARNING, "respawn limit without respawn",
         "respawn limit does not enable respawn: the job is not started again when it dies.",
         "add a line with only respawn"),
    Code("respawn-unlimited", HINT, "respawn has no limit",
         "There is no delay between respawns, so a job that fails at once restarts in a loop forever.",
         "set a count and an interval in respawn limit"),
    Code("task-with-respawn", HINT, "task together with respawn",
         "init runs the task again until it exits with 0. Whatever started it waits until then.",
         "remove respawn unless this is intended"),
    Code("task-without-process", WARNING, "task without exec or script",
         "The task never ends, so its start and the event that caused it wait forever.",
         "add exec or script, or remove task"),
    Code("stanza-without-process", WARNING, "%s without exec or script",
         "It applies to the main process, and the job has none.",
         "add exec or script, or remove the stanza"),
    Code("pre-stop-defeats-restart", HINT, "init cannot restart a job with pre-stop",
         "initctl restart reports success and does nothing: the same process keeps running.",
         "stop and start the job, as upstart_service does"),
    Code("pre-stop-with-respawn", WARNING, "pre-stop together with respawn",
         "Up to 1.10, init starts the job again instead of stopping it if its process dies during pre-stop.",
         "use post-stop instead"),
    Code("kill-timeout-long", HINT, "kill timeout is %s seconds",
         "Stopping the job may take this long, and so may the shutdown of the host.",
         "set the time that the job needs to exit cleanly"),
    Code("exit-status-too-big", WARNING, "normal exit has the status %s",
         "An exit status is at most 255. Upstart stores a signal as 256 times its number.",
         "use a status from 0 to 255, or the name of a signal"),
    Code("reload-signal-impossible", WARNING, "reload signal is %s",
         "This signal does not exist, so a reload does nothing or fails.",
         "use a signal name, such as HUP"),
    Code("debug", HINT, "the debug stanza is set",
         "Under init --debug, every process of the job is stopped before it begins.",
         "remove it when debugging is done"),
)

PROCESS = (
    Code("setuid-without-setgid", WARNING, "setuid without setgid",
         "From 1.12 on, the process stays a member of root's group.",
         "add setgid"),
    Code("user-by-number", WARNING, "%s has the number %s",
         "Upstart looks it up as a name. The job fails to start if no such name exists.",
         "use the name"),
    Code("relative-path", WARNING, "%s %s is a relative path",
         "It is relative to init's own working directory.",
         "use an absolute path"),
    Code("console-not-logged", HINT, "output to console %s is not logged",
         "The output goes to /dev/console instead of /var/log/upstart.",
         "use console log, from 1.4 on"),
    Code("limit-soft-above-hard", WARNING, "limit %s: the soft limit is above the hard limit",
         "Upstart accepts the file, but cannot start any process of the job.",
         "raise the hard limit to at least the soft limit"),
)

ENVIRONMENT = (
    Code("env-twice", WARNING, "env sets %s twice",
         "The last value counts.",
         "remove one of them"),
    Code("env-not-expanded", WARNING, "the value of env %s has a $ or a backquote",
         "Upstart does not expand values of env: the process gets the text as written.",
         "write the final value, or set the variable in a script"),
    Code("env-name", HINT, "env %s is not a valid name of a shell variable",
         "Upstart accepts any name, but a script cannot use this one.",
         "use letters, digits and _, and do not start with a digit"),
    Code("export-with-value", WARNING, "export %s has a value",
         "export takes only names, so this variable is never set.",
         "set the variable with env and export its name"),
    Code("export-unset", WARNING, "export names %s, but nothing sets it",
         "Neither env nor the events of start on set it, so Upstart leaves it out.",
         "set it with env"),
    Code("instance-unset", WARNING, "instance uses %s, but nothing sets it",
         "Neither env nor the events of start on set it, so the events cannot start the job.",
         "add a default as in ${NAME:-default}, or start on an event that sets it"),
    Code("home-unset", WARNING, "%s uses $%s, which init does not set",
         "Jobs get PATH and TERM, the variables of env, and those of the event or the caller.",
         "set it with env"),
)

CONDITIONS = (
    Code("manual-then-start-on", WARNING, "start on after manual",
         "manual only removes a condition that stands before it, so events start the job again.",
         "move manual to the end"),
    Code("mixed-operators", WARNING, "%s mixes 'and' and 'or' without parentheses: it means %s",
         "Both operators have the same precedence and group from the left.",
         "add parentheses"),
    Code("start-on-variable", WARNING, "start on %s: %s is never set here",
         "start on has no environment, not even that of env, so the event never matches.",
         "write the value, or add a default as in ${NAME:-default}"),
    Code("stop-on-unset", WARNING, "stop on %s: nothing sets %s",
         "The event never matches if the instance lacks a variable of the condition.",
         "set it with env, or start on an event that sets it"),
    Code("condition-never-matches", WARNING, "%s %s: %s never matches %s",
         "The event has no such variable, or the variable never has this value.",
         "name the variable, as in RESULT=failed, and use one of its values; put runlevels in brackets: [2345]"),
    Code("unknown-event", HINT, "%s names the event %s, which no known job emits",
         "If nothing on the host emits it, the job waits forever.",
         "check the spelling; if it is correct, emit the event yourself, for example with upstart_event"),
    Code("unknown-job", HINT, "%s names the job %s, which does not exist",
         "A job that does not exist has no events, unless a program emits them, as rc of RHEL 6 does for services.",
         "check the spelling, or install the job"),
    Code("condition-impossible", WARNING, "%s never comes true: %s",
         "No event that can happen fulfils it.",
         "fix the conditions in the other findings"),
    Code("stop-on-every-instance", HINT, "stop on %s stops every instance",
         "The condition does not distinguish between instances.",
         "compare a variable with that of the instance, as in INTERFACE=$INTERFACE"),
    Code("no-stop-on", HINT, "start on without stop on",
         "At shutdown, the job is not stopped cleanly, but killed with everything that still runs.",
         "add stop on runlevel [!2345], or another condition"),
    Code("start-on-startup", HINT, "start on startup",
         "At startup, file systems are not mounted yet and / may be read-only.",
         "use start on filesystem, or start on runlevel [2345]"),
)

COMMANDS = (
    Code("expect-with-script", WARNING, "expect %s with a script",
         "init counts forks, including those of the shell. It may then track the wrong process, and stop hangs.",
         "use exec with the program itself, or keep it in the foreground and remove expect"),
    Code("expect-stop-not-raised", WARNING, "expect stop, but the script never raises SIGSTOP",
         "Without kill -STOP, the start never ends.",
         "raise SIGSTOP when the job is ready, or remove expect"),
    Code("foreground-with-expect", WARNING, "expect %s, but %s keeps the program in the foreground",
         "init waits for a fork that never happens: the start hangs, and so does the stop.",
         "remove expect"),
    Code("daemon-without-expect", WARNING, "%s goes into the background, but there is no expect",
         "init sees the job end at once, and the daemon runs unsupervised. respawn starts one after another.",
         "keep the program in the foreground, or add expect fork or expect daemon"),
    Code("changes-user-itself", WARNING, "the job changes its user with %s",
         "init tracks that program and not the program that it starts. Signals may not get through.",
         "use setuid and setgid"),
    Code("exec-only-first-command", WARNING, "%s exec does not run what follows %s",
         "exec replaces the shell, so only the first command runs.",
         "use script"),
    Code("exec-pipeline", HINT, "%s exec is a pipeline",
         "init tracks the shell, and only the status of the last command counts.",
         "use script, or let the program write its own log"),
    Code("in-background", WARNING, "%s puts its last command in the background",
         "The process that init tracks ends at once.",
         "remove the &"),
    Code("exec-assignment", WARNING, "%s exec begins with the assignment %s",
         "The shell looks for a program of that name and fails with status 127.",
         "use the stanza env, or exec env NAME=VALUE PROGRAM"),
    Code("exec-not-a-program", WARNING, "%s exec runs %s, which is part of the shell",
         "exec needs a program.",
         "use script"),
    Code("script-crlf", WARNING, "%s script has carriage returns at the end of lines",
         "The shell treats them as part of the last word.",
         "save the file with Unix line endings"),
    Code("here-document-open", WARNING, "%s script does not close its here-document %s",
         "A line 'end script' ends the block, even inside a here-document.",
         "write that line differently, for example with a blank and a quote in it"),
)

CODES = REFUSALS + TEXT + LIFE + PROCESS + ENVIRONMENT + CONDITIONS + COMMANDS
BY_CODE = dict((row.code, row) for row in CODES)
