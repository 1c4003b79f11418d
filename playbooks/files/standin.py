# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for a packaged daemon: forks as often as it is told, then waits for its end.

    standin.py [--fork N] [--pidfile FILE]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fork", type=int, default=0)
    parser.add_argument("--pidfile")
    options = parser.parse_args()
    while options.fork:
        if os.fork():
            os._exit(0)
        options.fork -= 1
    if options.pidfile:
        with open(options.pidfile, "w") as stream:
            stream.write(f"{os.getpid()}\n")
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(0))
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
