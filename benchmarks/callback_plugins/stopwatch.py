# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends the name, wall time and result of each task to the file $STOPWATCH, one JSON object a line."""

from __future__ import annotations

DOCUMENTATION = r"""
name: stopwatch
type: aggregate
short_description: Wall time of each task
description:
  - Appends the name, the seconds, and whether it changed anything, of each task to the file E(STOPWATCH).
author:
  - The sysinit.upstart contributors (!UNKNOWN)
options: {}
"""

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Measures the time from handing a task to a worker until its result arrives."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"
    CALLBACK_NEEDS_ENABLED = True

    began = 0.0

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self.began = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        seconds = time.monotonic() - self.began
        task = {"name": result._task.get_name(), "seconds": seconds, "changed": result._result.get("changed", False)}
        with open(os.environ["STOPWATCH"], "a", encoding="utf-8") as stream:
            stream.write(json.dumps(task) + "\n")
