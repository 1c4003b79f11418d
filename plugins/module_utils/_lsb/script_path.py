# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the init script of a service."""

from __future__ import absolute_import, division, print_function

import os

from .._text import encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional  # noqa: F401

__metaclass__ = type

SCRIPTS = "/etc/init.d"
ADAPTER = "upstart-job"  # Debian's link for a job of Upstart


def find(name, script_dir=SCRIPTS):
    # type: (str, str) -> Optional[str]
    """Return the path of an init script by name, or None for no script or Debian's link for a job of Upstart."""
    if not name or "/" in name or "\0" in name or name in (".", ".."):
        return None
    path = os.path.join(script_dir, name)
    real = os.path.realpath(path if isinstance(path, str) else encode(path))
    if os.path.basename(real) == ADAPTER or (os.path.islink(path) and os.path.basename(os.readlink(path)) == ADAPTER):
        return None
    return path if os.path.isfile(real) and os.access(real, os.X_OK) else None
