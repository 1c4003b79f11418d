# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start on and stop on."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.conditions import add_files
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import UNITS, codes, unit_lines

DB = {"db": "exec /db\n"}
ACTIVE_DB = "ExecCondition=+/bin/systemctl is-active --quiet db.service"


def links(jobs: dict[str, str]) -> list[str]:
    return [path.replace(UNITS, "") for path in to_systemd(jobs)["links"]]


@pytest.mark.parametrize(("condition", "names", "lines"), [
    ("started db", ["db.service.wants"], ["After=db.service", ACTIVE_DB]),
    ("started db and runlevel [2345]", ["db.service.wants", "multi-user.target.wants"], [ACTIVE_DB]),
    ("started db or runlevel [2345]", ["db.service.wants", "multi-user.target.wants"], ["After=db.service"]),
    ("started db and own", [], [ACTIVE_DB]),
    ("filesystem and runlevel [2345]", ["multi-user.target.wants"], ["After=local-fs.target"]),
    ("startup and runlevel [2345]", ["multi-user.target.wants"], []),
    ("startup", ["sysinit.target.wants"], ["DefaultDependencies=no", "Conflicts=shutdown.target"]),
])
def test_start_on(condition: str, names: list[str], lines: list[str]) -> None:
    jobs = {**DB, "web": f"start on {condition}\nexec /x\n"}
    assert links(jobs) == [f"{name}/web.service" for name in names]
    assert set(lines) <= set(unit_lines(jobs))


def test_alternatives_are_not_required() -> None:
    assert not [line for line in unit_lines({**DB, "web": "start on started db or own\n"}) if line == ACTIVE_DB]


def test_the_boot_alone_does_not_start_what_also_waits_for_alternatives() -> None:
    jobs = {**DB, "web": "start on (started db or own) and runlevel [2345]\nexec /x\n"}
    assert links(jobs) == ["db.service.wants/web.service"]
    jobs["web"] = "start on (started db or filesystem) and runlevel [2345]\nexec /x\n"
    assert links(jobs) == ["db.service.wants/web.service", "multi-user.target.wants/web.service"]


def test_an_older_systemd_needs_the_other_unit_all_the_time() -> None:
    jobs = {**DB, "web": "start on started db\nexec /x\n"}
    assert "Requisite=db.service" in unit_lines(jobs, systemd_version=242)
    assert codes(jobs, systemd_version=242)["older-systemd"] == "approximate"
    assert "older-systemd" not in codes(jobs, systemd_version=243)


def test_no_variable_in_start_on() -> None:
    """Upstart looks for the variables of start on in no environment, not even in that of the job file."""
    jobs = {**DB, "web": "env D=db\nstart on started $D\nexec /x\n"}
    assert (links(jobs), codes(jobs)["event-variable-unknown"]) == ([], "impossible")


@pytest.mark.parametrize(("text", "is_reported"), [
    ("stop on runlevel [!2345]\n", False), ("stop on deconfiguring-networking\n", False), ("stop on own\n", True),
    ("", True), ("task\n", False),
])
def test_the_shutdown_stops_each_unit(text: str, is_reported: bool) -> None:
    assert ("shutdown" in codes({"web": f"{text}exec /x\n"})) == is_reported


def test_the_same_event_starts_and_stops() -> None:
    assert codes({"web": "start on up\nstop on up\n"})["event-both"] == "impossible"
    assert "event-both" not in codes({"web": "start on up A=1\nstop on up A=2\n"})


def test_lines_of_events() -> None:
    conf = "start on (started db\n  and own\n  and started db)\n"
    events = [(finding["line"], finding["code"]) for finding in to_systemd({**DB, "web": conf})["findings"]
              if finding["code"] in ("started", "event")]
    assert events == [(1, "started"), (2, "event"), (3, "started")]


def test_instances_follow_literal_values() -> None:
    jobs = {"one": "instance $N\nstart on add N=5 or add N=6\nstop on remove\nexec /x\n"}
    files = to_systemd(jobs)["files"]
    assert "Wants=one@5.service\n" in files[UNITS + "event-add@5.service"]
    assert {"Conflicts=event-remove.service", "Before=event-remove.service"} <= set(unit_lines(jobs, "one@.service"))


def test_an_event_names_the_instance() -> None:
    jobs = {"one": "instance $N\nstart on add\nstop on remove N=$N\nexec /x\n", "two": "start on add\nexec /x\n",
            "adder": "script\ninitctl emit add N=5\nend script\n"}
    files = to_systemd(jobs)["files"]
    assert {"Wants=one@%i.service", "Wants=two.service"} <= set(unit_lines(jobs, "event-add@.service"))
    assert "Wants=one" not in files[UNITS + "event-add.service"]
    lines = set(unit_lines(jobs, "one@.service"))
    assert {"Conflicts=event-remove@%i.service", "Before=event-remove@%i.service"} <= lines
    assert "systemctl start event-add@5.service\n" in files["/usr/local/lib/upstart-jobs/adder.main"]


def test_a_device_names_the_instance() -> None:
    files = to_systemd({"one": "instance $INTERFACE\nstart on net-device-added\nexec /x\n"})["files"]
    assert '"one@$env{INTERFACE}.service"' in files["/etc/udev/rules.d/90-upstart-one.rules"]


def test_files_are_joined() -> None:
    files = {"a.rules": "1\n", "b": "x"}
    add_files(files, {"a.rules": "2\n", "b": "x", "c": "y"})
    assert files == {"a.rules": "1\n2\n", "b": "x", "c": "y"}
