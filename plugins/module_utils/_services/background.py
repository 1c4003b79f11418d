# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that an instance left running when its main process ended, such as a command that goes into the background.
"""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError
from .._errors import UpstartError
from .._host.status import POLL_INTERVAL
from . import unwedge

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def processes_left_running(client, target):
    # type: (Upstart, Target) -> List[Dict[str, Any]]
    """Return the unsupervised processes of an instance, the oldest first; [] if init's processes cannot be seen.

    They are read twice: a process that is about to end does not count.

    :returns: list of dicts with ``pid`` (in our namespace) and ``command`` (text).
    """
    try:
        first = unwedge.leftovers(client, target.job, target.instance_name)
        if not first:
            return []
        client.connection.wait(lambda: False, POLL_INTERVAL)
        second = unwedge.leftovers(client, target.job, target.instance_name)
    except ConnectionLostError:
        raise
    except UpstartError:
        return []
    return [entry for entry in second if entry in first]
