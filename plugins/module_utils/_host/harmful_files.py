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
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._text import decode, encode, has_stray_bytes, is_utf_8

__metaclass__ = type

SUFFIXES = (".conf", ".override")
# What backups, packagers and editors make of NAME.conf or NAME.override; NAME is the group.
COPY = re.compile(r"(?!.*\.(?:conf|override)$)\.?(.+?)\.(?:conf|override)[^A-Za-z0-9]")


class DirectoryScan:
    """The harmful files below a directory, and the jobs whose files can be read. One walk reads all of them.

    :ivar readable: set of str, names of the jobs whose files can be read, as ``reported_names`` gives them.
    :ivar harmful_file: text, path of a file whose path or values are not UTF-8, or None; comments do no harm.
    :ivar harmful_jobs: set of str, names of the jobs that such files belong to, as ``reported_names`` gives them.
    :ivar copies: dict of job name to the path of a copy of its file or override that has values which are not UTF-8.
    """

    def __init__(self, conf_dir):
        self.readable = set()
        self.harmful_file = None
        self.harmful_jobs = set()
        self.copies = {}
        unreadable = set()
        for folder, prefix, _folders, names in walk(conf_dir):
            for name in names:
                self.copies.update(harmful_copy(folder, prefix, name))
                if name.endswith(SUFFIXES):
                    self._scan_file(os.path.join(folder, name), prefix, unreadable)
        self.readable -= unreadable

    def _scan_file(self, path, prefix, unreadable):
        """Scan a job file or an override; add the names of a job to ``unreadable`` whose override cannot be read."""
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
        """Return whether Upstart can report a job without a crash.

        A name that is not ASCII is not safe either: the daemon makes a wrong D-Bus path from it.
        """
        return (name in self.readable and name not in self.harmful_jobs and name not in self.copies
                and max(bytearray(encode(name)) or [0]) < 128)


def walk(conf_dir, onerror=None):
    """Yield (path of a directory, prefix for the names of its jobs, names of its directories, names of its files).

    The order, the types and ``onerror`` are those of os.walk; the prefix is text.
    """
    for folder, folders, names in os.walk(conf_dir, onerror=onerror):
        yield folder, decode(folder[len(conf_dir):]).strip(u"/"), folders, names


def harmful_copy(folder, prefix, name):
    """Return a dict of the copied job's name to this file's path; it is empty unless the file copies a harmful file.

    :param folder: path of the file's directory.
    :param prefix: text, prefix for the names of the jobs of that directory.
    :param name: name of the file.
    """
    match = COPY.match(name)
    path = os.path.join(folder, name)
    return {os.path.join(prefix, decode(match.group(1))): decode(path)} if match and is_harmful_file(path) else {}


def reported_names(name):
    """Return the names under which the daemon may report a job: its own, and the one that a wrong path makes of it.

    For a name that is not ASCII the daemon makes a D-Bus path with the same byte in place of all other bytes.
    """
    raw = bytearray(encode(name))
    if max(raw or [0]) < 128:
        return [name]
    return [name, bytes(bytearray(byte if byte < 128 else 255 for byte in raw)).decode("utf-8", "replace")]


def is_harmful(path, data):
    """Return whether a file gives the daemon text that is not UTF-8.

    :param path: path of the file; the job's name and the source of its definition come from it.
    :param data: bytes, the contents.
    """
    return has_stray_bytes(decode(path)) or is_harmful_text(data)


def is_harmful_file(path):
    """Return whether there is a file with values that are not UTF-8."""
    try:
        return is_harmful_text(read_file(path) or b"")
    except UpstartError:  # a dangling link, a directory: no job file
        return False


def is_harmful_text(data):
    """Return whether the values in these bytes of a file are not all UTF-8."""
    if is_utf_8(data):
        return False
    values = new_values()
    parser.apply(decode(data), values)
    return has_stray_bytes(json.dumps(values, ensure_ascii=False))
