# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that a run has brought up with their current files, so that they are not rolled back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.proven import proven_jobs
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError


def target(name: str, *steps: str, state: str | None = "started", error: UpstartError | None = None,
           script: str | None = None, **plan: Any) -> SimpleNamespace:
    planned = SimpleNamespace(**{"steps": list(steps), "kept_by": [], "group": None, "stale": None, **plan})
    return SimpleNamespace(job=name, script=script, wanted=SimpleNamespace(state=state), plan=planned,
                           result=SimpleNamespace(error=error))


@pytest.mark.parametrize(("targets", "proven"), [
    ([target("web", "start")], True),
    ([target("web", "stop", "start", state="restarted")], True),
    ([target("web", "reload", state="reloaded", stale=True)], True),
    ([target("web", stale=False)], True),
    ([target("web", stale=True)], False),
    ([target("web", stale=None)], False),
    ([target("web", "start", error=UpstartError("x"))], False),
    ([target("web", "start"), target("web", "start", error=UpstartError("x"))], False),
    ([target("web", "start", kept_by=["2"])], False),
    ([target("web", "stop", state="stopped", stale=False)], False),
    ([target("web", state=None, stale=False)], False),
    ([target("web", "start", script="/etc/init.d/web")], False),
    ([target("other", "start")], False),
    ([target("web", "stop", state="stopped", group=["it", "other"]), target("web", "start", state="restarted")], True),
    ([target("web", "stop", state="stopped", group=["it"])], False),
])
def test_jobs_that_have_proven_their_files(targets: list[Any], proven: bool) -> None:
    assert ("web" in proven_jobs(targets)) == proven
