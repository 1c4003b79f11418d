# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the plays of a test run share the modules that Ansible has packed."""

from __future__ import annotations

import os
from pathlib import Path

from ansible import constants
from ansible.plugins.callback import CallbackBase
from ansible.release import __version__

DOCUMENTATION = """
name: shared_payloads
type: aggregate
short_description: Share packed modules between runs of ansible-playbook
description:
  - In each run, ansible-playbook packs a module with all that it imports. That takes longer than a task.
  - Runs with this plugin keep the packed modules in C(~/payloads), or in the folder that the environment variable
    E(SHARED_PAYLOADS) names. They must all have the same collections.
  - For the tests only. C(run_tests.py) empties that folder when it begins.
author: the sysinit.upstart contributors
"""
PLACE = "ansiballz_cache"  # where Ansible looks for packed modules, below its temporary folder for this run


class CallbackModule(CallbackBase):
    """Ansible loads it before the first task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "shared_payloads"

    def __init__(self) -> None:
        super().__init__()
        shared = Path(os.environ.get("SHARED_PAYLOADS") or Path.home() / "payloads") / __version__
        shared.mkdir(parents=True, exist_ok=True)
        link = Path(constants.DEFAULT_LOCAL_TMP) / PLACE  # type: ignore[attr-defined]
        if not link.exists():
            link.symlink_to(shared)
