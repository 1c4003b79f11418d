# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A linter for Upstart job files. It needs Python 3.9, but no Ansible.

It runs from a checkout or from the installed collection, with the parser and the checks of the modules.
"""

from __future__ import annotations

from .collection import add_packages

add_packages()
