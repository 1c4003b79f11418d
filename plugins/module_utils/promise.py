# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise: when a task says ok, what was asked for holds. From what was asked, what was there before and what is
there now follows what does not hold."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

FILE_DIFFERS = "file differs"
JOB_UNKNOWN = "job unknown"
JOB_REMAINS = "job remains"
FILE_UNREAD = "file unread"


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
