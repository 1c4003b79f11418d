# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role installs the whole program of the emulator in one task."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles" / "emulator"
SCRIPT = (ROLE / "files" / "install_program.py").read_text()
PROGRAM = "roles/emulator/files/upstart-emulator"
FILES = {PROGRAM: "#!/bin/sh\n", "roles/emulator/files/emulator/a.py": "A = 'é'\n", "plugins/b.py": ""}


def install(folder: Path, files: dict[str, str], *options: str) -> str:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *options, str(folder)], input=json.dumps(files),
                          stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def listing(folder: Path) -> dict[str, tuple[int, str]]:
    return {str(path.relative_to(folder)): (path.stat().st_mode & 0o777, path.read_text())
            for path in folder.rglob("*") if path.is_file()}


def test_it_writes_what_is_missing_or_differs(tmp_path: Path) -> None:
    expected = {name: (0o755 if name == PROGRAM else 0o644, text) for name, text in FILES.items()}
    assert install(tmp_path, FILES, "--check") == "changed"
    assert listing(tmp_path) == {}
    assert install(tmp_path, FILES) == "changed"
    assert listing(tmp_path) == expected
    assert install(tmp_path, FILES) == install(tmp_path, FILES, "--check") == "ok"
    (tmp_path / PROGRAM).chmod(0o600)
    (tmp_path / "plugins/b.py").write_text("other")
    assert install(tmp_path, FILES, "--check") == install(tmp_path, FILES) == "changed"
    assert listing(tmp_path) == expected


def test_files_of_an_older_version_are_removed(tmp_path: Path) -> None:
    install(tmp_path, {**FILES, "plugins/old.py": "old"})
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "pid").write_text("1")
    assert install(tmp_path, FILES, "--check") == "changed"
    assert (tmp_path / "plugins/old.py").exists()
    assert install(tmp_path, FILES) == "changed"
    assert sorted(listing(tmp_path)) == sorted([*FILES, "run/pid"])


@pytest.mark.parametrize("folder", ["roles/emulator/files/emulator", "plugins/module_utils/_events",
                                    "plugins/module_utils/_jobfile"])
def test_the_role_takes_every_file_of_a_folder(folder: str) -> None:
    parts = yaml.safe_load((ROLE / "vars" / "main.yml").read_text())["__emulator_parts"]
    taken = {path for part in parts for path in ROOT.glob(part)}
    assert set((ROOT / folder).rglob("*.py")) - taken == set()
