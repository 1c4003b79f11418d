# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make hosts`` counts what passed, and its connection runs everything through the command that enters a root."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import host_root_files
import host_roots
import pytest
import verdicts
from host_root_files import ROOTS, Maker

RECAP = "host : ok=29   changed=6    unreachable=0    failed=0\n"
# Enters nothing, but notes what it is given.
ENTER = "#!/bin/sh\necho \"$3\" >> {notes}\nexec \"$@\"\n"


def host(passed: list[str], failed: list[str], missing: str = "") -> host_roots.Host:
    return host_roots.Host(ROOTS[0], "2.16", "2.7.18", "wire", passed, failed, missing)


def test_the_roots_cover_both_transports_both_ends_of_ansible_core_and_every_kind_of_proc() -> None:
    assert len({root.name for root in ROOTS}) == len(ROOTS)
    assert {root.transport for root in ROOTS} == {"wire", "dbus_python"}
    assert {root.core for root in ROOTS} == {"oldest", "newest"}
    assert {root.proc for root in ROOTS} == {"host", "masked", "none", "own"}


@pytest.mark.parametrize(("output", "count"), [(RECAP, 6), ("no recap", -1), (None, -1)])
def test_a_play_that_failed_has_no_count_of_changes(output: str | None, count: int) -> None:
    assert host_roots.changed(output) == count


@pytest.mark.parametrize(("passed", "failed", "missing", "verdict"), [
    (["demo"], [], "", "ok"),
    (["demo"], ["event"], "", "FAIL"),
    ([], [], "", "FAIL"),
    ([], [], "no debootstrap", "missing"),
])
def test_only_a_host_that_passed_checks_and_failed_none_is_ok(
        passed: list[str], failed: list[str], missing: str, verdict: str) -> None:
    assert host(passed, failed, missing).verdict == verdict


def test_the_table_names_what_failed_and_what_is_missing() -> None:
    hosts = [host(["demo"], []), host(["demo"], ["event"]), host([], [], "no debootstrap")]
    text = verdicts.table(host_roots.HEAD, hosts, "roots")
    assert text.splitlines()[4:] == [
        "failed: python27: event", "missing: python27: no debootstrap", "roots: 1 ok, 1 failed, 1 missing"]


def test_a_software_collection_lies_beside_an_unusable_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Maker, "oldest_python3", lambda _self: ("3.6", Path(sys.executable)))
    monkeypatch.setattr(Maker, "copy_of", lambda _self, _suite, _packages, root: (root / "usr/bin").mkdir(parents=True))
    monkeypatch.setattr(host_root_files, "copy_python", lambda _python, _version, place: (place / "bin").mkdir(
        parents=True))
    [collection] = [root for root in ROOTS if root.name == "collection"]
    root, python = Maker(tmp_path, []).root(collection)
    assert python == "/opt/rh/rh-python36/root/usr/bin/python"
    unusable = subprocess.run([root / "usr/bin/python", "module.py"], check=False, capture_output=True, text=True)
    assert (unusable.returncode, unusable.stderr) == (1, "SyntaxError: invalid syntax\n")
    assert "LD_LIBRARY_PATH=/opt/rh/rh-python36/root/usr/lib\n" in (root / python.lstrip("/")).read_text()


def test_libraries_of_the_c_library_are_not_copied() -> None:
    names = {path.name for path in host_root_files.shared_libraries([Path("/bin/ls"), Path(sys.executable)])}
    assert names and not any(name.startswith(("libc.so", "libm.so", "ld-linux")) for name in names)


def test_every_command_of_a_task_goes_through_the_command_that_enters_the_root(tmp_path: Path) -> None:
    enter, notes = tmp_path / "enter", tmp_path / "notes"
    enter.write_text(ENTER.format(notes=notes))
    enter.chmod(0o755)
    variables = {"host_root_enter": str(enter), "host_root_environment": f"HOME={tmp_path} FLAVOUR=mint",
                 "ansible_connection": "host_root", "ansible_python_interpreter": sys.executable}
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "adhoc", "all", "-i", "host,", "-e", json.dumps(variables), "-o", "-m",
         "ansible.builtin.command", "-a", "printenv FLAVOUR SECRET"], check=False, capture_output=True, text=True,
        env={**os.environ, "ANSIBLE_CONNECTION_PLUGINS": str(host_roots.PLUGINS), "SECRET": "word",
             "ANSIBLE_HOME": str(tmp_path / "ansible"), "ANSIBLE_NOCOLOR": "1"})
    # SECRET is not there. ansible-core 2.16 prints JSON.
    assert re.search(r"\brc\W+1\b.*\bstdout\W+mint\b", done.stdout) and "word" not in done.stdout, (
        done.stdout + done.stderr)
    commands = notes.read_text()
    assert "cat > " in commands and "AnsiballZ_command.py" in commands and "rm -f -r " in commands
