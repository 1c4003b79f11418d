# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutate recorded job files and check that reading them either succeeds or raises JobFileError.

Parsing an accepted file as a document must preserve it byte for byte. Rendering its values must give a file with the
same values, or raise JobFileError. No input may take longer than one second. Exit status 1 at the first violation.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import document, parser, render, stanzas
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import NAMES, Release
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values
from ansible_collections.sysinit.upstart.plugins.module_utils._text import encode

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "job-file-cases"
VERSIONS = [(0, 6, 5), (1, 5), (1, 12, 1), (1, 13, 2)]
# Texts with a meaning in the grammar: mutations insert them more often than random bytes.
PIECES = [
    b" ", b"  ", b"\t", b"\r", b"\n", b"\0", b"\\", b"\\\n", b" \\", b'"', b"'", b"''\\\n", b"#", b"(", b")", b"=",
    b"!=", b" and ", b" or ", b"script\n", b"end script\n", b"start on ", b"stop on ", b"exec ", b"pre-start ",
    b"manual ", b"-1", b"limit nofile ", b"unlimited", b"never", b"4294967297", b"\xff", b"\xc3\xa9", b"env A=",
    b"normal exit ",
]
MAX_SECONDS = 1.0


def mutate(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Return ``data`` with one to six small changes; some insert a piece of ``other``."""
    for _change in range(chance.choice([1, 1, 1, 1, 2, 6])):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice([0, 1, 1, 2, 5, 30]))
        insert = chance.choice([
            b"", chance.choice(PIECES), chance.choice(PIECES) * chance.randint(1, 4), bytes([chance.randrange(256)]),
            data[start:end] * 2, other[chance.randint(0, len(other)):][:chance.randint(0, 60)],
        ])
        data = data[:start] + insert + data[end:]
    return data


def is_accepted(data: bytes, version: tuple[int, ...]) -> bool:
    """Return whether ``data`` is accepted; an exception here is a violation."""
    return parser.apply(data, new_values(), version) is None


def violation(data: bytes, version: tuple[int, ...]) -> str | None:
    """Return the violation by the accepted file ``data``, or None."""
    values = parser.parse_job(data, None, version)
    read = document.Document(data, version)
    if encode(read.text) != data or read.values != values:
        return "the document differs from the file"
    try:
        text = render.render(values, version, exec_fallback=False)
    except JobFileError:
        return None
    return None if parser.parse_job(encode(text), None, version) == values else "written down differently"


def seeds() -> list[bytes]:
    """Return the small recorded files, accepted files three times."""
    texts = []
    for name in ("own.jsonl", "generated.jsonl"):
        with open(DATA / name, encoding="utf-8") as stream:
            for line in stream:
                case = json.loads(line)
                small = [encode(text) for text in (case["conf"], case["override"]) if text and len(text) < 4000]
                texts.extend(small * (3 if case["accepted"] else 1))
    return texts


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=10000, help="mutated files to try")
    options.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    arguments = options.parse_args()
    chance = random.Random(arguments.seed)
    texts = seeds()
    slowest = 0.0
    accepted = 0
    for number in range(arguments.count):
        data = mutate(chance, chance.choice(texts), chance.choice(texts))
        version = Release(chance.choice(VERSIONS + [parser.LATEST] * 4), chance.choice(NAMES))
        start = time.perf_counter()
        try:
            wrong = None
            if is_accepted(data, version):
                accepted += 1
                wrong = violation(data, version)
        except Exception as error:  # every exception is a violation
            wrong = repr(error)
        spent = time.perf_counter() - start
        slowest = max(slowest, spent)
        if spent > MAX_SECONDS:
            wrong = "took %.1f s" % spent
        if wrong:
            print("file %d, %s, %s: %s\n%r" % (number, stanzas.dotted(version), version.dialect, wrong, data))
            return 1
    print("%d files, %d of them accepted, slowest %.3f s" % (arguments.count, accepted, slowest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
