# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs have come up by their present files, so that their earlier ones need not be kept any more."""

from __future__ import absolute_import, division, print_function

from .._host.daemon_state import changed_since, snapshot_of
from .._host.definitions import Definition
from .._host.status import is_resting, process_age, read_statuses

__metaclass__ = type

STEADY = 1.0  # seconds that a main process must have been running


def come_up(client, names, conf_dir, version):
    """Return the names of those jobs that run, and of which all instances run by the present files.

    Before Upstart 1.6.1, which does not tell that, they do if their files have not been changed since they began.

    :param client: daemon.client.Upstart.
    :param names: list of text.
    """
    snapshot = snapshot_of(client, conf_dir)
    found = set()
    for name, instances in zip(names, client.instances_of(names)):
        definition = Definition(name, conf_dir, version)
        statuses = read_statuses(client, [(name, instance) for instance in instances])
        if statuses and all(_runs(client, snapshot, definition, instance, status)
                            for instance, status in zip(instances, statuses)):
            found.add(name)
    return found


def _runs(client, snapshot, definition, instance, status):
    if status is None or status["goal"] != "start" or "lost" in status or not is_resting(status):
        return False
    seconds = process_age(client.connection.peer["pid"], status["processes"].get("main"))
    if seconds < STEADY:
        return False
    stale = snapshot.is_stale(definition, instance)
    return changed_since(definition, seconds) is None if stale is None else not stale
