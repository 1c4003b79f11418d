# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a job file."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _promise

DIFFERS, UNKNOWN, REMAINS, UNREAD = (
    _promise.FILE_DIFFERS, _promise.JOB_UNKNOWN, _promise.JOB_REMAINS, _promise.FILE_UNREAD)


@pytest.mark.parametrize(("asked", "present", "is_known", "is_read", "faults"), [
    (b"a", b"a", True, True, []),
    (b"a", b"a", None, None, []),
    (b"a", b"a", True, None, []),
    (b"", b"", True, True, []),
    (b"a", b"b", True, True, [DIFFERS]),
    (b"a", None, True, True, [DIFFERS]),
    (b"", None, None, None, [DIFFERS]),
    (b"a", b"a", False, None, [UNKNOWN]),
    (b"a", b"a", False, False, [UNKNOWN]),
    (b"a", b"a", True, False, [UNREAD]),
    (b"a", b"a", None, False, [UNREAD]),
    (b"a", b"b", True, False, [DIFFERS, UNREAD]),
    (None, None, False, None, []),
    (None, None, None, None, []),
    (None, None, True, None, [REMAINS]),
    (None, b"a", True, True, [DIFFERS, REMAINS]),
    (None, b"", None, None, [DIFFERS]),
    (None, None, False, False, []),
])
def test_what_does_not_hold(asked: bytes | None, present: bytes | None, is_known: bool | None, is_read: bool | None,
                            faults: list[str]) -> None:
    assert _promise.file_faults(asked, present, is_known, is_read) == faults
