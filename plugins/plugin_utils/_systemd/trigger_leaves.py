# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of devices, files, sockets and D-Bus in conditions, and events of your own."""

from __future__ import annotations

import re

from .host import UpstartHost
from .leaves import EventLeaf, LeafPlan, is_device_event, literal_values
from .names import unit_stem
from .units import UnitFile

RULES_DIR = "/etc/udev/rules.d"
DEVICE = re.compile(r"(.*)-device-([a-z]+)")
# Variables of a device event that a udev rule compares in another way than as properties.
MATCH_KEYS = {"SUBSYSTEM": "SUBSYSTEM", "KERNEL": "KERNEL", "ACTION": "ACTION", "DEVPATH": "DEVPATH"}


def start_on_trigger(leaf: EventLeaf, own: str, host: UpstartHost) -> LeafPlan | None:
    """Return the plan for an event of a bridge, None for another event.

    :param own: the unit that starts.
    """
    if is_device_event(leaf.event):
        return _device(leaf, own)
    if leaf.event == "file":
        return _file(leaf, own, host)
    if leaf.event == "socket":
        return _socket(leaf, own, host)
    if leaf.event == "dbus-activation":
        name = leaf.value("SERVICE", position=0)
        if name is None:
            return LeafPlan(["dbus-signal"])
        alias = f"dbus-{unit_stem(name)}.service"
        return LeafPlan(["dbus-activation"], "moment", settings=[("Install", "Alias", alias)])
    if leaf.event == "dbus" or leaf.event.startswith(":"):
        return LeafPlan(["dbus-signal"])
    return None


def _device(leaf: EventLeaf, own: str) -> LeafPlan:
    match = DEVICE.fullmatch(leaf.event)
    subsystem, action = match.groups() if match else (leaf.event, "added")
    actions = {"added": "add", "removed": "remove", "changed": "change", "online": "online", "offline": "offline"}
    rule = [f'ACTION=="{actions.get(action, action)}"', f'SUBSYSTEM=="{subsystem}"']
    for name, pattern, negated in leaf.arguments:
        if name is None or '"' in pattern:
            return LeafPlan(["event-arguments"])
        key = MATCH_KEYS.get(name, f"ENV{{{name}}}")
        rule.append(f'{key}{"!=" if negated else "=="}"{pattern}"')
    if action in ("removed", "offline"):
        rule.append(f'RUN+="/bin/systemctl --no-block start {own}"')
    else:
        rule += ['TAG+="systemd"', f'ENV{{SYSTEMD_WANTS}}+="{own}"']
    path = f"{RULES_DIR}/90-upstart-{own.rpartition('.service')[0].partition('@')[0]}.rules"
    code = "device-removed" if action in ("removed", "offline") else "device-added"
    return LeafPlan([code], "moment", files={path: ", ".join(rule) + "\n"})


def _file(leaf: EventLeaf, own: str, host: UpstartHost) -> LeafPlan:
    path, kind = leaf.value("FILE", position=0), leaf.value("EVENT", position=1)
    pattern = next((text for name, text, negated in leaf.arguments if name == "FILE" and not negated), None)
    key = {"modify": "PathChanged", "create": "PathExists", None: "PathChanged"}.get(kind)
    if path is None and pattern and kind != "modify":
        path, key = pattern, "PathExistsGlob"
    if path is None or key is None or not path.startswith("/"):
        return LeafPlan(["file-unknown"])
    return _with_unit("file", own, host, ".path", "Path", [(key, path.replace("%", "%%"))], "paths.target")


def _socket(leaf: EventLeaf, own: str, host: UpstartHost) -> LeafPlan:
    path, port = leaf.value("SOCKET_PATH"), leaf.value("PORT")
    if path is None and port is None:
        return LeafPlan(["socket-unknown"])
    address = leaf.value("ADDR")
    listen = path or (f"{address}:{port}" if address else str(port))
    return _with_unit("socket", own, host, ".socket", "Socket", [("ListenStream", listen)], "sockets.target")


def _with_unit(code: str, own: str, host: UpstartHost, suffix: str, section: str, settings: list[tuple[str, str]],
               target: str) -> LeafPlan:
    unit = UnitFile()
    name = own.rpartition(".")[0] + suffix
    unit.add("Unit", "Description", f"Trigger of {own}")
    for key, value in settings:
        unit.add(section, key, value)
    unit.add("Install", "WantedBy", target)
    plan = LeafPlan([code], "moment", files={f"{host.options.unit_dir}/{name}": unit.text()})
    plan.settings.append(("Link", target, name))
    return plan


def own_event(leaf: EventLeaf, host: UpstartHost) -> tuple[str | None, str | None, list[str]]:
    """Return the event unit of an event of your own, its value if it is a template, and findings.

    The unit is None if no unit can stand for the event with these arguments.
    """
    codes = list(leaf.codes)
    if leaf.event.endswith("/failed") or leaf.event.endswith("/stopped"):
        return None, None, [*codes, "event-failed"]
    if not leaf.arguments:
        return host.event_unit(leaf.event), None, [*codes, "event"]
    values = literal_values(leaf)
    if values is None or len(values) != 1 or not values[0] or "event-variable-unknown" in codes:
        return None, None, [*codes, "event-arguments"]
    return host.event_unit(leaf.event, values[0]), values[0], [*codes, "event", "event-value"]
