# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as object paths, and D-Bus errors as exceptions."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors, names
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError

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
    ("٣", "_d9_a3"),  # a digit, but not in ASCII
]


@pytest.mark.parametrize(("name", "element"), ELEMENTS)
def test_a_name_becomes_one_path_element_and_back(name: str, element: str) -> None:
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
    assert names.display_name("web") == "web"
    assert names.display_name("tty", "tty1") == "tty (tty1)"


PREFIX = "com.ubuntu.Upstart0_6.Error."
DBUS = "org.freedesktop.DBus.Error."
CLASSES = [
    (PREFIX + "UnknownJob", errors.UnknownJobError),
    (PREFIX + "UnknownInstance", errors.UnknownInstanceError),
    (PREFIX + "UnknownJobInstance", errors.UnknownInstanceError),
    (PREFIX + "AlreadyStarted", errors.AlreadyStartedError),
    (PREFIX + "AlreadyStopped", errors.AlreadyStoppedError),
    (PREFIX + "JobFailed", errors.JobFailedError),
    (PREFIX + "EventFailed", errors.EventFailedError),
    (PREFIX + "NotRunning", errors.NotRunningError),
    (PREFIX + "PermissionDenied", errors.PermissionDeniedError),
    (PREFIX + "CGroupManagerNotAvailable", errors.CGroupManagerMissingError),
    (PREFIX + "SomethingNew", errors.DaemonError),
    (DBUS + "AccessDenied", errors.PermissionDeniedError),
    (DBUS + "InvalidArgs", errors.InvalidArgumentsError),
    (DBUS + "UnknownMethod", errors.NotFoundError),
    (DBUS + "UnknownObject", errors.NotFoundError),
    (DBUS + "UnknownInterface", errors.NotFoundError),
    (DBUS + "UnknownProperty", errors.NotFoundError),
    (DBUS + "Timeout", errors.NoReplyError),
    (DBUS + "TimedOut", errors.NoReplyError),
    (DBUS + "NoReply", errors.ConnectionLostError),
    (DBUS + "Disconnected", errors.ConnectionLostError),
    (DBUS + "NoServer", errors.UnreachableError),
    (DBUS + "ServiceUnknown", errors.UnreachableError),
    (DBUS + "NameHasNoOwner", errors.UnreachableError),
]


@pytest.mark.parametrize(("name", "kind"), CLASSES)
def test_each_error_has_its_class(name: str, kind: type[UpstartError], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors.os, "geteuid", lambda: 0)
    error = errors.from_reply(name, "Unknown instance: \n", "Start")
    assert error.__class__ is kind
    assert error.message == "Unknown instance:"
    assert error.facts == {"error": name, "method": "Start"}


def test_an_error_without_words_shows_its_name() -> None:
    assert errors.from_reply(PREFIX + "JobFailed", "", "Start").message == PREFIX + "JobFailed"


def test_a_timeout_of_the_bus_is_not_a_lost_daemon() -> None:
    text = "Message did not receive a reply (timeout by message bus)"
    assert isinstance(errors.from_reply(DBUS + "NoReply", text, "Start"), errors.NoReplyError)


DENIED = [
    (DBUS + "AccessDenied", 'Rejected send message, 2 matched rules; type="method_call"',
     "User 1000 may not call Start: the policy of the message bus allows other users only to read. "
     "Run the task as root (become: true)."),
    (PREFIX + "PermissionDenied", "You do not have permission to emit an event",
     "User 1000 may not call Start: You do not have permission to emit an event. "
     "Run the task as root (become: true)."),
    (DBUS + "AccessDenied", "The version property is read-only", "The version property is read-only"),
]


@pytest.mark.parametrize(("name", "text", "sentence"), DENIED)
def test_a_denied_call_says_to_become_root(name: str, text: str, sentence: str,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors.os, "geteuid", lambda: 1000)
    error = errors.from_reply(name, text, "Start")
    assert isinstance(error, errors.PermissionDeniedError)
    assert error.message == sentence
    assert error.facts == {"error": name, "method": "Start", "text": text}
    monkeypatch.setattr(errors.os, "geteuid", lambda: 0)
    assert errors.from_reply(name, text, "Start").message == text
