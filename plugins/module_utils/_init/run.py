# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_init: load, plan, act, verify, report."""

from __future__ import absolute_import, division, print_function

from .._daemon.addresses import SESSION
from .._errors import UpstartError
from .._host.check_mode import OPTION, add_to
from .._host.check_mode_client import client_for
from .._system.deadline import Deadline
from . import check_mode, settings

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Tuple  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type


def run(module, client):
    # type: (AnsibleModule, Upstart) -> Dict[str, Any]
    """Bring the daemon's settings to what a task asks for, and return the module's result.

    :param module: AnsibleModule.
    :param client: daemon.client.Upstart.
    """
    params = module.params
    if params["runlevel"] is not None and params.get("scope") == SESSION:
        raise UpstartError("A user's session has no runlevel: it belongs to init, process 1. Leave out scope: session, "
                           "or runlevel.")
    request = settings.SettingsRequest(
        log_priority=params["log_priority"],
        job_env=params["job_env"],
        reload_configuration=params["reload_configuration"],
        runlevel=params["runlevel"],
        handle_service_module=params["handle_service_module"],
        timeout=params["timeout"],
        conf_dir=params["conf_dir"],
    )
    if module.check_mode:
        client = client_for(client, params)
    plan, outcome = converge(client, request, module.check_mode)
    result = settings.report(request, plan, outcome)
    if module.check_mode and params[OPTION]:
        add_to(result, params, **check_mode.of_settings(client, plan, request))
    return result


def converge(client, request, predict=False):
    # type: (Upstart, settings.SettingsRequest, bool) -> Tuple[settings.SettingsPlan, settings.SettingsOutcome]
    """Bring the daemon's settings to what a request asks for, or only predict that.

    :param request: settings.SettingsRequest; options that are None or False change nothing.
    :returns: (settings.SettingsPlan, settings.SettingsOutcome).
    :raises UpstartError: before any change if the request is refused, later with the fact ``changed``.
    """
    deadline = Deadline(request.timeout)
    level = settings.requested_runlevel(request)
    loaded = settings.load(client)
    plan = settings.plan(client, request, level, loaded)
    if predict:
        return plan, settings.predict(client, request, plan)
    outcome = settings.act(client, request, plan, deadline)
    return plan, settings.verify(client, plan, outcome)
