# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_service."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._host.check_mode import OPTION, add_to
from . import planning, report

__metaclass__ = type


def run(module, client, request, attributes):
    """Bring jobs into the state that a task asks for, and return the result of the module.

    :param module: AnsibleModule; its warnings are given here.
    :param client: daemon.client.Upstart.
    :param request: request.ServiceRequest.
    :param attributes: attributes.FileAttributes.
    :raises UpstartError: when a job is not in the state that was asked for, with the result as facts.
    """
    params = module.params
    if module.check_mode:
        from .._host.check_mode_client import client_for
        client = client_for(client, params)
    taken_down = []
    targets = planning.converge(client, request, attributes, module.check_mode, taken_down)
    if params["manifests"] and not module.check_mode:
        from . import manifests
        manifests.note(params["manifests"], targets)
    for text in planning.warnings(targets, _to_warn_of(targets, taken_down, params), module.check_mode):
        module.warn(text)
    if module.check_mode:
        return _foreseen_result(module, client, targets, request, taken_down)
    return report.of_services(targets, request, taken_down)


def _to_warn_of(targets, taken_down, params):
    """Return the losses of which nobody takes care; after a failure the later task may not be run."""
    if any(target.error is not None for target in targets):
        return taken_down
    return [loss for loss in taken_down if loss.job not in params["restored_later"]]


def _foreseen_result(module, client, targets, request, taken_down):
    """Return the result of check mode with what later tasks of the play are to know, also when a target failed."""
    from . import check_mode
    knows_play = bool(module.params[OPTION])
    check_mode.explain_unknown_jobs(targets, knows_play)
    for text in check_mode.warnings(client, targets):
        module.warn(text)
    acts = check_mode.of_services(client, targets, request) if knows_play else {}
    try:
        result = report.of_services(targets, request, taken_down)
    except UpstartError as error:
        add_to(error.facts, module.params, **acts)
        raise
    add_to(result, module.params, **acts)
    return result
