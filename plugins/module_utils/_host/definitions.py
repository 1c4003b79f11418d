# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a job in the job directory."""

from __future__ import absolute_import, division, print_function

import os
import re

from .._jobfile import parser
from .._jobfile.errors import JobFileError
from .._jobfile.values import same_job
from .._text import decode, encode
from .planned_files import read_file
from .releases import LINKED_OVERRIDES_BEFORE, OVERRIDES_SINCE

__metaclass__ = type

FILE_NAME_LIMIT = 255  # bytes
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def read_override(path):
    """Return an override's bytes, or None if there is no override: the job's name may be too long for one."""
    return read_file(path) if len(encode(decode(os.path.basename(path)))) <= FILE_NAME_LIMIT else None


class Definition:
    """The values of a job's files below ``conf_dir``, or the reason why the daemon refuses them.

    :ivar conf: text, path of the job file.
    :ivar override: text, path of the override.
    :ivar values: the parsed values, or None if there is no job file or the daemon refuses it.
    :ivar error: JobFileError with the daemon's reason, or None.
    :ivar version: tuple, the daemon's.
    """

    def __init__(self, name, conf_dir, version=parser.LATEST, read=True):
        self.name = name
        self.version = version
        self._conf_dir = conf_dir
        self.conf = os.path.join(conf_dir, name + ".conf")
        self.override = os.path.join(conf_dir, name + ".override")
        self.take(read_file(self.conf) if read else None, self._read_override(version) if read else None)

    def take(self, text, override_text):
        """Replace the contents of the files with these bytes, None for no file."""
        self.text = text
        self.override_text = override_text
        self.values = None
        self.error = None
        if text is not None:
            try:
                self.values = parser.parse_job(text, override_text, self.version)
            except JobFileError as error:
                self.error = error

    def _read_override(self, version):
        if version < OVERRIDES_SINCE or (os.path.islink(self.override) and version >= LINKED_OVERRIDES_BEFORE):
            return None  # the daemon ignores it
        if os.path.exists(self.override) and not os.path.isfile(self.override):
            return None  # a directory or a named pipe: the daemon ignores it as well
        return read_override(self.override)

    def is_same_text(self, other):
        """Return whether the files of another Definition hold the same bytes."""
        return (self.text, self.override_text) == (other.text, other.override_text)

    def anew(self):
        """Return the Definition of the job's present files."""
        return Definition(self.name, self._conf_dir, self.version)

    def expect(self, options, version=parser.LATEST):
        """Replace the contents with the job file that these options of upstart_job write."""
        from .._jobfile import structure  # deferred: most tasks expect nothing (saves 40 ms)
        override = self.override_text
        stanzas = dict((name, options[name]) for name in options if name != "manual")
        self.take(encode(structure.write(stanzas, version)), None)
        if override is not None and self._only_disables(override):
            self.take(self.text, override)
        if options.get("manual") and self.is_enabled():  # no manual in the override
            self.take(encode(structure.write(options, version)), self.override_text)

    def _only_disables(self, override):
        """Return whether an override changes nothing but ``start on``."""
        try:
            values = parser.parse_job(self.text, override, self.version)
        except JobFileError:
            return False
        return same_job(dict(values, start_on=None), dict(self.values, start_on=None))

    def complaint(self):
        """Return a clause with the reason why the daemon would not load the job from these files, or None."""
        if self.text is None:
            return "there is no %s" % self.conf
        if self.error is not None:
            path = self.override if self.error.file == "override" else self.conf
            place = path if self.error.line is None else "%s:%d" % (path, self.error.line)
            return "Upstart refuses %s: %s" % (place, self.error.text)
        return None

    def facts(self):
        """Return the keys for the result of a failed task: path, and line and reason if the daemon refuses the file."""
        facts = {"path": self.conf}
        if self.error is not None:
            facts.update(path=self.override if self.error.file == "override" else self.conf,
                         line=self.error.line, reason=self.error.text)
        return facts

    def is_enabled(self):
        """Return whether the job starts by itself, or None if the daemon would not load it."""
        return self.values["start_on"] is not None if self.values else None

    def is_task(self):
        return bool(self.values and self.values["task"])

    def instance_variables(self):
        """Return the variables in the job's instance stanza, in order; empty for a job with a single instance."""
        return VARIABLE.findall(self.values["instance"]) if self.values else []
