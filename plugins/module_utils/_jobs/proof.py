# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that have proven their present files by running with them. Their earlier files are no longer needed."""

from __future__ import absolute_import, division, print_function

from .._host.daemon_state import changed_since, snapshot_of
from .._host.definitions import Definition
from .._host.status import is_resting, process_age, read_statuses

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Sequence, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401

__metaclass__ = type

MIN_UPTIME = 1.0  # seconds that a main process must have run


def proven_jobs(client, names, conf_dir, version):
    # type: (Upstart, Sequence[str], str, Tuple[int, ...]) -> Set[str]
    """Return the set of the names of jobs that have instances, all of which run with the present files.

    Upstart before 1.6.1 does not report the definition of an instance. There, the files must be older than the process.

    :param client: daemon.client.Upstart.
    :param names: list of text.
    """
    snapshot = snapshot_of(client, conf_dir)
    proven = set()
    for name, instances in zip(names, client.instances_of(names)):
        definition = Definition(name, conf_dir, version)
        statuses = read_statuses(client, [(name, instance) for instance in instances])
        if statuses and all(_is_running_current(client, snapshot, definition, instance, status)
                            for instance, status in zip(instances, statuses)):
            proven.add(name)
    return proven


def _is_running_current(client, snapshot, definition, instance, status):
    # type: (Upstart, Snapshot, Definition, str, Optional[Dict[str, Any]]) -> bool
    if status is None or status["goal"] != "start" or "lost" in status or not is_resting(status):
        return False
    peer_pid, main = client.connection.peer["pid"], status["processes"].get("main")
    if process_age(peer_pid, main) < MIN_UPTIME:
        return False
    stale = snapshot.is_stale(definition, instance)
    return changed_since(definition, peer_pid, main) is None if stale is None else not stale
