# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play the same stories on Upstart and on systemd, and compare.

    run_systemd.py [--seed N] [--count N] [--only TEXT] [--systemd FOLDER] [--lanes N] [--once] [--verbose]

The jobs of each story run on an Upstart daemon (the emulator, or what UPSTART_BOOT boots), and their translation by the
filter to_systemd on a systemd in namespaces of its own. Each difference must be declared by a finding. Prints the
undeclared differences, the declared ones by the code of their finding, and the totals. The exit status is 1 if a
difference is undeclared.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

SUITE = Path(__file__).resolve().parent
sys.path[:0] = [str(SUITE), str(SUITE.parent / "tools"), str(SUITE.parent / "chaos")]

import checkout

checkout.mount()

from chaos.bus import CallError
from comparison.catalogue import all_stories
from comparison.session import Result, session
from comparison.systemd_boot import Systemd, UnavailableError, check_namespaces, find_systemd

UNPACKED = SUITE.parents[1] / ".build" / "systemd"


def be_like_an_init() -> None:
    """Give the daemons what they inherit from the kernel: the jobs inherit it from them."""
    os.environ["TERM"] = "linux"
    os.chdir("/")
    if os.geteuid() == 0:
        os.setgroups([])


def report(results: list[Result], verbose: bool) -> None:
    """Print the differences and the totals."""
    declared: Counter[str] = Counter()
    stories: dict[str, set[str]] = {}
    for result in results:
        for difference in result.undeclared:
            print(f"undeclared: {result.story.name}: {difference}")
        for judgement in result.judgements:
            if judgement.code is not None:
                declared[judgement.code] += 1
                stories.setdefault(judgement.code, set()).add(result.story.name)
                if verbose:
                    follows = "follows from " if judgement.follows else ""
                    print(f"{follows}{judgement.code}: {result.story.name}: {judgement.difference}")
    for code in sorted(declared):
        print(f"declared by {code}: {declared[code]} differences in {len(stories[code])} stories")
    failed = sum(bool(result.undeclared) for result in results)
    print(f"{sum(declared.values())} declared differences, "
          f"{sum(len(result.undeclared) for result in results)} undeclared differences")
    print(f"{len(results) - failed} passed, {failed} failed")


def play(options: argparse.Namespace, systemd: Systemd) -> list[Result]:
    """Return the results of the chosen stories."""
    stories = [story for story in all_stories(options.seed, options.count)
               if not options.only or options.only in story.name or story.keeps_names]
    with tempfile.TemporaryDirectory(prefix="systemd-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        with session(systemd, scratch, stories, options.lanes) as (running, pairs):
            return list(running.run(pairs, not options.once))


def main() -> int:
    parser = argparse.ArgumentParser(description="Play the same stories on Upstart and on systemd, and compare.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed of the random stories")
    parser.add_argument("--count", type=int, default=60, help="number of random stories")
    parser.add_argument("--only", default="", help="only stories whose names contain this text")
    parser.add_argument("--systemd", type=Path, action="append", metavar="FOLDER",
                        help="root folder of a systemd, such as an unpacked package; may be repeated")
    parser.add_argument("--lanes", type=int, default=16, help="number of stories at the same time on each side")
    parser.add_argument("--once", action="store_true", help="do not play stories with undeclared differences again")
    parser.add_argument("--verbose", action="store_true", help="print the declared differences, too")
    options = parser.parse_args()
    be_like_an_init()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))  # the hosts end with this program
    began = time.monotonic()
    try:
        systemd = find_systemd(options.systemd or [Path("/"), UNPACKED])
        check_namespaces()
        results = play(options, systemd)
    except UnavailableError as error:
        print(f"SKIPPED [1] systemd: {error}")
        return 0
    except CallError as error:
        print(f"A host does not answer: {error}\n0 passed, 1 failed")
        return 1
    report(results, options.verbose)
    print(f"on systemd {systemd.version()}, in {time.monotonic() - began:.0f} s")
    return 1 if any(result.undeclared for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
