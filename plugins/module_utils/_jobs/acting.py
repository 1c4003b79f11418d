# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and remove the job files of a task."""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .._host import harmful_files
from .._system import files
from .plans import removed_paths

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Optional, Sequence, Tuple  # noqa: F401
    from .._host.loading import Watcher  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def act(watched, attributes, conf_dir):
    # type: (Sequence[Tuple[FilePlan, Optional[Watcher]]], Any, str) -> None
    """Carry out plans: run the user's checks, then write and remove all files together.

    :param watched: list of (plans.FilePlan, loading.Watcher or None).
    :param attributes: object with ``prepare(staged, path)``, ``adjust(path)`` -> bool, ``backup(path)`` -> text and
        ``validate(command, name, data)``.
    """
    with files.Batch() as batch:
        batch.tidy(set(os.path.dirname(plan.path) for plan, _watcher in watched))
        for plan, _watcher in watched:
            _prepare(plan, attributes, conf_dir, batch)
        for plan, watcher in watched:
            _add_to_batch(plan, watcher, attributes, batch)
        batch.finish()
    for plan, _watcher in watched:
        if plan.after is not None and not plan.kept:
            try:
                plan.changed = attributes.adjust(plan.path) or plan.changed
            except UpstartError as error:
                error.facts["done"] = list(batch.done)
                raise


def _prepare(plan, attributes, conf_dir, batch):
    # type: (FilePlan, Any, str, files.Batch) -> None
    """Make the directory for a file to be written, and run the user's own check."""
    if plan.after is not None and plan.changed:
        batch.make_parent(plan.path, conf_dir)
        if plan.wanted.validate:
            attributes.validate(plan.wanted.validate, os.path.basename(plan.path), plan.after)


def _add_to_batch(plan, watcher, attributes, batch):
    # type: (FilePlan, Optional[Watcher], Any, files.Batch) -> None
    """Add the changes of a plan to the batch, and keep copies of changed and removed files."""
    removed = removed_paths(plan) if plan.after is None else []
    replaced = [plan.path] if plan.changed and None not in (plan.before, plan.after) else []
    crashes_init = watcher is not None and watcher.instances and any(
        harmful_files.is_harmful_file(path) for path in removed + replaced)
    if plan.wanted.backup or crashes_init:
        copies = [batch.keep(path, attributes) for path in removed + replaced]
        plan.backup = copies[0] if copies else None  # the copy of an override lies beside it
    if crashes_init:
        plan.crash_warning = (
            "Job %s still runs with a definition that is not UTF-8, and init crashes if a program reads the job's "
            "properties or init's state over D-Bus. Restart it now: this collection reads neither while %s, a copy of "
            "the old file, exists." % (
                plan.wanted.name, plan.backup))
    for path in removed:
        batch.remove(path, plan.before if path == plan.path else plan.override_before, plan.wanted.name.count("/"))
    if plan.changed and plan.after is not None:
        batch.place(plan.path, plan.after, attributes, plan.before)
