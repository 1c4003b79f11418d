# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of conditions and scripts: every row is reached."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.condition_table import (
    CONDITION_ROWS,
    OTHER_ROWS,
    SCRIPT_ROWS,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.rows import Row
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes

# A condition of the job web for each row; the jobs db and one (an instance) exist.
CONDITIONS = {
    "runlevel": "start on runlevel [2345]", "runlevel-stop": "stop on runlevel [!2345]",
    "shutdown": "start on own", "runlevel-unlike": "start on runlevel 3", "runlevel-graphical": "start on runlevel 5",
    "runlevel-rescue": "start on runlevel S", "runlevel-shutdown": "start on runlevel [06]",
    "runlevel-previous": "start on runlevel RUNLEVEL=2 PREVLEVEL=N", "boot-early": "start on startup",
    "boot-filesystems": "start on filesystem", "mounted": "start on mounted MOUNTPOINT=/srv",
    "mounting": "start on mounting MOUNTPOINT=/srv", "mount-unknown": "start on mounted TYPE=nfs",
    "network-up": "start on net-device-up IFACE!=lo", "network-interface": "start on net-device-up IFACE=eth0",
    "network-loopback": "start on net-device-up IFACE=lo", "network-down": "stop on net-device-down",
    "network-deconfiguring": "stop on deconfiguring-networking", "started": "start on started db",
    "started-task": "start on started daily",
    "starting": "start on starting db", "starts-when-stopping": "start on stopping db",
    "stopping": "stop on stopping db",
    "stopped-then-stop": "stop on stopped db", "stopped": "start on stopped db",
    "stopped-result": "start on stopped db RESULT=failed", "stops-when-started": "stop on started db",
    "job-instance": "start on started one INSTANCE=5", "job-pattern": "start on started JOB=d*",
    "job-arguments": "start on started db X=5", "job-unknown": "start on started nobody", "event": "start on own",
    "event-stop": "stop on own", "event-both": "start on own\nstop on own", "event-value": "start on own X=5",
    "event-instance": "instance $N\nstart on own", "event-arguments": "start on own X=5*",
    "event-failed": "start on db/failed", "event-variable": "env D=db\nstop on stopped $D",
    "event-variable-unknown": "start on started $D", "and": "start on started db and runlevel [2345]",
    "and-events": "start on started db and own", "and-several-events": "start on own and other",
    "and-stop": "stop on own and other", "or": "start on started db or own",
    "device-added": "start on net-device-added",
    "device-removed": "start on net-device-removed", "file": "start on file FILE=/x EVENT=create",
    "file-unknown": "start on file FILE=/x EVENT=delete", "socket": "start on socket PROTO=inet PORT=80",
    "socket-unknown": "start on socket", "dbus-activation": "start on dbus-activation org.x",
    "dbus-signal": "start on dbus SIGNAL=x", "power-key": "start on control-alt-delete",
    "container": "start on container", "session": "start on desktop-session-start", "stop-at-boot": "stop on startup",
    "stop-other": "stop on net-device-removed",
}
SCRIPTS = {
    "script-emit": "initctl emit own", "script-emit-variables": "initctl emit own A=5", "script-start": "start db",
    "script-status": "status db | grep -q running", "script-call": "initctl list",
    "script-events": "echo $UPSTART_EVENTS",
    "script-variable": "echo $RESULT",
}
OTHERS = {
    "unreadable": "nonsense\n", "replaced": ("ssh", "exec /x\n"), "reserved": ("systemd-x", "exec /x\n"),
    "older-systemd": "exec /x\n", "path-search": "exec x\n",
    "stop-order": "start on starting db\nstop on stopping db\n", "order-cycle": "start on started db\n",
}
NEIGHBOURS = {"daily": "task\nexec /x\n", "db": "exec /db\n", "one": "instance $N\nexec /x\n"}


@pytest.mark.parametrize("row", CONDITION_ROWS, ids=lambda row: row.code)
def test_condition(row: Row) -> None:
    assert codes({**NEIGHBOURS, "web": f"{CONDITIONS[row.code]}\nexec /x\n"})[row.code] == row.verdict


@pytest.mark.parametrize("row", SCRIPT_ROWS, ids=lambda row: row.code)
def test_script(row: Row) -> None:
    assert codes({**NEIGHBOURS, "web": f"script\n{SCRIPTS[row.code]}\nend script\n"})[row.code] == row.verdict


@pytest.mark.parametrize("row", OTHER_ROWS, ids=lambda row: row.code)
def test_other(row: Row) -> None:
    job = OTHERS[row.code]
    name, text = job if isinstance(job, tuple) else ("web", job)
    neighbours = {**NEIGHBOURS, "db": "start on started web\nexec /x\n"} if row.code == "order-cycle" else NEIGHBOURS
    version = 239 if row.code == "older-systemd" else 252
    verdict = codes({**neighbours, name: text}, name, systemd_version=version)[row.code]
    assert verdict == row.verdict or row.code == "older-systemd"


@pytest.mark.parametrize("row", CONDITION_ROWS + SCRIPT_ROWS + OTHER_ROWS, ids=lambda row: row.code)
def test_a_difference_comes_with_its_text(row: Row) -> None:
    assert bool(row.change) == bool(row.remedy) == (row.verdict != "exact")
