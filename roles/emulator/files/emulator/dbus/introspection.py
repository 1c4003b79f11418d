# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answer Introspect and the Peer interface."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .dispatch import Arguments, Call, Interface, Method
from .paths import INTROSPECTABLE, PEER, PROPERTIES

_DOCTYPE = (
    '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"\n'
    '"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n'
)
_STANDARD = (
    Interface(PROPERTIES, {
        "Get": Method(str, (("interface_name", "s"), ("property_name", "s")), (("value", "v"),)),
        "Set": Method(str, (("interface_name", "s"), ("property_name", "s"), ("value", "v"))),
        "GetAll": Method(str, (("interface_name", "s"),), (("props", "a{sv}"),)),
    }),
    Interface(INTROSPECTABLE, {"Introspect": Method(str, (), (("data", "s"),))}),
)


def _arguments(arguments: Arguments, direction: str) -> list[str]:
    attribute = ' direction="%s"' % direction if direction else ""
    return ['      <arg name="%s" type="%s"%s/>' % (name, kind, attribute) for name, kind in arguments]


def _interface(interface: Interface) -> list[str]:
    lines = ['  <interface name="%s">' % interface.name]
    for name, method in interface.methods.items():
        inner = _arguments(method.takes, "in") + _arguments(method.gives, "out")
        lines += ['    <method name="%s">' % name] + inner + ["    </method>"]
    for name, arguments in interface.signals.items():
        lines += ['    <signal name="%s">' % name] + _arguments(arguments, "") + ["    </signal>"]
    for name, prop in interface.properties.items():
        access = "readwrite" if prop.write else "read"
        lines.append('    <property name="%s" type="%s" access="%s"/>' % (name, prop.signature, access))
    return lines + ["  </interface>"]


def _nodes(names: Iterable[str]) -> list[str]:
    return ['  <node name="%s"/>' % escape(name) for name in sorted(names)]


def describe(path: str, interface: Interface, children: Iterable[str]) -> str:
    """Return the introspection data of an object and the names of its children."""
    lines = ['<node name="%s">' % escape(path)]
    for described_interface in (interface,) + _STANDARD:
        lines += _interface(described_interface)
    lines += _nodes(children)
    return _DOCTYPE + "\n".join(lines + ["</node>"]) + "\n"


def answer_node(call: Call, children: Iterable[str]) -> None:
    """Answer Introspect on a path that is no object but has objects below it."""
    lines = ["<node>"] + _nodes(children) + ["</node>"]
    call.reply("s", (_DOCTYPE + "\n".join(lines) + "\n",))


def answer_peer(call: Call) -> None:
    """Answer the Peer interface, which every path has."""
    if call.member == "Ping":
        call.reply("", ())
    elif call.member == "GetMachineId":
        call.reply("s", (_machine_id(),))
    else:
        name = "org.freedesktop.DBus.Error.UnknownMethod"
        call.fail(name, "Unknown method invoked on %s interface" % PEER)


def _machine_id() -> str:
    for path in ("/var/lib/dbus/machine-id", "/etc/machine-id"):
        try:
            with open(path) as stream:
                return stream.read().strip()
        except OSError:
            continue
    return "0" * 32
