# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode: predict what acting on plans would change."""

from __future__ import absolute_import, division, print_function

from .._host import planned_files
from . import staleness, verifying
from .watching import is_left, watch

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Optional, Sequence  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.check_mode_client import CheckModeClient  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def predict(plans, client, attributes, conf_dir):
    # type: (Sequence[FilePlan], Optional[Upstart], Any, str) -> None
    """Set ``changed`` and ``stale`` of plans as acting on them would.

    :param client: daemon.client.Upstart, or None to leave the daemon alone.
    :param attributes: object with ``adjust(path)`` -> bool.
    """
    for plan in plans:
        if plan.after is not None and attributes.adjust(plan.path):
            plan.changed = True
    if not client:
        return
    watched = watch(plans, client)
    for plan, watcher in watched:
        if is_left(plan, watcher):
            plan.changed = True
    state, reads = verifying.read_state(watched, client, conf_dir)
    for plan in plans:
        if reads.get(plan.wanted.name) is False and plan.after is not None and plan.before == plan.after \
                and not planned_files.has_file_of_job(plan.path):
            plan.changed = True
    staleness.note_stale(watched, state, client, conf_dir)
    if hasattr(client, "foreseen"):
        _note_planned_starts(plans, client)  # type: ignore[arg-type]  # only a CheckModeClient has foreseen


def _note_planned_starts(plans, client):
    # type: (Sequence[FilePlan], CheckModeClient) -> None
    """Add the instances that earlier tasks of the play would have started with another definition.

    :param client: check_mode_client.CheckModeClient.
    """
    for plan in plans:
        for instance, values in client.stale_starts(plan.wanted.name, plan.values):
            plan.stale = sorted(set(plan.stale or []).union([instance]))
            plan.stale_values = plan.stale_values or values
