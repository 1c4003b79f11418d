# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several directories with job files, in the daemon's order."""

from __future__ import absolute_import, division, print_function

import os

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Sequence  # noqa: F401

__metaclass__ = type


class SearchPath(str):
    """The directory that new job files go to, as text, with the directories that the daemon reads after it.

    :ivar directories: list of the paths of all these directories, this one first.
    """

    directories = []  # type: List[str]

    def __new__(cls, directories):
        # type: (Sequence[str]) -> SearchPath
        path = super(SearchPath, cls).__new__(cls, directories[0])
        path.directories = list(directories)
        return path


def directories_of(conf_dir):
    # type: (str) -> List[str]
    """Return the directories that a daemon reads, the one with precedence first.

    :param conf_dir: a SearchPath, or the path of the only directory.
    """
    return conf_dir.directories if isinstance(conf_dir, SearchPath) else [conf_dir]


def next_file(conf_dir, name):
    # type: (str, str) -> Optional[str]
    """Return the path of a file in the first directory after the first one that has it, or None."""
    paths = [os.path.join(folder, name) for folder in directories_of(conf_dir)[1:]]
    return next((path for path in paths if os.path.lexists(path)), None)
