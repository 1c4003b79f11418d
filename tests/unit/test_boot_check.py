# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/boot_check.yml on a directory of job files, and on a host."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import ansible_runs
from ansible_collections.sysinit.upstart.tests.unit.support.boot_machines import BASE

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = ROOT / "playbooks" / "boot_check.yml"
DB, WEB = "start on filesystem\nexec /usr/bin/db\n", "start on started db and runlevel [2345]\nexec /usr/bin/web\n"
REASON = "started dbb never comes: there is no job dbb; did you mean db?"


def write(folder: Path, **jobs: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {**BASE, **jobs}.items():
        (folder / f"{name}.conf").write_text(text.replace("@bin", "/sbin"))
    return folder


def check(home: Path, hosts: str = "localhost,", **variables: Any) -> tuple[int, str]:
    """Run the playbook; return its exit status and its output."""
    command = [sys.executable, "-m", "ansible.cli.playbook", str(PLAYBOOK), "-i", hosts, "-c", "local",
               "-e", json.dumps(variables), "-e", f"ansible_python_interpreter={ansible_runs.interpreter()}"]
    environment = {**ansible_runs.environment(), "HOME": str(home), "ANSIBLE_LOCAL_TEMP": str(home / "tmp")}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    return result.returncode, result.stdout + result.stderr


def test_a_directory_that_comes_up(tmp_path: Path) -> None:
    folder = write(tmp_path / "init", db=DB, web=WEB)
    status, output = check(tmp_path, boot_check_dir=str(folder), boot_check_jobs=["web", "db"])
    assert status == 0, output
    assert "All jobs that must come up will, up to runlevel 2" in output


@pytest.mark.parametrize(("form", "expected"), [
    ("github", "::error file={folder}/web.conf,line=2::web does not come up at boot: " + REASON),
    ("gitlab", '"lines": {{\n                "begin": 2\n            }},\n            "path": "{folder}/web.conf"'),
    ("junit", '<failure message="' + REASON + '"/>'),
])
def test_a_change_that_stops_a_job(tmp_path: Path, form: str, expected: str) -> None:
    before = write(tmp_path / "before", db=DB, web=WEB)
    after = write(tmp_path / "after", db=DB, web="# The shop\n" + WEB.replace("db", "dbb"))
    report = tmp_path / "report.txt"
    status, output = check(tmp_path, boot_check_dir=str(after), boot_check_before_dir=str(before),
                           boot_check_report=str(report), boot_check_format=form)
    assert status == 2, output
    assert f"web no longer starts: {REASON}" in output
    assert expected.format(folder=after) in report.read_text()


def test_a_host(tmp_path: Path) -> None:
    with with_daemon.running() as daemon:
        write(daemon.conf, db=DB, web=WEB)
        variables: dict[str, Any] = {"boot_check_jobs": ["web"], "upstart_address": daemon.address,
                                     "upstart_conf_dir": str(daemon.conf), "boot_check_hosts": "localhost"}
        status, output = check(tmp_path, **variables)
        assert status == 0, output
        variables["boot_check_jobs"] = ["web", "mail"]
        status, output = check(tmp_path, **variables)
        assert status == 2 and "there is no such job" in output, output


def test_names_and_texts_of_job_files_stay_data(tmp_path: Path) -> None:
    """A template in a job file must not be evaluated, and a text must not end a workflow command."""
    condition = f"started \"{{{{ lookup('pipe', 'touch ' ~ '{tmp_path}/mark') }}}}%0A\""
    folder = write(tmp_path / "init", **{"a,b:c%": f"start on {condition}\n"})
    report = tmp_path / "report.txt"
    status, output = check(tmp_path, boot_check_dir=f"{folder}/", boot_check_jobs=["a,b:c%"],
                           boot_check_report=str(report))
    assert status == 2 and not (tmp_path / "mark").exists(), output
    assert report.read_text().startswith(
        f"::error file={folder}/a%2Cb%3Ac%25.conf,line=1::a,b:c%25 does not come up at boot: started")
    assert "}}%250A" in report.read_text()


@pytest.mark.parametrize(("form", "expected"), [
    ("github", "::web does not come up at boot of {host}: " + REASON),
    ("gitlab", '"description": "web does not come up at boot of {host}: ' + REASON),
    ("junit", '<testsuite name="boot of {host}" tests="10" failures="1">'),
])
def test_the_annotations_of_several_hosts(tmp_path: Path, form: str, expected: str) -> None:
    report = tmp_path / "report.txt"
    with with_daemon.running() as daemon:
        write(daemon.conf, db=DB, web=WEB.replace("db", "dbb"))
        status, output = check(tmp_path, "one,two,", boot_check_jobs=["web"], upstart_address=daemon.address,
                               upstart_conf_dir=str(daemon.conf), boot_check_report=str(report),
                               boot_check_format=form)
    assert status == 2, output
    assert [expected.format(host=host) in report.read_text() for host in ("one", "two")] == [True, True]


def test_own_jobs_and_the_events_of_the_distribution(tmp_path: Path) -> None:
    folder = tmp_path / "init"
    folder.mkdir()
    (folder / "db.conf").write_text(DB)
    (folder / "web.conf").write_text(WEB)
    status, output = check(tmp_path, boot_check_dir=str(folder), boot_check_jobs=["web"])
    assert status == 2 and "nothing here sends these events: filesystem, runlevel [2345]. Add" in output, output
    status, output = check(tmp_path, boot_check_dir=str(folder), boot_check_jobs=["web"],
                           boot_check_events=["filesystem", "runlevel RUNLEVEL=2 PREVLEVEL=N"])
    assert status == 0 and "All jobs that must come up will, up to runlevel 2" in output, output
