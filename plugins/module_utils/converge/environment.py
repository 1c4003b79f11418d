# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments as users give them: a mapping, a list or one string."""

from __future__ import absolute_import, division, print_function

import shlex

from ..errors import UpstartError

__metaclass__ = type

try:
    text_type = unicode  # Python 2.7
except NameError:
    text_type = str


def _text(value):
    if isinstance(value, bool):
        return u"true" if value else u"false"
    if isinstance(value, bytes):
        return value.decode("utf-8")
    return u"%s" % value


def _split(line):
    """Split one string as a shell would split words, on every Python."""
    if str is bytes:
        return [word.decode("utf-8") for word in shlex.split(_text(line).encode("utf-8"))]
    return shlex.split(_text(line))


def pairs(env, option="env"):
    """Return ``env`` as a list of ``KEY=VALUE`` texts in the order given.

    :param env: None, a dict, a list of ``KEY=VALUE`` texts, or one text of such words
        quoted as in a shell.
    :raises UpstartError: for anything else, a key without name or an entry without ``=``.
    """
    if env is None or env == "":
        return []
    if isinstance(env, dict):
        entries = [u"%s=%s" % (_text(key), _text(u"" if value is None else value)) for key, value in env.items()]
    elif isinstance(env, (list, tuple)):
        entries = [_text(item) for item in env]
    elif isinstance(env, (bytes, text_type)):
        try:
            entries = _split(env)
        except ValueError as error:
            raise UpstartError("%s cannot be split into words (%s): give a list or a mapping." % (option, error))
    else:
        raise UpstartError("%s is a %s: give a mapping, a list of KEY=VALUE or one string of them."
                           % (option, type(env).__name__))
    for entry in entries:
        key = entry.partition("=")[0]
        if "=" not in entry or not key or "\0" in entry:
            raise UpstartError(u"%s has the entry '%s', which is not KEY=VALUE." % (option, entry), entry=entry)
    return entries
