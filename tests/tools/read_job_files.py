#!/usr/bin/env python
# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read job files and print their values as Upstart reads them, one JSON object per line.

Runs from a checkout with Python 2.7 or 3 without installation, like the code on managed hosts.

    read_job_files.py CONF [OVERRIDE]       one job
    read_job_files.py --batch               jobs named on standard input: CONF or CONF<TAB>OVERRIDE on each line
    read_job_files.py --cases FILE...       check against recorded verdicts; exit status 1 if any differs
"""

from __future__ import absolute_import, division, print_function

import argparse
import io
import json
import os
import sys

try:
    from typing import Any  # noqa: F401  # pylint: disable=unused-import
except ImportError:  # Python 2.7
    pass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import parser
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import NAMES, STOCK, Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values

__metaclass__ = type


def read_job(conf, override, version):
    # type: (bytes | str, bytes | str | None, tuple) -> dict
    """Return the answer for the texts of one job: {"ok": True, "values": ...} or {"ok": False, "error": ...}."""
    try:
        return {"ok": True, "values": parser.parse_job(conf, override, version=version)}
    except JobFileError as error:
        return {"ok": False, "error": {"line": error.line, "message": error.text}}


def read_paths(paths, version):
    # type: (list, tuple) -> dict
    """Return the answer for [CONF] or [CONF, OVERRIDE]."""
    texts = []
    for path in paths:
        try:
            with io.open(path, "rb") as stream:
                texts.append(stream.read())
        except EnvironmentError as error:
            return {"ok": False, "error": {"line": None, "message": "cannot be read: %s" % error}}
    return read_job(texts[0], texts[1] if len(texts) > 1 else None, version)


def show(answer):
    # type: (dict) -> None
    """Print one answer on one line, at once."""
    print(json.dumps(answer, sort_keys=True))
    sys.stdout.flush()


def read_batch(stream, version):
    # type: (io.BufferedIOBase, tuple) -> None
    """Answer every line of ``stream``."""
    for line in iter(stream.readline, b""):
        show(read_paths(line.rstrip(b"\r\n").split(b"\t")[:2], version))


def differs(case, version):
    # type: (dict, tuple) -> bool
    """Return whether the answer for a recorded case differs from the recorded answer."""
    answer = read_job(case["conf"], case["override"], version)
    if case["accepted"]:
        # A stanza that is newer than the recordings is unset in them.
        return answer != {"ok": True, "values": dict(new_values(), **case["values"])}
    error = dict(case["error"])
    error.pop("file")
    return answer != {"ok": False, "error": error}


def check_cases(paths, version):
    # type: (list, tuple) -> int
    """Print the number of cases of each file that agree; return the number that do not."""
    total = 0
    for path in paths:
        with io.open(path, encoding="utf-8") as stream:
            cases = [json.loads(line) for line in stream]
        wrong = [case["name"] for case in cases if differs(case, version)]
        print("%s: %d of %d agree %s" % (path, len(cases) - len(wrong), len(cases), " ".join(wrong)))
        total += len(wrong)
    return total


def parse_version(text):
    # type: (str) -> tuple
    """Return "1.13.2" as a tuple of numbers."""
    return tuple(int(word) for word in text.split("."))


def main():
    # type: () -> int
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="*", help="CONF [OVERRIDE]")
    options.add_argument("--batch", action="store_true", help="read paths from standard input")
    options.add_argument("--cases", action="store_true", help="the paths are files of recorded verdicts")
    options.add_argument("--upstart-version", type=parse_version, default=parser.LATEST, metavar="X.Y.Z")
    options.add_argument("--dialect", choices=NAMES, default=STOCK)
    arguments = options.parse_args()
    version = Release(arguments.upstart_version, arguments.dialect)
    if arguments.batch:
        stream = getattr(sys.stdin, "buffer", sys.stdin)  # type: Any
        read_batch(stream, version)
    elif arguments.cases:
        return 1 if check_cases(arguments.paths, version) else 0
    elif len(arguments.paths) in (1, 2):
        show(read_paths(arguments.paths, version))
    else:
        options.error("name one job file and perhaps its override, or use --batch")
    return 0


if __name__ == "__main__":
    sys.exit(main())
