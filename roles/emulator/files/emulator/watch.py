# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch a configuration directory with inotify, with the same gaps as libnih's watch."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import Callable, Protocol

from . import linux

_IGNORED_FOLDERS = ("CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper", "_darcs", "{arch}")
_IGNORED_SUFFIXES = ("~", ".bak", ".BAK", ".rpmsave", ".rpmorig", ".rpmnew", ",v", ".swp", ".swo", ".swn")
_OF_PACKAGES = re.compile(r".*(\.dpkg-[^.]*|;[0-9a-fA-F]{8})$", re.DOTALL)
Warn = Callable[[str], None]


class Handler(Protocol):
    """Learns about the entries of one configuration directory."""

    path: str

    def accepts(self, path: str) -> bool:
        """Return whether a file of this name can define a job."""

    def changed(self, path: str, mode: int) -> None:
        """Handle a new or rewritten entry."""

    def removed(self, path: str) -> None:
        """Handle the removal of an entry or of the directory itself."""


class Watch:
    """The watch of one configuration directory and its subdirectories; raises OSError if that is impossible."""

    def __init__(self, handler: Handler, warn: Warn) -> None:
        self._handler = handler
        self._warn = warn
        # By watch descriptor. The kernel keeps the descriptors of dropped entries; their records are ignored.
        self._folders: dict[int, str] = {}
        # Created but not yet closed. A link created in place is never closed, so it is never reported.
        self._created: set[str] = set()
        self.fd = linux.inotify_open()
        try:
            self._add(handler.path, True)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Stop watching."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def _add(self, path: str, recursive: bool) -> None:
        """Watch a directory, with ``recursive`` also those below it, and report all entries; raise OSError.

        A directory that is watched under another path keeps that path.
        """
        number = linux.inotify_watch(self.fd, path)
        if number in self._folders:
            return
        self._folders[number] = path
        if not recursive:
            return
        try:
            for entry, mode in walk(path, self._handler.accepts, self._warn):
                self._handler.changed(entry, mode)
                if stat.S_ISDIR(mode):
                    self._add_below(entry)
        except OSError:
            del self._folders[number]
            raise

    def _add_below(self, path: str) -> None:
        try:
            self._add(path, False)
        except OSError as error:
            self._warn("%s: %s" % (path, error.strerror))

    def poll(self) -> None:
        """Handle all pending changes."""
        if self.fd < 0:
            return
        for event in list(linux.inotify_read(self.fd)):
            if event.wd in self._folders:
                self._handle(event, self._folders[event.wd])
            if self.fd < 0:  # the directory itself is gone
                return

    def _handle(self, event: linux.WatchEvent, folder: str) -> None:
        if event.mask & (linux.IN_IGNORED | linux.IN_MOVE_SELF):
            self._handler.removed(folder)
            self._folders.pop(event.wd, None)
            return
        path = os.path.join(folder, event.name)
        if not (enters(event.name) if event.mask & linux.IN_ISDIR else self._handler.accepts(path)):
            return
        created = path in self._created
        self._created.discard(path)
        if event.mask & (linux.IN_CREATE | linux.IN_MOVED_TO):
            self._appeared(path, bool(event.mask & linux.IN_CREATE))
        elif event.mask & linux.IN_CLOSE_WRITE:
            mode = _mode_of(path)
            if mode is not None:
                self._handler.changed(path, mode)
        elif event.mask & (linux.IN_DELETE | linux.IN_MOVED_FROM):
            if not created:
                self._handler.removed(path)
            self._folders = {number: known for number, known in self._folders.items() if known != path}

    def _appeared(self, path: str, created: bool) -> None:
        mode = _mode_of(path)
        if mode is None:
            return
        if created and not stat.S_ISDIR(mode):
            self._created.add(path)
            return
        self._handler.changed(path, mode)
        if stat.S_ISDIR(mode):
            try:
                self._add(path, True)
            except OSError as error:
                self._warn("%s: Unable to watch directory: %s" % (path, error.strerror))


def walk(folder: str, accepts: Callable[[str], bool], warn: Warn) -> Iterator[tuple[str, int]]:
    """Yield (path, mode) of the entries below ``folder``, a directory before its entries; raise OSError.

    Symbolic links are followed, but only if their own name is that of a job's file.
    """
    ancestors = [folder]
    for path in _entries(folder, accepts):
        yield from _visit(path, accepts, warn, ancestors)


def _visit(
    path: str, accepts: Callable[[str], bool], warn: Warn, ancestors: list[str],
) -> Iterator[tuple[str, int]]:
    try:
        mode = os.stat(path).st_mode
        yield path, mode
        if not stat.S_ISDIR(mode):
            return
        if any(os.path.samefile(path, ancestor) for ancestor in ancestors):
            warn("%s: Directory loop detected" % path)
            return
        entries = _entries(path, accepts)
    except OSError as error:
        warn("%s: %s" % (path, error.strerror))
        return
    for entry in entries:
        yield from _visit(entry, accepts, warn, ancestors + [path])


def _entries(folder: str, accepts: Callable[[str], bool]) -> list[str]:
    """Return the paths of the entries that Upstart reads, sorted by name."""
    paths = []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = os.path.join(folder, entry.name)
            if enters(entry.name) if entry.is_dir(follow_symlinks=False) else accepts(path):
                paths.append(path)
    return sorted(paths, key=os.fsencode)


def _mode_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except OSError:
        return None


def enters(name: str) -> bool:
    """Return whether Upstart reads subdirectories of this name."""
    saved = len(name) > 1 and name.startswith("#") and name.endswith("#")  # by emacs
    return not (name.startswith(".") or saved or name in _IGNORED_FOLDERS or name.endswith(_IGNORED_SUFFIXES)
                or _OF_PACKAGES.match(name))
