# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Red Hat Enterprise Linux 6, CentOS 6 and Amazon Linux 1."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import STARTS

from ..rows import DEVICE, TERMINAL, Profile, ProfileRow

ROWS = (
    ProfileRow("rc.sysinit", "{event}", "console_check(8), run by udev, of the package initscripts", ("{variables}",),
               per=DEVICE, jobs=("rcS",)),
    ProfileRow("telinit", "runlevel", "rcS.conf and telinit(8) of the package initscripts",
               ("RUNLEVEL={runlevel}", "PREVLEVEL=N"), jobs=("rcS", "rcS-sulogin")),
    ProfileRow("initctl", "tty", "start-ttys.conf of the package initscripts", ("TTY={path}",), verb=STARTS,
               arguments=("start", "tty"), jobs=("start-ttys",), per=TERMINAL, waits=True),
)

ENTERPRISE_LINUX_6 = Profile(
    "enterprise_linux_6", "Enterprise Linux 6", "0.6.5", ROWS, runlevel="3",
    terminals=tuple(f"/dev/tty{number}" for number in range(1, 7)))
