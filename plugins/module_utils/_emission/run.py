# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_event."""

from __future__ import absolute_import, division, print_function

from .._host import check_mode, environment

__metaclass__ = type


def asked(module):
    """Return the emit.Emission for a module's parameters; raise UpstartError for what the daemon cannot be told.

    :param module: AnsibleModule.
    """
    from . import emit
    params = module.params
    environment.check_text(params["name"], "name")
    env = environment.pairs(environment.ordered(module, "env"))
    return emit.Emission(name=params["name"], env=env, wait=params["wait"], timeout=params["timeout"],
                         stable_for=params["stable_for"], log_dir=params["log_dir"], conf_dir=params["conf_dir"])


def run(module, client, wanted):
    """Emit an event, or predict what it would do in check mode, and return the result of the module.

    :param module: AnsibleModule; its warnings are given here.
    :param client: daemon.client.Upstart.
    :param wanted: emit.Emission.
    """
    if module.check_mode:
        from .._host.check_mode_client import client_for
        client = client_for(client, module.params)
    version = client.version()
    environment.check_names(wanted.env, version)
    result = {"changed": True, "name": wanted.name, "env": wanted.env, "jobs": [], "held_by": []}
    result.update(_predicted(client, wanted, module.params) if module.check_mode
                  else _emitted(module, client, wanted, version))
    return result


def _predicted(client, wanted, params):
    """Return what the event would do, with what later tasks of the play are to know."""
    from .._host import check_mode_record
    from . import forecast
    acts = {}
    result = forecast.foresee(client, wanted, lambda found: acts.update(check_mode_record.of_prediction(found)))
    check_mode.add_to(result, params, **acts)
    return result


def _emitted(module, client, wanted, version):
    from . import emit, unnamed_instances
    missing = emit.missing_knowledge(version) if wanted.wait else None
    if missing:
        module.warn(missing)
    unnamed_instances.refuse_wedging(wanted.name, wanted.env, wanted.conf_dir, wanted.log_dir, version)
    outcome = emit.emit(client, wanted, version)
    unnamed_jobs = unnamed_instances.jobs_without_a_name(client, wanted.name, wanted.env, wanted.conf_dir, version)
    for text in outcome.warnings + unnamed_instances.sentences(wanted.name, unnamed_jobs, version):
        module.warn(text)
    return dict(jobs=outcome.jobs, settled=outcome.settled, notes=unnamed_instances.notes(unnamed_jobs))
