# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that init emits for jobs, in conditions."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import variable_behind

from .directive_table import BY_NAME
from .host import EARLY_UNITS, NOTHING, UpstartHost
from .instances import instance_form, instance_unit, instance_variables
from .leaves import EventLeaf, LeafPlan, after, start_on_runlevel
from .names import escape
from .units import SYSTEMCTL, exec_word

JOB, INSTANCE, RESULT = "JOB", "INSTANCE", "RESULT"
PLACES = (JOB, INSTANCE, RESULT)


class JobEvents:
    """Plans for the events of jobs.

    :ivar missing: names of the settings that the chosen systemd lacks and that the last plan needed.
    """

    def __init__(self, host: UpstartHost) -> None:
        self._host = host
        self.missing: list[str] = []

    def start(self, leaf: EventLeaf, own: str) -> LeafPlan:
        """Return the plan for an event of a job in ``start on``.

        :param own: the unit that starts.
        """
        self.missing = []
        if leaf.value(JOB, position=0) == "rc" and any(name == "RUNLEVEL" for name, _pattern, _no in leaf.arguments):
            levels = tuple(item for item in leaf.arguments if item[0] in ("RUNLEVEL", "PREVLEVEL"))
            return start_on_runlevel(EventLeaf("runlevel", levels, leaf.words), self._host.options.wanted_by)
        unit, codes = self._unit(leaf)
        if unit is None:
            return LeafPlan(codes)
        is_target = unit.endswith(".target")
        known = "job-unknown" not in codes
        if leaf.event == "started" and self._is_task(leaf):
            return LeafPlan([*codes, "started-task"], "moment", [unit])
        if leaf.event == "started":
            settings = after(unit)
            requisite = unit if known and not is_target else ""
            return LeafPlan([*codes, "started"], "boot" if is_target else "state", [unit], requisite, settings)
        if leaf.event == "starting":
            return LeafPlan([*codes, "starting"], "moment", [unit], settings=[("Unit", "Before", unit)])
        if is_target:
            return LeafPlan([*codes, "stopped"], "boot", [unit], settings=after(unit))
        return self._ended(leaf, own, unit, codes)

    def stop(self, leaf: EventLeaf, own: str) -> LeafPlan:
        """Return the plan for an event of a job in ``stop on``.

        :param own: the unit that stops.
        """
        self.missing = []
        unit, codes = self._unit(leaf)
        if unit is None:
            return LeafPlan(codes)
        if unit in EARLY_UNITS or unit.endswith(".target"):
            return LeafPlan([*codes, "stop-at-boot"] if leaf.event in ("starting", "started") else ["runlevel-stop"])
        if leaf.event in ("starting", "started"):
            key = "ExecStartPre" if leaf.event == "starting" else "ExecStartPost"
            return LeafPlan([*codes, "stops-when-started"], others=[(unit, key, self._stop_command(own))])
        directive = "StopPropagatedFrom="
        key = "StopPropagatedFrom" if self._host.options.release.has(directive) else "PartOf"
        if key == "PartOf":
            self.missing = [BY_NAME[directive].name]
        code = "stopping" if leaf.event == "stopping" else "stopped-then-stop"
        order_settings = after(unit) if leaf.event == "stopping" else []
        return LeafPlan([*codes, code], settings=[("Unit", key, unit), *order_settings])

    def _is_task(self, leaf: EventLeaf) -> bool:
        """Return whether the event is about a task that is translated."""
        name = leaf.value(JOB, position=0)
        return name in self._host.stems and bool(self._host.jobs[str(name)].values["task"])

    def _stop_command(self, unit: str) -> str:
        """Return the command by which another unit stops a unit, or all instances of a template."""
        directive = "ExecStartPre=+"
        if not self._host.options.release.has(directive):
            self.missing.append(directive)
        privileged = "+" if self._host.options.release.has(directive) else ""
        return f"-{privileged}{SYSTEMCTL} stop {exec_word(unit.replace('@.', '@*.'))}"

    def _unit(self, leaf: EventLeaf) -> tuple[str | None, list[str]]:
        """Return the unit that the event is about, and findings; None if no unit stands for it."""
        name = leaf.value(JOB, position=0)
        codes = list(leaf.codes)
        if not name or "event-variable-unknown" in codes:
            return None, [*codes, "job-pattern"]
        unit = self._host.unit_of(name)
        if unit == NOTHING:
            return None, [*codes, "job-unknown"]
        if not self._host.is_known(name):
            codes.append("job-unknown")
        naming: set[str] = set()
        if "@." in unit:
            named, naming = self._instance(name, leaf)
            if named is None:
                return None, [*codes, "job-pattern"]
            unit = named
            codes.append("job-instance")
        others = [place for index, (place, _pattern, negated) in enumerate(leaf.arguments)
                  if place not in naming and (negated or (place or (PLACES[index] if index < 3 else "")) not in PLACES)]
        return unit, [*codes, "job-arguments"] if others else codes

    def _instance(self, job: str, leaf: EventLeaf) -> tuple[str | None, set[str]]:
        """Return the unit of the instance that an event is about, None if it is not known.

        The second value holds the variables of the job that name it: its events have them if the job exports them.
        """
        if job not in self._host.stems:
            return None, set()
        stem, known_job = self._host.stems[job], self._host.jobs[job]
        variables = instance_variables(known_job).difference(PLACES)
        given = [item for item in leaf.arguments if item[0] in variables]
        naming = {str(name) for name, _pattern, _negated in given}
        by_variables = instance_unit(stem, known_job, [
            f"{name}{'!=' if negated else '='}{pattern}" for name, pattern, negated in given])
        if not naming.issubset(known_job.values["export"]):
            by_variables = None
        instance = leaf.value(INSTANCE, position=1)
        if instance is not None:
            by_name = self._named_instance(job, instance)
            return by_name, naming if by_name == by_variables else set()
        if not naming and any(name == INSTANCE or name is None and index == 1
                              for index, (name, _pattern, _negated) in enumerate(leaf.arguments)):
            return None, set()
        return by_variables, naming

    def _named_instance(self, job: str, instance: str) -> str | None:
        """Return the unit of an instance with a name, None if no instance of the job has such a name."""
        stem, known_job = self._host.stems[job], self._host.jobs[job]
        behind = variable_behind(str(known_job.values["instance"]), instance)
        if instance_form(known_job).code == "instance" and not behind:
            return None
        return f"{stem}@{escape(behind[0].partition('=')[2] if behind else instance)}.service"

    def _ended(self, leaf: EventLeaf, own: str, unit: str, codes: list[str]) -> LeafPlan:
        result = leaf.value(RESULT, position=2)
        if result in ("ok", "failed"):
            keys = ["OnSuccess" if result == "ok" else "OnFailure"]
            code = "stopped-result"
        else:
            keys, code = ["OnSuccess", "OnFailure"], "stopped"
        code = "starts-when-stopping" if leaf.event == "stopping" else code
        plan = LeafPlan([*codes, code], "moment")
        for key in keys:
            if key == "OnFailure" or self._host.options.release.has("OnSuccess="):
                plan.others.append((unit, key, own))
            else:
                self.missing = [BY_NAME["OnSuccess="].name]
                plan.others.append((unit, "ExecStopPost", start_on_success(own)))
        return plan


def start_on_success(unit: str) -> str:
    """Return the command by which a systemd without OnSuccess= starts a unit after a success."""
    name = unit.replace("%", "%%").replace("\\", "\\\\\\\\")
    return f"-/bin/sh -c '[ \"$$SERVICE_RESULT\" != success ] || systemctl --no-block start {name}'"
