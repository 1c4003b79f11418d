# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in the options of a task: each has a sentence with the remedy, and right options have none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _arguments

SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "aliases": ["title"]}, "exec": {}, "setuid": {"type": "str"}, "chdir": {"type": "path"},
    "env": {"type": "raw"}, "start_on": {"type": "raw"}, "respawn": {"type": "bool"}, "enabled": {"type": "bool"},
    "kill_timeout": {"type": "int"}, "timeout": {"type": "float"}, "limits": {"type": "dict"},
    "emits": {"type": "list", "elements": "str"}, "_foreseen": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"]},
    "console": {"type": "str", "choices": ["none", "log", "output"]},
    "jobs": {"type": "list", "elements": "dict", "options": {
        "name": {"type": "str"},
        "state": {"type": "str", "choices": ["started", "stopped", "restarted", "reloaded"]}}},
}
QUOTES = "YAML reads yes, no, on and off as true or false. Put it in quotes"


@pytest.mark.parametrize(("sent", "sentence"), [
    ({"exce": "a"}, "Unknown option exce: did you mean exec?"),
    ({"Exec": "a"}, "Unknown option Exec: did you mean exec?"),
    ({"start on": "a"}, "Unknown option start on: did you mean start_on?"),
    ({"kill-timeout": 5}, "Unknown option kill-timeout: did you mean kill_timeout?"),
    ({"user": "www"}, "Unknown option user: did you mean setuid?"),
    ({"cwd": "/"}, "Unknown option cwd: did you mean chdir?"),
    ({"environment": {}}, "Unknown option environment: did you mean env?"),
    ({"tilte": "a"}, "Unknown option tilte: did you mean title?"),
    ({"qqq": 1}, "Unknown option qqq. The options are chdir, console, emits, enabled, env, exec, jobs, kill_timeout, "
                 "limits, name, respawn, setuid, start_on, state, timeout, title."),
    ({"name": True}, f"name must be text, but {QUOTES}."),
    ({"title": False}, f"title must be text, but {QUOTES}."),
    ({"exec": ["/bin/web", "-p"]}, "exec must be text, not a list."),
    ({"chdir": {"a": 1}}, "chdir must be text, not a dictionary."),
    ({"emits": True}, f"emits must be text, but {QUOTES}."),
    ({"emits": ["a", False]}, f"emits must be text, but {QUOTES}."),
    ({"emits": {"a": 1}}, "emits must be a list, not a dictionary."),
    ({"respawn": "always"}, "respawn must be true or false, not always."),
    ({"respawn": {"limit": 5}}, "respawn must be true or false, not a dictionary."),
    ({"kill_timeout": "10s"}, "kill_timeout must be a number, not 10s. Write 10, without a unit."),
    ({"kill_timeout": "5 seconds"}, "kill_timeout must be a number, not 5 seconds. Write 5, without a unit."),
    ({"kill_timeout": 2.5}, "kill_timeout must be a whole number, not 2.5."),
    ({"timeout": "soon"}, "timeout must be a number, not soon."),
    ({"timeout": True}, "timeout must be a number, not true or false."),
    ({"limits": "nofile 5"}, "limits must be a dictionary, not a text."),
    ({"limits": ["nofile"]}, "limits must be a dictionary, not a list."),
    ({"state": "started"},
     "state cannot be started. Set it with upstart_service: upstart_job only writes the job file."),
    ({"state": "enabled"}, "state cannot be enabled. Use the option enabled: true or false."),
    ({"state": "Present"}, "state cannot be Present: did you mean present? Use present or absent."),
    ({"state": "xyz"}, "state cannot be xyz. Use present or absent."),
    ({"console": "syslog"}, "console cannot be syslog: did you mean log? Use none, log or output."),
    ({"console": False}, f"console must be text, but {QUOTES}, or use none, log or output."),
    ({"jobs": ["web"]}, "jobs[0] must be a dictionary, not a text. Write for example {name: web}."),
    ({"jobs": [{"name": "a"}, {"name": "web", "stat": "x"}]},
     "jobs[1] (web): Unknown option stat: did you mean state?"),
    ({"jobs": [{"state": "running"}]},
     "jobs[0]: state cannot be running: did you mean started? Use started, stopped, restarted or reloaded."),
    ({"jobs": [{"name": "a", "state": "present"}]},
     "jobs[0] (a): state cannot be present. Use upstart_job to write or remove the job file."),
])
def test_a_mistake_and_its_remedy(sent: dict[str, Any], sentence: str) -> None:
    assert _arguments.problems(sent, SPEC) == [sentence]


def test_every_unknown_option_is_named() -> None:
    assert _arguments.problems({"start_no": "a", "respwan": True, "state": "up"}, SPEC) == [
        "Unknown option respwan: did you mean respawn?", "Unknown option start_no: did you mean start_on?"]


@pytest.mark.parametrize("sent", [
    {"name": "web", "exec": "a", "respawn": "yes", "kill_timeout": "5", "timeout": "2.5", "state": "present"},
    {"title": 12, "chdir": 1.5, "respawn": 1, "kill_timeout": 5.0, "timeout": 3, "limits": "nofile=5", "emits": "a,b"},
    {"env": ["A=1", True], "start_on": {"any": []}, "limits": '{"nofile": 5}', "console": None, "emits": 5},
    {"_ansible_check_mode": True, "_foreseen": "x", "jobs": [
        {"name": "a", "state": "started"}, "name=b state=stopped"]},
])
def test_right_options(sent: dict[str, Any]) -> None:
    assert _arguments.problems(sent, SPEC) == []
