# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translate job files with the playbook migrate, and install them with the role systemd_units on a booted systemd.

    run_role.py [FOLDER...]

FOLDER is the root folder of a systemd, / or that of an unpacked package; the first one with a systemd counts. Prints a
line for each check; the exit status is 1 if one failed. The directories that the role writes to are mounts of the
namespace, so that nothing is written to this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison.systemd_boot import UnavailableError, booted, check_namespaces, find_systemd

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
JOBS = {
    "db.conf": "start on runlevel [2345]\nrespawn\nexec BIN/db\n",
    "app.conf": """\
start on started db
stop on stopping db
pre-start script
  [ -d /run ]
  true
end script
post-start exec initctl emit app-ready QUEUE=mail
exec BIN/app
""",
    "worker.conf": "instance $QUEUE\nstart on app-ready\nexec BIN/worker $QUEUE\n",
    "report.conf": "start on stopped app RESULT=failed\ntask\nexec BIN/report $EXIT_STATUS\n",
}
PLAY = """\
- hosts: localhost
  gather_facts: false
  roles:
    - role: sysinit.upstart.systemd_units
      systemd_units_tree: systemd-units/jobs
      systemd_units_start: [db]
      systemd_units_acknowledged: {report: [script-variable]}
"""
SERVICE = "#!/bin/sh\nexec sleep 1000\n"
MOUNT = 'mount --bind "$1" /etc/systemd/system; mount -t tmpfs tmpfs /usr/local/lib'
# Without the mounts, the role would write to this machine.
GUARD = 'mountpoint -q /etc/systemd/system; mountpoint -q /usr/local/lib; exec "$@"'


class Host:
    """The booted systemd."""

    def __init__(self, init: int, units: Path, folder: Path, collections: Path) -> None:
        self._enter = ["nsenter", "--target", str(init), "--mount", "--pid", "--uts", "--ipc", "--net"]
        self._folder = folder
        self._environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "HOME": str(folder),
                             "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
                             "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self.passed = self.failed = 0
        self.check("mounts", self.inside("/bin/sh", "-ec", MOUNT, "sh", str(units)), "status 0")

    def run(self, *command: str) -> str:
        """Run a command outside of the namespaces; return its output, with the exit status at the end."""
        done = subprocess.run(command, cwd=self._folder, env=self._environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=SECONDS)
        return f"{done.stdout}\nstatus {done.returncode}"

    def inside(self, *command: str) -> str:
        return self.run(*self._enter, "/bin/sh", "-ec", f'cd "{self._folder}"; exec "$@"', "sh", *command)

    def role(self, *options: str) -> str:
        """Run the role."""
        return self.inside("/bin/sh", "-ec", GUARD, "sh", "ansible-playbook", *options, "play.yml")

    def check(self, name: str, output: str, *wanted: str) -> None:
        missing = [text for text in wanted if text not in output]
        self.failed += bool(missing)
        self.passed += not missing
        print(f"FAIL {name}: no {missing} in\n{output}" if missing else f"ok   {name}", flush=True)


def play(host: Host, units: Path) -> None:
    """Translate and install the jobs, and use them."""
    host.check("migrate", host.run("ansible-playbook", "sysinit.upstart.migrate", "-e", "migrate_dir=jobs"), "status 0")
    host.check("check mode", host.role("--check"), "status 0", "changed=3")
    host.check("check mode writes nothing", str(list(units.iterdir())), "[]")
    host.check("install and start", host.role(), "status 0", "changed=4")
    host.check("again", host.role(), "status 0", "changed=0")
    states = host.inside("systemctl", "is-active", "db.service", "app.service", "worker@mail.service")
    host.check("the units run", states, "active\nactive\nactive\n", "status 0")
    host.inside("systemctl", "kill", "--signal=KILL", "app.service")
    host.check("the failure starts the task", host.inside(
        "/bin/sh", "-c", "for i in $(seq 600); do [ -e /run/report ] && exit; sleep 0.1; done; exit 1"), "status 0")
    (units / "db.service").write_text((units / "db.service").read_text() + "# changed by hand\n")
    host.check("a changed unit is written and loaded", host.role("-v"), "status 0", "changed=1", "NeedDaemonReload=no")


def main() -> int:
    try:
        check_namespaces()
        systemd = find_systemd([Path(name) for name in sys.argv[1:]] or [Path("/"), ROOT / ".build" / "systemd"])
    except UnavailableError as error:
        print(f"SKIPPED [1] systemd: {error}")
        return 0
    with tempfile.TemporaryDirectory(prefix="systemd-role-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        for folder in ("units", "programs", "jobs", "collections/ansible_collections/sysinit"):
            (scratch / folder).mkdir(parents=True)
        (scratch / "collections/ansible_collections/sysinit/upstart").symlink_to(ROOT)
        (scratch / "play.yml").write_text(PLAY)
        for file, text in JOBS.items():
            (scratch / "jobs" / file).write_text(text.replace("BIN", str(scratch / "programs")))
        for program in ("db", "app", "worker", "report"):
            path = scratch / "programs" / program
            path.write_text("#!/bin/sh\n: >/run/report\n" if program == "report" else SERVICE)
            path.chmod(0o755)
        with booted(systemd, scratch, scratch / "units") as init:
            host = Host(init, scratch / "units", scratch, scratch / "collections")
            play(host, scratch / "units")
    print(f"{host.passed} passed, {host.failed} failed")
    return 1 if host.failed else 0


if __name__ == "__main__":
    sys.exit(main())
