# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guess the profile of a host by its jobs."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterable, Sequence

UNKNOWN_VERSION = "0"  # in a result of upstart_info
PLAIN = "plain"
# The jobs by which a family is known, and the releases of Upstart that it has; the first match counts. No release
# matches "", so the last row of a family is that for an unknown release.
MARKS: tuple[tuple[str, Collection[str], str], ...] = (
    ("ubuntu_12_04", ("mountall", "rc-sysinit"), r"1\.[3-5](\.|$)"),
    ("ubuntu_14_04", ("mountall", "rc-sysinit"), r"1\.|$"),
    ("enterprise_linux_6", ("rcS", "rc"), r"0\.6\.|$"),
    ("chromeos", ("boot-services", "system-services"), r"1\.|$"),
)


def probable_profile(names: Iterable[str], version: str | None) -> str:
    """Return the name of the profile of a host; plain if its jobs are those of no known family.

    :param names: the names of its jobs.
    :param version: its release of Upstart, or None if that is unknown.
    """
    known = set(names)
    return next((profile for profile, marks, release in MARKS
                 if known.issuperset(marks) and re.match(release, version or "")), PLAIN)


def version_of(source: t.Any) -> str | None:
    """Return the release of Upstart that a result of upstart_info names, or None if it does not know it."""
    if isinstance(source, t.Mapping) and isinstance(source.get("jobs"), Sequence):
        version = source.get("version")
        return version if isinstance(version, str) and version not in ("", UNKNOWN_VERSION) else None
    return None
