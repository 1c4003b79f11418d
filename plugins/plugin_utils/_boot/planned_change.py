# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task in check mode would make of the next boot of a host."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from .profiles.probable import probable_profile, version_of

Info = Mapping[str, t.Any]
Change = Mapping[str, t.Any]  # the name of a job to its options, None for a job that is removed
BUDGET_SECONDS = 20.0  # of processor time for each of the two forecasts


def with_change(info: Info, change: Change) -> Info:
    """Return a result of upstart_info as it would be after a change."""
    jobs = [job for job in info["jobs"] if job["name"] not in change]
    jobs += [{"name": name, "stanzas": stanzas} for name, stanzas in change.items() if stanzas is not None]
    return {**info, "jobs": jobs}


def earlier_changes(records: Iterable[Mapping[str, t.Any]], conf_dir: str) -> list[Change]:
    """Return the changes of earlier tasks to the job files in a directory.

    A real change of a job in between has replaced the predictions about it.

    :param records: those of the journal, in the order of the tasks.
    """
    changes: list[Change] = []
    for record in records:
        if record.get("conf_dir") == conf_dir and "boot" in record:
            changes.append(record["boot"])
        elif "forget" in record:
            names = record["forget"]
            changes = [{name: change[name] for name in change if name not in names} for change in changes] \
                if names else []
    return changes


def boot_difference(info: Info, earlier: Iterable[Change], own: Change,
                    forecast: Callable[..., dict[str, t.Any]]) -> dict[str, t.Any]:
    """Return what a change makes of the next boot, in the form of ``difference`` of boot_forecast, with the profile.

    :param info: result of upstart_info with stanzas, as the host is.
    :param earlier: the changes that earlier tasks of the play would make.
    :param own: the change of the task.
    :param forecast: the filter boot_forecast. The caller loads it, because most tasks need none.
    """
    before = info
    for change in earlier:
        before = with_change(before, change)
    profile = probable_profile((job["name"] for job in info["jobs"]), version_of(info))
    after = with_change(before, own)
    return {"profile": profile, **forecast(after, profile, before=before, budget=BUDGET_SECONDS)["difference"]}


def losses(difference: Mapping[str, t.Any], own: Change) -> list[str]:
    """Return a sentence for each job that would no longer start, apart from those that the task removes or disables."""
    intended = {name for name, stanzas in own.items() if not (stanzas or {}).get("start_on")}
    lines = [f"job {name} will no longer start: {reason}" for name, reason in difference["no_longer"].items()
             if name not in intended]
    lines += [f"job {name} may no longer start: {reason}" for name, reason in difference["unsure"].items()
              if name not in intended]
    return [f"At the next boot, {line}{'' if line.endswith('?') else '.'}" for line in lines]
