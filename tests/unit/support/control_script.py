# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control script for tests: files in its folder define its behaviour, and it records its calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import (
    options as lsb_options,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import (
    service as lsb_service,
)
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

SCRIPT = """#!/bin/sh
cd {folder}
echo "$*" >> calls
[ "$1" != status ] || exit "$(cat code)"
[ ! -e "$1.sh" ] || . "./$1.sh"
case $1 in
start|restart) echo 0 > code ;;
stop) echo 3 > code ;;
esac
"""


class Control:
    """A service whose status is a file; ``behave`` replaces the behaviour of an action."""

    def __init__(self, folder: Path, code: int) -> None:
        self.folder = folder
        self.path = folder / "control"
        self.path.write_text(SCRIPT.format(folder=folder))
        self.path.chmod(0o755)
        self.code(code)

    def code(self, code: int) -> None:
        (self.folder / "code").write_text(str(code))

    def behave(self, action: str, text: str) -> None:
        (self.folder / f"{action}.sh").write_text(text + "\n")

    def calls(self) -> list[str]:
        """Return the calls since the last time."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def service(self, **options: Any) -> Any:
        given = {"control": str(self.path), "timeout": PATIENCE, **options}
        return lsb_options.service_from_options("web", **given)

    def converge(self, state: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        result: dict[str, Any] = lsb_service.converge(self.service(**options), state, check_mode)
        return result

    def failure(self, state: str, **options: Any) -> tuple[str, dict[str, Any]]:
        """Return message and facts of a run that must fail."""
        try:
            result = self.converge(state, **options)
        except UpstartError as error:
            return error.message, error.facts
        raise AssertionError(f"did not fail: {result}")
