# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option dialect: all modules read, write and compare the job files of ChromeOS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import encoded
from ansible_collections.sysinit.upstart.tests.unit.support import run_module
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

CHROMEOS = {"dialect": "chromeos"}
KIOSK = {"name": "kiosk", "import": ["URL"], "tmpfiles": ["/a.conf", "/b.conf"], "exec": "sleep 1000"}
TEXT = "import URL\n\ntmpfiles /a.conf /b.conf\n\nexec sleep 1000\n"
REMEDY = "only the init of ChromeOS has import: set dialect: chromeos if the host runs it"

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[with_daemon.Daemon]:
    monkeypatch.setenv("UPSTART_BOOT", with_daemon.boot_command("--dialect chromeos"))
    with with_daemon.running() as running:
        yield running


@pytest.fixture
def run(daemon: with_daemon.Daemon) -> Run:
    """Return a function that runs a module with a host that runs the init of ChromeOS."""
    where = {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 60}
    return lambda module, **more: run_module.result(run_module.start(module, **{**where, **CHROMEOS, **more}))


def offline(folder: Path, **options: Any) -> dict[str, Any]:
    """Run upstart_job without a daemon."""
    return run_module.result(run_module.start("upstart_job", load=False, conf_dir=str(folder), **options))


def codes(result: dict[str, Any]) -> list[str]:
    return sorted(finding["code"] for finding in result["jobs"][0]["warnings"])


def test_a_job_from_options(run: Run, daemon: with_daemon.Daemon) -> None:
    first, again = run("upstart_job", **KIOSK), run("upstart_job", **KIOSK)
    assert (daemon.conf / "kiosk.conf").read_text() == TEXT
    assert (first["changed"], again["changed"]) == (True, False)
    job = first["jobs"][0]["job"]
    assert job == {key: value for key, value in KIOSK.items() if key != "name"}
    assert codes(first) == ["chromeos-line-missing"] * 3
    started = run("upstart_service", name="kiosk", state="started", stable_for=0.1)
    assert started["changed"] and not started.get("failed"), started


def test_an_init_without_the_stanzas_of_chromeos() -> None:
    with with_daemon.running() as stock:
        failed = run_module.result(run_module.start(
            "upstart_job", address=stock.address, conf_dir=str(stock.conf), **KIOSK, **CHROMEOS))
    assert failed["msg"].endswith("Check that conf_dir is the job directory of this daemon and that it is the init of "
                                  "ChromeOS, as dialect says.")


def test_instances_need_an_import(run: Run) -> None:
    for name, stanza in (("good", "import N\n"), ("bad", "")):
        run("upstart_job", name=name, content=stanza + "instance $N\nexec sleep 1000\n")
    good, bad = [run("upstart_service", name=name, state="started", env={"N": "1"}, stable_for=0.1)
                 for name in ("good", "bad")]
    assert good["changed"], good
    assert bad["msg"] == (f"Job bad does not import N, so the init of ChromeOS would drop this part of env. Add it to "
                          f"import in {bad['file']}, or remove it from env.")
    with_more = run("upstart_service", name="good", state="started", env={"N": "2", "M": "3", "L": "4"})
    assert with_more["msg"].startswith("Job good does not import L, M, so the init of ChromeOS would drop")
    jobs = {job["name"]: job for job in run("upstart_info")["jobs"]}
    (instance,) = jobs["good"]["instances"]
    assert "N=1" in instance["env"]
    assert instance["stale"] is False
    assert jobs["bad"]["instances"] == []


def test_an_event_sets_only_imported_variables(run: Run) -> None:
    run("upstart_job", name="shop", content="start on go\nimport A\nenv B=own\nexec sleep 1000\n")
    assert run("upstart_event", name="go", env={"A": "1", "B": "2", "C": "3"}, stable_for=0.1)["changed"]
    (instance,) = run("upstart_info", name=["shop"])["jobs"][0]["instances"]
    assert [entry for entry in instance["env"] if entry[0] in "ABC"] == ["A=1"]  # B has the value of the file


def test_upstart_info(run: Run) -> None:
    run("upstart_job", **KIOSK)
    facts = run("upstart_info")
    (job,) = facts["jobs"]
    assert job["error"] is None
    assert job["stanzas"]["import"] == ["URL"]
    assert job["stanzas"]["tmpfiles"] == ["/a.conf", "/b.conf"]
    assert [found["code"] for found in facts["findings"]].count("chromeos-line-missing") == 3
    stock = run("upstart_info", dialect="stock")
    assert stock["jobs"][0]["error"]["message"] == "Unknown stanza"
    assert [(found["code"], found["remedy"]) for found in stock["findings"] if found["code"] == "syntax"] == [
        ("syntax", REMEDY)]


def test_a_later_task_in_check_mode_knows_the_job(run: Run) -> None:
    """The texts of the first task's files reach the second one, which reads them in its dialect."""
    check = {"_ansible_check_mode": True}
    first = run("upstart_job", _foreseen=encoded([]), **KIOSK, **check)
    records = [first["_sysinit_upstart_foreseen"]]
    foreseen = encoded(records)
    second = run("upstart_service", name="kiosk", state="started", stable_for=0.1, _foreseen=foreseen, **check)
    assert second["changed"] and not second.get("failed"), second
    records.append(second["_sysinit_upstart_foreseen"])
    third = run("upstart_service", name="kiosk", state="started", definition="current", stable_for=0.1,
                _foreseen=encoded(records), **check)
    assert not third["changed"] and not third.get("failed"), third
    stock = run("upstart_service", name="kiosk", state="started", stable_for=0.1, dialect="stock", _foreseen=foreseen,
                **check)
    assert stock["failed"] and REMEDY in stock["msg"], stock


def test_the_manifest_forgets_proven_files(run: Run, daemon: with_daemon.Daemon) -> None:
    manifest = str(daemon.scratch / "manifests" / "shop.json")
    jobs = [{**KIOSK, "oom_score": "5"}]
    run("upstart_job", jobs=[KIOSK], manifest=manifest)
    run("upstart_service", name="kiosk", state="started", stable_for=0.1)
    changed = run("upstart_job", jobs=jobs, manifest=manifest)
    assert [entry["name"] for entry in changed["manifest"]["unproven"]] == ["kiosk"]
    run("upstart_service", name="kiosk", state="restarted", stable_for=0.1)
    wait_for(lambda: not run("upstart_job", jobs=jobs, manifest=manifest)["manifest"]["unproven"],
             "the job has run for longer than a second")


def test_a_harmful_copy_of_the_file(run: Run, daemon: with_daemon.Daemon) -> None:
    """Only a job that began before its file was fixed is dangerous. This one began later, and its file can be read."""
    run("upstart_job", **KIOSK)
    (daemon.conf / "kiosk.conf.dpkg-old").write_bytes(b"description \xfc\nexec a\n")
    run("upstart_service", name="kiosk", state="started", stable_for=0.1)
    facts = run("upstart_info")
    assert facts["jobs"][0]["instances"][0]["stale"] is False, facts["left_out"]


@pytest.mark.parametrize(("options", "position"), [
    ({"content": "exec a\nimport A\n"}, ":2: Unknown stanza"),
    ({"import": ["A"], "exec": "a"}, ": Upstart has no stanza import"),
])
def test_stock_refuses(tmp_path: Path, options: dict[str, Any], position: str) -> None:
    refused = offline(tmp_path, name="web", **options)
    assert refused["failed"] and REMEDY in refused["msg"] and position in refused["msg"], refused["msg"]
    assert list(tmp_path.iterdir()) == []
    assert offline(tmp_path, name="web", **options, **CHROMEOS)["changed"]


def test_merge_and_overrides(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("# why\nimport A\nexec a\n")
    merged = offline(tmp_path, name="web", merge=True, **{"import": ["A", "B"]}, **CHROMEOS)
    assert merged["changed"]
    assert (tmp_path / "web.conf").read_text() == "# why\nimport A\nimport B\nexec a\n"
    assert offline(tmp_path, name="web", override=True, tmpfiles=["/a.conf"], **CHROMEOS)["jobs"][0]["job"] == {
        "import": ["A", "B"], "tmpfiles": ["/a.conf"], "exec": "a"}
    assert (tmp_path / "web.override").read_text() == "tmpfiles /a.conf\n"
    assert offline(tmp_path, name="web", merge=True, **{"import": []}, **CHROMEOS)["changed"]
    assert (tmp_path / "web.conf").read_text() == "# why\nexec a\n"


def test_an_old_version_of_chromeos(tmp_path: Path) -> None:
    job = {"name": "web", "upstart_version": "1.2", "oom_score": "never", "exec": "a"}
    assert "needs Upstart 1.3" in offline(tmp_path, **{**job, "kill_signal": "INT"})["msg"]
    assert offline(tmp_path, **{**job, "kill_signal": "INT"}, **CHROMEOS)["changed"]
    assert (tmp_path / "web.conf").read_text() == "kill signal INT\n\noom score never\n\nexec a\n"
