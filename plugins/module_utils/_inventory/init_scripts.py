# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init scripts with the name of a job that run at boot as well.

Most such scripts step aside. On Ubuntu they are links to upstart-job; others ask for Upstart themselves; and where
lsb-base has a hook of Upstart, those that read its init-functions end if a job of their name exists.
"""

from __future__ import absolute_import, division, print_function

import glob
import os
import re

from .._system import rc_links
from .._system.reading import read_bytes
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional  # noqa: F401
    from .._host.job_directory import JobFiles  # noqa: F401

__metaclass__ = type

UPSTART_JOB = "upstart-job"  # the program that Ubuntu links scripts to
KNOWS_UPSTART = re.compile(r"upstart|\binitctl\b", re.IGNORECASE)
READS_LSB_FUNCTIONS = re.compile(r"^[ \t]*(?:\.|source)[ \t]+/lib/lsb/init-functions\b", re.MULTILINE)
LSB_HOOKS = "/lib/lsb/init-functions.d/*upstart*"


def running_too(name, files, root="/"):
    # type: (str, JobFiles, str) -> Optional[str]
    """Return the path of the init script that starts the same service at boot as a job, or None.

    :param root: text, the folder that contains /etc and /lib.
    """
    if files.values is None or not files.values["start_on"] or "/" in name:
        return None
    path = os.path.join(root, "etc/init.d", name)
    if not os.path.lexists(path):
        return None
    if os.path.basename(os.path.realpath(path)) == UPSTART_JOB or not os.access(path, os.X_OK):
        return None
    if not rc_links.is_started(name, os.path.join(root, "etc")):
        return None
    try:
        text = decode(read_bytes(path))
    except (IOError, OSError):
        return None
    has_hook = bool(glob.glob(root.rstrip("/") + LSB_HOOKS))
    if KNOWS_UPSTART.search(_without_comments(text)) or (has_hook and READS_LSB_FUNCTIONS.search(text)):
        return None
    return path


def _without_comments(text):
    # type: (str) -> str
    return re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
