# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registered job classes; delivers events to them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from . import collection, environment, hashorder, states
from .context import Context
from .events import Event
from .instance import Instance
from .jobclass import JobClass


class Registry:
    """At most one class per name is registered; its successor waits until the last instance has ended."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.classes: dict[str, JobClass] = {}

    def ordered(self) -> list[JobClass]:
        """Return the classes in init's order."""
        return [self.classes[name] for name in hashorder.hash_order(self.classes)]

    # -- life cycle of the classes -----------------------------------------------
    def consider(self, name: str) -> None:
        """Register the best class of ``name`` unless the current class is in use."""
        present, best = self.classes.get(name), self._context.configuration.select(name)
        self._replace(present, best, keep=self._context.version.keeps_held_events)

    def reconsider(self, job: JobClass) -> bool:
        """Choose the class of this name again; return whether nothing needs ``job`` any more."""
        present = self.classes.get(job.name)
        if present is not job:
            return not job.instances
        best = self._context.configuration.select(job.name)
        return best is not job and self._replace(job, best)

    def _replace(self, present: JobClass | None, best: JobClass | None, keep: bool = False) -> bool:
        """Register ``best`` instead of ``present``; with ``keep`` it inherits the events of a half-met ``start on``.

        If the old class was in use when its file was read, the successor inherits no events. A class that is not
        registered any more, but has a file, still blocks the events that it holds.
        """
        if present is best:
            return False
        if present is not None:
            if present.instances:
                return False
            del self.classes[present.name]
            present.registered = False
            self._context.announcer.job_removed(present)
        if best is not None:
            self.classes[best.name] = best
            best.registered = True
            self._context.announcer.job_added(best)
            if present is not None and keep:
                hand_over(held_events(present), best)
        return True

    def drop(self, job: JobClass) -> None:
        """Remove the class as soon as no instance needs it: its file was read again or no longer exists."""
        job.deleted = True
        if self.reconsider(job):
            job.destroy()

    def instance_ended(self, instance: Instance) -> None:
        """Remove a stopped instance, and its class if nothing needs the class any more."""
        job = instance.job
        job.instances.pop(instance.name, None)
        unused = self.reconsider(job)
        if unused and job.deleted:
            job.destroy()
        else:
            self._context.announcer.instance_removed(instance)

    # -- instances -----------------------------------------------------------------
    def instance(self, job: JobClass, name: str) -> Instance:
        """Return the instance of that name; create it if necessary."""
        return job.instances.get(name) or Instance(self._context, job, name)

    # -- events ----------------------------------------------------------------------
    def deliver(self, event: Event) -> None:
        """Deliver an event to every class: first to its instances' ``stop on``, then to its ``start on``."""
        self._context.messages.info("Handling %s event" % event.name)
        for job in self.ordered():
            for instance in job.ordered_instances():
                self._stop(instance, event)
            if not self._start(job, event) and self._context.version.nameless_instance_ends_event:
                return

    def _stop(self, instance: Instance, event: Event) -> None:
        condition = instance.stop_on
        if condition is None or event.name not in condition.names:
            return
        if not condition.handle(event, environment.as_dict(instance.env)) or not condition.met:
            return
        if instance.goal != states.STOP:
            instance.stop_env = condition.collect_environment([], "UPSTART_STOP_EVENTS", instance.job)
            instance.finish(False)
            instance.hold(condition)
            instance.change_goal(states.STOP)
        condition.reset()

    def _start(self, job: JobClass, event: Event) -> bool:
        """Start an instance if the event completes ``start on``; return False if its name cannot be expanded."""
        condition = job.start_on
        if condition is None or not condition.operands and event.name not in condition.names:
            return True  # most jobs; operators notice even other events
        if not condition.handle(event, None) or not condition.met:
            return True
        env = condition.collect_environment(job.environment(), "UPSTART_EVENTS", job)
        try:
            name = job.instance_name(env)
        except collection.UnsetVariableError as error:
            self._context.messages.warn("Failed to obtain %s instance: %s" % (job.name, error))
            condition.reset()
            return False
        instance = self.instance(job, name)
        if instance.goal != states.START:
            instance.start_env = env
            take_descriptors(instance, condition.events())
            instance.finish(False)
            instance.hold(condition)
            instance.change_goal(states.START)
        condition.reset()
        return True


def take_descriptors(instance: Instance, events: Iterable[Event]) -> None:
    """Duplicate the descriptors of ``events`` for the instance's processes."""
    for event in events:
        if event.fd is not None:
            instance.fds.append(os.dup(event.fd))


def held_events(job: JobClass) -> list[Event]:
    """Return the events that a half-met ``start on`` blocks."""
    return list(job.start_on.held()) if job.start_on is not None else []


def hand_over(events: list[Event], job: JobClass) -> None:
    """Deliver the blocked events of an old class to the ``start on`` of its successor."""
    if job.start_on is not None:
        for event in events:
            job.start_on.hand_over(event)
