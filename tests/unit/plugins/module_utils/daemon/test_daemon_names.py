# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as object paths, and what D-Bus errors become."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon import errors, names
from ansible_collections.sysinit.upstart.plugins.module_utils.errors import UpstartError

ELEMENTS = [
    ("", "_"),
    ("web", "web"),
    ("Web9", "Web9"),
    ("my-job", "my_2djob"),
    ("a_b", "a_5fb"),
    ("_", "_5f"),
    ("net/foo", "net_2ffoo"),
    ("a.b", "a_2eb"),
    ("tty 1", "tty_201"),
    ("x@y+z", "x_40y_2bz"),
    ("_2d", "_5f2d"),
    ("é", "_c3_a9"),
    ("٣", "_d9_a3"),  # a digit, but not of ASCII
]


@pytest.mark.parametrize(("name", "element"), ELEMENTS)
def test_a_name_is_one_path_element_and_back(name: str, element: str) -> None:
    assert names.escape(name) == element
    assert names.unescape(element) == name


def test_paths() -> None:
    assert names.job_path("net/foo") == "/com/ubuntu/Upstart/jobs/net_2ffoo"
    assert names.instance_path("tty", "tty1") == "/com/ubuntu/Upstart/jobs/tty/tty1"
    assert names.instance_path("web") == "/com/ubuntu/Upstart/jobs/web/_"
    assert names.job_name(names.instance_path("a-b", "c")) == "a-b"
    assert names.job_name(names.job_path("a-b")) == "a-b"
    assert names.instance_name(names.instance_path("a-b", "c d")) == "c d"
    assert names.instance_name(names.instance_path("a-b")) == ""


def test_labels() -> None:
    assert names.label("web") == "web"
    assert names.label("tty", "tty1") == "tty (tty1)"


PREFIX = "com.ubuntu.Upstart0_6.Error."
DBUS = "org.freedesktop.DBus.Error."
CLASSES = [
    (PREFIX + "UnknownJob", errors.UnknownJob),
    (PREFIX + "UnknownInstance", errors.UnknownInstance),
    (PREFIX + "UnknownJobInstance", errors.UnknownInstance),
    (PREFIX + "AlreadyStarted", errors.AlreadyStarted),
    (PREFIX + "AlreadyStopped", errors.AlreadyStopped),
    (PREFIX + "JobFailed", errors.JobFailed),
    (PREFIX + "EventFailed", errors.EventFailed),
    (PREFIX + "NotRunning", errors.NotRunning),
    (PREFIX + "PermissionDenied", errors.PermissionDenied),
    (PREFIX + "SomethingNew", errors.DaemonError),
    (DBUS + "AccessDenied", errors.PermissionDenied),
    (DBUS + "InvalidArgs", errors.InvalidArguments),
    (DBUS + "UnknownMethod", errors.Absent),
    (DBUS + "UnknownObject", errors.Absent),
    (DBUS + "NoReply", errors.NoAnswer),
    (DBUS + "Disconnected", errors.Lost),
    (DBUS + "ServiceUnknown", errors.Unreachable),
]


@pytest.mark.parametrize(("name", "kind"), CLASSES)
def test_each_error_has_its_class(name: str, kind: type[UpstartError]) -> None:
    error = errors.from_reply(name, "Unknown instance: \n", "Start")
    assert error.__class__ is kind
    assert error.message == "Unknown instance:"
    assert error.facts == {"error": name, "method": "Start"}


def test_an_error_without_words_shows_its_name() -> None:
    assert errors.from_reply(PREFIX + "JobFailed", "", "Start").message == PREFIX + "JobFailed"
