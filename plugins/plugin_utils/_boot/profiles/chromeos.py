# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ChromeOS."""

from __future__ import annotations

from ..rows import Profile, ProfileRow

ROWS = (
    ProfileRow("session_manager", "login-prompt-visible", "session_manager of platform2: it emits the event when "
               "the browser shows the login screen", seconds=None),
)

CHROMEOS = Profile("chromeos", "ChromeOS", "1.13.2", ROWS, dialect="chromeos")
