# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error for an instance that waits for another job."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Sequence  # noqa: F401

__metaclass__ = type

HELD = "Another job holds its %s event"


class HeldError(NoReplyError):
    """An instance did not reach its state in time, because another job holds its starting or stopping event.

    :param event: text, "starting" or "stopping".
    :param start: text, the beginning of the message.
    :param quotes: text, its end.
    :param facts: see UpstartError.
    """

    def __init__(self, event, start, quotes, **facts):
        # type: (str, str, str, **Any) -> None
        self._event, self._start, self._quotes = event, start, quotes
        super(HeldError, self).__init__(self._text("."), **facts)

    def name_holders(self, holders):
        # type: (Sequence[str]) -> None
        """Add to the message which jobs hold the event.

        :param holders: list of texts, each a job with what it does.
        """
        self.message = self._text(": %s. Fix or stop that job." % ", ".join(holders))

    def _text(self, end):
        # type: (str) -> str
        return "%s %s%s%s" % (self._start, HELD % self._event, end, self._quotes)
