# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this host as earlier check-mode tasks of the same play would have left them."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

__metaclass__ = type

_texts = {}  # path to bytes, or None for a file that would be removed


def reset():
    """Read all files as they are."""
    _texts.clear()


def add(texts):
    """Read files from now on as these say.

    :param texts: dict of path to bytes, None for a file that would be removed.
    """
    _texts.update(texts)


def has_file(path):
    """Return whether an earlier task would have written or removed this file."""
    return path in _texts


def has_file_of_job(path):
    """Return whether an earlier task would have written or removed a job file or an override.

    :param path: text, path of either.
    """
    base = path.rpartition(".")[0]
    return base + ".conf" in _texts or base + ".override" in _texts


def text_of(path):
    """Return the bytes that a file would hold; None when it would not be there. See ``has_file``."""
    return _texts[path]


def exists(path):
    """Return whether there would be a file of any kind."""
    return _texts[path] is not None if path in _texts else os.path.lexists(path)


def names_in(folder):
    """Return the sorted names of what would be in a directory."""
    there = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    for path, text in _texts.items():
        if os.path.dirname(path) == folder:
            (there.discard if text is None else there.add)(os.path.basename(path))
    return sorted(there)


def read_file(path):
    """Return what ``reading.read_file`` does; in check mode as earlier tasks of the play would have left the file."""
    return text_of(path) if has_file(path) else reading.read_file(path)
