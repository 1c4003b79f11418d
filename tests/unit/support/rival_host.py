# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon on which a second client acts while a module runs."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import names
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection, Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import faults, run_module, waiting

RUNS = "exec sleep 1000\n"
STUBBORN = "script\n  trap '' TERM\n  while :; do sleep 0.1; done\nend script\n"
SLOW = "kill timeout 3\n" + STUBBORN
RELEASE = "@RELEASE@"  # in a job file: the path of a file that Host.release makes
HELD = f"""kill timeout 600
script
  trap term=1 TERM
  while [ ! "$term" ] || [ ! -e {RELEASE} ]; do sleep 0.1 || :; done
end script
"""  # a stop of it lasts until Host.release
HELD_PROCESS = f"script\n  while [ ! -e {RELEASE} ]; do sleep 0.1; done\nend script\n"  # after "pre-start", say


class Host:
    """A daemon, and a second client that acts on it."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.client = Upstart(Connection(daemon.address).open(waiting.PATIENCE), waiting.PATIENCE)
        self._mark = 0  # number of signals at the end of the last start

    def write(self, name: str, text: str) -> None:
        """Replace a job file by a rename, as editors do."""
        staged = self.daemon.conf / f"{name}.new~"
        staged.write_text(text.replace(RELEASE, str(self._release_file())))
        staged.rename(self.daemon.conf / f"{name}.conf")
        waiting.wait_for(lambda: name in self.client.jobs(), f"{name} is not loaded")

    def _release_file(self) -> Path:
        return self.daemon.log / "release"

    def release(self) -> None:
        """Let stops of HELD and processes of HELD_PROCESS end."""
        self._release_file().touch()

    def status(self, name: str, instance: str = "") -> dict[str, Any]:
        return self.client.status(name, instance) or {"goal": "stop", "state": "waiting", "processes": {}}

    def is_up(self, name: str, instance: str = "") -> bool:
        status = self.status(name, instance)
        return (status["goal"], status["state"]) == ("start", "running")

    def start(self, name: str, *env: str, instance: str = "") -> None:
        self.client.request("Start", name, env, wait=False)
        waiting.wait_for(lambda: self.is_up(name, instance), f"{name} does not come up")
        if "  trap " in (self.daemon.conf / f"{name}.conf").read_text():
            waiting.wait_for(lambda: self._traps_term(name, instance), f"{name} does not trap TERM")
        self._mark = len(self.client.connection.signals)

    def _traps_term(self, name: str, instance: str) -> bool:
        """Return whether the main process has executed ``trap``: before that, TERM would end it."""
        status = (self._main_folder(name, instance) / "status").read_text()
        return any(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1 for line in status.splitlines()
                   if line.startswith(("SigIgn:", "SigCgt:")))

    def _main_folder(self, name: str, instance: str) -> Path:
        """Return the folder of a job's main process in /proc."""
        main = self.status(name, instance)["processes"]["main"]
        return Path(processes.proc_of(self.client.connection.peer["pid"]), str(main))

    def begin_start(self, name: str, reached: Callable[[dict[str, Any]], object]) -> None:
        """Request a start, and wait until the job's status meets a condition."""
        self.client.request("Start", name, wait=False)
        waiting.wait_for(lambda: reached(self.status(name)), f"{name} does not get there")

    def stop(self, name: str, instance: str = "") -> None:
        pending = self.client.request_instance("Stop", name, instance)
        self.client.connection.wait(lambda: pending.done, 0.05)

    def in_state(self, state: str, name: str, instance: str = "") -> None:
        """Wait until an instance is in a state, or has been in it since the last ``start`` of this client."""
        seen = Signal(names.instance_path(name, instance), "StateChanged", [state])
        signals = self.client.connection.signals
        waiting.wait_for(lambda: self.status(name, instance)["state"] == state or seen in signals[self._mark:],
                         f"{name} is not in {state}")

    def marker(self, name: str, instance: str = "") -> str:
        """Return the value of V in the environment of a job's main process."""
        environ = self._main_folder(name, instance) / "environ"
        waiting.wait_for(environ.read_bytes, f"the main process of {name} does not execute its program")
        return next(word[2:].decode() for word in environ.read_bytes().split(b"\0") if word.startswith(b"V="))

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
