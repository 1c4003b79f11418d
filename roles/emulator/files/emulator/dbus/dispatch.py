# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of D-Bus interfaces, and the dispatch of calls to the functions that answer them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Protocol

from jeepney import DBusAddress, HeaderFields, Message, MessageFlag, new_error, new_method_return, new_signal

from .paths import ERROR, INTROSPECTABLE, PROPERTIES

STANDARD_ERROR = "org.freedesktop.DBus.Error."
INVALID_ARGS = STANDARD_ERROR + "InvalidArgs"


class Sender(Protocol):
    """Sends replies: a client of the private socket, or a bus."""

    closed: bool

    def send(self, message: Message) -> None: ...


class CallError(Exception):
    """Answers a call with a D-Bus error; a ``name`` without dots is one of Upstart's own."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name if "." in name else ERROR + name
        self.text = text


class Deferred:
    """Returned by a method that replies later."""


DEFERRED = Deferred()


class Call:
    """A method call of a client; it gets exactly one reply or error."""

    def __init__(self, connection: Sender, message: Message) -> None:
        fields = message.header.fields
        self.connection = connection
        self.message = message
        self.path: str = fields.get(HeaderFields.path, "")
        self.interface: str | None = fields.get(HeaderFields.interface)
        self.member: str = fields.get(HeaderFields.member, "")
        self.signature: str = fields.get(HeaderFields.signature, "")
        self.body: tuple[Any, ...] = tuple(message.body)
        self.wanted = not message.header.flags & MessageFlag.no_reply_expected

    def reply(self, signature: str, body: tuple[Any, ...]) -> None:
        if self.wanted:
            self.connection.send(new_method_return(self.message, signature or None, body))

    def fail(self, name: str, text: str) -> None:
        if self.wanted:
            self.connection.send(new_error(self.message, name, "s", (text,)))

    def unknown(self) -> None:
        """Answer as libdbus does when no object handles a call."""
        interface = self.interface if self.interface is not None else "(null)"
        text = 'Method "%s" with signature "%s" on interface "%s" doesn\'t exist\n'
        self.fail(STANDARD_ERROR + "UnknownMethod", text % (self.member, self.signature, interface))


@dataclass(frozen=True)
class Pending:
    """A call that is answered when its job or event has settled."""

    call: Call
    error: str
    text: str
    signature: str = ""
    body: tuple[Any, ...] = ()

    def finish(self, failed: bool) -> None:
        if failed:
            self.call.fail(ERROR + self.error, self.text)
        else:
            self.call.reply(self.signature, self.body)


Arguments = tuple[tuple[str, str], ...]  # pairs of name and signature


@dataclass(frozen=True)
class Method:
    """A method; ``answer(target, call, *arguments)`` returns the body of the reply, or DEFERRED."""

    answer: Callable[..., Any]
    takes: Arguments = ()
    gives: Arguments = ()

    @property
    def signature(self) -> str:
        return "".join(kind for _name, kind in self.takes)

    @property
    def reply_signature(self) -> str:
        return "".join(kind for _name, kind in self.gives)


@dataclass(frozen=True)
class Property:
    """A property; without ``write`` it is read-only."""

    signature: str
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], None] | None = None


@dataclass(frozen=True)
class Interface:
    """A D-Bus interface of a kind of object."""

    name: str
    methods: Mapping[str, Method] = field(default_factory=dict)
    signals: Mapping[str, Arguments] = field(default_factory=dict)
    properties: Mapping[str, Property] = field(default_factory=dict)


def signal(path: str, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = ()) -> Message:
    """Build a signal message."""
    emitter = DBusAddress(path, interface=interface)
    return new_signal(emitter, member, signature or None, body)


def answer(interface: Interface, target: Any, call: Call, children: Callable[[], Iterable[str]]) -> None:
    """Answer a call on an existing object; ``children`` returns the names of the objects below it."""
    if call.interface in (None, interface.name) and call.member in interface.methods:
        method = interface.methods[call.member]
        if call.signature != method.signature:
            call.fail(INVALID_ARGS, "Invalid arguments to %s method" % call.member)
            return
        try:
            body = method.answer(target, call, *call.body)
        except CallError as error:
            call.fail(error.name, error.text)
            return
        if body is not DEFERRED:
            call.reply(method.reply_signature, body or ())
    elif call.interface in (None, PROPERTIES) and call.member in _PROPERTY_METHODS:
        _answer_property(interface, target, call)
    elif call.interface in (None, INTROSPECTABLE) and call.member == "Introspect":
        from .introspection import describe

        call.reply("s", (describe(call.path, interface, children()),))
    else:
        call.unknown()


def _get(interface: Interface, target: Any, call: Call) -> None:
    wanted, name = call.body
    if wanted not in ("", interface.name) or name not in interface.properties:
        call.unknown()
        return
    prop = interface.properties[name]
    call.reply("v", ((prop.signature, prop.read(target)),))


def _get_all(interface: Interface, target: Any, call: Call) -> None:
    values: dict[str, tuple[str, Any]] = {}
    if call.body[0] in ("", interface.name):
        values = {name: (prop.signature, prop.read(target)) for name, prop in interface.properties.items()}
    call.reply("a{sv}", (values,))


def _set(interface: Interface, target: Any, call: Call) -> None:
    wanted, name, (signature, value) = call.body
    if wanted not in ("", interface.name) or name not in interface.properties:
        call.unknown()
        return
    prop = interface.properties[name]
    if prop.write is None:
        call.fail(STANDARD_ERROR + "AccessDenied", "The %s property is read-only" % name)
    elif signature != prop.signature:
        call.fail(INVALID_ARGS, "Invalid arguments to %s property" % name)
    else:
        try:
            prop.write(target, value)
        except CallError as error:
            call.fail(error.name, error.text)
            return
        call.reply("", ())


_PROPERTY_METHODS: dict[str, tuple[str, Callable[[Interface, Any, Call], None]]] = {
    "Get": ("ss", _get), "GetAll": ("s", _get_all), "Set": ("ssv", _set),
}


def _answer_property(interface: Interface, target: Any, call: Call) -> None:
    signature, function = _PROPERTY_METHODS[call.member]
    if call.signature != signature:
        call.fail(INVALID_ARGS, "Invalid arguments to %s method" % call.member)
    else:
        function(interface, target, call)
