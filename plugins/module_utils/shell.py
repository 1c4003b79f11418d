# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell around every module: dbus-python is found, one error translation, the daemon's options."""

from __future__ import absolute_import, division, print_function

import os
import sys

from .daemon import addresses, library
from .daemon.client import Upstart
from .daemon.connection import Connection
from .daemon.errors import LibraryMissing
from .errors import UpstartError

__metaclass__ = type

LOOK_UP = 10.0  # seconds that a daemon in health never needs to answer a question
HIDDEN = "The task failed. no_log hides why: the field hidden_msg of its registered result says it."
PYTHON_3 = ("/usr/bin/python3", "/usr/libexec/platform-python", "/usr/local/bin/python3")
PYTHON_2 = ("/usr/bin/python", "/usr/bin/python2.7", "/usr/bin/python2")


def daemon_options():
    """Return the argument spec of the doc fragment ``sysinit.upstart.daemon``."""
    return dict(
        address=dict(type="str"),
        conf_dir=dict(type="path", default="/etc/init"),
        log_dir=dict(type="path", default="/var/log/upstart"),
        timeout=dict(type="float", default=60.0),
    )


def find_library():
    """Start the module again under a Python of this host that has dbus-python, when this one has not."""
    try:
        library.load()
    except LibraryMissing as error:
        _run_elsewhere(error)


def _run_elsewhere(error):
    from ansible.module_utils.ansible_release import __version__ as core_version
    from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module
    if has_respawned():
        raise error
    candidates = list(PYTHON_3)
    if core_version.startswith("2.16."):  # the last whose modules run on Python 2
        candidates = list(PYTHON_2) + candidates if sys.version_info[0] == 2 else candidates + list(PYTHON_2)
    interpreter = probe_interpreters_for_module(candidates, "dbus.mainloop.glib")
    if interpreter is None:
        error.message += " The other Pythons that were looked for have none either: %s." % ", ".join(candidates)
        raise error
    respawn_module(interpreter)  # does not return


def connect(params):
    """Return an open Upstart client for a module's parameters."""
    find_library()
    address = params["address"] or addresses.default(os.environ, os.geteuid())
    patience = min(params["timeout"], LOOK_UP)
    return Upstart(Connection(address).open(patience), timeout=patience, longest=params["timeout"])


def run(module, action):
    """Run ``action(module)``, which returns the module's result, and end the module.

    An UpstartError becomes the task's failure: its message, and its facts as fields. With ``no_log`` on the task the
    message moves to the field ``hidden_msg``, and there are no warnings: ansible-core shows ``msg`` and warnings in
    spite of it since 2.19, and they may quote what the task was given.
    """
    if module.no_log:
        module.warn = lambda text: None
    if not module.params["timeout"] > 0:  # which "not a number" is not either
        module.fail_json(msg="timeout is %g, but it must be more than 0 seconds." % module.params["timeout"])
    if not module.params.get("stable_for", 0) >= 0:
        module.fail_json(msg="stable_for is %g, but it must be 0 seconds or more." % module.params["stable_for"])
    try:
        result = action(module)
    except UpstartError as error:
        facts = dict(error.facts)
        if "path" in facts:  # AnsibleModule would put that file's own mode, owner and state over the result
            facts["file"] = facts.pop("path")
        if module.no_log:
            module.fail_json(msg=HIDDEN, hidden_msg=error.message, **facts)
        module.fail_json(msg=error.message, **facts)
    module.exit_json(**result)
