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
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._text import decode, has_stray_bytes, is_utf_8
from . import harmful_files
from .job_names import is_skipped
from .releases import LINKED_OVERRIDES_BEFORE, OVERRIDES_SINCE

__metaclass__ = type

CONF, OVERRIDE = ".conf", ".override"


class JobFiles:
    """The files of a job with their values, or with the reason why the daemon refuses them, as definitions.Definition.

    :ivar conf: text, path of the job file.
    :ivar override: text, path of the override that the daemon reads, or None.
    :ivar values: the parsed values, or None when refused or unreadable.
    :ivar error: JobFileError with the daemon's reason, or None.
    :ivar job: job.CheckedJob for ``check.findings_of``, or None if only the values are needed.
    """

    def __init__(self, name):
        self.name = name
        self.conf = None
        self.override = None
        self.values = None
        self.error = None
        self.job = None

    def parse(self, conf, override, version, thorough):
        """Set ``values`` or ``error`` from the bytes of both files (None for no override)."""
        if thorough:
            from .._jobfile.checks import check  # deferred: only upstart_info needs it (saves 30 ms)
            self.job = check.load(self.name, conf, override, version)
            values, self.error = self.job.values, self.job.error
        else:
            values, self.error = _parse(conf, override, version)
        if self.error is None:
            self.values = values

    def path_of(self, label):
        """Return the path of the file that a finding calls ``conf`` or ``override``."""
        return self.override if label == "override" and self.override else self.conf


def _parse(conf, override, version):
    values = new_values()
    for label, data in (("conf", conf), ("override", override if version >= OVERRIDES_SINCE else None)):
        error = None if data is None else parser.apply(data, values, version)
        if error is not None:
            return values, error.within(label)
    return values, None


class JobDirectory:
    """The files that a daemon of some version reads from a directory; ``parse`` adds their values.

    harmful_files.DirectoryScan does not know the version. It is stricter: it also counts files that the daemon ignores.

    :ivar path: text, the directory.
    :ivar jobs: dict of job name (text; a byte that is not UTF-8 as _text.decode gives it) to JobFiles.
    :ivar ignored: list of (code, job name, path, arguments of the code's message): files that the daemon ignores.
    :ivar unreadable: list of sentences on what this user may not read.
    :ivar complete: whether all files could be listed and read.
    :ivar readable: set of the names of the jobs whose files could be read, as harmful_files.reported_names gives them.
    :ivar harmful_file: path of a file with text that crashes a daemon when it is asked to report it, or None.
    :ivar copies: dict of job name to the path of a copy of such a file, see harmful_files.DirectoryScan.
    :ivar stray: whether some text or name here is not UTF-8.
    """

    def __init__(self, path, version):
        self.path = decode(path)
        self.jobs = {}
        self.ignored = []
        self.unreadable = []
        self.readable = set()
        self.harmful_file = None
        self.copies = {}
        self.stray = False
        self._version = version
        self._texts = []
        self._read(path)

    @property
    def complete(self):
        return not self.unreadable

    def parse(self, thorough=True):
        """Set ``values`` and ``error`` of all jobs, and ``job`` too when ``thorough``."""
        for job, conf, override in self._texts:
            job.parse(conf, override, self._version, thorough)
        self._texts = []

    def _read(self, path):
        confs, overrides = self._list(path)
        for name in sorted(confs):
            conf = self._content(confs[name])
            override_path = overrides.pop(name, None)
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
        """Return two dicts of job name to path: of the job files and of the overrides."""
        paths = {CONF: {}, OVERRIDE: {}}

        def refused(error):
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
        return paths[CONF], paths[OVERRIDE]

    def _override(self, name, path):
        """Return the bytes of an override that the daemon reads, None if it ignores the file."""
        if path is None:
            return None
        if self._version < OVERRIDES_SINCE:
            self.ignored.append(("override-ignored", name, decode(path), ()))
            return None
        if os.path.islink(path) and self._version >= LINKED_OVERRIDES_BEFORE:
            self.ignored.append(("override-is-link", name, decode(path), ()))
            return None
        return self._content(path)

    def _content(self, path):
        """Return a file's bytes, None if it is no regular file, False if it cannot be read."""
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # opening a named pipe would block forever
                return None
            data = read_file(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
                name = decode(path)[len(self.path):].strip(u"/")
                self.ignored.append(("link-dangling", name.rpartition(u".")[0], decode(path), ()))
                return None
            self.unreadable.append(u"The file %s: %s." % (decode(path), error.strerror.lower()))
            return False
        except UpstartError as error:
            self.unreadable.append(u"The file %s: %s" % (decode(path), error.message))
            return False
        self._note_harmful(path, data or b"")
        return data or b""

    def _note_harmful(self, path, data):
        """Set ``stray`` and ``harmful_file`` if text or the name of a file is not UTF-8."""
        self.stray = self.stray or has_stray_bytes(decode(path)) or not is_utf_8(data)
        if self.harmful_file is None and harmful_files.is_harmful(path, data):
            self.harmful_file = decode(path)
