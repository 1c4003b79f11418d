# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the modules under interference: random histories with a second client.

    run_chaos.py [--seed N] [--count N] [--repeat N] [--jobs N] [--boot COMMAND] [--verbose]

Prints a line for each finding, with the command that replays its history, and the totals. The exit status is 1 if there
was a false success, a hang, a traceback or an outage.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from chaos.bus import CallError
from chaos.evidence import ERRORS, FALSE_FAILURE, FALSE_SUCCESS, HANG, OUTAGE, TOO_CLOSE, TRACEBACK, Evidence, Finding
from chaos.history import make_history
from chaos.host import EMULATOR, BootError
from chaos.session import MARGIN_SECONDS, Session
from chaos.verdict import judge

TOTALS = {FALSE_SUCCESS: "false successes", HANG: "hangs", TRACEBACK: "tracebacks", OUTAGE: "outages",
          TOO_CLOSE: "too close", FALSE_FAILURE: "false failures"}
TICK_SECONDS, MEMORY_SECONDS = 0.02, 2.0


class Sluggishness:
    """Measures how late this machine wakes up threads; the margin for undecidable claims grows with it."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=int(60 / TICK_SECONDS))
        threading.Thread(target=self._measure, daemon=True).start()

    def _measure(self) -> None:
        while True:
            due = time.monotonic() + TICK_SECONDS
            time.sleep(TICK_SECONDS)
            self._late.append((time.monotonic(), time.monotonic() - due))

    def margin(self, decided: float) -> float:
        near = [late for moment, late in list(self._late) if abs(moment - decided) < MEMORY_SECONDS]
        return MARGIN_SECONDS + 2 * max(near, default=0.0)


def describe(evidence: Evidence) -> str:
    """Return the events of a history as text."""
    began, lines = evidence.answer.began, []
    for job, initial in zip(evidence.history.jobs, evidence.history.initial):
        lines.append(f"job {job.name} ({job.kind}), {initial}")
        lines += [f"    {line}" for line in job.text(initial.version).splitlines()]
    lines.append(f"call {evidence.history.call}")
    lines += [f"planned {act}" for act in evidence.history.acts]
    events = [(entry.begin, f"rival {entry.act}") for entry in evidence.log]
    for (name, instance), steps in evidence.timelines.items():
        events += [(step.time, f"{name} {instance!r} {step.goal}/{step.state}") for step in steps]
    events.append((evidence.answer.decided, f"ANSWER (margin {evidence.margin:.2f} s)"))
    lines += [f"{moment - began:8.3f} {text}" for moment, text in sorted(events)]
    lines += [f"after: {key} {now}" for key, now in evidence.after.instances.items()]
    lines.append(f"result {evidence.answer.result}")
    return "\n".join(line.replace(", environment=", ", ")[:1500] for line in lines)


class Runner:
    """Runs histories, several at a time."""

    def __init__(self, boot: str, verbose: bool) -> None:
        self.boot, self.verbose = boot, verbose
        self.counts: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self._sluggishness = Sluggishness()
        self._lock = threading.Lock()

    def _examine(self, seed: int) -> tuple[list[Finding], str]:
        evidence = Session(make_history(seed), self.boot, margin=self._sluggishness.margin).carry_out()
        return judge(evidence), describe(evidence) if self.verbose else ""

    def run(self, seed: int) -> None:
        try:
            findings, story = self._examine(seed)
        except (BootError, CallError) as error:
            findings, story = [Finding(HANG, "the daemon does not answer", "", str(error))], ""
        with self._lock:
            self.counts["histories"] += 1
            self.counts["with errors"] += any(finding.kind in ERRORS for finding in findings)
            self.counts.update({finding.kind for finding in findings})
            self.rules.update(f"{finding.kind}: {finding.rule}" for finding in findings)
            if story:
                print(story, flush=True)
            for finding in findings:
                if finding.kind != TOO_CLOSE or self.verbose:
                    print(f"seed {seed}: {finding} (replay: {self._replay(seed)})", flush=True)

    def _replay(self, seed: int) -> str:
        boot = [] if self.boot == EMULATOR else ["--boot", self.boot]
        return shlex.join(["python", "tests/chaos/run_chaos.py", "--seed", str(seed), "--count", "1", *boot])


def main() -> int:
    parser = argparse.ArgumentParser(description="Test the modules under interference.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=100, help="number of histories, with consecutive seeds")
    parser.add_argument("--repeat", type=int, default=1, help="number of runs of each history")
    parser.add_argument("--jobs", type=int, default=6, help="number of histories at the same time")
    parser.add_argument("--boot", default=os.environ.get("UPSTART_BOOT") or EMULATOR,
                        help="command that boots the daemon, with {conf}, {log}, {address} and {tmp}")
    parser.add_argument("--verbose", action="store_true", help="print the events of each history")
    options = parser.parse_args()
    runner = Runner(options.boot, options.verbose)
    with ThreadPoolExecutor(options.jobs) as pool:
        seeds = [options.seed + number for number in range(options.count) for _turn in range(options.repeat)]
        for running in [pool.submit(runner.run, seed) for seed in seeds]:
            running.result()
    for rule, number in runner.rules.most_common():
        print(f"{number:5} {rule}")
    print(f"histories {runner.counts['histories']}, "
          + ", ".join(f"{text} {runner.counts[kind]}" for kind, text in TOTALS.items())
          + f"; histories with errors {runner.counts['with errors']}")
    return 1 if runner.counts["with errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
