# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of a profile: what a program of a machine requests from init during the boot."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import EMITS

# What a row is repeated for: facts about the machine.
VIRTUAL, LOCAL, REMOTE = "virtual", "local", "remote"
INTERFACE, AUTO, DEVICE, TERMINAL = "interface", "auto", "device", "terminal"
REPEATABLE_FOR = (VIRTUAL, LOCAL, REMOTE, INTERFACE, AUTO, DEVICE, TERMINAL)


@dataclass(frozen=True)
class ProfileRow:
    """A request that a program sends to init.

    :ivar program: the name of the program, as a command of a job runs it.
    :ivar name: the event that it emits, or the job that it starts; it may refer to the item of ``per``.
    :ivar source: where this is documented.
    :ivar variables: KEY=VALUE in their order. ``{key}`` stands for a value of the item, or of the machine; ``$NAME``
        for a variable of the job.
    :ivar verb: as in InitCommand; the default is to emit an event.
    :ivar arguments: words that the command must have.
    :ivar without: words that the command must not have.
    :ivar jobs: the jobs that are known to run it; there it counts inside control structures too.
    :ivar per: the facts of the machine that it is repeated for, or "" for once.
    :ivar after: the names of earlier rows of the program that must be over first, with the word that ``per`` has
        there: ``mounted`` or ``mounted local``. With the same ``per``, it waits for the same item only.
    :ivar waits: whether the program waits until init has handled the event.
    :ivar until: events that it waits for first, as ``EVENT KEY=VALUE``.
    :ivar only_if: events, as ``EVENT KEY=VALUE``, running jobs, as ``running/JOB``, and variables of the job, as
        ``own variables KEY=VALUE``, without which it does not send the request.
    :ivar once: whether nobody sends the same event twice.
    :ivar seconds: how long it works before, or None if that is unknown.
    :ivar happens: False for a command of a script that does not run on such a machine.
    """

    program: str
    name: str
    source: str
    variables: tuple[str, ...] = ()
    verb: str = EMITS
    arguments: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    per: str = ""
    after: tuple[str, ...] = ()
    waits: bool = False
    until: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    once: bool = False
    seconds: float | None = 0.0
    happens: bool = True


@dataclass(frozen=True)
class Profile:
    """A family of machines.

    :ivar version: the release of Upstart that it has.
    :ivar runlevel: the default runlevel.
    :ivar virtual: the mount points that it has without an entry in fstab.
    :ivar terminals: the devices of its terminals.
    :ivar rows: the ProfileRows of its programs, in the order in which each program sends them.
    :ivar dialect: of its job files.
    """

    name: str
    title: str
    version: str
    rows: tuple[ProfileRow, ...] = ()
    runlevel: str = "2"
    virtual: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    dialect: str = "stock"
