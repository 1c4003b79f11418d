# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Impossible instances in a list of jobs are refused before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import entries as job_entries

TTY = {"name": "tty", "instance": "$TTY", "exec": "a"}
HARM = "but names that are not ASCII corrupt the memory of Upstart; use ASCII in instance and in its variables"
LISTED = "job tty: its instance name is $TTY; list them in instances, or set state to present"


@pytest.mark.parametrize(("entries", "words"), [
    ([{**TTY, "instances": [{"N": 1}]}],
     "job tty: instances has {'N': 1}, without all variables of the instance name $TTY"),
    ([{**TTY, "instances": [{"TTY": 1}, {"TTY": "1"}]}], "job tty: instances has the name '1' twice"),
    ([{**TTY, "instances": [{"TTY": "m\u00fcller"}]}],
     "job tty: instances has the name 'm\u00fcller', " + HARM),
    ([{**TTY, "state": "stopped", "instances": [{"TTY": "1"}, {"TTY": "\u00fc"}]}],
     "job tty: instances has the name '\u00fc', " + HARM),
    ([TTY], LISTED),
    ([{"name": "tty", "content": "instance $TTY\nexec a\n"}], LISTED),
    ([{"name": "tty", "content": "import TTY\ninstance $TTY\nexec a\n"}], LISTED),
    ([{"name": "tty", "exec": "a"}, {"name": "tty", "override": True, "instance": "$TTY"}], LISTED),
    ([{"name": "tty", "exec": "a", "instances": [{"A": 1}, {"A": 2}]}],
     "job tty: instances has 2 entries, but the job has no instance stanza and runs only once"),
])
def test_the_message_names_the_job(entries: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(job_entries.DeploymentError) as caught:
        job_entries.files(entries)
    assert str(caught.value) == words


@pytest.mark.parametrize("entries", [
    [{**TTY, "instances": [{"TTY": 1}, {"TTY": 2}]}],
    [{**TTY, "instances": [{"TTY": 1, "TITLE": "M\u00fcller"}]}],  # not part of the name
    [{**TTY, "instances": []}],
    [{**TTY, "state": "present"}],
    [{**TTY, "state": "stopped"}],
    [{**TTY, "env": {"TTY": "1"}}],
    [{**TTY, "env": ["TTY=1"], "instances": [{}, {"TTY": 2}]}],
    [{**TTY, "instance": "${TTY:-x}"}],
    [{**TTY, "env": "TTY=1"}],  # not checked
    [{"name": "tty", "exec": "a", "instances": [{"A": 1}]}],  # variables for a single instance
    [{"name": "tty", "content": "instance $TTY\nexec a\n", "instances": [{"TTY": 1}]}],
    [{"name": "tty", "content": "instnce $TTY\n"}],  # upstart_job reports the line
    [{"name": "tty", "merge": True, "nice": 1, "instances": [{"A": 1}, {"A": 2}]}],  # the other stanzas are on the host
    [{"name": "tty", "override": True, "instance": "$TTY"}],
    [TTY, {"name": "tty", "override": True, "env": {"TTY": "1"}}],
    [{"name": "tty", "state": "absent"}],
])
def test_others_are_fine(entries: list[dict[str, Any]]) -> None:
    assert len(job_entries.files(entries)) == len(entries)


@pytest.mark.parametrize("name", ["", "team/shop", "..", "../x", "a b", "-a", "shop\n"])
def test_the_name_of_a_list_is_a_file_name(name: str) -> None:
    with pytest.raises(job_entries.DeploymentError, match="upstart_jobs_set must have only letters, digits"):
        job_entries.files([], [], name)
    assert job_entries.files([], [], "Shop-2.1_a") == []
