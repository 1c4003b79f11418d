# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts that a user may give, and the steps that rows make of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import FactsError, MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.row_steps import steps_of_rows
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.rows import AUTO, DEVICE, INTERFACE, LOCAL, REMOTE

UBUNTU = PROFILES["ubuntu_14_04"]


def names(facts: MachineFacts, per: str, key: str = "name") -> list[str]:
    return [item[key] for item in facts.items(per)]


def test_defaults() -> None:
    facts = MachineFacts(UBUNTU)
    assert names(facts, INTERFACE) == ["lo", "eth0"] and names(facts, AUTO) == ["eth0"]
    assert names(facts, LOCAL, "path") == ["/"] and facts.items(REMOTE) == facts.items(DEVICE) == []
    assert facts.values == {"runlevel": "2", "network": "eth0"}


def test_given_facts() -> None:
    facts = MachineFacts(
        UBUNTU, interfaces=["lo", {"name": "wlan0", "auto": False}, {"name": "bond0", "method": "static"}],
        mounts=["/", {"path": "/n", "type": "nfs"}, {"path": "/i", "options": "defaults,_netdev"}],
        devices=["tty-device-added DEVNAME=/dev/ttyS0"], runlevel=3)
    assert names(facts, INTERFACE) == ["lo", "wlan0", "bond0"] and names(facts, AUTO) == ["bond0"]
    assert names(facts, LOCAL, "path") == ["/"] and names(facts, REMOTE, "path") == ["/n", "/i"]
    assert facts.items(DEVICE) == [{"event": "tty-device-added", "variables": "DEVNAME=/dev/ttyS0"}]
    assert facts.values == {"runlevel": "3", "network": "bond0"}


@pytest.mark.parametrize(("facts", "message"), [
    ({"interfaces": "eth0"}, "interfaces must be a list, not 'eth0'"),
    ({"interfaces": [{"auto": True}]}, "interfaces needs texts, or dictionaries with name"),
    ({"mounts": [5]}, "mounts needs texts, or dictionaries with path, not 5"),
    ({"devices": "x"}, "devices must be a list of texts"), ({"devices": [""]}, "devices must be a list of texts"),
    ({"events": [""]}, "events must be a list of texts"), ({"events": ["A=b"]}, "events must be a list of texts"),
])
def test_wrong_facts(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(FactsError, match=message):
        MachineFacts(UBUNTU, **facts)


def test_mounts_wait_for_their_own_events_only() -> None:
    rows = [row for row in UBUNTU.rows if row.program == "mountall"]
    steps = steps_of_rows(rows, MachineFacts(UBUNTU, mounts=["/", "/srv", {"path": "/n", "type": "nfs"}]), 5, (4,))
    by_name = {(step.name, step.env[1:2]): step for step in steps}
    places = {(step.name, step.env[1:2]): 5 + index for index, step in enumerate(steps)}
    srv = ("mounting", ("MOUNTPOINT=/srv",))
    assert by_name[srv].after == (4,)
    assert by_name["mounted", ("MOUNTPOINT=/srv",)].after == (4, places[srv])
    after = by_name["local-filesystems", ()].after
    assert {places["mounted", ("MOUNTPOINT=/",)], places["mounted", ("MOUNTPOINT=/srv",)]} < set(after)
    assert places["mounted", ("MOUNTPOINT=/n",)] not in after
    (until,) = by_name["mounting", ("MOUNTPOINT=/n",)].until
    assert (until.event, until.env) == ("net-device-up", ("IFACE=eth0",))


def test_the_network_is_complete_with_all_interfaces() -> None:
    rows = [row for row in UBUNTU.rows if row.program == "ifup" and "-a" in row.arguments]
    steps = steps_of_rows(rows, MachineFacts(UBUNTU, interfaces=["lo", "eth0", "eth1"]))
    assert [step.name for step in steps] == ["net-device-up", "net-device-up", "static-network-up"]
    assert [seen.env for seen in steps[-1].only_if] == [("IFACE=eth0",), ("IFACE=eth1",)]


def test_devices() -> None:
    rows = [row for row in UBUNTU.rows if row.per == DEVICE]
    (step,) = steps_of_rows(rows, MachineFacts(UBUNTU, devices=["tty-device-added DEVNAME=/dev/ttyS0 A=1"]))
    assert (step.name, step.env) == ("tty-device-added", ("DEVNAME=/dev/ttyS0", "A=1"))
    assert step.only_if[0].event == "running/upstart-udev-bridge"


@pytest.mark.parametrize("name", PROFILES)
def test_every_row_has_a_source(name: str) -> None:
    profile = PROFILES[name]
    assert profile.name == name and profile.title and profile.version
    for row in profile.rows:
        assert len(row.source) > 5 and row.program and row.name
        assert MachineFacts(profile).items(row.per) is not None
        for before in row.after:
            assert before in {f"{other.name} {other.per}".strip() for other in profile.rows
                              if other.program == row.program}, (row, before)
