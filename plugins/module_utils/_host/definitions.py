# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a job in the job directory."""

from __future__ import absolute_import, division, print_function

import os
import re

from .._jobfile import parser
from .._jobfile.dialects import CHROMEOS, dialect_of
from .._jobfile.errors import JobFileError
from .._system.search_path import directories_of
from .._text import decode, encode
from . import planned_files
from .planned_files import read_file
from .releases import LINKED_OVERRIDES_BEFORE, OVERRIDES_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Tuple  # noqa: F401

__metaclass__ = type

FILE_NAME_LIMIT = 255  # bytes
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def read_override(path):
    # type: (str) -> Optional[bytes]
    """Return an override's bytes, or None if there is no override: the job's name may be too long for one."""
    return read_file(path) if len(encode(decode(os.path.basename(path)))) <= FILE_NAME_LIMIT else None


def paths_of(name, conf_dir):
    # type: (str, str) -> Tuple[str, str, str]
    """Return the paths of a job's file, of the override that the daemon reads, and of the one that tasks write.

    An override applies to a job file in the same directory or in one after it.

    :param conf_dir: a directory, or a search_path.SearchPath.
    """
    bases = [os.path.join(folder, name) for folder in directories_of(conf_dir)]
    conf = next((number for number, base in enumerate(bases) if planned_files.exists(base + ".conf")), 0)
    override = next((base for base in bases[:conf + 1] if planned_files.exists(base + ".override")), bases[0])
    return bases[conf] + ".conf", override + ".override", bases[0] + ".override"


class Definition:
    """The values of a job's files below ``conf_dir``, or the reason why the daemon refuses them.

    :ivar conf: text, path of the job file.
    :ivar override: text, path of the override.
    :ivar own_override: text, path of the override in the first directory, the only one that is written to.
    :ivar values: the parsed values, or None if there is no job file or the daemon refuses it.
    :ivar error: JobFileError with the daemon's reason, or None.
    :ivar version: tuple, the daemon's.
    """

    def __init__(self, name, conf_dir, version=parser.LATEST, read=True):
        # type: (str, str, Tuple[int, ...], bool) -> None
        self.name = name
        self.version = version
        self._conf_dir = conf_dir
        self.conf, self.override, self.own_override = paths_of(name, conf_dir)
        self.take(read_file(self.conf) if read else None, self._read_override(version) if read else None)

    def take(self, text, override_text):
        # type: (Optional[bytes], Optional[bytes]) -> None
        """Replace the contents of the files with these bytes, None for no file."""
        self.text = text
        self.override_text = override_text
        self.values = None  # type: Optional[Dict[str, Any]]
        self.error = None  # type: Optional[JobFileError]
        if text is not None:
            try:
                self.values = parser.parse_job(text, override_text, self.version)
            except JobFileError as error:
                self.error = error

    def _read_override(self, version):
        # type: (Tuple[int, ...]) -> Optional[bytes]
        if version < OVERRIDES_SINCE or (os.path.islink(self.override) and version >= LINKED_OVERRIDES_BEFORE):
            return None  # the daemon ignores it
        if os.path.exists(self.override) and not os.path.isfile(self.override):
            return None  # a directory or a named pipe: the daemon ignores it as well
        return read_override(self.override)

    def is_same_text(self, other):
        # type: (Definition) -> bool
        """Return whether the files of another Definition hold the same bytes."""
        return (self.text, self.override_text) == (other.text, other.override_text)

    def anew(self):
        # type: () -> Definition
        """Return the Definition of the job's present files."""
        return Definition(self.name, self._conf_dir, self.version)

    def complaint(self):
        # type: () -> Optional[str]
        """Return a clause with the reason why the daemon would not load the job from these files, or None."""
        if self.text is None:
            return "there is no %s" % self.conf
        if self.error is not None:
            path = self.override if self.error.file == "override" else self.conf
            place = path if self.error.line is None else "%s:%d" % (path, self.error.line)
            hint = " (%s)" % self.error.hint if self.error.hint else ""
            return "Upstart refuses %s: %s%s" % (place, self.error.text, hint)
        return None

    def facts(self):
        # type: () -> Dict[str, Any]
        """Return the keys for the result of a failed task: path, and line and reason if the daemon refuses the file."""
        facts = {"path": self.conf}  # type: Dict[str, Any]
        if self.error is not None:
            facts.update(path=self.override if self.error.file == "override" else self.conf,
                         line=self.error.line, reason=self.error.text)
        return facts

    def is_enabled(self):
        # type: () -> Optional[bool]
        """Return whether the job starts by itself, or None if the daemon would not load it."""
        return self.values["start_on"] is not None if self.values else None

    def is_task(self):
        # type: () -> bool
        return bool(self.values and self.values["task"])

    def instance_variables(self):
        # type: () -> List[str]
        """Return the variables in the job's instance stanza, in order; empty for a job with a single instance."""
        return VARIABLE.findall(self.values["instance"]) if self.values else []

    def dropped_variables(self, entries):
        # type: (Iterable[str]) -> List[str]
        """Return the sorted names of the variables of ``entries`` that init drops when a client starts the job.

        The init of ChromeOS drops those that the job does not import.

        :param entries: iterable of KEY=VALUE.
        """
        if dialect_of(self.version) != CHROMEOS or self.values is None:
            return []
        return sorted(set(entry.partition("=")[0] for entry in entries).difference(self.values.get("import", ())))
