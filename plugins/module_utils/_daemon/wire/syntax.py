# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, names and texts of the D-Bus protocol: what is valid."""

from __future__ import absolute_import, division, print_function

import re

from ..._text import WELL_FORMED
from ..errors import ProtocolError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Optional, Tuple  # noqa: F401

    Type = Tuple[str, Tuple[Any, ...]]  # a type code, and the types inside: ("a", (("s", ()),)) is an array of strings

__metaclass__ = type

text_type = type(u"")

BASIC = "ybnqiuxtdsog"  # all but h, a file descriptor, which is refused
ALIGNMENT = {"y": 1, "b": 4, "n": 2, "q": 2, "i": 4, "u": 4, "x": 8, "t": 8, "d": 8, "s": 4, "o": 4, "g": 1, "a": 4,
             "v": 1, "(": 8, "{": 8}
MAX_SIGNATURE = 255
MAX_NESTING = 32  # of arrays, and of structures
MAX_DEPTH = 64  # of all containers, variants included
MAX_ARRAY = 1 << 26
MAX_MESSAGE = 1 << 27
MAX_NAME = 255

# Most tasks meet only paths. The module re compiles and remembers the others when they are needed.
PATH = r"/([A-Za-z0-9_]+(/[A-Za-z0-9_]+)*)?\Z"
MEMBER = r"[A-Za-z_][A-Za-z0-9_]*\Z"
INTERFACE = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+\Z"
# As libdbus, it takes a unique name without a period.
BUS_NAME = r"(:[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*|[A-Za-z_-][A-Za-z0-9_-]*(\.[A-Za-z_-][A-Za-z0-9_-]*)+)\Z"


def types_of(signature):
    # type: (str) -> Tuple[Type, ...]
    """Return the types in a signature; raise ProtocolError if it is invalid."""
    if len(signature) > MAX_SIGNATURE:
        raise ProtocolError("a signature of %d characters" % len(signature))
    types = []
    pos = 0
    while pos < len(signature):
        one_type, pos = _next_type(signature, pos, 0, 0)
        types.append(one_type)
    return tuple(types)


def _next_type(signature, pos, arrays, structures):
    # type: (str, int, int, int) -> Tuple[Type, int]
    """Return the complete type at ``pos``, and the position after it.

    :param arrays: int, the number of arrays around it; ``structures`` likewise.
    """
    code = signature[pos:pos + 1]
    if code and (code in BASIC or code == "v"):
        return (code, ()), pos + 1
    if code == "a" and arrays == MAX_NESTING or code == "(" and structures == MAX_NESTING:
        raise ProtocolError("a signature with too many types inside each other: %s" % signature)
    if code == "a" and signature[pos + 1:pos + 2] == "{":
        key, pos = _next_type(signature, pos + 2, arrays + 1, structures + 1)
        value, pos = _next_type(signature, pos, arrays + 1, structures + 1)
        if key[0] in BASIC and signature[pos:pos + 1] == "}":
            return ("a", (("{", (key, value)),)), pos + 1
    elif code == "a":
        item, pos = _next_type(signature, pos + 1, arrays + 1, structures)
        return ("a", (item,)), pos
    elif code == "(":
        members = []
        pos += 1
        while signature[pos:pos + 1] != ")":
            member, pos = _next_type(signature, pos, arrays, structures + 1)
            members.append(member)
        if members:
            return ("(", tuple(members)), pos + 1
    raise ProtocolError("an invalid signature: %r" % signature)


def decode_text(raw):
    # type: (bytes) -> str
    """Return the text of a string's bytes; raise ProtocolError if it is not UTF-8 or contains NUL."""
    if b"\0" in raw:
        raise ProtocolError("a string that contains NUL")
    try:
        text = raw.decode("utf-8")  # type: Optional[str]
    except UnicodeDecodeError:
        text = None
    if text is None or (str is not text_type and WELL_FORMED.sub(b"", raw)):  # Python 2 decodes surrogates
        raise ProtocolError("a string that is not UTF-8")
    return text


def check_path(text):
    # type: (str) -> None
    if not re.match(PATH, text):
        raise ProtocolError("an invalid object path: %r" % text)


def check_signature(text):
    # type: (str) -> None
    types_of(text)


def check_member(text):
    # type: (str) -> None
    if not re.match(MEMBER, text) or len(text) > MAX_NAME:
        raise ProtocolError("an invalid name of a method or signal: %r" % text)


def check_interface(text):
    # type: (str) -> None
    if not re.match(INTERFACE, text) or len(text) > MAX_NAME:
        raise ProtocolError("an invalid name of an interface or error: %r" % text)


def check_bus_name(text):
    # type: (str) -> None
    if not re.match(BUS_NAME, text) or len(text) > MAX_NAME:
        raise ProtocolError("an invalid name of a connection: %r" % text)
