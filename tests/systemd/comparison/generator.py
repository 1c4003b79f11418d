# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories: small sets of jobs that follow each other, and steps. A seed always gives the same story."""

from __future__ import annotations

import random

from .story import Step, Story, close, emit, kill, main, open_gate, process, start, stop

NAMES = ("a", "b", "c", "d")
EVENTS = ("up", "down")


def _main(name: str, kind: str, chance: random.Random) -> str:
    if kind == "state":
        return process("pre-start", name, "exit 0")
    if kind == "task":
        return "task\n" + main(name, chance.choice(["exit 0", "exit 0", "exit 1", "first 1 exit 0"]))
    return main(name)


def _leaf(earlier: list[str], chance: random.Random, verbs: tuple[str, ...]) -> str:
    if not earlier or chance.random() < 0.25:
        return f"@{chance.choice(EVENTS)}"
    verb = chance.choice(verbs)
    result = f"{verb} @{chance.choice(earlier)}"
    return result + chance.choice(["", " RESULT=ok", " RESULT=failed"]) if verb == "stopped" else result


def _condition(earlier: list[str], chance: random.Random, verbs: tuple[str, ...], joins: float) -> str:
    first = _leaf(earlier, chance, verbs)
    if chance.random() < joins:
        return f"{first} {chance.choice(['and', 'or'])} {_leaf(earlier, chance, verbs)}"
    return first


def _job(name: str, kind: str, earlier: list[str], chance: random.Random) -> str:
    text = ""
    if earlier or chance.random() < 0.5:
        text += "start on " + _condition(earlier, chance, ("started", "started",
                                         "starting", "stopped", "stopping"), 0.2) + "\n"
    if chance.random() < 0.5:
        text += "stop on " + _condition(earlier, chance, ("stopping", "stopped", "starting"), 0.1) + "\n"
    if kind == "service" and chance.random() < 0.25:
        text += "respawn\n"
    for other in ("pre-start", "post-start", "post-stop"):
        if chance.random() < 0.2 and (kind != "state" or other != "pre-start"):
            text += process(other, name, "exit 0" if chance.random() < 0.8 else "exit 1")
    return text + _main(name, kind, chance)


def random_story(seed: int) -> Story:
    """Return the story of a seed."""
    chance = random.Random(seed)
    names = list(NAMES[:chance.choice([2, 3, 3, 4])])
    kinds = {name: chance.choice(["service", "service", "service", "task", "state"]) for name in names}
    jobs = {f"@{name}": _job(name, kinds[name], names[:index], chance) for index, name in enumerate(names)}
    gates = [f"{name}.{kind}" for name in names for kind in ("pre-start", "post-start", "post-stop", "main")
             if f" {name}.{kind} exit" in jobs[f"@{name}"]]
    steps: list[Step] = []
    for number in range(chance.choice([4, 5, 6])):
        step = _step(names, kinds, chance) if number else start("@a")
        gate = chance.choice(gates) if gates and chance.random() < 0.35 else None
        gates = [label for label in gates if label != gate]
        steps += [step] if gate is None else [close(gate), step, open_gate(gate)]
    return Story(f"random {seed}", (), jobs, tuple(steps))


def _step(names: list[str], kinds: dict[str, str], chance: random.Random) -> Step:
    name = chance.choice(names)
    choices = [start(f"@{name}"), stop(f"@{name}"), emit(f"@{chance.choice(EVENTS)}")]
    if kinds[name] == "service":
        choices.append(kill(f"{name}.main"))
    return chance.choice(choices)
