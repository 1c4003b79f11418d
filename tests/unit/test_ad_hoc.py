# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every line of the page on ad hoc commands does what the page says, one after another on the same host."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible.parsing.splitter import parse_kv
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "docsite" / "rst" / "ad_hoc.rst"
ROW = re.compile(r"   \* - ``(\w+)``\n     - (?:``(.*)``|none)\n     - (.+)\n")
LINES = [(module, typed or "") for module, typed, _meaning in ROW.findall(PAGE.read_text())]
JOBS = {
    "shop": "start on shop-start\nreload signal USR1\nenv PORT=80\nenv OPTIONS\n"
            "script\n  trap : USR1\n  echo $PORT $OPTIONS\n  while :; do sleep 1 || :; done\nend script\n",
    "cron": "exec sleep 1000\n",
    "getty": "instance $TTY\nenv SPEED=38400\nexec sleep 1000\n",
    "deploy": "task\nstart on deploy-done\nscript\n  echo \"$VERSION/$NOTE\"\nend script\n",
}

Result = dict[str, Any]
Check = Callable[[Result, with_daemon.Daemon], object]


def running(result: Result, **jobs: str) -> bool:
    return {entry["name"]: entry["status"] for entry in result["instances"]} == jobs


def conf(name: str) -> Check:
    return lambda _result, daemon: (daemon.conf / name).read_text()


def log(daemon: with_daemon.Daemon, job: str) -> list[str]:
    return (daemon.log / f"{job}.log").read_text().splitlines()


SLEEP = "exec /bin/sleep 1000\n"
SERVICE = "start on runlevel [2345]\nstop on runlevel [!2345]\n"
UP = "start/running"
# For each line of the page: changed, and a function whose value must be as given (True by default).
EXPECTED: list[tuple[bool, Check, object]] = [
    (False, lambda result, _daemon: (result["summary"], result["jobs"]), (
        ["cron stop/waiting", "deploy stop/waiting", "getty stop/waiting", "shop stop/waiting"], [])),
    (False, lambda result, _daemon: result["summary"], []),
    (False, lambda result, _daemon: result["summary"], ["getty stop/waiting", "shop stop/waiting"]),
    (False, lambda result, _daemon: [job["name"] for job in result["jobs"]], ["shop"]),
    (False, lambda result, _daemon: result["jobs"][0]["stanzas"]["env"], {"PORT": "80", "OPTIONS": None}),
    (False, lambda result, _daemon: "findings" in result, True),
    (False, lambda result, _daemon: (result["summary"], result["left_out"]), ([], [])),
    (False, lambda result, _daemon: result["log_priority"], "message"),
    (True, lambda result, _daemon: running(result, shop=UP), True),
    (False, lambda result, _daemon: running(result, shop=UP), True),
    (True, lambda result, _daemon: running(result, shop=UP, cron=UP), True),
    (True, lambda result, daemon: log(daemon, "shop"), ["80", "80"]),
    (True, lambda result, _daemon: running(result, shop=UP), True),
    (False, lambda result, _daemon: running(result, shop=UP), True),
    (True, lambda _result, daemon: log(daemon, "shop")[-1], "81"),
    (True, lambda _result, daemon: log(daemon, "shop")[-1], "82 -v -x"),
    (True, lambda result, _daemon: running(result, shop="stop/waiting"), True),
    (False, lambda result, _daemon: running(result, shop="stop/waiting"), True),
    (True, conf("shop.override"), "manual\n"),
    (True, lambda result, daemon: (running(result, shop=UP), (daemon.conf / "shop.override").exists()), (True, False)),
    (True, lambda result, _daemon: [entry["instance"] for entry in result["instances"]], ["tty1"]),
    (True, lambda result, _daemon: [entry["instance"] for entry in result["instances"]], ["tty2"]),
    (True, lambda result, _daemon: [entry["instance"] for entry in result["instances"]], ["tty3"]),
    (True, lambda result, _daemon: [entry["status"] for entry in result["instances"]], ["stop/waiting"]),
    (True, lambda result, _daemon: [line.split(",")[0] for line in result["summary"]],
     [f"getty (tty{number}) {UP}" for number in (1, 2, 3)]),
    (True, lambda result, _daemon: [line.split(",")[0] for line in result["summary"]],
     ["getty (tty3) stop/waiting", f"getty (tty1) {UP}", f"getty (tty2) {UP}"]),
    (True, lambda result, _daemon: sorted(entry["instance"] for entry in result["instances"]), ["tty1", "tty2"]),
    (True, lambda _result, daemon: log(daemon, "deploy"), ["/"]),
    (True, lambda _result, daemon: log(daemon, "deploy")[-1], "7/"),
    (True, lambda _result, daemon: log(daemon, "deploy")[-1], "7/two words"),
    (True, lambda result, _daemon: "failed" in result, False),
    (True, lambda result, _daemon: "failed" in result, False),
    (True, conf("hello.conf"), SLEEP),
    (True, conf("hello.conf"), f"{SERVICE}\nrespawn\n\n{SLEEP}"),
    (True, conf("hello.conf"), f"{SERVICE}\nrespawn\n\n{SLEEP}".replace(
        "runlevel [2345]", "(started shop or deploy-done)")),
    (True, conf("hello.conf"), f"{SERVICE}\nenv PORT=80\nenv OPTIONS=\"-v -x\"\n\nrespawn\n\n{SLEEP}"),
    (True, conf("hello.conf"),
     f"{SERVICE}\nenv PORT=80\nenv OPTIONS=\"-v -x\"\n\nrespawn\nkill timeout 30\n\n{SLEEP}"),
    (True, lambda _result, daemon: "respawn limit 5 60\n" in (daemon.conf / "hello.conf").read_text(), True),
    (True, lambda _result, daemon: [line for line in (daemon.conf / "hello.conf").read_text().splitlines()
                                    if line.startswith(("limit", "normal"))],
     ["normal exit 0 TERM", "limit nofile 1024 4096"]),
    (True, lambda _result, daemon: "umask 027\nnice 5\n" in (daemon.conf / "hello.conf").read_text(), True),
    (False, lambda _result, daemon: "/bin/other" in (daemon.conf / "hello.conf").read_text(), False),
    (True, conf("shop.override"), "nice 5\n"),
    (True, lambda _result, daemon: (daemon.conf / "shop.override").exists(), False),
    (True, conf("hello.conf"), "exec /bin/sleep 2000"),
    (True, lambda _result, daemon: (daemon.conf / "hello.conf").exists(), False),
    (True, lambda result, _daemon: result["log_priority"], "info"),
    (False, lambda result, _daemon: result["log_priority"], "info"),
]


@pytest.fixture(scope="module")
def outcomes() -> Iterator[list[tuple[Result, object]]]:
    """Run all lines, one after another; return the result of each, and the value of its check right after it."""
    found: list[tuple[Result, object]] = []
    with with_daemon.running() as daemon:
        for name, text in JOBS.items():
            (daemon.conf / f"{name}.conf").write_text(text)
        for (module, typed), (_changed, check, _expected) in zip(LINES, EXPECTED):
            (ended,) = many_modules.run(module, [arguments(module, typed, daemon)])
            result = ended.result()
            found.append((result, None if "msg" in result else check(result, daemon)))
        yield found


def arguments(module: str, typed: str, daemon: with_daemon.Daemon) -> dict[str, Any]:
    places = {"address": daemon.address, "conf_dir": str(daemon.conf), "init_log": str(daemon.messages),
              "log_dir": str(daemon.log), "timeout": 100}
    if module != "upstart_service":
        del places["init_log"]
    if module == "upstart_init":
        del places["log_dir"]
    given = json.loads(typed) if typed.startswith("{") else parse_kv(typed)
    return {**places, **given}


def test_the_page_has_all_lines() -> None:
    assert len(LINES) == len(EXPECTED) == PAGE.read_text().count("   * - ``") > 40


@pytest.mark.parametrize("number", range(len(EXPECTED)))
def test_line(outcomes: list[tuple[Result, object]], number: int) -> None:
    result, value = outcomes[number]
    changed, _check, expected = EXPECTED[number]
    assert "msg" not in result, result["msg"]
    assert result.get("changed", False) is changed
    assert value == expected


def test_a_job_file_without_a_host(tmp_path: Path) -> None:
    """The last command of the page, as it is written there."""
    (line,) = [line.strip()[2:] for line in PAGE.read_text().splitlines() if line.startswith("    $ ansible localhost")]
    words = shlex.split(line)
    collection = tmp_path / "ansible_collections" / "sysinit" / "upstart"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT)
    environment = {**os.environ, "HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path), "PYTHONPATH": "",
                   "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "False"}
    done = subprocess.run([sys.executable, "-m", "ansible", "adhoc", *words[1:]], env=environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    added = "".join(row[1:] + "\n" for row in done.stdout.splitlines() if row.startswith("+") and row[1:2] != "+")
    assert added == SERVICE + "\nrespawn\n\nexec /usr/bin/shop -p 80\n"
