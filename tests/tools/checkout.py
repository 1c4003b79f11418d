# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a checkout importable under its collection name, without installing it, as the emulator does."""

from __future__ import absolute_import, division, print_function

import os
import sys

__metaclass__ = type

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.append(os.path.join(os.path.dirname(TESTS), "roles", "emulator", "files"))

from collection_mount import COLLECTION, ROOT, mount  # noqa: F401  # pylint: disable=unused-import
