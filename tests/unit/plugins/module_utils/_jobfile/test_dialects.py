# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialect of job files travels with the release that reads them."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import dialects
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import dotted


def test_a_release_is_a_tuple() -> None:
    release = dialects.Release([1, 13, 2], "chromeos")
    assert release == (1, 13, 2)
    assert (1, 3) < release < (1, 14)
    assert dotted(release) == "1.13.2"


def test_the_dialect() -> None:
    assert dialects.dialect_of(dialects.Release((1, 2), "chromeos")) == "chromeos"
    assert dialects.dialect_of(dialects.Release((1, 2))) == "stock"
    assert dialects.dialect_of((1, 2)) == "stock"
