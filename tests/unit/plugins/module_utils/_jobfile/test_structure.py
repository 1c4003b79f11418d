# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files as options: the stanza ``manual``, and the releases that read overrides."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import same_job


@pytest.mark.parametrize(("conf", "override", "version", "options"), [
    ("start on a\n", None, (1, 13, 2), {"start_on": "a"}),
    ("start on a\nmanual\n", None, (1, 13, 2), {"manual": True}),
    ("manual\nstart on a\n", None, (1, 13, 2), {"start_on": "a"}),
    ("exec b\n", None, (1, 13, 2), {"exec": "b"}),
    ("start on a\n", "manual\n", (1, 13, 2), {"manual": True}),
    ("start on a\n", "manual\n", (1, 3), {"manual": True}),
    ("start on a\n", "manual\n", (1, 2), {"start_on": "a"}),
])
def test_read(conf: str, override: str | None, version: tuple[int, ...], options: dict[str, Any]) -> None:
    assert structure.read(conf, override, version) == options


def test_a_dialect() -> None:
    release = structure.version_of("1.2", "chromeos")
    job = {"import": ["A"], "oom_score": "never", "tmpfiles": ["/a.conf"], "exec": "b"}
    text = structure.write(job, release)
    assert text == "import A\n\noom score never\n\ntmpfiles /a.conf\n\nexec b\n"
    assert structure.read(text, None, release) == job
    with pytest.raises(JobFileError, match="chrome is not a dialect .use one of stock, chromeos"):
        structure.version_of("1.2", "chrome")


@pytest.mark.parametrize(("manual", "text"), [
    (True, "start on a\nmanual\n"), (False, "start on a\n"), (None, "start on a\n"),
])
def test_write_manual(manual: Any, text: str) -> None:
    assert structure.write({"start_on": "a", "manual": manual}) == text


@pytest.mark.parametrize(("conf", "override", "env"), [
    ("env A=1\nenv B=2\n", "env A=3\n", {"A": "3", "B": "2"}),
    ("env A=1\nenv A=2\n", "env B=3\nenv B=4\n", {"A": "2", "B": "4"}),
    ("env A\n", "env A=1\n", {"A": "1"}),
    ("env A=1\n", "env A\n", {"A": None}),
    ("env A=1\nenv A=2\n", None, ["A=1", "A=2"]),
])
def test_only_the_last_value_counts_with_an_override(conf: str, override: str | None, env: Any) -> None:
    assert structure.read(conf, override)["env"] == env


def test_a_job_with_an_override_is_the_same_when_it_is_written_to_one_file() -> None:
    conf = "start on a\nemits x\nexport A\nenv A=1\nenv B=2\nlimit nofile 1 2\nnormal exit 1\nexec /bin/one\nnice 1\n"
    override = "manual\nemits x\nexport A\nenv B=3\nenv A=4\nlimit nofile 3 4\nnormal exit 1\nscript\ntwo\nend script\n"
    text = structure.write(structure.read(conf, override))
    assert text.count("env A") == text.count("env B") == 1
    assert same_job(parse_job(text), parse_job(conf, override))
