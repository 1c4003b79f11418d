# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of distributions that replace jobs."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.distribution_table import (
    DISTRIBUTIONS,
    is_reserved,
    replacing_unit,
)


@pytest.mark.parametrize(("job", "distribution", "unit"), [
    ("ssh", "debian", "ssh.service"), ("ssh", "redhat", None), ("sshd", "redhat", "sshd.service"),
    ("ssh", "none", None), ("tty1", "debian", "getty@tty1.service"), ("ttyS0", "debian", "serial-getty@ttyS0.service"),
    ("udev", "redhat", "systemd-udevd.service"), ("ureadahead", "debian", "none"), ("web", "debian", None),
])
def test_replacing_unit(job: str, distribution: str, unit: str | None) -> None:
    assert distribution in DISTRIBUTIONS
    assert replacing_unit(job, distribution) == unit


def test_reserved_names() -> None:
    assert is_reserved("systemd-web") and is_reserved("rescue") and not is_reserved("web")
