# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which init walks through its hash tables: jobs, instances and files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

from . import collection


@lru_cache(maxsize=4096)
def hash_bin(key: str) -> int:
    """Return the number of a key's bin."""
    return collection.hash_bin(os.fsencode(key))


def hash_order(keys: Iterable[str]) -> list[str]:
    """Return the keys in init's order: by bin, and within a bin in the order in which they were added."""
    return sorted(keys, key=hash_bin)
