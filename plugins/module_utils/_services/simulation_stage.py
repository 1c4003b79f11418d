# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a task that need the simulation of events: those of check mode, why services were lost, and who holds
an event.

run.py imports this file, and all that it needs, only in check mode, for lost services and for held events.
"""

from __future__ import absolute_import, division, print_function

from .._host.check_mode import OPTION, add_to
from .._host.check_mode_client import client_for
from . import rehearsal
from .bystanders import others
from .check_mode import explain_unknown_jobs
from .check_mode import of_services as predicted_acts
from .check_mode import warnings as check_mode_warnings
from .expected import with_expected_jobs
from .holders import name_holders
from .loss_explanations import explain_losses
from .planning import WAITING_STEPS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .bystanders import Loss  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

__all__ = ["OPTION", "add_to", "check_mode_warnings", "client_for", "explain_losses", "explain_unknown_jobs",
           "name_holders", "predicted_acts", "rehearse", "with_expected_jobs"]


def rehearse(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> List[Loss]
    """Predict what the steps of all targets lead to by way of events, for the targets and for other services.

    :param request: request.ServiceRequest.
    :returns: list of bystanders.Loss, the other services that would be taken down.
    """
    if not any(set(target.plan.steps).difference(WAITING_STEPS) for target in targets):
        return []
    return others(targets, rehearsal.play(client, targets, request))
