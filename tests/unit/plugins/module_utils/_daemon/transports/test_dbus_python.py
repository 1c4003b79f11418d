# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dbus-python and GLib that are missing or do not work, and the interruption of blocking calls."""

from __future__ import annotations

import ctypes.util
import signal
import sys
import threading
import time
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import TransportMissingError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import dbus_python


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dbus.lowlevel", None)
    with pytest.raises(TransportMissingError, match="has no dbus-python that works") as caught:
        dbus_python.DbusPythonTransport()
    assert caught.value.facts["library"] == "dbus"
    assert "ImportError" in caught.value.facts["traceback"] or "ModuleNotFound" in caught.value.facts["traceback"]


@pytest.mark.parametrize(("known_as", "opened"), [("libglib-2.0.so.7", "libglib-2.0.so.7"), (None, "libglib-2.0.so")])
def test_glib_under_another_name(monkeypatch: pytest.MonkeyPatch, known_as: str | None, opened: str) -> None:
    def load(name: str) -> Any:
        if name == "libglib-2.0.so.0":
            raise OSError("no such file")
        return name

    monkeypatch.setattr(dbus_python.ctypes, "CDLL", load)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: known_as if name == "glib-2.0" else "another")
    assert dbus_python.load_glib() == opened


def test_an_interruption_leaves_nothing_behind() -> None:
    alarms: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: alarms.append(number))
    try:
        handler = signal.getsignal(signal.SIGALRM)
        with dbus_python.interrupted_after(0.05):
            assert signal.getitimer(signal.ITIMER_REAL)[1] == dbus_python.ALARM_INTERVAL
            time.sleep(0.2)
        assert signal.getsignal(signal.SIGALRM) is handler
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert alarms == []
    finally:
        signal.signal(signal.SIGALRM, before)


def test_only_the_main_thread_may_be_interrupted() -> None:
    same_handler: list[object] = []

    def work() -> None:
        before = signal.getsignal(signal.SIGALRM)
        with dbus_python.interrupted_after(5):
            same_handler.append(signal.getsignal(signal.SIGALRM) is before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert same_handler == [True]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
