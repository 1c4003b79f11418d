# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of upstart_init in check mode, for later tasks of the play."""

from __future__ import absolute_import, division, print_function

from .._events import predict
from .._host.check_mode_record import of_prediction
from .._host.runlevel import EVENT
from .._host.world import NextDefinitions, read_world

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .settings import SettingsPlan, SettingsRequest  # noqa: F401

__metaclass__ = type


def of_settings(client, plan, request):
    # type: (Upstart, SettingsPlan, SettingsRequest) -> Dict[str, Any]
    """Return what upstart_init would do, as arguments of check_mode.record.

    :param plan: settings.SettingsPlan.
    :param request: settings.SettingsRequest.
    """
    changed = dict((key, plan.after[key]) for key in plan.after if plan.after[key] != plan.before[key])
    if "runlevel" not in changed:
        return {"settings": changed}
    env = ["RUNLEVEL=%s" % plan.after["runlevel"], "PREVLEVEL=%s" % plan.after["previous_runlevel"]]
    world = read_world(client, request.conf_dir)[0]
    world.successor = NextDefinitions(client, request.conf_dir, client.version())
    return dict(of_prediction(predict.predict(world, EVENT, env, request.timeout)), settings=changed)
