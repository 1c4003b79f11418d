# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python of a test host keeps compiled payloads, and notices other sources."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
MAIN = """
import builtins, json, sys
sys.path.insert(0, sys.argv[1])
import compiled_payloads
compiled_payloads.FOLDER = sys.argv[2]
compiled, real = [], builtins.compile
def count(source, path, *more, **options):
    compiled.append(path)
    return real(source, path, *more, **options)
builtins.compile = count
sys.path.insert(0, sys.argv[3])
import payload
print(json.dumps([payload.function(), payload.function.__code__.co_filename, len(compiled) > 0]))
"""


def imported(tmp_path: Path, archive: str, value: int) -> tuple[int, str, bool]:
    """Import a module from an archive; return its value, its path in its code, and whether it was compiled."""
    (tmp_path / "kept").mkdir(exist_ok=True)
    with zipfile.ZipFile(tmp_path / archive, "w") as stream:
        stream.writestr("payload.py", f"def function():\n    return {value}\n")
    folders = [str(path) for path in (TOOLS, tmp_path / "kept", tmp_path / archive)]
    done = subprocess.run([sys.executable, "-S", "-c", MAIN, *folders], capture_output=True, check=True, timeout=60)
    result, path, compiled = json.loads(done.stdout)
    return result, path, compiled


def test_a_source_is_compiled_once_and_its_code_has_the_path_of_each_payload(tmp_path: Path) -> None:
    first, second = (imported(tmp_path, archive, 1) for archive in ("one.zip", "two.zip"))
    assert first == (1, str(tmp_path / "one.zip" / "payload.py"), True)
    assert second == (1, str(tmp_path / "two.zip" / "payload.py"), False)


def test_another_source_is_compiled(tmp_path: Path) -> None:
    imported(tmp_path, "one.zip", 1)
    assert imported(tmp_path, "one.zip", 2) == (2, str(tmp_path / "one.zip" / "payload.py"), True)
