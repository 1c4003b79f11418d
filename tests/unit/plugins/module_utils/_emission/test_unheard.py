# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event that no job waits for is noted, with the event that is probably meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import unheard
from ansible_collections.sysinit.upstart.plugins.module_utils._emission.emit import Emission

AWAITED = {"deploy-done", "started", "runlevel"}
JOBS = ["web", "db"]


@pytest.mark.parametrize(("name", "remedy"), [
    ("deploy_done", "did you mean deploy-done?"),
    ("DeployDone", "did you mean deploy-done?"),
    ("deploy-doen", "did you mean deploy-done?"),
    ("deploy done", "did you mean deploy-done?"),
    ("deploy-done VERSION=3", "set name to deploy-done, and put its variables in env"),
    ("web", "it is the name of a job, which upstart_service starts and stops"),
    ("backup-finished", None),
])
def test_nobody_waits(name: str, remedy: str | None) -> None:
    note, suggests = unheard.note_of(name, AWAITED, JOBS)
    assert note == f"no job waits for the event {name}" + (f": {remedy}" if remedy else "")
    assert suggests == (remedy is not None)


@pytest.mark.parametrize("name", sorted(AWAITED))
def test_somebody_waits(name: str) -> None:
    assert unheard.note_of(name, AWAITED, JOBS) == (None, False)


class Client:
    """A daemon that has loaded some jobs."""

    def __init__(self, *jobs: str) -> None:
        self._jobs = list(jobs)

    def jobs(self) -> list[str]:
        return self._jobs


def noted(folder: Path, name: str, *jobs: str, env: tuple[str, ...] = ()) -> Any:
    emission = Emission(name=name, env=[*env], wait=True, timeout=1.0, stable_for=0.0, log_dir="", conf_dir=str(folder))
    return unheard.note_on_emission(Client(*jobs), emission, (1, 13, 2))[0]


def test_the_files_of_the_loaded_jobs_count(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("start on a or (b and c X=1)\nstop on d\nexec x\n")
    (tmp_path / "web.override").write_text("stop on e\n")
    (tmp_path / "unloaded.conf").write_text("start on f\nexec x\n")
    for name in "abe":
        assert noted(tmp_path, name, "web") is None
    assert noted(tmp_path, "c", "web", env=("X=1",)) is None
    for name in "df":
        assert noted(tmp_path, name, "web") == f"no job waits for the event {name}"


MOUNTED = "no job waits for the event mounted "


@pytest.mark.parametrize(("conditions", "env", "note"), [
    (["start on mounted MOUNTPOINT=/srv"], [], MOUNTED + "without variables: a waits for mounted MOUNTPOINT=/srv"),
    (["start on mounted MOUNTPOINT=/srv"], ["MOUNTPOINT=/vagrant"],
     MOUNTED + "with these variables: a waits for mounted MOUNTPOINT=/srv"),
    (["start on x or mounted /srv ext4", "stop on mounted T=nfs*"], ["MOUNTPOINT=/srv", "TYPE=nfs"],
     MOUNTED + "with these variables: a waits for mounted /srv ext4, b waits for mounted T=nfs*"),
    (["start on mounted X=%d" % number for number in range(5)], [], MOUNTED + "without variables: a waits for mounted "
     "X=0, b waits for mounted X=1, c waits for mounted X=2, and 2 more"),
    (["start on mounted MOUNTPOINT=/srv"], ["MOUNTPOINT=/srv", "TYPE=nfs"], None),
    (["start on mounted MOUNTPOINT!=/srv"], ["MOUNTPOINT=/"], None),
    (["start on mounted X=1", "start on mounted and y"], [], None),
    (["stop on mounted MOUNTPOINT=$DIR"], ["MOUNTPOINT=/"], None),  # the variables of the instance are unknown
])
def test_jobs_that_wait_for_other_variables(tmp_path: Path, conditions: list[str], env: list[str],
                                            note: str | None) -> None:
    jobs = "abcde"[:len(conditions)]
    for job, condition in zip(jobs, conditions):
        (tmp_path / f"{job}.conf").write_text(f"{condition}\nexec x\n")
    assert noted(tmp_path, "mounted", *jobs, env=tuple(env)) == note


def test_nothing_is_said_if_the_conditions_of_a_job_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("start on a\nexec x\n")
    assert noted(tmp_path, "b", "web", "elsewhere") is None
    (tmp_path / "broken.conf").write_text("start in a\n")
    assert noted(tmp_path, "b", "web", "broken") is None
    assert noted(tmp_path, "b", "web") is not None
