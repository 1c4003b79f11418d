# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell around every module: dbus-python is found, one error translation, the daemon's options."""

from __future__ import absolute_import, division, print_function

import json
import os
import sys

from ._daemon import addresses, library
from ._daemon.client import Upstart
from ._daemon.connection import Connection
from ._daemon.errors import LibraryMissingError
from ._errors import UpstartError
from ._text import is_utf_8

__metaclass__ = type

LOOK_UP = 10.0  # seconds that a daemon in health never needs to answer a question
HIDDEN = "The task failed. no_log hides why: the field hidden_msg of its registered result says it."
CHECKED_ELSEWHERE = ("env", "arguments", "args", "job_env", "content")  # with sentences of their own
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
    """End the module if an option holds text that is not UTF-8, or a NUL character.

    It must be called before AnsibleModule is made, which ends in a traceback for some of them.
    """
    from ansible.module_utils import basic
    try:
        options = json.loads(basic._ANSIBLE_ARGS.decode("utf-8"))["ANSIBLE_MODULE_ARGS"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return  # sent in another way, or not at all
    for name in sorted(options):
        problem = _unusable(options[name], name, name in CHECKED_ELSEWHERE)
        if problem:
            sys.stdout.write(json.dumps({"failed": True, "msg": problem}) + "\n")
            # There is no AnsibleModule yet that could end the module.
            # pylint: disable-next=ansible-bad-function
            sys.exit(1)


def _unusable(value, name, top_only):
    """Return a sentence on text in an option's value that no daemon and no file can be given, or None."""
    if isinstance(value, dict) and not top_only:
        parts = [("%s.%s" % (name, key) if is_utf_8(key) else name, part)
                 for key in value for part in (key, value[key]) if key not in CHECKED_ELSEWHERE]
    elif isinstance(value, list) and not top_only:
        parts = [("%s[%d]" % (name, number), part) for number, part in enumerate(value)]
    elif isinstance(value, type(u"")):
        if not is_utf_8(value):
            return "%s is not UTF-8. Upstart and D-Bus take no other text." % name
        nul = "\0" in value and name != "content"  # whose text Upstart takes for the end of a line
        return "%s holds a NUL character, which Upstart cannot be told." % name if nul else None
    else:
        return None
    return next((problem for problem in [_unusable(part, where, False) for where, part in parts] if problem), None)


def find_library():
    """Start the module again under a Python of this host that has dbus-python, when this one has not."""
    try:
        library.load()
    except LibraryMissingError as error:
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
