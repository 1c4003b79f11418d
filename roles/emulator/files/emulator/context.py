# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces that the components of the daemon use to call each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from . import environment
from .messages import Messages
from .versions import LATEST, Version

if TYPE_CHECKING:
    from .configuration import Configuration
    from .events import Event, EventQueue
    from .instance import Instance
    from .jobclass import JobClass
    from .joblog import JobLog
    from .registry import Registry


class Announcer(Protocol):
    """Sends signals to the clients."""

    def job_added(self, job: JobClass) -> None: ...

    def job_removed(self, job: JobClass) -> None: ...

    def instance_added(self, instance: Instance) -> None: ...

    def instance_removed(self, instance: Instance) -> None: ...

    def goal_changed(self, instance: Instance) -> None: ...

    def state_changed(self, instance: Instance) -> None: ...

    def failed(self, instance: Instance, status: int) -> None: ...

    def event_emitted(self, event: Event) -> None: ...


class Processes(Protocol):
    """Runs and kills the processes of jobs."""

    def run(self, instance: Instance, process: str) -> bool: ...

    def kill_main(self, instance: Instance) -> None: ...

    def kill_timer(self, instance: Instance) -> tuple[int, int] | None: ...

    def logs(self, instance: Instance) -> dict[str, JobLog]: ...

    def release_instance(self, instance: Instance) -> None: ...


@dataclass
class Settings:
    """The options of the command line."""

    confdirs: list[str]
    address: str
    logdir: str = "/var/log/upstart"
    version: Version = LATEST
    default_console: str = ""
    dialect: str = "stock"
    startup_event: str | None = "startup"
    bus: str | None = None
    user: bool = False

    def console(self) -> str:
        return self.default_console or self.version.default_console


@dataclass
class Context:
    """The components of the daemon; ``daemon.Daemon`` sets them."""

    settings: Settings
    messages: Messages = field(default_factory=Messages)
    announcer: Announcer = field(init=False)
    processes: Processes = field(init=False)
    queue: EventQueue = field(init=False)
    registry: Registry = field(init=False)
    configuration: Configuration = field(init=False)
    job_environment: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.job_environment = environment.of_init(self.settings.user)

    @property
    def version(self) -> Version:
        return self.settings.version
