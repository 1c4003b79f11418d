# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which differences the findings declare.

DECLARES says which kinds of difference the text of a row is about. A row with the verdict exact declares none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .compare import NOBODY, Difference
from .story import PlacedStory

# What a job does: when its processes begin and end, how often, and what its state is.
LIFE = ("state *", "failed", "succeeded", "runs *", "sooner", "later", "alive *", "answer *")
# It does not start, or later; it starts without a reason, or sooner.
ABSENT = ("state up/down", "state pending/down", "runs less", "later")
PRESENT = ("state down/up", "state down/pending", "state pending/up", "runs more", "sooner")
MAIN = ("answer start ok/failed", "succeeded")
DECLARES: dict[str, tuple[str, ...]] = {
    # Not whether a service runs: the boot is the same if the same services run.
    "replaced": ("runs less", "env *", "limit *", "stdout", "ignored signals"),
    "base-environment": ("env *", "limit *"),
    "console-log": ("stdout",),
    "setuid": ("env HOME", "env LOGNAME", "env USER", "env SHELL", "group", "groups"),
    "process-group": ("alive less",),
    "no-main": ("alive less",),
    "kill-timeout": ("failed",),
    "exec": MAIN,
    "exec-shell": MAIN,
    "script": MAIN,
    "task": ("answer start ok/failed", "failed"),
    "pre-start-stop": ("answer start failed/ok", "succeeded"),
    "post-start": ("answer start failed/waits", "succeeded", "state down/pending"),
    "post-start-task": ("runs less", "later", "state pending/up"),
    "post-stop": ("answer stop failed/ok", "succeeded"),
    "task-respawn": ("answer start ok/failed",),
    "pre-start": ("runs more", "state pending/down", "state down/pending", "failed", "alive less",
                  "answer start ok/failed", "answer stop waits/ok"),
    "pre-stop": ("runs more", "answer stop ok/failed", "state up/down"),
    "expect-fork": LIFE,
    "expect-task": LIFE,
    "respawn-limit": (*ABSENT, "failed", "answer start ok/failed"),
    "respawn": (*ABSENT, "failed", "answer start ok/failed"),
    "limit-refused": LIFE,
    "relative-path": (*LIFE, "chdir"),
    "user-refused": LIFE,
    "signal-refused": LIFE,
    "started": (*ABSENT, *PRESENT),
    "started-task": PRESENT,
    "starting": PRESENT,
    "starts-when-stopping": ("later", "state up/down", "state down/up", "answer stop waits/ok"),
    "stopping": ("sooner", "later", "state up/down"),
    "stopped-then-stop": ("sooner", "state up/down", "runs more"),
    "stops-when-started": ("state up/down", "runs more", "sooner"),
    "order-cycle": LIFE,
    "job-pattern": ABSENT,
    "stop-order": (*ABSENT, "answer *", "sooner"),
    "job-arguments": PRESENT,
    "job-unknown": LIFE,
    "event-variable": ("state *",),
    "instance-start": ABSENT,
    "and": (*ABSENT, *PRESENT, "answer *"),
    "and-events": (*ABSENT, "answer *"),
    "and-several-events": (*PRESENT, "answer *", "state pending/down"),
    "and-stop": ("state up/down", "answer *"),
    "or": ("answer emit ok/waits",),
    "event": ("answer emit failed/ok", "answer emit waits/ok", "answer emit ok/waits"),
    "event-both": (*ABSENT, "answer *"),
    "event-stop": ("answer emit ok/failed",),
    "event-arguments": (*ABSENT, "answer *"),
    "event-failed": (*ABSENT, "answer *"),
    "mount-unknown": (*ABSENT, "answer *"),
    "network-down": ("state down/up", "alive more", "answer *"),
    "dbus-signal": (*ABSENT, "answer *"),
    "stop-other": ("state down/up", "answer *"),
    "stop-at-boot": ("state down/up", "later", "runs less"),
    "shutdown": ("state up/down", "runs more"),
    "runlevel-unlike": PRESENT,
    "script-emit": ("runs less", "runs more"),
    "script-start": ("runs less", "runs more"),
    "script-call": ("runs more", "runs less"),
    "script-events": ("runs less",),
    "script-variable": ("runs more", "runs less"),
}
# Rows whose findings also declare differences of the jobs that the condition names.
ABOUT_OTHERS = ("stop-order", "starts-when-stopping", "stops-when-started",
                "and", "and-events", "and-several-events", "and-stop")
# Differences of one job that can make another one behave differently.
CONTAGIOUS = ("state *", "failed", "succeeded", "runs *", "sooner", "later")


@dataclass(frozen=True)
class Judgement:
    """A difference, and the code of the finding that declares it, or None.

    :ivar follows: whether the finding belongs to another job, which this one follows or waits for.
    """

    difference: Difference
    code: str | None
    follows: bool


def judge(found: Sequence[Difference], findings: Sequence[Mapping[str, Any]], placed: PlacedStory) -> list[Judgement]:
    """Return the differences with the findings that declare them: of the job itself, or of one that it depends on."""
    codes: dict[str, list[str]] = {}
    for finding in findings:
        if finding["verdict"] != "exact":
            job = placed.plain(finding["job"])
            codes.setdefault(job, []).append(finding["code"])
            if finding["code"] in ABOUT_OTHERS:
                for other in placed.story.jobs:
                    if other in _text(job, placed).split():
                        codes.setdefault(other, []).append(finding["code"])
    declared = {difference: _declaring(difference, codes) for difference in found}
    own = {difference for difference, code in declared.items() if code is not None}
    changed = True
    while changed:
        changed = False
        for difference in found:
            if declared[difference] is None:
                declared[difference] = _inherited(difference, declared, placed)
                changed = changed or declared[difference] is not None
    return [Judgement(difference, declared[difference], difference not in own) for difference in found]


def _declaring(difference: Difference, codes: Mapping[str, Sequence[str]]) -> str | None:
    """Return the code of a finding that declares a difference of a job. Any job may declare the answer to an event."""
    jobs = [difference.job] if difference.job != NOBODY else list(codes)
    for code in DECLARES:
        if any(code in codes.get(job, ()) for job in jobs) \
                and _matches(difference, DECLARES[code]):
            return code
    return None


def _inherited(difference: Difference, declared: Mapping[Difference, str | None], placed: PlacedStory) -> str | None:
    """Return the code that declares an earlier difference of a job from which this one follows."""
    if not _matches(difference, LIFE):
        return None
    for other, code in declared.items():
        if code is not None and _matches(other, CONTAGIOUS) and other.index <= difference.index \
                and (difference.job == NOBODY or _are_connected(difference.job, other.job, placed)):
            return code
    return None


def _are_connected(job: str, other: str, placed: PlacedStory) -> bool:
    """Return whether one of two jobs has the name of the other one in its files."""
    return job != other and (other in _text(job, placed).split() or job in _text(other, placed).split())


def _text(job: str, placed: PlacedStory) -> str:
    text = placed.story.jobs.get(job, "")
    return text if isinstance(text, str) else " ".join(text.values())


def _matches(difference: Difference, kinds: Sequence[str]) -> bool:
    return any(fnmatchcase(difference.kind, kind) for kind in kinds)
