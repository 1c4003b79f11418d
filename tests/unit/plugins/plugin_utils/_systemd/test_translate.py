# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All jobs of a host: nothing is dropped, systemd accepts the result, and it is always the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.document import Document
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import (
    DATA,
    UNITS,
    accepted_jobs,
    unit_lines,
)

# MORE_CASES names a file with more job files, of the same form as those in tests/data/job-file-cases.
MORE = os.environ.get("MORE_CASES")
SETS = [DATA / "own.jsonl", DATA / "generated.jsonl", pytest.param(Path(MORE or "-"), marks=pytest.mark.skipif(
    MORE is None, reason="MORE_CASES does not name a file with more job files"))]
LINES_OF_VERIFY = 40
# What systemd-analyze says about units that are right: their programs are elsewhere, or a name is unusual.
EXPECTED = re.compile(
    r"is not executable: No such file|Accepting user/group name|Special user nobody configured")


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.name)
def test_recorded_jobs_alone(path: Path) -> None:
    for name, job in accepted_jobs(path):
        result = to_systemd({name: job})
        assert result["files"] or result["findings"][0]["code"] == "replaced", name


def texts(job: Any) -> dict[str, str]:
    return {"conf": job} if isinstance(job, str) else job


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.name)
def test_nothing_is_dropped(path: Path) -> None:
    """Each stanza, and each event of the conditions that count, has a finding with its line."""
    jobs = dict(accepted_jobs(path))
    result = to_systemd(jobs, distribution="none")
    places = {(finding["job"], finding["file"].rpartition(".")[2], finding["line"]) for finding in result["findings"]}
    subjects: dict[str, set[str]] = {}
    for finding in result["findings"]:
        subjects.setdefault(finding["job"], set()).add(finding["subject"])
    for name, job in jobs.items():
        for kind, text in texts(job).items():
            for span in Document(text, EVERY_STANZA).stanzas:
                assert (name, kind, span.line) in places, (name, span)
        events = Document(texts(job)["conf"], EVERY_STANZA).values
        if len(texts(job)) == 1:
            for stanza, key in (("start on", "start_on"), ("stop on", "stop_on")):
                for item in events[key] or []:
                    if "event" in item:
                        assert " ".join([stanza, item["event"], *item["args"]]) in subjects[name]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.name)
def test_the_order_of_the_input_does_not_count(path: Path) -> None:
    jobs = dict(accepted_jobs(path))
    turned = dict(reversed(list(jobs.items())))
    assert json.dumps(to_systemd(jobs)) == json.dumps(to_systemd(turned))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze of the package systemd")
@pytest.mark.parametrize("path", SETS, ids=lambda path: path.name)
def test_systemd_accepts_the_units(path: Path, tmp_path: Path) -> None:
    result = to_systemd(dict(accepted_jobs(path)), distribution="none")
    for name, text in result["files"].items():
        if name.startswith(UNITS):
            unit = tmp_path / name[len(UNITS):]
            unit.parent.mkdir(exist_ok=True)
            unit.write_text(text, encoding="utf-8", errors="surrogateescape")
    units = [str(unit).replace("@.", "@x.") for unit in sorted(tmp_path.iterdir()) if unit.is_file()]
    complaints = []
    for first in range(0, len(units), LINES_OF_VERIFY):
        complaints += verify(units[first:first + LINES_OF_VERIFY], tmp_path)
    assert complaints == []


def verify(units: list[str], folder: Path) -> list[str]:
    """Return the complaints of systemd-analyze about some units."""
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:/lib/systemd/system", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--generators=no", *units], capture_output=True,
                          text=True, errors="replace", env=environment, timeout=300, check=False)
    return [line for line in done.stderr.splitlines() if not EXPECTED.search(line)]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze of the package systemd")
def test_a_wrong_unit_is_seen(tmp_path: Path) -> None:
    (tmp_path / "wrong.service").write_text("[Service]\nType=wrong\nExecStart=/bin/true\n", encoding="utf-8")
    assert verify([str(tmp_path / "wrong.service")], tmp_path)


def test_overrides_are_drop_ins() -> None:
    jobs = {"web": {"conf": "start on runlevel 2\nnice 5\nexec /x\n", "override": "nice 6\nmanual\n"}}
    result = to_systemd(jobs)
    assert "Nice=5" in unit_lines(jobs)
    assert "Nice=6" in unit_lines(jobs, "web.service.d/override.conf")
    assert result["links"] == {}
    assert "WantedBy=multi-user.target" in unit_lines(jobs)


def test_the_condition_of_an_override_counts() -> None:
    jobs = {"web": {"conf": "start on runlevel 2\nexec /x\n", "override": "start on own\n"}}
    assert not [line for line in unit_lines(jobs) if line.startswith("WantedBy")]


def test_settings_for_other_units() -> None:
    """A unit that is not translated gets a drop-in."""
    result = to_systemd({"web": "start on stopped ssh RESULT=failed\nexec /x\n", "ssh": "exec /x\n"})
    assert result["files"][f"{UNITS}ssh.service.d/upstart-web.conf"] == "[Unit]\nOnFailure=web.service\n"
    assert result["units"] == {"web": "web.service"}


def test_settings_for_a_job_with_an_override() -> None:
    """They belong to the unit: without the drop-in they still count."""
    jobs = {"web": "start on stopped db\nexec /x\n", "db": {"conf": "exec /x\n", "override": "nice 5\n"}}
    assert "OnSuccess=web.service" in unit_lines(jobs, "db.service")
    assert "OnSuccess=web.service" not in unit_lines(jobs, "db.service.d/override.conf")


def test_stops_that_contradict_the_starts() -> None:
    jobs = {"web": "start on started db\nexec /x\n", "db": "stop on stopping web\nexec /x\n"}
    lines = unit_lines(jobs, "db.service")
    assert "StopPropagatedFrom=web.service" in lines and "After=web.service" not in lines


def test_links_of_instances() -> None:
    result = to_systemd({"one": "env N=5\ninstance $N\nstart on runlevel [2345]\nexec /x\n"})
    assert result["links"] == {f"{UNITS}multi-user.target.wants/one@5.service": f"{UNITS}one@.service"}
    assert "DefaultInstance=5" in result["files"][f"{UNITS}one@.service"]
