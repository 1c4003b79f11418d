# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the configuration directories with inotify."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import linux
from .messages import Messages

if TYPE_CHECKING:
    from .configuration import Configuration, Source


class Watcher:
    """Reports created and removed files to the configuration, with the same gaps as libnih's watch."""

    def __init__(self, configuration: Configuration, messages: Messages) -> None:
        self.configuration = configuration
        self._messages = messages
        self._folders: dict[int, tuple[Source, str]] = {}
        # Created but not yet closed. A link created in place is never closed, so it is never reported.
        self._made: set[str] = set()
        self.fd: int | None = None
        try:
            self.fd = linux.inotify_open()
        except OSError as error:
            messages.warn("Unable to watch configuration: %s" % error.strerror)

    def add_source(self, source: Source) -> bool:
        """Watch a configuration directory; return False if that is impossible."""
        return self._add(source, source.path)

    def add_folder(self, source: Source, path: str) -> None:
        self._add(source, path)

    def _add(self, source: Source, path: str) -> bool:
        if self.fd is None:
            return False
        try:
            self._folders[linux.inotify_watch(self.fd, path)] = source, path
        except OSError as error:
            self._messages.warn("Unable to watch configuration directory: %s: %s" % (path, error.strerror))
            return False
        return True

    def poll(self) -> None:
        """Handle all pending changes."""
        if self.fd is None:
            return
        for event in linux.inotify_read(self.fd):
            if event.mask & linux.IN_Q_OVERFLOW:
                self._messages.warn("Changes to the configuration directories were lost")
            elif event.wd in self._folders:
                self._handle(event)

    def _handle(self, event: linux.WatchEvent) -> None:
        source, folder = self._folders[event.wd]
        if event.mask & (linux.IN_IGNORED | linux.IN_MOVE_SELF):
            self._stop_watching(event, source, folder)
            return
        path = os.path.join(folder, event.name)
        if event.mask & linux.IN_ISDIR:
            if event.mask & (linux.IN_CREATE | linux.IN_MOVED_TO):
                self._new_folder(source, path)
        elif event.mask & linux.IN_CREATE:
            self._made.add(path)
        elif event.mask & (linux.IN_CLOSE_WRITE | linux.IN_MOVED_TO):
            self._made.discard(path)
            self.configuration.changed(source, path)
        elif event.mask & (linux.IN_DELETE | linux.IN_MOVED_FROM):
            if path in self._made:
                self._made.discard(path)
            else:
                self.configuration.removed(source, path)

    def _stop_watching(self, event: linux.WatchEvent, source: Source, folder: str) -> None:
        del self._folders[event.wd]
        if event.mask & linux.IN_MOVE_SELF and self.fd is not None:
            linux.inotify_unwatch(self.fd, event.wd)
        if folder == source.path:
            source.watched = False
            self._messages.warn("%s: Configuration directory deleted" % folder)

    def _new_folder(self, source: Source, path: str) -> None:
        from .configuration import enters

        if enters(os.path.basename(path)) and os.path.isdir(path):
            self._add(source, path)
            for file in self.configuration.walk(source, path, self):
                self.configuration.changed(source, file)
