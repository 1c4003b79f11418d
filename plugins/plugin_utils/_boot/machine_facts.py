# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about a machine that its job files do not say: network interfaces, mount points, devices, the runlevel."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ansible.module_utils.parsing.convert_bool import boolean

from .rows import AUTO, DEVICE, INTERFACE, LOCAL, REMOTE, TERMINAL, VIRTUAL, Profile

LOOPBACK = "lo"
DEFAULT_INTERFACES = (LOOPBACK, "eth0")
DEFAULT_MOUNTS = ("/",)
REMOTE_TYPES = ("nfs", "nfs4", "smbfs", "cifs", "ncpfs", "coda", "ocfs2", "gfs", "gfs2", "ceph")
NETWORK_OPTION = "_netdev"
RUNLEVELS = ("0", "1", "2", "3", "4", "5", "6", "S", "s")
Item = dict[str, str]
Event = tuple[str, tuple[str, ...]]


class FactsError(Exception):
    """A fact has another form than it should have."""


class MachineFacts:
    """The facts of a machine for the rows of its profile.

    :ivar values: what does not belong to an item: runlevel, network (the first interface besides lo).
    :ivar events: events from outside, name and variables, in their order.
    """

    def __init__(self, profile: Profile, interfaces: t.Any = None, mounts: t.Any = None, devices: t.Any = None,
                 runlevel: t.Any = None, events: t.Any = None) -> None:
        """Check the facts of a user; None stands for those of the profile.

        :param interfaces: list of names, or of dictionaries with name and auto.
        :param mounts: list of paths, or of dictionaries with path, type, device and options.
        :param devices: list of texts ``EVENT KEY=VALUE ...``.
        :param events: list of such texts.
        :raises FactsError: for another form.
        """
        interface_items = _items("interfaces", DEFAULT_INTERFACES if interfaces is None else interfaces, "name")
        mount_items = _items("mounts", DEFAULT_MOUNTS if mounts is None else mounts, "path")
        auto = [item for item in interface_items
                if boolean(item.get("auto", "True"), strict=False) and item["name"] != LOOPBACK]
        if runlevel is not None and str(runlevel) not in RUNLEVELS:
            raise FactsError(f"runlevel must be one of {', '.join(RUNLEVELS)}, not {runlevel!r}")
        self.values = {"runlevel": profile.runlevel if runlevel is None else str(runlevel),
                       "network": auto[0]["name"] if auto else LOOPBACK}
        self.events = [_event(text) for text in _texts("events", events)]
        self._items: dict[str, list[Item]] = {
            "": [{}],
            VIRTUAL: [_mount({"path": path, "type": "virtual"}) for path in profile.virtual],
            LOCAL: [_mount(item) for item in mount_items if not _is_remote(item)],
            REMOTE: [_mount(item) for item in mount_items if _is_remote(item)],
            INTERFACE: interface_items,
            AUTO: [{"family": "inet", "method": "dhcp", **item} for item in auto],
            DEVICE: [_device(text) for text in _texts("devices", devices)],
            TERMINAL: [{"path": path} for path in profile.terminals],
        }

    def items(self, per: str) -> list[Item]:
        """Return the facts that a row is repeated for, each a dict of its values."""
        return self._items[per]


def _items(name: str, value: t.Any, key: str) -> list[Item]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise FactsError(f"{name} must be a list, not {value!r}")
    items = []
    for entry in value:
        fields = {key: entry} if isinstance(entry, str) else entry
        if not isinstance(fields, Mapping) or not isinstance(fields.get(key), str):
            raise FactsError(f"{name} needs texts, or dictionaries with {key}, not {entry!r}")
        items.append({str(field): str(content) for field, content in fields.items()})
    return items


def _texts(name: str, value: t.Any) -> Iterable[str]:
    if value is None:
        return []
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(
            isinstance(text, str) and text.split() for text in value):
        raise FactsError(f"{name} must be a list of texts such as 'tty-device-added DEVNAME=/dev/ttyS0', not {value!r}")
    return value


def _is_remote(item: Item) -> bool:
    return item.get("type") in REMOTE_TYPES or NETWORK_OPTION in item.get("options", "").split(",")


def _mount(item: Item) -> Item:
    return {"device": "none", "type": "ext4", "options": "defaults", **item}


def _device(text: str) -> Item:
    event, _blank, variables = text.partition(" ")
    return {"event": event, "variables": variables}


def _event(text: str) -> Event:
    name, *variables = text.split() or [""]
    if not name or "=" in name or not all("=" in word for word in variables):
        raise FactsError(f"events must be a list of texts such as 'runlevel RUNLEVEL=2', not {text!r}")
    return name, tuple(variables)
