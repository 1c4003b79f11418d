# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job class: the definition of its instances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import collection, conditions, environment, hashorder
from .collection import Values
from .dbus.paths import job_path

if TYPE_CHECKING:
    from .instance import Instance


class JobClass:
    """A job as read from its file; ``deleted`` means that the file was read again or no longer exists."""

    def __init__(self, name: str, values: Values, default_console: str, job_environment: list[str]) -> None:
        self.name = name
        self.path = job_path(name)
        self.values = values
        self.default_console = default_console
        self.job_environment = job_environment
        self.deleted = False
        self.registered = False
        self.numeric_kill_signal = False  # written as a number, which crashes 1.3 to 1.5
        self.takes_only_imports = False  # from events and clients, as on ChromeOS
        self.instances: dict[str, Instance] = {}
        self.start_on = conditions.build(values["start_on"])

    @property
    def task(self) -> bool:
        return bool(self.values["task"])

    @property
    def console(self) -> str:
        return self.values["console"] or self.default_console

    def ordered_instances(self) -> list[Instance]:
        """Return the instances in init's order."""
        if not self.instances:
            return []  # most jobs; each event asks each job
        return [self.instances[name] for name in hashorder.hash_order(self.instances)]

    def has_process(self, process: str) -> bool:
        return process in self.values["process"]

    def redefine_start_on(self) -> None:
        """Use the ``start on`` of an override; unblock the events of the old condition."""
        if self.start_on is not None:
            self.start_on.reset()
        self.start_on = conditions.build(self.values["start_on"])

    def destroy(self) -> None:
        """Unblock the events of a half-met ``start on``: nothing uses this class any more."""
        if self.start_on is not None:
            self.start_on.reset()

    def environment(self, entries: Iterable[str] = ()) -> list[str]:
        """Return the environment of a job of this class, with ``entries`` merged into it."""
        return environment.merge(environment.merge(list(self.job_environment), self.values["env"]), entries)

    def imported(self, entries: Iterable[str], event: bool = False) -> list[str]:
        """Return the entries that a job takes from a client or an event."""
        if not self.takes_only_imports:
            return list(entries)
        imports = self.values.get("import", ())
        return [entry for entry in entries
                if (event if environment.is_inits_own(entry) else entry.partition("=")[0] in imports)]

    def instance_name(self, env: Iterable[str]) -> str:
        """Return the name of the instance for ``env``; raise collection.UnsetVariableError."""
        return collection.expand(self.values["instance"], environment.as_dict(env))
