# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All profiles by name."""

from __future__ import annotations

from .chromeos import CHROMEOS
from .enterprise_linux import ENTERPRISE_LINUX_6
from .plain import PLAIN
from .ubuntu import UBUNTU_1204, UBUNTU_1404, UBUNTU_CONTAINER

PROFILES = {profile.name: profile for profile in (
    PLAIN, UBUNTU_1204, UBUNTU_1404, UBUNTU_CONTAINER, ENTERPRISE_LINUX_6, CHROMEOS)}
