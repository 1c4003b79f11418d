# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message about a failed process advises, by the job file, init's message and the job's output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import failure_advice

ROOTLESS = "setuid shop\npre-start exec b\npost-stop exec c\nexec a\n"
DENIED = ("It runs as shop, because setuid holds for every process of a job: give that user access, or do this in a "
          "task without setuid that starts on %s web.")


def advice(folder: Path, text: str, process: str | None, said: str = "", lines: tuple[str, ...] = (),
           leftovers: tuple[dict[str, Any], ...] = (), **facts: Any) -> str | None:
    (folder / "web.conf").write_text(text)
    messages = [f"Failed to spawn web {process} process: {said}"] if said else []
    return failure_advice.advice(Definition("web", str(folder)), {
        "name": "web", "process": process, "init_messages": messages, "log_lines": list(lines), **facts},
        list(leftovers))


@pytest.mark.parametrize(("text", "process", "said", "sentence"), [
    ("exec /bin/a -x\n", "main", "unable to execute: No such file or directory",
     "/bin/a does not exist, or the interpreter in its first line does not."),
    ("chroot /jail\nexec /bin/a\n", "main", "unable to execute: No such file or directory",
     "/bin/a below /jail does not exist, or the interpreter in its first line does not."),
    ("chroot /jail\nexec /bin/a $X\n", "main", "unable to execute: No such file or directory",
     "/bin/sh below /jail does not exist, or the interpreter in its first line does not."),
    ("script\nx\nend script\n", "main", "unable to execute: No such file or directory",
     "/bin/sh does not exist, or the interpreter in its first line does not."),
    ("pre-start exec /bin/b\nexec /bin/a\n", "pre-start", "unable to execute: Permission denied",
     "/bin/b is not an executable file, or init may not execute it."),
    ("exec /bin/a\n", "main", "unable to execute: Exec format error",
     "/bin/a is neither a binary of this machine nor a script that begins with #!."),
    ("exec /bin/a\n", "main", "unable to execute: Argument list too long", None),
    ("setuid shop\nexec a\n", "main", "unable to find setuid user", "User shop of setuid does not exist."),
    ("setgid shop\nexec a\n", "main", "unable to find setgid group", "Group shop of setgid does not exist."),
    ("chdir /no\nexec a\n", "main", "unable to change working directory: No such file or directory",
     "Check the directory /no of chdir."),
    ("chroot /no\nexec a\n", "main", "unable to change root directory: Not a directory",
     "Check the directory /no of chroot."),
    ("limit nofile 20 10\nexec a\n", "main", 'unable to set "nofile" resource limit: Invalid argument',
     "Correct 'limit nofile 20 10': the first number must not exceed the second."),
    ("exec a\n", "main", 'unable to set "nofile" resource limit: Invalid argument', None),
    ("exec a\n", "main", "unable to find setuid user", None),  # its file was changed since
    ("exec a\n", "pre-start", "unable to execute: No such file or directory", None),
    ("frob\n", "main", "unable to execute: No such file or directory", None),
])
def test_a_process_that_could_not_be_run(tmp_path: Path, text: str, process: str, said: str,
                                         sentence: str | None) -> None:
    assert advice(tmp_path, text, process, said) == sentence


@pytest.mark.parametrize("line", [
    "mkdir: cannot create directory '/run/shop': Permission denied",
    "chown: changing ownership of '/srv': Operation not permitted",
    "IOError: [Errno 13] Permission refusée: '/run/shop.pid'",
    "Error: EACCES, open '/var/run/shop.pid'", "iptables: must be root", "error: you must be run as root",
    "modprobe requires root privileges", "sysctl: permission denied on key 'vm.swappiness'"])
def test_output_that_shows_missing_rights(tmp_path: Path, line: str) -> None:
    assert advice(tmp_path, ROOTLESS, "pre-start", lines=("starting", line), exit_status=1) == DENIED % "starting"
    assert advice(tmp_path, ROOTLESS, "post-stop", lines=(line,), exit_status=1) == DENIED % "stopped"
    assert advice(tmp_path, ROOTLESS, "main", lines=(line,), exit_status=1) == (
        "It runs as shop because of setuid: check what that user may do.")
    assert advice(tmp_path, ROOTLESS.replace("setuid shop\n", ""), "pre-start", lines=(line,), exit_status=1) is None
    assert advice(tmp_path, ROOTLESS.replace("shop", "root"), "pre-start", lines=(line,), exit_status=1) is None


@pytest.mark.parametrize(("process", "lines", "status", "starts"), [
    ("pre-start", (), 1, "It runs as shop, because setuid holds for every process of a job: check what"),
    ("pre-start", (), 126, DENIED % "starting"),
    ("main", (), 126, "It runs as shop because of setuid"),
    ("main", (), 1, None),
    ("pre-start", ("bad option -q",), 1, None),
    ("pre-start", ("rootfs is not permuted, 13 of 14",), 1, None),
    (None, ("Permission denied",), 1, None),
])
def test_rights_that_may_be_missing(tmp_path: Path, process: str | None, lines: tuple[str, ...], status: int,
                                    starts: str | None) -> None:
    sentence = advice(tmp_path, ROOTLESS, process, lines=lines, exit_status=status)
    assert (sentence is None) is (starts is None) and (sentence or "").startswith(starts or "")


def test_a_program_that_the_user_may_not_execute(tmp_path: Path) -> None:
    assert advice(tmp_path, ROOTLESS, "pre-start", "unable to execute: Permission denied") == (
        "b is not an executable file, or shop may not execute it.")


PROCESSES = tuple({"pid": number, "command": f"d {number}"} for number in range(1, 6))


@pytest.mark.parametrize(("count", "names", "them"), [
    (1, "1 (d 1)", "it"), (3, "1 (d 1), 2 (d 2), 3 (d 3)", "them"),
    (5, "1 (d 1), 2 (d 2), 3 (d 3) and 2 more", "them")])
def test_processes_that_are_left(tmp_path: Path, count: int, names: str, them: str) -> None:
    processes = PROCESSES[:count]
    end = f"End {them} with state: stopped, unwedge: true and end_leftovers: true"
    assert advice(tmp_path, "exec a\n", "main", exit_status=1, leftovers=processes) == (
        f"Processes that it started still run unsupervised: {names}. {end}.")
    assert failure_advice.background_cause(list(processes)).endswith(f" running unsupervised: {names}")
    assert failure_advice.background_advice({"expect": "none"}, list(processes)) == (
        f"{end}; then run the command in the foreground, or add expect fork if it forks once, or expect daemon if it "
        "forks twice.")
    assert failure_advice.background_advice({"expect": "daemon"}, list(processes)).endswith(
        "or correct 'expect daemon'.")


@pytest.mark.parametrize(("process", "status", "ends"), [
    ("main", 0, True), ("respawn", 0, True), ("main", 1, False), ("pre-start", 0, False), ("respawn", None, False)])
def test_a_service_that_ends(tmp_path: Path, process: str, status: int | None, ends: bool) -> None:
    assert advice(tmp_path, "respawn\nexec a\n", process, exit_status=status) == (failure_advice.ENDS if ends else None)
