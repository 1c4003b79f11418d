# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw docs/docsite/rst/images/report.png and report_phone.png: the page of playbooks/report.yml in a browser.

    report_pictures.py

It needs Chromium or Chrome. The host is made up from the results in tests/data/event_graph/boot.json.
"""

from __future__ import annotations

import copy
import html
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.tests.unit import test_report_page
from ansible_collections.sysinit.upstart.tests.unit.support import browser
from small_png import reduced

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "images"
JOBS = ("backup", "cron", "dbus", "mountall", "network-interface", "rc-sysinit", "rsyslog", "shop", "ssh")
STOPPED = "ssh"
STARTED = 1_795_239_072  # seconds since 1970
INTERFACES = ("eth0", "eth1", "eth2", "lo", "tun0")
# The jobs of a boot: when they were started, by which event, the seconds that they waited, and their own seconds.
BOOT = (("mountall", 0.02, "startup", 0.0, 2.31), ("network-interface (eth0)", 0.9, "net-device-added", 0.0, 1.72),
        ("dbus", 2.1, "local-filesystems", 0.0, 0.24), ("rsyslog", 2.34, "filesystem", 0.0, 0.41),
        ("rc-sysinit", 2.64, "static-network-up", 0.0, 0.87), ("cron", 3.5, "runlevel", 0.62, 0.05),
        ("ssh", 3.5, "runlevel", 0.0, 0.33))
FAILED = "ssh"
# The programs that send events; every other job runs some service.
SCRIPTS = {"mountall": "exec mountall", "network-interface": "exec ifup --allow auto $INTERFACE",
           "rc-sysinit": "exec telinit 2"}
SCREEN = (1280, 3520)
PHONE = (390, 844)
PHONE_GAP = 24
# Phones at the top of the page, at the table, at the last boot and at the graph.
PHONE_TARGETS = ("h1", "#host-1-jobs", "#host-1-last-boot", ".pictures")
PHONE_FRAME = """<iframe style="border: 1px solid #8c8c8c; width: {width}px; height: {height}px; margin-right: {gap}px"
 srcdoc="{page}" onload="const view = this.contentWindow;
 view.scrollTo(0, view.document.querySelector('{target}').getBoundingClientRect().top - 16)"></iframe>"""
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
           "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
           "--blink-settings=preferredColorScheme=1")
SECONDS = 120


def messages() -> list[dict[str, Any]]:
    """Return what init logs of the boot."""
    lines: list[tuple[float, str]] = [(0.0, "Handling startup event")]
    for name, began, event, waited, own in BOOT:
        ready = began + waited + own
        lines += [(began - 0.001, f"Handling {event} event"),
                  (began, f"{name} state changed from waiting to starting"),
                  (began + waited, f"{name} state changed from starting to pre-start")]
        if name == FAILED:
            lines.append((ready, f"{name} pre-start process (812) terminated with status 1"))
        else:
            lines.append((ready, f"{name} state changed from post-start to running"))
        if name in ("mountall", "rc-sysinit", FAILED):  # tasks, and the job that fails
            lines += [(ready, f"{name} state changed from running to stopping"),
                      (ready + 0.001, f"{name} state changed from post-stop to waiting")]
    return [{"seconds": seconds, "text": text} for seconds, text in sorted(lines, key=lambda line: line[0])]


def answers() -> dict[str, Any]:
    """Return the results of three hosts: one with nine jobs in many states, and two that do not answer."""
    info = copy.deepcopy(test_report_page.BOOT)
    info.update(runlevel="2", previous_runlevel="N")
    for key in ("jobs", "edges", "findings"):
        name = "name" if key == "jobs" else "job"
        info[key] = [row for row in info[key] if row[name] in JOBS]
    info["boot"] = {"messages": messages(), "processes": [], "clock": "kernel", "left_out": None}
    for job in info["jobs"]:
        script = SCRIPTS.get(job["name"], "exec /usr/sbin/daemon")
        job["stanzas"] = {"start_on": job["start_on"], "script": script, "task": bool(job["task"])}
        if job["name"] == "mountall":
            job["stanzas"]["pre_start"] = {"exec": "initctl emit net-device-added INTERFACE=eth0"}
        if job["name"] == STOPPED:
            job["instances"] = []
        if job["name"] == "network-interface":
            instance = job["instances"][0]
            job["instances"] = [{**instance, "instance": name, "since": STARTED} for name in INTERFACES]
            job["instances"][-1].update(status="start/pre-start", since=None)
    return {"web-1": info, "web-2": {"msg": "Connection refused"}, "web-3": {"msg": "No route", "unreachable": True}}


def shoot(page: str, size: tuple[int, int], path: Path) -> None:
    """Write a picture of a page in a window of this size, in pixels."""
    program = browser.find()
    if program is None:
        sys.exit("The screenshots need Chromium or Chrome on the PATH. Install one of them.")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page, encoding="utf-8")
        subprocess.run([program, *OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={size[0]},{size[1]}",
                        f"--screenshot={target}", source.as_uri()], env={**os.environ, "HOME": folder},
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=True)
        path.write_bytes(reduced(target.read_bytes()))


def main() -> None:
    page = test_report_page.render(answers(), report_date="Friday, 27 November 2026")
    shoot(page, SCREEN, IMAGES / "report.png")
    width, height = PHONE
    source = html.escape(page)
    frames = "".join(PHONE_FRAME.format(width=width, height=height, gap=PHONE_GAP, page=source, target=target)
                     for target in PHONE_TARGETS)
    count = len(PHONE_TARGETS)
    shoot(f'<!DOCTYPE html><body style="margin: 0; white-space: nowrap">{frames}',
          (count * (width + PHONE_GAP + 2) - PHONE_GAP, height + 2), IMAGES / "report_phone.png")


if __name__ == "__main__":
    main()
