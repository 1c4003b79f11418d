# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in the job files of a machine that boots: the forecast names the job, and the event that never comes."""

from __future__ import annotations

import random

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support.boot_machines import BASE
from ansible_collections.sysinit.upstart.tests.unit.support.boots import forecast_of

FILES = {name: text.replace("@bin/", "/sbin/") for name, text in BASE.items()}
SERVICES = {
    "database": "start on local-filesystems and started logger\nexec sleep 100000\n",
    "logger": "start on filesystem\nexec sleep 100000\n",
    "migrate": "start on started database\ntask\nexec sleep 0.3\n",
    "website": "start on stopped migrate and runlevel [2345]\nexec sleep 100000\n",
    "mailer": "start on started website and net-device-up IFACE=eth0\nexec sleep 100000\n",
    "backup": "start on mounted MOUNTPOINT=/srv\nexec sleep 100000\n",
}
Fault = tuple[dict[str, str], str, str, str]  # files, job, leaf, part of the reason


def misspelt_event(pick: random.Random) -> Fault:
    job, right, wrong = pick.choice((
        ("logger", "filesystem", "filesytem"), ("database", "local-filesystems", "local-filesystem"),
        ("rc-sysinit", "static-network-up", "static-netwrok-up")))
    files = {**FILES, **SERVICES}
    files[job] = files[job].replace(right, wrong)
    return files, job, wrong, f"did you mean {right}?"


def misspelt_job(pick: random.Random) -> Fault:
    job, right, wrong = pick.choice((
        ("database", "logger", "loger"), ("migrate", "database", "databse"), ("mailer", "website", "webiste")))
    files = {**FILES, **SERVICES}
    files[job] = files[job].replace(f"started {right}", f"started {wrong}")
    return files, job, f"started {wrong}", f"there is no job {wrong}; did you mean {right}?"


def loop(pick: random.Random) -> Fault:
    first, second = pick.choice((("logger", "migrate"), ("database", "website"), ("logger", "mailer")))
    files = {**FILES, **SERVICES}
    condition = files[first].splitlines()[0]
    event = "stopped" if second == "migrate" else "started"
    files[first] = files[first].replace(condition, f"{condition} and {event} {second}")
    return files, first, "", "wait for one another"


def missing_interface(pick: random.Random) -> Fault:
    name = pick.choice(("eth1", "bond0", "wlan0"))
    files = {**FILES, **SERVICES}
    files["mailer"] = files["mailer"].replace("eth0", name)
    return files, "mailer", f"net-device-up IFACE={name}", "the event only comes with other variables: IFACE=eth0"


def missing_mount(pick: random.Random) -> Fault:
    path = pick.choice(("/data", "/home", "/var/lib/db"))
    files = {**FILES, **SERVICES}
    files["backup"] = files["backup"].replace("/srv", path)
    return files, "backup", f"mounted MOUNTPOINT={path}", "the event only comes with other variables"


def disabled_job(pick: random.Random) -> Fault:
    job, victim = pick.choice((("logger", "database"), ("database", "migrate"), ("website", "mailer")))
    files = {**FILES, **SERVICES}
    files[job] += "manual\n"
    return files, victim, f"started {job}", f"job {job} does not come up"


def blocked_event(pick: random.Random) -> Fault:
    job = pick.choice(("logger", "database", "website"))
    files = {**FILES, **SERVICES, "guard": f"start on starting {job} and never-{job}\nexec sleep 100000\n"}
    return files, "guard", f"never-{job}", "no job and no program of the profile sends it"


KINDS = (misspelt_event, misspelt_job, loop, missing_interface, missing_mount, disabled_job, blocked_event)


@pytest.mark.parametrize("seed", range(30))
def test_the_job_and_the_leaf_are_named(seed: int) -> None:
    kind = KINDS[seed % len(KINDS)]
    files, job, leaf, reason = kind(random.Random(seed))
    forecast = forecast_of(files, "ubuntu_14_04", mounts=["/", "/srv"])
    root = forecast.jobs[job].root
    assert forecast.jobs[job].starts == "no" and root is not None
    if leaf:
        assert (root.job, root.leaf) == (job, leaf)
    assert reason in root.reason
    if kind is blocked_event:
        assert [item.jobs for item in forecast.holding] == [["guard"]]
    for other in forecast.jobs.values():  # all others fail because of the same leaf
        if other.root is not None and kind is not disabled_job:
            assert (other.root.job, other.root.leaf) == (root.job, root.leaf), other.name


def test_the_machine_without_a_fault() -> None:
    forecast = forecast_of({**FILES, **SERVICES}, "ubuntu_14_04", mounts=["/", "/srv"])
    assert {job.starts for job in forecast.jobs.values()} == {"yes"} and forecast.sure


def test_a_condition_that_holds_the_mounts_it_waits_for() -> None:
    """The mount waits for backup, which waits for database, which waits for the mounts."""
    files = {**FILES, **SERVICES}
    files["backup"] = "start on mounted MOUNTPOINT=/srv and started database\nexec sleep 100000\n"
    forecast = forecast_of(files, "ubuntu_14_04", mounts=["/", "/srv"])
    assert forecast.runlevel is None
    root = forecast.jobs["rc-sysinit"].root
    assert root is not None and root.job == "backup" and root.leaf == "started database"
    assert root.reason == "the jobs wait for one another: backup -> database -> backup"
    (leaf, _failsafe) = forecast.jobs["rc-sysinit"].missing[:2]
    assert leaf.reason == ("job mountall, which sends it, waits for the end of mounted DEVICE=none MOUNTPOINT=/srv "
                           "TYPE=ext4")


@pytest.mark.parametrize(("condition", "reason"), [
    ("graphics-device-added", "nothing on a machine of the profile plain sends it"),
    ("stopped a", "job a does not end"),
    ("started a K=1", "the event only comes with other variables: JOB=a INSTANCE="),
    ("go", "job e, which sends it, does not come up"),
    ("stopped e", "job e does not come up"),
    ("startup K=1", "the event comes without variables"),
    ("perhaps", "job a comes up, but does not send it for sure"),
])
def test_reasons(condition: str, reason: str) -> None:
    forecast = forecast_of({"a": "start on startup\nemits perhaps\nexec sleep 100000\n",
                            "e": "emits go\nexec sleep 9\n", "x": f"start on {condition}"})
    (leaf,) = forecast.jobs["x"].missing
    assert (leaf.leaf, leaf.reason) == (condition, reason)


def test_a_program_that_no_job_runs() -> None:
    forecast = forecast_of({"x": "start on filesystem"}, "ubuntu_14_04")
    assert forecast.jobs["x"].missing[0].reason == "no job runs mountall, which sends it (filesystem(7))"


def test_only_the_side_that_is_missing_counts() -> None:
    forecast = forecast_of({"x": "start on (startup and (n1 or n2)) or (n3 and startup)"})
    assert [leaf.leaf for leaf in forecast.jobs["x"].missing] == ["n1", "n2", "n3"]
    assert [leaf.is_alternative for leaf in forecast.jobs["x"].missing] == [False, True, True]
