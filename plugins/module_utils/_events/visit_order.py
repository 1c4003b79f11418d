# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which init walks through a hash table, such as that of its jobs."""

from __future__ import absolute_import, division, print_function

from .._text import encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, List  # noqa: F401

__metaclass__ = type

BINS = 17
FNV_OFFSET = 2166136261
FNV_PRIME = 16777619


def hash_bin(key):
    # type: (bytes) -> int
    """Return the number of a key's bin: a 32-bit FNV-1 hash of signed bytes, modulo the number of bins."""
    value = FNV_OFFSET
    for byte in bytearray(key):
        value = value * FNV_PRIME & 0xFFFFFFFF
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
    return value % BINS


def visit_order(names):
    # type: (Iterable[str]) -> List[str]
    """Return names in init's order: by bin, and within a bin in the order in which they were added."""
    return sorted(names, key=lambda name: hash_bin(encode(name)))
