# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration directories: their files, and the job class that each file defines."""

from __future__ import annotations

import os
import re
import stat
from typing import Callable, NamedTuple, Protocol

from . import collection, watch
from .context import Context
from .hashorder import hash_order
from .jobclass import JobClass
from .messages import RealDaemonCrashError

CONF, OVERRIDE = ".conf", ".override"
_KILL_SIGNAL = re.compile(rb"""(?m)^[ \t\r]*kill[ \t]+signal[ \t]+["']?(\w+)""")


class Text(NamedTuple):
    """The content of a file, or the reason why it cannot be read."""

    data: bytes | None
    problem: str | None


class ConfFile:
    """A job file; it has no class when it could not be read."""

    def __init__(self, path: str, flag: bool) -> None:
        self.path = path
        self.flag = flag  # of its directory when it was read
        self.job: JobClass | None = None


class Loop(Protocol):
    """Tells the configuration when a directory's inotify descriptor is readable."""

    def watch(self, descriptor: int, function: Callable[[], None]) -> None: ...

    def unwatch(self, descriptor: int) -> None: ...


class Source:
    """One configuration directory."""

    def __init__(self, path: str, configuration: Configuration) -> None:
        self.path = path
        self.files: dict[str, ConfFile] = {}
        self.watch: watch.Watch | None = None
        self.flag = False  # changes each time the whole directory is read
        self._configuration = configuration

    def name_of(self, path: str) -> str:
        """Return the job name of a path."""
        return os.path.relpath(path, self.path).rpartition(".")[0]

    def path_of(self, name: str, suffix: str) -> str:
        return os.path.join(self.path, name + suffix)

    def accepts(self, path: str) -> bool:
        return self._configuration.accepts(path)

    def changed(self, path: str, mode: int) -> None:
        self._configuration.changed(self, path, mode)

    def removed(self, path: str) -> None:
        self._configuration.removed(self, path)


class Configuration:
    """All directories; the first one has precedence."""

    def __init__(self, context: Context, loop: Loop) -> None:
        self._context = context
        self._loop = loop
        self._watches: list[watch.Watch] = []  # in init's order
        paths = context.settings.confdirs
        if not context.version.several_confdirs:
            paths = paths[-1:]
        self.sources = [Source(os.path.abspath(path), self) for path in paths]

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
            self._context.messages.info("Loading configuration from %s" % source.path)
            source.flag = not source.flag
            try:
                self._read_all(source)
            except OSError as error:
                text = "Unable to load configuration from %s: %s" % (source.path, error.strerror)
                self._context.messages.error(text)
            for path in hash_order([path for path, file in source.files.items() if file.flag != source.flag]):
                if path in source.files:
                    self.forget(source, path)

    def _read_all(self, source: Source) -> None:
        """Read all files, through a new watch if the directory is not watched; raise OSError."""
        messages = self._context.messages
        problem = None
        if source.watch is None:
            try:
                source.watch = watch.Watch(source, messages.warn)
                self._watches.append(source.watch)
                self._loop.watch(source.watch.fd, self.poll)
                return
            except OSError as error:
                problem = error.strerror
        for path, mode in watch.walk(source.path, self.accepts, messages.warn):
            if stat.S_ISREG(mode) and path.endswith(CONF):
                self.load(source, path)
        if problem is not None:
            messages.warn("%s: Unable to watch configuration directory: %s" % (source.path, problem))

    def poll(self) -> None:
        """Handle all pending changes, one directory after the other as init does."""
        for watched in list(self._watches):
            watched.poll()

    # -- single files -------------------------------------------------------------------
    def accepts(self, path: str) -> bool:
        """Return whether a file of this name can define a job."""
        name = os.path.basename(path)
        if name == CONF and self._context.version.unnamed_conf_aborts:
            raise RealDaemonCrashError("a file named .conf")
        return name.endswith((CONF, OVERRIDE)) and name not in (CONF, OVERRIDE)

    def changed(self, source: Source, path: str, mode: int) -> None:
        """Handle a new or rewritten file; anything else is ignored."""
        if not stat.S_ISREG(mode):
            return
        if path.endswith(OVERRIDE):
            self._override_changed(source, path)
        else:
            self.load(source, path)

    def removed(self, source: Source, path: str) -> None:
        """Handle the removal of a file, of a folder, or of the whole directory."""
        if path.endswith(OVERRIDE):
            self._override_changed(source, path)
        elif path in source.files:
            self.forget(source, path)
        elif path == source.path and source.watch is not None:
            self._context.messages.warn("%s: Configuration directory deleted" % path)
            self._watches.remove(source.watch)
            self._loop.unwatch(source.watch.fd)
            source.watch.close()
            source.watch = None

    def _override_changed(self, source: Source, path: str) -> None:
        mode = self._context.version.overrides
        if mode == "none":
            return
        name = source.name_of(path)
        for other in self.sources if mode == "best directory" else [source]:
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
        self._drop(source.files.pop(path))

    def _drop(self, file: ConfFile) -> None:
        if file.job is not None:
            job, file.job = file.job, None
            self._context.registry.drop(job)

    def load(self, source: Source, path: str) -> None:
        """Read a file and its override; replace the result of an earlier reading.

        Releases that keep the events of a half-met ``start on`` drop the earlier class only after its successor has
        been registered.
        """
        name = source.name_of(path)
        old = source.files.pop(path, None)
        if old is not None and not self._context.version.keeps_held_events:
            self._drop(old)
            old = None
        file, text = ConfFile(path, source.flag), _read(path)
        if text.data is not None:  # init forgets a file that it cannot read
            source.files[path] = file
        hard = self._parse(file, name, path, text)
        self._consider(file, name)
        if old is not None:
            self._drop(old)
        override = None if hard else self._override_of(source, name)
        if override is None:
            return
        text = _read(override)
        if text.data is None:  # init ignores an override that it cannot read
            self._report_unread(override, text.problem)
            return
        self._parse(file, name, override, text)
        self._consider(file, name)

    def _consider(self, file: ConfFile, name: str) -> None:
        if file.job is not None:
            self._context.registry.consider(name)

    def _parse(self, file: ConfFile, name: str, path: str, text: Text) -> bool:
        """Read the text of ``path`` into the file's class, or into a new class; return whether it has a hard error.

        After an error the file has no class. A class that is already registered stays registered, with everything
        that was read before the error (measured with 1.13.2).
        """
        job = file.job
        values = job.values if job is not None else dict(collection.new_values(), console=None)
        condition = values["start_on"]
        data, problem = text
        dialect = self._context.settings.dialect
        error = None if data is None else collection.apply(data, values, self._context.version.number, dialect)
        if error is not None:
            problem = error.message
        if job is not None and values["start_on"] is not condition:
            job.redefine_start_on()
        if problem is None:
            if job is None:
                context = self._context
                job = file.job = JobClass(name, values, context.settings.console(), context.job_environment)
                job.takes_only_imports = dialect == "chromeos"
            signals = _KILL_SIGNAL.findall(data or b"")
            if signals:
                job.numeric_kill_signal = signals[-1].isdigit()
            return False
        file.job = None
        if error is not None and error.line is not None:
            self._context.messages.error("%s:%d: %s" % (path, error.line, problem))
            return False
        self._report_unread(path, problem)
        return True

    def _report_unread(self, path: str, problem: str | None) -> None:
        self._context.messages.error("%s: Error while loading configuration file: %s" % (path, problem))


def _read(path: str) -> Text:
    try:
        with open(path, "rb") as stream:
            return Text(stream.read(), None)
    except OSError as error:
        return Text(None, error.strerror)
