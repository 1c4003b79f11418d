# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a history: the findings about the answer of its call."""

from __future__ import annotations

from collections.abc import Iterator

from . import other_claims, service_claims
from .evidence import FALSE_FAILURE, HANG, OUTAGE, TRACEBACK, Evidence, Finding, asked_jobs
from .truth import Now

SERVICE, JOB, EVENT = "upstart_service", "upstart_job", "upstart_event"


def judge(evidence: Evidence) -> list[Finding]:
    answer = evidence.answer
    if answer.hung:
        return [Finding(HANG, "no answer", "", f"within {evidence.history.patience:.0f} s")]
    if answer.crashed:
        return [Finding(TRACEBACK, "no result", "", answer.output[-600:])]
    if evidence.history.call.check:
        return list(other_claims.check_mode_findings(evidence))
    findings = list(_outages(evidence))
    if answer.failed:
        findings += _false_failures(evidence)
    else:
        findings += list(claims(evidence))
    return findings


def claims(evidence: Evidence) -> Iterator[Finding]:
    """Yield the false claims of a successful module."""
    module = evidence.history.call.module
    if module == SERVICE:
        yield from service_claims.findings(evidence)
    elif module == JOB:
        yield from other_claims.job_findings(evidence)
    else:
        yield from other_claims.event_findings(evidence)


def _outages(evidence: Evidence) -> Iterator[Finding]:
    """Yield the services that ran before the call and that it stopped without reporting it."""
    inside = asked_jobs(evidence) if evidence.history.call.module == SERVICE else set()
    moved_by_event = {reported["name"] for reported in evidence.result.get("jobs", [])}
    for (name, instance), before in evidence.before.instances.items():
        if name not in {job.name for job in evidence.history.jobs} or not _ran(evidence, name, before):
            continue
        if evidence.was_ended_by_rival(name) or not _is_down(evidence, name, instance):
            continue
        where = evidence.settled.instances.get((name, instance))
        detail = f"{instance!r} is {f'{where.goal}/{where.state}' if where else 'gone'}"
        if name in inside:
            if evidence.answer.failed and _ours(evidence, name, instance):
                yield Finding(OUTAGE, "the call failed and left its own job down", name, detail)
        elif not (evidence.is_reported(name) or name in moved_by_event or _was_wanted(evidence, name)) and _caused(
                evidence, name):
            yield Finding(OUTAGE, "a service outside the call is down and not reported", name, detail)


def _ran(evidence: Evidence, name: str, before: Now) -> bool:
    return evidence.history.job(name).steady and before.up and before.main.alive


def _is_down(evidence: Evidence, name: str, instance: str) -> bool:
    """Return whether an instance is down at the time of the answer and some time later."""
    early, late = (snapshot.instances.get((name, instance)) for snapshot in (evidence.after, evidence.settled))
    if (early is not None and early.goal == "start") or (late is not None and late.goal == "start"):
        return False
    since = evidence.since(name, instance, lambda step: step.goal == "start")
    return since <= evidence.answer.decided - evidence.margin


def _was_wanted(evidence: Evidence, name: str) -> bool:
    """Return whether an event of the call may end a job, and the call does not claim to know the event's effects."""
    if evidence.history.call.module != EVENT or evidence.options["name"] not in evidence.relatives(name):
        return False
    return evidence.answer.failed or not evidence.options.get("wait", True) or evidence.result.get("settled") is False


def _caused(evidence: Evidence, name: str) -> bool:
    """Return whether only the call can have ended a service: it depends on no job that moves by itself."""
    if not all(now.up for now in evidence.before.instances.values()):
        return False  # a job that was already moving may have ended it
    inside = asked_jobs(evidence)
    relatives = [evidence.history.job(other) for other in evidence.relatives(name) if not other.startswith("ev")]
    return all(job.steady or job.name in inside for job in relatives)


def _ours(evidence: Evidence, name: str, instance: str) -> bool:
    """Return whether the call stopped a job that it should leave running and whose file is valid."""
    entries = [entry for entry in service_claims.asked(evidence) if entry["name"] == name
               and (entry.get("env") or {}).get("N", instance) == instance]
    survives = ("started", "restarted", "reloaded") if evidence.history.job(name).kind == "reloader" else (
        "started", "restarted")  # the signal ends other jobs
    wanted = all(entry["state"] in survives for entry in entries)
    moved = {job for (job, _instance), steps in evidence.timelines.items()
             if steps and steps[-1].time > evidence.answer.began}
    return bool(entries) and wanted and evidence.after.files[name].good and not (evidence.relatives(name) & moved)


def _false_failures(evidence: Evidence) -> list[Finding]:
    """Return a finding if the call failed although every job is as requested and nobody interfered."""
    if evidence.log or evidence.history.call.module != SERVICE:
        return []
    for entry in service_claims.asked(evidence):
        job = evidence.history.job(entry["name"])
        enabled = evidence.options.get("enabled")
        if enabled is not None and evidence.after.files[job.name].starts_by_itself != enabled:
            return []
        now = evidence.settled.instances.get((job.name, (entry.get("env") or {}).get("N", "")))
        if entry["state"] == "stopped":
            if evidence.settled.of_job(job.name):
                return []
        elif (now is None or not now.up or not now.main.alive or now.version != evidence.after.files[job.name].version
              or (entry["state"] != "started" and now.main.began < evidence.answer.began)):
            return []
    return [Finding(FALSE_FAILURE, "failed, but all is as asked", ",".join(sorted(asked_jobs(evidence))),
                    str(evidence.result.get("msg"))[:300])]
