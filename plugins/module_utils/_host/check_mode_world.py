# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The World for the prediction of events, after the earlier check-mode tasks of the play."""

from __future__ import absolute_import, division, print_function

import copy

from .._errors import UpstartError
from .._events.model import Present, World
from .._events.tables import MAIN, RUNNING, START
from .._events.variables import merge
from .check_mode_client import is_stale, values_at
from .definitions import Definition

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Optional  # noqa: F401
    from .._events.model import SimulatedDefinition  # noqa: F401
    from .check_mode import PlannedStart, PlayState  # noqa: F401

__metaclass__ = type


def world_after(world, foreseen, conf_dir, definition_of):
    # type: (World, PlayState, str, Callable[[str, Dict[str, Any]], SimulatedDefinition]) -> World
    """Return ``world`` as earlier tasks would have changed it.

    :param world: events.model.World, the host as it is.
    :param foreseen: check_mode.PlayState.
    :param conf_dir: text, the directory of the job files.
    :param definition_of: function from the name and the values of a job to a model.SimulatedDefinition.
    """
    builder = _Builder(world, foreseen, conf_dir, definition_of)
    names = [definition.name for definition in world.definitions]
    names += [name for name in foreseen.changed_jobs() if name not in world.by_name]
    definitions = [definition for definition in map(builder.definition, names) if definition is not None]
    notes = dict(world.notes)
    for job, reason in foreseen.unknown.items():
        notes[job] = notes.get(job, []) + ["job %s: %s" % (job, reason)]
    after = World(definitions, world.events, world.version, builder.job_environment, world.conditions_known, notes,
                  world.doubts + foreseen.doubts)
    after.successor = world.successor
    return after


class _Builder:
    """Makes the definitions of jobs after earlier tasks."""

    def __init__(self, world, foreseen, conf_dir, definition_of):
        # type: (World, PlayState, str, Callable[[str, Dict[str, Any]], SimulatedDefinition]) -> None
        self._world = world
        self._foreseen = foreseen
        self._conf_dir = conf_dir
        self._definition_of = definition_of
        job_env = foreseen.settings.get("job_env")
        self.job_environment = world.job_environment if job_env is None else [
            "%s=%s" % pair for pair in sorted(job_env.items())]

    def definition(self, name):
        # type: (str) -> Optional[SimulatedDefinition]
        """Return the SimulatedDefinition that the daemon would have of a job, None if it would not know the job."""
        foreseen = self._foreseen
        definition = self._world.by_name.get(name)
        changed = foreseen.files_changed(name)
        starts = [(instance, start) for (job, instance), start in foreseen.up.items() if job == name]
        present = [instance for instance in (definition.instances if definition else ())
                   if (name, instance.name) not in foreseen.down and (name, instance.name) not in foreseen.up]
        values = self._values(name) if changed else None
        if changed and not present:
            held = values_at(starts[0][1], self._world.version) if starts else values
            definition = None if held is None else self._definition_of(name, held)
            replaced = bool(starts) and held is not None and (values is None or is_stale(held, values))
        else:
            replaced = changed or (definition is not None and definition.is_replaced and bool(present))
        if definition is None:
            return None
        definition = copy.copy(definition)
        definition.is_replaced = replaced
        definition.instances = present + [
            self._present(definition, instance, start) for instance, start in starts]
        met = foreseen.met.get(name)
        if met is not None and len(met) == len(definition.start_on):
            definition.start_met = [(value, None) for value in met]
        return definition

    def _values(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        try:
            return Definition(name, self._conf_dir, self._world.version).values
        except UpstartError:
            return None

    def _present(self, definition, instance, start):
        # type: (SimulatedDefinition, str, PlannedStart) -> Present
        env = merge(merge(list(self.job_environment), definition.env), start.env)
        processes = {MAIN: 0} if MAIN in definition.processes else {}
        return Present(instance, START, RUNNING, env=env, processes=processes)
