# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of upstart_job, and its list of jobs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import dialect_of
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.options import NAMES_OF_OPTIONS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options


def params(**given: Any) -> dict[str, Any]:
    options: dict[str, Any] = dict.fromkeys(job_options.argument_spec())
    options.update(state="present", override=False, merge=False, exact=False, backup=False, force=True, jobs=None)
    options.update(given)
    return options


def refused(**given: Any) -> UpstartError:
    with pytest.raises(UpstartError) as caught:
        job_options.wanted_jobs(params(**given))
    return caught.value


def test_every_option_has_a_type() -> None:
    spec = job_options.argument_spec()
    assert set(spec) == set(NAMES_OF_OPTIONS) | set(job_options.FILE_OPTIONS)
    assert not set(NAMES_OF_OPTIONS) & set(job_options.FILE_OPTIONS)
    names = ("manual", "kill_timeout", "limits", "start_on", "emits", "description")
    assert [spec[name]["type"] for name in names] == ["bool", "int", "raw", "raw", "list", "str"]
    assert spec["emits"] == {"type": "list", "elements": "str"}
    assert spec["expect"]["choices"] == ["none", "stop", "fork", "daemon"]


def test_one_job() -> None:
    (wanted,) = job_options.wanted_jobs(params(name="web", exec="a", respawn=False, backup=True))
    assert wanted.stanzas == {"exec": "a", "respawn": False}
    assert (wanted.name, wanted.state, wanted.backup, wanted.content) == ("web", "present", True, None)


def test_a_list_of_jobs() -> None:
    first, second, third = job_options.wanted_jobs(params(name=None, jobs=[
        {"name": "web", "kill_timeout": "9", "respawn": "yes", "emits": "a"},
        {"name": "web", "override": True, "content": "manual\n"},
        {"name": "old", "state": "absent"},
    ]))
    assert first.stanzas == {"kill_timeout": 9, "respawn": True, "emits": ["a"]}
    assert (first.override, first.merge, first.state) == (False, False, "present")
    assert (second.override, second.content, second.stanzas) == (True, "manual\n", {})
    assert (third.name, third.state) == ("old", "absent")


@pytest.mark.parametrize(("jobs", "words"), [
    ([{"name": "web", "exce": "a"}], ["jobs: web: ", "exce"]),
    ([{"name": "a"}, {"exec": "b"}], ["jobs: entry 1: ", "name"]),
    ([{"name": "web", "kill_timeout": "soon"}], ["jobs: web: ", "kill_timeout"]),
    ([{"name": "web", "expect": "spoon"}], ["jobs: web: ", "expect", "fork"]),
    ([{"name": "web", "jobs": []}], ["jobs: web: ", "jobs"]),
    ([{"name": "web"}, {"name": "b"}, {"name": "web"}], ["jobs: web is listed twice"]),
    ([{"name": "web", "state": "absent", "force": False}], ["Job web: force: false keeps an existing file"]),
    ([{"name": "web", "content": "a", "exec": "b"}], ["Job web: content sets the whole file", "combined with exec."]),
])
def test_lists_that_are_refused(jobs: list[dict[str, Any]], words: list[str]) -> None:
    message = refused(jobs=jobs).message
    assert [word for word in words if word not in message] == []


def test_content_stands_alone() -> None:
    assert "cannot be combined with exec, respawn." in refused(name="web", content="x", respawn=True, exec="a").message
    assert "cannot be combined with merge." in refused(name="web", content="x", merge=True).message
    assert "cannot be combined with preset." in refused(name="web", content="x", preset="task").message


class Client:
    def version(self) -> tuple[int, ...]:
        return (1, 5)


def test_the_release() -> None:
    assert job_options.version_of(None, None) == (1, 13, 2)
    assert job_options.version_of(None, Client()) == (1, 5)
    assert job_options.version_of("1.12.1", Client()) == (1, 12, 1)
    assert dialect_of(job_options.version_of(None, None)) == "stock"
    assert dialect_of(job_options.version_of(None, None, "chromeos")) == "chromeos"
    assert dialect_of(job_options.version_of("1.2", Client(), "chromeos")) == "chromeos"


@pytest.mark.parametrize("text", ["", "1", "1.", "upstart 1.5", "1.5-rc1", "latest"])
def test_invalid_releases_are_refused(text: str) -> None:
    with pytest.raises(UpstartError, match="must be a release such as 1.12.1"):
        job_options.version_of(text, None)


def test_a_name_with_the_suffix_of_a_file(tmp_path: Any) -> None:
    words = "it is the name of a file. Leave out .conf: write name: web."
    assert words in refused(name="web.conf", conf_dir=str(tmp_path)).message
    assert words in refused(name=None, conf_dir=str(tmp_path), jobs=[{"name": "web.conf", "exec": "a"}]).message
    (restored,) = job_options.wanted_jobs(params(name="web.conf", restore={"content": ""}, conf_dir=str(tmp_path)))
    assert restored.name == "web.conf"
