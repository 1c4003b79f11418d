# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code around every module: common options, the search for dbus-python, and errors as failed results."""

from __future__ import absolute_import, division, print_function

import json
import os
import sys

from ansible.module_utils import ansible_release, basic
from ansible.module_utils.common import respawn

from ._daemon import addresses, library
from ._daemon.client import Upstart
from ._daemon.connection import Connection
from ._daemon.errors import LibraryMissingError
from ._errors import UpstartError
from ._text import is_utf_8

__metaclass__ = type

QUERY_TIMEOUT = 10.0  # seconds; a healthy daemon answers every query much sooner
HIDDEN = "The task failed, and no_log hides the reason. Register the result and read its field hidden_msg."
CHECKED_ELSEWHERE = ("env", "arguments", "args", "job_env", "content")  # with more specific messages
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


def refuse_unusable_text():
    """End the module with an error if an option contains a NUL character or text that is not UTF-8.

    Call this before the AnsibleModule is created, which fails with a traceback for some of these texts.
    """
    try:
        options = json.loads(basic._ANSIBLE_ARGS.decode("utf-8"))["ANSIBLE_MODULE_ARGS"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # AnsibleModule gets its arguments in another way, or has none
    for name in sorted(options):
        problem = _unusable(options[name], name, name in CHECKED_ELSEWHERE)
        if problem:
            sys.stdout.write(json.dumps({"failed": True, "msg": problem}) + "\n")
            # There is no AnsibleModule yet whose exit_json could be called.
            # pylint: disable-next=ansible-bad-function
            sys.exit(1)


def _unusable(value, name, top_only):
    """Return an error message for a text in an option's value that Upstart does not accept, or None.

    :param name: text, the name of the option in the message.
    :param top_only: bool, whether the elements of a list or dict are checked elsewhere.
    """
    if isinstance(value, dict) and not top_only:
        members = [("%s.%s" % (name, key) if is_utf_8(key) else name, member)
                   for key in value for member in (key, value[key]) if key not in CHECKED_ELSEWHERE]
    elif isinstance(value, list) and not top_only:
        members = [("%s[%d]" % (name, number), member) for number, member in enumerate(value)]
    elif isinstance(value, type(u"")):
        if not is_utf_8(value):
            return "%s is not UTF-8. Upstart and D-Bus accept only UTF-8 text." % name
        nul = "\0" in value and name != "content"  # in a job file, Upstart reads NUL as the end of the line
        return "%s contains a NUL character, which Upstart does not accept. Remove it." % name if nul else None
    else:
        return None
    problems = [_unusable(member, path, False) for path, member in members]
    return next((problem for problem in problems if problem), None)


def find_library():
    """If this Python has no dbus-python, restart the module with another Python of the host that has it."""
    try:
        library.load()
    except LibraryMissingError as error:
        _respawn(error)


def _respawn(error):
    """Restart the module with a Python that has dbus-python; raise ``error`` if there is none."""
    if respawn.has_respawned():
        raise error
    candidates = list(PYTHON_3)
    if ansible_release.__version__.startswith("2.16."):  # the last release whose modules run on Python 2
        candidates = list(PYTHON_2) + candidates if sys.version_info[0] == 2 else candidates + list(PYTHON_2)
    interpreter = respawn.probe_interpreters_for_module(candidates, "dbus.mainloop.glib")
    if interpreter is None:
        error.message += " Other Pythons tried: %s." % ", ".join(candidates)
        raise error
    respawn.respawn_module(interpreter)  # does not return


def connect(params):
    """Return an open Upstart client for a module's parameters."""
    find_library()
    address = params["address"] or addresses.default(os.environ, os.geteuid())
    timeout = min(params["timeout"], QUERY_TIMEOUT)
    return Upstart(Connection(address).open(timeout), timeout=timeout, bulk_timeout=params["timeout"])


def run(module, action):
    """Run ``action(module)``, which returns the module's result, and end the module.

    An UpstartError makes the task fail with its message and its facts as fields. With ``no_log``, the message goes to
    the field ``hidden_msg``, and all warnings are dropped. They may quote secret options, and ansible-core 2.19 and
    later show ``msg`` and warnings despite ``no_log``.
    """
    if module.no_log:
        module.warn = lambda text: None
    if not module.params["timeout"] > 0:  # also false for nan
        module.fail_json(msg="timeout is %g, but it must be more than 0 seconds." % module.params["timeout"])
    if not module.params.get("stable_for", 0) >= 0:
        module.fail_json(msg="stable_for is %g, but it must be 0 seconds or more." % module.params["stable_for"])
    try:
        result = action(module)
    except UpstartError as error:
        facts = dict(error.facts)
        if "path" in facts:  # AnsibleModule would add that file's mode, owner and state to the result
            facts["file"] = facts.pop("path")
        if module.no_log:
            module.fail_json(msg=HIDDEN, hidden_msg=error.message, **facts)
        module.fail_json(msg=error.message, **facts)
    module.exit_json(**result)
