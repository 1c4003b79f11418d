# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_service would do, as ``foreseen.record`` keeps it, and what check mode does not know."""

from __future__ import absolute_import, division, print_function

from .._host import planned_files
from .._host.check_mode_client import UNKNOWN_JOB
from .._host.check_mode_record import with_consequences
from . import bystanders

__metaclass__ = type

UNSEEN_FILES = ("Check the name. In check mode, only files written by upstart_job are visible to later tasks, not "
                "those of template or copy.")
UNSEEN_PLAY = ("Check the name. In check mode, a task of ansible.builtin.service does not see files that earlier tasks "
               "would write.")


def of_services(client, targets, request):
    """Return what upstart_service would do, and what would come of it.

    :param targets: list of targets.Target after ``services.converge`` in check mode.
    :param request: request.ServiceRequest.
    """
    acts = {"files": {}, "up": [], "down": []}
    for target in targets:
        if target.result.error is not None or target.script is not None:
            continue
        if target.plan.change:
            acts["files"][target.plan.change.path] = target.plan.change.after
        pair = target.job, target.instance or ""
        if "start" in target.plan.steps and target.result.after is not None:
            acts["up"].append(pair + (target.env,))
        elif target.before is not None and target.result.after is None:
            acts["down"].append(pair)
    simulation = _played(client, targets, request)
    return acts if simulation is None else with_consequences(acts, simulation, set(_moved(acts)))


def _played(client, targets, request):
    """Return the Simulation of what a task starts and stops, or None when that is nothing."""
    asked = bystanders.acts_of(targets)
    if not (asked.stops or asked.starts):
        return None
    simulation = bystanders.simulate(client, asked, request.conf_dir, client.version(), request.timeout)
    return None if simulation.is_cut_off else simulation


def _moved(acts):
    return [each[:2] for each in acts["up"]] + acts["down"]


def explain_unknown_jobs(targets, knows_play):
    """Say in the errors of jobs that are not there which files check mode does not see.

    :param targets: list of targets.Target after ``services.converge``.
    :param knows_play: whether earlier tasks of this collection count.
    """
    for target in targets:
        if target.result.error is not None and target.result.error.facts.get("error") == UNKNOWN_JOB \
                and target.definition.text is None and not planned_files.has_file(target.definition.conf):
            target.result.error.message = "Upstart does not know the job %s, and %s. %s" % (
                target.job, target.definition.complaint(), UNSEEN_FILES if knows_play else UNSEEN_PLAY)


def warnings(client, targets):
    """Return sentences on targets of which earlier tasks leave the state open."""
    earlier = getattr(client, "foreseen", None)
    if earlier is None:
        return []
    found = ["Check mode cannot tell the state of job %s: %s." % (job, earlier.unknown[job])
             for job in sorted(set(target.job for target in targets)) if job in earlier.unknown]
    return found + ["Check mode does not know all that this play would do: %s." % doubt for doubt in earlier.doubts]
