# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the collection in a process of its own.

    python run_module.py MODULE ARGUMENTS_AS_JSON
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union, cast

if TYPE_CHECKING:
    from ansible_collections.sysinit.upstart.tests.unit.support.module_server import Run

    Process = Union[Run, subprocess.Popen[str]]


def start(module: str, **arguments: Any) -> Run:
    """Start a module in a fork of a process that has imported it; ``result`` waits for it."""
    # Imported here because this file is also a program, which makes the collection importable itself.
    server = importlib.import_module("ansible_collections.sysinit.upstart.tests.unit.support.module_server")
    run: Run = server.Run(module, arguments)
    return run


def start_python(module: str, **arguments: Any) -> subprocess.Popen[str]:
    """Start a module as Ansible does, in a new Python that has imported nothing; ``result`` waits for it."""
    command = [sys.executable, __file__, module, json.dumps(arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process: Process, timeout: float = 400.0) -> dict[str, Any]:
    """Return a module's result; fail if its output is not JSON, or if its documentation lacks a key."""
    output, errors = process.communicate(timeout=timeout)
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        raise AssertionError(f"no result, status {process.returncode}: {output}{errors}") from None
    from ansible_collections.sysinit.upstart.tests.unit.support import documented  # not in the module's process

    documented.ensure_documented(cast("list[str]", process.args)[2], answer)
    return answer


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
    importlib.import_module("checkout").mount()
    basic = importlib.import_module("ansible.module_utils.basic")
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": json.loads(sys.argv[2])}).encode()
    vars(basic).update(_ANSIBLE_ARGS=arguments, _ANSIBLE_PROFILE="legacy")
    importlib.import_module("ansible_collections.sysinit.upstart.plugins.modules." + sys.argv[1]).main()


if __name__ == "__main__":
    main()
