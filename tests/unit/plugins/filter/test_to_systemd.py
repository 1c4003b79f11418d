# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_systemd: its options and its errors."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import to_systemd as plugin
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure

WEB = "start on runlevel [2345]\nexec /usr/bin/web\n"


def test_the_result() -> None:
    result = plugin.FilterModule().filters()["to_systemd"]({"web": WEB})
    assert sorted(result) == ["files", "findings", "jobs", "links", "summary", "units"]
    assert result["links"] == {
        "/etc/systemd/system/multi-user.target.wants/web.service": "/etc/systemd/system/web.service"}


def test_a_result_of_upstart_info_gives_the_same_units() -> None:
    info = {"jobs": [{"name": "web", "path": "/etc/init/web.conf", "error": None, "stanzas": structure.read(WEB)}]}
    assert to_systemd(info)["files"] == to_systemd({"web": WEB})["files"]


@pytest.mark.parametrize(("options", "path", "line"), [
    ({"wanted_by": {2: "my.target"}}, "web.service", "WantedBy=my.target"),
    ({"log": "files", "log_dir": "/l"}, "web.service", "StandardError=append:/l/web.log"),
    ({"event_prefix": "upstart-"}, "upstart-own.service", "Description=Event own"),
    ({"script_dir": "/s/"}, "own.service", "ExecStart=/bin/sh -e /s/own.main"),
])
def test_options(options: dict[str, Any], path: str, line: str) -> None:
    jobs = {"web": WEB, "own": "start on own\nscript\nx\nend script\n"}
    assert line in to_systemd(jobs, **options)["files"][f"/etc/systemd/system/{path}"].splitlines()


@pytest.mark.parametrize(("options", "message"), [
    ({"systemd_version": 228}, "systemd_version must be an integer of at least 229, not 228"),
    ({"systemd_version": "252"}, "systemd_version must be"), ({"systemd_version": True}, "systemd_version must be"),
    ({"log": "x"}, "log must be journal or files, not 'x'"), ({"distribution": "x"}, "debian, redhat or none"),
    ({"event_prefix": 5}, "event_prefix must be a text"), ({"wanted_by": "x"}, "wanted_by must be a dictionary"),
])
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        to_systemd({"web": WEB}, **options)


def test_wrong_input() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^sysinit.upstart.to_systemd: needs a dictionary of job files"):
        to_systemd("text")  # type: ignore[arg-type]
