# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that runs under a Python without dbus-python goes on under another one, or says where it looked."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from ansible.module_utils import ansible_release
from ansible.module_utils.common import respawn
from ansible_collections.sysinit.upstart.plugins.module_utils import _module
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import LibraryMissingError


class Pythons:
    """The other Pythons of a host; ``has_it`` is the one with the library."""

    def __init__(self) -> None:
        self.has_it: str | None = None
        self.respawned = False
        self.asked: list[list[str]] = []
        self.started: list[str] = []

    def probe(self, candidates: list[str], library: str) -> str | None:
        assert library == "dbus.mainloop.glib"
        self.asked.append(list(candidates))
        return self.has_it


@pytest.fixture
def pythons(monkeypatch: pytest.MonkeyPatch) -> Pythons:
    pythons = Pythons()
    monkeypatch.setitem(sys.modules, "dbus", None)
    monkeypatch.setattr(respawn, "has_respawned", lambda: pythons.respawned)
    monkeypatch.setattr(respawn, "probe_interpreters_for_module", pythons.probe)
    monkeypatch.setattr(respawn, "respawn_module", pythons.started.append)
    return pythons


def test_respawn_with_another_python(pythons: Pythons) -> None:
    pythons.has_it = "/usr/libexec/platform-python"
    _module.find_library()
    assert pythons.started == ["/usr/libexec/platform-python"]


def test_no_python_has_it(pythons: Pythons) -> None:
    with pytest.raises(LibraryMissingError) as caught:
        _module.find_library()
    assert pythons.started == []
    assert caught.value.message.startswith(f"{sys.executable} has no dbus-python. Install it (Debian and Ubuntu: ")
    assert caught.value.message.endswith(
        " Other Pythons tried: %s." % ", ".join(pythons.asked[0]))
    assert caught.value.facts["library"] == "dbus"
    assert "ImportError" in caught.value.facts["traceback"] or "ModuleNotFound" in caught.value.facts["traceback"]


def test_a_respawned_module_does_not_respawn_again(pythons: Pythons) -> None:
    pythons.respawned, pythons.has_it = True, "/usr/bin/python3"
    with pytest.raises(LibraryMissingError):
        _module.find_library()
    assert (pythons.asked, pythons.started) == ([], [])


@pytest.mark.parametrize(("core", "major", "expected"), [
    ("2.16.14", 3, [*_module.PYTHON_3, *_module.PYTHON_2]),
    ("2.16.14", 2, [*_module.PYTHON_2, *_module.PYTHON_3]),
    ("2.17.0", 3, list(_module.PYTHON_3)),
])
def test_candidates(pythons: Pythons, monkeypatch: pytest.MonkeyPatch, core: str, major: int,
                    expected: list[str]) -> None:
    """The modules of ansible-core 2.16 are the last that run on Python 2; a module that runs there prefers Python 2."""
    version: Any = (major, 7)
    monkeypatch.setattr(ansible_release, "__version__", core)
    monkeypatch.setattr(sys, "version_info", version)
    pythons.has_it = "/usr/bin/python"
    with monkeypatch.context() as patch:
        patch.setattr(_module.library, "load", lambda: (item for item in ()).throw(LibraryMissingError("none")))
        _module.find_library()
    monkeypatch.undo()
    assert pythons.asked == [expected]


class Ended(Exception):
    """The module has ended, with this message."""


class Module:
    no_log = False

    def __init__(self, **params: float) -> None:
        self.params = {"timeout": 60.0, **params}

    def fail_json(self, msg: str) -> None:
        raise Ended(msg)


@pytest.mark.parametrize(("params", "message"), [
    ({"timeout": 0.0}, "timeout is 0, but it must be more than 0 seconds."),
    ({"timeout": float("nan")}, "timeout is nan, but it must be more than 0 seconds."),
    ({"stable_for": -1.0}, "stable_for is -1, but it must be 0 seconds or more."),
    ({"stable_for": float("nan")}, "stable_for is nan, but it must be 0 seconds or more."),
])
def test_invalid_times(params: dict[str, float], message: str) -> None:
    with pytest.raises(Ended) as caught:
        _module.run(Module(**params), lambda module: pytest.fail("acted"))
    assert str(caught.value) == message
