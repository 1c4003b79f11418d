# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The characters that make init run a command by a shell."""

from __future__ import absolute_import, division, print_function

import re

__metaclass__ = type

SHELL_CHARACTERS = re.compile(r"""[~`!$^&*()=|\\{}[\];"'<>?]""")
