# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the programs that send the events of a boot: mountall, ifup, udevadm, telinit and initctl.

    boot_programs.py STATE PROGRAM [ARGUMENT...]

STATE is a JSON file with address, the D-Bus address of the daemon; auto, the interfaces that are up at boot;
interfaces; virtual and local, the mount points; and folder, where ifup notes the interfaces that are up.
Written from the manual pages, without the profiles.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart  # noqa: E402
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection  # noqa: E402

MAX_WAIT = 300.0


class Programs:
    """The programs on a machine."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._connection = Connection(state["address"]).open(MAX_WAIT)
        self._client = Upstart(self._connection, MAX_WAIT)

    def emit(self, name: str, *env: str, wait: bool = False) -> Any:
        pending = self._client.emit(name, list(env), wait)
        if not wait:
            self._connection.wait(lambda: pending.done, MAX_WAIT)
        return pending

    def mountall(self, _arguments: list[str]) -> int:
        """Mount everything at once; report each group as soon as it is complete."""
        unfinished = dict.fromkeys([*self._state["virtual"], *self._state["local"]], "mounting")
        pendings = {path: self._mount_event("mounting", path) for path in unfinished}
        reported: set[str] = set()
        while True:
            for path in [path for path in unfinished if pendings[path].done]:
                if unfinished.pop(path) == "mounting":
                    unfinished[path] = "mounted"
                    pendings[path] = self._mount_event("mounted", path)
            self._report(unfinished, reported)
            if not unfinished:
                return 0
            self._connection.wait(lambda: any(pendings[path].done for path in unfinished), MAX_WAIT)

    def _mount_event(self, name: str, path: str) -> Any:
        return self.emit(name, "DEVICE=none", f"MOUNTPOINT={path}", "TYPE=ext4", "OPTIONS=defaults", wait=True)

    def _report(self, unfinished: dict[str, str], reported: set[str]) -> None:
        virtual = not set(self._state["virtual"]) & set(unfinished)
        local = virtual and not set(self._state["local"]) & set(unfinished)
        for name, is_complete in (("virtual-filesystems", virtual), ("all-swaps", virtual),
                                  ("remote-filesystems", virtual), ("local-filesystems", local), ("filesystem", local)):
            if is_complete and name not in reported:
                reported.add(name)
                self.emit(name)

    def ifup(self, arguments: list[str]) -> int:
        """Bring interfaces up, each once; the last of them completes the network."""
        names = self._state["auto"] if "-a" in arguments else [
            name for name in arguments if name in self._state["auto"]]
        folder = Path(self._state["folder"])
        for name in names:
            with (folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if (folder / f"up-{name}").exists():
                    continue
                (folder / f"up-{name}").touch()
                self.emit("net-device-up", f"IFACE={name}", f"LOGICAL={name}", "ADDRFAM=inet", "METHOD=dhcp")
                if all((folder / f"up-{other}").exists() for other in self._state["auto"]):
                    self.emit("static-network-up")
        return 0

    def udevadm(self, _arguments: list[str]) -> int:
        jobs = self._client.statuses([("upstart-udev-bridge", "")])
        if jobs[0] is not None and jobs[0]["state"] == "running":
            for name in self._state["interfaces"]:
                self.emit("net-device-added", f"INTERFACE={name}", "SUBSYSTEM=net", "ACTION=add")
        return 0

    def telinit(self, arguments: list[str]) -> int:
        self.emit("runlevel", f"RUNLEVEL={arguments[0]}", "PREVLEVEL=N")
        return 0


def main() -> int:
    state, program, *arguments = sys.argv[1:]
    if program in ("initctl", "start", "stop"):
        settings = json.loads(Path(state).read_text())
        tool = Path(__file__).resolve().parents[3] / "roles" / "emulator" / "files" / "initctl"
        words = arguments if program == "initctl" else [program, *arguments]
        os.execve(sys.executable, [sys.executable, str(tool), *words],
                  {**os.environ, "UPSTART_SESSION": settings["address"]})
    status: int = getattr(Programs(json.loads(Path(state).read_text())), program)(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
