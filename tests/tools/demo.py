# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demonstration: real jobs on a private Upstart daemon.

    with_daemon.py demo.py FOLDER

FOLDER contains the virtual environment and the mirror of the collection.  The exit
status is 1 if one of the checks at the end fails.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

FOLDER = Path(sys.argv[1]).absolute()
COLLECTION = FOLDER / "ansible_collections" / "sysinit" / "upstart"
TRANSPORTS = {
    "dbus_python": "The modules talked to the daemon through dbus-python.",
    "wire": "The modules talked to the daemon over their own transport: this Python has no dbus-python.",
}
VARIABLES = ("upstart_address", "upstart_conf_dir", "upstart_log_dir", "upstart_scratch")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ansible(*command: str, environment: dict[str, str]) -> str:
    """Print and run a command of Ansible; return its output, or exit if it fails."""
    print(f"\n$ {shlex.join(command)}", flush=True)
    process = subprocess.Popen([str(FOLDER / "venv" / "bin" / command[0]), *command[1:]], cwd=COLLECTION, text=True,
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    for line in process.stdout or ():
        print("  " + line, end="", flush=True)
        lines.append(line)
    if process.wait() != 0:
        sys.exit(f"demo: {command[0]} ended with status {process.returncode}")
    return "".join(lines)


def inventory(scratch: Path) -> Path:
    """Write an inventory of this machine and its private daemon."""
    variables = {name: os.environ[name.upper()] for name in VARIABLES}
    variables["demo_port"] = str(free_port())
    lines = [f"      {name}: \"{value}\"\n" for name, value in variables.items()]
    path = scratch / "inventory.yml"
    path.write_text(
        "all:\n  hosts:\n    upstart-host:\n      ansible_connection: local\n"
        "      ansible_python_interpreter: \"{{ ansible_playbook_python }}\"\n" + "".join(lines))
    return path


def changes(output: str) -> int:
    """Return the number of changed tasks in a play's recap."""
    match = re.search(r"changed=(\d+)", output)
    return int(match.group(1)) if match else -1


def log_of(name: str) -> str:
    path = Path(os.environ["UPSTART_LOG_DIR"]) / name
    return path.read_text().strip() if path.exists() else ""


def transport(output: str) -> str:
    """Return a sentence on how the modules talk to the daemon, from the result of upstart_info; empty if unknown."""
    return next((sentence for name, sentence in TRANSPORTS.items() if f'"transport": "{name}"' in output), "")


def main() -> int:
    scratch = Path(os.environ["UPSTART_SCRATCH"])
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(FOLDER),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY": str(inventory(scratch)),
        "ANSIBLE_NOCOWS": "1",
        "UPSTART_SESSION": os.environ["UPSTART_ADDRESS"],
        "ANSIBLE_HOME": str(scratch / "ansible"),
        "ANSIBLE_DEPRECATION_WARNINGS": "False",
    }
    first = ansible("ansible-playbook", "playbooks/demo.yml", environment=environment)
    event = ansible("ansible", "all", "-m", "sysinit.upstart.upstart_event", "-a",
                    "name=deploy-done env=VERSION=7 conf_dir={{ upstart_conf_dir }}", environment=environment)
    announced = log_of("announce.log")
    print(f"\n  announce.log: {announced}")
    info = ansible("ansible", "all", "-m", "sysinit.upstart.upstart_info", "-a",
                   "name=shop subset=min conf_dir={{ upstart_conf_dir }}", environment=environment)
    second = ansible("ansible-playbook", "playbooks/demo.yml", environment=environment)
    warnings = sum(output.count("[WARNING]") for output in (first, event, info, second))
    checks = [
        (changes(first) > 0, f"The first run deployed six jobs and changed {changes(first)} things."),
        (first.count("Check that the shop answers") == 1, "The shop answered on its port."),
        (all(f"login on {tty}" in log_of(f"getty-{tty}.log") for tty in ("tty1", "tty2")),
         "Two instances of getty run, one on tty1 and one on tty2."),
        (announced == "version 7 is deployed", f"The event deploy-done ran its task, which wrote: {announced}"),
        (changes(second) == 0, f"The second run changed {changes(second)} things: changed={changes(second)}."),
        (warnings == 0, f"Ansible printed {warnings} warnings."),
        (transport(info) != "", transport(info) or "upstart_info named no transport."),
    ]
    print("\nWhat happened")
    for good, sentence in checks:
        print(f"  {'ok ' if good else 'BAD'} {sentence}")
    return 0 if all(good for good, sentence in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
