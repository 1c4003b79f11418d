# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter not_running."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import not_running as plugin
from ansible_collections.sysinit.upstart.plugins.filter.not_running import not_running
from ansible_collections.sysinit.upstart.tests.unit.support.job_states import job


def test_it_lists_the_job_with_its_condition() -> None:
    cron = {**job(), "name": "cron", "start_on": {"runlevel": [2, 3, 4, 5]}}
    sample = yaml.safe_load(plugin.RETURN)["_value"]["sample"]
    assert not_running({"jobs": [cron], "runlevel": "2", "previous_runlevel": "N"}) == sample


@pytest.mark.parametrize(("info", "message"), [
    (7, "sysinit.upstart.not_running: the input has no jobs. Use the result of sysinit.upstart.upstart_info"),
    ({}, "sysinit.upstart.not_running: the input has no jobs. Use"),
    ({"jobs": [{}]}, "sysinit.upstart.not_running: the input has no jobs. Use"),
    ({"failed": True, "msg": "No Upstart."}, "sysinit.upstart.not_running: the input has no jobs: No Upstart. Use"),
])
def test_errors(info: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        not_running(info)
    assert str(caught.value).startswith(message)


def test_the_documentation() -> None:
    documented = yaml.safe_load(plugin.DOCUMENTATION)
    assert list(documented["options"]) == ["_input"] and len(inspect.signature(not_running).parameters) == 1
    assert list(plugin.FilterModule().filters()) == [documented["name"]]
    assert yaml.safe_load(plugin.EXAMPLES)
