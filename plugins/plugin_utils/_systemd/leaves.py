# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of conditions that the boot, the runlevel, mounts and the network cause."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import ExpansionError, expand
from ansible_collections.sysinit.upstart.plugins.module_utils._events.glob import fnmatch, is_literal
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import split_argument
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.known_events import known_event

from .names import escape_path
from .units import setting_word

Setting = tuple[str, str, str]
Kind = t.Literal["boot", "state", "moment", "none"]
MULTI_USER = "multi-user.target"
NETWORK = "network-online.target"
LEVELS = "0123456S"
ALWAYS_MOUNTED = ("/", "/usr", "/proc", "/sys", "/dev", "/run")  # before systemd reads its units
FILESYSTEMS = {
    "filesystem": ("local-fs.target", "remote-fs.target"), "local-filesystems": ("local-fs.target",),
    "remote-filesystems": ("remote-fs.target",), "all-swaps": ("swap.target",),
}
POWER_KEYS = {
    "control-alt-delete": "ctrl-alt-del.target", "keyboard-request": "kbrequest.target",
    "power-status-changed": "sigpwr.target",
}
SESSIONS = ("login-session-start", "desktop-session-start", "desktop-start", "xsession")


@dataclass(frozen=True)
class EventLeaf:
    """An event of a condition with its arguments: (variable or None, pattern, whether negated)."""

    event: str
    arguments: tuple[tuple[str | None, str, bool], ...]
    words: str
    codes: tuple[str, ...] = ()  # findings about its variables

    def value(self, *names: str, position: int | None = None) -> str | None:
        """Return the literal value of one of some variables, or of the argument at a position."""
        for index, (name, pattern, negated) in enumerate(self.arguments):
            if not negated and is_literal(pattern) and (name in names or name is None and index == position):
                return pattern
        return None


def read_leaf(item: t.Mapping[str, t.Any], env: t.Mapping[str, str]) -> EventLeaf:
    """Return an event of a condition, with the variables of ``env`` expanded."""
    codes: list[str] = []
    arguments = []
    for argument in item["args"]:
        name, pattern, negated = split_argument(argument)
        if "$" in pattern:
            try:
                pattern = expand(pattern, env)
                codes.append("event-variable")
            except ExpansionError:
                codes.append("event-variable-unknown")
        arguments.append((name, pattern, negated))
    return EventLeaf(item["event"], tuple(arguments), " ".join([item["event"], *item["args"]]), tuple(codes))


@dataclass
class LeafPlan:
    """What an event of a condition becomes.

    :ivar codes: the rows of the table.
    :ivar kind: boot for what the boot reaches, state for a unit that stays, moment for what nothing remembers.
    :ivar pulls: units that get a link to the job's unit.
    :ivar requisite: unit that must be active, or "".
    :ivar settings: (section, key, value) for the job's unit.
    :ivar others: (unit, key, value) for section Unit of other units.
    :ivar files: complete files, by path.
    :ivar names_instance: whether the variable of the event is the name of the instance.
    """

    codes: list[str]
    kind: Kind = "none"
    pulls: list[str] = field(default_factory=list)
    requisite: str = ""
    settings: list[Setting] = field(default_factory=list)
    others: list[tuple[str, str, str]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    names_instance: bool = False


def after(*units: str) -> list[Setting]:
    return [("Unit", "After", unit) for unit in units]


def runlevels(leaf: EventLeaf) -> set[str]:
    """Return the runlevels that satisfy the event's first argument, or RUNLEVEL."""
    for index, (name, pattern, negated) in enumerate(leaf.arguments):
        if name == "RUNLEVEL" or name is None and index == 0:
            return {level for level in LEVELS if fnmatch(pattern, level) != negated}
    return set(LEVELS)


def has_previous(leaf: EventLeaf) -> bool:
    return any(name == "PREVLEVEL" or name is None and index == 1
               for index, (name, _pattern, _negated) in enumerate(leaf.arguments))


def start_on_runlevel(leaf: EventLeaf, wanted_by: t.Mapping[str, str]) -> LeafPlan:
    """Return the plan for ``start on runlevel``."""
    levels = runlevels(leaf)
    codes = ["runlevel-previous"] if has_previous(leaf) else []
    chosen = sorted({wanted_by[level] for level in levels if level in wanted_by})
    normal = levels & set("2345")
    if chosen:
        return LeafPlan([*codes, "runlevel"], "boot", chosen)
    if normal == {"5"}:
        return LeafPlan([*codes, "runlevel-graphical"], "boot", ["graphical.target"])
    if normal:
        codes += ["runlevel"] if normal == set("2345") else ["runlevel-unlike"]
        return LeafPlan(codes, "boot", [MULTI_USER])
    if levels & set("1S"):
        return LeafPlan([*codes, "runlevel-rescue"], "boot", ["rescue.target"])
    targets = [target for level, target in (("0", "poweroff.target"), ("6", "reboot.target")) if level in levels]
    return LeafPlan([*codes, "runlevel-shutdown"], "boot", targets, settings=[
        ("Unit", "DefaultDependencies", "no"), *(("Unit", "Before", target) for target in targets)])


def stop_on_runlevel(leaf: EventLeaf) -> LeafPlan:
    """Return the plan for ``stop on runlevel``: the default dependencies stop the unit at the shutdown."""
    levels = runlevels(leaf)
    codes = ["runlevel-previous"] if has_previous(leaf) else []
    if levels & set("2345") or not levels & set("06"):
        codes.append("runlevel-unlike")
    return LeafPlan([*codes, "runlevel-stop"])


def start_on_boot(leaf: EventLeaf, is_early: bool) -> LeafPlan | None:
    """Return the plan for an event of the boot, None for another event."""
    if leaf.event in ("startup", "virtual-filesystems"):
        pulls = ["sysinit.target"] if is_early else [MULTI_USER]
        return LeafPlan(["boot-early"], "boot", pulls)
    if leaf.event in FILESYSTEMS:
        targets = FILESYSTEMS[leaf.event]
        return LeafPlan(["boot-filesystems"], "boot", ["sysinit.target" if is_early else MULTI_USER],
                        settings=after(*targets))
    if leaf.event in POWER_KEYS:
        return LeafPlan(["power-key"], "moment", [POWER_KEYS[leaf.event]])
    if leaf.event in ("container", "not-container"):
        kind = leaf.value("CONTAINER", position=0) or "container"
        return LeafPlan(["container"], "boot", [MULTI_USER], settings=[(
            "Unit", "ConditionVirtualization", f"|{kind}" if leaf.event == "container" else "|!container")])
    if leaf.event in SESSIONS:
        return LeafPlan(["session"], "boot", ["graphical.target"])
    if leaf.event in ("mounted", "mounting"):
        return _mount(leaf)
    return _network(leaf)


def _mount(leaf: EventLeaf) -> LeafPlan:
    path = leaf.value("MOUNTPOINT") or (leaf.value(position=1) if len(leaf.arguments) > 1 else None)
    if path is None or not path.startswith("/"):
        return LeafPlan(["mount-unknown"])
    unit = f"{escape_path(path)}.mount"
    if leaf.event == "mounted" and path in ALWAYS_MOUNTED:
        return LeafPlan(["mounted"], "boot", [MULTI_USER])
    if leaf.event == "mounted":
        return LeafPlan(["mounted"], "state", [unit], settings=[("Unit", "RequiresMountsFor", setting_word(path))])
    return LeafPlan(["mounting"], "moment", [unit], settings=[
        ("Unit", "DefaultDependencies", "no"), ("Unit", "Before", unit)])


def _network(leaf: EventLeaf) -> LeafPlan | None:
    if leaf.event in ("net-device-up", "static-network-up", "network-interface-up"):
        interface = leaf.value("IFACE", "INTERFACE", position=0)
        if interface == "lo":
            return LeafPlan(["network-loopback"], "boot", [MULTI_USER])
        settings: list[Setting] = [*after(NETWORK), ("Unit", "Wants", NETWORK)]
        if interface is None:
            return LeafPlan(["network-up"], "boot", [MULTI_USER], settings=settings)
        device = f"sys-subsystem-net-devices-{escape_path(interface)}.device"
        return LeafPlan(["network-interface"], "boot", [MULTI_USER], settings=[*settings, *after(device)])
    if leaf.event in ("net-device-down", "deconfiguring-networking"):
        return LeafPlan(["network-down"])
    return None


def stop_on_boot(leaf: EventLeaf) -> LeafPlan | None:
    """Return the plan for an event that is not caused by jobs in ``stop on``, None for an event of your own."""
    event = leaf.event
    if event == "deconfiguring-networking":
        return LeafPlan(["network-deconfiguring"], settings=after("network.target"))
    if event == "net-device-down":
        return LeafPlan(["network-down"])
    if event == "unmounted-remote-filesystems":
        return LeafPlan(["runlevel-stop"])
    if event == "session-end" or event in SESSIONS:
        return LeafPlan(["stop-other"])
    if event == "dbus" or event.startswith(":"):
        return LeafPlan(["dbus-signal"])
    if event in ("file", "socket", "dbus-activation") or is_device_event(event):
        return LeafPlan(["stop-other"])
    if start_on_boot(leaf, False) is not None:
        return LeafPlan(["stop-at-boot"])
    return None


def is_device_event(event: str) -> bool:
    known = known_event(event)
    return known is not None and known.pattern.startswith("*-device-")


def literal_values(leaf: EventLeaf) -> Sequence[str] | None:
    """Return the values of an event's arguments if all are literal, else None."""
    if any(negated or not is_literal(pattern) for _name, pattern, negated in leaf.arguments):
        return None
    return [pattern for _name, pattern, _negated in leaf.arguments]
