# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions that are written differently from what they mean, and misspelt names in them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import codes as check_codes

# as in test_check_rules.py
CASES: list[tuple[str, str, int, list[str]]] = [
    ("condition-never-matches", "start on net-device-up IFACE=!lo\n", 1, [
        "start on net-device-up IFACE!=lo\n", "start on net-device-up IFACE=[!l]*\n", "start on up A=!\n"]),
    ("condition-never-matches", "stop on stopping JOB=!web\n", 1, ["stop on stopping JOB!=web\n"]),
    ("condition-never-matches", "stop on stopping !web\n", 1, ["stop on stopping [!w]*\n"]),
    ("condition-never-matches", "start on deploy-done HOST==web\n", 1, ["start on deploy-done HOST=web\n"]),
    ("condition-never-matches", "start on up IFACE=!=lo\n", 1, []),
    ("condition-never-matches", "start on started JOB =web\n", 1, ["start on started JOB=web\n"]),
    ("condition-never-matches", "start on started job=web\n", 1, ["start on started web job_id=7\n"]),
    ("condition-never-matches", "start on filesystem TYPE=ext4\n", 1, ["start on mounted TYPE=ext4\n"]),
    ("condition-never-matches", "start on mounted MOUNT=/srv\n", 1, ["start on mounted MOUNTPOINT=/srv\n"]),
    ("condition-never-matches", "start on runlevel LEVEL=2\n", 1, ["start on runlevel RUNLEVEL=2\n"]),
    ("condition-never-matches", "stop on runlevel A=1\n", 1, ["stop on runlevel 0 INIT_HALT=POWEROFF\n"]),
    ("condition-never-matches", "start on net-device-up INTERFACE=eth0\n", 1, ["start on net-device-up A=eth0\n"]),
    ("condition-never-matches", "start on net-device-added IFACE=eth0\n", 1, [
        "start on net-device-added INTERFACE=eth0\n", "start on block-device-added IFACE=x\n"]),
    ("condition-never-matches", "start on runlevel [2345];\n", 1, []),
    ("condition-never-matches", "start on runlevel [2 3 4 5]\n", 1, []),
    ("condition-never-matches", "start on runlevel 2,3,4,5\n", 1, ["start on runlevel [2,3,4,5]\n"]),
    ("condition-never-matches", "stop on runlevel !2345\n", 1, []),
    ("argument-surplus", "start on filesystem now\n", 1, ["start on filesystem\n", "start on mounted now\n"]),
    ("argument-surplus", "start on startup/failed web\n", 1, ["start on startup/failed\n"]),
    ("argument-surplus", "start on mounted /dev/sda1 /srv ext4 rw web\n", 1, [
        "start on mounted /dev/sda1 /srv ext4 rw\n", "start on deploy-done a b c\n", "start on started a b c d\n"]),
    ("runlevels-without-brackets", "start on runlevel 2 3 4 5\n", 1, ["start on runlevel [2345]\n"]),
    ("runlevels-without-brackets", "stop on (runlevel 0 6 or stopping db)\n", 1, [
        "stop on runlevel 0 or runlevel 6\n", "stop on runlevel 0 PREVLEVEL=6\n"]),
    ("runlevels-without-brackets", "start on runlevel S 1\n", 1, [
        "start on runlevel [2345] N\n", "start on runlevel 2 [!2345]\n", "start on runlevel 2 N\n"]),
    ("operator-missing", "start on runlevel [2345] started web\n", 1, [
        "start on runlevel [2345] and started web\n"]),
    ("operator-missing", "start on filesystem net-device-up IFACE=eth0\n", 1, []),
    ("operator-missing", "start on started db started web\n", 1, [
        "start on started db and started web\n", "start on starting started\n", "start on started db socket\n"]),
    ("operator-missing", "start on started db adn started web\n", 1, ["start on started db adn\n"]),
    ("operator-missing", "start on (local-filesystems AND net-device-up IFACE!=lo)\n", 1, []),
    ("operator-missing", "stop on runlevel [016] || stopping db\n", 1, ["stop on runlevel [016] or stopping db\n"]),
    ("operator-missing", "start on started db, started web\n", 1, []),
    ("operator-missing", "start on filesystem and started docker on runlevel [2345]\n", 1, [
        "start on started docker on\n"]),
    ("operator-missing", "start on deploy-done started web\n", 1, ["start on deploy-done filesystem\n"]),
    ("operator-missing", "start on a 'and' b\n", 1, ["start on a and b\n", "start on a b c\n"]),
    ("event-name-literal", "stop on [!2345]\n", 1, ["stop on runlevel [!2345]\n"]),
    ("event-name-literal", "start on runlevel[2345]\n", 1, ["start on runlevel-2\n"]),
    ("event-name-literal", "start on stopped rc or RUNLEVEL=[12345]\n", 1, ["start on stopped rc RUNLEVEL=[12345]\n"]),
    ("event-name-literal", "start on 2345\n", 1, ["start on web2\n", "start on S99\n", "start on :sys:a_b.c/failed\n"]),
    ("event-name-literal", "start on filesystem;\n", 1, ["start on local_files\n"]),
    ("event-name-literal", "stop on !filesystem\n", 1, ["stop on nothing\n"]),
    ("event-name-literal", "stop on not started db\n", 1, ["stop on not-container\n"]),
    ("event-name-literal", "start on *-device-added\n", 1, ["start on net-device-added\n"]),
    ("event-name-literal", 'start on "runlevel [2345]"\n', 1, ['start on "runlevel" [2345]\n']),
    ("misspelt-event", "start on local-filesystem\n", 1, ["start on local-filesystems\n", "start on files\n"]),
    ("misspelt-event", "start on filesystems\n", 1, ["start on filesystem or filesystems\n"]),
    ("misspelt-event", "start on local_filesystems/failed\n", 1, ["start on local-filesystems/failed\n"]),
    ("misspelt-event", "start on Startup\n", 1, ["start on x-started\n", "stop on x-startup\n"]),
    ("misspelt-event", "start on strated web\n", 1, ["start on start-web\n", "start on start\n"]),
    ("misspelt-event", "start on virtual-filesytem\n", 1, ["start on virtual-files\n"]),
    ("misspelt-event", "stop on networking stopping\n", 1, ["stop on service-state stopping web\n"]),
    ("misspelt-event", "start on runlevel-3\n", 1, ["start on runlevel-changed\n"]),
    ("misspelt-event", "stop on shutdown\n", 1, ["stop on shutdown A=1\n", "stop on desktop-shutdown\n"]),
]
WITH_ARGUMENTS: list[tuple[str, dict[str, Any], tuple[str | None, int | None], dict[str, Any]]] = [
    (
        "misspelt-job",
        {"conf_text": "start on started web\n", "known_jobs": ["team/web", "db"]},
        ("conf", 1),
        {"conf_text": "start on started team/web\n", "known_jobs": ["team/web", "db"]},
    ),
    (
        "misspelt-job",
        {"conf_text": "start on started db and stopping JOB=netwroking\n", "known_jobs": ["networking", "db"]},
        ("conf", 1),
        {"conf_text": "start on started web1 or stopped web-10\n", "known_jobs": ["web2", "web-1-0"]},
    ),
    (
        "misspelt-job",
        {"conf_text": "start on started db or started NetWorking.conf\n", "known_jobs": ["networking", "db"]},
        ("conf", 1),
        {"conf_text": "start on started mysql or started mysqld\n", "known_jobs": ["mysqld"]},
    ),
    (
        "misspelt-job",
        {"conf_text": "start on started syslog\n", "known_jobs": ["rsyslog"]},
        ("conf", 1),
        {"conf_text": "stop on stopping syslog or runlevel 0\n", "known_jobs": ["rsyslog"]},
    ),
    (
        "misspelt-event",
        {"conf_text": "start on started db and web\n", "known_jobs": ["db", "web"]},
        ("conf", 1),
        {"conf_text": "start on started db and web\n", "known_jobs": ["db", "web"], "known_events": ["web"]},
    ),
    (
        "misspelt-event",
        {"conf_text": "start on (filesystem and networking) or runlevel 2\n", "known_jobs": ["networking"]},
        ("conf", 1),
        {"conf_text": "start on networking or filesystem\n", "known_jobs": ["networking"]},
    ),
    (
        "misspelt-event",
        {"conf_text": "start on stoppedrc\n", "known_jobs": ["rc"]},
        ("conf", 1),
        {"conf_text": "start on stopped-rc or web\n", "known_jobs": ["rc", "web"], "name": "web"},
    ),
    (
        "misspelt-event",
        {"conf_text": "start on deploy_done\n", "known_events": ["deploy-done"]},
        ("conf", 1),
        {"conf_text": "start on deploy_done\n"},
    ),
    (
        "event-name-literal",
        {"conf_text": "start on a=b\n", "known_events": []},
        ("conf", 1),
        {"conf_text": "start on a=b\n", "known_events": ["a=b"]},
    ),
    (
        "job-as-instance",
        {"conf_text": "start on started db web\n", "known_jobs": ["db", "web"]},
        ("conf", 1),
        {"conf_text": "start on started db web or started db INSTANCE=db\n", "known_jobs": ["db"]},
    ),
    (
        "operator-missing",
        {"conf_text": "start on started db web-ready\n", "known_events": ["web-ready"]},
        ("conf", 1),
        {"conf_text": "start on started db web-ready\n", "known_events": []},
    ),
]


def codes(*arguments: Any, **keywords: Any) -> list[str]:
    return [finding["code"] for finding in check.findings(*arguments, **keywords)]


@pytest.mark.parametrize(("code", "text", "line", "clean"), CASES)
def test_finding_in_a_condition(code: str, text: str, line: int, clean: list[str]) -> None:
    assert [finding["line"] for finding in check.findings(text) if finding["code"] == code] == [line]
    for other in clean:
        assert {code, "syntax"}.isdisjoint(codes(other)), other


@pytest.mark.parametrize(("code", "arguments", "place", "clean"), WITH_ARGUMENTS)
def test_depends_on_the_jobs_and_events_of_the_host(
    code: str, arguments: dict[str, Any], place: tuple[str | None, int | None], clean: dict[str, Any]
) -> None:
    findings = [finding for finding in check.findings(**arguments) if finding["code"] == code]
    assert [(finding["file"], finding["line"]) for finding in findings] == [place]
    assert code not in codes(**clean)


LEVELS = "use one of its values: 0, 1, 2, 3, 4, 5, 6, S or s"


@pytest.mark.parametrize(("condition", "remedy"), [
    ("runlevel [8]", LEVELS),
    ("runlevel RUNLEVEL=8", LEVELS),
    ("runlevel RUNLEVEL!=?", LEVELS),
    ("runlevel 28", LEVELS),
    ("runlevel 23", "put several values in brackets, as in [23]"),
    ("runlevel 2,3,4,5", "put several values in brackets, as in [2345]"),
    ("runlevel 2, 3, 4, 5", "put several values in brackets, as in [2345]"),
    ("runlevel 2-5", "put several values in brackets, as in [2-5]"),
    ("runlevel [2 3 4 5]", "write it as one word: [2345]"),
    ("runlevel [2345];", "leave out the ; at the end"),
    ("runlevel [!2345", "write it as one word: [!2345]"),
    ("runlevel !2345", "put the ! in brackets, as in [!2345]"),
    ("runlevel RUNLEVEL=!2", "put the ! in brackets, as in [!2]"),
    ("runlevel PREVLEVEL=N2", "put several values in brackets, as in [N2]"),
    ("runlevel [2345] networking", "write 'and' or 'or' before networking if it is an event"),
    ("runlevel LEVEL=2", "use a variable of runlevel: RUNLEVEL, PREVLEVEL, INIT_HALT"),
    ("stopped web RESULT=bad", "use one of its values: ok or failed"),
    ("stopped web failed", "name the variable, as in RESULT=failed"),
    ("started web RESULT=ok", "remove it, or use stopping or stopped, which have this variable"),
    ("net-device-up IFACE=!lo", "write IFACE!=lo, because this ! is part of the value"),
    ("net-device-up !lo", "write NAME!=lo, because this ! is part of the value"),
    ("stopping !web", "write JOB!=web, because this ! is part of the value"),
    ("net-device-up IFACE=!=lo", "write IFACE!=lo"),
    ("net-device-up IFACE==lo", "write IFACE=lo, with a single ="),
    ("net-device-up INTERFACE=lo", "write IFACE, because net-device-up has no INTERFACE"),
    ("started job=web", "write JOB, because started has no job"),
    ("started JOB =web", "leave out the blanks around ="),
    ("filesystem TYPE=ext4", "remove it: filesystem has no variables"),
    ("mounted MOUNT=/srv", "use a variable of mounted: DEVICE, MOUNTPOINT, TYPE, OPTIONS"),
])
def test_remedy_for_a_condition_that_never_matches(condition: str, remedy: str) -> None:
    assert remedies(condition, "condition-never-matches") == [remedy]


def remedies(condition: str, code: str, **keywords: Any) -> list[str]:
    findings = check.findings(f"start on {condition}\n", **keywords)
    return [finding["remedy"] for finding in findings if finding["code"] == code]


@pytest.mark.parametrize(("code", "condition", "remedy"), [
    ("runlevels-without-brackets", "runlevel 2 3 4 5", "put several runlevels in brackets, as in [2345]"),
    ("operator-missing", "filesystem started web", "write 'and' or 'or' before started"),
    ("operator-missing", "started db adn started web", "write and instead of adn"),
    ("operator-missing", "filesystem && started web", "write and instead of &&"),
    ("operator-missing", "filesystem OR started web", "write or in lower case"),
    ("operator-missing", "filesystem 'or' started web", "write or without quotes"),
    ("event-name-literal", "[!2345]", "write runlevel [!2345]"),
    ("event-name-literal", "[!2345];", "write runlevel [!2345]"),
    ("event-name-literal", "2345", "write runlevel [2345]"),
    ("event-name-literal", "RUNLEVEL=[2345]", "write runlevel [2345]"),
    ("event-name-literal", "runlevel[2345]", "write runlevel [2345]"),
    ("event-name-literal", "mounted[a-c]", "put a blank before the bracket: mounted [a-c]"),
    ("event-name-literal", "!filesystem", "name an event that happens; Upstart has no operator for not"),
    ("event-name-literal", "not filesystem", "name an event that happens; Upstart has no operator for not"),
    ("event-name-literal", '"started web"', "leave out the quotes"),
    ("event-name-literal", "IFACE=eth0",
     "put it after the event that has this variable, with only a blank between them"),
    ("event-name-literal", "filesystem;", "write filesystem"),
    ("event-name-literal", "*-device-added", "write the whole name; only values can be patterns"),
    ("event-name-literal", "$EVENT", "begin with the name of an event, as in runlevel [2345]"),
])
def test_remedy_for_words_in_the_wrong_place(code: str, condition: str, remedy: str) -> None:
    assert remedies(condition, code) == [remedy]


def messages(condition: str, **keywords: Any) -> list[tuple[str, str]]:
    findings = check.findings(f"start on {condition}\nstop on web-stop\n", **keywords)
    return [(finding["severity"], finding["message"]) for finding in findings]


def test_the_first_mistake_of_a_condition_hides_the_words_after_it() -> None:
    assert messages("started db adn started web") == [
        ("warning", "start on started db adn started web: adn is read as an argument of started"),
        ("warning", "start on never comes true: started db adn started web")]
    assert messages("runlevel [2 3 4 5]")[:-1] == [
        ("warning", "start on runlevel [2 3 4 5]: [2 never matches RUNLEVEL")]


def test_a_warning_about_a_job_does_not_need_the_hint_to_be_understood() -> None:
    shown = [finding for finding in check.findings("start on started nothing-like-it\nexec a\n", known_jobs=["db"])
             if finding["severity"] == "warning"]
    assert [(finding["code"], finding["message"], finding["remedy"]) for finding in shown] == [
        ("condition-impossible", "start on never comes true: started nothing-like-it (there is no such job)",
         "check the spelling of the job, or install it")]


@pytest.mark.parametrize(("condition", "meant"), [
    ("local-filesystem", "local-filesystems"), ("stoppedrc", "stopped rc"), ("db stopping", "stopping db"),
    ("runlevel-3", "runlevel [3]"), ("runlevelS", "runlevel [S]"), ("runlevels", "runlevel"),
    ("shutdown", "runlevel [016]"), ("filesystem and db", "started db")])
def test_the_condition_that_is_probably_meant(condition: str, meant: str) -> None:
    name = condition.split()[-1] if " and " in condition else condition.split()[0]
    assert ("warning", f"start on names the event {name}, probably instead of {meant}") in messages(
        condition, known_jobs=["db", "rc"])


def test_no_remedy_points_at_other_findings() -> None:
    texts = [text for row in check_codes.CODES for text in (row.message, row.why, row.remedy)]
    assert [text for text in texts if re.search(r"\bfindings?\b", text)] == []


@pytest.mark.parametrize(("condition", "impossible"), [
    ("runlevel 2 3 4 5", True), ("runlevel 2 3", False), ("filesystem now", True), ("[!2345]", True),
    ("filesystem started web", True), ("local-filesystem", False), ("net-device-up IFACE=!lo or filesystem", False)])
def test_which_mistakes_keep_a_condition_from_coming_true(condition: str, impossible: bool) -> None:
    assert ("condition-impossible" in codes(f"start on {condition}\n")) is impossible
