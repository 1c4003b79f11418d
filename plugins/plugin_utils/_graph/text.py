# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graphs as text in the DOT language of Graphviz and in Mermaid. All names are quoted, so none is read as syntax."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .model import Graph, Node


class Appearance(t.NamedTuple):
    """Appearance of a node: colours as #rrggbb, and an outline that shows the state without colours."""

    fill: str
    line: str
    text: str
    outline: t.Literal["solid", "double", "dashed", "dotted"] = "solid"


class Arrow(t.NamedTuple):
    """Appearance of an arrow in both languages."""

    colour: str
    dot: str
    mermaid: str


APPEARANCES = {
    "running": Appearance("#d5f0da", "#1a6b2f", "#0b3d18"),
    "changing": Appearance("#d9e8ff", "#1d4f91", "#0b2a52"),
    "stopped": Appearance("#eeeeee", "#5c5c5c", "#1f1f1f"),
    "trouble": Appearance("#ffe3b3", "#8a4b00", "#4a2800", "double"),
    "broken": Appearance("#ffd9d6", "#a3120a", "#5c0a05", "dashed"),
    "absent": Appearance("#ffffff", "#a3120a", "#5c0a05", "dotted"),
    "known": Appearance("#ffffff", "#4d4d4d", "#1f1f1f"),
    "unknown": Appearance("#ffffff", "#a3120a", "#5c0a05", "dashed"),
    "gate": Appearance("#4d4d4d", "#4d4d4d", "#ffffff"),
    # The worst verdict on the translation of a job
    "exact": Appearance("#d5f0da", "#1a6b2f", "#0b3d18"),
    "near": Appearance("#d9e8ff", "#1d4f91", "#0b2a52"),
    "approximate": Appearance("#ffe3b3", "#8a4b00", "#4a2800", "double"),
    "impossible": Appearance("#ffd9d6", "#a3120a", "#5c0a05", "dashed"),
}
ARROWS = {
    "start": Arrow("#1a6b2f", "style=solid, arrowhead=normal", "-->"),
    "stop": Arrow("#a3120a", "style=dashed, arrowhead=tee", "-.-x"),
    "emit": Arrow("#5c5c5c", "style=dotted, arrowhead=odot", "--o"),
    "order": Arrow("#5c5c5c", "style=dotted, arrowhead=vee", "-.->"),
}
DOT_SHAPES = {"job": "shape=box", "event": "shape=ellipse", "gate": 'shape=circle, margin="0.02", fontsize=9'}
MERMAID_SHAPES = {"job": ("[", "]"), "event": ("([", "])"), "gate": ("((", "))")}
MERMAID_OUTLINES = {"solid": "1px", "double": "4px", "dashed": "2px,stroke-dasharray:6 3",
                    "dotted": "2px,stroke-dasharray:2 3"}
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NO_CHARACTERS = {"\ufffe", "\uffff"}  # forbidden in XML, and so in SVG
# Characters that Mermaid does not interpret inside quotes. Those that could start a list are not safe at the start.
MERMAID_PLAIN = re.compile(r"[A-Za-z0-9 =!,/\[\]|?']")
MERMAID_INNER = re.compile(r"[-+.:]")
# Sequences that Mermaid interprets after it has decoded character codes: formulas, line breaks, icons, its own marks.
MERMAID_LATE = re.compile(r"(?<=\$)(?=\$)|(?<=\\)(?=n)|(?<=:)(?=fa-)|(?<=\ufb02)(?=\xb0)|(?<=\xb6)(?=\xdf)")
WORD_JOINER = "\u2060"  # has no width and separates the characters of these sequences


def visible(text: str) -> str:
    """Return text on one line with codes instead of characters that are invisible, or that hide or reorder others."""
    return "".join(_code(char) if unicodedata.category(char) in INVISIBLE or char in NO_CHARACTERS else char
                   for char in text)


def _code(char: str) -> str:
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def dot_text(lines: t.Iterable[str]) -> str:
    """Return lines as a string of the DOT language. Graphviz also decodes HTML entities in strings."""
    escaped = (visible(line).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def mermaid_text(lines: t.Iterable[str]) -> str:
    """Return lines as a quoted text of Mermaid, with character codes for everything that could be Markdown or HTML."""
    return '"' + "<br/>".join(_mermaid_line(visible(line)) for line in lines) + '"'


def _mermaid_line(line: str) -> str:
    line = MERMAID_LATE.sub(WORD_JOINER, line)
    start = re.match(r"[0-9]*.?", line)  # a number and a full stop would be a list
    inner = start.end() if start else 0
    return "".join(
        char if MERMAID_PLAIN.match(char) or index >= inner and MERMAID_INNER.match(char) else f"#{ord(char)};"
        for index, char in enumerate(line))


def identifiers(graph: Graph) -> dict[str, str]:
    """Return for each node an identifier that is valid in both languages and close to the node's name."""
    identifiers_by_key: dict[str, str] = {}
    taken: set[str] = set()
    for key in graph.nodes:
        slug = re.sub(r"[^A-Za-z0-9]+", "_", key).rstrip("_")
        number, name = 2, slug
        while name in taken:
            number, name = number + 1, f"{slug}_{number}"
        taken.add(name)
        identifiers_by_key[key] = name
    return identifiers_by_key


def to_dot(graph: Graph, direction: str) -> str:
    """Return the graph in the DOT language."""
    names = identifiers(graph)
    lines = [
        "digraph upstart {",
        f'  graph [rankdir={direction}, fontname="sans-serif"]',
        '  node [fontname="sans-serif", fontsize=11, height=0.3]',
        '  edge [fontname="sans-serif", fontsize=10]',
    ]
    for key, node in graph.nodes.items():
        lines.append(f"  {names[key]} [label={dot_text(node.lines)}, {_dot_attributes(node)}]")
    for edge in graph.edges:
        arrow = ARROWS[edge.relation]
        label = f"label={dot_text([edge.label])}, " if edge.label else ""
        lines.append(f"  {names[edge.source]} -> {names[edge.target]} [{label}{arrow.dot}, "
                     f'color="{arrow.colour}", fontcolor="{arrow.colour}", class="{edge.relation}"]')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_attributes(node: Node) -> str:
    appearance = APPEARANCES[node.appearance]
    style = "filled" + (",rounded" if node.kind == "job" else "")
    outline = "" if appearance.outline == "double" else f",{appearance.outline}"
    double = ", peripheries=2" if appearance.outline == "double" else ""
    return (f'{DOT_SHAPES[node.kind]}, style="{style}{outline}"{double}, fillcolor="{appearance.fill}", '
            f'color="{appearance.line}", fontcolor="{appearance.text}", class="{node.appearance}"')


def to_mermaid(graph: Graph, direction: str) -> str:
    """Return the graph as a flowchart of Mermaid."""
    names = identifiers(graph)
    lines = [f"flowchart {direction}"]
    for key, node in graph.nodes.items():
        before, after = MERMAID_SHAPES[node.kind]
        lines.append(f"  {names[key]}{before}{mermaid_text(node.lines)}{after}:::{node.appearance}")
    numbers: dict[str, list[str]] = {}
    for number, edge in enumerate(graph.edges):
        label = f"|{mermaid_text([edge.label])}|" if edge.label else ""
        lines.append(f"  {names[edge.source]} {ARROWS[edge.relation].mermaid}{label} {names[edge.target]}")
        numbers.setdefault(edge.relation, []).append(str(number))
    for name in dict.fromkeys(APPEARANCES):
        if any(node.appearance == name for node in graph.nodes.values()):
            appearance = APPEARANCES[name]
            lines.append(f"  classDef {name} fill:{appearance.fill},stroke:{appearance.line},color:{appearance.text},"
                         f"stroke-width:{MERMAID_OUTLINES[appearance.outline]}")
    for relation, arrow in ARROWS.items():
        if relation in numbers:
            lines.append(f"  linkStyle {','.join(numbers[relation])} stroke:{arrow.colour}")
    return "\n".join(lines) + "\n"
