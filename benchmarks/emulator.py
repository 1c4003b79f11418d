# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the emulator with many jobs, many calls at once, and many starts and stops.

Needs jeepney. With --check the exit status is 1 if a figure is above its bound.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "roles" / "emulator" / "files"))

from emulator.guardian import descendants
from emulator.tools.client import Client

BOUNDS = {"load": 5.0, "list": 0.5, "calls": 3.0, "memory": 2048, "descriptors": 0, "zombies": 0}
SECONDS_TO_START = 60.0
AT_ONCE = 200


@contextmanager
def emulator(folder: Path, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run an emulator on a folder of job files."""
    command = [sys.executable, str(ROOT / "roles/emulator/files/upstart-emulator"), "--confdir", str(folder / "init"),
               "--logdir", str(folder), "--address", address, "--no-startup-event"]
    with (folder / "messages").open("wb") as messages:  # one for each stop
        process = subprocess.Popen(command, stderr=messages)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def connected(address: str) -> Client:
    """Return a client as soon as the emulator answers: then it has read its files."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            client = Client(address)
            client.manager("GetAllJobs")
            return client
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def write_jobs(folder: Path, count: int) -> None:
    (folder / "init").mkdir()
    for number in range(count):
        (folder / "init" / f"service{number}.conf").write_text(
            f'description "Service number {number}"\nstart on service{number}-wanted\nrespawn\nexec sleep 100000\n')
    for number in range(AT_ONCE):
        (folder / "init" / f"slow{number}.conf").write_text("pre-start exec sleep 0.5\n")
    (folder / "init" / "quick.conf").write_text("exec sleep 100000\n")


def list_seconds(address: str) -> float:
    """Return the seconds of a run of ``initctl list``."""
    began = time.monotonic()
    subprocess.run([sys.executable, str(ROOT / "roles/emulator/files/initctl"), "list"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "UPSTART_SESSION": address})
    return time.monotonic() - began


def slow_starts(client: Client) -> float:
    """Return the seconds until all Start calls are answered; all are sent before the first reply."""
    paths = [client.path_of(f"slow{number}") for number in range(AT_ONCE)]
    began = time.monotonic()
    serials = {client.send_job(path, "Start", "asb", [], True) for path in paths}
    while serials:
        serials.discard(client.next_reply())
    return time.monotonic() - began


def state_of(pid: int) -> dict[str, int]:
    """Return memory in kB, the number of descriptors and the number of zombie children of a process."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    zombies = 0
    for child in descendants(pid):
        try:
            zombies += Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
    return {"memory": int(status["VmRSS"].split()[0]), "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
            "zombies": zombies}


def cycles(client: Client, pid: int, count: int) -> dict[str, int]:
    """Start and stop a job ``cycles`` times; return how much the daemon grew after the first tenth."""
    path = client.path_of("quick")
    before: dict[str, int] = {}
    for number in range(count + count // 10):
        if number == count // 10:
            before = state_of(pid)
        client.job(path, "Start", "asb", [], True)
        client.job(path, "Stop", "asb", [], True)
    time.sleep(0.2)
    after = state_of(pid)
    return {"memory": after["memory"] - before["memory"], "descriptors": after["descriptors"] - before["descriptors"],
            "zombies": after["zombies"]}


def measure(jobs: int, rounds: int) -> dict[str, float]:
    """Measure, print and return all figures."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="upstart-") as name:
        folder = Path(name)
        address = f"unix:abstract=/upstart-benchmark/{folder.name}"
        write_jobs(folder, jobs)
        began = time.monotonic()
        with emulator(folder, address) as process:
            client = connected(address)
            figures["load"] = time.monotonic() - began
            print(f"start with {jobs + AT_ONCE + 1} job files   {figures['load']:8.2f} s", flush=True)
            figures["list"] = min(list_seconds(address) for _round in range(3))
            print(f"initctl list                 {figures['list']:8.2f} s", flush=True)
            figures["calls"] = slow_starts(client)
            print(f"{AT_ONCE} starts of 0.5 s at once   {figures['calls']:8.2f} s", flush=True)
            daemon = descendants(process.pid)[1]  # the first is its guardian
            began = time.monotonic()
            figures.update(cycles(client, daemon, rounds))
            spent = (time.monotonic() - began) / (rounds + rounds // 10)
            print(f"one start and stop           {spent * 1e3:8.1f} ms\n"
                  f"after {rounds} of them: {figures['memory']:+.0f} kB of memory, "
                  f"{figures['descriptors']:+.0f} descriptors, {figures['zombies']:.0f} zombies")
    return figures


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="fail when a bound is broken")
    options.add_argument("--jobs", type=int, default=1000, help="job files (1000)")
    options.add_argument("--cycles", type=int, default=2000, help="starts and stops (2000)")
    arguments = options.parse_args()
    figures = measure(arguments.jobs, arguments.cycles)
    above = [name for name, bound in BOUNDS.items() if figures[name] > bound]
    if above:
        print("out of bounds: " + ", ".join(above))
    return 1 if above and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
