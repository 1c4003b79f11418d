# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which transport is used: dbus-python if it works, or the one that a variable names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import TransportMissingError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice, dbus_python
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports.dbus_python import DbusPythonTransport
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports.wire import WireTransport

TOOLS = Path(__file__).resolve().parents[5] / "tools"
WITH_LIBRARY = [
    ({}, DbusPythonTransport),
    ({choice.VARIABLE: ""}, DbusPythonTransport),
    ({choice.VARIABLE: "dbus_python"}, DbusPythonTransport),
    ({choice.VARIABLE: "wire"}, WireTransport),
]


@pytest.mark.parametrize(("environ", "kind"), WITH_LIBRARY)
def test_with_dbus_python(environ: dict[str, str], kind: type) -> None:
    assert isinstance(choice.new_transport(environ), kind)


@pytest.mark.parametrize("environ", [{}, {choice.VARIABLE: ""}, {choice.VARIABLE: "wire"}])
def test_without_dbus_python(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dbus", None)
    assert isinstance(choice.new_transport(environ), WireTransport)


def test_without_glib(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_name: str) -> object:
        raise OSError("no such file")

    monkeypatch.setattr(dbus_python.ctypes, "CDLL", load)
    assert isinstance(choice.new_transport({}), WireTransport)
    with pytest.raises(TransportMissingError, match="no GLib"):
        choice.new_transport({choice.VARIABLE: "dbus_python"})


def test_a_transport_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dbus", None)
    with pytest.raises(TransportMissingError, match="has no dbus-python that works"):
        choice.new_transport({choice.VARIABLE: "dbus_python"})


def test_an_unknown_transport() -> None:
    with pytest.raises(TransportMissingError) as caught:
        choice.new_transport({choice.VARIABLE: "glib"})
    assert caught.value.message == "SYSINIT_UPSTART_TRANSPORT is glib, but it must be wire or dbus_python."


CHOOSE = """\
import sys
sys.path[:0] = sys.argv[1:]
__import__("checkout").mount()
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports.choice import new_transport
print(type(new_transport({})).__name__)
"""


@pytest.mark.parametrize(("source", "name"), [
    ("raise AttributeError(\"'str' object has no attribute 'decode'\")", "WireTransport"),
    ("print 'for Python 2'", "WireTransport"),
    ("import _no_such_binding", "WireTransport"),
    ("__path__ = []", "WireTransport"),  # imports, but has none of its parts
])
def test_a_library_for_another_python(source: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "dbus.py").write_text(source + "\n")
    run = subprocess.run([sys.executable, "-c", CHOOSE, str(tmp_path), str(TOOLS)], capture_output=True, text=True,
                         check=False)
    assert (run.stdout, run.stderr) == (name + "\n", "")
