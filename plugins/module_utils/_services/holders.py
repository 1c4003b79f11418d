# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs hold the starting or stopping event that an instance waits for."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._events import holding
from .._events.simulation import Simulation
from .._host.world import read_world
from .judging import is_held

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def name_holders(client, targets, conf_dir):
    # type: (Upstart, Iterable[Target], str) -> None
    """Add to the errors of instances that wait for another job which job that is, as far as the daemon reports it."""
    held = [target for target in targets if is_held(target)]
    try:
        world = read_world(client, conf_dir)[0] if held else None
    except UpstartError:
        return  # the error is true all the same
    if world is None or not world.conditions_known:
        return
    simulation = Simulation(world)
    for target in held:
        holders = _holders(simulation, target)
        if holders:
            target.result.error.name_holders(holders)  # type: ignore[union-attr]  # is_held has checked it


def _holders(simulation, target):
    # type: (Simulation, Target) -> List[str]
    if target.job not in simulation.world.by_name:
        return []
    instance = simulation.job(target.job).instances.get(target.instance_name)
    if instance is None or instance.blocker is None:
        return []
    return holding.holders(simulation, instance.blocker)
