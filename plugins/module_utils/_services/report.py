# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as the modules return them."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.diff import difference
from .planning import report

__metaclass__ = type


def of_services(targets, request, taken_down=()):
    """Return upstart_service's result; raise UpstartError with the same fields when a target failed.

    :param taken_down: list of bystanders.Loss.
    """
    entries = report(targets, request)
    result = {
        "changed": any(entry["changed"] for entry in entries),
        "name": request.jobs,
        "state": request.state,
        "instances": entries,
        "diff": _differences(targets, entries, request),
        "taken_down": [],
    }
    if taken_down:
        from . import bystanders
        result["taken_down"] = bystanders.data(taken_down)
    if request.enabled is not None:
        result["enabled"] = all(entry["enabled"] for entry in entries)
    failed = [target for target in targets if target.error is not None]
    if failed:
        facts = dict(failed[0].error.facts)
        facts.update(result)
        raise UpstartError(" ".join(target.error.message for target in failed), **facts)
    return result


def _differences(targets, entries, request):
    """Return what Ansible shows of a change: the files first, then the states."""
    changes = collections.OrderedDict((target.change.path, target.change) for target in targets if target.change)
    found = [difference(change) for change in changes.values()]
    if request.state is not None or any(target.wanted.state is not None for target in targets):
        found.append({"before": _lines(entries, "before"), "after": _lines(entries, "status")})
    return found


def _lines(entries, key):
    return "".join("%s: %s\n" % (display_name(entry["name"], entry["instance"]), entry[key]) for entry in entries)
