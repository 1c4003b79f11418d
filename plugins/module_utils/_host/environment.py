# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in options of modules: a mapping, a list or a string."""

from __future__ import absolute_import, division, print_function

import collections
import json
import re
import shlex
import sys

from ansible.module_utils import basic

from .._errors import UpstartError
from .._text import LONE_SURROGATE, is_utf_8, text_type
from .releases import ANY_VARIABLE_NAME_SINCE

__metaclass__ = type

CONTAINERS = (dict, list, tuple)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
PYTHON_WITH_ORDERED_DICTS = (3, 7)  # the first Python whose dicts keep the order in which they were written


def ordered(module, option, aliases=()):
    """Return the value of a module's option; a mapping has its keys in the order in which they were written.

    :param aliases: other names of the option.
    """
    value = module.params[option]
    if not isinstance(value, dict) or sys.version_info >= PYTHON_WITH_ORDERED_DICTS:
        return value
    return _in_sent_order(value, [option] + list(aliases))


def _in_sent_order(value, names):
    """Return a mapping with its keys in the order of the arguments sent to the module; unchanged if it is not there."""
    try:
        sent = json.loads(_text(basic._ANSIBLE_ARGS), object_pairs_hook=collections.OrderedDict)["ANSIBLE_MODULE_ARGS"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return value
    for name in names:
        mapping = sent.get(name)
        if isinstance(mapping, dict) and sorted(mapping) == sorted(value):
            return collections.OrderedDict((key, value[key]) for key in mapping)
    return value


def check_text(text, option):
    """Raise UpstartError for text that cannot be sent to the daemon."""
    if not text:
        raise UpstartError("%s is empty." % option)
    if u"\0" in text:
        raise UpstartError(u"%s contains a NUL character, which Upstart does not accept. Remove it." % option)
    if not is_utf_8(text):
        raise UpstartError(u"%s is not UTF-8, which D-Bus requires." % option)


def _text(value):
    if isinstance(value, bool):
        return u"true" if value else u"false"
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return u"%s" % value


def _split(line):
    """Return the words of a string, split as by a shell, on every Python."""
    if str is bytes:
        return [word.decode("utf-8") for word in shlex.split(_text(line).encode("utf-8"))]
    return shlex.split(_text(line))


def pairs(env, option="env"):
    """Return ``env`` as a list of ``KEY=VALUE`` texts in the order given.

    :param env: None, a dict, a list of ``KEY=VALUE`` texts, or one text: either such words, quoted as in a shell, or a
        list or mapping as JSON.
    :raises UpstartError: for other types, an empty key, an entry without ``=``, a NUL or text that is not UTF-8.
    """
    if env is None or env == "":
        return []
    try:
        entries = _entries(env, option)
    except UnicodeDecodeError:
        raise UpstartError("%s is not UTF-8, which D-Bus requires." % option)
    for entry in entries:
        key = entry.partition("=")[0]
        if "=" not in entry or not key or "\0" in entry:
            raise UpstartError(u"%s has the entry '%s', which is not KEY=VALUE." % (option, entry), entry=entry)
        if not is_utf_8(entry):
            raise UpstartError(u"The value of %s in %s is not UTF-8, which D-Bus requires."
                               % (LONE_SURROGATE.sub(u"?", key), option))
    return entries


def check_names(entries, version):
    """Raise UpstartError for a variable whose name a daemon of that version does not accept.

    :param entries: list of KEY=VALUE.
    """
    wrong = [] if version >= ANY_VARIABLE_NAME_SINCE else [entry for entry in entries if not IDENTIFIER.match(entry)]
    if wrong:
        name = wrong[0].partition("=")[0]
        raise UpstartError(u"env has the variable '%s', but Upstart before 1.1 accepts only letters, digits and "
                           u"underscores in names, and no digit at the start. Use another name." % name, entry=wrong[0])


def _entries(env, option):
    if isinstance(env, (bytes, text_type)):
        env = _words(env, option)
    if isinstance(env, dict):
        return [_entry(_text(key), value, option) for key, value in env.items()]
    if not isinstance(env, (list, tuple)):
        raise UpstartError("%s has the type %s. Use a mapping, a list of KEY=VALUE or a string of such words."
                           % (option, type(env).__name__))
    for item in env:
        if isinstance(item, CONTAINERS):
            raise UpstartError(u"%s has the entry %s, which is not KEY=VALUE." % (option, json.dumps(item)))
    return [_text(item) for item in env]


def _entry(key, value, option):
    if u"=" in key:
        raise UpstartError(u"%s has the name '%s', but a name cannot contain '='." % (option, key))
    if isinstance(value, CONTAINERS):
        raise UpstartError(u"The value of %s in %s is %s, but must be a string." % (key, option, json.dumps(value)))
    return u"%s=%s" % (key, _text(u"" if value is None else value))


def _words(line, option):
    """Return the words of a string, or a list or mapping if the string is JSON."""
    text = _text(line)
    is_json = text.lstrip().startswith((u"[", u"{"))
    try:
        return json.loads(text, object_pairs_hook=collections.OrderedDict) if is_json else _split(text)
    except ValueError as error:
        raise UpstartError("%s cannot be %s (%s). Use a list or a mapping." % (
            option, "parsed as JSON, although it begins like JSON" if is_json else "split into words", error))
