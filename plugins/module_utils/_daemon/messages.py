# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus messages as all transports deliver them."""

from __future__ import absolute_import, division, print_function

import collections

__metaclass__ = type

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4  # the numbers of the D-Bus specification

# kind: one of the numbers above. reply_to: the serial of the call that is answered, 0 if none. sender, path, interface,
# member, error (the name of the error): text, "" if the message has none. args: list of plain values: text, int, float,
# bool, list (also for a structure) or dict.
Message = collections.namedtuple("Message", "kind reply_to sender path interface member error args")
