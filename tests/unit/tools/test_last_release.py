# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of galaxy.yml fits what changed since the last release, and each such change has a fragment."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import interface
import last_release
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
TOP = last_release.checkout_of(ROOT)
OPTION = "DOCUMENTATION = '''\nname: x\nversion_added: 1.0.0\noptions:\n%s\n'''\n"
BUG, FEATURE, BREAK = ({"x.yml": {section: ["x"]}} for section in ("bugfixes", "minor_changes", "breaking_changes"))
# Fields of failures that the modules of 1.0.0 returned, but did not document.
FAILURE_FIELDS = {
    "address", "before", "cmd", "code", "command", "done", "entry", "error", "failed_status", "hint", "jobs", "kept_by",
    "leftovers", "log_file", "method", "missing", "name", "names", "option", "peer", "program", "rc",
    "sessions", "stderr", "stdout", "text", "timeout", "uid", "unchangeable", "zombie"}
RELEASES: dict[str, dict[str, Any]] = {"1.0.0": {}, "1.1.0": {"minor_changes": ["x"]}}


def released() -> tuple[interface.Interface, interface.Interface]:
    """Return the interface of the last release and that of the files here."""
    try:
        release = last_release.last_release(TOP)
        return interface.interface_at(TOP, release.last), interface.interface_here(ROOT)
    except last_release.HistoryMissingError as error:
        pytest.skip(f"what changed since the last release is unknown: {error}")


def waiting() -> dict[str, dict[str, Any]]:
    """Return the fragments, or the changes of a release that has none any more."""
    version = last_release.galaxy(ROOT)["version"]
    return last_release.fragments(ROOT) or {"changelog": last_release.changes_of_releases(ROOT)[version]}


def is_released() -> bool:
    return last_release.galaxy(ROOT)["version"] in last_release.changes_of_releases(ROOT)


def test_the_version_fits_the_changelog() -> None:
    version, releases = last_release.galaxy(ROOT)["version"], last_release.changes_of_releases(ROOT)
    assert last_release.number_faults(version, releases, last_release.fragments(ROOT)) == []


def test_public_files_of_a_release_do_not_change_under_its_number() -> None:
    try:
        assert last_release.content_faults(TOP) == []
    except last_release.HistoryMissingError as error:
        pytest.skip(f"what changed since the last release is unknown: {error}")


def test_what_changed_since_the_last_release_has_a_fragment() -> None:
    old, new = released()
    assert interface.fragment_faults(old, new, waiting()) == []


def test_what_is_new_since_the_last_release_says_so() -> None:
    old, new = released()
    if not is_released():
        new = {name: part for name, part in new.items()
               if not (part.owner in old and part.path[:1] == ("returns",) and part.path[-1] in FAILURE_FIELDS
                       and name not in old)}
        assert interface.version_faults(old, new, last_release.galaxy(ROOT)["version"]) == []


def test_each_version_added_is_a_release_and_not_that_of_its_plugin() -> None:
    parts = interface.interface_here(ROOT)
    known = {*last_release.changes_of_releases(ROOT), last_release.galaxy(ROOT)["version"], ""}
    assert [name for name, part in parts.items() if part.version_added not in known] == []
    owners = {part.owner: part.version_added for part in parts.values() if not part.path}
    assert [name for name, part in parts.items() if part.path and part.version_added
            and part.version_added == owners[part.owner]] == []


@pytest.mark.parametrize(("version", "fragments", "fault"), [
    ("1.1.1", BUG, ""),
    ("1.2.0", FEATURE, ""),
    ("2.0.0", BREAK, ""),
    ("2.0.0", BUG, ""),
    ("1.1.0", {}, ""),
    ("1.1.1", FEATURE, "need at least version 1.2.0"),
    ("1.2.0", BREAK, "need at least version 2.0.0"),
    ("1.2.0", {**BUG, "y.yml": {"removed_features": ["x"]}}, "need at least version 2.0.0"),
    ("1.0.1", BUG, "need at least version 1.1.1"),
    ("1.1.0", BUG, "still has version 1.1.0"),
    ("1.2.0", {}, "no fragment says what changed since 1.1.0"),
])
def test_a_number_and_the_fragments(version: str, fragments: dict[str, Any], fault: str) -> None:
    faults = last_release.number_faults(version, RELEASES, fragments)
    assert [fault] == [text for text in [fault] if text in "".join(faults)] and bool(faults) is bool(fault)


def test_the_number_of_a_release_fits_its_own_changes() -> None:
    releases = {**RELEASES, "1.2.0": {"breaking_changes": ["x"]}}
    assert "need at least version 2.0.0" in "".join(last_release.number_faults("1.2.0", releases, {}))


class Project:
    """A git repository with a release, and what came after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("plugins/filter/x.py", OPTION % "  old: {type: str}")
        self.commit("Begin")
        self.release("1.0.0")

    def git(self, *words: str) -> None:
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(self.folder), *names, *words], check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def release(self, version: str) -> None:
        self.write("galaxy.yml", f"version: {version}\n")
        path = self.folder / last_release.CHANGELOG
        releases = yaml.safe_load(path.read_text())["releases"] if path.exists() else {}
        lines = [f"  {name}:\n    changes: {{}}\n" for name in [*releases, version]]
        self.write(last_release.CHANGELOG, "releases:\n" + "".join(lines))
        self.commit(f"Release {version}")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "here").mkdir()
    return Project(tmp_path / "here")


def test_a_release_without_a_later_change(project: Project) -> None:
    project.write("docs/x.rst", "x")
    assert last_release.content_faults(project.folder) == []


@pytest.mark.parametrize("committed", [True, False])
def test_a_change_under_the_number_of_a_release(project: Project, committed: bool) -> None:
    project.write("plugins/filter/y.py", "")
    if committed:
        project.commit("A change")
    assert "plugins/filter/y.py" in "".join(last_release.content_faults(project.folder))
    project.write("galaxy.yml", "version: 1.0.1\n")
    assert last_release.content_faults(project.folder) == []


def test_a_corrected_changelog_hides_no_change(project: Project) -> None:
    project.write("plugins/filter/y.py", "")
    project.write(last_release.CHANGELOG, "releases:\n  1.0.0:\n    changes: {bugfixes: [x]}\n")
    project.commit("Release notes")
    assert "plugins/filter/y.py" in "".join(last_release.content_faults(project.folder))


def test_the_next_release_is_the_base_of_later_changes(project: Project) -> None:
    project.write("plugins/filter/y.py", "")
    project.release("1.1.0")
    assert last_release.content_faults(project.folder) == []
    assert last_release.last_release(project.folder).version == "1.1.0"


@pytest.mark.parametrize("tag", ["1.0.0", "v1.0.0"])
def test_a_tag_names_the_release(project: Project, tag: str) -> None:
    project.git("tag", tag, "HEAD~1")
    head = last_release.git(project.folder, "rev-parse", "HEAD~1").strip()
    assert last_release.last_release(project.folder) == last_release.Release("1.0.0", head, head)


def test_a_shallow_clone_has_no_history(project: Project, tmp_path: Path) -> None:
    project.write("plugins/filter/y.py", "")
    project.commit("A change")
    command = ["git", "clone", "--quiet", "--depth=1", project.folder.as_uri(), str(tmp_path / "clone")]
    subprocess.run(command, check=True)
    with pytest.raises(last_release.HistoryMissingError, match="shallow clone that ends after release 1.0.0"):
        last_release.content_faults(tmp_path / "clone")


def test_a_folder_without_git_has_no_history(project: Project) -> None:
    (project.folder / ".git").rename(project.folder / "git")
    with pytest.raises(last_release.HistoryMissingError, match="not a git checkout"):
        last_release.content_faults(project.folder)


def test_a_mirror_names_its_checkout(project: Project, tmp_path: Path) -> None:
    assert last_release.checkout_of(project.folder) == project.folder
    project.git("config", last_release.CHECKOUT, str(tmp_path))
    assert last_release.checkout_of(project.folder) == tmp_path


def read(options: str) -> interface.Interface:
    return interface.read_interface(["plugins/filter/x.py"], lambda _name: OPTION % options)


OLD = read("  old: {type: str}")


@pytest.mark.parametrize(("options", "fragments", "fault"), [
    ("  old: {type: str}", {}, ""),
    ("  old: {type: str}\n  new: {}", {"minor_changes": ["x - ``new`` is new."]}, ""),
    ("  old: {type: str}\n  new: {}", {"minor_changes": ["x - news."]}, "names filter x options/new, which is new"),
    ("  old: {type: str}\n  new: {}", {"minor_changes": ["y - ``new`` is new."]}, "names filter x options/new"),
    ("  old: {type: int}", {"breaking_changes": ["x - ``old`` is a number."]}, ""),
    ("  old: {type: int}", {}, "old, which changed"),
    ("  other: {}", {"breaking_changes": ["x - ``old`` is now ``other``."]}, ""),
    ("  other: {}", {"minor_changes": ["x - ``old`` is now ``other``."]}, "old, which is gone, as a breaking change"),
])
def test_what_a_fragment_must_name(options: str, fragments: dict[str, Any], fault: str) -> None:
    faults = interface.fragment_faults(OLD, read(options), {"a.yml": fragments})
    assert fault in "".join(faults) and bool(faults) is bool(fault)


@pytest.mark.parametrize(("options", "fault"), [
    ("  old: {type: str}\n  new: {version_added: 2.0.0, suboptions: {deep: {}}}", ""),
    ("  old: {type: str}\n  new: {version_added: 2.0.0, suboptions: {deep: {version_added: 2.0.0}}}", "its owner is"),
    ("  old: {type: str}\n  new: {}", "new is new, and its version_added is missing"),
    ("  old: {type: str}\n  new: {version_added: 1.1.0}", "is 1.1.0, not 2.0.0"),
    ("  old: {type: str, version_added: 2.0.0}", "it is not new"),
])
def test_what_says_its_version(options: str, fault: str) -> None:
    faults = interface.version_faults(OLD, read(options), "2.0.0")
    assert fault in "".join(faults) and bool(faults) is bool(fault)
