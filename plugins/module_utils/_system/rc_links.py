# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links by which init scripts run at boot: ``S??NAME`` in the folder of a runlevel starts a script."""

from __future__ import absolute_import, division, print_function

import os
import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Tuple  # noqa: F401

__metaclass__ = type

ROOT = "/etc"
LEVELS = u"2345S"  # S: scripts that Debian runs once, before the first runlevel
LINK = re.compile(u"^([SK])([0-9][0-9])(.+)$")


def is_started(name, rc_root=ROOT):
    # type: (str, str) -> bool
    """Return whether a script has a start link in one of the runlevels 2 to 5 or S."""
    return any(kind == "S" for kind, _number, _path in links(name, rc_root))


def links(name, rc_root):
    # type: (str, str) -> List[Tuple[str, int, str]]
    """Return the links of a script as (S or K, number, path). Broken links do not count."""
    links = []
    for level in LEVELS:
        folders = [os.path.join(rc_root, "rc%s.d" % level), os.path.join(rc_root, "rc.d", "rc%s.d" % level)]
        folder = next((path for path in folders if os.path.isdir(path)), None)
        for entry in sorted(os.listdir(folder)) if folder else []:
            link = LINK.match(entry)
            if link and link.group(3) == name and os.path.exists(os.path.join(folder, entry)):  # type: ignore[arg-type]
                links.append((link.group(1), int(link.group(2)), os.path.join(folder, entry)))  # type: ignore[arg-type]
    return links
