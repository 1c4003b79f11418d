# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All job files below the daemon's directory: found, read and parsed once."""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.stanzas import OVERRIDES_SINCE
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._text import decode, has_stray_bytes
from . import crash_guard
from .job_names import is_skipped

__metaclass__ = type

CONF, OVERRIDE = ".conf", ".override"
LINKED_OVERRIDES_BEFORE = (1, 7)


class JobFiles:
    """The files of one job, with what they say or why the daemon refuses them, as definitions.Definition has it.

    :ivar conf: path of the job file, ``override`` of the override that the daemon reads; text, None without one.
    :ivar values: the parsed values, or None when refused or unreadable.
    :ivar error: JobFileError with the daemon's reason, or None.
    :ivar job: job.CheckedJob for ``check.findings_of``, or None when only the values were wanted.
    """

    def __init__(self, name):
        self.name = name
        self.conf = None
        self.override = None
        self.values = None
        self.error = None
        self.job = None

    def parse(self, conf, override, version, thorough):
        """Fill ``values`` or ``error`` from the bytes of both files (None for no override)."""
        if thorough:
            from .._jobfile.checks import check
            self.job = check.load(self.name, conf, override, version)
            values, self.error = self.job.values, self.job.error
        else:
            values, self.error = _apply(conf, override, version)
        if self.error is None:
            self.values = values

    def path_of(self, label):
        """Return the path of the file that a finding calls ``conf`` or ``override``."""
        return self.override if label == "override" and self.override else self.conf


def _apply(conf, override, version):
    values = new_values()
    for label, data in (("conf", conf), ("override", override if version >= OVERRIDES_SINCE else None)):
        error = None if data is None else parser.apply(data, values, version)
        if error is not None:
            return values, error.within(label)
    return values, None


class JobDirectory:
    """What a directory holds for a daemon of some version; ``parse`` fills in what it means.

    :ivar path: text, the directory.
    :ivar jobs: dict of job name (text; a byte that is not UTF-8 as _text.decode gives it) to JobFiles.
    :ivar ignored: list of (code, job name, path, what the code's message names): files that the daemon does not read.
    :ivar unreadable: list of sentences on what this user may not read.
    :ivar complete: whether all files could be listed and read.
    :ivar readable: set of the names of the jobs whose files could be read, as crash_guard.reported_names gives them.
    :ivar harmful: path of a file with text that crashes a daemon which is asked for it, or None.
    :ivar copies: dict of job name to the path of a copy of such a file, see crash_guard.DirectoryScan.
    :ivar stray: whether some text or name here is not UTF-8.
    """

    def __init__(self, path, version):
        self.path = decode(path)
        self.jobs = {}
        self.ignored = []
        self.unreadable = []
        self.readable = set()
        self.harmful = None
        self.copies = {}
        self.stray = False
        self._version = version
        self._texts = []
        self._read(path)

    @property
    def complete(self):
        return not self.unreadable

    def parse(self, thorough=True):
        """Fill ``values`` and ``error`` of all jobs, and ``job`` too when ``thorough``."""
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
                self.readable.update(crash_guard.reported_names(name))
                self._texts.append((job, conf, override))
        for name in sorted(overrides):
            if self._override(name, overrides[name]):
                self.ignored.append(("override-without-job", name, decode(overrides[name]), (name + CONF,)))

    def _list(self, path):
        """Return two dicts of job name to path, of the job files and of the overrides that there seem to be."""
        found = {CONF: {}, OVERRIDE: {}}

        def refused(error):
            place = decode(error.filename or path)
            self.unreadable.append(u"What is in %s: %s." % (place, (error.strerror or u"it cannot be read").lower()))

        for folder, folders, names in os.walk(path, onerror=refused):
            for name in [name for name in folders if is_skipped(name)]:
                folders.remove(name)
                self.harmful = self.harmful or crash_guard.DirectoryScan(os.path.join(folder, name)).harmful
            prefix = decode(folder[len(path):]).strip(u"/")
            for name in names:
                for suffix in found:
                    if name.endswith(suffix):
                        job = os.path.join(prefix, decode(name[:-len(suffix)]))
                        found[suffix][job] = os.path.join(folder, name)
                copied = crash_guard.harmful_copy(folder, name)
                if copied:
                    self.copies[os.path.join(prefix, copied)] = decode(os.path.join(folder, name))
        return found[CONF], found[OVERRIDE]

    def _override(self, name, path):
        """Return the bytes of an override that the daemon reads, None for one that it ignores."""
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
        """Return a file's bytes, None for what is no file, False for one that cannot be read."""
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # to open a named pipe would never end
                return None
            data = read_file(path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
                name = decode(path)[len(self.path):].strip(u"/")
                self.ignored.append(("link-dangling", name.rpartition(u".")[0], decode(path), ()))
                return None
            self.unreadable.append(u"What %s says: %s." % (decode(path), error.strerror.lower()))
            return False
        except UpstartError as error:
            self.unreadable.append(u"What %s says: %s" % (decode(path), error.message))
            return False
        return self._judged(path, data or b"")

    def _judged(self, path, data):
        try:
            data.decode("utf-8")
            bad_text = False
        except UnicodeDecodeError:
            bad_text = True
        bad_name = has_stray_bytes(decode(path))
        self.stray = self.stray or bad_text or bad_name
        if self.harmful is None and (bad_name or (bad_text and crash_guard.is_harmful_text(data))):
            self.harmful = decode(path)
        return data
