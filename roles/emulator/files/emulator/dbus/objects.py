# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All D-Bus objects: route calls to them and send their signals."""

from __future__ import annotations

from typing import Any, Protocol

from jeepney import Message, MessageType

from ..context import Context
from ..events import Event
from ..instance import Instance
from ..jobclass import JobClass
from . import introspection
from .dispatch import Call, Interface, Sender, answer, signal
from .jobs import JobObject, instance_interface, job_interface
from .manager import Manager, manager_interface
from .paths import INSTANCE, INTROSPECTABLE, JOB, MANAGER, PEER, ROOT, escape

Target = tuple[Interface, Any]


class Outlet(Protocol):
    """Receives signals: the clients of the private socket, or a bus."""

    def broadcast(self, message: Message) -> None: ...


class Objects:
    """Routes the calls of all clients, and sends signals to all of them."""

    def __init__(self, context: Context, manager: Manager) -> None:
        self._context = context
        self._manager = manager
        self._outlets: list[Outlet] = []
        self._interfaces = {
            MANAGER: manager_interface(context.version),
            JOB: job_interface(context.version),
            INSTANCE: instance_interface(context.version),
        }
        self._jobs: dict[str, JobClass] = {}

    def serve(self, outlet: Outlet) -> None:
        """Send signals to this outlet too."""
        self._outlets.append(outlet)

    # -- calls -----------------------------------------------------------------------
    def receive(self, connection: Sender, message: Message) -> None:
        """Answer a message."""
        if message.header.message_type != MessageType.method_call:
            return
        call = Call(connection, message)
        if call.interface == PEER:
            introspection.answer_peer(call)
            return
        target = self._find(call.path)
        if target is not None:
            answer(target[0], target[1], call, lambda: self._children(call.path))
        elif call.member == "Introspect" and call.interface in (None, INTROSPECTABLE):
            introspection.answer_node(call, self._children(call.path))
        else:
            call.unknown()

    def _find(self, path: str) -> Target | None:
        if path == ROOT:
            return self._interfaces[MANAGER], self._manager
        job = self._jobs.get(path)
        if job is not None:
            return self._interfaces[JOB], JobObject(self._context, job)
        parent, _slash, last = path.rpartition("/")
        job = self._jobs.get(parent)
        if job is None:
            return None
        for name, instance in job.instances.items():
            if escape(name) == last:
                return self._interfaces[INSTANCE], instance
        return None

    def _children(self, path: str) -> list[str]:
        prefix = path.rstrip("/") + "/"
        known = [ROOT] + list(self._jobs)
        if path in self._jobs:
            known += [instance.path for instance in self._jobs[path].instances.values()]
        return sorted({known_path[len(prefix):].split("/")[0] for known_path in known if known_path.startswith(prefix)})

    # -- signals -----------------------------------------------------------------------
    def _signal(self, path: str, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = ()) -> None:
        message = signal(path, interface, member, signature, body)
        for outlet in self._outlets:
            outlet.broadcast(message)

    def job_added(self, job: JobClass) -> None:
        self._jobs[job.path] = job
        self._signal(ROOT, MANAGER, "JobAdded", "o", (job.path,))

    def job_removed(self, job: JobClass) -> None:
        self._jobs.pop(job.path, None)
        self._signal(ROOT, MANAGER, "JobRemoved", "o", (job.path,))

    def instance_added(self, instance: Instance) -> None:
        self._signal(instance.job.path, JOB, "InstanceAdded", "o", (instance.path,))

    def instance_removed(self, instance: Instance) -> None:
        self._signal(instance.job.path, JOB, "InstanceRemoved", "o", (instance.path,))

    def goal_changed(self, instance: Instance) -> None:
        self._instance_signal(instance, "GoalChanged", "s", instance.goal)

    def state_changed(self, instance: Instance) -> None:
        self._instance_signal(instance, "StateChanged", "s", instance.state)

    def failed(self, instance: Instance, status: int) -> None:
        self._instance_signal(instance, "Failed", "i", status)

    def _instance_signal(self, instance: Instance, member: str, signature: str, value: Any) -> None:
        if self._context.version.instance_signals:
            self._signal(instance.path, INSTANCE, member, signature, (value,))

    def event_emitted(self, event: Event) -> None:
        if self._context.version.event_signals:
            self._signal(ROOT, MANAGER, "EventEmitted", "sas", (event.name, event.env))
