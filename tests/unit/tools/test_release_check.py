# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package of a release has the same bytes each time, and the check before a release finds what is missing."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import build_release
import last_release
import prepare
import pytest
import raise_requirements
import release_check
import yaml

ROOT = Path(__file__).resolve().parents[3]
NEWS = {"plugins/x.py": b"x = 1\n", "README.md": b"x\n", "tools/run": b"#!/bin/sh\n"}
EPOCH = 1_700_000_000
ADDRESS = "https://git.sysinit.net/sysinit/upstart"


def raw_package(path: Path, names: list[str], uid: int, mtime: int) -> Path:
    """Write a package as ansible-galaxy does: in the order of the file system, with the times of the machine."""
    files = {"files": [{"name": ".", "ftype": "dir"}, *({"name": name, "ftype": "file"} for name in names)]}
    manifest = {"file_manifest_file": {"name": "FILES.json", "chksum_sha256": "?"}, "collection_info": {"name": "x"}}
    contents = {"MANIFEST.json": json.dumps(manifest).encode(), "FILES.json": json.dumps(files).encode(),
                **{name: NEWS[name] for name in names}}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size, member.uid, member.uname, member.mtime = len(content), uid, f"user{uid}", mtime
            member.mode = 0o700 if name == "tools/run" else 0o600
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_package_has_nothing_from_the_machine(tmp_path: Path) -> None:
    first = raw_package(tmp_path / "first.tar.gz", list(NEWS), 0, 1)
    second = raw_package(tmp_path / "second.tar.gz", list(reversed(NEWS)), 1000, 2)
    for path in (first, second):
        build_release.repack(path, path.with_suffix(".new"), EPOCH)
    assert first.read_bytes() != second.read_bytes()
    assert first.with_suffix(".new").read_bytes() == second.with_suffix(".new").read_bytes()
    with tarfile.open(first.with_suffix(".new")) as archive:
        members = archive.getmembers()
        contents = {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    assert [member.name for member in members] == ["MANIFEST.json", "FILES.json", *sorted(NEWS)]
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(EPOCH, 0, "")}
    assert {member.name: member.mode for member in members}["tools/run"] == 0o755
    assert {member.mode for member in members if member.name != "tools/run"} == {0o644}
    listed = json.loads(contents["MANIFEST.json"])["file_manifest_file"]["chksum_sha256"]
    assert listed == hashlib.sha256(contents["FILES.json"]).hexdigest()
    assert first.with_suffix(".new").read_bytes()[4:8] == bytes(4)  # the time in the header of gzip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a repository with a collection that can be released but has no address."""
    top = tmp_path / "checkout"
    (top / "meta").mkdir(parents=True)
    (top / "changelogs" / "fragments").mkdir(parents=True)
    (top / "meta" / "runtime.yml").write_text("requires_ansible: '>=2.16.0'\n")
    (top / "README.md").write_text("x\n")
    (top / "galaxy.yml").write_text((ROOT / "galaxy.yml").read_text())
    version = last_release.galaxy(top)["version"]
    (top / last_release.CHANGELOG).write_text(f"releases:\n  {version}:\n    changes: {{}}\n")
    git(top, "init", "--quiet", "--initial-branch=main")
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "x")
    return top


def git(top: Path, *words: str) -> None:
    settings = ("user.name=A", "user.email=a@example.org", "commit.gpgsign=false", "tag.gpgsign=false")
    options = [word for setting in settings for word in ("-c", setting)]
    subprocess.run(["git", "-C", str(top), *options, *words], check=True, capture_output=True)


def test_a_tag(project: Path) -> None:
    version = last_release.galaxy(project)["version"]
    assert "HEAD has no tag" in "".join(release_check.tag_faults(project))
    git(project, "tag", version)
    assert "is a light tag" in "".join(release_check.tag_faults(project))
    git(project, "tag", "--force", "--annotate", "--message=x", version)
    assert release_check.tag_faults(project) == []
    git(project, "tag", "--annotate", "--message=x", "v0.1.0")
    assert "some tags have a v" in "".join(release_check.tag_faults(project))


def test_what_is_not_committed(project: Path) -> None:
    assert release_check.clean_faults(project) == []
    (project / "new").touch()
    assert release_check.clean_faults(project) == ["1 files are not committed, for example new"]


def test_a_fragment_that_is_not_in_the_changelog(project: Path) -> None:
    assert release_check.changelog_faults(project) == []
    (project / last_release.FRAGMENTS / "x.yml").write_text("bugfixes: [x]\n")
    assert "1 fragments are not in the changelog" in "".join(release_check.changelog_faults(project))
    (project / last_release.CHANGELOG).write_text("releases:\n  0.1.0: {}\n")
    assert "the changelog has no release" in "".join(release_check.changelog_faults(project))


def test_the_address_replaces_the_comment_and_itself() -> None:
    text = (ROOT / "galaxy.yml").read_text(encoding="utf-8")
    once = release_check.with_address(text, ADDRESS)
    assert "PUBLIC ADDRESS" not in once and "make release-check" not in once
    given = yaml.safe_load(once)
    assert release_check.address_faults(given) == [] and given["issues"] == ADDRESS + "/issues"
    assert {key: value for key, value in given.items() if key not in release_check.ADDRESSES} == {
        key: value for key, value in yaml.safe_load(text).items() if key not in release_check.ADDRESSES}
    assert release_check.with_address(once, ADDRESS) == once
    other = yaml.safe_load(release_check.with_address(once, ADDRESS + "2"))
    assert other["homepage"] == ADDRESS + "2"


@pytest.mark.parametrize("address", ["", "http://git.sysinit.net/x", "https://example.org/x", "https://localhost/x",
                                     "https://repository.invalid/", "git.sysinit.net/x"])
def test_an_address_that_nobody_can_open(address: str) -> None:
    assert release_check.address_faults(dict.fromkeys(release_check.ADDRESSES, address)) != []


@pytest.mark.parametrize("name", [".gitignore", "tests/output/x", "plugins/__pycache__/x", "a.pyc", "b.orig",
                                  "x.tar.gz", ".build/x"])
def test_files_that_a_package_must_not_have(tmp_path: Path, name: str) -> None:
    (tmp_path / "package").write_bytes(b"x")
    assert release_check.package_faults(tmp_path / "package", ["README.md", name]) == [f"the package contains {name}"]


def test_a_condition_without_history_is_not_met(capsys: pytest.CaptureFixture[str]) -> None:
    def shallow() -> list[str]:
        raise last_release.HistoryMissingError("this is a shallow clone")

    assert release_check.check({"versions": shallow, "other": list}) == 1
    assert capsys.readouterr().out == "FAIL versions\n     this is a shallow clone\nok   other\n"


def test_a_project_is_built_installed_and_verified(project: Path, tmp_path: Path) -> None:
    checks = release_check.conditions(project, tmp_path / "build", tagged=False)
    assert {title: function() for title, function in checks.items() if title != "public addresses"} == {
        title: [] for title in checks if title != "public addresses"}
    (package,) = (tmp_path / "build" / "release").glob("*.tar.gz")
    with tarfile.open(package) as archive:
        assert {"README.md", "meta/runtime.yml", "galaxy.yml"} - set(archive.getnames()) == {"galaxy.yml"}


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
def test_a_signature_that_ansible_galaxy_accepts(
        project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    make_key = ["--passphrase", "", "--quick-generate-key", "Test <test@example.org>", "ed25519", "sign"]
    subprocess.run(["gpg", "--batch", "--quiet", *make_key], check=True, capture_output=True)
    package = build_release.build_twice(project, "HEAD", tmp_path / "release")
    manifest = build_release.extract_manifest(package)
    signature = build_release.sign(manifest, "test@example.org")
    subprocess.run(["gpg", "--batch", "--quiet", "--export", "--output", str(tmp_path / "public"), "test@example.org"],
                   check=True, capture_output=True)

    def galaxy(*words: str | Path) -> int:
        command = [build_release.GALAXY, "collection", words[0], "--offline", *words[1:]]
        return subprocess.run(command, env=build_release.only_collections_in(tmp_path), cwd=tmp_path, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL).returncode

    verify = ["verify", "--keyring", tmp_path / "public", "--signature", f"file://{signature}", "sysinit.upstart"]
    assert galaxy("install", "-p", tmp_path, package) == 0
    assert galaxy(*verify) == 0
    other = manifest.with_name("other.json")
    other.write_bytes(manifest.read_bytes() + b"\n")
    signature.write_bytes(build_release.sign(other, "test@example.org").read_bytes())
    assert galaxy(*verify) != 0
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=True)


def test_each_requirement_is_pinned_for_each_python() -> None:
    """A line of pins is NAME==VERSION, with a marker where the Pythons need different versions."""
    from packaging.requirements import Requirement

    for pins, names in raise_requirements.SETS.items():
        lines = (prepare.PINS / f"{pins}.txt").read_text(encoding="utf-8").splitlines()
        found = [Requirement(line) for line in lines if line and not line.startswith("#")]
        for python in raise_requirements.PYTHONS:
            marks = {"python_version": python, "python_full_version": f"{python}.5"}
            here = {line.name: line.specifier for line in found if not line.marker or line.marker.evaluate(marks)}
            assert all(str(specifier).startswith("==") for specifier in here.values())
            wanted = [Requirement(line) for name in names
                      for line in (prepare.REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
                      if line and not line.startswith(("#", "-r"))]
            lacking = [str(line) for line in wanted if line.name.lower() not in here
                       or not line.specifier.contains(str(here[line.name.lower()])[2:])]
            assert lacking == [], f"{pins}.txt, Python {python}: run make raise-requirements"


def test_each_file_of_requirements_has_pins() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in prepare.REQUIREMENTS.glob("*.txt")}
    included = {name for text in texts.values() for name in re.findall(r"^-r (\w+)\.txt$", text, re.M)}
    covered = {name for names in raise_requirements.SETS.values() for name in names}
    assert set(texts) - covered - included == set(), "add it to raise_requirements.SETS, run make raise-requirements"
    assert {path.stem for path in prepare.PINS.glob("*.txt")} == set(raise_requirements.SETS)


def test_pins_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PINS", raising=False)
    assert prepare.pin_options("test") == ["--constraint", str(prepare.PINS / "test.txt")]
    monkeypatch.setenv("PINS", "no")
    assert prepare.pin_options("test") == []


def test_a_python_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.check_python(sys.executable)
    monkeypatch.setattr(prepare, "python_version", lambda _python: "3.9")
    with pytest.raises(SystemExit, match=r"too old for ansible-core: name 3\.10 or later"):
        prepare.check_python("/usr/bin/python3.9")
