# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of the emulator on the host, all in one task.

    python -c SCRIPT [--check] FOLDER < FILES_AS_JSON

FILES_AS_JSON is a mapping of path below FOLDER to text. Files that are there with the same text are not written; other
files in the same directories, of an older version, are removed. The output is "changed" or "ok".
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PROGRAMS = ("upstart-emulator", "initctl")  # the files that are executed


def mode(path: Path) -> int:
    return 0o755 if path.name in PROGRAMS else 0o644


def is_installed(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode() and path.stat().st_mode & 0o777 == mode(path)
    except OSError:
        return False


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(path.name + ".new")
    staged.write_bytes(text.encode())
    staged.chmod(mode(path))
    staged.replace(path)


def strangers(files: dict[Path, str]) -> list[Path]:
    """Return the files beside those of the program that are not part of it."""
    folders = {path.parent for path in files}
    return [entry for folder in sorted(folders) if folder.is_dir() for entry in sorted(folder.iterdir())
            if entry not in files and not entry.is_dir()]


def main(arguments: list[str]) -> str:
    check_mode = "--check" in arguments
    folder = Path(arguments[-1])
    files = {folder / name: text for name, text in json.load(sys.stdin).items()}
    missing = [path for path, text in files.items() if not is_installed(path, text)]
    removed = strangers(files)
    if not check_mode:
        for path in missing:
            write(path, files[path])
        for path in removed:
            path.unlink()
    return "changed" if missing or removed else "ok"


if __name__ == "__main__":
    os.umask(0o022)
    print(main(sys.argv[1:]))
