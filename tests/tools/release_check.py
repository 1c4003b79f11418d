# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the commit here can be released, and say what is missing.

    release_check.py FOLDER [--tagged]
    release_check.py --address ADDRESS

Prints one line for each condition; exits with status 1 if one is not met.  FOLDER is the build folder; the package that
is built for the check stays in FOLDER/release.  --tagged also requires the tag of the release, for ``make release``.
--address writes the public address of the repository into galaxy.yml, in place of the comment that asks for it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import build_release
import last_release

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = ("repository", "documentation", "homepage", "issues")
PLACE = re.compile(r"^# PUBLIC ADDRESS.*?^(?=\w)|^(?:repository|documentation|homepage|issues):[^\n]*\n", re.M | re.S)
INVENTED = (".invalid", ".example", "example.com", "example.org", "example.net", "localhost")
LIMIT = 20 * 1024 * 1024  # bytes that Galaxy accepts
UNWANTED = re.compile(r"(^|/)(\.git(/|ignore|hub)|\.build/|\.nox/|__pycache__|tests/output)"
                      r"|\.(pyc|retry|swp|orig|rej|tar\.gz)$")
Faults = list[str]


def address_faults(galaxy: dict[str, Any]) -> Faults:
    """Return what is wrong with the public addresses of galaxy.yml."""
    missing = [name for name in ADDRESSES if not galaxy.get(name)]
    if missing:
        return [f"galaxy.yml has no {', '.join(missing)}: run make release-address ADDRESS=https://HOST/OWNER/NAME"]
    return [f"galaxy.yml: {name} is {galaxy[name]}, which is no public https address" for name in ADDRESSES
            if not is_public(str(galaxy[name]))]


def is_public(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and "." in host and not host.endswith(INVENTED)


def with_address(text: str, address: str) -> str:
    """Return galaxy.yml with the four addresses of a repository."""
    address = address.rstrip("/")
    values = {"repository": address, "documentation": f"{address}#readme", "homepage": address,
              "issues": f"{address}/issues"}
    lines = "".join(f"{name}: {value}\n" for name, value in values.items())
    head, match, rest = text, PLACE.search(text), ""
    if match:
        head, rest = text[:match.start()], PLACE.sub("", text[match.start():])
    return head + lines + rest


def version_faults(top: Path) -> Faults:
    releases, waiting = last_release.changes_of_releases(top), last_release.fragments(top)
    return last_release.number_faults(last_release.galaxy(top)["version"], releases, waiting)


def changelog_faults(top: Path) -> Faults:
    version, waiting = last_release.galaxy(top)["version"], last_release.fragments(top)
    faults = [] if version in last_release.changes_of_releases(top) else [f"the changelog has no release {version}"]
    if waiting:
        faults.append(f"{len(waiting)} fragments are not in the changelog: run antsibull-changelog release")
    return faults


def clean_faults(top: Path) -> Faults:
    changed = last_release.git(top, "status", "--porcelain").splitlines()
    return [f"{len(changed)} files are not committed, for example {changed[0][3:]}"] if changed else []


def tag_faults(top: Path) -> Faults:
    """Check the tag of the commit: the version, annotated or signed, and written like the earlier tags."""
    version = last_release.galaxy(top)["version"]
    tags = last_release.git(top, "tag", "--points-at", "HEAD").split()
    named = [tag for tag in tags if tag in (version, f"v{version}")]
    if not named:
        return [f"HEAD has no tag {version}: run git tag --annotate {version}"]
    faults = [f"{tag} is a light tag: make it again with --annotate or --sign" for tag in named
              if last_release.git(top, "cat-file", "-t", tag).strip() != "tag"]
    released = [tag for tag in last_release.git(top, "tag").split() if re.fullmatch(r"v?\d+\.\d+\.\d+", tag)]
    if len({tag.startswith("v") for tag in released}) > 1:
        faults.append(f"some tags have a v and others do not: {', '.join(released)}")
    return faults


def package_faults(package: Path, names: list[str]) -> Faults:
    size = package.stat().st_size
    faults = [f"the package has {size} bytes, more than {LIMIT}"] if size > LIMIT else []
    return faults + [f"the package contains {name}" for name in names if UNWANTED.search(name)]


def install_faults(package: Path) -> Faults:
    """Install the package, and compare the installed files with its checksums."""
    with tempfile.TemporaryDirectory(prefix="upstart-release-") as work:
        environment = build_release.only_collections_in(work)
        for words in (["install", "--offline", "-p", work, str(package)], ["verify", "--offline", "sysinit.upstart"]):
            done = subprocess.run([build_release.GALAXY, "collection", *words], env=environment, cwd=work, check=False,
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                return [f"ansible-galaxy collection {words[0]} failed: {(done.stderr or done.stdout).strip()}"]
    return []


def build_faults(top: Path, folder: Path) -> Faults:
    """Build the package twice, install it, and look at what it contains."""
    target = folder / "release"
    shutil.rmtree(target, ignore_errors=True)
    package = build_release.build_twice(top, "HEAD", target)
    names = build_release.run("tar", "--list", f"--file={package}").splitlines()
    return package_faults(package, names) + install_faults(package)


def conditions(top: Path, folder: Path, tagged: bool) -> dict[str, Callable[[], Faults]]:
    checks: dict[str, Callable[[], Faults]] = {
        "public addresses": lambda: address_faults(last_release.galaxy(top)),
        "version number": lambda: version_faults(top),
        "public files and version": lambda: last_release.content_faults(top),
        "changelog": lambda: changelog_faults(top),
        "everything is committed": lambda: clean_faults(top),
        "two builds are the same, and the package verifies": lambda: build_faults(top, folder),
    }
    return {**checks, "tag": lambda: tag_faults(top)} if tagged else checks


def check(checks: dict[str, Callable[[], Faults]]) -> int:
    """Print the result of each condition; return the number of those that are not met."""
    failed = 0
    for title, function in checks.items():
        try:
            faults = function()
        except last_release.HistoryMissingError as error:
            faults = [str(error)]
        print(f"{'FAIL' if faults else 'ok  '} {title}", *[f"     {fault}" for fault in faults], sep="\n", flush=True)
        failed += bool(faults)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description="Check that the commit here can be released.")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--tagged", action="store_true")
    parser.add_argument("--address")
    options = parser.parse_args()
    top = last_release.checkout_of(ROOT)
    if options.address is not None:
        if not is_public(options.address):
            sys.exit(f"release: {options.address or 'ADDRESS'} is no public https address")
        path = top / "galaxy.yml"
        path.write_text(with_address(path.read_text(encoding="utf-8"), options.address), encoding="utf-8")
        return 0
    if options.folder is None:
        parser.error("FOLDER is missing")
    failed = check(conditions(top, options.folder.absolute(), options.tagged))
    print(f"release: {failed} conditions are not met" if failed else "release: this commit can be released")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
