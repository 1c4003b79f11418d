# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job that is probably meant by a name that no job has."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import similar_jobs


@pytest.mark.parametrize(("name", "question"), [
    ("web.conf", "did you mean web?"),
    ("/srv/init/web.conf", "did you mean web?"),
    ("Web", "did you mean web?"),
    (" web", "did you mean web?"),
    ("web.service", "did you mean web?"),
    ("worker ID=1", "did you mean worker, with its variables in env?"),
    ("worker (1)", "did you mean worker, with its variables in env?"),
    ("web, db", "did you mean web?"),
    ("wroker", "did you mean worker?"),
    ("something-else", None),
])
def test_the_job_that_is_probably_meant(name: str, question: str | None) -> None:
    assert similar_jobs.similar_job(name, ["db", "web", "worker"], "/srv/init") == question
