# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page and the files of playbooks/migrate.yml."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter import job_texts
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.tests.unit.support import ansible_runs, browser
from ansible_collections.sysinit.upstart.tests.unit.support.html_pages import (
    HOSTILE,
    SVG,
    TEMPLATES,
    check,
    contrast,
    environment,
)

ROOT = Path(__file__).resolve().parents[2]
SHOP = """\
description "Shop"
start on (started db and runlevel [2345])
stop on runlevel [!2345]
respawn
exec /usr/bin/shop
post-start exec initctl emit shop-ready VERSION=7
"""
JOBS = {
    "shop.conf": SHOP, "shop.override": "env PORT=80\n",
    "db.conf": "start on filesystem\nconsole log\nexec /usr/sbin/db\n",
    "report.conf": "start on shop-ready\ntask\nscript\n  [ -n x ] || exit\n  /usr/bin/report $VERSION\nend script\n",
    "ssh.conf": "start on runlevel [2345]\nexec /usr/sbin/sshd -D\n", "broken.conf": "exec a\nexecute b\n",
    "ureadahead.conf": "exec ureadahead\n", "net/peer.conf": "exec peer\n",
}
FEW = {name: JOBS[name] for name in ("shop.conf", "shop.override", "db.conf", "ssh.conf")}
FOLDER = "/jobs"
UNITS = "etc/systemd/system"


def read(files: dict[str, str], folder: str = FOLDER) -> dict[str, Any]:
    """Return what ansible.builtin.slurp returns in a loop."""
    return {"results": [{"item": f"{folder}/{name}", "content": base64.b64encode(text.encode()).decode()}
                        for name, text in files.items()]}


def info(files: dict[str, str], folder: str = "/etc/init") -> dict[str, Any]:
    """Return what upstart_info returns of a host with these files."""
    jobs = []
    for name in sorted(name[:-len(".conf")] for name in files if name.endswith(".conf")):
        override = f"{folder}/{name}.override" if f"{name}.override" in files else None
        jobs.append({"name": name, "path": f"{folder}/{name}.conf", "override": override, "orphan": False,
                     "error": None, "stanzas": structure.read(files[f"{name}.conf"])})
    return {"jobs": jobs}


def render(files: dict[str, str] | None = None, folder: str = FOLDER, **variables: Any) -> str:
    values: dict[str, Any] = {
        "migrate_answers": {"localhost": {}},
        "migrate_texts": job_texts.job_texts(read(files or JOBS, folder)["results"], folder),
        "migrate_folder": folder, "migrate_name": "jobs", "migrate_drawn": {"results": []}, **variables}
    return environment().get_template("migrate.html.j2").render(**values)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", check(text).text)


def test_each_job_stands_beside_its_unit() -> None:
    shown = words(render(migrate_date="Friday"))
    for text in ("From Upstart to systemd: jobs", "Friday", "post-start exec initctl emit shop-ready VERSION=7",
                 "ExecStartPost=-/bin/sh -e -c", "Link: /etc/systemd/system/db.service.wants/shop.service",
                 "/etc/systemd/system/shop.service.d/override.conf", "/usr/local/lib/upstart-jobs/report.main",
                 "Wants=report.service", "flowchart LR", "with Graphviz on the controller it is a picture"):
        assert text in shown


def test_jobs_without_a_unit_say_why() -> None:
    shown = words(render())
    assert "ssh.service of the target distribution replaces this job." in shown
    assert "The target distribution needs no such job." in shown
    assert "Upstart rejects the file, so there is no unit." in shown and "Unknown stanza" in shown


def test_findings_name_the_change_and_the_remedy() -> None:
    shown = words(render())
    assert re.search(r"impossible script-variable \$VERSION *line 5 The variables of events are not set\.", shown)
    assert "Set the variable in the unit, or rewrite the line." in shown
    assert shown.count("Stopping ends all processes of the unit") == 1


def test_lines_with_findings_are_marked() -> None:
    text = render()
    assert '<span class="impossible">  /usr/bin/report $VERSION</span>' in text
    assert '<span class="approximate">post-start exec initctl emit' in text
    assert '<span class="near">exec /usr/bin/shop</span>' in text and "<span>console log</span>" in text


def test_the_summary_counts_jobs() -> None:
    page = check(render())
    row = re.search(r"jobs(?P<cells>[\s\d]+)jobs", page.text)
    assert row is not None and row["cells"].split() == ["4", "2", "1", "1", "1", "2", "0"]


def test_hosts_that_do_not_answer_are_named() -> None:
    files = {"web.conf": "exec web\n"}
    shown = words(render(
        migrate_folder="", migrate_reads={"a": read(files, "/etc/init"), "b": {}, "c": {}},
        migrate_answers={"a": info(files), "b": {"msg": "no such socket"},
                         "c": {"msg": "no route", "unreachable": True}}))
    assert "From Upstart to systemd: 3 hosts" in shown and "ExecStart=/bin/sh -e -c \"exec web\"" in shown
    assert "No answer from Upstart: no such socket" in shown and "Unreachable: no route" in shown


def test_a_file_that_cannot_be_read_is_shown_by_its_stanzas() -> None:
    files = {"web.conf": "# comment\nexec web\n"}
    shown = words(render(migrate_folder="", migrate_answers={"a": info(files)}, migrate_reads={
        "a": {"results": [{"item": "/etc/init/web.conf", "msg": "file is not readable"}]}}))
    assert "exec web" in shown and "# comment" not in shown


def test_options_reach_the_filter() -> None:
    assert "StartLimitInterval=" in words(render(migrate_options={"systemd_version": 229}))


def test_nothing_of_a_host_is_markup() -> None:
    hostile = HOSTILE.replace("/", "|").replace('"', "")
    job = f"description \"{hostile}\"\nstart on {hostile.split()[0]}\nenv A='{hostile}'\nexec echo {HOSTILE}\n"
    files = {f"{hostile}.conf": job, "b.conf": f"{hostile}\n"}
    text = render(files, migrate_name=HOSTILE, migrate_date=HOSTILE)
    page = check(text)
    assert "{{ 7 * 7 }}" in page.text and "<img" not in text and "<script" not in text
    assert page.text.count("<script>alert(1)<") > 8


def test_pictures_are_part_of_the_page() -> None:
    drawn = {"results": [{"item": ["localhost", system], "rc": 0, "stdout": SVG} for system in ("upstart", "systemd")]}
    page = check(render(migrate_drawn=drawn))
    assert [tag for tag, _attrs in page.elements].count("svg") == 2
    assert "flowchart" not in page.text and "graph0" not in page.all("id")


@pytest.mark.parametrize(("most", "sentence"), [(0, None), (7, "8 jobs"), (3, "8 jobs are too many for a picture.")])
def test_graphs_can_be_left_out(most: int, sentence: str | None) -> None:
    shown = words(render({**JOBS, "more.conf": ""}, migrate_graph_jobs=most))
    assert "flowchart" not in shown and (sentence or "Summary") in shown


def test_an_empty_host_has_a_page() -> None:
    assert "There are no jobs." in words(render(
        migrate_folder="", migrate_answers={"a": {"jobs": []}}, migrate_reads={"a": {"results": []}}))


def test_the_colours_of_verdicts_have_contrast_in_both_schemes() -> None:
    report, own = ((TEMPLATES / name).read_text() for name in ("report.css", "migrate.css"))
    used = set(re.findall(r"var\(--(\w+)\)", own)) - {"line"}
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
               for block in re.findall(r":root \{(.*?)\}", report, re.S)]
    assert len(schemes) == 2
    for scheme in schemes:
        for name in used:
            assert contrast(scheme[name], scheme["paper"]) >= 4.5, name


@pytest.mark.skipif(browser.find() is None, reason="needs Chromium or Chrome on the PATH")
def test_a_browser_shows_the_page_by_itself(tmp_path: Path) -> None:
    text = render({**JOBS, "wide.conf": f"exec {'x' * 300}\n", f"{'n' * 100}.conf": f"exec echo {HOSTILE}\n"})
    for name in ("seen", "narrow"):
        (tmp_path / name).mkdir()
    seen = browser.see(text, tmp_path / "seen")
    assert (seen.console, seen.urls) == ([], [])
    taken, had = browser.widths(text, tmp_path / "narrow", 390)
    assert 300 < taken <= had <= 390


STUB = """#!/usr/bin/python
import json, os
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({name: {"type": "raw"} for name in ("address", "conf_dir", "log_dir", "timeout", "subset")},
                       supports_check_mode=True)
with open(module.params["conf_dir"] + ".json", encoding="utf-8") as answer:
    module.exit_json(**json.load(answer))
"""


class Controller:
    """A controller with the collection, whose upstart_info returns the contents of a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        collection = folder / "ansible_collections" / "sysinit" / "upstart"
        for part in ("plugins", "playbooks", "meta"):
            shutil.copytree(ROOT / part, collection / part)
        shutil.copy(ROOT / "galaxy.yml", collection)
        (collection / "plugins" / "modules" / "upstart_info.py").write_text(STUB)

    def write(self, name: str, files: dict[str, str]) -> Path:
        for file, text in files.items():
            path = self.folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self.folder / name

    def migrate(self, *options: str) -> str:
        result = subprocess.run(
            ["ansible-playbook", *options, "sysinit.upstart.migrate"],
            env={**ansible_runs.environment("migrate"), "ANSIBLE_COLLECTIONS_PATH": str(self.folder)},
            cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def written(self) -> dict[str, str]:
        """Return the texts of the written files and the targets of the links, by path."""
        paths = [self.folder / "systemd-migration.html", *(self.folder / "systemd-units").rglob("*")]
        return {str(path.relative_to(self.folder)): os.readlink(path) if path.is_symlink() else path.read_text()
                for path in paths if path.is_symlink() or path.is_file()}


def test_the_playbook_translates_a_folder(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    hostile = "exec echo '{{ 7 * 7 }}' ; exit\n"
    jobs = controller.write("jobs", {**FEW, "templated.conf": f"script\n{hostile[5:]}end script\n"})
    before = {path: path.stat().st_mtime_ns for path in jobs.rglob("*")}
    assert "changed=2 " in controller.migrate("-e", "migrate_dir=jobs")
    written = controller.written()
    tree = f"systemd-units/jobs/{UNITS}"
    assert written[f"{tree}/multi-user.target.wants/shop.service"] == "/etc/systemd/system/shop.service"
    assert "echo '{{ 7 * 7 }}'" in written["systemd-units/jobs/usr/local/lib/upstart-jobs/templated.main"]
    assert "{{ 7 * 7 }}" in check(written["systemd-migration.html"]).text
    manifest = json.loads(written["systemd-units/jobs/migration.json"])
    assert sorted(manifest) == ["files", "findings", "jobs", "links", "summary", "units"]
    assert {f"systemd-units/jobs{path}" for path in [*manifest["files"], *manifest["links"]]} \
        == set(written) - {"systemd-migration.html", "systemd-units/jobs/migration.json"}
    assert "changed=0 " in controller.migrate("-e", "migrate_dir=jobs") and controller.written() == written
    (jobs / "shop.override").unlink()
    (jobs / "db.conf").unlink()
    assert "changed=2 " in controller.migrate("-e", "migrate_dir=jobs")
    gone = ("db.service", "multi-user.target.wants/db.service", "shop.service.d/override.conf")
    assert set(written) - set(controller.written()) == {f"{tree}/{name}" for name in gone}
    assert {path: path.stat().st_mtime_ns for path in jobs.rglob("*") if path.is_file()}.items() <= before.items()


def test_the_playbook_translates_hosts(tmp_path: Path) -> None:
    """It runs without changes on the hosts; one of three has no Upstart."""
    controller, hosts = Controller(tmp_path), {}
    for name in ("one", "two", "none"):
        folder = controller.write(name, JOBS)
        answer = {"msg": "no socket", "failed": True} if name == "none" else info(
            {key: text for key, text in JOBS.items() if not key.startswith("broken")}, str(folder))
        (tmp_path / f"{name}.json").write_text(json.dumps(answer))
        hosts[name] = {"ansible_connection": "local", "ansible_python_interpreter": ansible_runs.interpreter(),
                       "upstart_conf_dir": str(folder)}
    (tmp_path / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    before = {path: path.stat().st_mtime_ns for name in hosts for path in (tmp_path / name).rglob("*")}
    controller.migrate("-i", "hosts.json", "-f", "2")
    written = controller.written()
    for name in ("one", "two"):
        assert "PORT=80" in written[f"systemd-units/{name}/{UNITS}/shop.service.d/override.conf"]
    assert not (tmp_path / "systemd-units" / "none").exists()
    shown = words(written["systemd-migration.html"])
    assert "No answer from Upstart: no socket" in shown
    assert not re.search("changed=[1-9]", controller.migrate("-i", "hosts.json", "-f", "2"))
    assert controller.written() == written
    assert before == {path: path.stat().st_mtime_ns for path in before}


@pytest.mark.parametrize(("manifest", "message"), [
    ("[]", "is not from the playbook migrate"), ("{", "is not from the playbook migrate"),
    ('{"files": ["/../../etc/x"], "links": {}}', r"/../../etc/x is not an absolute path without .."),
])
def test_a_foreign_list_of_files_is_an_error(tmp_path: Path, manifest: str, message: str) -> None:
    (tmp_path / "migration.json").write_text(manifest)
    done = subprocess.run([sys.executable, ROOT / "playbooks" / "files" / "write_tree.py", tmp_path],
                          input='{"files": {}, "links": {}, "manifest": {}}', capture_output=True, text=True,
                          check=False, timeout=60)
    assert done.returncode == 1 and message in done.stderr
    assert (tmp_path / "migration.json").read_text() == manifest


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    controller.write("jobs", {"web.conf": "exec /usr/bin/web\n"})
    assert re.search("changed=[1-9]", controller.migrate("--check", "-e", "migrate_dir=jobs"))
    assert not (tmp_path / "systemd-units").exists() and not (tmp_path / "systemd-migration.html").exists()


def test_a_folder_without_job_files_is_an_error(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    controller.write("jobs", {"web.txt": ""})
    with pytest.raises(AssertionError, match=r"There is no job file \(\*\.conf\) below"):
        controller.migrate("-e", "migrate_dir=jobs")
