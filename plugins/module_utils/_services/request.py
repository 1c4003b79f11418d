# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of upstart_service asks for."""

from __future__ import absolute_import, division, print_function

import collections

from .._host import environment
from . import entries

__metaclass__ = type

ENV_ALIASES = ["arguments", "args"]

# What is asked for. jobs: list of names; state: text or None for any; enabled: bool or None for either; env: list of
# KEY=VALUE or None; definition: "any" or "current"; times in seconds; script_dir: of LSB scripts, None for none; parts:
# list of Requests that ask for the same as a whole, each of one job with a state, enabled and env of its own, or None;
# expected: dict, the job in options of upstart_job when its files are yet to be written, else None; instances: list of
# lists of KEY=VALUE, all that are to run after a restart, or None.
ServiceRequest = collections.namedtuple(
    "ServiceRequest",
    "jobs state enabled env definition timeout stable_for must_exist unwedge end_leftovers conf_dir log_dir "
    "init_log script_dir parts expected instances")


def from_module(module):
    """Return the Request that a module's parameters make.

    :param module: AnsibleModule.
    :raises UpstartError: for an ``env`` or entries of ``jobs`` that ask for nothing, or for what contradicts itself.
    """
    params = module.params
    request = ServiceRequest(
        jobs=params["name"] or [],
        state=params["state"],
        enabled=params["enabled"],
        env=environment.pairs(environment.ordered(module, "env", ENV_ALIASES)) if params["env"] else None,
        definition=params["definition"],
        timeout=params["timeout"],
        stable_for=params["stable_for"],
        must_exist=params["must_exist"] or (params["jobs"] is None and params["state"] != "stopped"),
        unwedge=params["unwedge"],
        end_leftovers=params["end_leftovers"],
        conf_dir=params["conf_dir"],
        log_dir=params["log_dir"],
        init_log=params["init_log"],
        script_dir=params["script_dir"],
        parts=None,
        expected=None,
        instances=None,
    )
    return request if params["jobs"] is None else entries.split(request, params["jobs"], module.check_mode)
