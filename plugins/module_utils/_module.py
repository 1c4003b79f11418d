# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code around every module: wrong options, and errors as failed results."""

from __future__ import absolute_import, division, print_function

import json
import sys

from ansible.module_utils import basic

# The imports after this one are faster.
# pylint: disable-next=unused-import
from . import _compile_once  # noqa: F401  # isort: split
from . import _arguments
from ._errors import UpstartError
from ._text import is_utf_8

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Optional  # noqa: F401

__metaclass__ = type

HIDDEN = "The task failed, and no_log hides the reason. Register the result and read its field hidden_msg."
CHECKED_ELSEWHERE = ("env", "arguments", "args", "job_env", "content")  # with more specific messages


def refuse_wrong_options(spec, file_options=False):
    # type: (Dict[str, Dict[str, Any]], bool) -> None
    """End the module with an error if an option is unknown or its value is not what it must be.

    Call this before the AnsibleModule is created. For some texts it would fail with a traceback, and its own messages
    name no remedy.

    :param spec: the argument spec of the module.
    :param file_options: whether the module also has the options of files, such as mode.
    """
    options = _sent_options()
    unusable = [_unusable(options[name], name, name in CHECKED_ELSEWHERE) for name in sorted(options)]
    known = dict(basic.FILE_COMMON_ARGUMENTS) if file_options else {}  # type: Dict[str, Any]
    known.update(spec)
    messages = [problem for problem in unusable if problem][:1] or _arguments.problems(options, known)
    if not messages:
        return
    result = {"failed": True, "msg": " ".join(messages)}
    if options.get("_ansible_no_log"):
        result.update(msg=HIDDEN, hidden_msg=result["msg"])
    sys.stdout.write(json.dumps(result) + "\n")
    # There is no AnsibleModule yet whose exit_json could be called.
    # pylint: disable-next=ansible-bad-function
    sys.exit(1)


def _sent_options():
    # type: () -> Dict[str, Any]
    """Return the options as they were sent; none if AnsibleModule gets them in another way."""
    try:
        options = json.loads(basic._ANSIBLE_ARGS.decode("utf-8"))["ANSIBLE_MODULE_ARGS"]  # type: ignore[union-attr]
        return dict(options)
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _unusable(value, name, top_only):
    # type: (Any, str, bool) -> Optional[str]
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


def run(module, action):
    # type: (basic.AnsibleModule, Callable[[basic.AnsibleModule], Dict[str, Any]]) -> None
    """Run ``action(module)``, which returns the module's result, and end the module.

    An UpstartError makes the task fail with its message and its facts as fields. With ``no_log``, the message goes to
    the field ``hidden_msg``, and all warnings are dropped. They may quote secret options, and ansible-core 2.19 and
    later show ``msg`` and warnings despite ``no_log``.
    """
    if module.no_log:
        module.warn = lambda text: None  # type: ignore[assignment, method-assign, misc]
    if not module.params["timeout"] > 0:  # also false for nan
        module.fail_json(msg="timeout is %g, but it must be more than 0 seconds." % module.params["timeout"])
    if not 0 <= module.params.get("stable_for", 0) < float("inf"):
        module.fail_json(msg="stable_for is %g, but it must be a number of seconds, 0 or more."
                         % module.params["stable_for"])
    try:
        result = action(module)
    except UpstartError as error:
        if module.no_log:
            module.fail_json(msg=HIDDEN, hidden_msg=error.message, **error.fields())
        module.fail_json(msg=error.message, **error.fields())
    module.exit_json(**result)
