# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs whose instance name needs a variable that the event lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, unnamed_instances
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath

NEW, OLD = (1, 13, 2), (1, 5)
GETTY = "instance $TTY\nstart on ev\nexec sleep 9\n"


class Client:
    def __init__(self, *jobs: str) -> None:
        self.names = list(jobs)

    def jobs(self) -> list[str]:
        return self.names


def jobs(folder: Path, *env: str, loaded: tuple[str, ...] = ("getty",), version: tuple[int, ...] = NEW,
         **texts: str) -> list[tuple[str, str]]:
    for name, text in texts.items():
        (folder / f"{name}.conf").write_text(text)
    emission = emit.Emission("ev", list(env), True, 1.0, 0.0, "/log", str(folder))
    unnamed: list[tuple[str, str]] = unnamed_instances.jobs_without_a_name(Client(*loaded), emission, version)
    return unnamed


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    unnamed = jobs(tmp_path, getty=GETTY)
    assert unnamed == [("getty", "Unknown parameter: TTY")]
    assert unnamed_instances.notes(unnamed) == ["job getty gets no instance: Unknown parameter: TTY"]
    warning = (
        "The event ev started no instance of job getty: its instance name needs TTY, which the event does not set.")
    assert unnamed_instances.sentences("ev", unnamed, OLD) == [warning]
    assert unnamed_instances.sentences("ev", unnamed, NEW) == [
        warning + " Upstart 1.13 then shows the event to no further job."]


def test_another_reason_is_quoted_from_upstart(tmp_path: Path) -> None:
    unnamed = jobs(tmp_path, getty=GETTY.replace("$TTY", "${TTY"))
    assert unnamed_instances.sentences("ev", unnamed, OLD) == [
        "The event ev started no instance of job getty: Upstart cannot expand its instance name (Mismatched braces)."]


@pytest.mark.parametrize("text", [
    GETTY.replace("$TTY", "fixed"), GETTY.replace("$TTY", "${TTY:-tty1}"), "env TTY=tty1\n" + GETTY,
    GETTY.replace("start on ev", "start on other\n# ev"), GETTY.replace("start on ev", "start on ev and other"),
    GETTY.replace("start on ev", "start on ev A=1"), "start on ev\nexec echo instance\n", "bogus ev instance\n"])
def test_jobs_that_start_or_are_not_affected_are_left_out(tmp_path: Path, text: str) -> None:
    assert jobs(tmp_path, getty=text) == []


def test_the_event_has_the_variable(tmp_path: Path) -> None:
    assert jobs(tmp_path, "TTY=tty1", getty=GETTY) == []
    assert jobs(tmp_path, "X=1", getty=GETTY.replace("start on ev", "start on ev X=1 or other")) != []


def test_overrides_and_folders_count_and_jobs_that_are_not_loaded_do_not(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "one.conf").write_text("start on ev\n")
    (tmp_path / "net" / "one.override").write_text("instance $IFACE\n")
    (tmp_path / "unreadable.conf").mkdir()
    assert jobs(tmp_path, loaded=("net/one", "other"), getty=GETTY) == [("net/one", "Unknown parameter: IFACE")]
    (tmp_path / "net" / "one.override").write_text("instance $IFACE\nmanual\n")
    assert jobs(tmp_path, loaded=("net/one", "other")) == []


def test_several_directories(tmp_path: Path) -> None:
    for name in ("own", "system"):
        (tmp_path / name).mkdir()
    (tmp_path / "system/one.conf").write_text("start on ev\n")
    (tmp_path / "own/one.override").write_text("instance $IFACE\n")
    path = SearchPath([str(tmp_path / "own"), str(tmp_path / "system")])
    emission = emit.Emission("ev", [], True, 1.0, 0.0, "/log", path)
    assert unnamed_instances.jobs_without_a_name(Client("one"), emission, NEW) == [("one", "Unknown parameter: IFACE")]
