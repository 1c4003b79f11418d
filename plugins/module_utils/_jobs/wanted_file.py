# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file or an override as a task wants it."""

from __future__ import absolute_import, division, print_function

import collections

__metaclass__ = type

# A job file as a task wants it. stanzas: dict, options of upstart_job; content: the text of the whole file instead;
# restore: an earlier file, a value of ``previous`` in a result; keep_running: whether to keep the file of a running
# job; enabled: as in upstart_service, or None; force: whether to change a file that is there.
WantedFile = collections.namedtuple(
    "WantedFile", "name state override stanzas content restore merge exact backup keep_running validate enabled force")
