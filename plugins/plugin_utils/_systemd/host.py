# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All jobs of a host: their units, and which events are known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.expression import fold

from .distribution_table import replacing_unit
from .findings import TranslationOptions
from .instances import instance_form
from .jobs import HostJob
from .names import escape, event_stem, unit_stem, unit_stems

NOTHING = "none"
EMIT = re.compile(r"\bemit\b[^\n;|&]*")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
VARIABLE = re.compile(r"\b([A-Za-z_][A-Za-z0-9_]*)=")
EARLY_EVENTS = frozenset(["startup", "virtual-filesystems"])
EARLY_UNITS = frozenset([
    "local-fs.target", "sysinit.target", "systemd-udevd.service", "systemd-udev-trigger.service",
    "systemd-sysctl.service", "systemd-modules-load.service", "swap.target", "systemd-journal-flush.service",
])


class UpstartHost:
    """The jobs of a host by name, and the names of their units."""

    def __init__(self, jobs: Sequence[HostJob], options: TranslationOptions) -> None:
        self.options = options
        self.jobs = {job.name: job for job in jobs}
        readable = [job.name for job in jobs if job.error is None]
        replacing = {name: replacing_unit(name, options.distribution) for name in readable}
        self.replaced = {name: unit for name, unit in replacing.items() if unit}
        self.stems = unit_stems(name for name in readable if name not in self.replaced)
        self._unit_stems = frozenset(self.stems.values())
        self.early = self._early_jobs()
        self.event_variables = self._event_variables()

    def unit_of(self, job: str) -> str:
        """Return the unit of a job or its replacement, which may be NOTHING; a template for a job with instances."""
        if job in self.replaced:
            return self.replaced[job]
        if job in self.stems:
            mark = "@" if instance_form(self.jobs[job]).is_template else ""
            return f"{self.stems[job]}{mark}.service"
        return replacing_unit(job, self.options.distribution) or f"{unit_stem(job)}.service"

    def is_known(self, job: str) -> bool:
        """Return whether the new host has a unit for a job."""
        unit = replacing_unit(job, self.options.distribution) if job not in self.stems else ""
        return job in self.stems or unit not in (None, NOTHING)

    def event_unit(self, event: str, value: str | None = None) -> str:
        """Return the name of the unit that stands for an event, with a value for one with an argument."""
        stem = self.options.event_prefix + event_stem(event)
        while stem in self._unit_stems:  # a job has the same name
            stem = f"event-{stem}"
        return f"{stem}.service" if value is None else f"{stem}@{escape(value)}.service"

    def _event_variables(self) -> set[str]:
        """Return the variables that the events of this host carry, as far as its files name them."""
        names: set[str] = set()
        for job in self.jobs.values():
            if job.error is not None:
                continue
            names.update(job.values["export"])
            items = [*(job.values["start_on"] or []), *(job.values["stop_on"] or [])]
            names.update(name for item in items for argument in item.get("args", [])
                         for name, equals, _value in [argument.partition("=")] if equals)
            texts = [str(process["command"]) for process in job.values["process"].values()]
            names.update(name for text in texts for call in EMIT.findall(text) for name in VARIABLE.findall(call))
        return {name for name in (name.rstrip("!") for name in names) if NAME.fullmatch(name)}

    def _early_jobs(self) -> set[str]:
        """Return the jobs that must start before basic.target: they start early, or before an early unit."""
        early = {name for name in self.stems if any(leaf[0] in EARLY_EVENTS for leaf in self._start_leaves(name))
                 and not any(leaf[0] == "runlevel" for leaf in self._start_leaves(name))}
        while True:
            more = {name for name in self.stems if name not in early and any(
                event == "starting" and (job in early or self.unit_of(job) in EARLY_UNITS)
                for event, job in self._start_leaves(name))}
            if not more:
                return early
            early |= more

    def _start_leaves(self, name: str) -> list[tuple[str, str]]:
        leaves: list[tuple[str, str]] = []
        fold(self.jobs[name].values["start_on"], lambda item, _index: leaves.append(
            (item["event"], (item["args"] or [""])[0].rpartition("=")[2])), lambda *_operands: None)
        return leaves
