# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small changes of source code that the tests should detect: cosmic-ray's operators, and three of our own."""

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
# Similar operators that apply to the same place: only one of each family is used there.
FAMILIES = ("ReplaceBinaryOperator", "ReplaceComparisonOperator", "ReplaceUnaryOperator", "NumberReplacer")
# Operators that need arguments, or whose changes are obvious.
UNUSED = ("VariableReplacer", "VariableInserter", "NoOp")
# Imports, also those for mypy, and constants in seconds: one second more or less is not a bug.
NOT_TOUCHED = re.compile(
    r"\s*(from __future__|if MYPY:|__metaclass__|import |from \S+ import|[A-Z_]+ = [\d.]+ *# .*second)")
# Python decides whether equal texts or numbers are the same object.
IDENTITY = re.compile(r"ReplaceComparisonOperator_(?!Is)\w+_Is(Not)?$|ReplaceComparisonOperator_Is(Not)?_(?!Is)")


class Statement(Operator):
    """Replaces a statement by ``after`` if its first node has a type in ``before``."""

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
    """Removes a call statement."""

    before = ("atom_expr", "power")


class DropRaise(Statement):
    """Removes a raise statement."""

    before = ("raise_stmt",)


class ReturnNothing(Statement):
    """Makes a function return None."""

    before = ("return_stmt",)
    after = "return None"


@dataclass(frozen=True)
class Mutant:
    """A changed version of a file; ``removed`` and ``added`` are the differing lines, stripped."""

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
    """Return the operators by name."""
    operators: dict[str, Any] = {operator.__name__: operator() for operator in (DropCall, DropRaise, ReturnNothing)}
    for name in operator_names():
        short = name.rpartition("/")[2]
        if short not in UNUSED and not IDENTITY.match(short):
            operators[short] = get_operator(name)()
    return operators


def order(seed: int, *parts: object) -> str:
    """Return a random sort key that depends only on ``parts``: changes elsewhere do not change the sample."""
    return hashlib.sha256("\0".join(map(str, [seed, *parts])).encode()).hexdigest()


def _formats(node: Any) -> bool:
    """Return whether this ``%`` formats a text: any other operator would only raise TypeError."""
    if node.type != "operator" or node.value != "%":
        return False
    leaf = node.get_previous_leaf()
    return leaf.type == "string" or (leaf.value == ")" and leaf.get_previous_leaf().type == "string")


def _annotations(source: str) -> list[Span]:
    """Return the places of type annotations, which Python does not evaluate."""
    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            nodes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            nodes.append(node.returns)
    return [((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
            for node in nodes if node is not None]


def _has_effect(name: str, span: Span, line: str, annotations: list[Span]) -> bool:
    """Return whether a change may have an effect: not in an annotation, and not only that attributes can be set."""
    if name == "ReplaceTrueWithFalse" and line.startswith("@dataclass("):
        return False
    return not any(start <= span[0] and span[1] <= end for start, end in annotations)


def _places(source: str, seed: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield operator, occurrence, first and last line; a single operator of each family for each place."""
    nodes = list(ast_nodes(get_ast(source)))
    lines, annotations = source.split("\n"), _annotations(source)
    chosen: dict[tuple[str, Span], tuple[str, str, int]] = {}
    for name, operator in operators().items():
        family = next((family for family in FAMILIES if name.startswith(family)), name)
        occurrence = -1
        for node in nodes:
            for span in operator.mutation_positions(node):
                occurrence += 1
                (line, _column), _end = span
                if NOT_TOUCHED.match(lines[line - 1]) or (family == FAMILIES[0] and _formats(node)) \
                        or not _has_effect(name, span, lines[line - 1], annotations):
                    continue
                candidate = (order(seed, name, lines[line - 1], span[0][1], occurrence), name, occurrence)
                chosen[family, span] = min(chosen.get((family, span), candidate), candidate)
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
    mutants: list[Mutant] = []
    keys = set()
    known = operators()
    for _order, path, name, occurrence, first, last in sorted(places):
        source = (root / path).read_text(encoding="utf-8")
        code = mutate_code(source, known[name], occurrence)
        if len(mutants) == count:
            break
        if code is not None and code != source and _compiles(code):
            mutant = Mutant(path, first, name, code, *_difference(source, code), last)
            if mutant.key not in keys:
                keys.add(mutant.key)
                mutants.append(mutant)
    return mutants
