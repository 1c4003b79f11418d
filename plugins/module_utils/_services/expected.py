# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs whose files are yet to be written, which check mode takes for written."""

from __future__ import absolute_import, division, print_function

from .._host.definitions import Definition
from .._jobfile import parser, structure
from .._jobfile.errors import JobFileError
from .._jobfile.values import same_job
from .._text import encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Tuple  # noqa: F401
    from .request import ServiceRequest  # noqa: F401

__metaclass__ = type


def with_expected_jobs(request):
    # type: (ServiceRequest) -> ServiceRequest
    """Return a request whose parts have an ExpectedJob in place of the options of upstart_job."""
    parts = [part if part.expected is None else part._replace(expected=ExpectedJob(part.expected))
             for part in request.parts or []]
    return request._replace(parts=parts) if parts else request


class ExpectedJob:
    """A job whose file a later task writes.

    :param options: dict, the options of upstart_job that write it.
    """

    def __init__(self, options):
        # type: (Dict[str, Any]) -> None
        self._options = options

    def definition(self, name, conf_dir, version):
        # type: (str, str, Tuple[int, ...]) -> Definition
        """Return the Definition of the job as it will be. An override that only disables the job stays."""
        definition = Definition(name, conf_dir, version)
        override = definition.override_text
        stanzas = dict((option, self._options[option]) for option in self._options if option != "manual")
        text = encode(structure.write(stanzas, version))
        definition.take(text, None)
        if override is not None and _only_disables(override, text, version):
            definition.take(text, override)
        if self._options.get("manual") and definition.is_enabled():  # no manual in the override
            definition.take(encode(structure.write(self._options, version)), definition.override_text)
        return definition


def _only_disables(override, text, version):
    # type: (bytes, bytes, Tuple[int, ...]) -> bool
    """Return whether an override changes nothing of a job file but ``start on``."""
    try:
        values = parser.parse_job(text, override, version)
    except JobFileError:
        return False
    return same_job(dict(values, start_on=None), dict(parser.parse_job(text, None, version), start_on=None))
