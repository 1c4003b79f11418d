# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon on which a second client acts while a module runs."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import faults, run_module, waiting

RUNS = "exec sleep 1000\n"
STUBBORN = "script\n  trap '' TERM\n  while :; do sleep 0.1; done\nend script\n"
SLOW = "kill timeout 3\n" + STUBBORN


class Host:
    """A daemon, and a second client that acts on it."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.client = Upstart(Connection(daemon.address).open(), waiting.PATIENCE)

    def write(self, name: str, text: str) -> None:
        """Replace a job file by a rename, as editors do."""
        staged = self.daemon.conf / f"{name}.new~"
        staged.write_text(text)
        staged.rename(self.daemon.conf / f"{name}.conf")
        waiting.wait_for(lambda: name in self.client.jobs(), f"{name} is not loaded")

    def status(self, name: str, instance: str = "") -> dict[str, Any]:
        return self.client.status(name, instance) or {"goal": "stop", "state": "waiting", "processes": {}}

    def is_up(self, name: str, instance: str = "") -> bool:
        status = self.status(name, instance)
        return (status["goal"], status["state"]) == ("start", "running")

    def start(self, name: str, *env: str, instance: str = "") -> None:
        self.client.request("Start", name, env, wait=False)
        waiting.wait_for(lambda: self.is_up(name, instance), f"{name} does not come up")

    def stop(self, name: str, instance: str = "") -> None:
        pending = self.client.request_instance("Stop", name, instance)
        self.client.connection.wait(lambda: pending.done, 0.05)

    def in_state(self, state: str, name: str, instance: str = "") -> None:
        waiting.wait_for(lambda: self.status(name, instance)["state"] == state, f"{name} is not in {state}")

    def marker(self, name: str, instance: str = "") -> str:
        """Return the value of V in the environment of a job's main process."""
        main = self.status(name, instance)["processes"]["main"]
        path = f"{processes.proc_of(self.client.connection.peer['pid'])}/{main}/environ"
        with open(path, "rb") as stream:
            return next(word[2:].decode() for word in stream.read().split(b"\0") if word.startswith(b"V="))

    def task(self, name: str | list[str], state: str, **more: Any) -> subprocess.Popen[str]:
        options = faults.options(self.daemon, **{"stable_for": 0.1, "init_log": str(self.daemon.messages), **more})
        return run_module.start("upstart_service", name=name, state=state, **options)

    def run(self, name: str | list[str], state: str, **more: Any) -> dict[str, Any]:
        return run_module.result(self.task(name, state, **more))


AnyHost = TypeVar("AnyHost", bound=Host)


@contextlib.contextmanager
def running(host_class: type[AnyHost]) -> Iterator[AnyHost]:
    """Run a daemon with a second client."""
    with with_daemon.running() as daemon:
        host = host_class(daemon)
        try:
            yield host
        finally:
            host.client.connection.close()


@pytest.fixture
def host() -> Iterator[Host]:
    """A daemon with a second client. A test file imports this fixture with ``host = rival_host.host``."""
    with running(Host) as running_host:
        yield running_host
