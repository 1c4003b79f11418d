# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event units."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.events import EventUnits
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import TranslationOptions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.host import UpstartHost

UNITS = "/etc/systemd/system/"


def test_listeners() -> None:
    events = EventUnits(UpstartHost([], TranslationOptions(SystemdRelease(252))))
    events.add("own", None, "Wants", "web.service")
    events.add("own", None, "Conflicts", "db.service")
    events.add("alone")
    files = events.files()
    assert sorted(files) == [f"{UNITS}event-alone.service", f"{UNITS}event-own.service"]
    assert files[f"{UNITS}event-own.service"].split("[Unit]\n")[1] == (
        "Description=Event own\nStartLimitIntervalSec=0\nConflicts=db.service\nWants=web.service\nAfter=db.service\n"
        "After=web.service\n\n[Service]\nType=oneshot\nExecStart=/bin/true\n")


def test_an_event_with_the_name_of_a_unit() -> None:
    events = EventUnits(UpstartHost([], TranslationOptions(SystemdRelease(252))))
    events.add("a.service", "1", "Wants", "web.service")
    assert sorted(events.files()) == [UNITS + name for name in (
        "event-a.service.service", "event-a.service@.service", "event-a.service@1.service")]


def test_values() -> None:
    events = EventUnits(UpstartHost([], TranslationOptions(SystemdRelease(252))))
    events.add("own", "a b", "Wants", "web.service")
    events.add("own", None, "Wants", "db.service")
    files = events.files()
    assert events.templates() == {"own"}
    assert "Wants=web.service\n" in files[f"{UNITS}event-own@a\\x20b.service"]
    for name in ("event-own.service", "event-own@.service", "event-own@a\\x20b.service"):
        assert "Wants=db.service\n" in files[UNITS + name]
