# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last release, what changed since, and the version number that this needs.

The changelog names the releases.  A release is the commit of its tag; without a tag it is the commit that added it to
changelogs/changelog.yaml.  A checkout without that commit (a shallow one, or the files of a package) has no history.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CHANGELOG = "changelogs/changelog.yaml"
FRAGMENTS = "changelogs/fragments"
PUBLIC = ("plugins", "roles", "playbooks", "tools", "meta/runtime.yml")
CHECKOUT = "sysinit.checkout"  # the setting of git in a mirror that names the checkout, see mirror.py
# The sections of a changelog that need a new major or minor number. All others only need a new patch number.
MAJOR = {"breaking_changes", "removed_features"}
MINOR = {"major_changes", "minor_changes", "deprecated_features"}
Version = tuple[int, int, int]


class HistoryMissingError(Exception):
    """The commit of a release is not in this checkout; the text is the reason."""


@dataclass(frozen=True)
class Release:
    """A release and its commits: the first one has its content, the last one has the final text of its changelog."""

    version: str
    first: str
    last: str


def git(top: Path, *words: str) -> str:
    """Return the output of git in a checkout; raise HistoryMissingError if git fails."""
    done = subprocess.run(["git", "-C", str(top), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise HistoryMissingError(f"git {words[0]} failed: {done.stderr.strip() or 'no output'}")
    return done.stdout


def checkout_of(folder: Path) -> Path:
    """Return the checkout that a mirror is a copy of; any other folder is its own checkout."""
    try:
        return Path(git(folder, "config", "--local", "--get", CHECKOUT).strip())
    except HistoryMissingError:
        return folder


def number(version: str) -> Version:
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if not match:
        raise ValueError(f"{version} is not a version of three numbers")
    return int(match[1]), int(match[2]), int(match[3])


def galaxy(top: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((top / "galaxy.yml").read_text(encoding="utf-8"))
    return content


def changes_of_releases(top: Path) -> dict[str, dict[str, Any]]:
    """Return the changes of each release, oldest first."""
    releases = yaml.safe_load((top / CHANGELOG).read_text(encoding="utf-8"))["releases"]
    return {version: releases[version].get("changes", {}) for version in sorted(releases, key=number)}


def fragments(top: Path) -> dict[str, dict[str, Any]]:
    """Return the content of each fragment by its name."""
    paths = sorted((top / FRAGMENTS).glob("*.yml"))
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def next_version(last: str, sections: Iterable[str]) -> Version:
    """Return the lowest version that may follow a release with changes in these sections."""
    major, minor, patch = number(last)
    if MAJOR & set(sections):
        return major + 1, 0, 0
    if MINOR & set(sections):
        return major, minor + 1, 0
    return major, minor, patch + 1


def number_faults(version: str, releases: dict[str, dict[str, Any]], waiting: dict[str, dict[str, Any]]) -> list[str]:
    """Compare the version of galaxy.yml with the releases, and with the fragments that wait for the next release."""
    *earlier, last = releases
    if version == last:
        if waiting:
            return [f"galaxy.yml still has version {last} of the last release, but there are fragments: "
                    f"{', '.join(waiting)}"]
        if not earlier:
            return []
        last, sections = earlier[-1], set(releases[version])
    else:
        sections = {section for fragment in waiting.values() for section in fragment}
        if not waiting:
            return [f"galaxy.yml has version {version}, but no fragment says what changed since {last}"]
    needed = next_version(last, sections)
    if number(version) < needed:
        return [f"the changes since {last} ({', '.join(sorted(sections))}) need at least version "
                f"{'.'.join(map(str, needed))}, but galaxy.yml has {version}"]
    return []


def find_release(top: Path, version: str) -> Release:
    """Return a release with its commits."""
    for tag in (version, f"v{version}"):
        command = ["git", "-C", str(top), "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return Release(version, done.stdout.strip(), done.stdout.strip())
    shallow = Path(git(top, "rev-parse", "--git-path", "shallow").strip())
    ends = (top / shallow).read_text(encoding="utf-8").split() if (top / shallow).exists() else []
    added = git(top, "log", "--reverse", "--format=%H", f"-S  {version}:", "--", CHANGELOG).split()
    if added and added[0] in ends:
        raise HistoryMissingError(f"this is a shallow clone that ends after release {version}: "
                                  "run git fetch --unshallow")
    if not added:
        raise HistoryMissingError(f"no commit of this checkout adds release {version} to {CHANGELOG}")
    return Release(version, added[0], git(top, "log", "-1", "--format=%H", "--", CHANGELOG).strip())


def last_release(top: Path) -> Release:
    """Return the newest release that a commit has in its changelog."""
    if not (top / ".git").exists():
        raise HistoryMissingError("this is not a git checkout")
    committed = yaml.safe_load(git(top, "show", f"HEAD:{CHANGELOG}"))["releases"]
    return find_release(top, max(committed, key=number))


def changed_files(top: Path, commit: str) -> list[str]:
    """Return the public files that differ between a commit and the files here, new ones included."""
    tracked = git(top, "diff", "--name-only", commit, "--", *PUBLIC).splitlines()
    return sorted({*tracked, *git(top, "ls-files", "--others", "--exclude-standard", "--", *PUBLIC).splitlines()})


def content_faults(top: Path) -> list[str]:
    """Compare the public files with those of the last release."""
    release, version = last_release(top), galaxy(top)["version"]
    changed = changed_files(top, release.first)
    if not changed or version != release.version:
        return []  # number_faults compares any other version with the fragments
    return [f"{len(changed)} public files changed since release {release.version}, for example {changed[0]}, "
            f"but galaxy.yml still has version {release.version}: raise it, and add fragments for what users notice"]
