# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the collection: code blocks of its pages, and EXAMPLES of its plugins."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*(ROOT / "docs").rglob("*.rst"), ROOT / "README.md", ROOT / "CONTRIBUTING.md",
                ROOT / "roles/emulator/files/README.md", *(ROOT / "roles").glob("*/README.md")])
PLUGINS = sorted(path for kind in ("modules", "filter") for path in (ROOT / "plugins" / kind).glob("*.py"))
RST = re.compile(r"^\.\. code-block:: *(\S+)\n((?:   +:\w+:.*\n)*)\n((?:(?:   .*)?\n)+)", re.M)
MARKDOWN = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A code block; ``caption`` is the name of the shown file, from its option or its first comment."""

    page: str
    line: int
    language: str
    caption: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def data(self) -> Any:
        return yaml.safe_load(self.text)


def blocks_of(path: Path) -> Iterator[Block]:
    text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    if path.suffix == ".py":
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
                yield Block(name, node.lineno, "yaml", "", ast.literal_eval(node.value))
        return
    for match in (RST if path.suffix == ".rst" else MARKDOWN).finditer(text):
        language, rest, body = match.groups() if path.suffix == ".rst" else (match[1], "", match[2])
        caption = re.search(r":caption: *(.+)", rest) or re.match(r"\s*# (\S+\.\w+)\n", body)
        yield Block(name, text.count("\n", 0, match.start()) + 1, language.lower(), caption[1] if caption else "",
                    textwrap.dedent(body))


@functools.cache
def all_blocks() -> tuple[Block, ...]:
    return tuple(block for path in [*PAGES, *PLUGINS] for block in blocks_of(path))


def yaml_blocks() -> list[Block]:
    return [block for block in all_blocks() if block.language in ("yaml", "yaml+jinja", "yaml+jinja2")]


def is_play(item: Any) -> bool:
    return isinstance(item, dict) and any(key == "hosts" or key.endswith("import_playbook") for key in item)


def plays_of(block: Block) -> list[dict[str, Any]]:
    """Return the plays of a block. A list of tasks becomes a play; a mapping has no plays."""
    data = block.data()
    if not isinstance(data, list):
        return []
    if all(is_play(item) for item in data):
        return data
    if all(isinstance(item, dict) and "role" in item for item in data):
        return [{"name": f"Roles of {block}", "hosts": "all", "gather_facts": False, "roles": data}]
    return [{"name": f"Tasks of {block}", "hosts": "all", "gather_facts": False, "tasks": data}]


def tasks_of(play: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the tasks of a play, including those of its blocks."""
    for key in ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"):
        for task in play.get(key) or []:
            if "block" in task:
                yield from tasks_of(task)
            else:
                yield task


def strings_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.items() if isinstance(value, dict) else value:
            yield from strings_of(list(item) if isinstance(item, tuple) else item)


def commands() -> list[tuple[Block, str]]:
    """Return the command lines of all console blocks, with continued lines joined."""
    commands = []
    for block in all_blocks():
        if block.language == "console":
            lines = re.sub(r"\\\n\s*", " ", block.text).splitlines()
            prompted = [line[2:] for line in lines if line.startswith("$ ")]
            commands += [(block, line) for line in prompted or lines if line]
    return commands
