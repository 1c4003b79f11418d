# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in options of modules: a mapping, a list or a string."""

from __future__ import absolute_import, division, print_function

import collections
import json
import re
import sys

from ansible.module_utils import basic

from .._errors import UpstartError
from .._jobfile.assignments import PYTHON_WITH_ORDERED_DICTS, assignments
from .._jobfile.errors import JobFileError
from .._jobfile.typed import parsed
from .._text import LONE_SURROGATE, decode, is_utf_8
from .releases import ANY_VARIABLE_NAME_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Sequence, Tuple, Union  # noqa: F401

__metaclass__ = type

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def ordered(module, option, aliases=()):
    # type: (basic.AnsibleModule, str, Sequence[str]) -> Any
    """Return the value of a module's option; a mapping has its keys in the order in which they were written.

    :param aliases: other names of the option.
    """
    value = module.params[option]
    if not isinstance(value, dict) or sys.version_info >= PYTHON_WITH_ORDERED_DICTS:
        return value
    return _in_sent_order(value, [option] + list(aliases))


def _in_sent_order(value, names):
    # type: (Dict[str, Any], Sequence[str]) -> Dict[str, Any]
    """Return a mapping with its keys in the order of the arguments sent to the module; unchanged if it is not there."""
    try:
        text = decode(basic._ANSIBLE_ARGS or b"")
        sent = json.loads(text, object_pairs_hook=collections.OrderedDict)["ANSIBLE_MODULE_ARGS"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return value
    for name in names:
        mapping = sent.get(name)
        if isinstance(mapping, dict) and sorted(mapping) == sorted(value):
            return collections.OrderedDict((key, value[key]) for key in mapping)
    return value


def check_text(given, option):
    # type: (Union[bytes, str], str) -> str
    """Return text that can be sent to the daemon; raise UpstartError for any other.

    :param given: text, or on Python 2 its bytes.
    """
    text = decode(given)
    if not text:
        raise UpstartError("%s is empty." % option)
    if u"\0" in text:
        raise UpstartError(u"%s contains a NUL character, which Upstart does not accept. Remove it." % option)
    if not is_utf_8(text):
        raise UpstartError(u"%s is not UTF-8, which D-Bus requires." % option)
    return text


def pairs(env, option="env"):
    # type: (Any, str) -> List[str]
    """Return ``env`` as a list of ``KEY=VALUE`` texts in the order given.

    :param env: None, a dict, a list of ``KEY=VALUE`` texts, or one text: either such words, quoted as in a shell, or a
        list or mapping as JSON.
    :raises UpstartError: for other types, an empty key, an entry without ``=``, a NUL or text that is not UTF-8.
    """
    try:
        entries = assignments(env, option)
    except JobFileError as error:
        remedy = u" %s%s." % (error.hint[0].upper(), error.hint[1:]) if error.hint else u""
        facts = dict((key, error.facts[key]) for key in ("entry",) if key in error.facts)
        raise UpstartError(u"%s.%s" % (error.text, remedy), **facts)
    for entry in entries:
        if not is_utf_8(entry):
            raise UpstartError(u"The value of %s in %s is not UTF-8, which D-Bus requires."
                               % (LONE_SURROGATE.sub(u"?", entry.partition("=")[0]), option))
    return entries


def pairs_and_removed(env, option):
    # type: (Any, str) -> Tuple[List[str], List[str]]
    """Return ``env`` as ``pairs`` does, and the names of the variables that are null in a mapping.

    :raises UpstartError: as ``pairs`` does.
    """
    try:
        env = env if isinstance(env, list) else parsed(env, option)
    except JobFileError:
        pass  # pairs reports it
    if not isinstance(env, dict):
        return pairs(env, option), []
    removed = [name for name in env if env[name] is None]
    pairs(dict((name, u"") for name in removed), option)  # checks the names
    return pairs(collections.OrderedDict((name, env[name]) for name in env if env[name] is not None), option), removed


def check_names(entries, version):
    # type: (List[str], Tuple[int, ...]) -> None
    """Raise UpstartError for a variable whose name a daemon of that version does not accept.

    :param entries: list of KEY=VALUE.
    """
    wrong = [] if version >= ANY_VARIABLE_NAME_SINCE else [entry for entry in entries if not IDENTIFIER.match(entry)]
    if wrong:
        name = wrong[0].partition("=")[0]
        raise UpstartError(u"env has the variable '%s', but Upstart before 1.1 accepts only letters, digits and "
                           u"underscores in names, and no digit at the start. Use another name." % name, entry=wrong[0])
