# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration directories: their files, and the job class that each file defines."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from . import collection, watch
from .context import Context
from .events import Event
from .jobclass import JobClass
from .messages import RealDaemonCrashError
from .registry import hand_over, held_events

CONF, OVERRIDE = ".conf", ".override"
_IGNORED_FOLDERS = ("CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper", "_darcs", "{arch}")
_IGNORED_SUFFIXES = ("~", ".bak", ".BAK", ".rpmsave", ".rpmorig", ".rpmnew", ",v", ".swp", ".swo", ".swn")
_OF_PACKAGES = re.compile(r".*(\.dpkg-[^.]*|;[0-9a-fA-F]{8})$", re.DOTALL)
_KILL_SIGNAL = re.compile(rb"""(?m)^[ \t\r]*kill[ \t]+signal[ \t]+["']?(\w+)""")


class ConfFile:
    """A job file; it has no class when it could not be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.job: JobClass | None = None


class Source:
    """One configuration directory."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, ConfFile] = {}
        self.watched = False

    def name_of(self, path: str) -> str:
        """Return the job name of a path."""
        return os.path.relpath(path, self.path).rpartition(".")[0]

    def path_of(self, name: str, suffix: str) -> str:
        return os.path.join(self.path, name + suffix)


class Configuration:
    """All directories; the first one has precedence."""

    def __init__(self, context: Context) -> None:
        self._context = context
        paths = context.settings.confdirs
        if not context.version.several_confdirs:
            paths = paths[-1:]
        self.sources = [Source(os.path.abspath(path)) for path in paths]
        self.watcher = watch.Watcher(self, context.messages)

    def select(self, name: str) -> JobClass | None:
        """Return the class of the first readable file of that name."""
        for source in self.sources:
            file = source.files.get(source.path_of(name, CONF))
            if file is not None and file.job is not None:
                return file.job
        return None

    # -- whole directories -----------------------------------------------------------
    def reload(self) -> None:
        """Read every file again and drop files that no longer exist; watch lost directories again."""
        for source in self.sources:
            # Watches for subdirectories are only added together with the watch of the directory itself.
            watcher = None if source.watched else self.watcher
            if watcher is not None:
                source.watched = watcher.add_source(source)
            self._context.messages.info("Loading configuration from %s" % source.path)
            known = set(source.files)
            if not os.path.isdir(source.path):
                text = "Unable to load configuration from %s: No such file or directory" % source.path
                self._context.messages.error(text)
            for path in filter(self._is_job_file, self.walk(source, source.path, watcher)):
                known.discard(path)
                self.load(source, path)
            for path in known:
                if path in source.files:
                    self.forget(source, path)

    def walk(self, source: Source, folder: str, watcher: watch.Watcher | None) -> Iterator[str]:
        """Yield the files in and below ``folder``; add each subdirectory to ``watcher`` before reading it."""
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return
        for name in names:
            path = os.path.join(folder, name)
            try:
                mode = os.lstat(path).st_mode
            except OSError:
                continue
            if stat.S_ISDIR(mode):
                if enters(name):
                    if watcher is not None:
                        watcher.add_folder(source, path)
                    yield from self.walk(source, path, watcher)
            else:
                yield path

    # -- single files -------------------------------------------------------------------
    def changed(self, source: Source, path: str) -> None:
        """Handle a new or rewritten file."""
        if path.endswith(OVERRIDE):
            self._override_changed(source, path)
        elif self._is_job_file(path):
            self.load(source, path)

    def removed(self, source: Source, path: str) -> None:
        """Handle a removed file."""
        if path.endswith(OVERRIDE):
            self._override_changed(source, path)
        elif path in source.files:
            self.forget(source, path)

    def _is_job_file(self, path: str) -> bool:
        name = os.path.basename(path)
        if name == CONF and self._context.version.unnamed_conf_aborts:
            raise RealDaemonCrashError("a file named .conf")
        return name.endswith(CONF) and name != CONF and os.path.isfile(path)

    def _override_changed(self, source: Source, path: str) -> None:
        mode = self._context.version.overrides
        if mode == "none" or os.path.basename(path) == OVERRIDE:
            return
        name = source.name_of(path)
        position = self.sources.index(source)
        affected = self.sources[position:] if mode == "best directory" else [source]
        for other in affected:
            conf = other.path_of(name, CONF)
            if conf in other.files:
                self.load(other, conf)

    def _override_of(self, source: Source, name: str) -> str | None:
        version = self._context.version
        if version.overrides == "none":
            return None
        places = self.sources[: self.sources.index(source) + 1] if version.overrides == "best directory" else [source]
        for place in places:
            path = place.path_of(name, OVERRIDE)
            try:
                mode = os.stat(path).st_mode if version.override_symlinks else os.lstat(path).st_mode
            except OSError:
                continue
            if stat.S_ISREG(mode):
                return path
        return None

    def forget(self, source: Source, path: str) -> None:
        """Drop a file and, if nothing uses it any more, its class."""
        file = source.files.pop(path)
        if file.job is not None:
            job, file.job = file.job, None
            self._context.registry.drop(job)

    def load(self, source: Source, path: str) -> None:
        """Read a file and its override; replace what an earlier reading gave."""
        name = source.name_of(path)
        held = self._keep_held(source, path)
        if path in source.files:
            self.forget(source, path)
        file = source.files[path] = ConfFile(path)
        hard = self._parse(file, name, path)
        self._consider(file, name, held)
        override = None if hard else self._override_of(source, name)
        if override is not None:
            self._parse(file, name, override)
            self._consider(file, name, held)
        for event in held:
            event.unblock()

    def _keep_held(self, source: Source, path: str) -> list[Event]:
        """Return and block the events of an idle class's half-met ``start on``; its successor inherits them."""
        file = source.files.get(path)
        if not self._context.version.keeps_held_events:
            return []
        if file is None or file.job is None or not file.job.registered or file.job.instances:
            return []
        held = held_events(file.job)
        for event in held:
            event.block()
        return held

    def _consider(self, file: ConfFile, name: str, held: list[Event]) -> None:
        job = file.job
        if job is None:
            return
        new = not job.registered
        self._context.registry.consider(name)
        if new and job.registered:
            hand_over(held, job)

    def _parse(self, file: ConfFile, name: str, path: str) -> bool:
        """Read ``path`` into the file's class, or into a new class; return whether it has a hard error.

        An error takes the class from the file. One that was registered already stays so, with all that was
        read before the error (facts of 1.13.2, measured).
        """
        job = file.job
        values = job.values if job is not None else dict(collection.new_values(), console=None)
        condition = values["start_on"]
        data, problem = _read(path)
        error = None if data is None else collection.apply(data, values, self._context.version.number)
        if error is not None:
            problem = error.message
        if job is not None and values["start_on"] is not condition:
            job.redefine_start_on()
        if problem is None:
            if job is None:
                context = self._context
                job = file.job = JobClass(name, values, context.settings.console(), context.job_environment)
            signals = _KILL_SIGNAL.findall(data or b"")
            if signals:
                job.numeric_kill_signal = signals[-1].isdigit()
            return False
        file.job = None
        if error is not None and error.line is not None:
            self._context.messages.error("%s:%d: %s" % (path, error.line, problem))
            return False
        self._context.messages.error("%s: Error while loading configuration file: %s" % (path, problem))
        return True


def _read(path: str) -> tuple[bytes | None, str | None]:
    try:
        with open(path, "rb") as stream:
            return stream.read(), None
    except OSError as error:
        return None, error.strerror


def enters(name: str) -> bool:
    """Return whether Upstart reads subdirectories of this name."""
    saved = len(name) > 1 and name.startswith("#") and name.endswith("#")  # by emacs
    return not (name.startswith(".") or saved or name in _IGNORED_FOLDERS or name.endswith(_IGNORED_SUFFIXES)
                or _OF_PACKAGES.match(name))
