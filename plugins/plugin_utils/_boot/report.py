# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forecast as data, and as lines for people."""

from __future__ import annotations

import typing as t

from .compare import BootDifference
from .forecast import NO, UNSURE, YES, BootForecast, JobForecast

Link = tuple[str, str]
MAX_EVENTS = 10  # in one sentence
NO_SENDERS = ("No job starts, because nothing here sends these events: {}. Add the job files of the distribution and "
              "set profile, or list the events in events (boot_check_events in the playbook boot_check).")


def forecast_as_dict(forecast: BootForecast, profile: str) -> dict[str, t.Any]:
    """Return a forecast as the filter returns it."""
    jobs = forecast.jobs.values()
    return {
        "profile": profile,
        "jobs": {name: _job(job) for name, job in forecast.jobs.items()},
        "order": list(forecast.order),
        "starts": [job.name for job in jobs if job.starts == YES],
        "never": [job.name for job in jobs if job.starts == NO],
        "unsure": [job.name for job in jobs if job.starts == UNSURE],
        "stopped_again": [job.name for job in jobs if job.stopped_again],
        "runlevel": forecast.runlevel,
        "runlevel_chain": _links(forecast.runlevel_chain),
        "holding": [{"event": item.event, "waits": item.waits, "jobs": item.jobs, "reasons": item.reasons}
                    for item in forecast.holding],
        "sure": forecast.sure,
        "reasons": forecast.reasons,
        "assumed": forecast.assumed,
        "notes": forecast.notes,
        "summary": summary_lines(forecast),
    }


def _job(job: JobForecast) -> dict[str, t.Any]:
    return {
        "starts": job.starts, "place": job.place, "because": job.because, "instances": job.instances,
        "state": job.state, "stopped_again": job.stopped_again, "stopped_by": job.stopped_by, "failed": job.failed,
        "missing": [leaf.as_dict() for leaf in job.missing],
        "root": job.root.as_dict() if job.root is not None else None,
        "chain": _links(job.chain), "reasons": job.reasons,
    }


def _links(chain: t.Iterable[Link]) -> list[dict[str, str]]:
    return [{"job": job, "because": because} for job, because in chain]


def summary_lines(forecast: BootForecast) -> list[str]:
    """Return lines for people: the counts, what holds the boot up, rejected files, and jobs that do not come up."""
    counts = {word: sum(job.starts == word for job in forecast.jobs.values()) for word in (YES, NO, UNSURE)}
    runlevel = f"runlevel {forecast.runlevel}" if forecast.runlevel is not None else "no runlevel"
    lines = [f"{counts[YES]} jobs start, {counts[NO]} do not, {counts[UNSURE]} are not sure; {runlevel}"]
    outside = _events_from_outside(forecast) if not counts[YES] + counts[UNSURE] else []
    lines += [NO_SENDERS.format(", ".join(outside))] if outside else []
    lines += [f"{item.waits} waits for the end of {item.event}: {'; '.join(item.reasons)}" for item in forecast.holding]
    lines += [f"Upstart rejects the file of job {name}: {error}" for name, error in forecast.rejected.items()]
    for job in forecast.jobs.values():
        if job.starts == NO:
            lines.append(f"{job.name} does not start: {'; '.join(job.reasons)}{_root_text(job)}")
        elif job.starts == UNSURE:
            lines.append(f"{job.name} is not sure to start: {'; '.join(job.reasons)}")
        elif job.stopped_again:
            lines.append(f"{job.name} starts and stops again{f', by {job.stopped_by}' if job.stopped_by else ''}")
    return lines


def _events_from_outside(forecast: BootForecast) -> list[str]:
    """Return the events that jobs wait for and that no job sends, the first ones if there are many."""
    events = {leaf.leaf for job in forecast.jobs.values() for leaf in job.missing
              if not leaf.senders and leaf.follows is None and not leaf.is_alternative}
    return sorted(events)[:MAX_EVENTS]


def _root_text(job: JobForecast) -> str:
    if job.root is None or job.root.job == job.name:
        return ""
    return f" (because {job.root.leaf} of job {job.root.job} never comes: {job.root.reason})"


def difference_as_dict(difference: BootDifference) -> dict[str, t.Any]:
    """Return a difference as the filter returns it."""
    return {
        "no_longer": difference.no_longer, "newly": difference.newly, "later": difference.later,
        "unsure": difference.unsure, "runlevel": list(difference.runlevel), "summary": difference.lines(),
    }
