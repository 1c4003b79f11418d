# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run: both daemons boot once, and all stories are played on both at the same time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from chaos.bus import CallError
from with_daemon import running, stop

from .catalogue import is_boot_story
from .compare import Difference, differences
from .declared import Judgement, judge
from .play import Player
from .side import Side
from .story import PlacedStory, Story
from .systemd_boot import Systemd, booted, last_words
from .systemd_side import SystemdSide
from .upstart_side import UpstartSide

ATTEMPTS = 3


@dataclass
class Result:
    """A story that was played on both sides."""

    story: Story
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def undeclared(self) -> list[Difference]:
        return [judgement.difference for judgement in self.judgements if judgement.code is None]


@dataclass
class _Pair:
    """A story with its players on both sides."""

    story: Story
    players: dict[Side, Player]

    def play(self, side: Side) -> None:
        self.players[side].play()


class Session:
    """Both hosts, and the stories that are played on them."""

    def __init__(self, upstart: UpstartSide, systemd: SystemdSide, lanes: int) -> None:
        self._upstart = upstart
        self._systemd = systemd
        self._sides: tuple[Side, Side] = (upstart, systemd)
        self._lanes = lanes
        self._pairs: list[_Pair] = []
        self._numbers = iter(range(10 ** 6))

    def place(self, stories: Sequence[Story], attempt: int = 0) -> list[_Pair]:
        """Write the jobs of stories on both hosts."""
        pairs = []
        for story in stories:
            prefix = "" if story.keeps_names else f"s{next(self._numbers)}_"
            pairs.append(_Pair(story, {side: Player(side, PlacedStory(story, prefix, side.runs / (prefix or "host")),
                                                    attempt or int(is_boot_story(story)))
                                       for side in self._sides}))
        self._upstart.load([pair.players[self._upstart].placed for pair in pairs])
        self._systemd.load([pair.players[self._systemd].placed for pair in pairs])
        return pairs

    def run(self, pairs: Sequence[_Pair], retry: bool = True) -> Iterator[Result]:
        """Play stories on the booted hosts and give their results."""
        boot = [pair for pair in pairs if is_boot_story(pair.story)]
        others = [pair for pair in pairs if not is_boot_story(pair.story)]
        self._on_both(lambda side: side.boot())
        self._play(boot)
        self._play(others)
        results = [self.judge(pair) for pair in others]
        for attempt in range(1, ATTEMPTS):
            again = [result.story for result in results if result.undeclared] if retry else []
            if again:
                results = [result for result in results if not result.undeclared]
                replayed = self.place(again, attempt)
                self._systemd.reload_units()
                self._play(replayed)
                results += [self.judge(pair) for pair in replayed]
        yield from results
        self._on_both(lambda side: side.shut_down())
        self._play(boot)
        yield from (self.judge(pair) for pair in boot)

    def _on_both(self, action: Callable[[Side], None]) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(action, self._sides))

    def _play(self, pairs: Sequence[_Pair]) -> None:
        def play_on(side: Side) -> None:
            with ThreadPoolExecutor(self._lanes) as pool:
                list(pool.map(lambda pair: pair.play(side), pairs))

        self._on_both(play_on)

    def judge(self, pair: _Pair) -> Result:
        """Compare the recordings of both sides, and look for the findings that declare the differences."""
        upstart, systemd = (pair.players[side] for side in self._sides)
        found = differences(pair.story, upstart.snapshots, systemd.snapshots)
        return Result(pair.story, judge(found, self._systemd.findings(systemd.placed), systemd.placed))


@contextlib.contextmanager
def session(systemd: Systemd, scratch: Path, stories: Sequence[Story],
            lanes: int) -> Iterator[tuple[Session, list[_Pair]]]:
    """Boot both daemons with the jobs of stories.

    :raises UnavailableError: if systemd does not boot.
    """
    with running() as daemon:
        upstart, other = UpstartSide(daemon), SystemdSide(scratch, int(systemd.version()))
        result = Session(upstart, other, lanes)
        pairs = result.place(stories)
        with booted(systemd, scratch, other.units) as init:
            other.connect(init)
            try:
                yield result, pairs
            except CallError as error:
                raise CallError(f"{error}\nUpstart:{daemon.last_words()}\nsystemd:{last_words(scratch)}") from error
            finally:
                stop(daemon)
                upstart.end_processes()
