# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of upstart_service asks for."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.addresses import SESSION
from .._errors import UpstartError
from .._host import environment
from . import entries

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401

__metaclass__ = type

ENV_ALIASES = ["arguments", "args"]

# What is asked for. jobs: list of names; state: text or None for any; enabled: bool or None for either; env: list of
# KEY=VALUE or None; definition: "any" or "current"; times in seconds; script_dir: of LSB scripts, None for none; parts:
# list of Requests that ask for the same as a whole, each of one job with a state, enabled and env of its own, or None;
# expected: in check mode, the job whose file is yet to be written, first a dict of options of upstart_job, then an
# ExpectedJob; else None; instances: list of
# lists of KEY=VALUE, all that are to run after a restart, or exactly those that are to be started, or None.
ServiceRequest = collections.namedtuple(
    "ServiceRequest",
    "jobs state enabled env definition timeout stable_for must_exist unwedge end_leftovers conf_dir log_dir "
    "init_log script_dir parts expected instances")


def from_module(module):
    # type: (AnsibleModule) -> ServiceRequest
    """Return the Request that a module's parameters make.

    :param module: AnsibleModule.
    :raises UpstartError: for an ``env`` or entries of ``jobs`` that ask for nothing, or for what contradicts itself.
    """
    params = module.params
    request = ServiceRequest(
        jobs=params["name"] or [],
        state=params["state"],
        enabled=params["enabled"],
        env=entries.variables(environment.ordered(module, "env", ENV_ALIASES), "env") if params["env"] else None,
        definition=params["definition"],
        timeout=params["timeout"],
        stable_for=params["stable_for"],
        must_exist=params["must_exist"] or (params["jobs"] is None and params["state"] != "stopped"),
        unwedge=params["unwedge"],
        end_leftovers=params["end_leftovers"],
        conf_dir=params["conf_dir"],
        log_dir=params["log_dir"],
        init_log=params["init_log"],
        script_dir=None if params.get("scope") == SESSION else params["script_dir"],
        parts=None,
        expected=None,
        instances=None,
    )
    if params["jobs"] is not None:
        return entries.split(request, params["jobs"], module.check_mode)
    if params["instances"] is not None or params["count"] is not None:
        return entries.of_instances(request, params)
    if params["exact"]:
        raise UpstartError("exact requires instances or count: the instances that shall run.")
    return request


def for_jobs(params, jobs, stable_for, must_exist=True, unwedge=False):
    # type: (Dict[str, Any], List[Dict[str, Any]], float, bool, bool) -> ServiceRequest
    """Return the ServiceRequest for a list of jobs of another module, which has no LSB scripts.

    :param params: dict with the options of _module.daemon_options and ``init_log``.
    :param jobs: list of dicts as in the option ``jobs``; keys that are not set may be missing.
    """
    request = ServiceRequest(
        jobs=[], state=None, enabled=None, env=None, definition="any", timeout=params["timeout"], stable_for=stable_for,
        must_exist=must_exist, unwedge=unwedge, end_leftovers=False, conf_dir=params["conf_dir"],
        log_dir=params["log_dir"], init_log=params["init_log"], script_dir=None, parts=None, expected=None,
        instances=None)
    return entries.split(request, [entries.entry(**job) for job in jobs])
