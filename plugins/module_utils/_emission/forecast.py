# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event would do, in sentences and data, without emitting it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._events.budget import Budget
from .._events.predict import predict
from .._host import job_effects, job_names
from .._host.definitions import Definition
from .._host.instance_names import NOT_ASCII
from .._host.world import NextDefinitions, read_world

__metaclass__ = type


def foresee(client, emission, keep=None):
    """Return what upstart_event returns in check mode besides ``name`` and ``env``.

    :param emission: emit.Emission.
    :param keep: function that is called with the events.predict.Prediction, or None.
    """
    world, untold = read_world(client, emission.conf_dir)
    world.successor = NextDefinitions(client, emission.conf_dir, world.version)
    found = predict(world, emission.name, emission.env, emission.timeout, Budget(emission.timeout))
    if keep is not None:
        keep(found)
    jobs = job_effects.predicted(found)
    reasons = list(found.reasons)
    reasons.extend(_harmful(found) + _wedging(found, emission, world.version))
    if untold:
        reasons.insert(0, "%s: the jobs are taken from their files" % untold.rstrip("."))
    return {
        "jobs": jobs,
        "held_by": found.held_by,
        "fails": emission.wait and _fails(found),
        "settled": _settles(world, found) if emission.wait else None,
        "sure": not reasons,
        "reasons": reasons,
        "notes": found.notes,
        "assumed": ["job %s: its %s process %s" % one for one in found.assumed],
        "outlook": _outlook(jobs, found),
    }


def _harmful(found):
    """Return a sentence for each instance by whose name Upstart corrupts its memory."""
    return [
        "job %s gets an instance whose name is not ASCII, by which Upstart corrupts its memory" % display_name(*pair)
        for pair in sorted((one.job, one.instance) for one in found.effects if NOT_ASCII.search(one.instance))
    ]


def _wedging(found, emission, version):
    """Return a sentence for each instance whose start would make init spin forever, by the path of its log."""
    sentences = []
    for effect in found.effects:
        place = (emission.log_dir, effect.job, effect.instance)
        if job_names.fatal_log_path(*place, values=None, version=version) is not None:
            path = job_names.fatal_log_path(
                *place, values=_values(effect.job, emission.conf_dir, version), version=version)
            if path is not None:
                sentences.append("job %s would make init loop forever: the path of its log takes %d bytes" % (
                    display_name(effect.job, effect.instance), len(path)))
    return sentences


def _values(job, conf_dir, version):
    try:
        return Definition(job, conf_dir, version).values
    except UpstartError:
        return None


def _fails(found):
    """Return whether the event would fail or not be over in time; None when the prediction was cut off before that."""
    if found.failed:
        return True
    return None if found.finished is None else not found.finished


def _settles(world, found):
    """Return whether all that the event moves comes to rest in time; None when the prediction was cut off before."""
    return None if found.finished is None else found.finished and not _moves(world, found)


def _moves(world, found):
    """Return whether something that the event set in motion is still on its way at the end of what is predicted."""
    for effect in found.effects:
        status = found.statuses.get((effect.job, effect.instance), job_effects.GONE)
        if status != job_effects.GONE and (status != job_effects.UP or world.by_name[effect.job].task):
            return True
    return False


def _outlook(jobs, found):
    """Return the names only, as earlier releases did."""
    return {
        "would_start": sorted(set(one["name"] for one in jobs if one["started"])),
        "would_stop": sorted(set(one["name"] for one in jobs if one["stopped"])),
        "would_wait": found.held_by,
    }
