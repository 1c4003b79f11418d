# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Impossible instances in a list of jobs are refused before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import instances
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.entries import ListedJob
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

TTY = "instance $TTY\nexec a\n"
HARM = "but names that are not ASCII corrupt the memory of Upstart; use ASCII in instance and in its variables"
LISTED = "job tty: its instance name is $TTY; list them in instances, or set state to present"


def faults(text: str, override: str | None, entry: dict[str, Any]) -> list[str]:
    job = ListedJob("tty")
    job.add(entry)
    return instances.faults(job, parse_job(text, override))


@pytest.mark.parametrize(("text", "override", "entry", "words"), [
    (TTY, None, {"instances": [{"N": 1}]},
     "job tty: instances has {'N': 1}, without all variables of the instance name $TTY"),
    (TTY, None, {"instances": [{"TTY": 1}, {"TTY": "1"}]}, "job tty: instances has the name '1' twice"),
    (TTY, None, {"instances": [{"TTY": "m\u00fcller"}]}, "job tty: instances has the name 'm\u00fcller', " + HARM),
    (TTY, None, {"state": "stopped", "instances": [{"TTY": "1"}, {"TTY": "\u00fc"}]},
     "job tty: instances has the name '\u00fc', " + HARM),
    (TTY, None, {}, LISTED),
    ("exec a\n", "instance $TTY\n", {}, LISTED),
    ("exec a\n", None, {"instances": [{"A": 1}, {"A": 2}]},
     "job tty: instances has 2 entries, but the job has no instance stanza and runs only once"),
])
def test_the_message_names_the_job(text: str, override: str | None, entry: dict[str, Any], words: str) -> None:
    assert faults(text, override, entry) == [words]


@pytest.mark.parametrize(("text", "override", "entry"), [
    (TTY, None, {"instances": [{"TTY": 1}, {"TTY": 2}]}),
    (TTY, None, {"instances": [{"TTY": 1, "TITLE": "M\u00fcller"}]}),  # not part of the name
    (TTY, None, {"instances": []}),
    (TTY, None, {"state": "present"}),
    (TTY, None, {"state": "stopped"}),
    (TTY + "env TTY=1\n", None, {}),
    (TTY + "env TTY=1\n", None, {"instances": [{}, {"TTY": 2}]}),
    ("instance ${TTY:-x}\nexec a\n", None, {}),
    ("exec a\n", None, {"instances": [{"A": 1}]}),  # variables for a single instance
    (TTY, "env TTY=1\n", {}),
    (TTY, None, {"state": "absent"}),
])
def test_others_are_fine(text: str, override: str | None, entry: dict[str, Any]) -> None:
    assert faults(text, override, entry) == []


@pytest.mark.parametrize(("old", "new", "expected"), [
    (TTY, "instance ${TTY}\nexec b\n", False),
    (TTY, "instance $TTY\nenv A=b\nexec a\n", False),
    (TTY, "instance $TTY\nenv TTY=b\nexec a\n", True),
    (TTY, "exec a\n", True),
    ("exec a\n", "exec b\n", False),
])
def test_definitions_that_give_instances_other_names(old: str, new: str, expected: bool) -> None:
    assert instances.renames(parse_job(old), parse_job(new)) is expected
