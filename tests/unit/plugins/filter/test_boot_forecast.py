# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boot_forecast: its input, its options and its errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import boot_forecast as plugin
from ansible_collections.sysinit.upstart.plugins.filter.boot_forecast import boot_forecast
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES

DB, WEB = "start on startup\nexec db\n", "start on started db\nexec web\n"
JOBS: dict[str, Any] = {"db": DB, "web": WEB}


def test_the_result_is_plain_data() -> None:
    result = plugin.FilterModule().filters()["boot_forecast"](JOBS)
    assert json.loads(json.dumps(result)) == result
    assert result["starts"] == result["order"] == ["db", "web"] and result["sure"]
    assert result["jobs"]["web"]["chain"] == [
        {"job": "db", "because": "startup"}, {"job": "web", "because": "started db"}]
    assert result["summary"] == ["2 jobs start, 0 do not, 0 are not sure; no runlevel"]


def test_every_key_is_documented() -> None:
    documented = yaml.safe_load(plugin.RETURN)["_value"]["contains"]
    result = boot_forecast(JOBS, before=JOBS, jobs=["web"])
    assert set(result) == set(documented)
    assert set(result["jobs"]["web"]) == set(documented["jobs"]["contains"])
    assert set(result["difference"]) == set(documented["difference"]["contains"])
    options = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    assert options["profile"]["choices"] == ["auto", *PROFILES]


def test_forms_of_input(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "db.conf").write_text(DB)
    (tmp_path / "sub" / "web.conf").write_text(WEB)
    (tmp_path / "db.override").write_text("manual\n")
    (tmp_path / "lonely.override").write_text("manual\n")
    (tmp_path / "README").write_text("nothing")
    result = boot_forecast(str(tmp_path))
    assert result["never"] == ["db", "sub/web"]
    assert boot_forecast(str(tmp_path), upstart_version="0.6.5")["never"] == [], "0.6.5 has no overrides"
    info = {"version": "1.5", "jobs": [
        {"name": name, "path": f"/etc/init/{name}.conf", "error": None, "stanzas": structure.read(text)}
        for name, text in JOBS.items()]}
    assert boot_forecast(info)["starts"] == ["db", "web"]


def test_named_jobs_and_a_change() -> None:
    after = {"db": DB, "web": "start on started dbb\nexec web\n"}
    result = boot_forecast(after, before=JOBS, jobs=["db", "web", "mail"])
    reason = "started dbb never comes: there is no job dbb; did you mean db?"
    assert result["missing"] == {"web": reason, "mail": "there is no such job"}
    assert result["difference"]["no_longer"] == {"web": reason}
    assert result["difference"]["summary"] == [f"web no longer starts: {reason}"]
    assert result["jobs"]["web"]["root"] == result["jobs"]["web"]["missing"][0]
    assert result["summary"][1] == f"web does not start: {reason}"


def test_the_summary_names_the_root() -> None:
    jobs = {**JOBS, "db": "start on never\nexec db\n"}
    assert boot_forecast(jobs)["summary"][-1] == (
        "web does not start: started db never comes: job db does not come up "
        "(because never of job db never comes: no job and no program of the profile sends it)")


OWN = {"db": "start on filesystem\nexec db\n", "mail": "start on started mysql\nexec mail\n",
       "web": "start on started db and runlevel [2345]\nstop on runlevel [!2345]\nexec web\n"}


@pytest.mark.parametrize("profile", ["plain", "ubuntu_14_04"])
def test_own_jobs_without_those_of_the_distribution(profile: str) -> None:
    assert boot_forecast(OWN, profile)["summary"][:2] == [
        "0 jobs start, 3 do not, 0 are not sure; no runlevel",
        "No job starts, because nothing here sends these events: filesystem, runlevel [2345], started mysql. Add the "
        "job files of the distribution and set profile, or list the events in events (boot_check_events in the "
        "playbook boot_check)."]
    for jobs in ({"a": "exec a\n"}, {**OWN, "a": "start on startup\nexec a\n"}):
        assert not any(line.startswith("No job") for line in boot_forecast(jobs, profile)["summary"])


def test_events_from_outside() -> None:
    result = boot_forecast(OWN, events=["filesystem", "started JOB=mysql", "runlevel RUNLEVEL=2 PREVLEVEL=N"])
    assert result["order"] == ["db", "mail", "web"] and result["sure"] and result["runlevel"] == "2"
    assert result["jobs"]["web"]["because"] == "runlevel RUNLEVEL=2 PREVLEVEL=N"
    assert result["summary"] == ["3 jobs start, 0 do not, 0 are not sure; runlevel 2"]
    result = boot_forecast(OWN, events=["runlevel RUNLEVEL=2", "filesystem", "runlevel RUNLEVEL=0"])
    assert result["stopped_again"] == ["web"] and result["starts"] == ["db", "web"]
    result = boot_forecast(OWN, events=["filesystem", "runlevel RUNLEVEL=0", "runlevel RUNLEVEL=S"])
    assert result["starts"] == ["db"] and result["jobs"]["web"]["missing"][0]["reason"] == (
        "the event only comes with other variables: RUNLEVEL=0")
    before = {name: OWN[name] for name in ("db", "web")}
    result = boot_forecast(OWN, before=before, events=["filesystem", "runlevel RUNLEVEL=2", "started JOB=mysql"])
    assert result["difference"]["newly"] == ["mail"]


def test_events_from_outside_and_a_request_that_may_be_sent() -> None:
    jobs = {"a": "start on filesystem\ntask\nscript\n  [ -e /x ] && start b\nend script\n", "b": "exec b\n"}
    result = boot_forecast(jobs, events=["filesystem"])
    assert result["unsure"] == ["b"] and result["starts"] == ["a"]


def test_dialects() -> None:
    assert boot_forecast({"a": "import X\nstart on startup\nexec a\n"}, "chromeos")["starts"] == ["a"]
    assert not boot_forecast({"a": "import X\nstart on startup\nexec a\n"}, "ubuntu_14_04")["sure"]


@pytest.mark.parametrize(("options", "message"), [
    ({"profile": "x"}, "profile must be one of auto, plain, ubuntu_12_04"),
    ({"jobs": "web"}, "jobs must be a list of names"),
    ({"horizon": 0}, "horizon must be a number of seconds above 0, not 0"), ({"budget": "x"}, "budget must be"),
    ({"horizon": float("nan")}, "horizon must be a number of seconds above 0, not nan"),
    ({"profile": ["plain"]}, "profile must be one of auto"), ({"jobs": [["web"]]}, "jobs must be a list of names"),
    ({"runlevel": "single"}, "runlevel must be one of 0, 1, 2, 3, 4, 5, 6, S, s, not 'single'"),
    ({"upstart_version": "1.\u00b2"}, "upstart_version must be a release such as 1.12.1"),
    ({"upstart_version": "new"}, "upstart_version must be a release such as 1.12.1, not 'new'"),
    ({"events": "filesystem"}, "events must be a list of texts such as"),
    ({"events": [" "]}, "events must be a list of texts such as"),
    ({"events": ["runlevel 2"]}, "events must be a list of texts such as .runlevel RUNLEVEL=2., not .runlevel 2."),
    ({"interfaces": "eth0"}, "interfaces must be a list"), ({"before": 5}, "needs a dictionary of job files"),
])
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^sysinit.upstart.boot_forecast: {message}"):
        boot_forecast(JOBS, **options)


def test_numbers_as_texts() -> None:
    """Templates of ansible-core before 2.19 make texts of numbers."""
    assert boot_forecast(JOBS, horizon="60.0", budget="30") == boot_forecast(JOBS, horizon=60, budget=30)


def test_rejected_files_are_in_the_summary() -> None:
    result = boot_forecast({**JOBS, "web": "start on (\n"}, jobs=["web"])
    assert result["summary"][1] == "Upstart rejects the file of job web: Expected event"
    assert result["missing"] == {"web": "Upstart rejects its file: Expected event"}


def test_places_of_conditions() -> None:
    conf = "# web\nstart on started db\nexec x\n"
    source = {"web": conf, "off": {"conf": conf, "override": "\nmanual\n"}, "bad": "exec a\nrespawn limit x\n",
              "hand": "exec x\n"}
    assert boot_forecast(source)["places"] == {
        "web": {"file": "web.conf", "line": 2}, "off": {"file": "off.override", "line": 2},
        "bad": {"file": "bad.conf", "line": 2}}


def test_a_host_that_does_not_know_its_version() -> None:
    jobs = [{"name": name, "stanzas": structure.read("start on startup\ntask\nexec a\n")}
            for name in ("mountall", "rc-sysinit")]
    assert boot_forecast({"version": "0", "jobs": jobs}, "auto")["profile"] == "ubuntu_14_04"


@pytest.mark.parametrize(("auto", "network"), [("no", "eth1"), ("false", "eth1"), (False, "eth1"), ("yes", "eth0")])
def test_an_interface_that_is_not_brought_up(auto: Any, network: str) -> None:
    facts = MachineFacts(PROFILES["plain"], [{"name": "eth0", "auto": auto}, "eth1"])
    assert facts.values["network"] == network


@pytest.mark.parametrize("job", [{"stanzas": None}, {"stanzas": []}])
def test_wrong_stanzas(job: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="the stanzas of job a must be a dictionary, not "):
        boot_forecast({"version": "1.5", "jobs": [{"name": "a", **job}]})


def test_wrong_input() -> None:
    with pytest.raises(AnsibleFilterError, match="there is no directory /no/such; give the directory of the job files"):
        boot_forecast("/no/such")
