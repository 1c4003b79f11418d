# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that a person must decide about before the units are installed."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean

from .jobs import InputError

Finding = Mapping[str, t.Any]
SHADOWED = "shadowed-unit"


def open_findings(translation: Mapping[str, t.Any], acknowledged: Mapping[str, Sequence[str]],
                  vendor_units: Iterable[str] = ()) -> list[Finding]:
    """Return the impossible findings that are not acknowledged, and one for each unit that hides one of a package.

    :param translation: a result of to_systemd.
    :param acknowledged: codes of findings by job.
    :param vendor_units: the names of the units that packages of the new host have.
    :raises InputError: for a job or a code that does not exist.
    """
    vendor = set(vendor_units)
    findings = [*translation["findings"], *(_shadowed(job) for job in translation["jobs"] if job["unit"] in vendor)]
    codes: dict[str, set[str]] = {str(job["name"]): set() for job in translation["jobs"]}
    for finding in findings:
        codes.setdefault(str(finding["job"]), set()).add(str(finding["code"]))
    for name, acknowledged_codes in acknowledged.items():
        _ensure_known("job", name, codes)
        for code in acknowledged_codes:
            # The unit of a package may be gone, or not be installed yet.
            _ensure_known(f"finding of job {name}", code, codes[name] | {SHADOWED})
    return [finding for finding in findings if finding["verdict"] == "impossible"
            and finding["code"] not in acknowledged.get(finding["job"], ())]


def _shadowed(job: Mapping[str, t.Any]) -> Finding:
    return {"code": SHADOWED, "job": job["name"], "file": job["file"], "line": None, "subject": job["unit"],
            "verdict": "impossible",
            "message": f"A package of this host has a unit {job['unit']}. The unit of the job would hide it.",
            "remedy": "Leave the job out if the package's unit does its work."}


def _ensure_known(kind: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise InputError(f"there is no {kind} called {name}; "
                         + (did_you_mean(name, names) or f"there are {', '.join(sorted(names)) or 'none'}"))
