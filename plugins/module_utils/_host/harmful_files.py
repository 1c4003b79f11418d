# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files with text that is not UTF-8: Upstart crashes when it is asked to report such text."""

from __future__ import absolute_import, division, print_function

import json
import os
import re

from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.stanzas import EVERY_STANZA
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._system.search_path import directories_of
from .._text import decode, encode, has_stray_bytes, is_utf_8

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Dict, Iterator, List, Optional, Set, Tuple  # noqa: F401

__metaclass__ = type

SUFFIXES = (".conf", ".override")
# Names of the copies that backups, packagers and editors make of NAME.conf or NAME.override; NAME is the group.
COPY = re.compile(r"(?!.*\.(?:conf|override)$)\.?(.+?)\.(?:conf|override)[^A-Za-z0-9]")


class DirectoryScan:
    """The harmful files below a directory, and the jobs whose files can be read. One walk reads all of them.

    :ivar readable: set of str, names of the jobs whose files can be read, as ``reported_names`` gives them.
    :ivar harmful_file: text, path of a file whose path or values are not UTF-8, or None; comments are harmless.
    :ivar harmful_jobs: set of str, names of the jobs that such files belong to, as ``reported_names`` gives them.
    :ivar copies: dict of job name to the path of a copy of its file or override that has values which are not UTF-8.
    """

    def __init__(self, conf_dir):
        # type: (str) -> None
        self.readable = set()  # type: Set[str]
        self.harmful_file = None  # type: Optional[str]
        self.harmful_jobs = set()  # type: Set[str]
        self.copies = {}  # type: Dict[str, str]
        unreadable = set()  # type: Set[str]
        for folder, prefix, _folders, names in walk(conf_dir):
            for name in names:
                self.copies.update(harmful_copy(folder, prefix, name))
                if name.endswith(SUFFIXES):
                    self._scan_file(os.path.join(folder, name), prefix, unreadable)
        self.readable -= unreadable

    def _scan_file(self, path, prefix, unreadable):
        # type: (str, str, Set[str]) -> None
        """Scan a job file or an override. If an override cannot be read, add the names of its job to ``unreadable``."""
        stem, _dot, suffix = os.path.basename(path).rpartition(".")
        job = reported_names(os.path.join(prefix, decode(stem)))
        try:
            data = read_file(path)
        except UpstartError:
            data = None
            if suffix == "override":
                unreadable.update(job)
        if is_harmful(path, data or b""):
            self.harmful_file = self.harmful_file or decode(path)
            self.harmful_jobs.update(job)
        if suffix == "conf" and data is not None:
            self.readable.update(job)

    def is_safe(self, name):
        # type: (str) -> bool
        """Return whether Upstart can report a job without a crash.

        A name that is not ASCII is not safe either: the daemon makes a wrong D-Bus path from it.
        """
        return (name in self.readable and name not in self.harmful_jobs and name not in self.copies
                and max(bytearray(encode(name)) or [0]) < 128)


def walk(conf_dir, onerror=None):
    # type: (str, Optional[Callable[[OSError], None]]) -> Iterator[Tuple[str, str, List[str], List[str]]]
    """Yield (path of a directory, prefix for the names of its jobs, names of its directories, names of its files).

    The order, the types and ``onerror`` are those of os.walk; the prefix is text.

    :param conf_dir: a directory, or a search_path.SearchPath: then its directories follow each other.
    """
    for top in directories_of(conf_dir):
        for folder, folders, names in os.walk(top, onerror=onerror):
            yield folder, decode(folder[len(top):]).strip(u"/"), folders, names


def harmful_copy(folder, prefix, name):
    # type: (str, str, str) -> Dict[str, str]
    """Return a dict of the copied job's name to this file's path; empty unless the file is a copy of a harmful file.

    :param folder: path of the file's directory.
    :param prefix: text, prefix for the names of the jobs of that directory.
    :param name: name of the file.
    """
    match = COPY.match(name)
    path = os.path.join(folder, name)
    return {os.path.join(prefix, decode(match.group(1))): decode(path)} if match and is_harmful_file(path) else {}


def reported_names(name):
    # type: (str) -> List[str]
    """Return the names under which the daemon may report a job: its own, and the one from a wrong D-Bus path.

    For a name that is not ASCII the daemon makes a D-Bus path with the same byte in place of all other bytes.
    """
    raw = bytearray(encode(name))
    if max(raw or [0]) < 128:
        return [name]
    return [name, bytes(bytearray(byte if byte < 128 else 255 for byte in raw)).decode("utf-8", "replace")]


def is_harmful(path, data):
    # type: (str, bytes) -> bool
    """Return whether a file gives the daemon text that is not UTF-8.

    :param path: path of the file; the job's name and the source of its definition come from it.
    :param data: bytes, the contents.
    """
    return has_stray_bytes(decode(path)) or is_harmful_text(data)


def is_harmful_file(path):
    # type: (str) -> bool
    """Return whether there is a file with values that are not UTF-8."""
    try:
        return is_harmful_text(read_file(path) or b"")
    except UpstartError:  # a dangling link, a directory: no job file
        return False


def is_harmful_text(data):
    # type: (bytes) -> bool
    """Return whether the values in these bytes of a file are not all UTF-8."""
    if is_utf_8(data):
        return False
    values = new_values()
    parser.apply(decode(data), values, EVERY_STANZA)
    return has_stray_bytes(json.dumps(values, ensure_ascii=False))
