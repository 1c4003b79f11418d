# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the modules in whole root file systems of managed hosts, and print a table of what passed. Needs root.

    host_roots.py FOLDER [NAME...]

FOLDER is the folder of mirror.py; roots, logs and table.txt go to FOLDER/hosts/. NAME selects roots, see ROOTS in
host_root_files.py. PYTHONS lists folders, separated by colons, that are searched for Pythons before PATH.

The checks: playbooks/demo.yml changes the host (demo) and then nothing (demo again), the ad hoc event starts its job
(event), upstart_info names the expected transport, and the integration target smoke, which uses every module and the
role twice, passes (every module).

Every command of a task, its shell included, runs inside the root (connection_plugins/host_root.py). The daemon is the
emulator. It and the jobs run outside of the root: its job directory and its logs are mounted in the root at the default
paths, and its abstract socket is visible there. So this proves nothing about ssh, an old kernel, an old C library or a
real Upstart, and the processes of jobs see this machine's files.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import host_root_files
import verdicts
import with_daemon
from host_root_files import ROOTS, Maker, Root
from interpreters import Environments, MissingError, print_progress
from versions import CORES

PLUGINS = Path(__file__).resolve().parent / "connection_plugins"
COLLECTION = Path("ansible_collections", "sysinit", "upstart")
CONF_DIR, LOG_DIR = "/etc/init", "/var/log/upstart"
EVENT = ("ansible", "all", "-m", "sysinit.upstart.upstart_event", "-a", "name=deploy-done env=VERSION=7")
INFO = ("ansible", "all", "-m", "sysinit.upstart.upstart_info", "-a", "name=shop subset=min")
ENTERED = "HOST_ROOTS_HAS_MOUNT_NAMESPACE"
HEAD = ["root", "how it was made", "Python", "ansible-core", "transport", "passed", "verdict"]
TIMEOUT = 1800  # seconds for a command of Ansible
LANES = 3  # roots at the same time


@dataclass
class Host(verdicts.Judged):
    """A root, and the result of the checks in it."""

    root: Root
    core: str
    python: str = "-"
    transport: str = "-"
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    missing: str = ""

    @property
    def name(self) -> str:
        return self.root.name

    def check(self, good: bool, name: str) -> None:
        (self.passed if good else self.failed).append(name)

    def row(self) -> list[str]:
        return [self.name, self.root.origin, self.python, self.core, self.transport, ", ".join(self.passed) or "-",
                self.verdict]


class Checks:
    """Ansible on the controller's side, with one root as its only host."""

    def __init__(self, host: Host, folder: Path, controller: Path, log: Path) -> None:
        self.host, self.folder, self.controller, self.log = host, folder, controller, log
        self.warnings = 0

    def configure(self, daemon: with_daemon.Daemon, enter: list[str], python: str) -> None:
        """Write the inventory, and a playbook of the tasks that use every module once."""
        variables = {
            "ansible_connection": "host_root", "host_root_enter": " ".join(enter),
            "host_root_environment": f"UPSTART_SESSION={daemon.address}", "ansible_python_interpreter": python,
            "upstart_python": python, "upstart_address": daemon.address, "upstart_conf_dir": CONF_DIR,
            "upstart_log_dir": LOG_DIR, "upstart_scratch": str(daemon.scratch), "demo_port": str(free_port())}
        inventory, self.smoke = daemon.scratch / "inventory.json", daemon.scratch / "smoke.json"
        inventory.write_text(json.dumps({"all": {"hosts": {self.host.name: variables}}}))
        tasks = self.folder / COLLECTION / "tests/integration/targets/smoke/tasks/main.yml"
        self.smoke.write_text(json.dumps([{"name": "Use every part once", "hosts": "all", "gather_facts": False,
                                           "tasks": [{"ansible.builtin.include_tasks": str(tasks)}]}]))
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "UPSTART_"))},
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder), "ANSIBLE_INVENTORY": str(inventory), "ANSIBLE_NOCOWS": "1",
            "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS), "ANSIBLE_HOME": str(daemon.scratch / "ansible"),
            "ANSIBLE_DEPRECATION_WARNINGS": "False", "LC_ALL": "C.UTF-8"}

    def run(self, *command: str) -> str | None:
        """Run a command of Ansible and return its output, or None if it failed."""
        with self.log.open("a+", encoding="utf-8", errors="replace") as log:
            print(f"\n$ {' '.join(command)}", file=log, flush=True)
            began = log.tell()
            try:
                status = subprocess.run([str(self.controller / command[0]), *command[1:]], cwd=self.folder / COLLECTION,
                                        env=self.environment, check=False, stdin=subprocess.DEVNULL, stdout=log,
                                        stderr=subprocess.STDOUT, timeout=TIMEOUT).returncode
            except subprocess.TimeoutExpired:
                print(f"host_roots: timeout after {TIMEOUT} s", file=log)
                return None
            log.seek(began)
            output = log.read()
        self.warnings += output.count("[WARNING]")
        return output if status == 0 else None

    def all(self, daemon: with_daemon.Daemon) -> None:
        """Run all checks and record their results in the host."""
        check = self.host.check
        check(changed(self.run("ansible-playbook", "playbooks/demo.yml")) > 0, "demo")
        self.run(*EVENT)
        announced = daemon.log / "announce.log"
        check(announced.exists() and announced.read_text() == "version 7 is deployed\n", "event")
        found = re.search(r'"transport": "(\w+)"', self.run(*INFO) or "")
        self.host.transport = found[1] if found else "-"
        check(self.host.transport == self.host.root.transport, "transport")
        check(changed(self.run("ansible-playbook", "playbooks/demo.yml")) == 0, "demo again")
        check(changed(self.run("ansible-playbook", str(self.smoke))) > 0, "every module")
        check(self.warnings == 0, "no warnings")


def changed(output: str | None) -> int:
    """Return the number of changed tasks in a play's recap; -1 if the play failed."""
    found = re.search(r"changed=(\d+)", output or "")
    return int(found[1]) if found else -1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Made:
    """The environment of a controller, the folder of a root, and the Python inside it."""

    controller: Path
    root: Path
    python: str


def make(host: Host, environments: Environments, maker: Maker) -> Made | None:
    """Make what a host needs; None, and the reason in the host, if that is impossible here."""
    try:
        controller = environments.controller(host.core, environments.controller_version(host.core))
        root, python = maker.root(host.root)
        code = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
        host.python = host_root_files.in_root(root, python, "-c", code).strip()
    except MissingError as error:
        host.missing = str(error)
        return None
    return Made(controller, root, python)


def check_host(host: Host, folder: Path, made: Made | None) -> None:
    """Run a daemon, and the checks in the root."""
    if made is None:
        return
    log = folder / "hosts" / "logs" / f"{host.name}.log"
    log.unlink(missing_ok=True)
    with with_daemon.running() as daemon:
        shared = {daemon.scratch: str(daemon.scratch), daemon.conf: CONF_DIR, daemon.log: LOG_DIR}
        enter = host_root_files.mount_for_tasks(host.root, made.root, shared)
        try:
            checks = Checks(host, folder, made.controller, log)
            checks.configure(daemon, enter, made.python)
            checks.all(daemon)
        finally:
            host_root_files.umount(made.root)
        host.check(daemon.process.poll() is None, "daemon runs")
    host.check(with_daemon.no_process_left(daemon.scratch), "no process left")
    print_progress(f"{host.verdict} {host.name}")


def main() -> int:
    if os.geteuid() != 0:
        sys.exit("host_roots: only root can make root file systems and mount in them; run it as root")
    if ENTERED not in os.environ:
        os.environ[ENTERED] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    folder, names = Path(sys.argv[1]).absolute(), sys.argv[2:]
    unknown = sorted(set(names) - {root.name for root in ROOTS})
    if unknown:
        sys.exit(f"host_roots: {' '.join(unknown)}: choose from {' '.join(root.name for root in ROOTS)}")
    (folder / "hosts" / "logs").mkdir(parents=True, exist_ok=True)
    pythons = [name for name in os.environ.get("PYTHONS", "").split(os.pathsep) if name]
    environments, maker = Environments(folder / "matrix", pythons), Maker(folder / "hosts", pythons)
    cores = {"oldest": next(iter(CORES)), "newest": list(CORES)[-1]}
    hosts = [Host(root, cores[root.core]) for root in ROOTS if not names or root.name in names]
    made = [make(host, environments, maker) for host in hosts]
    print_progress(f"running the checks in {len(hosts)} roots; logs in {folder}/hosts/logs")
    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(lambda host, found: check_host(host, folder, found), hosts, made))
    text = verdicts.table(HEAD, hosts, "roots")
    (folder / "hosts" / "table.txt").write_text(text)
    print(text, end="")
    return 0 if all(host.verdict == "ok" for host in hosts) else 1


if __name__ == "__main__":
    sys.exit(main())
