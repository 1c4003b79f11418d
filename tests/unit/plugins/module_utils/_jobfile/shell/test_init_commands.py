# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to init in commands and scripts."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell import init_commands
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work

# Text and its requests; "own" stands for the job itself.
TEXTS = [
    ("initctl emit up", "emits up"),
    ("/sbin/initctl --quiet emit --no-wait 'up' A=1", "emits up"),
    ("initctl emit -n net-device-up \\\n  IFACE=lo", "emits net-device-up"),
    ("initctl start -n db N=1", "starts db"),
    ("initctl stop", "stops own"),
    ("initctl emit", ""),
    ("initctl list", ""),
    ("emit up", ""),
    ("start db", "starts db"),
    ("exec /sbin/restart \"db\"", "restarts db"),
    ("stop", "stops own"),
    ("stop $UPSTART_JOB", "stops $UPSTART_JOB"),
    ("stop >/dev/null 2>&1 || :", "stops own"),
    ("stop&", "stops own"),
    ("service db restart", "restarts db"),
    ("service 'db' status", ""),
    ("service db emit", ""),
    ("service db", ""),
    ("telinit 2", "emits runlevel"),
    ("shutdown -r now 'start db'", "emits runlevel"),
    ("test -x /usr/sbin/sshd || { stop; exit 0; }", "stops own"),
    ("test -e /x && { stop; exit 0; }", "stops own"),
    ("if start a; then stop b; elif ! stop c; then restart d; else initctl emit e; fi",
     "starts a stops b stops c restarts d emits e"),
    ("for one in start a; do start $one; done", "starts $one"),
    ("while :; do\n  start a\ndone", "starts a"),
    ("(start a; stop b)", "starts a stops b"),
    ("A=$(start a) B=1 stop b", "starts a stops b"),
    ("echo \"$(start a)\" '$(start b)' \"`start c`\"", "starts a starts c"),
    ("A=`start a`; stop b", "starts a stops b"),
    ("start $(cat name)", "starts $"),
    ("start `cat name`", "starts $"),
    ("nice -n 5 start a", "starts a"),
    ("env -i A=1 start a", "starts a"),
    ("sh -c 'start a; stop'", "starts a stops own"),
    ("su -s /bin/sh -c \"exec initctl emit up\" nobody", "emits up"),
    ("eval start a", "starts a"),
    ("eval 'start a'", "starts a"),
    ("trap 'stop; exit' TERM", "stops own"),
    ("exec bash -e - <<'END'\nstart a\nEND\n", "starts a"),
    ("exec python - <<END\nstart a\nEND\nstop b", "stops b"),
    ("cat <<A <<-B; stop b\nstart c\nA\nstart d\n\tB\nstop e\n", "stops b stops e"),
    ("cat <<A\nstart c\n", ""),
    ("cat <<< start; stop a", "stops a"),
    (": $((1<<2))\nstart a\n", "starts a"),
    ("start $(cat name) $(stop b) c", "stops b starts $"),
    ("start `cat a` x", "starts $"),
    # no requests
    ("# start a", ""),
    ("true # start a", ""),
    ("true;# it's\nstart a # it's", "starts a"),
    ("echo $# start a", ""),
    ("echo start a, stop b", ""),
    ("echo\u00a0start a", ""),
    ("echo 'x; start a'", ""),
    ("echo \"x\nstart a\"", ""),
    ("echo 'open; start a", "starts a"),
    ("lxc-start -n a; restart-all; apache2ctl start", ""),
    ("start() {\n  true\n}", "starts ()"),
    ("case $1 in\nstart) true ;;\nstop|restart)\n  start a ;;\nesac", "starts a"),
    ("case $1 in start) stop a;; esac", "stops a"),
    ("status a | grep -q start/running || start a", "starts a"),
    ("start a | cat", "starts a"),
    ("start a\nstart a", "starts a"),
    ("exec", ""),
    ("A=start", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_requests(text: str, expected: str) -> None:
    requests = [f"{request.verb} {'own' if request.name is None else request.name}"
                for request in init_commands.read_init_commands(text)]
    assert " ".join(requests) == expected


def test_no_text() -> None:
    assert init_commands.read_init_commands(None) == []


@pytest.mark.parametrize(("name", "pattern"), [
    (None, "web"), ("db", "db"), ("$UPSTART_JOB", "web"), ("${UPSTART_JOB}-x", "web-x"), ("net-$A-${B:-c}", "net-*-*"),
    ("$", "*"), ("$UPSTART_JOBS", "*"), ("$1", "*")])
def test_pattern_of_a_name(name: str | None, pattern: str) -> None:
    request = init_commands.InitCommand(init_commands.STARTS, name)
    assert request.pattern("web") == pattern
    assert request.is_literal() == (name == "db")


@pytest.mark.parametrize("text", ["start a '\n", "start a\"\\\"\n", "cat <<A\nstart\n", "`start ", "(start) "])
def test_long_scripts_take_no_more_than_their_length(text: str) -> None:
    assert counted_work.grows_in_step(lambda size: lambda: init_commands.read_init_commands(text * size), 200)
