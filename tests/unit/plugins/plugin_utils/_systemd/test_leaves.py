# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of the boot, runlevels, mounts and the network."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.leaves import (
    LeafPlan,
    literal_values,
    read_leaf,
    runlevels,
    start_on_boot,
    start_on_runlevel,
    stop_on_boot,
    stop_on_runlevel,
)


def boot(text: str, is_early: bool = False) -> LeafPlan:
    plan = start_on_boot(read_leaf(from_text(text)[0], {}), is_early)
    assert plan is not None
    return plan


@pytest.mark.parametrize(("text", "levels"), [
    ("runlevel [2345]", "2345"), ("runlevel [!2345]",
                                  "016S"), ("runlevel RUNLEVEL!=2", "013456S"), ("runlevel", "0123456S"),
])
def test_runlevels(text: str, levels: str) -> None:
    assert runlevels(read_leaf(from_text(text)[0], {})) == set(levels)


@pytest.mark.parametrize(("text", "wanted_by", "codes", "pulls"), [
    ("runlevel [2345]", {}, ["runlevel"], ["multi-user.target"]),
    ("runlevel [2345]", {"3": "x.target"}, ["runlevel"], ["x.target"]),
    ("runlevel [35]", {}, ["runlevel-unlike"], ["multi-user.target"]),
    ("runlevel 5", {}, ["runlevel-graphical"], ["graphical.target"]),
    ("runlevel 6", {}, ["runlevel-shutdown"], ["reboot.target"]),
    ("runlevel 2 N", {}, ["runlevel-previous", "runlevel-unlike"], ["multi-user.target"]),
])
def test_start_on_runlevel(text: str, wanted_by: dict[str, str], codes: list[str], pulls: list[str]) -> None:
    plan = start_on_runlevel(read_leaf(from_text(text)[0], {}), wanted_by)
    assert (plan.codes, plan.pulls) == (codes, pulls)


@pytest.mark.parametrize(("text", "codes"), [
    ("runlevel [016]", ["runlevel-stop"]), ("runlevel 1", ["runlevel-unlike", "runlevel-stop"]),
    ("runlevel 3", ["runlevel-unlike", "runlevel-stop"]),
])
def test_stop_on_runlevel(text: str, codes: list[str]) -> None:
    assert stop_on_runlevel(read_leaf(from_text(text)[0], {})).codes == codes


def test_the_boot() -> None:
    assert boot("startup", True).pulls == ["sysinit.target"]
    assert boot("filesystem").settings == [("Unit", "After", "local-fs.target"), ("Unit", "After", "remote-fs.target")]
    assert boot("mounted MOUNTPOINT=/srv/a-b").pulls == ["srv-a\\x2db.mount"]
    assert boot("mounted MOUNTPOINT='/srv/a b%'").settings == [("Unit", "RequiresMountsFor", '"/srv/a b%%"')]
    assert ("Unit", "Wants", "network-online.target") in boot("net-device-up IFACE!=lo").settings
    assert boot("not-container").settings == [("Unit", "ConditionVirtualization", "|!container")]
    assert boot("container CONTAINER=lxc").settings == [("Unit", "ConditionVirtualization", "|lxc")]


def test_other_events() -> None:
    own = read_leaf(from_text("own")[0], {})
    assert start_on_boot(own, False) is None and stop_on_boot(own) is None


def test_variables() -> None:
    leaf = read_leaf(from_text("own A=$B C=$D")[0], {"B": "1"})
    assert leaf.codes == ("event-variable", "event-variable-unknown")
    assert (leaf.value("A"), leaf.arguments[1][1]) == ("1", "$D")
    assert literal_values(read_leaf(from_text("own A!=1")[0], {})) is None
