# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python3 -m upstart_check FILE..."""

import sys

from upstart_check.cli import main

if __name__ == "__main__":
    sys.exit(main())
