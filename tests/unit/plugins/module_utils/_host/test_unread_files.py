# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files that init has not read although they are in place: links, and files whose change it missed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import daemon_state, unread_files
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition

OLD, NEW = "env V=1\nexec sleep 1000\n", "env V=2\nexec sleep 1000\n"
PATIENCE = 60.0


class Host:
    """A daemon that counts the requests to read all files again."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.conf = daemon.conf
        self.spare = daemon.scratch / "spare"
        self.spare.mkdir()
        self.client = Upstart(Connection(daemon.address).open(PATIENCE), timeout=PATIENCE)
        self.reloads = 0
        self._reload = self.client.reload_configuration
        self.client.reload_configuration = self.reload
        self.write(OLD)
        self.client.jobs()  # it has been read by now

    def reload(self) -> None:
        self.reloads += 1
        self._reload()

    def write(self, text: str, name: str = "web.conf") -> Path:
        """Replace a file by a rename, as editors and package managers do."""
        staged = self.conf / "staged~"
        staged.write_text(text)
        (self.conf / name).parent.mkdir(exist_ok=True)
        return staged.rename(self.conf / name)

    def elsewhere(self, text: str) -> Path:
        path = self.spare / str(len(os.listdir(self.spare)))
        path.write_text(text)
        return path

    def act(self, member: str, name: str = "web") -> None:
        pending = self.client.request(member, name)
        assert self.client.connection.wait(lambda: pending.done, PATIENCE)
        pending.result()

    def definition(self, name: str = "web") -> Definition:
        return Definition(name, str(self.conf), self.client.version())

    def read(self, name: str = "web") -> bool | None:
        reads: dict[str, bool | None] = unread_files.files_read(self.client, str(self.conf), [self.definition(name)])
        return reads[name]

    def ensure(self, *names: str) -> dict[str, UpstartError]:
        definitions = [self.definition(name) for name in names or ("web",)]
        errors: dict[str, UpstartError] = unread_files.ensure_files_are_read(self.client, str(self.conf), definitions)
        return errors

    def held(self, name: str = "web") -> list[str]:
        """Return the variables of the job class that init has loaded."""
        classes = json.loads(self.client.state())["job_classes"]
        return [entry for job_class in classes if job_class["name"] == name for entry in job_class["env"]]


@pytest.fixture(name="host")
def _host() -> Iterator[Host]:
    with with_daemon.running() as daemon:
        yield Host(daemon)


Change = Callable[[Host], object]


def link_in_place(host: Host, make: Callable[[Path, Path], object], name: str = "web.conf") -> Path:
    source = host.elsewhere(NEW)
    (host.conf / name).unlink(missing_ok=True)
    host.client.jobs()  # the daemon has noticed the removal
    make(source, host.conf / name)
    return source


def renamed_link_with_new_target(host: Host) -> None:
    target = host.elsewhere(OLD)
    (host.conf / "link~").symlink_to(target)
    (host.conf / "link~").rename(host.conf / "web.conf")
    host.client.jobs()
    target.write_text(NEW)


def written_through_another_name(host: Host) -> None:
    os.link(host.conf / "web.conf", host.spare / "other")
    (host.spare / "other").write_text(NEW)


def linked_and_its_other_name_removed(host: Host) -> None:
    link_in_place(host, os.link).unlink()


def while_nobody_watched(host: Host) -> None:
    host.conf.rename(host.spare / "init")
    host.client.jobs()
    (host.spare / "init" / "web.conf").write_text(NEW)
    (host.spare / "init").rename(host.conf)


ESCAPES: dict[str, Change] = {
    "a hard link": lambda host: link_in_place(host, os.link),
    "a symbolic link": lambda host: link_in_place(host, os.symlink),
    "the target of a link": renamed_link_with_new_target,
    "another name": written_through_another_name,
    "a link that was one": linked_and_its_other_name_removed,
    "an override": lambda host: link_in_place(host, os.link, "web.override"),
    "nobody watched": while_nobody_watched,
}


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("change", list(ESCAPES))
def test_what_init_does_not_notice(host: Host, change: str, running: bool) -> None:
    """The file is read before the stop; afterwards the job exists with the new file."""
    if running:
        host.act("Start")
    ESCAPES[change](host)
    assert host.read() is not True
    assert host.ensure() == {} and host.reloads == 1
    if running:
        host.act("Stop")
    assert "V=2" in host.held()
    assert host.read() is True and host.ensure() == {} and host.reloads == 1


def test_a_link_to_a_running_job_is_read_each_time(host: Host) -> None:
    """Init does not report a new definition while the old one is in use."""
    host.act("Start")
    target = link_in_place(host, os.symlink)
    host.ensure()
    target.write_text("env V=3\nexec sleep 1000\n")
    assert host.read() is None
    assert host.ensure() == {} and host.reloads == 2
    host.act("Stop")
    assert host.held() == ["V=3"]


@pytest.mark.parametrize("running", [True, False])
def test_what_init_notices(host: Host, running: bool) -> None:
    """No reload here: a reload makes running jobs forget which parts of their start on were met."""
    if running:
        host.act("Start")
    assert host.ensure() == {}
    host.write(NEW)
    assert host.read() is True and host.ensure() == {}
    host.write("nice 5\n", "web.override")
    host.write("exec sleep 1000\n", "net/db.conf")
    (host.conf / "net" / "db.conf").write_text("exec sleep 1001\n")
    assert host.ensure("web", "net/db") == {}
    (host.conf / "web.override").unlink()
    assert host.ensure() == {}
    assert host.reloads == 0


def test_a_link_that_init_has_read(host: Host) -> None:
    link_in_place(host, os.symlink)
    host.reload()
    assert host.read() is True and host.ensure() == {} and host.reloads == 1


def test_the_default_of_console_is_the_daemons() -> None:
    """A file without a stanza console leaves it to the daemon."""
    job = Definition("web", "/nowhere", read=False)
    job.take(b"exec a\n", b"nice 1\n")
    held: dict[str, Any] = {
        "name": "web", "console": "CONSOLE_NONE", "expect": "EXPECT_NONE", "task": 0, "respawn": 0, "respawn_limit": 10,
        "respawn_interval": 5, "normalexit": [], "nice": 1, "limits": [], "process": [{"script": 0, "command": "a"}],
    }
    assert unread_files.holds(held, job)
    job.take(b"console log\nexec a\n", b"nice 1\n")
    assert not unread_files.holds(held, job)


def test_a_bad_file_is_named(host: Host) -> None:
    """It may have become invalid after the definition was read, for example during a stop."""
    definition = host.definition()
    host.write("bogus\n")
    errors = unread_files.ensure_files_are_read(host.client, str(host.conf), [definition])
    assert errors["web"].message == (
        "Job web cannot be started: Upstart refuses %s/web.conf:1: Unknown stanza (check the spelling of the stanza "
        "and of its second word; both are lower case and not quoted). Fix the file, then run the task again."
        % host.conf)
    assert (errors["web"].facts["path"], errors["web"].facts["line"]) == ("%s/web.conf" % host.conf, 1)
    (host.conf / "web.conf").unlink()
    errors = unread_files.ensure_files_are_read(host.client, str(host.conf), [definition])
    assert "there is no %s/web.conf" % host.conf in errors["web"].message
    assert host.reloads == 0


def test_a_job_without_a_file_is_left_alone(host: Host) -> None:
    host.act("Start")
    (host.conf / "web.conf").unlink()
    assert host.ensure() == {} and host.reloads == 0


def test_a_directory_that_is_not_the_daemons(host: Host) -> None:
    (host.spare / "db.conf").write_text(OLD)
    definition = Definition("db", str(host.spare), host.client.version())
    errors = unread_files.ensure_files_are_read(host.client, str(host.spare), [definition])
    expected = f"Upstart has not loaded job db from {host.spare}/db.conf, not even after ReloadConfiguration"
    assert expected in errors["db"].message
    assert host.reloads == 1


@pytest.mark.parametrize(("change", "reloads"), [("a hard link", 1), ("nobody watched", 1), (None, 0)])
def test_an_init_that_does_not_report_its_state(host: Host, monkeypatch: pytest.MonkeyPatch, change: str | None,
                                                reloads: int) -> None:
    """In case of doubt it makes init read all files."""
    def refuse(client: Any, conf_dir: str) -> None:
        raise daemon_state.StateUnavailableError("Upstart reports its definitions only since 1.6.1")

    if change is not None:
        ESCAPES[change](host)
    monkeypatch.setattr(daemon_state, "read_state", refuse)
    assert host.ensure() == {} and host.reloads == reloads
    os.link(host.elsewhere(NEW), host.conf / "db.conf")
    assert host.read("db") is False


def test_without_jobs_nothing_is_queried(host: Host) -> None:
    assert unread_files.ensure_files_are_read(None, str(host.conf), []) == {}
