# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check an Upstart daemon, by default the emulator, against recordings of the real daemon, several at a time.

Every scenario gets its own daemon on its own address. Scripts in scenarios sleep for fractions of a second, and on a
busy machine another process may be slower: a scenario that fails beside others is replayed alone, and only fails if
several replays in a row fail. Needs jeepney and PyYAML.

The client is jeepney, which shares no code with the collection. With --transport it is a transport of the collection.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import sys
import traceback
from typing import NamedTuple

import replay

HERE = os.path.dirname(os.path.abspath(__file__))
EMULATOR = os.path.join(os.path.dirname(os.path.dirname(HERE)), "roles", "emulator", "files", "upstart-emulator")
SCENARIOS = os.path.join(HERE, "scenarios")
MORE = os.path.join(HERE, "more")
TWO_CONFDIRS = os.path.join(HERE, "two-confdirs")
LATEST = "1.13.2"
MAX_REPLAYS = 3  # of a scenario alone
BOOT = (
    "exec %s %s --upstart-version %s --verbose --no-startup-event"
    " --confdir {conf} --logdir {log} --address {address}"
)


class Case(NamedTuple):
    """A scenario and its recording."""

    scenario: str
    recording: str
    options: str = ""  # of the daemon, beside those of all cases

    @property
    def name(self) -> str:
        return os.path.basename(self.recording)[: -len(".recording.json")]


class Outcome(NamedTuple):
    """The differences, none if the case passed; the reason if it was skipped."""

    case: Case
    problems: list[str]
    skipped: str = ""


def find_cases(version: str, more: bool, wanted: list[str]) -> list[Case]:
    """Return the cases of a release; with ``more`` also those in ``more/``."""
    if version != LATEST:
        return cases_in(os.path.join(HERE, "versions", version), wanted)
    cases = cases_in(SCENARIOS, wanted) + cases_in(TWO_CONFDIRS, wanted, " --confdir={tmp}")
    return cases + (cases_in(MORE, wanted) if more else [])


def cases_in(folder: str, wanted: list[str], options: str = "") -> list[Case]:
    """Return the cases of a folder; a scenario in the folder replaces the common scenario."""
    cases = []
    for entry in sorted(os.listdir(folder)):
        if not entry.endswith(".recording.json"):
            continue
        name = entry[: -len(".recording.json")]
        own = os.path.join(folder, name + ".yml")
        scenario = own if os.path.exists(own) else os.path.join(SCENARIOS, name + ".yml")
        if not wanted or name in wanted:
            cases.append(Case(scenario, os.path.join(folder, entry), options))
    return cases


def check(case: Case, boot: str, number: int, peer: type[replay.Peer] = replay.Peer) -> Outcome:
    """Replay a case on a new daemon; ``peer`` is the client."""
    address = "unix:abstract=/upstart-conformance/%d/%d" % (os.getpid(), number)
    try:
        got = replay.Scenario(case.scenario, boot + case.options, address, peer).run()
        with open(case.recording) as stream:
            expected = json.load(stream)
        return Outcome(case, list(replay.differences(expected, json.loads(json.dumps(got)))))
    except replay.NotPermitted as error:
        return Outcome(case, [], str(error))
    except Exception as error:  # a daemon that does not answer fails its case; other cases continue
        last = traceback.extract_tb(error.__traceback__)[-1]
        return Outcome(case, ["%s: %s (%s:%s)" % (type(error).__name__, error, last.name, last.lineno)])


def check_again(outcome: Outcome, boot: str, number: int, peer: type[replay.Peer]) -> Outcome:
    """Replay a case alone that failed beside others."""
    for attempt in range(MAX_REPLAYS):
        print("again: %s" % outcome.case.name, flush=True)
        outcome = check(outcome.case, boot, number + attempt, peer)
        if not outcome.problems:
            break
    return outcome


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--upstart-version", default=LATEST, help="release of the recordings (default %(default)s)")
    parser.add_argument(
        "--boot", metavar="CMD",
        help="command that boots the daemon; {conf} {log} {tmp} {address} are replaced (default: the emulator)")
    parser.add_argument("--workers", type=int, default=6, help="number of cases at the same time (default %(default)s)")
    parser.add_argument(
        "--transport", choices=["wire", "dbus_python"],
        help="use this transport of the collection as the client; dbus_python replays one case at a time")
    parser.add_argument("--more", action="store_true", help="also check the recordings of 1.13.2 in more/")
    parser.add_argument("--list-of-scenarios", action="store_true", help="print the names and exit")
    parser.add_argument("scenarios", nargs="*", metavar="NAME", help="check only these scenarios")
    return parser.parse_args(arguments)


def client(transport: str | None) -> type[replay.Peer]:
    """Return the class of the client: over a transport of the collection, or jeepney for None."""
    if transport is None:
        return replay.Peer
    os.environ["SYSINIT_UPSTART_TRANSPORT"] = transport
    from transport_peer import TransportPeer
    return TransportPeer


def main(arguments: list[str] | None = None) -> int:
    """Check all cases; return 1 if a case failed."""
    options = parse(arguments)
    cases = find_cases(options.upstart_version, options.more, options.scenarios)
    if options.list_of_scenarios:
        print("\n".join(case.name for case in cases))
        return 0
    boot = options.boot or BOOT % (sys.executable, EMULATOR, options.upstart_version)
    peer = client(options.transport)
    # All connections of dbus-python share one main context.
    workers = 1 if options.transport == "dbus_python" else options.workers
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        outcomes = list(pool.map(lambda numbered: check(numbered[1], boot, numbered[0], peer), enumerate(cases)))
    failed = 0
    skipped = [outcome for outcome in outcomes if outcome.skipped]
    for outcome in skipped:
        print("SKIPPED [1] %s: %s" % (outcome.case.name, outcome.skipped), flush=True)
    for number, outcome in enumerate(outcomes, 1):
        last = check_again(outcome, boot, MAX_REPLAYS * number + len(cases), peer) if outcome.problems else outcome
        if last.problems:
            failed += 1
            print("FAIL %s\n  %s" % (last.case.name, "\n  ".join(last.problems)), flush=True)
    print("%d passed, %d failed" % (len(cases) - failed - len(skipped), failed))
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
