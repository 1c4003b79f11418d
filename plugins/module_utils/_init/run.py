# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_init."""

from __future__ import absolute_import, division, print_function

from .._host.check_mode import OPTION, add_to
from . import settings

__metaclass__ = type


def run(module, client):
    """Bring the daemon's settings into the wanted state, and return the result of the module.

    :param module: AnsibleModule.
    :param client: daemon.client.Upstart.
    """
    params = module.params
    request = settings.SettingsRequest(
        log_priority=params["log_priority"],
        job_env=params["job_env"],
        reload_configuration=params["reload_configuration"],
        runlevel=params["runlevel"],
        handle_service_module=params["handle_service_module"],
        timeout=params["timeout"],
        conf_dir=params["conf_dir"],
    )
    return _foreseen_result(client, request, params) if module.check_mode else settings.converge(client, request)


def _foreseen_result(client, request, params):
    """Return the result of check mode with what later tasks of the play are to know."""
    from .._host.check_mode_client import client_for
    client = client_for(client, params)
    acts = {}

    def keep(plan):
        if params[OPTION]:
            from . import check_mode
            acts.update(check_mode.of_settings(client, plan, request))

    result = settings.converge(client, request, True, keep)
    add_to(result, params, **acts)
    return result
