# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file to write for a requested job, and refusals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import plans as job_plans
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import report, watching
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan, plan_all
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import plan as plan_file
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.wanted_file import WantedFile

NEW = (1, 13, 2)


def wanted(**options: Any) -> WantedFile:
    """Return the job that the module reads from its options."""
    params = dict.fromkeys(job_options.argument_spec())
    defaults: dict[str, Any] = {"name": "web", "state": "present", "override": False, "merge": False, "exact": False,
                                "backup": False, "force": True, "jobs": None}
    params.update(defaults, **options)
    return job_options.wanted_jobs(params)[0]


def plan(folder: Path, version: tuple[int, ...] = NEW, **options: Any) -> FilePlan:
    return plan_file(wanted(**options), str(folder), version)


def put(folder: Path, conf: str | None = None, override: str | None = None) -> None:
    for suffix, text in ((".conf", conf), (".override", override)):
        if text is not None:
            (folder / ("web" + suffix)).write_text(text)


# Existing files (conf, override), options, expected text of the written file (None: unchanged).
PLANS: list[tuple[str | None, str | None, dict[str, Any], str | None]] = [
    (None, None, {"content": "exec a\n"}, "exec a\n"),
    ("exec a\n", None, {"content": "exec a\n"}, None),
    ("# hi\nexec   a\n", None, {"content": "exec a\n"}, None),
    ("# hi\nexec   a\n", None, {"content": "exec a\n", "exact": True}, "exec a\n"),
    ("exec a\n", None, {"content": "exec b\n"}, "exec b\n"),
    ("frob\n", None, {"content": "exec a\n"}, "exec a\n"),
    ("respawn\nexec a\n", None, {"exec": "a", "respawn": True}, None),
    ("env A=1\nenv A=2\nexec a\n", None, {"exec": "a", "env": {"A": 2}}, None),
    # merge
    ("# hi\nexec a # b\nrespawn\n", None, {"exec": "c", "merge": True}, "# hi\nexec c # b\nrespawn\n"),
    ("# hi\nexec a\nrespawn\n", None, {"respawn": True, "merge": True}, None),
    ("exec a\nenv A=1 # one\nenv B=2\n", None, {"env": {"A": 1, "B": 3}, "merge": True},
     "exec a\nenv A=1 # one\nenv B=3\n"),
    # override
    (None, None, {"override": True, "nice": 5}, "nice 5\n"),
    (None, "nice 3\n", {"override": True, "nice": 5}, "nice 5\n"),
    (None, "# hi\nnice 5\n", {"override": True, "nice": 5}, None),
    ("exec a\n", "frob\n", {"override": True, "nice": 5}, "nice 5\n"),
    ("exec a\n", None, {"override": True, "content": "manual\n"}, "manual\n"),
    ("start on x\nexec a\n", "# o\nmanual\n", {"override": True, "manual": True}, None),
    ("exec a\n", "manual\n", {"override": True, "manual": True}, None),
    ("exec a\n", "kill timeout 9\n", {"override": True, "merge": True, "manual": True}, "kill timeout 9\nmanual\n"),
    ("exec a\n", "kill timeout 9\nmanual\n", {"override": True, "merge": True, "manual": False}, "kill timeout 9\n"),
    ("start on x\nexec a\n", "manual\nstart on y\n", {"override": True, "merge": True, "manual": True},
     "manual\nstart on y\nmanual\n"),
    (None, None, {"override": True, "manual": True}, "manual\n"),
    # a default that was asked for is written; a file without it is the same job
    (None, None, {"exec": "a", "umask": "022", "console": "log", "respawn_limit": "10 5", "kill_timeout": 5, "nice": 0,
                  "expect": "none", "emits": [], "task": False},
     "expect none\nrespawn limit 10 5\nkill timeout 5\n\nconsole log\numask 022\nnice 0\n\nexec a\n"),
    ("exec a\n", None, {"exec": "a", "umask": "022", "console": "log"}, None),
    ("exec a\n", None, {"umask": "022", "merge": True}, None),
    ("exec a\numask 027\n", None, {"umask": "022", "merge": True}, "exec a\numask 022\n"),
    # manual keeps the condition
    (None, None, {"exec": "a", "start_on": "x", "manual": True}, "start on x\n\nexec a\nmanual\n"),
    (None, None, {"exec": "a", "manual": True}, "exec a\nmanual\n"),
    ("start on x\nexec a\nmanual\n", None, {"exec": "a", "start_on": "x", "manual": True}, None),
    ("# hi\nstart on x\nmanual\nexec a\n", None, {"exec": "a", "start_on": "x", "manual": True}, None),
    ("exec a\n", None, {"exec": "a", "start_on": "x", "manual": True}, "start on x\n\nexec a\nmanual\n"),
    ("exec a\n", None, {"exec": "a", "manual": True}, None),
    ("start on y\nexec a\nmanual\n", None, {"exec": "a", "start_on": "x", "manual": True},
     "start on x\n\nexec a\nmanual\n"),
    ("start on y\nexec a\nmanual\n", "start on y\n", {"exec": "a", "start_on": "x", "manual": True},
     "start on x\n\nexec a\nmanual\n"),
    ("start on y\nexec a\nmanual\n", None, {"content": "start on x\nexec a\nmanual\n"},
     "start on x\nexec a\nmanual\n"),
    ("exec a\n", "start on y\nmanual\n", {"override": True, "content": "start on x\nmanual\n"}, "start on x\nmanual\n"),
    ("start on x\nexec a\nmanual\n", None, {"content": "exec a\n"}, None),  # init reads the same job
    ("start on x\nexec a\n", None, {"manual": True, "merge": True}, "start on x\nexec a\nmanual\n"),
    ("start on x\nexec a\nmanual\n", None, {"manual": False, "merge": True}, "start on x\nexec a\n"),
    ("start on x\nexec a\nmanual\n", None, {"start_on": "y", "manual": True, "merge": True},
     "start on y\nexec a\nmanual\n"),
    # a file that is there
    ("exec b\n", None, {"exec": "a", "force": False}, None),
    ("exec b\n", None, {"content": "exec a\n", "force": False}, None),
    (None, None, {"exec": "a", "force": False}, "exec a\n"),
    (None, "nice 5\n", {"nice": 3, "override": True, "force": False}, None),
    # presets
    (None, None, {"exec": "a", "preset": "service"},
     "start on runlevel [2345]\nstop on runlevel [!2345]\n\nrespawn\n\nexec a\n"),
    (None, None, {"exec": "a", "preset": "task"}, "start on runlevel [2345]\n\ntask\n\nexec a\n"),
    (None, None, {"exec": "a", "preset": "service", "start_on": "x", "respawn": False},
     "start on x\nstop on runlevel [!2345]\n\nexec a\n"),
    # stanzas that the override hides still count
    ("exec a\n", "exec b\n", {"exec": "a"}, None),
    ("exec c\n", "exec b\n", {"exec": "a"}, "exec a\n"),
]


@pytest.mark.parametrize(("conf", "override", "options", "after"), PLANS)
def test_plans(tmp_path: Path, conf: str | None, override: str | None, options: dict[str, Any],
               after: str | None) -> None:
    put(tmp_path, conf, override)
    listing = {name: (tmp_path / name).read_text() for name in os.listdir(tmp_path)}
    found = plan(tmp_path, **options)
    before = override if options.get("override") else conf
    assert found.before == (before.encode() if before is not None else None)
    assert found.after == (found.before if after is None else after.encode())
    assert found.changed is (after is not None)
    assert listing == {name: (tmp_path / name).read_text() for name in os.listdir(tmp_path)}


def test_a_plan_is_idempotent(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "description": "it's \"a\" job", "umask": "027",
        "start_on": {"all": [{"runlevel": [2, 3]}, {"started": "dbus"}]},
        "env": {"A": "b c"}, "respawn_limit": {"count": 3, "interval": 9}, "limits": {"nofile": 10}, "expect": "fork",
        "kill_signal": "INT", "pre_start": "a\nb\n", "script": "import os\n", "interpreter": "python3",
    }
    first = plan(tmp_path, **options)
    assert first.changed and first.after is not None
    (tmp_path / "web.conf").write_bytes(first.after)
    assert not plan(tmp_path, **options).changed
    assert not plan(tmp_path, exact=True, **options).changed


def test_removal(tmp_path: Path) -> None:
    assert not plan(tmp_path, state="absent").changed
    put(tmp_path, "exec a\n", "manual\n")
    found = plan(tmp_path, state="absent")
    assert found.changed and found.before == b"exec a\n" and found.after is None and found.values is None
    assert plan(tmp_path, state="absent", override=True).before == b"manual\n"
    os.unlink(tmp_path / "web.conf")
    assert plan(tmp_path, state="absent").changed  # an override without a job file is removed, too


REFUSED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"content": "exec a\nfrob\n"}, "Upstart would refuse {0}/web.conf:2: Unknown stanza", {"line": 2, "file": "conf"}),
    ({"override": True, "content": "frob\n"}, "Upstart would refuse {0}/web.override:1: Unknown stanza", {"line": 1}),
    ({"description": "two\nlines", "exec": "a"}, "Job web: ", {"name": "web"}),
    ({"nice": 20, "exec": "a"}, "Job web: nice must be from -20 to 19, not 20", {"name": "web"}),
    ({"start_on": {"frob": 1}, "exec": "a"}, "Job web: start_on", {"name": "web"}),
]


@pytest.mark.parametrize(("options", "message", "facts"), REFUSED)
def test_refused(tmp_path: Path, options: dict[str, Any], message: str, facts: dict[str, Any]) -> None:
    put(tmp_path, "exec good\n")
    with pytest.raises(UpstartError) as caught:
        plan(tmp_path, **options)
    assert caught.value.message.startswith(message.format(tmp_path))
    assert caught.value.message.endswith("Nothing was written.")
    assert {key: caught.value.facts[key] for key in facts} == facts


@pytest.mark.parametrize("name", ["/web", "../web", "a/../b", "a//b", "a/", "a\0b", "./web", "a/./b", "web/."])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_invalid_job_names_are_refused(tmp_path: Path, name: str, state: str) -> None:
    with pytest.raises(UpstartError, match="Invalid job name"):
        plan(tmp_path, name=name, content="exec a\n", state=state)


def test_a_job_in_a_sub_directory(tmp_path: Path) -> None:
    assert plan(tmp_path, name="net/web.d", content="exec a\n").path == "%s/net/web.d.conf" % tmp_path


def test_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "web.conf").symlink_to("elsewhere")
    with pytest.raises(UpstartError, match="a symbolic link to elsewhere"):
        plan(tmp_path, content="exec a\n")
    assert plan(tmp_path, state="absent").changed


def test_old_releases(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="Upstart 1.2 does not read override files"):
        plan(tmp_path, (1, 2), override=True, manual=True)
    with pytest.raises(UpstartError, match="Upstart 1.3 keeps no logs"):
        plan(tmp_path, (1, 3), console="log", exec="a")
    with pytest.raises(UpstartError, match="Job web: "):
        plan(tmp_path, (1, 3), setuid="a", exec="a")
    assert plan(tmp_path, (1, 4), console="log", setuid="a", exec="a").changed


def test_the_report(tmp_path: Path) -> None:
    put(tmp_path, "exec a\n")
    plans = [plan(tmp_path, content="exec b\n"), plan(tmp_path, name="new", content="exec c\n"),
             plan(tmp_path, content="exec a\n"), plan(tmp_path, state="absent")]
    result = report.result_of(plans)
    web, new = "%s/web.conf" % tmp_path, "%s/new.conf" % tmp_path
    assert result["changed"] is True
    assert [job["changed"] for job in result["jobs"]] == [True, True, False, True]
    assert [job["job"] for job in result["jobs"]] == [{"exec": "b"}, {"exec": "c"}, {"exec": "a"}, {}]
    assert len({frozenset(job) for job in result["jobs"]}) == 1
    assert result["diff"] == [
        {"before_header": web, "after_header": web, "before": "exec a\n", "after": "exec b\n"},
        {"before_header": new + " (absent)", "after_header": new, "before": "", "after": "exec c\n"},
        {"before_header": web, "after_header": web + " (absent)", "before": "exec a\n", "after": ""},
    ]
    assert report.result_of(plans[2:3])["changed"] is False


class Watched:
    def __init__(self, instances: list[str]) -> None:
        self.instances = instances


@pytest.mark.parametrize(("options", "instances", "kept"), [
    ({"keep_running": True}, [""], True),
    ({"keep_running": True}, [], False),
    ({}, [""], False),
    ({"keep_running": True, "override": True}, [""], False),
])
def test_files_of_running_jobs_are_kept(tmp_path: Path, options: dict[str, Any], instances: list[str],
                                        kept: bool) -> None:
    put(tmp_path, "exec a\n", "nice 5\n")
    going = plan(tmp_path, state="absent", **options)
    watching.keep_files_of_running_jobs([(going, Watched(instances))])
    assert (going.kept, going.changed, going.after is None) == (kept, not kept, not kept)
    assert (report.result_of([going])["diff"] == []) == kept


def test_a_file_comes_back_byte_for_byte(tmp_path: Path) -> None:
    old = b"# \xe9\nexec a\nfrob"
    (tmp_path / "web.conf").write_bytes(old)
    changed = plan(tmp_path, content="exec b\n")
    (told,) = report.result_of([changed])["jobs"]
    (tmp_path / "web.conf").write_bytes(changed.after or b"")
    back = plan(tmp_path, restore=told["previous"])
    assert (back.changed, back.after, back.values) == (True, old, None)
    (tmp_path / "web.conf").write_bytes(b"exec   a\n")
    assert plan(tmp_path, restore={"content": "ZXhlYyBhCg=="}).after == b"exec a\n"


def test_previous_is_only_returned_for_changes(tmp_path: Path) -> None:
    told = [report.result_of([plan(tmp_path, **options)])["jobs"][0]["previous"] for options in (
        {"content": "exec a\n"}, {"state": "absent"})]
    put(tmp_path, "exec a\n")
    told.append(report.result_of([plan(tmp_path, content="exec a\n")])["jobs"][0]["previous"])
    assert told == [None, None, None]


@pytest.mark.parametrize("restore", [{}, {"content": 1}, {"content": "a"}, {"content": ["a"]}])
def test_what_cannot_be_restored(tmp_path: Path, restore: dict[str, Any]) -> None:
    with pytest.raises(UpstartError, match="Job web: restore must be the value of previous in the result"):
        plan(tmp_path, restore=restore)


# Existing files, options with ``enabled``, release, expected text of the written file.
@pytest.mark.parametrize(("conf", "override", "options", "version", "after"), [
    ("start on x\nexec a\n", "nice 1\nmanual\n", {"override": True, "nice": 1, "enabled": False}, NEW, None),
    ("start on x\nexec a\n", None, {"override": True, "nice": 1, "enabled": False}, NEW, "nice 1\nmanual\n"),
    ("start on x\nexec a\n", "nice 1\nmanual\n", {"override": True, "nice": 1, "enabled": True}, NEW, "nice 1\n"),
    ("start on x\nexec a\n", "nice 1\nmanual\n", {"override": True, "nice": 1}, NEW, "nice 1\n"),
    ("start on x\nmanual\nexec a\n", None, {"override": True, "nice": 1, "enabled": True}, NEW, "nice 1\nstart on x\n"),
    ("start on x\nexec a\n", None, {"content": "start on x\nexec b\n", "enabled": False}, NEW, "start on x\nexec b\n"),
    (None, None, {"override": True, "nice": 1, "enabled": False}, NEW, "nice 1\nmanual\n"),
    # a job without a condition is left to upstart_service, which reports it
    ("exec a\n", None, {"override": True, "nice": 1, "enabled": True}, NEW, "nice 1\n"),
    # before 1.3 the job file itself is disabled
    ("start on x\nexec a\nmanual\n", None, {"content": "start on x\nexec a\n", "enabled": False}, (1, 2), None),
    ("#disabled: start on x\nexec a\n", None, {"content": "start on x\nexec a\n", "enabled": False}, (0, 6, 5), None),
    ("start on x\nexec a\nmanual\n", None, {"content": "start on x\nexec a\n", "enabled": True}, (1, 2),
     "start on x\nexec a\n"),
])
def test_it_writes_what_upstart_service_leaves(tmp_path: Path, conf: str | None, override: str | None,
                                               options: dict[str, Any], version: tuple[int, ...],
                                               after: str | None) -> None:
    put(tmp_path, conf, override)
    found = plan(tmp_path, version, **options)
    assert found.changed == (after is not None)
    if after is not None:
        assert found.after == after.encode()


@pytest.mark.parametrize(("conf", "override", "hidden"), [
    ("start on x\nexec a\n", None, None),
    ("start on x\nexec a\nmanual\n", None, "x"),
    ("start on x and y\nexec a\n", "manual\n", "(x and y)"),
    ("start on x\nexec a\n", "start on y\nmanual\n", "y"),
    ("start on x\nmanual\nexec a\n", "manual\n", "x"),
    ("exec a\n", "manual\n", None),
    ("exec manual\n", None, None),
])
def test_the_condition_that_manual_hides_is_returned(tmp_path: Path, conf: str, override: str | None,
                                                     hidden: str | None) -> None:
    put(tmp_path, None, override)
    (entry,) = report.result_of([plan(tmp_path, content=conf)])["jobs"]
    assert entry["hidden_start_on"] == hidden


def test_an_override_without_a_job_file_is_no_job(tmp_path: Path) -> None:
    (entry,) = report.result_of([plan(tmp_path, override=True, nice=1)])["jobs"]
    assert entry["job"] == {}
    put(tmp_path, "exec a\n")
    (entry,) = report.result_of([plan(tmp_path, override=True, nice=1)])["jobs"]
    assert entry["job"] == {"exec": "a", "nice": 1}


@pytest.mark.parametrize(("options", "warned"), [
    ({"content": "start on started db\nstop on runlevel 0\nexec a\n"}, ["misspelt-job", "condition-impossible"]),
    ({"start_on": {"started": "db"}, "exec": "a"}, ["misspelt-job", "condition-impossible"]),
    ({"start_on": {"started": "nothing-like-it"}, "exec": "a"}, ["condition-impossible"]),
    ({"start_on": {"any": [{"started": "team/db"}, {"stopped": "nothing-like-it"}]}, "exec": "a"}, []),
    ({"start_on": {"event": "net-device-up", "env": {"IFACE": "!lo"}}, "exec": "a"},
     ["condition-never-matches", "condition-impossible"]),
    ({"start_on": {"event": "runlevel", "args": [2, 3, 4, 5]}, "exec": "a"},
     ["runlevels-without-brackets", "condition-impossible"]),
    ({"start_on": "local-filesystem", "exec": "a"}, ["misspelt-event"]),
    ({"override": True, "start_on": "runlevel[2345]"}, ["event-name-literal", "condition-impossible"]),
])
def test_warnings_about_conditions(tmp_path: Path, options: dict[str, Any], warned: list[str]) -> None:
    if options.get("override"):
        put(tmp_path, "exec a\n")
    for _time in ("new", "unchanged"):
        plans = plan_all([wanted(**options)], str(tmp_path), NEW, ["team/db", "web"])
        assert [text.rpartition("(")[2].rstrip(")") for text in report.warnings_of(plans)] == warned
        Path(plans[0].path).write_bytes(plans[0].after or b"")


@pytest.mark.parametrize(("version", "text"), [
    ((0, 6, 5), "#disabled: start on x\n\nexec a\n"),  # it has no manual
    ((0, 6, 7), "start on x\n\nexec a\nmanual\n"),
    ((1, 2), "start on x\n\nexec a\nmanual\n"),
])
def test_manual_in_old_releases(tmp_path: Path, version: tuple[int, ...], text: str) -> None:
    options: dict[str, Any] = {"exec": "a", "start_on": "x", "manual": True}
    first = plan(tmp_path, version, **options)
    assert (first.after or b"").decode() == text
    put(tmp_path, text)
    assert not plan(tmp_path, version, **options).changed
    enabled = plan(tmp_path, version, content=text, enabled=True, exact=True)
    assert (enabled.after or b"").decode() == "start on x\n\nexec a\n"


@pytest.mark.parametrize("flag", ["respawn", "task", "debug"])
def test_an_override_cannot_unset_a_flag_of_the_job_file(tmp_path: Path, flag: str) -> None:
    options: dict[str, Any] = {"override": True, flag: False, "nice": 5}
    put(tmp_path, "exec a\n")
    assert plan(tmp_path, **options).after == b"nice 5\n"
    put(tmp_path, f"{flag}\nexec a\n")
    with pytest.raises(UpstartError) as caught:
        plan(tmp_path, **options)
    assert caught.value.message == (
        f"Job web: an override cannot unset {flag}, which {tmp_path}/web.conf sets. Change the job file instead, "
        f"for example with merge: true. Nothing was written.")


def test_a_refusal_of_a_name_that_python_2_holds_as_bytes(tmp_path: Path) -> None:
    file = wanted(exec="a", kill_signal="b")._replace(name="w\u00e9b".encode())
    error = job_plans._refused(file, JobFileError("bad"), {})
    assert error.message == "Job w\u00e9b: bad. Nothing was written."


def test_an_override_without_items(tmp_path: Path) -> None:
    put(tmp_path, "exec a\n")
    assert plan(tmp_path, override=True, export=[], emits=[], normal_exit=[], nice=5).after == b"nice 5\n"


def test_a_default_of_zero_is_written(tmp_path: Path) -> None:
    assert plan(tmp_path, exec="a", oom_score="0").after == b"oom score 0\n\nexec a\n"


def test_defaults_of_stanzas_that_an_old_release_does_not_have(tmp_path: Path) -> None:
    options: dict[str, Any] = {"exec": "a", "kill_signal": "TERM", "reload_signal": "HUP"}
    assert plan(tmp_path, (1, 2), **options).after == b"exec a\n"
    assert plan(tmp_path, (1, 5), **options).after == b"kill signal TERM\n\nexec a\n"
    assert plan(tmp_path, NEW, **options).after == b"kill signal TERM\nreload signal HUP\n\nexec a\n"
