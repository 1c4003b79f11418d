# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw docs/docsite/rst/images/report.png and report_phone.png: the page of playbooks/report.yml in a browser.

    report_pictures.py

It needs Chromium or Chrome. The host is made up from the results in tests/data/event_graph/boot.json. Run
embed_pictures.py afterwards.
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
SCREEN = (1280, 2560)
PHONE = (390, 844)
PHONE_GAP = 24
# A phone at the top of the page, and one at the table and one at the graph.
PHONE_TARGETS = ("h1", "#host-1-jobs", ".pictures")
PHONE_FRAME = """<iframe style="border: 1px solid #8c8c8c; width: {width}px; height: {height}px; margin-right: {gap}px"
 srcdoc="{page}" onload="const view = this.contentWindow;
 view.scrollTo(0, view.document.querySelector('{target}').getBoundingClientRect().top - 16)"></iframe>"""
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
           "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
           "--blink-settings=preferredColorScheme=1")
SECONDS = 120


def answers() -> dict[str, Any]:
    """Return the results of three hosts: one with nine jobs in many states, and two that do not answer."""
    info = copy.deepcopy(test_report_page.BOOT)
    info.update(runlevel="2", previous_runlevel="N")
    for key in ("jobs", "edges", "findings"):
        name = "name" if key == "jobs" else "job"
        info[key] = [row for row in info[key] if row[name] in JOBS]
    for job in info["jobs"]:
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
