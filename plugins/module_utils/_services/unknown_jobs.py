# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the daemon does not know a job."""

from __future__ import absolute_import, division, print_function

import os

from .._daemon.errors import UnknownJobError
from .._errors import UpstartError
from .._jobfile.directories import skipped_folder
from .._host.similar_jobs import similar_job

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Collection, List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def explain(client, targets):
    # type: (Upstart, List[Target]) -> None
    """Replace the errors of targets whose job the daemon does not know by errors with the cause and the remedy."""
    for target in targets:
        if isinstance(target.result.error, UnknownJobError):
            target.result.error = unknown_job(target.definition, target.result.error, client.jobs())


def unknown_job(definition, cause, known_jobs=()):
    # type: (Definition, UpstartError, Collection[str]) -> UpstartError
    """Return the error for a job that the daemon has not loaded, with what its file has to do with it.

    :param known_jobs: the names of all jobs, among which one may be meant.
    """
    complaint = definition.complaint()
    facts = dict(definition.facts(), name=definition.name)
    if definition.text is not None and complaint:
        return UpstartError("The job %s is not loaded: %s. Fix the file, then run the task again."
                            % (definition.name, complaint), **facts)
    if definition.text is not None and skipped_folder(definition.name):
        return UpstartError(
            "Upstart never reads %s: it skips directories with names such as %s. Choose another job name."
            % (definition.conf, skipped_folder(definition.name)), **facts)
    if definition.text is not None:
        return UpstartError(
            "Upstart has not loaded the job %s although %s is valid. Check that conf_dir is the directory that this "
            "daemon reads, then reload its configuration." % (definition.name, definition.conf), **facts)
    question = similar_job(definition.name, known_jobs, os.path.dirname(definition.conf))
    remedy = ": " + question if question else ". Check the name, or deploy the job first."
    return UpstartError("Upstart does not know the job %s, and %s%s" % (definition.name, complaint, remedy),
                        error=cause.facts.get("error"), **facts)
