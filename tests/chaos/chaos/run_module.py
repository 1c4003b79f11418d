# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the collection as Ansible does, and record when it decided its result.

    python run_module.py MODULE OPTIONS_AS_JSON FILE

FILE gets the time when the module returned its result, on the clock of time.monotonic().
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def noting(function: Callable[..., Any]) -> Callable[..., Any]:
    def note_and_call(*positional: Any, **named: Any) -> Any:
        Path(sys.argv[3]).write_text(repr(time.monotonic()))
        return function(*positional, **named)
    return note_and_call


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
    importlib.import_module("checkout").mount()
    basic = importlib.import_module("ansible.module_utils.basic")
    for name in ("exit_json", "fail_json"):
        setattr(basic.AnsibleModule, name, noting(getattr(basic.AnsibleModule, name)))
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": json.loads(sys.argv[2])}).encode()
    vars(basic).update(_ANSIBLE_ARGS=arguments, _ANSIBLE_PROFILE="legacy")
    importlib.import_module("ansible_collections.sysinit.upstart.plugins.modules." + sys.argv[1]).main()


if __name__ == "__main__":
    main()
