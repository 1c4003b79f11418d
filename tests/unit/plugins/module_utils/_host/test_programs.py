# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected behaviour of processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import CANNOT_RUN, ENDS, STAYS
from ansible_collections.sysinit.upstart.plugins.module_utils._host.programs import Programs
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client

UNKNOWN = "unknown"
Expected = Any  # UNKNOWN, or (behaviour, exit status, seconds)
# stanzas of a task, and the expected behaviour of its main process
TASKS: list[tuple[str, Expected]] = [
    ("exec true", (ENDS, 0, 0.0)),
    ("exec false", (ENDS, 1, 0.0)),
    ("exec sleep 1.5", (ENDS, 0, 1.5)),
    ("exec sleep 2m 1", (ENDS, 0, 121.0)),
    ("exec sleep 1d 1h 1s", (ENDS, 0, 90001.0)),
    ("exec sleep infinity", (ENDS, 0, float("inf"))),
    ("exec sleep a while", UNKNOWN),
    ("exec sleep", UNKNOWN),
    ("exec /bin/sh", UNKNOWN),
    ("exec no-such-program", (CANNOT_RUN, -1, 0.0)),
    ("exec /no/such/program x", (CANNOT_RUN, -1, 0.0)),
    ("exec /etc", (CANNOT_RUN, -1, 0.0)),
    ("exec /etc/passwd", (CANNOT_RUN, -1, 0.0)),
    ("exec no-such-program; true", (ENDS, 127, 0.0)),
    ("exec /etc/passwd; true", (ENDS, 126, 0.0)),
    ("exec sleep 3; false", (ENDS, 0, 3.0)),
    ("exec echo $HOME", UNKNOWN),
    ("exec A=b sleep 3", UNKNOWN),
    ("script\nend script", (ENDS, 0, 0.0)),
    ("script\n  exit 3\nend script", (ENDS, 3, 0.0)),
    ("script\n  exit\nend script", (ENDS, 0, 0.0)),
    ("script\n  # nothing\n  sleep 1; sleep 2\n  echo 'done; really'\nend script", (ENDS, 0, 3.0)),
    ("script\n  sleep 1 # wait; then sleep 9 & (again)\nend script", (ENDS, 0, 1.0)),
    ("script\n  sleep \\\n    1\nend script", (ENDS, 0, 1.0)),
    ("script\n  sleep 1 >/dev/null\nend script", UNKNOWN),
    ("script\n  sleep 1 $(exit 3\nend script", UNKNOWN),
    ("script\n  sleep `exit 3`\nend script", UNKNOWN),
    ("script\n  sleep 1 &\nend script", UNKNOWN),
    ("script\n  case a in a) exit 3 ;; esac\nend script", UNKNOWN),
    ("script\n  # nothing\n  sleep 1; sleep 2\n  echo 'done'\nend script", (ENDS, 0, 3.0)),
    ("script\n  sleep 1\n  false\n  sleep 9\nend script", (ENDS, 1, 1.0)),
    ("script\n  sleep 1\n  no-such-program\nend script", UNKNOWN),  # possibly a builtin of that shell
    ("script\n  sleep 1\n  /no/such/program\nend script", (ENDS, 127, 1.0)),
    ("script\n  exec no-such-program\nend script", (ENDS, 127, 0.0)),
    ("script\n  chdir /tmp\n  sleep 1\nend script", UNKNOWN),
    ("script\n  . /etc/profile\nend script", UNKNOWN),
    ("script\n  sleep 1\n  exec false\nend script", (ENDS, 1, 1.0)),
    ("script\n  sh -c true\n  exit 3\nend script", UNKNOWN),
    ("script\n  if true\n  then exit 1\n  fi\nend script", UNKNOWN),
    ("script\n  test -e /\nend script", UNKNOWN),
    ("script\n  exit $STATUS\nend script", UNKNOWN),
    ("script\n  true || exit 1\nend script", UNKNOWN),
    ("script\n  echo 'open\nend script", UNKNOWN),
    ("script\n  sleep 1;; sleep 1\nend script", (ENDS, 0, 2.0)),
    ("chdir /no/such/folder\nexec true", (CANNOT_RUN, -1, 0.0)),
    ("chroot /no/such/folder\nexec true", (CANNOT_RUN, -1, 0.0)),
    ("setuid no-such-user\nexec true", (CANNOT_RUN, -1, 0.0)),
    ("setgid no-such-group\nexec true", (CANNOT_RUN, -1, 0.0)),
    ("setuid root\nsetgid root\nexec true", (ENDS, 0, 0.0)),
    ("limit nofile 20 10\nexec true", (CANNOT_RUN, -1, 0.0)),
    ("limit nofile 20 unlimited\nexec true", (ENDS, 0, 0.0)),
    ("env PATH=/nowhere\nexec true", (CANNOT_RUN, -1, 0.0)),
]
# Builtins that a shell may have although no program has the name: those of dash (Debian) and bash (EL 6).
BUILTINS = (
    "alias bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown enable "
    "eval export fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read "
    "readarray readonly return set shift shopt source suspend test times trap type typeset ulimit umask unalias unset "
    "wait").split()


def values(text: str) -> dict[str, Any]:
    job_values: dict[str, Any] = parse_job(text.encode())
    return job_values


@pytest.mark.parametrize(("text", "expected"), TASKS)
def test_a_task(text: str, expected: Expected) -> None:
    behaviour = Programs(os.getpid()).behaviour(values(f"task\n{text}\n"), "main")
    known = (behaviour.does, behaviour.status, round(behaviour.seconds, 2)) if behaviour.known else UNKNOWN
    assert known == expected
    assert not behaviour.known or "script" not in text or behaviour.seconds > 0, "a shell is slower than init"
    assert behaviour.known or (behaviour.does, behaviour.status) == (ENDS, 0)


@pytest.mark.parametrize("name", BUILTINS)
def test_a_builtin_is_not_missing(name: str) -> None:
    assert not Programs(os.getpid()).behaviour(values(f"task\nscript\n  {name} x\nend script\n"), "main").known


@pytest.mark.parametrize(("text", "does", "known"), [
    ("exec sleep 1000", STAYS, True), ("exec sleep 1", ENDS, True), ("exec /bin/sh", STAYS, False),
    ("exec false", ENDS, True), ("script\n  while true\n  do sleep 1\n  done\nend script", STAYS, False),
])
def test_a_service(text: str, does: str, known: bool) -> None:
    behaviour = Programs(os.getpid()).behaviour(values(text + "\n"), "main")
    assert (behaviour.does, behaviour.known) == (does, known)


def test_a_daemon_whose_process_cannot_be_read_has_our_programs() -> None:
    behaviour = Programs(fake_client.NO_PROCESS).behaviour(values("task\nexec true\n"), "main")
    assert (behaviour.does, behaviour.known) == (ENDS, True)


@pytest.mark.parametrize("peer_pid", [0, -1])
@pytest.mark.parametrize(("text", "does"), [
    ("task\nexec true\n", ENDS), ("task\nexec /no/such/tool\n", ENDS), ("chdir /no/such/folder\nexec a\n", STAYS),
    ("setuid no-such-user\nexec a\n", STAYS)])
def test_the_programs_of_a_daemon_outside_of_this_container_are_unknown(peer_pid: int, text: str, does: str) -> None:
    behaviour = Programs(peer_pid).behaviour(values(text), "main")
    assert (behaviour.does, behaviour.known) == (does, False)


def test_impossible_limits_are_refused_wherever_the_daemon_is() -> None:
    assert Programs(0).behaviour(values("limit nofile 20 10\nexec a\n"), "main").does == CANNOT_RUN


def test_a_helper_of_a_service_ends() -> None:
    behaviour = Programs(os.getpid()).behaviour(values("exec sleep 9\npre-start exec /bin/sh\n"), "pre-start")
    assert (behaviour.does, behaviour.known) == (ENDS, False)


@pytest.mark.parametrize(("text", "settles"), [("exec sleep 9", False), ("exec /bin/sh", True), ("exec true", False)])
def test_expect(text: str, settles: bool) -> None:
    assert Programs(os.getpid()).behaviour(values(f"expect fork\n{text}\n"), "main").settles is settles


def test_programs_are_looked_for_where_the_job_is(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("")
    text = f"task\nchdir {tmp_path}\nexec ./tool\n"
    assert Programs(os.getpid()).behaviour(values(text), "main").does == CANNOT_RUN
    (tmp_path / "tool").chmod(0o755)
    assert not Programs(os.getpid()).behaviour(values(text), "main").known
    assert not Programs(os.getpid()).behaviour(values(f"task\nchroot {tmp_path}\nexec /tool\n"), "main").known


def test_a_link_in_another_root_may_lead_somewhere(tmp_path: Path) -> None:
    (tmp_path / "tool").symlink_to("/no/such/program")
    assert not Programs(os.getpid()).behaviour(values(f"task\nchroot {tmp_path}\nexec /tool\n"), "main").known
