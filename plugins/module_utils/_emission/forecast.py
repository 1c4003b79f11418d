# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict the effects of an event without emitting it, as data and in sentences."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._events.budget import Budget
from .._events.predict import predict
from .._host import job_effects, job_names
from .._host.definitions import Definition
from .._host.instance_names import NOT_ASCII
from .._host.status import START_RUNNING, STOP_WAITING
from .._host.world import NextDefinitions, read_world
from . import unheard

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.model import World  # noqa: F401
    from .._events.predict import Prediction  # noqa: F401
    from .emit import Emission  # noqa: F401

__metaclass__ = type


def load_world(client, conf_dir):
    # type: (Upstart, str) -> Tuple[World, Optional[str]]
    """Return the host as an events.model.World, and a clause on why the job files had to be read instead, or None."""
    world, unavailable = read_world(client, conf_dir)
    world.successor = NextDefinitions(client, conf_dir, world.version)
    return world, unavailable


def foresee(world, emission):
    # type: (World, Emission) -> Prediction
    """Return the events.predict.Prediction of an event.

    :param emission: emit.Emission.
    """
    return predict(world, emission.name, emission.env, emission.timeout, Budget(emission.timeout))


def result_fields(world, prediction, emission, unavailable):
    # type: (World, Prediction, Emission, Optional[str]) -> Dict[str, Any]
    """Return the values of a result in check mode, see report.result_of."""
    jobs = job_effects.from_prediction(prediction)
    reasons = list(prediction.reasons)
    reasons.extend(_harmful_names(prediction) + _wedging_logs(prediction, emission, world.version))
    note, _suggests = unheard.note_of(emission.name, world.awaited(), world.by_name)
    if not jobs and note is None:
        conditions = [(job.name, list(job.start_on) + list(job.stop_on)) for job in world.definitions]
        note = unheard.note_on_variables(emission.name, emission.env, conditions)
    if unavailable:
        reasons.insert(0, "%s: the prediction uses the job files instead" % unavailable.rstrip("."))
    return {
        "jobs": jobs,
        "held_by": prediction.held_by,
        "fails": emission.wait and _fails(prediction),
        "settled": _settles(world, prediction) if emission.wait else None,
        "sure": not reasons,
        "reasons": reasons,
        "notes": prediction.notes + [note] * (note is not None),
        "assumed": ["job %s: its %s process %s" % assumption for assumption in prediction.assumed],
        "outlook": _outlook(jobs, prediction),
    }


def _harmful_names(prediction):
    # type: (Prediction) -> List[str]
    """Return sentences on instances whose name corrupts Upstart's memory."""
    pairs = [(effect.job, effect.instance) for effect in prediction.effects]
    return ["the instance name of job %s is not ASCII, which corrupts Upstart's memory" % display_name(*pair)
            for pair in sorted(pairs) if NOT_ASCII.search(pair[1])]


def _wedging_logs(prediction, emission, version):
    # type: (Prediction, Emission, Tuple[int, ...]) -> List[str]
    """Return sentences on instances whose start would make init spin forever because of the path of its log."""
    sentences = []
    for effect in prediction.effects:
        place = (emission.log_dir, effect.job, effect.instance)
        if job_names.fatal_log_path(*place, values=None, version=version) is not None:
            path = job_names.fatal_log_path(
                *place, values=_values(effect.job, emission.conf_dir, version), version=version)
            if path is not None:
                sentences.append("job %s would make init loop forever: the path of its log takes %d bytes" % (
                    display_name(effect.job, effect.instance), len(path)))
    return sentences


def _values(job, conf_dir, version):
    # type: (str, str, Tuple[int, ...]) -> Optional[Dict[str, Any]]
    try:
        return Definition(job, conf_dir, version).values
    except UpstartError:
        return None


def _fails(prediction):
    # type: (Prediction) -> Optional[bool]
    """Return whether the event would fail or not be over in time; None if the prediction stopped before that."""
    if prediction.failed:
        return True
    return None if prediction.finished is None else not prediction.finished


def _settles(world, prediction):
    # type: (World, Prediction) -> Optional[bool]
    """Return whether everything that the event moves comes to rest in time; None if the prediction stopped before."""
    return None if prediction.finished is None else prediction.finished and not _is_moving(world, prediction)


def _is_moving(world, prediction):
    # type: (World, Prediction) -> bool
    """Return whether an instance that the event moves has not come to rest at the end of the prediction."""
    for effect in prediction.effects:
        status = prediction.statuses.get((effect.job, effect.instance), STOP_WAITING)
        if status != STOP_WAITING and (status != START_RUNNING or world.by_name[effect.job].task):
            return True
    return False


def _outlook(jobs, prediction):
    # type: (List[Dict[str, Any]], Prediction) -> Dict[str, List[str]]
    """Return the names of the jobs only, as earlier releases did."""
    return {
        "would_start": sorted(set(job["name"] for job in jobs if job["started"])),
        "would_stop": sorted(set(job["name"] for job in jobs if job["stopped"])),
        "would_wait": prediction.held_by,
    }
