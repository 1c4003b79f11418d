# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init scripts of a host: which files count, and whether they are enabled at boot."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import init_script, script_path
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import service as lsb_service
from ansible_collections.sysinit.upstart.tests.unit.support.control_script import Control
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

LEVELS = "0123456S"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "init.d"
    folder.mkdir()
    for name, mode in (("nfs", 0o755), ("README", 0o644), ("upstart-job", 0o755)):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(mode)
    (folder / "sub").mkdir()
    (folder / "sub" / "upstart-job").symlink_to("../nfs")
    for name, target in (("alias", "nfs"), ("elsewhere", "/bin/true"), ("job", "upstart-job"),
                         ("lib", "/lib/init/upstart-job"), ("far", "job"), ("odd", "sub/upstart-job"),
                         ("dangling", "gone")):
        (folder / name).symlink_to(target)
    return folder


@pytest.mark.parametrize("name", ["nfs", "alias", "elsewhere"])
def test_scripts_are_found(scripts: Path, name: str) -> None:
    assert script_path.find(name, str(scripts)) == f"{scripts}/{name}"


@pytest.mark.parametrize("name", ["", ".", "..", "README", "sub", "job", "lib", "far", "odd", "dangling", "none",
                                  "../init.d/nfs", "sub/../nfs", "upstart-job", "a\0b"])
def test_other_files_are_not_scripts(scripts: Path, name: str) -> None:
    assert script_path.find(name, str(scripts)) is None


def test_a_script_is_a_service(tmp_path: Path) -> None:
    control = Control(tmp_path, 3)
    service = init_script.service(str(control.path), timeout=PATIENCE)
    assert service.name == "control"
    assert lsb_service.converge(service, "running")["actions"] == ["start"]
    assert control.calls() == ["status", "start", "status"]
    assert init_script.service(str(control.path), name="web").name == "web"


def root(tmp_path: Path, links: str, below: str = "") -> str:
    """Make the folders of the runlevels; ``links`` are words such as 2/S20nfs."""
    (tmp_path / "init.d").mkdir()
    (tmp_path / "init.d" / "nfs").touch()
    for level in LEVELS:
        (tmp_path / below / f"rc{level}.d").mkdir(parents=True)
    for word in links.split():
        level, _slash, name = word.partition("/")
        (tmp_path / below / f"rc{level}.d" / name).symlink_to(tmp_path / "init.d" / "nfs")
    return str(tmp_path)


def found_links(tmp_path: Path) -> str:
    return " ".join(sorted(f"{path.parent.name[2]}/{path.name}" for path in tmp_path.rglob("rc?.d/*")))


@pytest.mark.parametrize("below", ["", "rc.d"])
@pytest.mark.parametrize(("links", "expected"), [
    ("", False), ("2/S20nfs 3/S20nfs 0/K80nfs", True), ("5/S99nfs", True), ("S/S01nfs", True),
    ("2/K80nfs 3/K80nfs", False),
    ("0/S20nfs 6/S20nfs 1/S20nfs", False), ("3/S20nfs-common 3/S2nfs 3/nfs 3/S20nf", False),
])
def test_whether_it_runs_at_boot(tmp_path: Path, links: str, expected: bool, below: str) -> None:
    assert init_script.enabled("nfs", root(tmp_path, links, below)) is expected


def test_a_link_to_nothing_does_not_run(tmp_path: Path) -> None:
    folder = root(tmp_path, "2/S20nfs")
    (tmp_path / "init.d" / "nfs").unlink()
    assert init_script.enabled("nfs", folder) is False
    assert init_script.enabled("nfs", f"{tmp_path}/none") is False


def test_links_are_renamed_if_there_is_no_program(tmp_path: Path) -> None:
    on, off = "2/S20nfs 3/S05nfs 4/S01nfs 5/S00nfs 6/K80nfs", "2/K80nfs 3/K95nfs 4/K99nfs 5/K00nfs 6/K80nfs"
    folder = root(tmp_path, on)
    assert init_script.set_enabled("nfs", True, folder) is False
    assert init_script.set_enabled("nfs", False, folder) is True
    assert found_links(tmp_path) == off
    assert init_script.set_enabled("nfs", False, folder) is False
    assert init_script.set_enabled("nfs", True, folder) is True
    assert found_links(tmp_path) == on


def test_no_links_and_no_program(tmp_path: Path) -> None:
    with pytest.raises(UpstartError) as caught:
        init_script.set_enabled("nfs", True, root(tmp_path, ""))
    assert caught.value.message == (
        "The init script nfs was not enabled, because it has no links and this host has neither update-rc.d nor "
        f"chkconfig. Fix its links in {tmp_path}/rc?.d by hand.")
    assert caught.value.facts == {"name": "nfs", "enabled": False}


def program(tmp_path: Path, name: str, text: str) -> str:
    """Put a stand-in for a program of the host into its own folder; return the search path."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    path = tmp_path / "bin" / name
    path.write_text(f'#!/bin/sh\ncd {tmp_path}\necho "{name} $*" >> calls\n{text}\n')
    path.chmod(0o755)
    return f"{tmp_path}/bin:/bin"


@pytest.mark.parametrize(("tool", "links", "wanted", "calls"), [
    ("update-rc.d", "2/K80nfs", True, ["update-rc.d nfs enable"]),
    ("update-rc.d", "2/S20nfs", False, ["update-rc.d nfs disable"]),
    ("update-rc.d", "", True, ["update-rc.d nfs defaults", "update-rc.d nfs enable"]),
    ("chkconfig", "3/K80nfs", True, ["chkconfig nfs on"]),
    ("chkconfig", "3/S20nfs", False, ["chkconfig nfs off"]),
    ("chkconfig", "", True, ["chkconfig --add nfs", "chkconfig nfs on"]),
])
def test_the_program_of_the_host_is_asked(tmp_path: Path, tool: str, links: str, wanted: bool,
                                          calls: list[str]) -> None:
    folder = root(tmp_path, links)
    done = "rm -f rc?.d/*nfs" + ("; ln -s ../init.d/nfs rc2.d/S20nfs" if wanted else "")
    search = program(tmp_path, tool, done)
    assert init_script.set_enabled("nfs", wanted, folder, search) is True
    assert (tmp_path / "calls").read_text().splitlines() == calls
    assert init_script.set_enabled("nfs", wanted, folder, search) is False
    assert len((tmp_path / "calls").read_text().splitlines()) == len(calls)


def test_a_program_that_does_not_do_it(tmp_path: Path) -> None:
    folder = root(tmp_path, "3/K80nfs")
    search = program(tmp_path, "chkconfig", "echo 'no such service' >&2; exit 1")
    with pytest.raises(UpstartError) as caught:
        init_script.set_enabled("nfs", True, folder, search)
    assert caught.value.message == (
        "The init script nfs was not enabled: 'chkconfig nfs on' exited with status 1: no such service. Fix its links "
        f"in {tmp_path}/rc?.d by hand.")
    assert (caught.value.facts["rc"], caught.value.facts["stderr"]) == (1, "no such service\n")


def test_programs_of_this_host_are_kept_from_another_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "update-rc.d", "exit 1"))
    assert init_script.set_enabled("nfs", False, root(tmp_path, "3/S20nfs")) is True
    assert not (tmp_path / "calls").exists()


def test_a_link_that_cannot_be_renamed(tmp_path: Path) -> None:
    folder = root(tmp_path, "2/S20nfs")
    blocked = tmp_path / "rc2.d" / "K80nfs"
    (blocked / "in the way").mkdir(parents=True)
    with pytest.raises(UpstartError) as caught:
        init_script.set_enabled("nfs", False, folder)
    link = f"{tmp_path}/rc2.d/S20nfs"
    assert caught.value.message == f"Cannot rename {link} to K80nfs: Is a directory."
    assert caught.value.facts == {"path": link}
    assert init_script.enabled("nfs", folder) is True
