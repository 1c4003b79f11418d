# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control a headless browser over the pipes of its DevTools protocol: open pages, resize them, run code in them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.sysinit.upstart.tests.unit.support import browser

PATIENCE = 300.0
CHUNK = 1 << 20
# The browser reads commands from descriptor 3 and writes to descriptor 4; each message ends with a zero byte.
START = """import fcntl, os, sys
reading, writing = [fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3]]
os.dup2(reading, 3)
os.dup2(writing, 4)
os.closerange(5, max(reading, writing) + 1)
os.execv(sys.argv[3], sys.argv[3:])
"""
NO_TRANSITIONS = "*, ::before, ::after {transition: none !important; animation: none !important}"


class BrowserError(Exception):
    """The browser refused a command, did not answer, or a page's code failed."""


@dataclass
class Page:
    """A page in a running browser. ``console`` has all messages and exceptions since the last ``open``."""

    commands: int
    answers: int
    session: str = ""
    console: list[str] = field(default_factory=list)
    _last_id: int = 0
    _unread: bytes = b""
    _messages: deque[dict[str, Any]] = field(default_factory=deque)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command; return its result."""
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        answer = self._next("id", self._last_id)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, address: str) -> None:
        """Load a page, and wait until all its files are loaded."""
        self.console.clear()
        self._messages.clear()
        error = self.call("Page.navigate", url=address).get("errorText")
        if error:
            raise BrowserError(f"{address}: {error}")
        self._next("method", "Page.loadEventFired")
        self.run(f"document.head.appendChild(document.createElement('style')).textContent = '{NO_TRANSITIONS}'")

    def resize(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme: str) -> None:
        """Set what the page reads in prefers-color-scheme: light or dark."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def run(self, code: str) -> Any:
        """Return the value of an expression in the page; of a promise, its result."""
        answer = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"].get("exception", answer["exceptionDetails"])))
        return answer["result"].get("value")

    def _next(self, key: str, value: Any) -> dict[str, Any]:
        """Return the next message with this value, and note what the page writes to its console."""
        deadline = time.monotonic() + PATIENCE
        for message in list(self._messages):
            if message.get(key) == value:
                self._messages.remove(message)
                return message
        while True:
            message = self._read(deadline)
            text = console_text(message)
            if text:
                self.console.append(text)
            if message.get(key) == value:
                return message
            self._messages.append(message)

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _writable, _broken = select.select([self.answers], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self.answers, CHUNK) if ready else b""
            if not data:
                raise BrowserError("the browser ended" if ready else f"no answer in {PATIENCE:.0f} seconds")
            self._unread += data
        line, _zero, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


def console_text(message: dict[str, Any]) -> str:
    """Return what a message of the browser says of the console, or an empty string."""
    parameters = message.get("params", {})
    if message.get("method") == "Runtime.consoleAPICalled":
        return " ".join(str(argument.get("value", argument.get("description"))) for argument in parameters["args"])
    if message.get("method") == "Runtime.exceptionThrown":
        details = parameters["exceptionDetails"]
        return str(details.get("exception", {}).get("description", details["text"]))
    if message.get("method") == "Log.entryAdded":
        return f"{parameters['entry']['text']} ({parameters['entry'].get('url', 'no address')})"
    return ""


@contextlib.contextmanager
def started() -> Iterator[Page]:
    """Start the browser with an empty page; end it afterwards."""
    program = browser.find()
    if program is None:
        raise BrowserError("there is no Chromium or Chrome on the PATH")
    reading, commands = os.pipe()
    answers, writing = os.pipe()
    options = [option for option in browser.OPTIONS if option != "--dump-dom"]
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(reading), str(writing), program, *options, "--remote-debugging-pipe",
             f"--user-data-dir={home}/profile", "about:blank"],
            env={**os.environ, "HOME": home, "TMPDIR": home}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, pass_fds=(reading, writing), start_new_session=True)
        os.close(reading)
        os.close(writing)
        try:
            page = Page(commands, answers)
            target = page.call("Target.createTarget", url="about:blank")["targetId"]
            page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                page.call(f"{domain}.enable")
            yield page
        finally:
            browser.end(process.pid)
            process.wait()
            os.close(commands)
            os.close(answers)
