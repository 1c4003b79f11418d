# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of this host as the earlier check-mode tasks of the play would have left them."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Optional  # noqa: F401

__metaclass__ = type

_texts = {}  # type: Dict[str, Optional[bytes]]  # path to bytes, or None for a file that would be removed


def reset():
    # type: () -> None
    """Forget all planned files: read every file from the disk."""
    _texts.clear()


def add(texts):
    # type: (Dict[str, Optional[bytes]]) -> None
    """Plan files: from now on they are read with these contents.

    :param texts: dict of path to bytes, None for a file that would be removed.
    """
    _texts.update(texts)


def has_file(path):
    # type: (str) -> bool
    """Return whether an earlier task would have written or removed this file."""
    return path in _texts


def has_file_of_job(path):
    # type: (str) -> bool
    """Return whether an earlier task would have written or removed a job file or an override.

    :param path: text, path of either.
    """
    base = path.rpartition(".")[0]
    return base + ".conf" in _texts or base + ".override" in _texts


def text_of(path):
    # type: (str) -> Optional[bytes]
    """Return the bytes of a planned file, None if it would be removed. See ``has_file``."""
    return _texts[path]


def exists(path):
    # type: (str) -> bool
    """Return whether a file of any kind would exist."""
    return _texts[path] is not None if path in _texts else os.path.lexists(path)


def names_in(folder):
    # type: (str) -> List[str]
    """Return the sorted names of the files that a directory would have."""
    names = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    for path, text in _texts.items():
        if os.path.dirname(path) == folder:
            (names.discard if text is None else names.add)(os.path.basename(path))
    return sorted(names)


def read_file(path):
    # type: (str) -> Optional[bytes]
    """Return the bytes of a file as ``reading.read_file`` does, or its planned contents in check mode."""
    return text_of(path) if has_file(path) else reading.read_file(path)
