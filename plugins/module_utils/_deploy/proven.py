# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that a run has started, reloaded or seen running with their current files."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Set  # noqa: F401
    from .._services.targets import Target  # noqa: F401

__metaclass__ = type


def proven_jobs(targets):
    # type: (List[Target]) -> Set[str]
    """Return the names of the jobs that a run has started, reloaded or seen running with their current files.

    :param targets: list of targets.Target, as the run leaves them.
    """
    counted = [target for target in targets if not (target.plan.group and target.wanted.state == "stopped")]
    names = set(target.job for target in counted)
    names.difference_update(target.job for target in counted if not _is_proven(target))
    return names


def _is_proven(target):
    # type: (Target) -> bool
    if target.result.error is not None or target.script is not None or target.wanted.state not in (
            "started", "restarted", "reloaded"):
        return False
    if "start" in target.plan.steps:
        return not target.plan.kept_by
    return "reload" in target.plan.steps or target.plan.stale is False
