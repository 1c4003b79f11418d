# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of this name; see plugin_utils/_check_mode/action.py."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.action import CheckModeAction


class ActionModule(CheckModeAction):
    """The action of upstart_event."""
