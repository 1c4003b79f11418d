# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the forecasts of two boots, before and after a change."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .forecast import NO, UNSURE, YES, BootForecast


@dataclass(frozen=True)
class BootDifference:
    """What a change makes of a boot.

    :ivar no_longer: the jobs that started and will not, with the reason.
    :ivar newly: the jobs that did not start and will.
    :ivar later: the jobs that will wait for more jobs than before, with the last of their chain.
    :ivar unsure: the jobs that started for sure and may not.
    :ivar runlevel: the runlevel before and after.
    """

    no_longer: dict[str, str]
    newly: list[str]
    later: dict[str, str]
    unsure: dict[str, str]
    runlevel: tuple[str | None, str | None]

    def lines(self) -> list[str]:
        """Return lines for people."""
        lines = [f"{name} no longer starts: {reason}" for name, reason in self.no_longer.items()]
        lines += [f"{name} may no longer start: {reason}" for name, reason in self.unsure.items()]
        lines += [f"{name} starts later: {reason}" for name, reason in self.later.items()]
        lines += [f"{name} starts now" for name in self.newly]
        if self.runlevel[0] != self.runlevel[1]:
            before, after = (level or "none" for level in self.runlevel)
            lines.append(f"the runlevel was {before} and will be {after}")
        return lines


def compare_boots(before: BootForecast, after: BootForecast) -> BootDifference:
    """Return what changes from one forecast to another."""
    return BootDifference(
        no_longer={name: _reason(after, name) for name, job in before.jobs.items()
                   if job.starts == YES and _starts(after, name) == NO},
        newly=[name for name, job in after.jobs.items() if job.starts == YES and _starts(before, name) != YES],
        later=_later(before, after),
        unsure={name: _reason(after, name) for name, job in before.jobs.items()
                if job.starts == YES and _starts(after, name) == UNSURE},
        runlevel=(before.runlevel, after.runlevel))


def _starts(forecast: BootForecast, name: str) -> str:
    job = forecast.jobs.get(name)
    return job.starts if job is not None else NO


def _reason(forecast: BootForecast, name: str, no_job: str = "the job is gone") -> str:
    if name in forecast.rejected:
        return f"Upstart rejects its file: {forecast.rejected[name]}"
    if name not in forecast.jobs:
        return no_job
    return "; ".join(forecast.jobs[name].reasons) or "unknown"


def _later(before: BootForecast, after: BootForecast) -> dict[str, str]:
    """Return the jobs whose critical chain has become longer.

    The length of a chain does not depend on how fast a machine is.
    """
    later: dict[str, str] = {}
    for name, job in after.jobs.items():
        earlier = before.jobs.get(name)
        if earlier is None or job.starts != YES or earlier.starts != YES or len(job.chain) <= len(earlier.chain):
            continue
        added = [link for link, _because in job.chain if link not in {other for other, _because in earlier.chain}]
        later[name] = f"because of {job.because}" + (f", after {', '.join(added)}" if added else "")
    return later


def missing_jobs(names: t.Iterable[str], forecast: BootForecast) -> dict[str, str]:
    """Return the named jobs that do not start for sure, with the reason."""
    return {name: _reason(forecast, name, "there is no such job") for name in names if _starts(forecast, name) != YES}
