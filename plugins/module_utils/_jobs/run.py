# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_job."""

from __future__ import absolute_import, division, print_function

from .._host.check_mode import add_to
from .._host.diff import difference
from . import apply, options

__metaclass__ = type


def run(module, client, wanted, attributes):
    """Bring job files into the shape that a task asks for, and return the result of the module.

    :param module: AnsibleModule; its warnings are given here.
    :param client: daemon.client.Upstart, None to leave the daemon alone.
    :param wanted: list of plans.WantedFile, see options.wanted_jobs.
    :param attributes: attributes.FileAttributes.
    """
    params = module.params
    if module.check_mode:
        from .._host.check_mode_client import client_for
        client = client_for(client, params)
    version = options.version_of(params["upstart_version"], client)
    book = _manifest_of(params, client, version)
    obsolete = book.obsolete(wanted, params["prune_except"]) if book and params["prune"] else []
    plans = apply.plan_all(obsolete + wanted, params["conf_dir"], version, client.jobs() if client else None,
                           params["log_dir"])
    if book:
        book.mark(plans)
    if module.check_mode:
        apply.foresee(plans, client, attributes, params["conf_dir"])
        if book:
            book.foresee(plans)
    else:
        if book:
            book.announce(plans)
        apply.act(plans, client, attributes, params["conf_dir"])
        if book:
            book.settle(plans)
    for sentence in apply.warnings_of(plans):
        module.warn(sentence)
    result = apply.report(plans[len(obsolete):] + plans[:len(obsolete)])
    if book:
        result["manifest"] = book.report()
        if book.before != book.after:
            result["changed"] = True
            result["diff"].append(difference(book))
    if module.check_mode:
        from . import check_mode
        add_to(result, params, **check_mode.of_jobs(plans, book))
    return result


def _manifest_of(params, client, version):
    if params["manifest"] is None:
        return None
    from . import manifest
    book = manifest.Manifest(params["manifest"])
    if book.unproven and client:
        from . import proof
        book.forget(proof.come_up(client, sorted(book.names()), params["conf_dir"], version))
    return book
