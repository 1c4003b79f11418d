# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the package of a commit, with the same bytes each time.

    build_release.py FOLDER [--commit COMMIT] [--key KEY]

Writes the package, its MANIFEST.json and SHA256SUMS to FOLDER/release.  ``ansible-galaxy collection build`` packs the
files of the commit, and nothing else.  Then this program packs its result again: FILES.json and the members are sorted
by name, all of them have the time of the commit (or of SOURCE_DATE_EPOCH), no owner, and mode 0644 or 0755, and the
gzip header has no time.  A second build, in another folder and with another umask, must have the same bytes.

--key signs MANIFEST.json with that key of gpg, for ``ansible-galaxy collection verify --signature``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import last_release

ROOT = Path(__file__).resolve().parents[2]
MANIFEST, FILES = "MANIFEST.json", "FILES.json"
GALAXY = Path(sys.executable).with_name("ansible-galaxy")


def run(*words: str | Path, folder: Path | None = None) -> str:
    """Run a command and return its output; if it fails, exit with that output."""
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"release: {' '.join(command)} failed with status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def only_collections_in(folder: str | Path) -> dict[str, str]:
    """Return an environment in which Ansible finds no collections outside of a folder."""
    return {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(folder), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
            "PYTHONPATH": "", "HOME": str(folder)}


def export(top: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit to a new folder."""
    folder.mkdir(parents=True)
    archive = folder.with_suffix(".tar")
    run("git", "-C", top, "archive", "--format=tar", f"--output={archive}", commit)
    run("tar", "--extract", f"--file={archive}", f"--directory={folder}")
    archive.unlink()


def as_json(content: object) -> bytes:
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"


def sorted_files(content: bytes) -> bytes:
    """Return FILES.json with its files in the order of their names."""
    listing = json.loads(content)
    listing["files"].sort(key=lambda entry: str(entry["name"]))
    return as_json(listing)


def new_manifest(content: bytes, files: bytes) -> bytes:
    """Return MANIFEST.json with the checksum of a new FILES.json."""
    manifest = json.loads(content)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    return as_json(manifest)


def normalize(member: tarfile.TarInfo, epoch: int) -> None:
    member.mtime = epoch
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.pax_headers = {}
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644


def repack(built: Path, target: Path, epoch: int) -> None:
    """Write the package that ansible-galaxy built with sorted members and without anything from this machine."""
    with tarfile.open(built) as source:
        members = {member.name: member for member in source}
        streams = {name: source.extractfile(member) for name, member in members.items() if member.isfile()}
        contents = {name: stream.read() for name, stream in streams.items() if stream}
    contents[FILES] = sorted_files(contents[FILES])
    contents[MANIFEST] = new_manifest(contents[MANIFEST], contents[FILES])
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as result:
        for name in [MANIFEST, FILES, *sorted(set(members) - {MANIFEST, FILES})]:
            member, content = members[name], contents.get(name, b"")
            normalize(member, epoch)
            member.size = len(content)
            result.addfile(member, io.BytesIO(content) if name in contents else None)
    with open(target, "wb") as file, gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as packed:
        packed.write(plain.getvalue())


def commit_time(top: Path, commit: str) -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or last_release.git(top, "log", "-1", "--format=%ct", commit))


def build(top: Path, commit: str, work: Path, target: Path) -> Path:
    """Build the package of a commit in a work folder; return its path below the target."""
    tree = work / "tree"
    export(top, commit, tree)
    run(GALAXY, "collection", "build", "--output-path", work / "built", tree)
    (built,) = (work / "built").glob("*.tar.gz")
    target.mkdir(parents=True, exist_ok=True)
    repack(built, target / built.name, commit_time(top, commit))
    return target / built.name


def build_twice(top: Path, commit: str, target: Path) -> Path:
    """Build the package in two folders with different permissions; exit if their bytes differ."""
    packages = []
    for name, mask in (("first", 0o022), ("second-build-elsewhere", 0o077)):
        before = os.umask(mask)
        try:
            with tempfile.TemporaryDirectory(prefix=f"upstart-release-{name}-") as work:
                packages.append(build(top, commit, Path(work), target / name))
        finally:
            os.umask(before)
    first, second = packages
    if first.read_bytes() != second.read_bytes():
        sys.exit(f"release: two builds of {commit} differ: compare {first} and {second}, for example with diffoscope")
    package = target / first.name
    first.replace(package)
    for path in packages:
        shutil.rmtree(path.parent)
    return package


def extract_manifest(package: Path) -> Path:
    """Write MANIFEST.json of a package beside it: the file to sign."""
    with tarfile.open(package) as archive:
        stream = archive.extractfile(MANIFEST)
        content = stream.read() if stream else b""
    path = package.with_name(MANIFEST)
    path.write_bytes(content)
    return path


def sign(manifest: Path, key: str) -> Path:
    """Write a detached, armored signature of MANIFEST.json."""
    signature = manifest.with_name(f"{manifest.name}.asc")
    signature.unlink(missing_ok=True)
    run("gpg", "--batch", "--armor", "--detach-sign", "--local-user", key, "--output", signature, manifest)
    return signature


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the package of a commit.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commit", default="HEAD")
    parser.add_argument("--key", default="")
    options = parser.parse_args()
    target = options.folder.absolute() / "release"
    shutil.rmtree(target, ignore_errors=True)
    package = build_twice(last_release.checkout_of(ROOT), options.commit, target)
    checksum = hashlib.sha256(package.read_bytes()).hexdigest()
    (target / "SHA256SUMS").write_text(f"{checksum}  {package.name}\n", encoding="utf-8")
    manifest = extract_manifest(package)
    print(f"release: two builds have the same bytes\nrelease: {checksum}  {package}")
    if options.key:
        print(f"release: signed as {sign(manifest, options.key)}")


if __name__ == "__main__":
    main()
