# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directories in which init looks for job files."""

from __future__ import absolute_import, division, print_function

import os
import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator, List, Optional, Set, Tuple  # noqa: F401

__metaclass__ = type

CONF = ".conf"
# Directories that init skips, from libnih: hidden ones, backups, swap files of editors, and those of version control
# and of package managers.
SKIPPED = re.compile(
    r"\.|#.*#$|.*(~|\.bak|\.BAK|\.sw[pon]|,v|\.rpmsave|\.rpmorig|\.rpmnew|;[0-9a-fA-F]{8})$|.*\.dpkg-[^.]*$"
    r"|(RCS|CVS|CVS\.adm|SCCS|BitKeeper|\{arch\}|_darcs)$")


def walk(top):
    # type: (str) -> Iterator[Tuple[str, List[str]]]
    """Yield the path of each directory below ``top`` from which init reads, and the names of its files."""
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not is_skipped(name)]
        yield folder, files


def jobs_below(top):
    # type: (str) -> Set[str]
    """Return the names of the jobs that have a job file in a directory or below it."""
    return set(os.path.relpath(os.path.join(folder, name), top)[:-len(CONF)] for folder, files in walk(top)
               for name in files if name.endswith(CONF) and name != CONF)


def skipped_folder(name):
    # type: (str) -> Optional[str]
    """Return the first directory in the name of a job that init skips, or None."""
    for folder in name.split("/")[:-1]:
        if is_skipped(folder):
            return folder
    return None


def is_skipped(folder):
    # type: (str) -> bool
    """Return whether init skips a directory of this name."""
    return SKIPPED.match(folder) is not None
