# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the processes of a job are expected to behave, according to its file and the host's programs."""

from __future__ import absolute_import, division, print_function

import grp
import os
import pwd

from .._events.model import cannot_run, ends, stays
from .._events.programs import behaviour_of_command
from .._events.variables import PATH
from .._jobfile.shell import init_commands
from .program_search import ProgramSearch, is_out_of_sight, root_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Optional  # noqa: F401
    from .._events.model import Behaviour  # noqa: F401

__metaclass__ = type

MIN_STAY_SECONDS = 2.0  # a main process of a service that runs longer than this counts as one that stays


class Programs:
    """The programs of a host as its daemon sees them.

    :param peer_pid: int, the daemon's process; programs are below its root directory.
    """

    def __init__(self, peer_pid):
        # type: (int) -> None
        self._out_of_sight = is_out_of_sight(peer_pid)
        self._root = root_of(peer_pid)
        self._shares_root = not self._root or _same_file(self._root, "/")

    def behaviour(self, values, process):
        # type: (Dict[str, Any], str) -> Behaviour
        """Return the events.model.Behaviour of one process of a job.

        :param values: dict, the values of the job as in _jobfile.values.
        :param process: text, main, pre-start and so on.
        """
        role = stays if process == "main" and not values["task"] else ends
        if self._is_refused(values):
            return cannot_run()
        if self._out_of_sight:
            return role(orders=init_commands.read_init_commands(values["process"][process]["command"]))
        root = self._root + (values["chroot"] or "").rstrip("/")
        env = dict(entry.partition("=")[::2] for entry in values["env"])
        search = ProgramSearch(root, values["chdir"] or "/", env.get("PATH", PATH))
        behaviour = behaviour_of_command(values["process"][process], search.exit_status)
        if behaviour is None:
            return role(orders=init_commands.read_init_commands(values["process"][process]["command"]))
        if role is stays and behaviour.seconds is not None and behaviour.seconds > MIN_STAY_SECONDS:
            return stays(known=True, settles=behaviour.settles)
        return behaviour

    def _is_refused(self, values):
        # type: (Dict[str, Any]) -> bool
        """Return whether init fails to prepare the processes of a job."""
        if any(_number(soft) > _number(hard) for soft, hard in values["limits"].values()):
            return True
        if self._out_of_sight:
            return False
        root = self._root + (values["chroot"] or "").rstrip("/")
        if values["chroot"] and not os.path.isdir(root):
            return True
        if values["chdir"] and not os.path.isdir(root + "/" + values["chdir"].lstrip("/")):
            return True
        return self._shares_root and not values["chroot"] and not (
            _exists(pwd.getpwnam, values["setuid"]) and _exists(grp.getgrnam, values["setgid"]))


def _exists(get_entry, name):
    # type: (Callable[[str], Any], Optional[str]) -> bool
    """Return whether a user or group exists; True for None, which means no change."""
    if name is None:
        return True
    try:
        get_entry(str(name))
    except (KeyError, UnicodeError):
        return False
    return True


def _number(limit):
    # type: (Any) -> float
    return float("inf") if limit == "unlimited" else limit


def _same_file(path, other):
    # type: (str, str) -> bool
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
