# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialect of a host's job files: that of Upstart itself, or that of a fork with stanzas of its own.

A dialect belongs to the release that reads the files. Both travel together as a Release, so functions that take a
``version`` need no second parameter.
"""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, Tuple  # noqa: F401

    Numbers = tuple[int, ...]
else:
    Numbers = tuple

__metaclass__ = type

STOCK, CHROMEOS = "stock", "chromeos"
NAMES = (STOCK, CHROMEOS)


class Release(Numbers):
    """A release of Upstart as a tuple of ints, with the dialect of its job files. A plain tuple stands for stock.

    :ivar dialect: text, one of NAMES.
    """

    dialect = STOCK

    def __new__(cls, numbers, dialect=STOCK):
        # type: (Iterable[int], str) -> Release
        release = super(Release, cls).__new__(cls, numbers)
        release.dialect = dialect
        return release


def dialect_of(version):
    # type: (Tuple[int, ...]) -> str
    """Return the dialect of the job files that a release reads."""
    return getattr(version, "dialect", STOCK)
