# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook is killed at any moment of a play with the role; the next run of the play completes it.

At every second moment the module on the host survives and carries on while the next run begins, as on a managed host.
At the others everything is killed. The environment variable CONTROLLER_KILLS sets the number of moments.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import ansible_runs, child_processes, faults, waiting

SEED, MOMENTS = 5, int(os.environ.get("CONTROLLER_KILLS", "2"))
EVERY = 5  # number of kills between checks that a third run changes nothing
Files = dict[str, bytes]


def jobs(generation: int) -> list[dict[str, Any]]:
    """Return jobs that all change with each generation; two of them take turns."""
    turn = ("even", "odd")[generation % 2]
    listed = [{"name": name, "env": {"GENERATION": generation}, "exec": "sleep 1000"} for name in ("web", "db", turn)]
    listed[1]["pre_stop"] = {"exec": "sleep 0.1"}
    listed[0].update(start_on="started db", stop_on="stopping db")
    return [*listed, {"name": "web", "override": True, "nice": generation % 20}]


@dataclass
class Controller:
    """Runs the play, in a folder of its own."""

    daemon: with_daemon.Daemon
    folder: Path

    def start(self, generation: int) -> subprocess.Popen[str]:
        manifests = str(self.daemon.scratch / "lists")
        play = {"hosts": "localhost", "gather_facts": False, "roles": ["sysinit.upstart.upstart_jobs"],
                "module_defaults": {"group/sysinit.upstart.upstart": faults.options(self.daemon)},
                "vars": {"ansible_python_interpreter": sys.executable, "upstart_jobs_manifest_dir": manifests,
                         "upstart_jobs_list": jobs(generation), "upstart_jobs_prune": True,
                         "upstart_jobs_stable_for": 0.1, "upstart_jobs_on_failure": "rollback"}}
        (self.folder / "play.yml").write_text(json.dumps([play]))
        environment = {**ansible_runs.environment(pipelining=False), "ANSIBLE_HOME": str(self.folder)}
        return subprocess.Popen(["ansible-playbook", self.folder / "play.yml"], cwd=self.folder, env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, generation: int) -> str:
        """Run the play to its end and return its output."""
        with self.start(generation) as process:
            output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        return output

    def files(self) -> Files:
        return {path.name: path.read_bytes() for path in self.daemon.conf.iterdir() if path.suffix != ".ansible~"}


def end(mark: bytes, words: bytes) -> None:
    """Kill the processes of a play whose command has these words."""
    for pid in child_processes.marked(mark):
        with contextlib.suppress(OSError):
            if pid != os.getpid() and words in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)


def generation_of(client: Upstart, job: str) -> bytes:
    """Return the generation of the definition that a job runs with."""
    status = client.status(job)
    assert status is not None and status["state"] == "running", f"{job} does not run: {status}"
    environment = Path(f"/proc/{status['processes']['main']}/environ").read_bytes().split(b"\0")
    return next(entry for entry in environment if entry.startswith(b"GENERATION=")).partition(b"=")[2]


def test_the_next_run_completes_a_play_whose_controller_died(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with with_daemon.running() as daemon, child_processes.all_ended(daemon.address):
        mark = f"{child_processes.VARIABLE}={daemon.address}".encode()
        controller, client = Controller(daemon, tmp_path), Upstart(Connection(daemon.address).open(), waiting.PATIENCE)
        controller.run(0)
        began = time.monotonic()
        controller.run(1)
        whole = time.monotonic() - began
        for generation in range(2, MOMENTS + 2):
            moment, survives = chance.uniform(0.2, 1) * whole, generation % 2 == 0
            place = f"seed {SEED}, generation {generation}, after {moment:.2f} of {whole:.2f} s"
            old = controller.files()
            with controller.start(generation) as process:
                time.sleep(moment)
                end(mark, b"ansible-playbook" if survives else b"")
                process.wait(60)
            left = controller.files()
            controller.run(generation)
            waiting.wait_for(lambda: set(child_processes.marked(mark)) <= {os.getpid()}, "the module did not end")
            new = controller.files()
            for name, content in left.items():
                assert content in (old.get(name), new.get(name)), (name, place)
            listed = [entry["name"] for entry in jobs(generation)[:-1]]
            assert sorted(new) == sorted([*(f"{name}.conf" for name in listed), "web.override"]), place
            assert [generation_of(client, name) for name in listed] == [str(generation).encode()] * 3, place
            assert [path.name for path in (daemon.scratch / "lists").iterdir()] == ["default.json"], place
            assert len(list(daemon.conf.iterdir())) == len(new), place
            manifest = json.loads((daemon.scratch / "lists" / "default.json").read_text())
            assert sorted(manifest["jobs"]) == sorted(listed) and set(manifest).isdisjoint({"pending", "unproven"})
            if generation % EVERY == 2:
                assert "changed=0" in controller.run(generation), place
    assert with_daemon.no_process_left(daemon.scratch)
