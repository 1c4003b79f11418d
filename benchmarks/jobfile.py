# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how fast job files are read and written.

Times are multiples of json.loads on the same amount of text in the same run, which makes figures from different
machines comparable. Growth is the time for 1, 2 and 4 times the size. With --check the exit status is 1 if an action is
above its bound, or if four times the size takes more than ten times as long.

Reading spends its time in about ten regular expression matches for each stanza. Writing spends it in the table of
stanzas, and in reading the result again to verify it.
"""

from __future__ import annotations

import argparse
import functools
import json
import pathlib
import sys
import time
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "tools"))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.document import Document
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.render import render

# Writing includes reading back what was written.
MOST_RATIO = {"parse": 60, "render": 90, "document": 60}
MOST_GROWTH = 10
TYPICAL = """\
# service%(number)d - one of many
description "Service number %(number)d"
author "Operations <ops@example.org>"

start on (local-filesystems and net-device-up IFACE!=lo
          and started database)
stop on runlevel [!2345]

respawn
respawn limit 10 5
limit nofile 65536 65536
umask 027
setuid service
setgid service
env PORT=%(number)d
env LANG=C.UTF-8
env OPTIONS="--quiet --number %(number)d"

pre-start script
    [ -r /etc/default/service%(number)d ] && . /etc/default/service%(number)d
    [ "$ENABLED" = 1 ] || { stop; exit 0; }
    install -d -o service -g service /run/service%(number)d

    rm -f /run/service%(number)d/*.lock
end script

exec /usr/sbin/service --port "$PORT" $OPTIONS \\
    --log '/var/log/service %(number)d.log'

post-stop exec rm -rf /run/service%(number)d
"""


def fastest(actions: list[Callable[[], Any]], rounds: int) -> list[float]:
    """Return the shortest run of each action in seconds of processor time; the actions alternate."""
    spent: list[list[float]] = [[] for _action in actions]
    for _round in range(rounds):
        for action, times in zip(actions, spent):
            start = time.process_time()
            action()
            times.append(time.process_time() - start)
    return [min(times) for times in spent]


def ratios(count: int) -> dict[str, float]:
    """Return the time of each action on ``count`` files as a multiple of json.loads on the same amount of text."""
    texts = [TYPICAL % {"number": number} for number in range(count)]
    values = [parse_job(text) for text in texts]
    records = [json.dumps(text) for text in texts]
    base, *others = fastest([
        lambda: [json.loads(record) for record in records],
        lambda: [parse_job(text) for text in texts],
        lambda: [render(value) for value in values],
        lambda: [Document(text) for text in texts],
    ], 9)
    print("%d files of %d characters; json.loads: %.2f ms" % (count, sum(map(len, texts)) // count, base * 1e3))
    results = {}
    for name, spent in zip(("parse", "render", "document"), others):
        results[name] = spent / base
        print("%-8s %8.1f ms  %5.1f x json.loads  %5.0f us a file" % (
            name, spent * 1e3, spent / base, spent / count * 1e6))
    return results


def script_of(size: int) -> str:
    """Return a job with a script of about ``size`` characters."""
    return "script\n" + "    echo 'one more line of a long script' # 50 chars\n" * (size // 52) + "end script\n"


def condition_of(lines: int) -> str:
    """Return a job with a condition of ``lines`` lines."""
    return "start on (event\n" + "    or started job INSTANCE=1\n" * (lines - 2) + "  )\n"


def stanzas_of(lines: int) -> str:
    """Return a job with ``lines`` stanzas; every second one needs the exact scanner."""
    return "env NAME='a value'\nenv OTHER=\"a \\\\ value\"glued\n" * (lines // 2)


def growth(name: str, make: Callable[[int], str], size: int) -> float:
    """Return how much longer a file of four times the size takes; print all three times."""
    spent = []
    for factor in (1, 2, 4):
        text = make(size * factor)
        values = parse_job(text)
        spent.append(fastest([functools.partial(parse_job, text), functools.partial(render, values)], 3))
    for index, action in enumerate(("parse", "render")):
        print("%-9s %-6s %s ms" % (name, action, "  ".join("%8.1f" % (times[index] * 1e3) for times in spent)))
    return max(spent[2][index] / spent[0][index] for index in (0, 1))


def main() -> int:
    """Run the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="fail when a bound is broken")
    options.add_argument("--count", type=int, default=1000, help="typical files (1000)")
    arguments = options.parse_args()
    slow = [name for name, ratio in ratios(arguments.count).items() if ratio > MOST_RATIO[name]]
    print("\nsizes 1, 2 and 4: script 1 MB, condition 10,000 lines, 10,000 stanzas")
    for name, make, size in (
        ("script", script_of, 1000000), ("condition", condition_of, 10000), ("stanzas", stanzas_of, 10000),
    ):
        if growth(name, make, size) > MOST_GROWTH:
            slow.append(name)
    if slow:
        print("out of bounds: %s" % ", ".join(slow))
    return 1 if slow and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
