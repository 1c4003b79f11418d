# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Descriptions of attributes that all modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and predict the changed status without modifying the host.
  diff_mode:
    description: Returns what has changed, or in C(check_mode) would change, when in diff mode.
  idempotent:
    description: Run twice in a row with the same arguments, outside check mode, the second run changes nothing.
  platform:
    description: Target operating system or init system that can be operated against.
    support: full
    platforms: Upstart 0.6.5 to 1.13.2
"""

    ACTIONGROUP_UPSTART = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/sysinit.upstart.upstart) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - sysinit.upstart.upstart
"""
