# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults that the command line of init changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.init_defaults import (
    console_of_files,
    default_console,
)


@pytest.fixture
def pid(request: pytest.FixtureRequest) -> Iterator[int]:
    """Run a process with a command line like init's."""
    with subprocess.Popen(["sh", "-c", "echo; read line", "init", *request.param], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as init:
        assert init.stdout is not None
        init.stdout.readline()
        yield init.pid
        init.kill()


@pytest.mark.parametrize(("pid", "console"), [
    ([], "log"),
    (["--verbose"], "log"),
    (["--default-console", "none"], "none"),
    (["--default-console=output", "--verbose"], "output"),
    (["--default-console=output", "--default-console", "none"], "none"),
], indirect=["pid"])
def test_the_default_console(pid: int, console: str) -> None:
    assert default_console(pid) == console


def test_an_init_that_is_not_visible() -> None:
    assert default_console(0) == default_console(2**22 + 1) == "log"


@pytest.mark.parametrize(("conf", "override", "console"), [
    (b"exec a\n", None, "none"),
    (None, b"nice 5\n", "none"),
    (b"console log\nexec a\n", None, "log"),
    (b"exec a\n", b"console output\n", "output"),
    (b"console log\nexec a\n", b"console none\n", "none"),
])
def test_the_console_of_files(conf: bytes | None, override: bytes | None, console: str) -> None:
    assert console_of_files(conf, override, (1, 13, 2), "none") == console
