# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small changes of source code, each of which the tests should notice: cosmic-ray's operators, and three of our own."""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

Span = tuple[tuple[int, int], tuple[int, int]]
# Of these there are many at one place, which say much the same: one is taken.
FAMILIES = ("ReplaceBinaryOperator", "ReplaceComparisonOperator", "ReplaceUnaryOperator", "NumberReplacer")
# They need arguments, or what they do is noticed by whoever reads the file.
UNUSED = ("VariableReplacer", "VariableInserter", "NoOp")
# Imports, and constants in seconds, of which one more or less is no mistake.
NOT_TOUCHED = re.compile(r"\s*(from __future__|__metaclass__|import |from \S+ import|[A-Z_]+ = [\d.]+ *# .*second)")
# Whether two equal texts or numbers are one object, Python decides.
IDENTITY = re.compile(r"ReplaceComparisonOperator_(?!Is)\w+_Is(Not)?$|ReplaceComparisonOperator_Is(Not)?_(?!Is)")


class Statement(Operator):
    """Replaces a statement of its own line by ``after`` when its first part is of the type ``before``."""

    before: tuple[str, ...] = ()
    after = "pass"

    def mutation_positions(self, node: Any) -> Iterator[Span]:
        if node.type == "simple_stmt" and node.children[0].type in self.before:
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        other = parso.parse(self.after).children[0]
        other.get_first_leaf().prefix = node.get_first_leaf().prefix
        node.children[0] = other
        return node

    @classmethod
    def examples(cls) -> tuple[Any, ...]:
        return ()


class DropCall(Statement):
    """A call for its effect is left out."""

    before = ("atom_expr", "power")


class DropRaise(Statement):
    """An error is not raised."""

    before = ("raise_stmt",)


class ReturnNothing(Statement):
    """A function returns nothing."""

    before = ("return_stmt",)
    after = "return None"


@dataclass(frozen=True)
class Mutant:
    """One changed version of one file; ``removed`` and ``added`` are its lines that differ, stripped."""

    path: str
    line: int
    operator: str
    code: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    last_line: int

    @property
    def key(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        return self.path, self.removed, self.added

    def text(self) -> str:
        return "\n".join([self.path, *(f"- {line}" for line in self.removed), *(f"+ {line}" for line in self.added)])


def operators() -> dict[str, Any]:
    """Return an operator for each name."""
    found: dict[str, Any] = {each.__name__: each() for each in (DropCall, DropRaise, ReturnNothing)}
    for name in operator_names():
        short = name.rpartition("/")[2]
        if short not in UNUSED and not IDENTITY.match(short):
            found[short] = get_operator(name)()
    return found


def order(seed: int, *parts: object) -> str:
    """Return what sorts mutants at random, but each by itself: a change elsewhere does not change the sample."""
    return hashlib.sha256("\0".join(map(str, [seed, *parts])).encode()).hexdigest()


def _formats(node: Any) -> bool:
    """Return whether ``%`` makes a text here: another operator could only raise TypeError."""
    if node.type != "operator" or node.value != "%":
        return False
    leaf = node.get_previous_leaf()
    return leaf.type == "string" or (leaf.value == ")" and leaf.get_previous_leaf().type == "string")


def _places(source: str, seed: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield operator, occurrence, first and last line; one of a family for each place."""
    nodes = list(ast_nodes(get_ast(source)))
    lines = source.split("\n")
    chosen: dict[tuple[str, Span], tuple[str, str, int]] = {}
    for name, operator in operators().items():
        family = next((family for family in FAMILIES if name.startswith(family)), name)
        occurrence = -1
        for node in nodes:
            for span in operator.mutation_positions(node):
                occurrence += 1
                (line, _column), _end = span
                if NOT_TOUCHED.match(lines[line - 1]) or (family == FAMILIES[0] and _formats(node)):
                    continue
                found = (order(seed, name, lines[line - 1], span[0][1], occurrence), name, occurrence)
                chosen[family, span] = min(chosen.get((family, span), found), found)
    for (_family, (start, end)), (_order, name, occurrence) in chosen.items():
        yield name, occurrence, start[0], end[0]


def _difference(before: str, after: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    return (tuple(line[2:].strip() for line in lines if line.startswith("- ")),
            tuple(line[2:].strip() for line in lines if line.startswith("+ ")))


def _compiles(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def sample(root: Path, paths: list[str], count: int, seed: int) -> list[Mutant]:
    """Return ``count`` mutants of the files, in a fixed random order."""
    places = []
    for path in paths:
        source = (root / path).read_text(encoding="utf-8")
        lines = source.split("\n")
        seen: dict[tuple[str, str], int] = {}
        for name, occurrence, first, last in _places(source, seed):
            nth = seen[name, lines[first - 1]] = seen.get((name, lines[first - 1]), 0) + 1
            places.append((order(seed, path, name, lines[first - 1], nth), path, name, occurrence, first, last))
    found: list[Mutant] = []
    keys = set()
    known = operators()
    for _order, path, name, occurrence, first, last in sorted(places):
        source = (root / path).read_text(encoding="utf-8")
        code = mutate_code(source, known[name], occurrence)
        if len(found) == count:
            break
        if code is not None and code != source and _compiles(code):
            mutant = Mutant(path, first, name, code, *_difference(source, code), last)
            if mutant.key not in keys:
                keys.add(mutant.key)
                found.append(mutant)
    return found
