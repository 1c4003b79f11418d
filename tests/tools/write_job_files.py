#!/usr/bin/env python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write job files: one JSON object of values per line in, one JSON object with the text of the file per line out.

Runs from a checkout with Python 2.7 or 3 without installation. The answer is {"ok": true, "text": ...}, a file that
Upstart reads back to exactly these values, or {"ok": false, "error": ...} if they cannot be written.

    write_job_files.py --batch < values.jsonl
"""

from __future__ import absolute_import, division, print_function

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import render, stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import NAMES, STOCK, Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError

__metaclass__ = type


def write_job(line, version):
    # type: (bytes, tuple) -> dict
    """Return the answer for one line of input (bytes)."""
    try:
        values = json.loads(line.decode("utf-8"))
        if not isinstance(values, dict):
            raise ValueError("a list or a bare value")
        return {"ok": True, "text": render.render(values, version=version, exec_fallback=False)}
    except JobFileError as error:
        return {"ok": False, "error": error.message}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        return {"ok": False, "error": "not a JSON object of values: %r" % error}


def parse_version(text):
    # type: (str) -> tuple
    """Return "1.13.2" as a tuple of numbers."""
    return tuple(int(word) for word in text.split("."))


def main():
    # type: () -> int
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--batch", action="store_true", required=True, help="answer every line of standard input")
    options.add_argument("--upstart-version", type=parse_version, default=stanzas.LATEST, metavar="X.Y.Z")
    options.add_argument("--dialect", choices=NAMES, default=STOCK)
    arguments = options.parse_args()
    version = Release(arguments.upstart_version, arguments.dialect)
    stream = getattr(sys.stdin, "buffer", sys.stdin)
    for line in iter(stream.readline, b""):
        print(json.dumps(write_job(line, version), sort_keys=True))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
