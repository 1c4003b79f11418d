# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines with random jobs around the jobs of a small Ubuntu. A seed always gives the same machine.

``@bin`` in a job file stands for the folder of the stand-ins for programs, see boot_programs.py.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

BASE = {
    "mountall": "start on startup\ntask\nexec @bin/mountall\n",
    "udev": "start on virtual-filesystems\nstop on runlevel [06]\nexec sleep 1000\n",
    "upstart-udev-bridge": "start on starting udev\nstop on stopped udev\nexec sleep 1000\n",
    "udevtrigger": "start on startup and started udev\ntask\nexec @bin/udevadm trigger --action=add\n",
    "network-interface": (
        "start on net-device-added\nstop on net-device-removed INTERFACE=$INTERFACE\ninstance $INTERFACE\n"
        "export INTERFACE\npre-start script\n  if [ \"$INTERFACE\" = lo ]; then\n"
        "    @bin/initctl emit -n net-device-up IFACE=lo LOGICAL=lo ADDRFAM=inet METHOD=loopback\n  fi\n"
        "  @bin/ifup --allow auto $INTERFACE\nend script\n"),
    "networking": "start on local-filesystems and stopped udevtrigger\npre-start exec @bin/ifup -a\n",
    "rc-sysinit": (
        "start on (filesystem and static-network-up) or failsafe-boot\nstop on runlevel\nenv DEFAULT_RUNLEVEL=2\ntask\n"
        "script\n  @bin/telinit \"${DEFAULT_RUNLEVEL}\"\nend script\n"),
    "rc": "start on runlevel [0123456]\nstop on runlevel [!$RUNLEVEL]\nexport RUNLEVEL PREVLEVEL\ntask\n"
          "exec sleep 0.4\n",
}
FAILSAFE = ("start on filesystem and net-device-up IFACE=lo\nstop on static-network-up or starting rc-sysinit\n"
            "emits failsafe-boot\nscript\n  sleep 200\n  @bin/initctl emit --no-wait failsafe-boot\nend script\n")
FILESYSTEMS = ("virtual-filesystems", "local-filesystems", "filesystem", "mounted MOUNTPOINT=/", "all-swaps",
               "mounted MOUNTPOINT=/srv", "remote-filesystems")
NETWORK = ("static-network-up", "net-device-up IFACE=lo", "net-device-up IFACE=eth0", "net-device-up IFACE!=lo",
           "started network-interface INTERFACE=eth0", "net-device-added INTERFACE=eth0")
LATE = ("runlevel [2345]", "stopped rc RUNLEVEL=[2345]", "runlevel 2", "started rc",
        "runlevel RUNLEVEL=[2345] PREVLEVEL=N")
NEVER = ("runlevel [016]", "net-device-up IFACE=eth7", "no-such-event", "started no-such-job",
         "mounted MOUNTPOINT=/home", "stopped rc RESULT=failed", "runlevel S")
TASKS = ("exec sleep 0.4", "script\n  sleep 0.5\n  exit 0\nend script", "exec sleep 1.1")
FAILING_TASKS = ("script\n  sleep 0.4\n  false\nend script", "script\n  sleep 0.3\n  exit 3\nend script")
SERVICES = ("exec sleep 1000", "script\n  sleep 1000\nend script", "exec sleep 2000")
CRASHING = "respawn\nrespawn limit 2 60\nscript\n  sleep 0.3\n  exit 1\nend script"
KINDS = ("service",) * 12 + ("task",) * 5 + (
    "failing task", "failing service", "crashing", "abstract", "emitter", "starter", "instances", "manual", "hook",
    "blocking hook")


@dataclass
class BootMachine:
    """Job files, overrides, and the facts of a machine."""

    files: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    interfaces: list[str] = field(default_factory=lambda: ["lo", "eth0"])
    mounts: list[str] = field(default_factory=lambda: ["/", "/srv"])

    def facts(self) -> dict[str, Any]:
        return {"interfaces": self.interfaces, "mounts": self.mounts}

    def sources(self, folder: str = "/opt/boot") -> dict[str, dict[str, str]]:
        """Return the input of the filter; ``folder`` is that of the stand-ins."""
        return {name: {"conf": text.replace("@bin", folder),
                       **({"override": self.overrides[name]} if name in self.overrides else {})}
                for name, text in self.files.items()}

    def show(self) -> str:
        return "\n".join(f"-- {name}\n{text}{self.overrides.get(name, '')}" for name, text in self.files.items())


class Maker:
    """Makes a random machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._names: list[str] = []
        self._kinds: dict[str, str] = {}
        self._events: list[str] = []
        self._started: list[str] = []
        self._machine = BootMachine()

    def make(self) -> BootMachine:
        machine = self._machine
        machine.files.update(BASE)
        if self._chance(0.03):
            machine.files["failsafe"] = FAILSAFE
        if self._chance(0.3):
            machine.interfaces = ["lo", "eth0", "eth1"]
        for number in range(self._random.randint(10, 80) - len(BASE)):
            self._add(f"{self._random.choice(('web', 'db', 'app', 'mail', 'log'))}{number}")
        return machine

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _add(self, name: str) -> None:
        kind = self._random.choice(KINDS)
        lines = [f"start on {self._condition(kind)}"]
        if kind in ("service", "abstract") and self._chance(0.5):
            lines.append("stop on runlevel [!2345]")
        if kind not in ("blocking hook", "hook") and self._chance(0.15):
            lines.append(self._random.choice((
                "pre-start exec true", "pre-start exec sleep 0.2", "pre-start script\n  exit 1\nend script",
                "env A=x\nexport A")))
        lines += self._body(name, kind)
        self._machine.files[name] = "\n".join(lines) + "\n"
        if kind == "manual":
            self._machine.overrides[name] = "manual\n"
        self._names.append(name)
        self._kinds[name] = kind

    def _body(self, name: str, kind: str) -> list[str]:
        choose = self._random.choice
        if kind == "emitter":
            event = f"{name}-ready"
            self._events.append(event)
            option = choose(("", "", "--no-wait "))
            return ["task", f"emits {event}", "script", "  sleep 0.2",
                    f"  @bin/initctl emit {option}{event} FROM={name}", "end script"]
        if kind == "starter":
            targets = [other for other in self._names if self._kinds[other] == "manual" and other not in self._started]
            self._started += targets[:1]
            return ["task", f"exec @bin/start {targets[0]}"] if targets else ["task", choose(TASKS)]
        bodies = {
            "task": ["task", choose(TASKS)], "failing task": ["task", choose(FAILING_TASKS)],
            "hook": ["task", TASKS[0]],
            "failing service": ["script\n  exit 2\nend script\npre-start script\n  exit 4\nend script"],
            "crashing": [CRASHING], "abstract": [], "blocking hook": [choose(SERVICES)],
            "instances": ["instance $IFACE", "export IFACE", choose(SERVICES)],
        }
        return bodies.get(kind, [choose(SERVICES)])

    def _condition(self, kind: str) -> str:
        services = [name for name in self._names if self._kinds[name] in ("service", "abstract")]
        if kind == "instances":
            return "net-device-up"
        if kind in ("hook", "blocking hook") and services:
            return f"starting {self._random.choice(services)}"
        if self._chance(0.04):
            return self._random.choice(NEVER)
        leaves = [self._leaf()]
        while len(leaves) < 3 and self._chance(0.35):
            leaves.append(self._leaf())
        text = leaves[0]
        for leaf in leaves[1:]:
            text = f"({text} {'or' if self._chance(0.1) else 'and'} {leaf})"
        return text

    def _leaf(self) -> str:
        choose = self._random.choice
        singles = [name for name in self._names if self._kinds[name] != "instances" or self._chance(0.1)]
        if singles and self._chance(0.5):
            job = choose(singles)
            ends = self._kinds[job] in ("task", "hook", "failing task", "emitter", "starter")
            word = "starting" if self._chance(0.04) else "started"
            word = choose(("stopped", "stopped", "started")) if ends else word
            return f"{word} {job}"
        if self._events and self._chance(0.3):
            return choose(self._events)
        return choose(choose((FILESYSTEMS, NETWORK, LATE, LATE)))


def make(seed: int) -> BootMachine:
    """Return the machine of a seed."""
    return Maker(seed).make()
