# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_service would do, in the form that later tasks in check mode read, and what check mode cannot know."""

from __future__ import absolute_import, division, print_function

from .._host import check_mode, planned_files
from .._host.check_mode_client import UNKNOWN_JOB
from .._host.check_mode_record import with_consequences
from . import bystanders
from .rehearsal import simulate

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.simulation import Simulation  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

UNSEEN_FILES = ("Check the name. In check mode, only files written by upstart_job are visible to later tasks, not "
                "those of template or copy.")
UNSEEN_PLAY = ("Check the name. In check mode, a task of ansible.builtin.service does not see files that earlier tasks "
               "would write.")


def of_services(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> Dict[str, Any]
    """Return what upstart_service would do and what that would cause, as ``check_mode_record`` describes it.

    :param targets: list of targets.Target after ``services.converge`` in check mode.
    :param request: request.ServiceRequest.
    """
    acts = {"files": {}, "up": [], "down": []}  # type: Dict[str, Any]
    for target in targets:
        if target.result.error is not None or target.script is not None:
            continue
        if target.plan.change:
            acts["files"][target.plan.change.path] = target.plan.change.after
        pair = target.job, target.instance_name
        if "start" in target.plan.steps and target.result.after is not None:
            acts["up"].append(pair + (target.env,))
        elif target.before is not None and target.result.after is None:
            acts["down"].append(pair)
    simulation = _simulate(client, targets, request)
    if simulation is None:
        return acts
    moved = set(start[:2] for start in acts["up"]).union(acts["down"])
    return with_consequences(acts, simulation, moved)


def _simulate(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> Optional[Simulation]
    """Return the Simulation of what a task stops and starts; None when that is nothing, or takes too long."""
    acts = bystanders.acts_of(targets)
    if not (acts.stops or acts.starts):
        return None
    simulation = simulate(client, acts, request.conf_dir, client.version(), request.timeout)
    return None if simulation.is_cut_off else simulation


def explain_unknown_jobs(targets, knows_play):
    # type: (List[Target], bool) -> None
    """Explain in the errors of unknown jobs which files check mode does not see.

    :param targets: list of targets.Target after ``services.converge``.
    :param knows_play: bool, whether the effects of earlier tasks of this collection are known.
    """
    for target in targets:
        if target.result.error is not None and target.result.error.facts.get("error") == UNKNOWN_JOB \
                and target.definition.text is None and not planned_files.has_file(target.definition.conf):
            target.result.error.message = "Upstart does not know the job %s, and %s. %s" % (
                target.job, target.definition.complaint(), UNSEEN_FILES if knows_play else UNSEEN_PLAY)


def warnings(client, targets):
    # type: (Upstart, List[Target]) -> List[str]
    """Return warnings about targets whose state depends on earlier tasks in an unknown way."""
    earlier = getattr(client, "foreseen", None)
    if earlier is None:
        return []
    texts = ["Check mode cannot tell the state of job %s: %s." % (job, earlier.unknown[job])
             for job in sorted(set(target.job for target in targets)) if job in earlier.unknown]
    return texts + check_mode.doubt_warnings(earlier)
