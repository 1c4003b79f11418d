# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files as options: the stanza ``manual``, and the releases that read overrides."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError


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
