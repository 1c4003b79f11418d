# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check-mode task would do, in the form in which ``foreseen.record`` keeps it for later tasks."""

from __future__ import absolute_import, division, print_function

from ..events.effects import fold
from . import foreseen, loaded
from .foreseen_client import UNKNOWN_JOB
from .job_plans import belonging
from .runlevels import EVENT

__metaclass__ = type

UP = "start/running"
UNSEEN_FILES = ("Check the name. In check mode, only files written by upstart_job are visible to later tasks, not "
                "those of template or copy.")
UNSEEN_PLAY = ("Check the name. In check mode, a task of ansible.builtin.service does not see files that earlier tasks "
               "would write.")


def of_jobs(plans, manifest=None):
    """Return what upstart_job would do.

    :param plans: list of job_plans.Plan after ``jobs.foresee``.
    :param manifest: manifest.Manifest after its ``foresee``, or None.
    """
    files = {}
    for plan in plans:
        if plan.after is None:
            files.update((path, None) for path in belonging(plan))
        elif plan.before != plan.after:
            files[plan.path] = plan.after
    if manifest is not None and manifest.after is not None:
        files[manifest.path] = manifest.text()
    return {"files": files}


def of_services(client, targets, request):
    """Return what upstart_service would do, and what would come of it.

    :param targets: list of targets.Target after ``services.converge`` in check mode.
    :param request: services.Request.
    """
    acts = {"files": {}, "up": [], "down": []}
    for target in targets:
        if target.error is not None or target.script is not None:
            continue
        if target.change:
            acts["files"][target.change.path] = target.change.after
        pair = target.job, target.instance or ""
        if "start" in target.steps and target.after is not None:
            acts["up"].append(pair + (target.env,))
        elif target.before is not None and target.after is None:
            acts["down"].append(pair)
    simulation = _played(client, targets, request)
    return acts if simulation is None else _with_consequences(acts, simulation, set(_moved(acts)))


def _played(client, targets, request):
    """Return the Simulation of what a task starts and stops, or None when that is nothing."""
    from . import others
    asked = others.acts_of(targets)
    if not (asked.stops or asked.starts):
        return None
    simulation = others.simulate(client, asked, request.conf_dir, client.version(), request.timeout)
    return None if simulation.is_cut_off else simulation


def _moved(acts):
    return [each[:2] for each in acts["up"]] + acts["down"]


def of_event(prediction):
    """Return what upstart_event would do.

    :param prediction: events.predict.Prediction.
    """
    return _with_consequences({"files": {}, "up": [], "down": []}, prediction.simulation, set(), prediction.open_jobs)


def of_settings(client, plan, request):
    """Return what upstart_init would do.

    :param plan: settings.Plan.
    :param request: settings.Request.
    """
    from . import host_events
    from ..events import predict
    changed = dict((key, plan.after[key]) for key in plan.after if plan.after[key] != plan.before[key])
    if "runlevel" not in changed:
        return {"settings": changed}
    env = ["RUNLEVEL=%s" % plan.after["runlevel"], "PREVLEVEL=%s" % plan.after["previous_runlevel"]]
    world = host_events.look(client, request.conf_dir)[0]
    world.successor = host_events.Successors(client, request.conf_dir, client.version())
    return dict(of_event(predict.predict(world, EVENT, env, request.timeout)), settings=changed)


def _with_consequences(acts, simulation, own, open_jobs=()):
    """Return acts of a task with what a Simulation says that comes of them.

    :param own: set of the (job, instance) of which ``acts`` tells already.
    :param open_jobs: names of the jobs of which the simulation is not sure.
    """
    unknown = dict((job, "what an earlier task would make of it is not certain")
                   for job in simulation.endless + [name for name in open_jobs if name in simulation.world.by_name])
    for effect in fold(simulation.trace):
        pair = effect.job, effect.instance
        job = simulation.job(effect.job)
        instance = job.instances.get(effect.instance)
        if pair in own or effect.job in unknown:
            continue
        if instance is None:
            acts["down"].append(pair)
        elif simulation.status_of(*pair) == UP and not job.definition.task:
            acts["up"].append(pair + (_given(instance, simulation.world),))
        else:
            unknown[effect.job] = "an earlier task would leave it in %s" % simulation.status_of(*pair)
    met = dict((job.name, [bool(value) for value in job.start_on.met]) for job in simulation.jobs()
               if job.start_on is not None and job.name in simulation.concerned)
    return dict(acts, met=met, unknown=unknown)


def _given(instance, world):
    """Return the variables that an instance was started with, without those that each of its job has."""
    others = set(instance.job.definition.env).union(world.job_environment)
    return [entry for entry in instance.env
            if entry not in others and entry.partition("=")[0] not in loaded.OWN_VARIABLES]


# -- what check mode does not know -----------------------------------------------------------------------------------
def explain_unknown_jobs(targets, knows_play):
    """Say in the errors of jobs that are not there which files check mode does not see.

    :param targets: list of targets.Target after ``services.converge``.
    :param knows_play: whether earlier tasks of this collection count.
    """
    for target in targets:
        if target.error is not None and target.error.facts.get("error") == UNKNOWN_JOB \
                and target.definition.text is None and not foreseen.has_file(target.definition.conf):
            target.error.message = "Upstart knows no job %s and %s. %s" % (
                target.job, target.definition.complaint(), UNSEEN_FILES if knows_play else UNSEEN_PLAY)


def warnings(client, targets):
    """Return sentences on targets of which earlier tasks leave the state open."""
    earlier = getattr(client, "foreseen", None)
    if earlier is None:
        return []
    found = ["Check mode cannot tell the state of job %s: %s." % (job, earlier.unknown[job])
             for job in sorted(set(target.job for target in targets)) if job in earlier.unknown]
    return found + ["Check mode does not know all that this play would do: %s." % doubt for doubt in earlier.doubts]
