# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of jobs: the names that Upstart reads, that file systems allow, and that init survives."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import job_names
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import directories

SKIPPED = [".git", ".hidden", "CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper", "_darcs", "{arch}", "old~", "a.bak",
           "a.BAK", "a.swp", "a.swo", "a.swn", "#a#", "a,v", "a.dpkg-old", "a.dpkg-x", "a.rpmsave", "a.rpmorig",
           "a.rpmnew", "a;0123abCD"]
READ = ["net", "x.conf", "CVSx", "cvs", "#a", "a#", "a.bak2", "a.dpkg-old.d", "a.rpmsave2", "a;0123abC", "a;0123abCDE"]
RELATIVE = "Use the file's path relative to the job directory, without .conf."


@pytest.mark.parametrize(("name", "message"), [
    ("", f"The name of a job is empty. {RELATIVE}"),
    ("\ud800", "The name of a job is not UTF-8. Upstart and D-Bus accept only UTF-8 text."),
    ("\udcff", "The name of a job is not UTF-8. Upstart and D-Bus accept only UTF-8 text."),
    ("a\0b", "Invalid job name a\\0b: it contains a NUL character. Remove it."),
    ("/a", "Invalid job name /a: it starts with /. Use a: the file's path relative to the job directory, "
           "without .conf."),
    ("/etc/init/net/a.conf", "Invalid job name /etc/init/net/a.conf: it starts with /. Use net/a: the file's path "
                             "relative to the job directory, without .conf."),
    ("a/", f"Invalid job name a/: it ends with /. {RELATIVE}"),
    ("./a", f"Invalid job name ./a: '.' is not allowed as a path component. {RELATIVE}"),
    ("a/../b", f"Invalid job name a/../b: '..' is not allowed as a path component. {RELATIVE}"),
    ("a" * 251, "The name of job %s...%s is too long: it takes 251 bytes, and the limit for a file name is 250."
                % ("a" * 40, "a" * 20)),
    ("x" * 256 + "/a", "The name of job %s...%s/a is too long: a path component takes 256 bytes, and the limit for "
                       "a file name is 255." % ("x" * 40, "x" * 18)),
    ("\u00e9" * 126, "The name of job %s...%s is too long: it takes 252 bytes, and the limit for a file name is 250."
                     % ("\u00e9" * 40, "\u00e9" * 20)),
])
def test_invalid_names(name: str, message: str) -> None:
    with pytest.raises(UpstartError) as caught:
        job_names.check_job_name(name)
    assert caught.value.message == message


@pytest.mark.parametrize("name", ["web", "net/web", "...", "a.b", " ", "a" * 250, "x" * 255 + "/a", "CVS/x"])
def test_valid_names(name: str) -> None:
    job_names.check_job_name(name)


@pytest.mark.parametrize("folder", SKIPPED)
def test_directories_that_upstart_skips(folder: str) -> None:
    assert directories.is_skipped(folder)
    with pytest.raises(UpstartError) as caught:
        job_names.check_file_name("net/%s/web" % folder, "/etc/init", ".conf")
    assert caught.value.message == (
        "Upstart never reads the job net/%s/web: it skips directories with names such as %s. Choose another name."
        % (folder, folder))


@pytest.mark.parametrize("folder", READ)
def test_directories_that_upstart_reads(folder: str) -> None:
    assert not directories.is_skipped(folder)
    job_names.check_file_name("%s/web" % folder, "/etc/init", ".conf")


def test_the_file_itself_may_have_such_a_name() -> None:
    for name in (".hidden", "CVS", "old~", "#a#"):
        job_names.check_file_name(name, "/etc/init", ".conf")


@pytest.mark.parametrize(("name", "suffix", "words"), [
    ("a" * 247, ".override", "is too long for a file that ends in .override: it takes 247 bytes, and the limit is "
                             "246."),
    ("/".join(["d" * 200] * 21), ".conf", "is too long: it takes 4235 bytes, and the limit is 4095."),
])
def test_names_too_long_for_a_file_system(name: str, suffix: str, words: str) -> None:
    with pytest.raises(UpstartError, match=words):
        job_names.check_file_name(name, "/etc/init", suffix)


def test_the_longest_names_for_a_file_system(tmp_path: Path) -> None:
    for length, suffix in ((250, ".conf"), (246, ".override")):
        job_names.check_file_name("a" * length, str(tmp_path), suffix)
        (tmp_path / ("a" * length + suffix)).touch()
        with pytest.raises(OSError):
            (tmp_path / ("a" * (length + 1) + suffix)).touch()
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize(("length", "instance", "values", "version", "wedges"), [
    (251, "", {"console": "log"}, (1, 13, 2), False),
    (252, "", {"console": "log"}, (1, 13, 2), True),
    (252, "", None, (1, 13, 2), True),
    (252, "", {"console": "none"}, (1, 13, 2), False),
    (252, "", {"console": "output"}, (1, 13, 2), False),
    (252, "", {"console": "log"}, (1, 4), True),
    (252, "", {"console": "log"}, (1, 3), False),
    (249, "1", {"console": "log"}, (1, 13, 2), False),
    (250, "1", {"console": "log"}, (1, 13, 2), True),
    (249, "/", {"console": "log"}, (1, 13, 2), False),
    (249, "\u00e9", {"console": "log"}, (1, 13, 2), True),
])
def test_logs_that_wedge_init(length: int, instance: str, values: dict[str, Any] | None, version: tuple[int, ...],
                              wedges: bool) -> None:
    """``length`` is that of the path without the instance and .log; Upstart allows 255 bytes in total."""
    log_dir = "/log"
    job = "j" * (length - len(log_dir) - 1)
    path = job_names.fatal_log_path(log_dir, job, instance, values, version)
    assert (path is not None) is wedges
    if path is not None:
        assert len(path.encode()) > 255
        error = job_names.log_path_error(job, instance, path)
        assert error.message.startswith("Job jjjj")
        assert "would make init loop forever: the path of its log takes" in error.message
        assert error.facts == {"name": job}


def test_a_relative_log_directory_does_no_harm() -> None:
    assert job_names.fatal_log_path("log", "j" * 260, "", None, (1, 13, 2)) is None


@pytest.mark.parametrize(("name", "message"), [
    ("web.conf", "Invalid job name web.conf: it is the name of a file. Leave out .conf: write name: web."),
    ("net/web.conf", "Invalid job name net/web.conf: it is the name of a file. Leave out .conf: write name: net/web."),
    ("etc/init/web.conf", "Invalid job name etc/init/web.conf: it is the name of a file. Leave out .conf: write name: "
                          "web."),
    ("web.override", "Invalid job name web.override: it is the name of a file. Leave out .override: write name: web "
                     "and override: true."),
    ("a\nb", r"Invalid job name 'a\nb': it contains a line break or another control character. Remove it."),
    ("web ", "Invalid job name 'web ': it begins or ends with a blank or a line break. Write name: web."),
    ("web\n", "Invalid job name 'web\n': it begins or ends with a blank or a line break. Write name: web."),
])
def test_names_of_files(tmp_path: Path, name: str, message: str) -> None:
    for removal in (False, True):
        with pytest.raises(UpstartError) as caught:
            job_names.check_written_name(name, str(tmp_path), removal)
        assert caught.value.message == message


def test_a_job_with_the_name_of_a_file_can_be_removed(tmp_path: Path) -> None:
    (tmp_path / "web.conf.conf").write_text("exec a\n")
    job_names.check_written_name("web.conf", str(tmp_path), removal=True)
    for name in ("web", "net/web", ".conf", "conf", "web.conf.d", "my web", "web.service", ""):
        job_names.check_written_name(name, str(tmp_path))
