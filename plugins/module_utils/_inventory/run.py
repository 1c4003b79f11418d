# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_info: load, report."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError
from .._events.glob import is_literal
from .._host import runlevel
from .._host.similar_jobs import similar_job
from .._host.status import RECONNECT_TIMEOUT
from .host import Host
from .report import report
from .request import AUDIT, DEFINITIONS, ENVIRONMENT, STANZAS, SUMMARY, InfoRequest, selected_sections

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Optional  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

# The sections that need the definitions in the daemon, and what is unknown without them.
NEED_DEFINITIONS = ((DEFINITIONS, u"which instances%s are stale"), (ENVIRONMENT, u"the env of the instances%s"))


def run(module, client):
    # type: (AnsibleModule, Upstart) -> Dict[str, Any]
    """Return the result of the module.

    :param module: AnsibleModule.
    :param client: daemon.client.Upstart.
    """
    params = module.params
    return collect(client, InfoRequest(
        names=params["name"],
        states=params["state"],
        sections=selected_sections(params["subset"], params["state"]),
        conf_dir=params["conf_dir"],
        log_dir=params["log_dir"],
        only_summary=SUMMARY in params["subset"],
        init_log=params["init_log"],
    ), module.warn)


def collect(client, request, warn=None):
    # type: (Upstart, InfoRequest, Optional[Callable[[str], None]]) -> Dict[str, Any]
    """Return the result for a request.

    :param request: request.InfoRequest.
    :param warn: function (text) that gets a sentence on each name that is probably misspelt, or None.
    """
    try:
        host = load(client, request)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        host = load(client, request)
    for name in request.names if warn else ():
        is_unknown = is_literal(name) and name not in host.names
        question = similar_job(name, host.names, request.conf_dir) if is_unknown else None
        if question:
            warn("There is no job %s: %s" % (name, question))  # type: ignore[misc]  # it is not None here
    return report(host, runlevel.read(), request)


def load(client, request):
    # type: (Upstart, InfoRequest) -> Host
    """Return the Host with the instances of the requested jobs."""
    sections = request.sections
    wanted = [(section, text) for section, text in NEED_DEFINITIONS if section in sections]
    host = Host(client, request.conf_dir, not sections.isdisjoint([STANZAS, AUDIT]), wanted)
    host.load_instances(client, [name for name in host.names if request.is_named(name)])
    return host
