# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code around the modules that talk to Upstart: their common options, and the connection."""

from __future__ import absolute_import, division, print_function

import functools
import os
import pwd

from . import _module
from ._daemon import addresses
from ._daemon.client import Upstart
from ._daemon.connection import Connection
from ._daemon.errors import UnreachableError, WrongOwnerError
from ._jobfile import dialects
from ._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401

__metaclass__ = type

QUERY_TIMEOUT = 10.0  # seconds; a healthy daemon answers every query much sooner
SYSTEM_DIRECTORIES = {"conf_dir": "/etc/init", "log_dir": "/var/log/upstart"}


def daemon_options():
    # type: () -> Dict[str, Dict[str, Any]]
    """Return the argument spec of the doc fragment ``sysinit.upstart.daemon``."""
    return dict(
        scope=dict(type="str", choices=["system", "session"], default="system"),
        address=dict(type="str"),
        conf_dir=dict(type="path"),
        log_dir=dict(type="path"),
        timeout=dict(type="float", default=60.0),
        dialect=dict(type="str", choices=list(dialects.NAMES), default=dialects.STOCK),
    )


def set_defaults(params):
    # type: (Dict[str, Any]) -> None
    """Set the parameters ``conf_dir`` and ``log_dir`` that are None, and with ``scope: session`` also ``address``.

    :raises UnreachableError: if there is no single session.
    """
    defaults = SYSTEM_DIRECTORIES  # type: Dict[str, str]
    if params["scope"] == addresses.SESSION:
        from ._daemon import sessions  # a task for init does not need it (saves 5 ms)
        uid = os.geteuid()
        if params["address"] is None and params.get("load", True):
            params["address"] = sessions.find(os.environ, uid)
        init = sessions.probe(params["address"]) if params["address"] else None
        environ = sessions.environment_of(init["pid"]) if init else {}
        defaults = sessions.directories(environ or os.environ, _home(uid))._asdict()
    for name in defaults:
        if params[name] is None:
            params[name] = defaults[name]


def _home(uid):
    # type: (int) -> str
    """Return the home directory of a user, ``/`` for a user that the host does not know."""
    try:
        return pwd.getpwuid(uid).pw_dir
    except KeyError:
        return "/"


def connect(params):
    # type: (Dict[str, Any]) -> Upstart
    """Return an open Upstart client for a module's parameters.

    The version that it returns has the dialect of the host's job files.
    """
    release = functools.partial(dialects.Release, dialect=params.get("dialect", dialects.STOCK))
    address = decode(params["address"]) if params["address"] else addresses.default(os.environ, os.geteuid())
    owner = os.geteuid() if params.get("scope") == addresses.SESSION else None
    timeout = min(params["timeout"], QUERY_TIMEOUT)
    try:
        connection = Connection(address, owner).open(timeout)
    except UnreachableError as error:
        if owner is not None and isinstance(error, WrongOwnerError):
            raise WrongOwnerError(
                u"Upstart at %s runs as user %d, but this task runs as user %d. With scope: session, run the task as "
                u"the user of the session (become_user)." % (address, error.facts["peer"]["uid"], owner), **error.facts)
        if params["address"] or address != addresses.SYSTEM or isinstance(error, WrongOwnerError):
            raise
        raise UnreachableError(u"%s Users other than root need this message bus: run the task as root (become: true)."
                               % error.message, **error.facts)
    return Upstart(connection, timeout=timeout, bulk_timeout=params["timeout"], release=release)


def run(module, action):
    # type: (AnsibleModule, Callable[[AnsibleModule], Dict[str, Any]]) -> None
    """Set the default directories, then run ``action(module)`` as ``_module.run`` does."""
    def with_defaults(module):
        # type: (AnsibleModule) -> Dict[str, Any]
        set_defaults(module.params)
        return action(module)

    _module.run(module, with_defaults)
