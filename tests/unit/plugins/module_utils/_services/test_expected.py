# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs whose files are not written yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import LATEST
from ansible_collections.sysinit.upstart.plugins.module_utils._services.expected import ExpectedJob


@pytest.mark.parametrize(("override", "options", "enabled", "override_counts"), [
    (None, {"exec": "b", "start_on": "x"}, True, False),
    ("manual\n", {"exec": "b", "start_on": "x", "manual": True}, False, True),  # the override disables the job
    (None, {"exec": "b", "start_on": "x", "manual": True}, False, False),  # the job file disables the job
    ("nice 5\n", {"exec": "b", "start_on": "x"}, True, False),  # upstart_job will change the override, too
    ("nice 5\n", {"exec": "b", "nice": 5}, False, True),
    ("frob\n", {"exec": "b", "start_on": "x"}, True, False),
])
def test_a_job_that_is_yet_to_be_written(tmp_path: Path, override: str | None, options: dict[str, Any], enabled: bool,
                                         override_counts: bool) -> None:
    (tmp_path / "web.conf").write_text("frob\n")
    if override:
        (tmp_path / "web.override").write_text(override)
    definition = ExpectedJob(options).definition("web", str(tmp_path), LATEST)
    assert (definition.error, definition.is_enabled()) == (None, enabled)
    assert (definition.override_text is not None) == override_counts
