# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up the jobs and instances that a task of upstart_service is about, all together."""

from __future__ import absolute_import, division, print_function

from itertools import chain

from .._daemon.errors import ConnectionLostError, InvalidArgumentsError, UnknownJobError
from .._errors import UpstartError
from .._host.definitions import Definition
from .._host.environment import check_names
from .._host.instance_names import instance_of
from .._host.job_names import check_job_name
from .._jobfile.directories import skipped_folder
from .._host.status import confirm_missing_main_process, read_statuses
from .._lsb.script_path import find
from . import entries, refusals, replacing
from .script import Script
from .targets import Target, main_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .request import ServiceRequest  # noqa: F401

__metaclass__ = type


def find_targets(client, request, version):
    # type: (Upstart, ServiceRequest, Tuple[int, ...]) -> List[Target]
    """Return the Targets of a request, with what there is of each before anything is done.

    With ``env`` that is the instance that these variables lead to; for ``started`` also one that does not exist yet.
    Without, it is every instance of the job. A name without a job may be that of an LSB script.

    :param request: request.ServiceRequest.
    :returns: list of Targets; those that cannot be found have an error in their result.
    """
    targets = _resolve(client, request, version)
    if request.parts:
        targets = entries.distinct(targets)
    jobs = [target for target in targets if target.result.error is None and target.script is None]
    for target in jobs:
        if target.instance is None and target.definition.instance_variables():
            target.instance = instance_of(target.definition, target.env)  # each has its own in predictions and errors
    confirm_missing_main_process(client, jobs)
    for target in targets:
        target.result.after = target.before
    return targets


def _resolve(client, request, version):
    # type: (Upstart, ServiceRequest, Tuple[int, ...]) -> List[Target]
    targets = []  # type: List[Target]
    definitions = {}  # type: Dict[str, Definition]
    for wanted in request.parts or [request]:
        for job in wanted.jobs:
            try:
                check_job_name(job)
                check_names(wanted.env or [], version)
                if job not in definitions:
                    definitions[job] = _definition(job, wanted, version)
                targets.extend(_targets(client, job, definitions[job], wanted))
            except ConnectionLostError:
                raise
            except UpstartError as error:
                unread = Definition(job, wanted.conf_dir, version, read=False)
                targets.append(_failed(job, definitions.get(job, unread), wanted, error))
    existing = [target for target in targets if target.result.error is None and target.instance is not None]
    statuses = read_statuses(client, [(target.job, target.instance_name) for target in existing])
    for target, status in zip(existing, statuses):
        target.before = status
        if target.wanted.state == "restarted":
            target.main = main_of(client, status)
    return targets


def _definition(job, wanted, version):
    # type: (str, ServiceRequest, Tuple[int, ...]) -> Definition
    if wanted.expected is not None:
        return wanted.expected.definition(job, wanted.conf_dir, version)
    return Definition(job, wanted.conf_dir, version)


def _targets(client, job, definition, wanted):
    # type: (Upstart, str, Definition, ServiceRequest) -> List[Target]
    """Return the Targets of one job, with ``instance``, ``script`` or ``error``."""
    dropped = definition.dropped_variables(chain(wanted.env or [], *wanted.instances or []))
    if dropped:
        return [_failed(job, definition, wanted, refusals.not_imported(definition, dropped))]
    try:
        client.find_job(job)
        return _instances(client, job, definition, wanted)
    except UnknownJobError as error:
        target = Target(job, definition, wanted)
        if wanted.expected is not None and wanted.instances is not None and wanted.state == "started":
            return [Target(job, definition, wanted._replace(env=env)) for env in wanted.instances]
        if wanted.expected is not None:
            return [target]
        if definition.text is None:
            target.script = _script(job, wanted.script_dir)
        if target.script is None and (definition.text is not None or wanted.must_exist):
            target.result.error = error  # unknown_jobs.explain gives the cause
            target.unread = (definition.text is not None and definition.complaint() is None
                             and skipped_folder(job) is None)
        return [target]
    except InvalidArgumentsError as error:
        named = client.instances(job)
        if _becomes_single(definition, named):
            return [_failed(job, definition, wanted, refusals.former_instances(definition, named))]
        return [_failed(job, definition, wanted, refusals.missing_variables(definition, wanted.env or [], error))]


def _script(name, folder):
    # type: (str, Optional[str]) -> Optional[Script]
    """Return the Script of that name, or None when there is none or none is wanted."""
    path = find(name, folder) if folder else None
    return Script(name, path) if path else None


def _failed(job, definition, wanted, error):
    # type: (str, Definition, ServiceRequest, UpstartError) -> Target
    target = Target(job, definition, wanted)
    target.result.error = error
    target.is_ambiguous = True
    return target


def _becomes_single(definition, named):
    # type: (Definition, List[str]) -> bool
    """Return whether instances of these names are to become the single one that a job's files know now."""
    return bool(named) and named != [""] and definition.values is not None and not definition.instance_variables()


def _instances(client, job, definition, wanted):
    # type: (Upstart, str, Definition, ServiceRequest) -> List[Target]
    if wanted.instances is not None and wanted.state == "started":
        return replacing.exactly(client, job, definition, wanted)
    named = client.instances(job) if wanted.env is None and wanted.state != "started" else []  # type: List[Any]
    if wanted.instances is not None or (wanted.state == "restarted" and _becomes_single(definition, named)):
        listed = [[]] if wanted.instances is None else wanted.instances
        return replacing.targets(job, definition, wanted._replace(instances=listed), named)
    if not named and (wanted.env is not None or wanted.state not in ("stopped", None)):
        named = [client.find_instance(job, wanted.env or [])]
    if named == [None] and wanted.state == "reloaded" and wanted.env and definition.instance_variables():
        variables = ", ".join(definition.instance_variables())
        raise UpstartError("Job %s has no instance for these values of %s that could be reloaded. Start it, or leave "
                           "env out to reload all that run." % (job, variables), name=job)
    targets = []
    for instance in named or [None]:
        target = Target(job, definition, wanted)
        target.instance = instance
        targets.append(target)
    return targets
