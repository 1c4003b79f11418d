# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The translation of all jobs of a host: the files, links and findings."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .conditions import ConditionTranslator, Dependencies, add_files
from .events import EventUnits
from .findings import FindingList, TranslationFinding, TranslationOptions
from .host import NOTHING, UpstartHost
from .instances import instance_form
from .jobs import HostJob, Values
from .ordering import Ordering, order_settings
from .processes import ProcessTranslator
from .scripts import ScriptTranslator
from .settings import add_settings
from .stanza_findings import add_stanza_findings, readers_of_exports
from .units import INSTALL, UNIT, UnitFile, comment, drop_in, specifier_safe


@dataclass
class TranslatedJob:
    """What becomes of one job.

    :ivar unit: its unit, or None if it is not translated.
    :ivar replaced_by: the unit of the distribution that replaces it, NOTHING if none has to, or None.
    :ivar files: the paths of its files; a drop-in for a unit of another job is one of them.
    :ivar links: the paths of its links.
    """

    file: str
    unit: str | None = None
    replaced_by: str | None = None
    files: dict[str, None] = field(default_factory=dict)
    links: dict[str, None] = field(default_factory=dict)


@dataclass
class Translation:
    """The result: files by path, links by path with their targets, and findings in the order of jobs and lines."""

    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    findings: list[TranslationFinding] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, TranslatedJob] = field(default_factory=dict)


@dataclass
class _JobUnit:
    """A job, its unit, and what its conditions give."""

    job: HostJob
    unit: UnitFile
    dependencies: Dependencies
    findings: FindingList


class HostTranslator:
    """Translates the jobs of one host."""

    def __init__(self, jobs: t.Sequence[HostJob], options: TranslationOptions) -> None:
        self._options = options
        self._host = UpstartHost(jobs, options)
        self._events = EventUnits(self._host)
        self._readers = readers_of_exports([job for job in jobs if job.error is None])
        self._result = Translation(jobs={job.name: TranslatedJob(job.file) for job in jobs})
        self._additions: dict[str, list[tuple[str, str, str]]] = {}
        self._lists = {job.name: FindingList(job) for job in jobs}

    def translate(self) -> Translation:
        """Return the translation of all jobs."""
        translated = [self._with_conditions(self._host.jobs[name]) for name in sorted(self._host.stems)]
        by_unit = {self._host.unit_of(job_unit.job.name): job_unit for job_unit in translated}
        self._order(translated)
        for job_unit in translated:
            self._add_to_others(job_unit, by_unit)
        for job_unit in translated:
            self._finish(job_unit)
        add_files(self._result.files, self._events.files())
        for job in self._host.jobs.values():
            self._add_untranslated(job)
        return self._sorted()

    def _with_conditions(self, job: HostJob) -> _JobUnit:
        findings = self._lists[job.name]
        form = instance_form(job)
        unit = self._head(job, job.values)
        dependencies = ConditionTranslator(self._host, job, self._events, findings).translate(job.values)
        for section, key, value in dependencies.settings:
            unit.add(section, key, value)
        add_stanza_findings(job, findings, self._options, form, self._readers)
        if self._host.stems[job.name] != job.name and self._host.stems[job.name].startswith("upstart-"):
            findings.add("reserved", job.name)
        return _JobUnit(job, unit, dependencies, findings)

    def _order(self, translated: list[_JobUnit]) -> None:
        """Add the order of stops where the order of starts allows it, and report cycles."""
        ordering = Ordering()
        for job_unit in translated:
            for key, other in order_settings(job_unit.dependencies.settings):
                ordering.add(self._host.unit_of(job_unit.job.name), key, other)
        for job_unit in translated:
            name = self._host.unit_of(job_unit.job.name)
            cycle = ordering.cycle_of(name)
            if cycle:
                job_unit.findings.add("order-cycle", "start on", more=f"In the cycle: {', '.join(cycle)}.")
            for key, other in job_unit.dependencies.stop_order:
                if ordering.would_cycle(name, key, other):
                    job_unit.findings.add("stop-order", f"{key}={other}")
                else:
                    ordering.add(name, key, other)
                    job_unit.unit.add(UNIT, key, other)
                    self._additions.setdefault(job_unit.job.name, []).append((UNIT, key, other))

    def _head(self, job: HostJob, values: Values) -> UnitFile:
        unit = UnitFile()
        unit.comments += [comment(f"Job: {job.file}")]
        for key in ("author", "version", "usage"):
            if values[key]:
                unit.comments.append(comment(f"{key}: {values[key]}"))
        if values["emits"]:
            unit.comments.append(comment(f"emits: {' '.join(values['emits'])}"))
        unit.add(UNIT, "Description", specifier_safe(values["description"] or job.name))
        return unit

    def _add_to_others(self, job_unit: _JobUnit, by_unit: dict[str, _JobUnit]) -> None:
        """Add the settings that belong into other units; a drop-in for a unit that is not translated."""
        for name, key, value in job_unit.dependencies.others:
            section = "Service" if key.startswith("Exec") else UNIT
            template = f"{name.partition('@')[0]}@.service" if "@" in name else name
            other = by_unit.get(name) or by_unit.get(template)
            if other is not None:
                other.unit.add(section, key, value)
                self._additions.setdefault(other.job.name, []).append((section, key, value))
                continue
            stem = self._host.stems[job_unit.job.name]
            path = f"{self._options.unit_dir}/{name}.d/upstart-{stem}.conf"
            self._result.jobs[job_unit.job.name].files[path] = None
            text = self._result.files.get(path, "")
            line = f"[{section}]\n{key}={value}\n"
            self._result.files[path] = text + line if line not in text else text

    def _finish(self, job_unit: _JobUnit) -> None:
        """Write the unit of a job, its drop-in, scripts and links."""
        job, findings = job_unit.job, job_unit.findings
        stem, name = self._host.stems[job.name], self._host.unit_of(job.name)
        form = instance_form(job)
        scripts = ScriptTranslator(self._host, findings, self._events, None if form.is_template else name)
        processes = ProcessTranslator(job, stem, self._options, scripts, findings)
        path, files, own_job = f"{self._options.unit_dir}/{name}", {}, self._result.jobs[job.name]
        wanted = self._complete(job_unit, job.values, processes)
        if job.has_override:
            override = [place for place in job.places if place.is_override]
            base = self._base(job_unit, processes)
            change = drop_in(base, wanted)
            if change is not None and override:
                if not job.is_manual:  # systemctl enable still works for a job that only the override disables
                    base.settings[INSTALL] = wanted.settings[INSTALL]
                findings.add("override", f"{job.name}.override", override[0])
                if any(change.settings.values()):
                    files[f"{path}.d/override.conf"] = change.text()
                wanted = base
            elif override:
                findings.add("override-merged", f"{job.name}.override", override[0])
        files = {path: wanted.text(), **files, **processes.files, **job_unit.dependencies.files}
        add_files(self._result.files, files)
        own_job.files.update(dict.fromkeys(files))
        self._result.units[job.name] = own_job.unit = name
        links = [(target, own) for target, own in job_unit.dependencies.wanted_by if "@." not in own]
        for target, own in [*links, *job_unit.dependencies.links]:
            folder = self._options.unit_dir
            file = own if not form.is_template or not own.endswith(".service") else name
            link = f"{folder}/{target}.wants/{own}"
            self._result.links[link] = f"{folder}/{file}"
            own_job.links[link] = None

    def _complete(self, job_unit: _JobUnit, values: Values, processes: ProcessTranslator) -> UnitFile:
        """Return the whole unit for some values of a job, with the settings that other jobs added."""
        job, form = job_unit.job, instance_form(job_unit.job)
        unit = self._head(job, values)
        for section, pairs in job_unit.unit.settings.items():
            for key, value in pairs:
                if key != "Description":
                    unit.add(section, key, value)
        add_settings(values, unit, self._options, job.name, form)
        processes.translate(values, unit)
        for target, own in job_unit.dependencies.wanted_by:
            if "@." not in own:
                unit.add(INSTALL, "WantedBy", target)
            if form.is_template and "@." not in own:
                unit.set(INSTALL, "DefaultInstance", own.partition("@")[2].rpartition(".")[0])
        return unit

    def _base(self, job_unit: _JobUnit, processes: ProcessTranslator) -> UnitFile:
        """Return the unit of the job file alone, without its override. Its scripts have names of their own."""
        job = job_unit.job
        alone = HostJob(job.name, job.file, job.conf_values, job.conf_values, [
            place for place in job.places if not place.is_override])
        silent = FindingList(alone)
        unit = self._head(alone, alone.values)
        conditions = ConditionTranslator(self._host, alone, EventUnits(self._host), silent).translate(alone.values)
        for section, key, value in conditions.settings:
            unit.add(section, key, value)
        alone_unit = _JobUnit(alone, unit, conditions, silent)
        for section, key, value in self._additions.get(job.name, []):
            alone_unit.unit.add(section, key, value)
        return self._complete(alone_unit, alone.values, processes.for_job(alone, silent))

    def _add_untranslated(self, job: HostJob) -> None:
        findings = self._lists[job.name]
        if job.error is not None:
            findings.items.clear()
            file = job.error_file or job.file
            self._result.findings.append(TranslationFinding(
                "unreadable", job.name, file, job.error_line, job.name, "impossible",
                f"Upstart rejects the file: {job.error}. The job is not translated.", "Fix the file."))
        elif job.name in self._host.replaced:
            unit = self._result.jobs[job.name].replaced_by = self._host.replaced[job.name]
            more = f"{unit} of the target distribution replaces it." if unit != NOTHING else \
                "The target distribution needs no such job."
            findings.add("replaced", job.name, more=more)

    def _sorted(self) -> Translation:
        order = {name: index for index, name in enumerate(sorted(self._lists))}
        findings = [*self._result.findings, *(item for items in self._lists.values() for item in items.items)]
        findings.sort(key=lambda item: (order[item.job], item.file, item.line or 0, item.code, item.subject))
        return Translation(dict(sorted(self._result.files.items())), dict(sorted(self._result.links.items())), findings,
                           dict(sorted(self._result.units.items())), dict(sorted(self._result.jobs.items())))
