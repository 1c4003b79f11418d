# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the claims of upstart_job and upstart_event, and that check mode changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .evidence import FALSE_SUCCESS, LONG_AGO, Evidence, Finding
from .history import WRITES
from .truth import marker

Entry = dict[str, Any]


def file_entries(evidence: Evidence) -> list[Entry]:
    options = evidence.options
    return list(options["jobs"]) if "jobs" in options else [options]


def job_findings(evidence: Evidence) -> Iterator[Finding]:
    answered = {reported["name"]: reported for reported in evidence.result.get("jobs", [])}
    for entry in file_entries(evidence):
        name = entry["name"]
        since = evidence.last_act(name, only_files=True)
        for rule, detail in _wrong_files(evidence, entry, answered.get(name, {})):
            yield evidence.untrue(rule, name, detail, since)
        yield from _lost_update(evidence, entry)
        if name in evidence.still_known:
            yield evidence.untrue("absent, but init has the job", name, "after its stop", since)
    for probe in evidence.probes:
        files = evidence.after.files[probe.job]
        since = evidence.last_act(probe.job, only_files=True)
        if probe.error is not None and "Unknown" in probe.error:
            yield evidence.untrue("loaded, but init has lost the job", probe.job, probe.error, since)
        elif probe.version is not None and probe.version != files.version:
            yield evidence.untrue("loaded, but init has read another file", probe.job,
                                  f"a new process has V={probe.version}, the files say V={files.version}", since)


def _wrong_files(evidence: Evidence, entry: Entry, reported: Entry) -> Iterator[tuple[str, str]]:
    """Yield a rule and a detail for each claim that the files on disk contradict."""
    files = evidence.after.files[entry["name"]]
    text = files.override if entry.get("override") else files.conf
    if entry.get("state") == "absent":
        if text is not None and not reported.get("kept"):
            yield "absent, but the file exists", repr(text)
    elif text is None:
        yield "present, but the file is missing", ""
    elif "content" in entry:
        wanted = entry["content"].replace("@S", _scratch(text))
        if marker(text) != marker(wanted):
            yield "present, but the file says something else", f"V={marker(text)}, not V={marker(wanted)}"
        elif (reported.get("changed") or entry.get("exact")) and text.strip() != wanted.strip():
            yield "written, but the bytes differ", repr(text)
    elif entry.get("merge") and f"nice {entry['nice']}" not in text.splitlines():
        yield "merged, but the stanza is missing", repr(text)
    elif entry.get("manual") and "manual" not in text.splitlines():
        yield "manual, but the override does not say so", repr(text)


def _scratch(text: str) -> str:
    """Return the scratch folder named in a job file."""
    return next((line.partition("=")[2] for line in text.splitlines() if line.startswith("env CHAOS=")), "@S")


def _lost_update(evidence: Evidence, entry: Entry) -> Iterator[Finding]:
    if not entry.get("merge"):
        return
    name = entry["name"]
    acts = [done for done in evidence.acts_on(name)
            if done.begin > evidence.answer.began and done.on_file and not done.act.kind.startswith("override")]
    if acts and acts[-1].act.kind in WRITES and marker(evidence.after.files[name].conf) != acts[-1].act.version:
        yield evidence.untrue("a file that somebody wrote meanwhile is lost", name, f"V={acts[-1].act.version}",
                              acts[-1].end)


def event_findings(evidence: Evidence) -> Iterator[Finding]:
    if evidence.result.get("settled") is False:
        return
    for reported in evidence.result.get("jobs", []):
        name, instance, status = reported["name"], reported["instance"], reported.get("status")
        now = evidence.after.instances.get((name, instance))
        if status == "start/running" and not reported.get("failed") and not evidence.is_reported(name):
            if now is None or not now.up:
                yield evidence.untrue("the event's job is up, but it is not", name,
                                      f"{now.goal}/{now.state}" if now else "gone",
                                      evidence.since(name, instance, lambda step: step.up))
            elif evidence.history.job(name).kind != "abstract" and not now.main.alive:
                yield evidence.untrue("the event's job is up, but its process has ended", name, f"process {now.pid}",
                                      evidence.main_ended_since(name, instance, now))
        elif status == "stop/waiting" and now is not None and not evidence.is_reported(name):
            yield evidence.untrue("the event's job is stopped, but it still exists", name, f"{now.goal}/{now.state}",
                                  evidence.since(name, instance, lambda step: step.removed))


def check_mode_findings(evidence: Evidence) -> Iterator[Finding]:
    """Yield the changes of a call in check mode, if nothing else moved."""
    if not evidence.quiet:
        return
    for path in sorted(set(evidence.listing_before) | set(evidence.listing_after)):
        if evidence.listing_before.get(path) != evidence.listing_after.get(path):
            yield Finding(FALSE_SUCCESS, "check mode changed a file", path, "")
    for job in evidence.history.jobs:
        if job.steady and not evidence.relatives(job.name):
            pids = [{key: now.pid for key, now in snapshot.of_job(job.name).items()}
                    for snapshot in (evidence.before, evidence.after)]
            rested = all(now.up and now.main.alive for now in evidence.before.of_job(job.name).values())
            if rested and pids[0] != pids[1]:
                yield evidence.untrue("check mode changed a job", job.name, f"{pids[0]} to {pids[1]}", LONG_AGO)
