# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace a job's running instances with a different set, for example after its instance names have changed.

Upstart keeps the old definition until the last instance with it has stopped. All instances are therefore stopped before
the first is started.
"""

from __future__ import absolute_import, division, print_function

from .._host import instance_names
from . import refusals
from .targets import Target

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401
    from .request import ServiceRequest  # noqa: F401

__metaclass__ = type


def targets(job, definition, wanted, there):
    # type: (str, Definition, ServiceRequest, List[str]) -> List[Target]
    """Return the Targets of a job that must run exactly ``wanted.instances``. All share one list, their ``plan.group``.

    :param there: list of text, the names of the existing instances.
    """
    group = []  # type: List[Target]
    for env in wanted.instances:
        target = Target(job, definition, wanted._replace(env=env))
        target.instance = instance_names.instance_of(definition, env)
        if target.instance is None and definition.instance_variables():
            target.result.error = refusals.missing_variables(definition, env, None)
            target.is_ambiguous = True
        group.append(target)
    named = set(target.instance for target in group)
    going = [_going(job, definition, wanted, name) for name in there if name not in named]
    group[:0] = going
    for target in group:
        target.plan.group = group
    return group


def exactly(client, job, definition, wanted):
    # type: (Upstart, str, Definition, ServiceRequest) -> List[Target]
    """Return the Targets of a job of which ``wanted.instances`` must run, and no others.

    Those that run stay as they are.
    """
    listed = []
    for env in wanted.instances:
        target = Target(job, definition, wanted._replace(env=env))
        target.instance = client.find_instance(job, env)
        listed.append(target)
    named = set(target.instance for target in listed)
    return [_going(job, definition, wanted, name) for name in client.instances(job) if name not in named] + listed


def _going(job, definition, wanted, name):
    # type: (str, Definition, ServiceRequest, str) -> Target
    target = Target(job, definition, wanted._replace(state="stopped", env=[]))
    target.instance = name
    return target
