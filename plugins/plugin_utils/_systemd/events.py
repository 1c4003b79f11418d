# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units that stand for events: starting one starts and stops the jobs that wait for the event."""

from __future__ import annotations

from .host import UpstartHost
from .units import UnitFile, specifier_safe

ANY_VALUE = "%i"  # a unit that follows the event with each value, as the instance of that name


class EventUnits:
    """The units of all events of a host, by name."""

    def __init__(self, host: UpstartHost) -> None:
        self._host = host
        self._events: dict[tuple[str, str | None], dict[tuple[str, str], None]] = {}

    def add(self, event: str, value: str | None = None, key: str = "", unit: str = "") -> None:
        """Add an event, and a unit that it starts or stops.

        :param value: the literal argument of the event, if the unit only follows the event with it, or ANY_VALUE.
        :param key: Wants or Conflicts.
        """
        listeners = self._events.setdefault((event, value), {})
        if key:
            listeners[key, unit] = None

    def templates(self) -> set[str]:
        """Return the events that need a template unit, because a unit waits for one of their values."""
        return {event for event, value in self._events if value is not None}

    def files(self) -> dict[str, str]:
        """Return the event units by path."""
        result: dict[str, str] = {}
        for event in {event for event, _value in self._events}:
            name = self._host.event_unit(event)
            general = list(self._events.get((event, None), {}))
            result[name] = self._unit(event, None, general).text()
            if event not in self.templates():
                continue
            general += self._events.get((event, ANY_VALUE), {})
            result[name.removesuffix(".service") + "@.service"] = self._unit(event, "%I", general).text()
            for value in [value for other, value in self._events if other == event and value not in (None, ANY_VALUE)]:
                unit = self._unit(event, value, [*self._events[event, value], *general])
                result[self._host.event_unit(event, value)] = unit.text()
        return {f"{self._host.options.unit_dir}/{name}": text for name, text in result.items()}

    def _unit(self, event: str, value: str | None, listeners: list[tuple[str, str]]) -> UnitFile:
        unit = UnitFile()
        shown = value if value in (None, "%I") else specifier_safe(str(value))
        unit.add("Unit", "Description", f"Event {specifier_safe(event)}" + ("" if shown is None else f" {shown}"))
        unit.add(*self._host.options.release.start_limit_interval(), "0")
        for key, name in sorted(dict.fromkeys(listeners)):
            unit.add("Unit", key, name)
        for name in sorted({name for _key, name in listeners}):
            unit.add("Unit", "After", name)
        unit.add("Service", "Type", "oneshot")
        unit.add("Service", "ExecStart", "/bin/true")
        return unit
