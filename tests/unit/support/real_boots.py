# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot a machine on a daemon of its own, and compare what happens with a forecast."""

from __future__ import annotations

import json
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._events.effects import fold
from ansible_collections.sysinit.upstart.plugins.module_utils._host import job_effects
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.forecast import (
    UNSURE,
    YES,
    BootForecast,
    forecast_boot,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine import make_machine
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs
from ansible_collections.sysinit.upstart.tests.conformance import replay
from ansible_collections.sysinit.upstart.tests.unit.support.boot_machines import BootMachine

PROFILE = PROFILES["ubuntu_14_04"]
PROGRAMS = ("mountall", "ifup", "udevadm", "telinit", "initctl", "start", "stop")
VERSION = (1, 13, 2)
QUIET_SECONDS, MAX_WAIT = 2.0, 300.0
HORIZON_SECONDS = 90.0


@dataclass
class Boot:
    """What a daemon did.

    :ivar places: the place of each job in the order of the first starts.
    :ivar up: the jobs that came up.
    """

    places: dict[str, int]
    up: set[str]


def foresee(machine: BootMachine, profile: str = "ubuntu_14_04") -> BootForecast:
    """Return the forecast of a machine."""
    chosen = PROFILES[profile]
    jobs = read_jobs(machine.sources())
    return forecast_boot(make_machine(jobs, chosen, MachineFacts(chosen, **machine.facts()), VERSION), HORIZON_SECONDS)


def boot(machine: BootMachine) -> Boot:
    """Boot a machine until nothing more happens."""
    with with_daemon.running() as daemon:
        folder = daemon.scratch / "bin"
        _install_programs(machine, daemon, folder)
        for name, files in sorted(machine.sources(str(folder)).items()):
            if "override" in files:
                (daemon.conf / f"{name}.override").write_text(files["override"])
            (daemon.conf / f"{name}.conf").write_text(files["conf"])
        connection = Connection(daemon.address).open(MAX_WAIT)
        client = Upstart(connection, MAX_WAIT)
        deadline = time.monotonic() + MAX_WAIT
        while set(machine.files) - set(client.jobs()):
            assert time.monotonic() < deadline, "the jobs are not loaded"
            time.sleep(0.05)
        client.emit("startup", [], wait=False)
        _settle(connection, daemon)
        trace = job_effects.trace(connection.signals)
        connection.close()
    places: dict[str, int] = {}
    for job, _instance, member, value in trace:
        if (member, value) == ("GoalChanged", "start"):
            places.setdefault(job, len(places) + 1)
    return Boot(places, {effect.job for effect in fold(trace) if effect.started})


def _install_programs(machine: BootMachine, daemon: with_daemon.Daemon, folder: Path) -> None:
    folder.mkdir()
    state = {"address": daemon.address, "interfaces": machine.interfaces, "folder": str(folder),
             "auto": [name for name in machine.interfaces if name != "lo"], "virtual": list(PROFILE.virtual),
             "local": machine.mounts}
    (folder / "state.json").write_text(json.dumps(state))
    script = Path(__file__).resolve().parent / "boot_programs.py"
    for name in PROGRAMS:
        words = shlex.join([sys.executable, str(script), str(folder / "state.json"), name])
        (folder / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (folder / name).chmod(0o755)


def _settle(connection: Any, daemon: with_daemon.Daemon) -> None:
    deadline = time.monotonic() + MAX_WAIT
    while True:
        seen = len(connection.signals)
        connection.wait(lambda: False, QUIET_SECONDS)
        if len(connection.signals) == seen and not replay.has_work(daemon.process.pid):
            return
        assert time.monotonic() < deadline, connection.signals[-5:]


def differences(forecast: BootForecast, booted: Boot) -> list[str]:
    """Return a text for each difference between what is certain in a forecast and what happened."""
    texts = []
    for name, job in forecast.jobs.items():
        if job.starts in ("yes", "no") and (job.starts == YES) != (name in booted.up):
            texts.append(f"{name}: forecast {job.starts}, came up: {name in booted.up}, "
                         f"was started: {name in booted.places} ({job.reasons})")
    order = [name for name in forecast.order if name in booted.places and forecast.jobs[name].starts != UNSURE]
    for position, first in enumerate(order):
        for second in order[position + 1:]:
            if forecast.start_order.is_before(first, second) and booted.places[first] > booted.places[second]:
                texts.append(f"{first} should start before {second}: {booted.places[first]}, {booted.places[second]}")
    return texts
