# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start on and stop on: the dependencies, links and event units that replace them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import JOB_EVENTS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.expression import fold

from .directive_table import BY_NAME
from .events import ANY_VALUE, EventUnits
from .findings import FindingList
from .host import UpstartHost
from .instances import instance_form, instance_unit
from .job_leaves import JobEvents
from .jobs import HostJob, StanzaPlace, Values
from .leaves import (
    MULTI_USER,
    EventLeaf,
    LeafPlan,
    is_device_event,
    read_leaf,
    start_on_boot,
    start_on_runlevel,
    stop_on_boot,
    stop_on_runlevel,
)
from .ordering import order_settings
from .trigger_leaves import own_event, start_on_trigger
from .units import SYSTEMCTL, exec_word

START, STOP = "start on", "stop on"
SKIPPING = "ExecCondition= for started"
AT_SHUTDOWN = {"runlevel-stop", "network-deconfiguring"}


@dataclass
class Dependencies:
    """What the conditions of a job give.

    :ivar settings: (section, key, value) of the job's unit.
    :ivar wanted_by: pairs of a unit that gets a link, and the unit that the link leads to.
    :ivar others: (unit, key, value) for other units.
    :ivar stop_order: (After or Before, unit), which only counts if the order of the starts allows it.
    :ivar links: further links, (target, unit).
    """

    settings: list[tuple[str, str, str]] = field(default_factory=list)
    wanted_by: dict[tuple[str, str], None] = field(default_factory=dict)
    others: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    stop_order: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Operand:
    plan: LeafPlan
    own: str
    is_alternative: bool


class ConditionTranslator:
    """Translates the conditions of one job. Listeners go into ``events``."""

    def __init__(self, host: UpstartHost, job: HostJob, events: EventUnits, findings: FindingList) -> None:
        self._host = host
        self._job = job
        self._events = events
        self._findings = findings
        self._job_events = JobEvents(host)
        self._stem = host.stems[job.name]
        self._stops_at_shutdown = False

    def translate(self, values: Values) -> Dependencies:
        """Return the dependencies for the conditions in some values of the job."""
        result = Dependencies()
        env = dict(entry.split("=", 1) for entry in values["env"] if "=" in entry)
        self._start(values, result)
        self._stop(values, env, result)
        self._report_both(values)
        if not values["task"] and not self._stops_at_shutdown:
            self._findings.add("shutdown", "the shutdown")
        if self._job.name in self._host.early:
            result.settings += [("Unit", "DefaultDependencies", "no"), ("Unit", "Conflicts", "shutdown.target"),
                                ("Unit", "Before", "shutdown.target")]
        return result

    def _start(self, values: Values, result: Dependencies) -> None:
        place = self._place(START)
        operands = self._operands(values["start_on"], {}, place, self._start_leaf)  # Upstart has no variables here
        operators = {item["op"] for item in values["start_on"] or [] if "op" in item}
        moments = [operand for operand in operands if operand.plan.kind == "moment" and not operand.is_alternative]
        if "and" in operators:
            code = "and-several-events" if len(moments) > 1 else "and-events" if moments else "and"
            self._findings.add(code, "start on with and", place)
        if "or" in operators:
            self._findings.add("or", "start on with or", place)
        alternatives = {operand.plan.kind for operand in operands if operand.is_alternative}
        boot_is_not_enough = "and" in operators and bool(alternatives) and alternatives <= {"state", "moment"}
        for operand in operands:
            plan = operand.plan
            is_late = moments or boot_is_not_enough and plan.kind == "boot"
            if not is_late or plan.kind == "moment" or operand.is_alternative:
                result.wanted_by.update(dict.fromkeys((pull, operand.own) for pull in plan.pulls))
                result.others += plan.others
            add_files(result.files, plan.files)
            result.links += [(key, value) for section, key, value in plan.settings if section == "Link"]
            result.settings += [setting for setting in plan.settings if setting[0] != "Link"]
            if plan.requisite and not operand.is_alternative:
                result.settings.append(self._only_while_active(plan.requisite, place))
        if any(pull == MULTI_USER for pull, _own in result.wanted_by):
            result.wanted_by = {pair: None for pair in result.wanted_by if pair[0] != "sysinit.target"}

    def _only_while_active(self, unit: str, place: StanzaPlace | None) -> tuple[str, str, str]:
        """Return the setting that skips a start unless another unit is active, and let it run on when that stops."""
        if self._host.options.release.has(SKIPPING):
            return "Service", "ExecCondition", f"+{SYSTEMCTL} is-active --quiet {exec_word(unit)}"
        self._findings.add_missing(BY_NAME[SKIPPING], place)
        return "Unit", "Requisite", unit

    def _stop(self, values: Values, env: dict[str, str], result: Dependencies) -> None:
        place = self._place(STOP)
        operands = self._operands(values["stop_on"], env, place, self._stop_leaf)
        if any(item.get("op") == "and" for item in values["stop_on"] or []):
            self._findings.add("and-stop", "stop on with and", place)
        self._stops_at_shutdown = any(AT_SHUTDOWN & set(operand.plan.codes) for operand in operands)
        for operand in operands:
            order = order_settings(operand.plan.settings)
            result.stop_order += order
            result.settings += [setting for setting in operand.plan.settings if setting[1:] not in order]
            result.others += operand.plan.others

    def _report_both(self, values: Values) -> None:
        """Report the events that start and stop the job."""
        started, stopped = ([" ".join([item["event"], *item["args"]]) for item in values[key] or [] if "event" in item]
                            for key in ("start_on", "stop_on"))
        for words in dict.fromkeys(started):
            if words in stopped:
                self._findings.add("event-both", f"stop on {words}", self._place(STOP))

    def _place(self, name: str) -> StanzaPlace | None:
        """Return the stanza that counts: the last one."""
        places = [place for place in self._job.places if place.name == name]
        return places[-1] if places else None

    def _operands(self, rpn: t.Any, env: dict[str, str], place: StanzaPlace | None,
                  plan_of: t.Callable[[EventLeaf, StanzaPlace | None, int | None], LeafPlan]) -> list[_Operand]:
        position = 0

        def operand(item: t.Mapping[str, t.Any], _index: int) -> list[_Operand]:
            nonlocal position
            leaf = read_leaf(item, env)
            line = None
            if place is not None and place.line is not None:
                start = place.text.find(item["event"], position)
                position = start + len(item["event"]) if start >= 0 else position
                line = place.line + place.text.count("\n", 0, position)
            plan = plan_of(leaf, place, line)
            for code in dict.fromkeys([*([] if plan.names_instance else leaf.codes), *plan.codes]):
                self._findings.add(code, f"{place.name if place else START} {leaf.words}", place, line)
            return [_Operand(plan, self._own_unit(leaf) or self._host.unit_of(self._job.name), False)]

        def join(operator: str, left: list[_Operand], right: list[_Operand]) -> list[_Operand]:
            if operator == "or":
                return [_Operand(item.plan, item.own, True) for item in left + right]
            return left + right

        return fold(rpn, operand, join) or []

    def _start_leaf(self, leaf: EventLeaf, place: StanzaPlace | None, _line: int | None) -> LeafPlan:
        own = self._own_unit(leaf)
        if own is None:
            return self._start_instance(leaf)
        if leaf.event == "runlevel":
            return start_on_runlevel(leaf, self._host.options.wanted_by)
        if leaf.event in JOB_EVENTS:
            plan = self._job_events.start(leaf, own)
            self._add_missing(place)
            return plan
        is_early = self._job.name in self._host.early
        plan_or_none = start_on_boot(leaf, is_early) or start_on_trigger(leaf, own, self._host)
        if plan_or_none is not None:
            return plan_or_none
        unit, value, codes = own_event(leaf, self._host)
        if unit is not None:
            self._events.add(leaf.event, value, "Wants", own)
        return LeafPlan(codes, "moment")

    def _start_instance(self, leaf: EventLeaf) -> LeafPlan:
        """Return the plan for a job whose instance only the variables of the event name."""
        form = instance_form(self._job)
        if form.code == "instance" and is_device_event(leaf.event):
            own = f"{self._stem}@$env{{{form.variable}}}.service"
            return start_on_trigger(leaf, own, self._host) or LeafPlan(["instance-start"])
        is_own = leaf.event not in JOB_EVENTS and leaf.event != "runlevel" and not start_on_boot(leaf, False) \
            and not start_on_trigger(leaf, "", self._host) and own_event(leaf, self._host)[0] is not None
        if form.code != "instance" or not is_own or leaf.arguments:
            return LeafPlan(["instance-start"])
        self._events.add(leaf.event, ANY_VALUE, "Wants", f"{self._stem}@%i.service")
        return LeafPlan(["event-instance"], "moment")

    def _stop_instance(self, leaf: EventLeaf) -> LeafPlan | None:
        """Return the plan for an own event whose argument is the instance, as in ``stop on del N=$N``, else None."""
        form = instance_form(self._job)
        patterns = [pattern for _name, pattern, negated in leaf.arguments if not negated]
        if form.code != "instance" or len(leaf.arguments) != 1 \
                or patterns not in ([f"${form.variable}"], [f"${{{form.variable}}}"]):
            return None
        unit = self._host.event_unit(leaf.event).removesuffix(".service") + "@%i.service"
        self._events.add(leaf.event, ANY_VALUE)
        return LeafPlan(["event-instance"], settings=[("Unit", "Conflicts", unit), ("Unit", "Before", unit)],
                        names_instance=True)

    def _stop_leaf(self, leaf: EventLeaf, place: StanzaPlace | None, _line: int | None) -> LeafPlan:
        own = self._own_unit(leaf) or self._host.unit_of(self._job.name)
        if leaf.event == "runlevel":
            return stop_on_runlevel(leaf)
        if leaf.event in JOB_EVENTS:
            plan = self._job_events.stop(leaf, own)
            self._add_missing(place)
            return plan
        plan_or_none = stop_on_boot(leaf)
        if plan_or_none is not None:
            return plan_or_none
        instance_plan = self._stop_instance(leaf)
        if instance_plan is not None:
            return instance_plan
        unit, value, codes = own_event(leaf, self._host)
        if unit is None:
            return LeafPlan(["event-arguments" if code == "event-failed" else code for code in codes])
        codes = ["event-stop" if code == "event" else code for code in codes]
        if "@." in own:  # an event unit cannot name all instances
            self._events.add(leaf.event, value)
            return LeafPlan(codes, settings=[("Unit", "Conflicts", unit), ("Unit", "Before", unit)])
        self._events.add(leaf.event, value, "Conflicts", own)
        return LeafPlan(codes)

    def _own_unit(self, leaf: EventLeaf) -> str | None:
        """Return the unit that an event starts or stops, None for an instance that is not known."""
        arguments = [f"{name}{'!=' if negated else '='}{pattern}" for name, pattern, negated in leaf.arguments if name]
        return instance_unit(self._stem, self._job, arguments)

    def _add_missing(self, place: StanzaPlace | None) -> None:
        for name in self._job_events.missing:
            self._findings.add_missing(BY_NAME[name], place)


def add_files(files: dict[str, str], more: t.Mapping[str, str]) -> None:
    """Add files. Of a file that is already there, add the rules, or the settings of its trigger."""
    for path, text in more.items():
        before = files.get(path)
        if before is None or before == text:
            files[path] = text
        elif path.endswith(".rules"):
            files[path] = before + text
        else:
            lines = [line for line in text.splitlines() if line.startswith(("Path", "Listen"))]
            files[path] = before.replace("\n[Install]", "".join(f"{line}\n" for line in lines) + "\n[Install]", 1)
