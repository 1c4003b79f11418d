# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring LSB init scripts into the wanted state, for names that are no Upstart jobs."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._lsb import init_script
from .._lsb.service import RUNNING, explain
from .._lsb.service import converge as converge_service
from .._system import commands

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401
    from .._lsb.service import Service  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .script import Script  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

STATES = {"started": "started", "stopped": "stopped", "restarted": "restarted", "reloaded": "started"}


def converge(targets, check_mode):
    # type: (List[Target], bool) -> None
    """Bring the scripts of targets into the wanted state; sets their ``error`` and adds to their ``warnings``.

    The ``timeout`` of the request limits each command and each wait.

    :param targets: list of targets.Target with a ``script``.
    """
    for target in targets:
        request = target.wanted
        if target.env:
            target.result.warnings.append("env has no effect on %s, because it is an init script in %s." % (
                target.job, request.script_dir))
        try:
            _set_state(target, request, check_mode)
            _set_enabled(target.script, request.enabled, check_mode)  # type: ignore[arg-type]  # they all have one
        except UpstartError as error:
            target.result.error = error


def _set_enabled(script, wanted, check_mode):
    # type: (Script, Optional[bool], bool) -> None
    entry = script.entry
    entry["enabled"] = entry["enabled_before"] = init_script.enabled(script.name)
    if wanted is None or wanted == entry["enabled"]:
        return
    if not check_mode:
        init_script.set_enabled(script.name, wanted)
    entry.update(enabled=wanted, changed=True)


def _set_state(target, request, check_mode):
    # type: (Target, ServiceRequest, bool) -> None
    script = target.script  # type: Script  # type: ignore[assignment]  # these targets have one
    service = init_script.service(script.path, script.name, request.timeout)
    before = service.read()
    script.entry.update(before=before.word, status=before.word)
    if request.state is None:
        return
    if request.state == "reloaded" and before.word == RUNNING:
        _reload(script, request.timeout, service, check_mode)
        return
    try:
        result = converge_service(service, STATES[request.state], check_mode)
    except UpstartError as error:
        script.entry.update(status=error.facts.get("status"), changed=error.facts.get("changed", False))
        raise
    finally:
        target.result.warnings.extend(service.warnings)
    script.entry.update(before=result["before"], status=result["status"], changed=result["changed"])


def _reload(script, timeout, service, check_mode):
    # type: (Script, float, Service, bool) -> None
    script.entry["changed"] = True
    if check_mode:
        return
    words = [script.path, "reload"]
    result = commands.run(words, timeout)
    after = service.read()
    script.entry["status"] = after.word
    if result.rc == 0 and after.word == RUNNING:
        return
    cause = commands.describe(result, timeout) if result.rc != 0 else "left it %s" % explain(after)
    command = " ".join(words)
    raise UpstartError("Service %s was not reloaded: '%s' %s." % (script.name, command, cause),
                       name=script.name, cmd=command, rc=result.rc, stdout=result.stdout, stderr=result.stderr)
