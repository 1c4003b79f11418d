# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of upstart_deploy: templates, and values that are omitted."""

from __future__ import annotations

import types
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.action import upstart_deploy


def test_omitted_keys_are_removed() -> None:
    """Both as in ansible-core since 2.19, and as before."""
    omit = type("_OmitType", (), {})()
    entry = {"name": "web", "exec": "a", "nice": omit, "state": omit, "umask": "__omit_place_holder__0a1b",
             "pre_start": {"exec": "b", "interpreter": omit}}
    assert upstart_deploy.without_omitted({"jobs": [entry], "prune": omit}) == {
        "jobs": [{"name": "web", "exec": "a", "pre_start": {"exec": "b"}}]}


def test_the_templates_of_a_list() -> None:
    entries = [{"name": "web", "template": "a.j2"}, {"name": "old", "template": "b.j2", "state": "absent"},
               {"name": "db", "template": None}, "text", {"name": "mail", "template": "c.j2", "state": "stopped"}]
    assert upstart_deploy.templates(entries) == ["a.j2", "c.j2"]


@pytest.mark.parametrize("jobs", ["web", {"name": "web"}, 3, None])
def test_the_module_reports_what_is_no_list(jobs: Any) -> None:
    assert upstart_deploy.templates(jobs) == []


def test_a_tilde_is_left_to_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """There it is the home directory of the user that become selects."""
    monkeypatch.setenv("HOME", "/home/of/the/controller")
    action = upstart_deploy.ActionModule.__new__(upstart_deploy.ActionModule)
    arguments = {"jobs": [], "manifest_dir": "~/lists"}
    action._task = types.SimpleNamespace(args=arguments, get_play=lambda: types.SimpleNamespace(_uuid="play"))
    assert action._arguments({}) == {**arguments, "_texts": [], "_play": "play"}
