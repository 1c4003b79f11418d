# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the units of one host below a folder, for the playbook migrate.

    write_tree.py [--check] FOLDER

Reads JSON with files (texts by path), links (targets by path) and manifest from standard
input. Removes what an earlier run wrote and this one does not have; other files stay.
Prints the paths that changed. --check changes nothing. One run writes all files, because
a task for each of them takes minutes.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MANIFEST = "migration.json"


def place(root: Path, path: str) -> Path:
    """Return the place of an absolute path below the folder.

    :raises SystemExit: if it would be outside.
    """
    if not path.startswith("/") or ".." in path.split("/"):
        sys.exit(f"write_tree: {path} is not an absolute path without ..")
    return root / path.lstrip("/")


def earlier_paths(root: Path) -> Iterable[str]:
    """Return the paths that an earlier run wrote."""
    manifest = root / MANIFEST
    if not manifest.exists():
        return []
    try:
        earlier = json.loads(manifest.read_text(encoding="utf-8"))
        return [*earlier["files"], *earlier["links"]]
    except (ValueError, KeyError, TypeError) as exc:
        sys.exit(f"write_tree: {manifest} is not from the playbook migrate ({exc!r}). Remove it, then run the playbook "
                 "again")


def is_same(path: Path, text: str | None, target: str | None) -> bool:
    if target is not None:
        return path.is_symlink() and os.readlink(path) == target
    return not path.is_symlink() and path.is_file() and path.read_bytes() == (text or "").encode()


def write(path: Path, text: str | None, target: str | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or target is not None and path.exists():
        path.unlink()
    if target is not None:
        path.symlink_to(target)
    else:
        path.write_bytes((text or "").encode())


def write_tree(root: Path, wanted: dict[str, Any], check: bool) -> list[str]:
    """Bring the folder to the wanted state; return the paths that changed, those that are removed with a minus.

    :param wanted: files, links and manifest.
    """
    manifest = json.dumps(wanted["manifest"], indent=4, sort_keys=True) + "\n"
    entries = [*((path, text, None) for path, text in wanted["files"].items()),
               *((path, None, target) for path, target in wanted["links"].items()), (f"/{MANIFEST}", manifest, None)]
    stale = [path for path in earlier_paths(root) if path not in wanted["files"] and path not in wanted["links"]
             and os.path.lexists(place(root, path))]
    changed = [entry for entry in entries if not is_same(place(root, entry[0]), *entry[1:])]
    if not check:
        for path in stale:
            place(root, path).unlink()
        for path, text, target in changed:
            write(place(root, path), text, target)
    return [*(f"-{path}" for path in stale), *(path for path, _text, _target in changed)]


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    for path in write_tree(Path(arguments[0]), json.load(sys.stdin), "--check" in sys.argv[1:]):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
