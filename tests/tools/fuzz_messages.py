# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutate D-Bus messages and check that reading them gives messages or raises ProtocolError.

The bytes arrive in random pieces. No stream may take longer than one second, and every stream must be read to its end.
With --libdbus, libdbus must accept and reject the same messages, apart from file descriptors, which the collection
refuses. Exit status 1 at the first violation.
"""

from __future__ import annotations

import argparse
import ctypes
import pathlib
import random
import struct
import sys
import time
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ProtocolError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import framing
from jeepney.low_level import Endianness, HeaderFields, Message
from jeepney.wrappers import DBusAddress, new_error, new_method_call, new_method_return, new_signal

MAX_SECONDS = 1.0
MAX_LIBDBUS = 1 << 20  # bytes; libdbus allocates what a header announces
PATH = "/com/ubuntu/Upstart"
ADDRESS = DBusAddress(PATH + "/jobs/web", "com.ubuntu.Upstart", "com.ubuntu.Upstart0_6.Job")
VALUES = [
    ("", ()),
    ("s", ("init (upstart 1.13.2)",)),
    ("as", (["", "HOME=/", "A=\xe9\u20ac\U0001f600"],)),
    ("a(si)", ([("main", 4711), ("pre-start", 1)],)),
    ("a{sv}", ({"goal": ("s", "start"), "processes": ("a(si)", [("main", 7)]), "respawn": ("b", True)},)),
    ("ybnqiuxtd", (255, True, -2, 65535, -5, 2**32 - 1, -2**62, 2**63, 1.5)),
    ("ogv", (PATH, "a{s(iv)}", ("v", ("ai", [1, 2])))),
    ("aaas(y(yas))a{yv}", ([[["x"], []], []], (1, (2, ["z"])), {3: ("d", 2.0)})),
    ("ayatad", (b"abc", [1, 2**40], [])),
    ("a" * 32 + "i", ([],)),
]
# Numbers that mean something as a length, a type or a limit.
NUMBERS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 32, 33, 64, 65, 127, 128, 255, 256, 65536, 2**26, 2**26 + 1, 2**27, 2**27 + 1,
           2**31 - 1, 2**31, 2**32 - 1]
PIECES = [b"\0", b"\xff", b"a", b"v", b"(", b")", b"{", b"}", b"a{sv}", b"as", b"h", b"\x01v\0", b"\x01g\0",
          b"\xed\xa0\x80", b"/", b"//", b".", b"l\1\0\1", b"B\2\0\1", b"\x05\x01u\0", b"\x09\x01u\0"]


def seeds() -> list[bytes]:
    """Return valid messages of all kinds and both byte orders, written by jeepney."""
    messages: list[bytes] = []
    for signature, values in VALUES:
        for order in (Endianness.little, Endianness.big):
            call = new_method_call(ADDRESS, "Start", signature or None, values)
            call.header.serial, call.header.fields[HeaderFields.sender] = 7, ":1.7"
            kinds: list[Message] = [
                call, new_method_return(call, signature or None, values),
                new_error(call, "com.ubuntu.Upstart0_6.Error.JobFailed", signature or None, values),
                new_signal(ADDRESS, "StateChanged", signature or None, values)]
            for message in kinds:
                message.header.endianness = order
                messages.append(message.serialise(serial=9))
    return messages


def mutate(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Return ``data`` with one to six small changes; some insert a piece of ``other``."""
    changed = bytearray(data)
    for _change in range(chance.choice([1, 1, 1, 2, 3, 6])):
        start = chance.randint(0, len(changed))
        end = min(len(changed), start + chance.choice([0, 1, 1, 4, 8, 20]))
        number = struct.pack(chance.choice("<>") + "I", chance.choice(NUMBERS))
        how = chance.randrange(6)
        if how == 0 and changed:
            changed[start % len(changed)] ^= 1 << chance.randrange(8)
        elif how == 1:
            start -= start % 4
            changed[start:start + 4] = number
        elif how == 2:
            piece = chance.choice(PIECES)
            changed[start:start + len(piece)] = piece
        elif how == 3:
            changed[start:end] = chance.choice([b"", changed[start:end] * 2, bytes(chance.randrange(9))])
        elif how == 4:
            changed[start:end] = other[chance.randint(0, len(other)):][:chance.randint(0, 60)]
        elif changed:
            changed[start % len(changed)] = chance.randrange(256)
    return bytes(changed)


def fitted(data: bytes) -> bytes:
    """Return ``data`` with the length of its body in the header, so that the rest of a mutated message is read too."""
    order = {b"l": "<", b"B": ">"}.get(data[:1])
    if order is None or len(data) < framing.FIXED_LENGTH:
        return data
    fields: int = struct.unpack_from(order + "I", data, 12)[0]
    body = len(data) - framing.FIXED_LENGTH - fields - -fields % 8
    return data[:4] + struct.pack(order + "I", body) + data[8:] if body >= 0 else data


def read(chance: random.Random, data: bytes) -> int | None:
    """Return the number of messages in ``data``, which arrives in pieces; None if it is invalid."""
    reader = framing.MessageReader()
    count = pos = 0
    try:
        while pos < len(data):
            piece = data[pos:pos + chance.choice([1, 3, 16, 50, 1000, 100000])]
            pos += len(piece)
            reader.feed(piece)
            while reader.next_message() is not None:
                count += 1
    except ProtocolError:
        return None
    return count


def libdbus() -> Callable[[bytes], bool]:
    """Return a function that says whether libdbus accepts a message."""
    library = ctypes.CDLL("libdbus-1.so.3")
    library.dbus_message_demarshal.restype = ctypes.c_void_p
    library.dbus_message_demarshal.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.dbus_message_unref.argtypes = [ctypes.c_void_p]

    def accepts(data: bytes) -> bool:
        message = library.dbus_message_demarshal(data, len(data), None)
        if message:
            library.dbus_message_unref(message)
        return bool(message)

    return accepts


def difference(data: bytes, accepts: Callable[[bytes], bool]) -> str | None:
    """Return how libdbus differs about a single message, or None."""
    try:
        length = framing.message_length(data[:framing.FIXED_LENGTH])
        if length != len(data):
            return None
        ours, reason = True, ""
        if framing.decode(data) is None:
            return None  # of an unknown kind: skipped without a look at the rest
    except ProtocolError as error:
        ours, reason = False, error.message
    with_descriptors = "file descriptors" in reason or "invalid signature" in reason and "h" in reason.partition(":")[2]
    if len(data) > MAX_LIBDBUS or with_descriptors:
        return None
    theirs = accepts(data)
    return None if ours == theirs else f"accepted: {ours} ({reason}); by libdbus: {theirs}"


def violation(chance: random.Random, data: bytes, accepts: Callable[[bytes], bool] | None) -> tuple[str | None, bool]:
    """Return what is wrong with the reading of ``data``, or None, and whether there were messages in it."""
    began = time.perf_counter()
    try:
        count = read(chance, data)
    except Exception as error:  # every other exception is a violation
        return repr(error), False
    spent = time.perf_counter() - began
    if spent > MAX_SECONDS:
        return f"took {spent:.1f} s", False
    wrong = difference(data, accepts) if accepts and len(data) >= framing.FIXED_LENGTH else None
    return wrong, bool(count)


def fuzz(count: int, seed: int, accepts: Callable[[bytes], bool] | None = None) -> tuple[int, str | None]:
    """Read ``count`` mutated streams; return how many had messages, and the first violation."""
    chance = random.Random(seed)
    messages = seeds()
    with_messages = 0
    for number in range(count):
        data = mutate(chance, chance.choice(messages), chance.choice(messages))
        if chance.random() < 0.7:
            data = fitted(data)
        if not accepts and chance.random() < 0.3:
            data = chance.choice(messages) + data + chance.choice(messages)
        wrong, good = violation(chance, data, accepts)
        with_messages += good
        if wrong:
            return with_messages, f"stream {number}: {wrong}\n{data!r}"
    return with_messages, None


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=200000, help="mutated streams to read")
    options.add_argument("--seed", type=int, default=1, help="the same seed gives the same streams")
    options.add_argument("--libdbus", action="store_true", help="compare with libdbus")
    arguments = options.parse_args()
    with_messages, wrong = fuzz(arguments.count, arguments.seed, libdbus() if arguments.libdbus else None)
    print(wrong or f"{arguments.count} streams, {with_messages} of them with messages")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
