# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors for an address to which no connection can be made."""

from __future__ import absolute_import, division, print_function

from .._system import processes
from .errors import NoReplyError, UnreachableError
from .names import PRIVATE_ADDRESS

__metaclass__ = type

CHECK_DAEMON = "It hangs or is overloaded: check it with initctl version, then run the task again."


def invalid_address(address):
    # type: (str) -> UnreachableError
    return UnreachableError(u"%s is not a D-Bus address of a Unix socket. Use system, session or an address such as "
                            u"%s." % (address, PRIVATE_ADDRESS), address=address)


def nothing_answers(address):
    # type: (str) -> UnreachableError
    """Return the error for an address at which nobody listens; it names the program of PID 1."""
    init = processes.name(1)
    return UnreachableError(u"Nothing answers at %s. Check that this host runs Upstart%s." % (
        address, u" (PID 1 is %s)" % init if init else u""), address=address)


def accepts_no_connection(address, timeout):
    # type: (str, float) -> NoReplyError
    return NoReplyError("The process that listens at %s accepted no connection within %g s. %s" % (
        address, timeout, CHECK_DAEMON), address=address, timeout=timeout)
