# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All job files below the daemon's directory, each read and parsed once."""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.directories import is_skipped
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._system.search_path import directories_of
from .._text import decode, has_stray_bytes, is_utf_8
from . import harmful_files
from .init_defaults import console_of_files
from .releases import LINKED_OVERRIDES_BEFORE, OVERRIDES_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Literal, Optional, Set, Tuple, Union  # noqa: F401
    from .._jobfile.errors import JobFileError  # noqa: F401

__metaclass__ = type

CONF, OVERRIDE = ".conf", ".override"


class JobFiles:
    """The files of a job with their values, or with the reason why the daemon refuses them, as definitions.Definition.

    :ivar conf: text, path of the job file.
    :ivar override: text, path of the override that the daemon reads, or None.
    :ivar values: the parsed values, or None when refused or unreadable.
    :ivar sets_console: bool, whether they have the stanza ``console``; without it, the default of init counts.
    :ivar error: JobFileError with the daemon's reason, or None.
    :ivar job: job.CheckedJob for ``check.findings_of``, or None if only the values are needed.
    """

    def __init__(self, name):
        # type: (str) -> None
        self.name = name
        self.conf = None  # type: str  # type: ignore[assignment]  # JobDirectory sets it
        self.override = None  # type: Optional[str]
        self.values = None  # type: Optional[Dict[str, Any]]
        self.sets_console = False
        self.error = None  # type: Optional[JobFileError]
        self.job = None  # type: Any  # a CheckedJob

    def parse(self, conf, override, version, load):
        # type: (bytes, Optional[bytes], Tuple[int, ...], Optional[Callable[..., Any]]) -> None
        """Set ``values`` or ``error`` from the bytes of both files (None for no override)."""
        if load is not None:
            self.job = load(self.name, conf, override, version)
            values, self.error = self.job.values, self.job.error
        else:
            values, self.error = _parse(conf, override, version)
        if self.error is None:
            self.values = values
            self.sets_console = console_of_files(conf, override, version, "") != ""

    def path_of(self, label):
        # type: (Optional[str]) -> str
        """Return the path of the file that a finding calls ``conf`` or ``override``."""
        return self.override if label == "override" and self.override else self.conf


def _parse(conf, override, version):
    # type: (bytes, Optional[bytes], Tuple[int, ...]) -> Tuple[Dict[str, Any], Optional[JobFileError]]
    values = new_values()
    for label, data in (("conf", conf), ("override", override if version >= OVERRIDES_SINCE else None)):
        error = None if data is None else parser.apply(data, values, version)
        if error is not None:
            return values, error.within(label)
    return values, None


class JobDirectory:
    """The files that a daemon of some version reads from a directory; ``parse`` adds their values.

    harmful_files.DirectoryScan does not know the version. It is stricter: it also counts files that the daemon ignores.

    :ivar path: text, the directory; the first one of a search_path.SearchPath.
    :ivar search_path: the directory or the SearchPath, as it was given.
    :ivar jobs: dict of job name (text; a byte that is not UTF-8 as _text.decode gives it) to JobFiles.
    :ivar ignored: list of (code, job name, path, arguments of the code's message): files that the daemon ignores.
    :ivar unreadable: list of sentences about what this user may not read.
    :ivar complete: whether all files could be listed and read.
    :ivar readable: set of the names of the jobs whose files could be read, as harmful_files.reported_names gives them.
    :ivar harmful_file: path of a file with text that crashes a daemon when it is asked to report it, or None.
    :ivar copies: dict of job name to the path of a copy of such a file, see harmful_files.DirectoryScan.
    :ivar stray: whether some text or name here is not UTF-8.
    """

    def __init__(self, path, version):
        # type: (str, Tuple[int, ...]) -> None
        self.path = decode(path)
        self.search_path = path
        self.jobs = {}  # type: Dict[str, JobFiles]
        self.ignored = []  # type: List[Tuple[str, str, str, Tuple[str, ...]]]
        self.unreadable = []  # type: List[str]
        self.readable = set()  # type: Set[str]
        self.harmful_file = None  # type: Optional[str]
        self.copies = {}  # type: Dict[str, str]
        self.stray = False
        self._version = version
        self._texts = []  # type: List[Tuple[JobFiles, bytes, Optional[bytes]]]
        self._read(path)

    @property
    def complete(self):
        # type: () -> bool
        return not self.unreadable

    def parse(self, load=None):
        # type: (Optional[Callable[..., Any]]) -> None
        """Set ``values`` and ``error`` of all jobs.

        :param load: checks.check.load, to set ``job`` as well; or None.
        """
        for job, conf, override in self._texts:
            job.parse(conf, override, self._version, load)
        self._texts = []

    def _read(self, path):
        # type: (str) -> None
        confs, overrides = self._list(path)
        for name in sorted(confs):
            conf = self._content(confs[name], name)
            override_path = overrides.pop(name, None)  # type: Any  # None for no override
            override = self._override(name, override_path)
            if conf is None:
                continue
            if not name.rpartition(u"/")[2]:
                self.ignored.append(("job-name", name, decode(confs[name]), (name or u"(empty)",)))
                continue
            job = self.jobs[name] = JobFiles(name)
            job.conf = decode(confs[name])
            job.override = None if override is None else decode(override_path)
            if conf is not False and override is not False:
                self.readable.update(harmful_files.reported_names(name))
                self._texts.append((job, conf, override))
        for name in sorted(overrides):
            if self._override(name, overrides[name]):
                self.ignored.append(("override-without-job", name, decode(overrides[name]), (name + CONF,)))

    def _list(self, path):
        # type: (str) -> Tuple[Dict[str, str], Dict[str, str]]
        """Return two dicts of job name to path: of the job files and of the overrides.

        The first file of a job counts. An override applies to a job file in the same directory or in one after it.
        """
        confs, overrides = {}, {}  # type: Dict[str, str], Dict[str, str]
        folders = directories_of(path)
        for folder in folders:
            if len(folders) == 1 or os.path.lexists(folder):
                paths = self._list_directory(folder)
                overrides.update((job, paths[OVERRIDE][job]) for job in paths[OVERRIDE]
                                 if job not in confs and job not in overrides)
                confs.update((job, paths[CONF][job]) for job in paths[CONF] if job not in confs)
        return confs, overrides

    def _list_directory(self, path):
        # type: (str) -> Dict[str, Dict[str, str]]
        """Return the job files and the overrides below one directory: a dict of suffix to a dict of job to path."""
        paths = {CONF: {}, OVERRIDE: {}}  # type: Dict[str, Dict[str, str]]

        def refused(error):
            # type: (OSError) -> None
            place = decode(error.filename or path)
            reason = (error.strerror or u"they cannot be read").lower()
            self.unreadable.append(u"The contents of %s: %s." % (place, reason))

        for folder, prefix, folders, names in harmful_files.walk(path, onerror=refused):
            for name in [name for name in folders if is_skipped(name)]:
                folders.remove(name)
                skipped = harmful_files.DirectoryScan(os.path.join(folder, name))
                self.harmful_file = self.harmful_file or skipped.harmful_file
            for name in names:
                for suffix in paths:
                    if name.endswith(suffix):
                        job = os.path.join(prefix, decode(name[:-len(suffix)]))
                        paths[suffix][job] = os.path.join(folder, name)
                self.copies.update(harmful_files.harmful_copy(folder, prefix, name))
        return paths

    def _override(self, name, path):
        # type: (str, Optional[str]) -> Union[bytes, Literal[False], None]
        """Return the bytes of an override that the daemon reads, None if it ignores the file."""
        if path is None:
            return None
        if self._version < OVERRIDES_SINCE:
            self.ignored.append(("override-ignored", name, decode(path), ()))
            return None
        if os.path.islink(path) and self._version >= LINKED_OVERRIDES_BEFORE:
            self.ignored.append(("override-is-link", name, decode(path), ()))
            return None
        return self._content(path, name)

    def _content(self, path, name):
        # type: (str, str) -> Union[bytes, Literal[False], None]
        """Return a file's bytes, None if it is no regular file, False if it cannot be read."""
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # opening a named pipe would block forever
                return None
            data = read_file(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
                self.ignored.append(("link-dangling", name, decode(path), ()))
                return None
            self.unreadable.append(u"The file %s: %s." % (
                decode(path), error.strerror.lower()))  # type: ignore[union-attr]  # errors of the system have one
            return False
        except UpstartError as error:
            self.unreadable.append(u"The file %s: %s" % (decode(path), error.message))
            return False
        self._note_harmful(path, data or b"")
        return data or b""

    def _note_harmful(self, path, data):
        # type: (str, bytes) -> None
        """Set ``stray`` and ``harmful_file`` if text or the name of a file is not UTF-8."""
        self.stray = self.stray or has_stray_bytes(decode(path)) or not is_utf_8(data)
        if self.harmful_file is None and harmful_files.is_harmful(path, data):
            self.harmful_file = decode(path)
