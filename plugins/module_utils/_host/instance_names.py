# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of instances: the name that results from an environment, and names that Upstart cannot handle."""

from __future__ import absolute_import, division, print_function

import re

from .._events.expand import ExpansionError, expand

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401
    from .definitions import Definition  # noqa: F401

__metaclass__ = type

UNREADABLE = u"\ufffd"  # in place of bytes that a D-Bus path has lost
NOT_ASCII = re.compile(u"[^\\x00-\\x7f]")


def instance_of(definition, env):
    # type: (Definition, List[str]) -> Optional[str]
    """Return the name of the instance that a job starts with an environment.

    None if the job file is invalid or a variable of its instance stanza is missing.

    :param definition: definitions.Definition.
    :param env: list of KEY=VALUE.
    """
    if not definition.values:
        return None
    entries = definition.values["env"] + env
    try:
        return expand(definition.values["instance"], dict(entry.split("=", 1) for entry in entries if "=" in entry))
    except ExpansionError:
        return None  # the daemon refuses the start for the same reason


def unsafe_name(definition, instance, env, is_asked_for):
    # type: (Definition, Optional[str], List[str], bool) -> Optional[str]
    """Return the name of an instance if it is not ASCII, else None.

    Upstart writes past the end of the D-Bus path that it makes of such a name, and never reports that path correctly.

    :param instance: text, the name that Upstart reports, or None.
    :param env: list of KEY=VALUE, the variables that the instance is started with.
    :param is_asked_for: bool, whether the task names the instance by these variables or starts it.
    """
    if is_asked_for:
        name = instance_of(definition, env)
        if name and NOT_ASCII.search(name):
            return name
    return instance if UNREADABLE in (instance or "") else None
