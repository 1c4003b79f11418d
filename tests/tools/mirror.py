# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy this checkout to FOLDER/ansible_collections/sysinit/upstart, where Ansible's tools expect a collection.

    mirror.py FOLDER

Copies the files that git tracks or would track, and removes files from the copy that no longer exist here.
The copy has its own git repository, because ansible-test gets its list of files from git.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = {".git", "tests/output", "tests/integration/inventory", "tests/integration/integration_config.yml"}


def wanted_files() -> set[str]:
    """Return the relative names of all files that belong to the collection."""
    listing = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True, check=True).stdout
    return {name for name in listing.split("\0") if name and ((ROOT / name).exists() or (ROOT / name).is_symlink())}


def same(source: Path, target: Path) -> bool:
    if source.is_symlink() or target.is_symlink():
        return source.is_symlink() and target.is_symlink() and source.readlink() == target.readlink()
    return target.is_file() and filecmp.cmp(source, target, shallow=False) \
        and source.stat().st_mode == target.stat().st_mode


def copy(name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() or target.is_symlink():
        target.unlink()
    shutil.copy2(ROOT / name, target, follow_symlinks=False)


def main() -> None:
    mirror = Path(sys.argv[1]).absolute() / "ansible_collections" / "sysinit" / "upstart"
    names = wanted_files()
    for name in sorted(names):
        if not same(ROOT / name, mirror / name):
            copy(name, mirror / name)
    for path in sorted(mirror.rglob("*"), reverse=True):
        name = path.relative_to(mirror).as_posix()
        if any(name == kept or name.startswith(kept + "/") for kept in KEPT):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in names:
            path.unlink()
    if not (mirror / ".git").exists():
        subprocess.run(["git", "-C", str(mirror), "init", "--quiet"], check=True)
    # For tests that need the history, see last_release.py.
    subprocess.run(["git", "-C", str(mirror), "config", "sysinit.checkout", str(ROOT)], check=True)
    subprocess.run(["git", "-C", str(mirror), "add", "--all", "--", "."], check=True, capture_output=True)


if __name__ == "__main__":
    main()
