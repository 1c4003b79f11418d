# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Talk to a peer over the transport wire, and read messages, on any Python. Run by test_old_python.py.

    check_wire.py ADDRESS < MESSAGES

Calls the method Echo of the peer, which returns its arguments, and prints a line of JSON for each call. Then prints a
line of JSON for each message, given as a line of hexadecimal digits: its fields, or "refused".
"""

from __future__ import absolute_import, division, print_function

import binascii
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER, MANAGER_PATH
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import framing

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Iterator  # noqa: F401

__metaclass__ = type

TEXT = u"\xe9\u20ac\U0001f600"
CALLS = [
    ("", ()),
    ("sasb", (TEXT, [u"A=" + TEXT, "B=plain"], True)),
    ("ybnqiuxtd", (255, False, -2**15, 2**16 - 1, -2**31, 2**32 - 1, -2**63, 2**64 - 1, 0.1)),
    ("ogv", ("/com/ubuntu", "a{sv}", TEXT)),
    ("vvv", (True, 2**40, 1.5)),
    ("a{sv}a(si)", ({u"k": 7, TEXT: "x"}, [("main", 1), (TEXT, 2)])),
    ("s", ("x" * 3000000,)),
]
REFUSED = [b"\xff\xfe", u"\udc80", u"\ud83d", u"a\0b"]


def echoes(address):
    # type: (str) -> Iterator[Any]
    with Connection(address) as connection:
        for signature, values in CALLS:
            yield connection.call(MANAGER_PATH, MANAGER, "Echo", signature, values, timeout=60)
        pendings = connection.gather([(MANAGER_PATH, MANAGER, "Echo", "i", (number,)) for number in range(300)], 60)
        yield [pending.result() for pending in pendings]
        for value in REFUSED:
            try:
                connection.send(MANAGER_PATH, MANAGER, "Echo", "s", (value,))
            except ValueError:
                yield "refused"
        try:
            connection.call(MANAGER_PATH, MANAGER, "Fail", timeout=60)
        except errors.JobFailedError as error:
            yield error.message


def verdict(line):
    # type: (str) -> Any
    reader = framing.MessageReader()
    reader.feed(binascii.unhexlify(line.strip()))
    try:
        message = reader.next_message()
    except errors.ProtocolError:
        return "refused"
    return message and list(message)


def main():
    # type: () -> None
    os.environ[choice.VARIABLE] = choice.WIRE
    for answer in echoes(sys.argv[1]):
        print(json.dumps(answer))
    for line in sys.stdin:
        print(json.dumps(verdict(line)))


if __name__ == "__main__":
    main()
