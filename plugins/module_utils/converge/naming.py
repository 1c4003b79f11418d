# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance an environment leads to, by the job's own file."""

from __future__ import absolute_import, division, print_function

from ..events.expand import ExpansionError, expand

__metaclass__ = type


def instance_of(definition, env):
    """Return the name of the instance, or None when the file or ``env`` (list of KEY=VALUE) does not tell it."""
    if not definition.values:
        return None
    entries = definition.values["env"] + env
    try:
        return expand(definition.values["instance"], dict(entry.split("=", 1) for entry in entries if "=" in entry))
    except ExpansionError:
        return None  # the daemon refuses the start with the same reason
