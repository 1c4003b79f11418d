# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_event in four stages: load, act or predict, verify, report."""

from __future__ import absolute_import, division, print_function

from .._host import check_mode, check_mode_record, environment
from .._host.check_mode_client import client_for
from . import emit, report, unheard, unnamed_instances, verifying

MYPY = False  # mypy takes it for true
if MYPY:
    from types import ModuleType  # noqa: F401
    from typing import Any, Dict, Tuple  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type


def emission_of(module):
    # type: (AnsibleModule) -> emit.Emission
    """Return the emit.Emission for a module's parameters; raise UpstartError for text that the daemon cannot take.

    :param module: AnsibleModule.
    """
    params = module.params
    name = environment.check_text(params["name"], "name")
    env = environment.pairs(environment.ordered(module, "env"))
    return emit.Emission(name=name, env=env, wait=params["wait"], timeout=params["timeout"],
                         stable_for=params["stable_for"], log_dir=params["log_dir"], conf_dir=params["conf_dir"])


def run(module, client, emission):
    # type: (AnsibleModule, Upstart, emit.Emission) -> Dict[str, Any]
    """Emit an event, or predict its effects in check mode, and return the result of the module.

    :param module: AnsibleModule, which gets the warnings.
    :param client: daemon.client.Upstart.
    :param emission: emit.Emission.
    """
    if module.check_mode:
        return _run_check_mode(client, emission, module.params)
    # Load
    version = client.version()
    environment.check_names(emission.env, version)
    limitation = report.missing_knowledge(version) if emission.wait else None
    if limitation:
        module.warn(limitation)
    unnamed_instances.refuse_wedging(emission, version)
    # Act
    try:
        outcome = emit.emit(client, emission, version)
    except emit.HeldEventError as held:
        _forecast, holding = _simulation()
        raise holding.held_error(client, emission, held.jobs)
    # Verify
    jobs, clauses = verifying.verify(client, emission, version, outcome)
    unnamed_jobs = unnamed_instances.jobs_without_a_name(client, emission, version)
    note, suggests = (None, False) if outcome.jobs or not emission.wait else unheard.note_on_emission(
        client, emission, version)
    # Report
    warnings = report.warnings(emission, outcome) + verifying.sentences(emission.name, clauses)
    warnings += unnamed_instances.sentences(emission.name, unnamed_jobs, version)
    for text in warnings + [unheard.warning(note)] * suggests:  # type: ignore[arg-type]  # there is a note
        module.warn(text)
    return report.result_of(emission, jobs=jobs, settled=outcome.settled,
                            notes=unnamed_instances.notes(unnamed_jobs) + [note] * (note is not None))


def _run_check_mode(client, emission, params):
    # type: (Upstart, emit.Emission, Dict[str, Any]) -> Dict[str, Any]
    forecast, _holding = _simulation()
    # Load
    client = client_for(client, params)
    environment.check_names(emission.env, client.version())
    # Predict
    world, unavailable = forecast.load_world(client, emission.conf_dir)
    prediction = forecast.foresee(world, emission)
    # Report
    result = report.result_of(emission, **forecast.result_fields(world, prediction, emission, unavailable))
    check_mode.add_to(result, params, **check_mode_record.of_prediction(prediction))
    return result


def _simulation():
    # type: () -> Tuple[ModuleType, ModuleType]
    from . import forecast, holding  # an event that ends in time does not need the simulation (saves 45 ms)
    return forecast, holding
