# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this host as the earlier check-mode tasks of the play would have left them."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

__metaclass__ = type

_texts = {}  # path to bytes, or None for a file that would be removed


def reset():
    """Forget all planned files: read every file from the disk."""
    _texts.clear()


def add(texts):
    """Plan files: from now on they are read with these contents.

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
    """Return the bytes of a planned file, None if it would be removed. See ``has_file``."""
    return _texts[path]


def exists(path):
    """Return whether a file of any kind would exist."""
    return _texts[path] is not None if path in _texts else os.path.lexists(path)


def names_in(folder):
    """Return the sorted names of the files that a directory would have."""
    names = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    for path, text in _texts.items():
        if os.path.dirname(path) == folder:
            (names.discard if text is None else names.add)(os.path.basename(path))
    return sorted(names)


def read_file(path):
    """Return the bytes of a file as ``reading.read_file`` does, or its planned contents in check mode."""
    return text_of(path) if has_file(path) else reading.read_file(path)
