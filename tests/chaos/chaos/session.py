# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a history: boot a daemon, set up the jobs, act, call the module, and collect the evidence."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .bus import Bus, CallError
from .evidence import Evidence, Probe
from .history import Act, History
from .host import EMULATOR, MODULE, Answer, Host, booted, run_module
from .processes import Processes
from .rival import Hand, Rival
from .truth import Observer, Snapshot, folder_listing

MARGIN_SECONDS = 0.15
LOAD_SECONDS = 30.0  # for init to read a file
QUIET_SECONDS = 0.4


@dataclass
class Session:
    """Runs a history."""

    history: History
    boot: str = EMULATOR
    command: tuple[str, ...] = MODULE
    margin: Callable[[float], float] = field(default=lambda _decided: MARGIN_SECONDS)

    def carry_out(self) -> Evidence:
        with booted(self.boot) as host, contextlib.ExitStack() as closing:
            bus, rival_bus = Bus(host.address), Bus(host.address)
            closing.callback(bus.close)
            closing.callback(rival_bus.close)
            observer = Observer(host, bus, Processes(host.address))
            hand = Hand(host, self.history, rival_bus, observer)
            self._set_up(host, observer, hand)
            return self._act(host, observer, hand)

    def _set_up(self, host: Host, observer: Observer, hand: Hand) -> None:
        for initial in self.history.initial:
            _write_first(host, self.history, initial.job, initial.version, initial.link)
            if initial.override:
                _put(host.file(initial.job, ".override"), initial.override)
        names = [job.name for job in self.history.jobs]
        observer.wait_until(lambda: all(observer.knows(name) for name in names), LOAD_SECONDS)
        for initial in self.history.initial:
            for instance in initial.running:
                observer.start_by_hand(initial.job, instance)
        observer.wait_until_quiet(QUIET_SECONDS, 8.0)
        for initial in self.history.initial:
            if initial.changed:
                with contextlib.suppress(OSError):
                    hand.change_file(Act(initial.changed, initial.job, "", 0.0, initial.version + 1000))
        observer.wait_until_quiet(0.15, 3.0)

    def _act(self, host: Host, observer: Observer, hand: Hand) -> Evidence:
        history, check = self.history, self.history.call.check
        names = [job.name for job in (*history.jobs, *history.fresh)]
        before, quiet, listing = observer.snapshot(names), True, folder_listing(host)
        begin = time.monotonic() + max([0.0, *(-act.at for act in history.acts if not act.after_move)])
        rival = Rival(hand, history.acts, begin)
        rival.start()
        time.sleep(max(0.0, begin - time.monotonic()))
        if check:
            rival.halt()
            quiet = observer.wait_until_quiet(0.6, 10.0)
            before, listing = observer.snapshot(names), folder_listing(host)
        answer = run_module(host, history.call, history.patience, self.command)
        rival.halt()
        listing_after = folder_listing(host)
        after = observer.snapshot(names)
        observer.wait_until_quiet(QUIET_SECONDS, 3.0)
        settled = observer.snapshot(names)
        timelines, log = observer.timelines(), tuple(rival.log)
        probes, still_known = _probe(history, observer, answer, after, log_end=max([0.0, *(x.end for x in log)]))
        return Evidence(history, answer, before, after, settled, timelines, log, self.margin(answer.decided), probes,
                        still_known, quiet, listing, listing_after)


def _put(path: os.PathLike[str], text: str) -> None:
    """Create or replace a file in one step."""
    new = os.path.join(os.path.dirname(path), ".first~")
    with open(new, "w") as stream:
        stream.write(text)
    os.rename(new, path)


def _write_first(host: Host, history: History, job: str, version: int, link: str) -> None:
    path, text = host.file(job), host.fill(history.job(job).text(version))
    path.parent.mkdir(exist_ok=True)
    if not link:
        _put(path, text)
        return
    target = host.scratch / f"first-{version}"
    target.write_text(text)
    new = path.with_name(".first~")
    (os.link if link == "hardlink" else os.symlink)(target, new)
    new.rename(path)


def _probe(history: History, observer: Observer, answer: Answer, after: Snapshot,
           log_end: float) -> tuple[tuple[Probe, ...], tuple[str, ...]]:
    """Stop and start the jobs whose files upstart_job wrote, as anyone may do later."""
    if history.call.module != "upstart_job" or history.call.check or answer.failed or log_end > answer.decided - 0.5:
        return (), ()
    probes, still_known = [], []
    arguments = history.call.arguments
    for entry in arguments.get("jobs", [arguments]):
        job = history.job(entry["name"])
        if not _stop_all(observer, job.name, job.stop_seconds + 10):
            continue
        if entry.get("state") == "absent":
            if after.files[job.name].conf is None and not _is_forgotten(observer, job.name):
                still_known.append(job.name)
        elif job.steady and after.files[job.name].good:
            probes.append(_start_anew(observer, job.name, job.instances[0], job.start_seconds + 10))
    return tuple(probes), tuple(still_known)


def _is_forgotten(observer: Observer, job: str) -> bool:
    return observer.wait_until(lambda: not observer.knows(job), 3)


def _instances(observer: Observer, job: str) -> list[str]:
    return [instance for name, instance in observer.instances()[0] if name == job]


def _stop_all(observer: Observer, job: str, seconds: float) -> bool:
    with contextlib.suppress(CallError):
        for instance in _instances(observer, job):
            observer.bus.stop(job, instance)
        return observer.wait_until(lambda: not _instances(observer, job), seconds)
    return False


def _start_anew(observer: Observer, job: str, instance: str, seconds: float) -> Probe:
    error = observer.start_by_hand(job, instance)

    def version() -> int | None:
        with contextlib.suppress(CallError):
            now = observer.instances()[0].get((job, instance))
            return now.version if now and now.up and now.main.alive else None
        return None

    if error is None:
        observer.wait_until(lambda: version() is not None, seconds)
    return Probe(job, error, version())


__all__ = ["EMULATOR", "MARGIN_SECONDS", "Session"]
