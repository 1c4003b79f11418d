# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's messages about a job file, and the exception that carries one."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError

__metaclass__ = type

UNKNOWN_STANZA = "Unknown stanza"
EXPECTED_TOKEN = "Expected token"  # nosec B105 # the daemon's own message, no password
UNEXPECTED_TOKEN = "Unexpected token"  # nosec B105 # the same
TRAILING_SLASH = "Trailing slash in file"
UNTERMINATED_QUOTE = "Unterminated quoted string"
UNTERMINATED_BLOCK = "Unterminated block"
ILLEGAL_INTERVAL = "Illegal interval, expected number of seconds"
ILLEGAL_EXIT = "Illegal exit status, expected integer"
ILLEGAL_SIGNAL = "Illegal signal status, expected integer"
ILLEGAL_UMASK = "Illegal file creation mask, expected octal integer"
ILLEGAL_NICE = "Illegal nice value, expected -20 to 19"
ILLEGAL_OOM = "Illegal oom adjustment, expected -16 to 15 or 'never'"
ILLEGAL_OOM_SCORE = "Illegal oom score adjustment, expected -999 to 1000 or 'never'"
ILLEGAL_LIMIT = "Illegal limit, expected 'unlimited' or integer"
EXPECTED_EVENT = "Expected event"
EXPECTED_OPERATOR = "Expected operator"
EXPECTED_VARIABLE = "Expected variable name before value"
MISMATCHED_PARENTHESES = "Mismatched parentheses"

HINTS = {
    UNKNOWN_STANZA: "no stanza or sub-word of this spelling exists; words are lower case and never quoted",
    EXPECTED_TOKEN: "an argument is missing or empty, or a line inside parentheses is blank or only a comment",
    UNEXPECTED_TOKEN: "there is more on the line than the stanza takes; quote a text of several words",
    TRAILING_SLASH: "the file ends in a backslash",
    UNTERMINATED_QUOTE: "a quote or apostrophe opens a text that never closes; put an apostrophe in double quotes",
    UNTERMINATED_BLOCK: "the script needs a line 'end script', alone on its line",
    ILLEGAL_INTERVAL: "write whole seconds from 0 up, without a unit",
    ILLEGAL_EXIT: "write exit statuses as numbers and signals by upper case name, separated by blanks",
    ILLEGAL_SIGNAL: "write the signal's upper case name, such as TERM or SIGTERM",
    ILLEGAL_UMASK: "write an octal number from 0 to 0777",
    ILLEGAL_NICE: "write a whole number from -20 to 19",
    ILLEGAL_OOM: "write a number from -16 to 15, 'never', or 'oom score' with a number from -999 to 1000",
    ILLEGAL_OOM_SCORE: "write a number from -999 to 1000, or 'never'",
    ILLEGAL_LIMIT: "write a whole number without a suffix, or 'unlimited'",
    EXPECTED_EVENT: "'and' and 'or' stand between two events; parentheses must not be empty",
    EXPECTED_OPERATOR: "put 'and' or 'or' between an event and a parenthesis",
    EXPECTED_VARIABLE: "write the arguments without '=' before those with '='",
    MISMATCHED_PARENTHESES: "every '(' needs its ')'",
}


class JobFileError(UpstartError):
    """What is wrong with a job file, or with values that should become one.

    :param text: the daemon's own message, or ours when the daemon has none.
    :param line: line number from 1, or None when the daemon gives none.
    :param file: "conf", "override", a path, or None for a text that is no file.
    :param hint: one line of help; the usual one for ``text`` when left out.
    :param facts: further JSON-serialisable facts, such as ``option``.
    """

    def __init__(self, text, line=None, file=None, hint=None, **facts):
        hint = HINTS.get(text) if hint is None else hint
        place = ":".join("%s" % part for part in (file, line) if part is not None)
        message = "%s: %s" % (place, text) if place else text
        if hint:
            message = "%s (%s)" % (message, hint)
        super(JobFileError, self).__init__(message, text=text, line=line, file=file, hint=hint, **facts)
        self.text = text
        self.line = line
        self.file = file
        self.hint = hint

    def within(self, file):
        """Return the same error, said of ``file``."""
        facts = dict(self.facts, file=file)
        return JobFileError(**facts)
