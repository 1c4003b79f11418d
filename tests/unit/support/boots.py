# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts of small machines, for tests."""

from __future__ import annotations

from typing import Any

from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.forecast import BootForecast, forecast_boot
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine import Machine, make_machine
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs

LATEST = (1, 13, 2)
RUNS = "exec sleep 100000\n"
TASK = "task\nexec sleep 0.2\n"


def machine_of(files: dict[str, Any], profile: str = "plain", version: tuple[int, ...] = LATEST,
               **facts: Any) -> Machine:
    """Return a machine; a file without a command gets one that stays."""
    whole = {name: text if not isinstance(text, str) or "exec" in text or "script" in text or "task" in text
             else f"{text}\n{RUNS}" for name, text in files.items()}
    chosen = PROFILES[profile]
    return make_machine(read_jobs(whole), chosen, MachineFacts(chosen, **facts), version)


def forecast_of(files: dict[str, Any], profile: str = "plain", **more: Any) -> BootForecast:
    """Return the forecast of a machine, see ``machine_of``."""
    return forecast_boot(machine_of(files, profile, **more))


def fates(forecast: BootForecast) -> dict[str, str]:
    """Return for each job whether it starts, and its state at the end."""
    return {name: f"{job.starts} {job.state}" for name, job in forecast.jobs.items()}
