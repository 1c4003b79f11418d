# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of units that not every systemd has, and what replaces them."""

from __future__ import annotations

from dataclasses import dataclass

from .rows import Verdict

OLDEST = 229
NEWEST = 259


@dataclass(frozen=True)
class Directive:
    """A setting, the first systemd that has it, and what an older one gets instead."""

    name: str
    since: int
    instead: str
    verdict: Verdict
    change: str


DIRECTIVES = (
    Directive("StartLimitIntervalSec=", 230, "StartLimitInterval= in [Service]", "exact", ""),
    Directive("MemoryMax=", 231, "MemoryLimit=", "near", "The limit is that of cgroup version 1."),
    Directive("CPUWeight=", 232, "CPUShares=", "near", "The shares are those of cgroup version 1."),
    Directive("ExecStartPre=+", 231, "the prefix is left out", "approximate", "The command runs as the job's user."),
    Directive("ExecStart= without a path", 239, "/bin/sh -c exec", "near", "A shell starts the program."),
    Directive("Type=exec", 240, "Type=simple", "near", "A missing program is no failure of the start."),
    Directive("StandardOutput=append:", 240, "the journal", "approximate",
              "The output goes to the journal, not to a file."),
    Directive("ExecCondition=", 243, "ExecStartPre=", "approximate",
              "The unit fails where Upstart stops the job without a failure."),
    Directive("ExecCondition= for started", 243, "Requisite=", "approximate",
              "The unit also stops and restarts when the other one does, and its start fails without it."),
    Directive("AllowedCPUs=", 244, "CPUAffinity=", "near", "The program can change the set of processors."),
    Directive("Restart=on-failure of Type=oneshot", 244, "no restart", "impossible", "The task is not retried."),
    Directive("StopPropagatedFrom=", 249, "PartOf=", "approximate", "The unit does not stop if the other one crashes."),
    Directive("OnSuccess=", 249, "ExecStopPost= with systemctl start", "approximate",
              "The start is requested while the unit is still stopping."),
)
BY_NAME: dict[str, Directive] = {directive.name: directive for directive in DIRECTIVES}


class SystemdRelease:
    """The systemd of the new host; it knows the settings that it lacks."""

    def __init__(self, version: int) -> None:
        self.version = version

    def has(self, name: str) -> bool:
        """Return whether this systemd has a setting of the table."""
        return self.version >= BY_NAME[name].since

    def missing(self, name: str) -> Directive | None:
        """Return the row of a setting that this systemd lacks, or None if it has it."""
        return None if self.has(name) else BY_NAME[name]

    def start_limit_interval(self) -> tuple[str, str]:
        """Return the section and the name of the interval of the start limit."""
        if self.has("StartLimitIntervalSec="):
            return "Unit", "StartLimitIntervalSec"
        return "Service", "StartLimitInterval"

    def start_limit_burst(self) -> tuple[str, str]:
        """Return the section and the name of the number of starts in the interval."""
        return self.start_limit_interval()[0], "StartLimitBurst"
