# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception that every room of the collection raises."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class UpstartError(Exception):
    """A failure with a sentence for people and facts for machines.

    :param message: text that names the thing, the cause and the remedy.
    :param facts: JSON-serialisable values, returned by the module beside ``msg``.
    """

    def __init__(self, message, **facts):
        super(UpstartError, self).__init__(message)
        self.message = message
        self.facts = facts
