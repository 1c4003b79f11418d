# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page does in Chromium or Chrome, where there is one; without a window, and without leave to reach anybody."""

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
OF_THE_BROWSER = "not an origin"  # who asks for a URL that no page wants
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
    """What came of a page.

    ``console`` are lines, ``urls`` what the page asked others for, ``document`` is how it ended up.
    """

    console: list[str]
    urls: list[str]
    document: str


def find() -> str | None:
    """Return the path of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def see(text: str, folder: Path) -> Seen:
    """Load a page in a browser whose profile is in ``folder``, which must be empty, and have it end."""
    browser = find()
    assert browser is not None
    page, log = folder / "page.html", folder / "net.json"
    page.write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory() as short, subprocess.Popen(  # the path of a socket has but 107 bytes
            [browser, *OPTIONS, f"--user-data-dir={folder}/profile", f"--log-net-log={log}", page.as_uri()],
            env={**os.environ, "HOME": str(folder), "TMPDIR": short}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            document, said = process.communicate(timeout=PATIENCE)
        finally:
            _end(process.pid)
    assert process.returncode == 0, said
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return Seen([line for line in said.splitlines() if ":CONSOLE" in line],
                sorted({one["url"] for one in asked if one["initiator"] != OF_THE_BROWSER}), document)


def widths(text: str, folder: Path, width: int) -> tuple[int, int]:
    """Return how many pixels a page takes in a window of ``width`` pixels, and how many it has there."""
    seen = see(FRAME.format(width=width, page=html.escape(text)), folder)
    found = re.search(r'data-widths="(\d+) (\d+)"', seen.document)
    assert found is not None
    return int(found.group(1)), int(found.group(2))


def _end(session: int) -> None:
    """End all processes of the browser's session, and see them gone."""
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
    """Return the processes of a session, those without zombies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, _group, of_session = path.read_text().rpartition(")")[2].split()[:4]
            if int(of_session) == session and state != "Z":
                found.append(int(path.parent.name))
    return found
