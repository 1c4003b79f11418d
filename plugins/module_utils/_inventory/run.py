# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task of upstart_info: load, report."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError
from .._host import runlevel
from .._host.status import RECONNECT_TIMEOUT
from .host import Host
from .report import report
from .request import AUDIT, DEFINITIONS, ENVIRONMENT, STANZAS, InfoRequest, selected_sections

__metaclass__ = type

# The sections that need the definitions in the daemon, and what is unknown without them.
NEED_DEFINITIONS = ((DEFINITIONS, u"which instances%s are stale"), (ENVIRONMENT, u"the env of the instances%s"))


def run(module, client):
    """Return the result of the module.

    :param module: AnsibleModule.
    :param client: daemon.client.Upstart.
    """
    params = module.params
    return collect(client, InfoRequest(
        names=params["name"],
        states=params["state"],
        sections=selected_sections(params["subset"]),
        conf_dir=params["conf_dir"],
        log_dir=params["log_dir"],
    ))


def collect(client, request):
    """Return the result for a request.

    :param request: request.InfoRequest.
    """
    try:
        host = load(client, request)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        host = load(client, request)
    return report(host, runlevel.read(), request)


def load(client, request):
    """Return the Host with the instances of the requested jobs."""
    sections = request.sections
    wanted = [(section, text) for section, text in NEED_DEFINITIONS if section in sections]
    host = Host(client, request.conf_dir, not sections.isdisjoint([STANZAS, AUDIT]), wanted)
    host.load_instances(client, [name for name in host.names if request.is_named(name)])
    return host
