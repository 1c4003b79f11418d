# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load pages in Chromium or Chrome, if installed; without a window and without network access."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PATIENCE = 300.0
OF_THE_BROWSER = "not an origin"  # initiator of the browser's own requests
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
    "--disable-extensions", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom",
)
FRAME = """<!DOCTYPE html>
<html lang="en"><head><link rel="icon" href="data:,"><title>frame</title></head><body>
<iframe style="border: 0; width: {width}px; height: 800px" srcdoc="{page}"
 onload="const shown = this.contentDocument.documentElement;
 document.body.dataset.widths = shown.scrollWidth + ' ' + shown.clientWidth"></iframe>
</body></html>
"""


@dataclass(frozen=True)
class Seen:
    """The result of loading a page.

    ``console`` are the lines of the console, ``urls`` the requested URLs, ``document`` is the final document.
    """

    console: list[str]
    urls: list[str]
    document: str


def find() -> str | None:
    """Return the path of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def see(text: str, folder: Path) -> Seen:
    """Load a page in a browser and end the browser. ``folder`` must be empty; it holds the profile."""
    browser = find()
    assert browser is not None
    page, log = folder / "page.html", folder / "net.json"
    page.write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory() as short, subprocess.Popen(  # the path of a socket has at most 107 bytes
            [browser, *OPTIONS, f"--user-data-dir={folder}/profile", f"--log-net-log={log}", page.as_uri()],
            env={**os.environ, "HOME": str(folder), "TMPDIR": short}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            document, messages = process.communicate(timeout=PATIENCE)
        finally:
            end(process.pid)
    assert process.returncode == 0, messages
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return Seen([line for line in messages.splitlines() if ":CONSOLE" in line],
                sorted({request["url"] for request in asked if request["initiator"] != OF_THE_BROWSER}), document)


def widths(text: str, folder: Path, width: int) -> tuple[int, int]:
    """Return the width of a page in a window of ``width`` pixels, and the available width, in pixels."""
    seen = see(FRAME.format(width=width, page=html.escape(text)), folder)
    match = re.search(r'data-widths="(\d+) (\d+)"', seen.document)
    assert match is not None
    return int(match.group(1)), int(match.group(2))


def end(session: int) -> None:
    """End all processes of the browser's session, and wait until they no longer exist."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(session, signal.SIGKILL)
        left = [pid for pid in _session(session) if pid != session]
        if not left:
            return
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def _session(session: int) -> list[int]:
    """Return the pids of a session, without zombies."""
    pids = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, of_session = path.read_text().rpartition(")")[2].split()[:4]
            if int(of_session) == session and state != "Z":
                pids.append(int(path.parent.name))
    return pids
