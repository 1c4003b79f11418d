# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the claims of upstart_service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .evidence import LONG_AGO, Evidence, Finding
from .truth import Now, marker

CLOCK_SECONDS = 0.03  # maximum error of the kernel's start times
Entry = dict[str, Any]


def asked(evidence: Evidence) -> list[Entry]:
    """Return the entries of the call with name, state and env."""
    options = evidence.options
    if "jobs" in options:
        return [{"state": options.get("state"), **entry} for entry in options["jobs"]]
    names = options["name"] if isinstance(options["name"], list) else [options["name"]]
    return [{"name": name, "state": options.get("state"), "env": options.get("env")} for name in names]


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Yield the false claims of a successful answer."""
    answered = evidence.result.get("instances", [])
    for entry in asked(evidence):
        name, env = entry["name"], entry.get("env") or {}
        mine = [reported for reported in answered
                if reported["name"] == name and ("N" not in env or reported["instance"] == env["N"])]
        yield from _entry(evidence, entry, mine)
    if evidence.options.get("enabled") is not None:
        for entry in asked(evidence):
            yield from _enabled(evidence, entry["name"], evidence.options["enabled"])


def _entry(evidence: Evidence, entry: Entry, answered: list[Entry]) -> Iterator[Finding]:
    name, state = entry["name"], entry["state"]
    if state == "stopped":
        for instance, now in evidence.after.of_job(name).items():
            if (entry.get("env") or {}).get("N", instance) == instance:
                yield evidence.untrue("stopped, but it still exists", name, f"{instance!r} is {now.goal}/{now.state}",
                                      evidence.since(name, instance, lambda step: step.removed))
        return
    if state is None:
        return
    if evidence.history.job(name).kind == "task":
        yield from _task(evidence, name, answered)
        return
    for reported in answered:
        problems = list(_up(evidence, reported))
        yield from problems
        running = evidence.after.instances.get((name, reported["instance"]))
        if running is None or problems:
            continue
        yield from _definition(evidence, reported, running)
        yield from _variables(evidence, entry, reported, running)
        if state == "restarted":
            yield from _restarted(evidence, name, reported["instance"], running)
        elif state == "reloaded":
            yield from _reloaded(evidence, name, running)
    if state in ("restarted", "reloaded") and "N" not in (entry.get("env") or {}):
        yield from _left_out(evidence, name, state, {reported["instance"] for reported in answered})


def _up(evidence: Evidence, reported: Entry) -> Iterator[Finding]:
    name, instance = reported["name"], reported["instance"]
    now = evidence.after.instances.get((name, instance))
    if now is None or not now.up:
        truth = f"{now.goal}/{now.state}" if now else "gone"
        yield evidence.untrue("up, but it is not", name, f"{instance!r} is {truth}, reported {reported.get('status')}",
                              evidence.since(name, instance, lambda step: step.up))
        return
    if evidence.history.job(name).kind == "abstract":
        return
    if not now.main.alive:
        yield evidence.untrue("up, but its main process has ended", name,
                              f"process {now.pid} is in state {now.main.state!r}",
                              evidence.main_ended_since(name, instance, now))
    elif now.main.state in "Tt" and not evidence.is_reported(name):
        yield evidence.untrue("up, but its main process is stopped", name, f"process {now.pid}",
                              evidence.last_act(name))


def _definition(evidence: Evidence, reported: Entry, now: Now) -> Iterator[Finding]:
    name = reported["name"]
    if not now.main.pid or evidence.is_reported(name) or reported.get("stale") in (True, None):
        return
    wanted = evidence.after.files[name].version
    if now.version != wanted:
        since = evidence.last_act(name, only_files=True)
        if reported.get("processes", {}).get("main") != now.pid:  # not the process that the module saw
            since = max(since, now.main.began)
        during = " (its file changed during the call)" if since > evidence.answer.began else ""
        yield evidence.untrue(f"reported as current, but the definition is old{during}", name,
                              f"it runs V={now.version}, its files say V={wanted}", since)


def _variables(evidence: Evidence, entry: Entry, reported: Entry, now: Now) -> Iterator[Finding]:
    wanted = (entry.get("env") or {}).get("E")
    name = reported["name"]
    if wanted is None or reported.get("env_differs") != [] or evidence.is_reported(name) or not now.main.pid:
        return
    if now.main.environment.get("E") != wanted:
        detail = f"E is {now.main.environment.get('E')!r}, not {wanted!r}"
        yield evidence.untrue("reported with its variables, but they differ", name, detail,
                              evidence.last_act(name))


def _restarted(evidence: Evidence, name: str, instance: str, now: Now) -> Iterator[Finding]:
    if now.main.pid and now.main.began < evidence.answer.began - CLOCK_SECONDS:
        yield evidence.untrue("restarted, but it is the old process", name,
                              f"{instance!r}: process {now.pid} began before the call", LONG_AGO)


def _reloaded(evidence: Evidence, name: str, now: Now) -> Iterator[Finding]:
    job = evidence.history.job(name)
    if job.kind != "reloader" or now.main.began > evidence.answer.began - CLOCK_SECONDS:
        return
    came = f"hup.{job.file_name}"
    if len(evidence.settled.lines.get(came, [])) <= len(evidence.before.lines.get(came, [])):
        if not (now.main.state in "Tt" and evidence.is_reported(name)):
            yield evidence.untrue("reloaded, but no signal came", name, f"process {now.pid}", LONG_AGO)


def _left_out(evidence: Evidence, name: str, state: str, answered: set[str]) -> Iterator[Finding]:
    for instance, now in evidence.after.of_job(name).items():
        old = now.main.pid and now.main.began < evidence.answer.began - CLOCK_SECONDS
        if old and instance not in answered:
            yield evidence.untrue(f"{state}, but an instance was left out", name, repr(instance), LONG_AGO)


def _task(evidence: Evidence, name: str, answered: list[Entry]) -> Iterator[Finding]:
    """Check that a task reported as done has run to its end since the call began, with the definition reported."""
    file = f"run.{evidence.history.job(name).file_name}"
    lines = evidence.after.lines.get(file, [])[len(evidence.before.lines.get(file, [])):]
    ends = [line for line in lines if line.startswith("end ")]
    if not ends:
        yield evidence.untrue("a task is reported as done, but did not end", name, f"it wrote {lines}", LONG_AGO)
        return
    wanted, latest = evidence.after.files[name].version, int(ends[-1].split()[1])
    reported_current = all(reported.get("stale") is False for reported in answered)
    starts = [step.time for step in evidence.timelines.get((name, ""), []) if step.state == "starting"]
    changed_later = evidence.last_act(name, only_files=True) > max(starts, default=LONG_AGO)
    if latest != wanted and reported_current and not changed_later and not evidence.is_reported(name):
        yield evidence.untrue("a task ran by an old definition", name, f"V={latest}, its files say V={wanted}",
                              evidence.last_act(name, only_files=True))


def _enabled(evidence: Evidence, name: str, wanted: bool) -> Iterator[Finding]:
    files = evidence.after.files[name]
    since = evidence.last_act(name, only_files=True)
    if files.good and files.starts_by_itself != wanted and not evidence.is_reported(name):
        yield evidence.untrue("enabled differs from the files", name, f"wanted {wanted}", since)
    elif files.good and not evidence.settled.of_job(name) and not evidence.is_reported(name):
        if evidence.settled.known.get(name) is not files.starts_by_itself:
            yield evidence.untrue("enabled differs from what init has read", name,
                                  f"init: {evidence.settled.known.get(name)}", since)
    writes = [entry for entry in evidence.acts_on(name)
              if entry.begin > evidence.answer.began and entry.act.kind in ("override", "override_link",
                                                                            "override_remove")]
    if writes and writes[-1].act.kind != "override_remove" and marker(files.override) != writes[-1].act.version:
        yield evidence.untrue("an override that somebody wrote meanwhile is lost", name,
                              f"V={writes[-1].act.version}", writes[-1].end)
