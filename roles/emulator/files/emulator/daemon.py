# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon: an event loop and all components."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections import deque
from typing import Any, Callable

from jeepney import Message

from . import collection, environment, linux
from .configuration import Configuration
from .context import Context, Settings
from .dbus.bus import Bus
from .dbus.connection import Server
from .dbus.dispatch import Sender
from .dbus.manager import Manager
from .dbus.objects import Objects
from .events import EventQueue
from .guardian import ENDING, end_descendants
from .messages import Messages, RealDaemonCrashError, RealDaemonHangError
from .processes import Supervisor
from .registry import Registry

ABORTED = 70  # exit status where the real daemon crashes
BROKEN = 71  # exit status for a bug in the emulator itself
SPINNING = 72  # exit status where the real daemon loops forever and no longer answers


class Daemon:
    """An Upstart daemon; it serves while ``run`` runs."""

    def __init__(self, settings: Settings, priority: str) -> None:
        self.status = 0
        self._received: deque[tuple[Sender, Message]] = deque()
        self._loop = asyncio.new_event_loop()
        for number in ENDING:
            self._loop.add_signal_handler(number, self._end, 0)
        self.context = context = Context(settings, Messages(priority))
        context.registry = Registry(context)
        context.processes = self._supervisor = Supervisor(context, self._loop, self.guard)
        manager = Manager(context, self._reexec, self._supervisor.write_kept_logs)
        context.announcer = self._objects = Objects(context, manager)
        context.queue = EventQueue(context.registry.deliver, self._objects.event_emitted)
        context.configuration = Configuration(context, self)
        self._server = Server(settings.address, self._loop, self.guard, self._receive)
        self._objects.serve(self._server)
        if settings.bus is not None:
            bus = Bus(settings.bus, self._loop, self.guard, self._receive, context.messages)
            self._objects.serve(bus)

    def guard(self, function: Callable[..., None], *arguments: Any) -> Callable[[], None]:
        """Wrap a callback of the event loop: it wakes the daemon."""

        def guarded() -> None:
            try:
                function(*arguments)
                self._turn()
            except RealDaemonCrashError as error:
                self._end(ABORTED, "upstart-emulator: the real daemon crashes here: %s" % error)
            except RealDaemonHangError as error:
                self._end(SPINNING, "upstart-emulator: the real daemon loops forever here: %s" % error)
            except Exception:
                self._end(BROKEN, "upstart-emulator: internal error\n%s" % traceback.format_exc().rstrip())

        return guarded

    def watch(self, descriptor: int, function: Callable[[], None]) -> None:
        """Call a function whenever a descriptor is readable."""
        self._loop.add_reader(descriptor, self.guard(function))

    def unwatch(self, descriptor: int) -> None:
        """Stop calling the function; the descriptor is still open."""
        self._loop.remove_reader(descriptor)

    def _receive(self, sender: Sender, message: Message) -> None:
        self._received.append((sender, message))

    def _turn(self) -> None:
        """Handle events, then messages, as a turn of init's main loop does.

        There is another turn at once if an event was emitted. Events that a message only unblocked stay unfinished
        until something else wakes the daemon, unless it never sleeps.
        """
        queue = self.context.queue
        queue.emitted = True
        while queue.emitted:
            if self._received:
                self.context.configuration.poll()  # files that changed before the messages were sent
            queue.emitted = False
            queue.poll()
            queue.emitted = queue.emitted or bool(self._received) and self._supervisor.spins
            while self._received:
                sender, message = self._received.popleft()
                if not sender.closed:
                    self._objects.receive(sender, message)

    def _end(self, status: int, text: str = "") -> None:
        if text:
            print(text, file=sys.stderr, flush=True)
        self.status = status
        self._loop.stop()

    def run(self) -> int:
        """Serve until a signal ends the daemon; return the exit status."""
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        collection.preload()
        loop, context = self._loop, self.context
        os.umask(0o022)
        if not context.settings.user:
            os.environ["PATH"] = environment.PATH
        loop.add_signal_handler(signal.SIGCHLD, self.guard(self._supervisor.reap))
        loop.add_signal_handler(signal.SIGHUP, self.guard(context.configuration.reload))
        loop.call_soon(self.guard(self._boot))
        loop.run_forever()
        self._server.close()
        end_descendants()  # the guardian does this too, but may have been killed
        return self.status

    def _boot(self) -> None:
        self.context.configuration.reload()
        self.context.messages.startup_complete()
        if self.context.settings.startup_event:
            self.context.queue.emit(self.context.settings.startup_event)

    def _reexec(self) -> None:
        """Do what clients see of a stateful re-exec: drop all connections and read every file again."""
        self._server.disconnect_all()
        self.context.configuration.reload()
