#!/usr/bin/env python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that bytes become the same text on every Python, and that text the same bytes; exit status 1 if not.

Runs from a checkout with Python 2.7 or 3 without installation, like the code on managed hosts.
"""

from __future__ import absolute_import, division, print_function

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils import _text

__metaclass__ = type

# bytes, their text, whether the text has stray bytes
CASES = [
    (b"", u"", False),
    (b"plain\n", u"plain\n", False),
    (b"B\xc3\xbccher", u"B\u00fccher", False),
    (b"B\xfccher", u"B\udcfccher", True),
    (b"\xff", u"\udcff", True),
    (b"a\xff\xfeb\xc3", u"a\udcff\udcfeb\udcc3", True),
    (b"\xc3(\xe2\x82", u"\udcc3(\udce2\udc82", True),
    (b"\xed\xa0\x80", u"\udced\udca0\udc80", True),  # encodes a surrogate
    (b"\xc0\xaf", u"\udcc0\udcaf", True),  # overlong encoding
    (b"\xf0\x9f\x98\x80!", u"\U0001f600!", False),
    (b"\xf0\x9f\x98\x80\xff", u"\U0001f600\udcff", True),
    (b"\xf4\x90\x80\x80", u"\udcf4\udc90\udc80\udc80", True),  # beyond Unicode
]


def failures():
    # type: () -> list
    """Return a text for each difference."""
    differences = []
    for data, text, stray in CASES:
        if _text.decode(data) != text or _text.decode(text) != text:
            differences.append("decode %r: %r" % (data, _text.decode(data)))
        if _text.encode(text) != data:
            differences.append("encode %r: %r" % (text, _text.encode(text)))
        if _text.has_stray_bytes(text) is not stray:
            differences.append("has_stray_bytes %r" % (text,))
    if _text.join_bytes(u"x\udcc3\udcbcy\udcff") != u"x\u00fcy\udcff":
        differences.append("join_bytes")
    return differences


if __name__ == "__main__":
    for line in failures():
        print(line)
    sys.exit(1 if failures() else 0)
