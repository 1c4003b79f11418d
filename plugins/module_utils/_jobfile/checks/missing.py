# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about what a job needs and does not have: a process, a user, a group."""

from __future__ import absolute_import, division, print_function

from .job import Problem

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator  # noqa: F401
    from .job import CheckedJob  # noqa: F401

__metaclass__ = type


def respawn_without_process(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """A job that is to be respawned, but has not a single process."""
    if job.has_conf and job.values["respawn"] and not job.values["process"]:
        yield Problem("respawn-without-process", job.place("respawn"), ())


def processes(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """A job in which nothing runs. With ``start on`` and ``stop on``, its own events may be all that it is for."""
    values = job.values
    if not job.has_conf or values["process"] or values["respawn"] or values["task"]:
        return
    if not (values["start_on"] and values["stop_on"]):
        yield Problem("nothing-runs", job.place("start on"), ())


def accounts(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Users and groups that the host does not have; below ``chroot`` it has others."""
    values = job.values
    if job.accounts is None or values["chroot"]:
        return
    for stanza, exists in (("setuid", job.accounts.has_user), ("setgid", job.accounts.has_group)):
        name = values[stanza]
        if name and not name.isdigit() and not exists(name):
            yield Problem("account-unknown", job.place(stanza), (
                stanza, "user" if stanza == "setuid" else "group", name))


RULES = (processes, accounts)
