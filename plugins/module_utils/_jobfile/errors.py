# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's own messages about job files, and the exception that carries them."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Optional  # noqa: F401

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
    UNKNOWN_STANZA: "check the spelling of the stanza and of its second word; both are lower case and not quoted",
    EXPECTED_TOKEN: "an argument is missing or empty, or a line in parentheses is blank or only a comment",
    UNEXPECTED_TOKEN: "the line has more words than the stanza takes; quote text of several words",
    TRAILING_SLASH: "remove the backslash at the end of the file",
    UNTERMINATED_QUOTE: "close the quote; put text with an apostrophe in double quotes",
    UNTERMINATED_BLOCK: "end the script with a line 'end script'",
    ILLEGAL_INTERVAL: "use whole seconds, 0 or more, without a unit",
    ILLEGAL_EXIT: "use numbers for exit statuses and upper case names for signals, separated by blanks",
    ILLEGAL_SIGNAL: "use the upper case name of the signal, such as TERM or SIGTERM",
    ILLEGAL_UMASK: "use an octal number from 0 to 0777",
    ILLEGAL_NICE: "use a whole number from -20 to 19",
    ILLEGAL_OOM: "use a number from -16 to 15, 'never', or 'oom score' with a number from -999 to 1000",
    ILLEGAL_OOM_SCORE: "use a number from -999 to 1000, or 'never'",
    ILLEGAL_LIMIT: "use a whole number without a suffix, or 'unlimited'",
    EXPECTED_EVENT: "put 'and' or 'or' between two events, and do not leave parentheses empty",
    EXPECTED_OPERATOR: "put 'and' or 'or' between an event and a parenthesis",
    EXPECTED_VARIABLE: "put arguments without '=' before those with '=', and 'and' or 'or' before another event",
    MISMATCHED_PARENTHESES: "every '(' needs a ')'",
}


class JobFileError(UpstartError):
    """A job file is wrong, or values cannot be written as a job file.

    :param text: text, Upstart's own message, or ours if Upstart has none.
    :param line: int, line number from 1, or None if Upstart gives none.
    :param file: text, "conf", "override" or a path; None for a text that is no file.
    :param hint: text, the remedy; None means the usual one for ``text``.
    :param facts: more facts that JSON can hold, such as ``option``.
    """

    def __init__(self, text, line=None, file=None, hint=None, **facts):
        # type: (str, Optional[int], Optional[str], Optional[str], **Any) -> None
        hint = HINTS.get(text) if hint is None else hint
        place = ":".join("%s" % item for item in (file, line) if item is not None)
        message = "%s: %s" % (place, text) if place else text
        if hint:
            message = "%s (%s)" % (message, hint)
        super(JobFileError, self).__init__(message, text=text, line=line, file=file, hint=hint, **facts)
        self.text = text
        self.line = line
        self.file = file
        self.hint = hint

    def within(self, file):
        # type: (str) -> JobFileError
        """Return the same error for ``file``."""
        facts = dict(self.facts, file=file)
        return JobFileError(**facts)
