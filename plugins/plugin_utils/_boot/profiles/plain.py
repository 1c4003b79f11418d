# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine whose programs send nothing: only startup, and what job files say."""

from __future__ import annotations

from ..rows import Profile

PLAIN = Profile("plain", "only the event startup", "1.13.2")
