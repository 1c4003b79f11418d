# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One finding for each stanza of a job, and for what every job has without a stanza."""

from __future__ import annotations

import re

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import APPEND
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import BY_NAME as STANZAS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import SHELL_CHARACTERS

from .directive_table import BY_NAME as DIRECTIVES
from .findings import FindingList, TranslationOptions
from .instances import InstanceForm
from .jobs import NOT_UTF_8, HostJob, StanzaPlace
from .processes import ProcessTranslator
from .settings import (
    USER_NAME,
    VARIABLE_NAME,
    cgroup_setting,
    directory_is_valid,
    limit_is_valid,
    missing_cgroup_directive,
    service_type,
    signal_is_valid,
)
from .stanza_table import STANZA_CODES

# Stanzas of which a file has one for each detail, such as the name of a variable.
BY_DETAIL = ("env", "limit")
CONSOLE_CODES = {"none": "console-none", "log": "console-log"}
EXPECT_CODES = {"none": "expect-none", "stop": "expect-stop"}


def add_stanza_findings(job: HostJob, findings: FindingList, options: TranslationOptions, form: InstanceForm,
                        readers: dict[str, list[str]]) -> None:
    """Add the findings of all stanzas of a job.

    :param readers: for each exported variable, the jobs that read it.
    """
    last = {_subject_key(place): place for place in job.places}
    for place in job.places:
        shown = " ".join(place.text.split("\n", 1)[0].split())
        if last[_subject_key(place)] is not place and STANZAS[place.name].repeat != APPEND:
            findings.add("overruled", shown, place)
            continue
        if NOT_UTF_8 in place.text:
            findings.add("not-utf-8", shown, place)
        code = _code(job, place, options, form)
        more = _export_readers(place, readers) if code == "export" else ""
        findings.add(code, shown, place, more=more)
        _add_missing(job, place, code, findings, options)
    _add_defaults(job, findings, options)


def _subject_key(place: StanzaPlace) -> tuple[str, str | None]:
    name = place.name
    if name == "manual":
        name = "start on"
    elif STANZAS[name].kind in ("exec", "script"):
        name = str(STANZAS[name].process)
    elif name == "oom score":
        name = "oom"
    return name, place.detail if place.name in BY_DETAIL else None


def _code(job: HostJob, place: StanzaPlace, options: TranslationOptions, form: InstanceForm) -> str:
    """Return the row that applies to a stanza."""
    values, name = job.values, place.name
    codes = STANZA_CODES[name]
    if name.startswith("pre-start") and "main" not in values["process"]:
        return "no-main"
    if name.startswith("pre-start"):
        return "pre-start-stop" if ProcessTranslator.stops_itself(values) else "pre-start"
    if name.startswith("post-start") and values["task"]:
        return "post-start-task"
    if name == "exec":
        return "exec-shell" if SHELL_CHARACTERS.search(str(values["process"]["main"]["command"])) else "exec"
    if name == "respawn":
        return "task-respawn" if service_type(values) == "oneshot" else "respawn"
    if name == "instance":
        return form.code or "instance-fixed"
    if name == "env":
        entries = [entry for entry in values["env"] if entry.partition("=")[0] == place.detail]
        if not VARIABLE_NAME.fullmatch(place.detail or ""):
            return "env-refused"
        return "env" if entries and "=" in entries[-1] else "env-from-init"
    if name == "limit":
        return "limit" if limit_is_valid(str(place.detail), values["limits"][place.detail]) else "limit-refused"
    if name in ("setuid", "setgid"):
        return "setuid" if USER_NAME.fullmatch(str(values[name])) else "user-refused"
    if name in ("kill signal", "reload signal"):
        return codes[0] if signal_is_valid(values[name.replace(" ", "_")]) else "signal-refused"
    if name in ("chdir", "chroot"):
        return name if directory_is_valid(str(values[name])) else "relative-path"
    if name == "console":
        return CONSOLE_CODES.get(values["console"], "console-output")
    if name == "expect":
        if values["task"] and values["expect"] != "none":
            return "expect-task"
        return EXPECT_CODES.get(values["expect"], "expect-fork")
    if name == "cgroup":
        index = [other for other in job.places if other.name == "cgroup"].index(place)
        return "cgroup" if cgroup_setting(values["cgroup"][index], options.release) else "cgroup-other"
    return codes[0]


def _export_readers(place: StanzaPlace, readers: dict[str, list[str]]) -> str:
    jobs = sorted({job for name in place.text.split()[1:] for job in readers.get(name, [])})
    return f"These jobs read it: {', '.join(jobs)}." if jobs else "No other job reads it."


def _add_missing(job: HostJob, place: StanzaPlace, code: str, findings: FindingList,
                 options: TranslationOptions) -> None:
    """Add a finding if the chosen systemd lacks what the stanza becomes."""
    names: list[str | None] = []
    if code == "task-respawn":
        names.append("Restart=on-failure of Type=oneshot")
    elif code == "pre-start-stop":
        names.append("ExecCondition=")
    elif code == "respawn-limit":
        names.append("StartLimitIntervalSec=")
    elif code in ("tmpfiles", "apparmor-load"):
        names.append("ExecStartPre=+")
    elif code == "cgroup":
        names += [missing_cgroup_directive(group, options.release) for group in job.values["cgroup"]]
    for name in names:
        if name is not None and not options.release.has(name):
            findings.add_missing(DIRECTIVES[name], place)


def _add_defaults(job: HostJob, findings: FindingList, options: TranslationOptions) -> None:
    """Add the findings about what every job has, whatever its file says."""
    names = {place.name for place in job.places}
    findings.add("base-environment", "the environment")
    if "main" in job.values["process"]:
        findings.add("process-group", "the processes that a stop ends")
        if service_type(job.values) == "exec":
            findings.add_missing(options.release.missing("Type=exec"))
    elif not any(name.startswith("pre-start") for name in names):
        findings.add("no-main", "no exec and no script")
    if (job.values["console"] or "log") == "log":
        if "console" not in names:
            findings.add("console-log", "the default console log")
        if options.log == "files":
            findings.add_missing(options.release.missing("StandardOutput=append:"))
    if "kill timeout" not in names:
        findings.add("kill-timeout", "the default kill timeout 5")
    if job.values["respawn"] and "respawn limit" not in names:
        findings.add("respawn-limit", "the default respawn limit 10 5")


def readers_of_exports(jobs: list[HostJob]) -> dict[str, list[str]]:
    """Return for each exported variable the other jobs whose commands, scripts or instances read it."""
    readers: dict[str, list[str]] = {}
    exports = {name: job.name for job in jobs for name in job.values.get("export", [])}
    for name, owner in exports.items():
        pattern = re.compile(rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\b)")
        for job in jobs:
            if job.name == owner or job.error is not None:
                continue
            texts = [str(process["command"]) for process in job.values["process"].values() if process["command"]]
            if any(pattern.search(text) for text in [*texts, str(job.values["instance"] or "")]):
                readers.setdefault(name, []).append(job.name)
    return readers
