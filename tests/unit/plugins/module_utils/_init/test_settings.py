# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's settings: the changes of a request, refusals, and the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    DaemonError,
    NotFoundError,
    PermissionDeniedError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import runlevel
from ansible_collections.sysinit.upstart.plugins.module_utils._init import run, runlevels, settings
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath

VARIABLES = {"PATH": "/bin", "FOO": "own", "F": "eff", "FOOBAR": "x"}
TABLE = ["%s=%s" % variable for variable in VARIABLES.items()]
FACTS: dict[str, Any] = {"log_priority": "message", "runlevel": "2", "previous_runlevel": "N", "version": "1.13.2",
                         "job_env": VARIABLES}


class FakeClient:
    """A daemon that records requests, and has the real daemon's bug when it unsets variables (1.13.2, measured)."""

    def __init__(self, table: list[str] | None, jobs: list[str], *, session: bool, later: list[str] | None) -> None:
        self.done: list[str] = []
        self.priority = "message"
        self.deaf = False
        self.release: tuple[int, ...] = (1, 13, 2) if table is not None or session else (1, 5)
        self._table = table
        self._session = session
        self._jobs = jobs
        self._later = jobs if later is None else later

    def version(self) -> tuple[int, ...]:
        return self.release

    def log_priority(self) -> str:
        return self.priority

    def set_log_priority(self, priority: str) -> None:
        self.done.append(priority)
        if not self.deaf:
            self.priority = priority

    def job_environment(self) -> list[str]:
        if self._table is None:
            raise (
                NotFoundError("no such method")
                if self.release < (1, 7)
                else PermissionDeniedError("Rejected send message")
            )
        return list(self._table)

    def try_job_environment(self) -> None:
        if not self._session:
            raise PermissionDeniedError("Not permissible", error="x.PermissionDenied", method="SetEnvList")

    def set_job_variable(self, entry: str) -> None:
        assert self._table is not None
        self.done.append(f"set {entry}")
        key = entry.partition("=")[0]
        self._table = [old for old in self._table if old.partition("=")[0] != key] + [entry]

    def unset_job_variable(self, name: str) -> None:
        assert self._table is not None
        self.done.append(f"unset {name}")
        position = 0
        while position < len(self._table):
            if name.startswith(self._table[position].partition("=")[0]):
                del self._table[position]
            position += 1

    def jobs(self) -> list[str]:
        return self._jobs

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[""] if name == "alive" else [] for name in names]

    def reload_configuration(self) -> None:
        self.done.append("reload")
        self._jobs = self._later


def daemon(table: list[str] | None = TABLE, jobs: tuple[str, ...] = (), session: bool = True,
           later: tuple[str, ...] | None = None) -> FakeClient:
    return FakeClient(table and list(table), list(jobs), session=session, later=None if later is None else list(later))


def converge(client: FakeClient, request: settings.SettingsRequest, check_mode: bool = False) -> dict[str, Any]:
    """Return the result of a request."""
    result: dict[str, Any] = settings.report(request, *run.converge(client, request, check_mode))
    return result


def asked(**wanted: Any) -> settings.SettingsRequest:
    base = {"log_priority": None, "job_env": None, "reload_configuration": False, "runlevel": None,
            "handle_service_module": None, "timeout": 5.0, "conf_dir": "/nowhere"}
    return settings.SettingsRequest(**{**base, **wanted})


@pytest.fixture(autouse=True)
def host(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A host in runlevel 2 whose telinit works."""
    levels = ["N", "2"]

    def change(client: FakeClient, level: str, version: object, deadline: object, conf_dir: str) -> list[str]:
        client.done.append(f"telinit {level}")
        levels.append(level)
        return ["held"]

    monkeypatch.setattr(runlevel, "read", lambda: (levels[-1], levels[-2]))
    monkeypatch.setattr(runlevels, "ensure_programs_exist", lambda: None)
    monkeypatch.setattr(runlevels, "change", change)
    return levels


def test_without_options_nothing_changes() -> None:
    client = daemon()
    result = converge(client, asked())
    assert result == {**FACTS, "changed": False, "diff": {"before": "", "after": ""}}
    assert client.done == []


def test_no_job_environment_to_read() -> None:
    assert converge(daemon(None), asked())["job_env"] is None
    assert converge(daemon(None, session=False), asked())["job_env"] is None


CHANGES: list[tuple[dict[str, Any], list[str], dict[str, Any], str, str]] = [
    ({"log_priority": "error"}, ["error"], {"log_priority": "error"},
     "log_priority: message\n", "log_priority: error\n"),
    ({"runlevel": "3"}, ["telinit 3"], {"runlevel": "3", "previous_runlevel": "2"}, "runlevel: 2\n", "runlevel: 3\n"),
    ({"job_env": {"FOO": "new"}}, ["set FOO=new"], {"job_env": {**VARIABLES, "FOO": "new"}},
     "job_env: FOO=own\n", "job_env: FOO=new\n"),
    ({"job_env": ["FOO=new"]}, ["set FOO=new"], {"job_env": {**VARIABLES, "FOO": "new"}},
     "job_env: FOO=own\n", "job_env: FOO=new\n"),
    ({"job_env": "FOO=new"}, ["set FOO=new"], {"job_env": {**VARIABLES, "FOO": "new"}},
     "job_env: FOO=own\n", "job_env: FOO=new\n"),
    ({"job_env": {"FOO": "a=b=c"}}, ["set FOO=a=b=c"], {"job_env": {**VARIABLES, "FOO": "a=b=c"}},
     "job_env: FOO=own\n", "job_env: FOO=a=b=c\n"),
    ({"job_env": {"N": 1, "E": ""}}, ["set E=", "set N=1"], {"job_env": {**VARIABLES, "N": "1", "E": ""}},
     "", "job_env: E=\njob_env: N=1\n"),
    ({"job_env": {"PATH": None}}, ["unset PATH"], {"job_env": {"FOO": "own", "F": "eff", "FOOBAR": "x"}},
     "job_env: PATH=/bin\n", ""),
    ({"job_env": {"FOOBAR": None}}, ["unset FOOBAR", "set FOO=own"],
     {"job_env": {"PATH": "/bin", "FOO": "own", "F": "eff"}}, "job_env: FOOBAR=x\n", ""),
]


@pytest.mark.parametrize(("wanted", "done", "facts", "before", "after"), CHANGES)
def test_a_change(wanted: dict[str, Any], done: list[str], facts: dict[str, Any], before: str, after: str) -> None:
    checked, client = daemon(), daemon()
    check = converge(checked, asked(**wanted), check_mode=True)
    result = converge(client, asked(**wanted))
    assert result.pop("held_by", []) == (["held"] if "runlevel" in wanted else [])
    assert check.pop("held_by", []) == []
    assert result == {**FACTS, **facts, "changed": True, "diff": {"before": before, "after": after}}
    assert check == result
    assert client.done == done
    assert checked.done == []


@pytest.mark.parametrize("wanted", [
    {"log_priority": "message"}, {"runlevel": "2"}, {"job_env": {"FOO": "own", "NOT": None}}, {"job_env": {}},
])
@pytest.mark.parametrize("session", [True, False])
@pytest.mark.parametrize("check_mode", [True, False])
def test_settings_that_are_right_already(wanted: dict[str, Any], session: bool, check_mode: bool) -> None:
    client = daemon(session=session)
    result = converge(client, asked(**wanted), check_mode)
    assert result["changed"] is False
    assert result["diff"]["before"] == result["diff"]["after"]
    assert client.done == []


def test_a_variable_that_the_daemon_skips_is_unset_again() -> None:
    client = daemon(["FOO=2", "FOOBAR=3", "Z=4"])
    result = converge(client, asked(job_env={"FOOBAR": None}))
    assert result["job_env"] == {"FOO": "2", "Z": "4"}
    assert client.done == ["unset FOOBAR", "unset FOOBAR", "set FOO=2"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("wanted", "client", "message"), [
    ({"job_env": {"B": "1", "A": None, "FOO": None}}, daemon(session=False), "Put B, FOO into env of the jobs"),
    ({"job_env": {"B": "1"}}, daemon(None, session=False), "Upstart 1.5 has no job environment"),
    ({"job_env": {"B": "1"}}, daemon(None), "This user may not read or change"),
    ({"job_env": {"A=B": "1"}}, daemon(), "job_env has the name 'A=B', but a name cannot contain"),
    ({"job_env": {"": None}}, daemon(), "job_env has the entry '=', which is not KEY=VALUE"),
    ({"runlevel": "6"}, daemon(), "ansible.builtin.reboot"),
])
def test_nothing_is_done_when_an_option_is_refused(wanted: dict[str, Any], client: FakeClient, message: str,
                                                   check_mode: bool) -> None:
    with pytest.raises(UpstartError, match=message):
        converge(client, asked(log_priority="error", reload_configuration=True, **wanted), check_mode)
    assert client.done == []


def test_a_runlevel_needs_its_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> NoReturn:
        raise UpstartError("telinit was not found in PATH")

    monkeypatch.setattr(runlevels, "ensure_programs_exist", missing)
    with pytest.raises(UpstartError, match="telinit"):
        converge(daemon(), asked(runlevel="3"), check_mode=True)
    converge(daemon(), asked(log_priority="error"))


def test_several_changes_are_made_in_order() -> None:
    client = daemon(jobs=("a", "b"), later=("b", "c"))
    wanted = asked(log_priority="info", job_env={"N": 1, "PATH": None}, reload_configuration=True, runlevel="5")
    result = converge(client, wanted)
    assert client.done == ["info", "set N=1", "unset PATH", "reload", "telinit 5"]
    assert (result["jobs_added"], result["jobs_removed"]) == (["c"], ["a"])
    assert result["diff"]["before"].endswith("runlevel: 2\njob_env: PATH=/bin\njob: a\n")
    assert result["diff"]["after"].endswith("runlevel: 5\njob_env: N=1\njob: c\n")


def test_a_failure_reports_earlier_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> NoReturn:
        raise UpstartError("telinit 3 failed", changed=False)

    monkeypatch.setattr(runlevels, "change", fail)
    with pytest.raises(UpstartError) as caught:
        converge(daemon(), asked(runlevel="3"))
    assert caught.value.facts["changed"] is False
    with pytest.raises(UpstartError) as caught:
        converge(daemon(), asked(log_priority="error", runlevel="3"))
    assert caught.value.facts["changed"] is True


def test_a_daemon_that_does_not_keep_a_setting() -> None:
    client = daemon()
    client.deaf = True
    with pytest.raises(UpstartError, match="accepted the new log_priority, but it is message now, not error") as caught:
        converge(client, asked(log_priority="error"))
    assert caught.value.facts["changed"] is True


def test_a_daemon_that_disconnects() -> None:
    def break_off() -> None:
        raise DaemonError("gone")

    client = daemon()
    client.reload_configuration = break_off  # type: ignore[method-assign]
    with pytest.raises(DaemonError) as caught:
        converge(client, asked(reload_configuration=True))
    assert caught.value.facts["changed"] is False


@pytest.mark.parametrize(("handle", "name"), [(True, "sysinit.upstart.upstart_service"), (False, "upstart")])
@pytest.mark.parametrize("check_mode", [True, False])
def test_the_fact(handle: bool, name: str, check_mode: bool) -> None:
    result = converge(daemon(), asked(handle_service_module=handle), check_mode)
    assert result["ansible_facts"] == {"ansible_service_mgr": name}
    assert result["changed"] is False


def test_jobs_that_a_reload_will_load(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, text in {"known": "exec a", "new": "exec a", "sub/new": "task", "bad": "frobnicate", "worse": "x",
                       "alive": "x"}.items():
        (tmp_path / f"{name}.conf").write_text(text + "\n")
    (tmp_path / ".conf").write_text("exec a\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "web.conf").write_text("exec a\n")
    (tmp_path / "new.override").write_text("manual\n")
    (tmp_path / "README").write_text("exec a\n")
    client = daemon(jobs=("known", "gone", "bad", "alive"))
    result = converge(client, asked(reload_configuration=True, conf_dir=str(tmp_path)), check_mode=True)
    assert (result["jobs_added"], result["jobs_removed"]) == (["new", "sub/new"], ["bad", "gone"])
    assert result["changed"] is True
    assert client.done == []


def test_jobs_of_several_directories_that_a_reload_will_load(tmp_path: Path) -> None:
    for name in ("a/new", "b/new", "b/known", "b/sub/other"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.conf").write_text("exec a\n")
    path = SearchPath([str(tmp_path / "a"), str(tmp_path / "missing"), str(tmp_path / "b")])
    result = converge(daemon(jobs=("known", "gone")), asked(reload_configuration=True, conf_dir=path), check_mode=True)
    assert (result["jobs_added"], result["jobs_removed"]) == (["new", "sub/other"], ["gone"])


def test_the_last_release_without_a_job_environment() -> None:
    client = daemon(None, session=False)
    client.release = (1, 6, 1)
    with pytest.raises(UpstartError, match="Upstart 1.6.1 has no job environment, which"):
        converge(client, asked(job_env={"A": "1"}))


def test_a_variable_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    client = daemon()
    monkeypatch.setattr(client, "unset_job_variable", lambda name: None)
    with pytest.raises(UpstartError, match="PATH"):
        converge(client, asked(job_env={"PATH": None}))
