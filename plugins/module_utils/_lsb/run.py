# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of lsb_service."""

from __future__ import absolute_import, division, print_function

from . import awaiting, service
from .options import service_from_options

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401

__metaclass__ = type


def run(module):
    # type: (AnsibleModule) -> Dict[str, Any]
    """Bring a service into the wanted state, or wait for it, and return the result of the module.

    :param module: AnsibleModule; its warnings are issued here.
    """
    options = dict(module.params)
    state = options.pop("state")
    options.pop("expected", None)  # the alias of state
    interval = options.pop("interval")
    if state == "awaited":
        return awaiting.converge(options["name"], options["status"], options["control"], options["path"],
                                 options["timeout"], interval, module.check_mode)
    wanted = service_from_options(**options)
    try:
        return service.converge(wanted, state, module.check_mode)
    finally:
        for text in wanted.warnings:
            module.warn(text)
