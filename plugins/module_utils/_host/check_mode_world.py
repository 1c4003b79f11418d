# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for the prediction of events, as earlier check-mode tasks of the play would have left it."""

from __future__ import absolute_import, division, print_function

import copy

from .._errors import UpstartError
from .._events.model import Present, World
from .._events.tables import MAIN, RUNNING, START
from .._events.variables import merge
from .check_mode_client import is_stale, values_at
from .definitions import Definition

__metaclass__ = type


def world_after(world, foreseen, conf_dir, definition_of):
    """Return the World that earlier tasks would have made of ``world``.

    :param world: events.model.World, the host as it is.
    :param foreseen: check_mode.PlayState.
    :param conf_dir: text, the directory of the job files.
    :param definition_of: function from the name and the values of a job to a model.SimulatedDefinition.
    """
    builder = _Builder(world, foreseen, conf_dir, definition_of)
    names = [one.name for one in world.definitions]
    names += [name for name in foreseen.changed_jobs() if name not in world.by_name]
    definitions = [one for one in map(builder.definition, names) if one is not None]
    notes = dict(world.notes)
    for job, reason in foreseen.unknown.items():
        notes[job] = notes.get(job, []) + ["job %s: %s" % (job, reason)]
    after = World(definitions, world.events, world.version, builder.job_environment, world.conditions_known, notes,
                  world.doubts + foreseen.doubts)
    after.successor = world.successor
    return after


class _Builder:
    """Makes the definitions of jobs as they would be."""

    def __init__(self, world, foreseen, conf_dir, definition_of):
        self._world = world
        self._foreseen = foreseen
        self._conf_dir = conf_dir
        self._definition_of = definition_of
        job_env = foreseen.settings.get("job_env")
        self.job_environment = world.job_environment if job_env is None else [
            "%s=%s" % pair for pair in sorted(job_env.items())]

    def definition(self, name):
        """Return the Definition that the daemon would hold of a job, or None when it would not know the job."""
        foreseen = self._foreseen
        found = self._world.by_name.get(name)
        changed = foreseen.files_changed(name)
        starts = [(instance, start) for (job, instance), start in foreseen.up.items() if job == name]
        present = [one for one in (found.instances if found else ())
                   if (name, one.name) not in foreseen.down and (name, one.name) not in foreseen.up]
        values = self._values(name) if changed else None
        if changed and not present:
            held = values_at(starts[0][1], self._world.version) if starts else values
            found = None if held is None else self._definition_of(name, held)
            replaced = bool(starts) and held is not None and (values is None or is_stale(held, values))
        else:
            replaced = changed or (found is not None and found.is_replaced and bool(present))
        if found is None:
            return None
        found = copy.copy(found)
        found.is_replaced = replaced
        found.instances = present + [self._present(found, instance, start) for instance, start in starts]
        met = foreseen.met.get(name)
        if met is not None and len(met) == len(found.start_on):
            found.start_met = [(value, None) for value in met]
        return found

    def _values(self, name):
        try:
            return Definition(name, self._conf_dir, self._world.version).values
        except UpstartError:
            return None

    def _present(self, definition, instance, start):
        env = merge(merge(list(self.job_environment), definition.env), start.env)
        processes = {MAIN: 0} if MAIN in definition.processes else {}
        return Present(instance, START, RUNNING, env=env, processes=processes)
