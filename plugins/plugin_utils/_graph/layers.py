# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of a graph: each arrow leads downwards, except where a loop forbids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Successors = Mapping[str, Iterable[str]]


def back_edges(keys: Iterable[str], successors: Successors) -> set[tuple[str, str]]:
    """Return the edges that close a loop, so that the others have none.

    :param keys: the nodes in the order in which loops are entered.
    """
    closing: set[tuple[str, str]] = set()
    finished: set[str] = set()
    on_path: set[str] = set()
    for start in keys:
        if start in finished:
            continue
        path = [(start, iter(successors.get(start, ())))]
        on_path.add(start)
        while path:
            key, rest = path[-1]
            successor = next(rest, None)
            if successor is None:
                path.pop()
                on_path.discard(key)
                finished.add(key)
            elif successor in on_path:
                closing.add((key, successor))
            elif successor not in finished:
                path.append((successor, iter(successors.get(successor, ()))))
                on_path.add(successor)
    return closing


def positions(keys: Iterable[str], successors: Successors) -> dict[str, tuple[int, int]]:
    """Return the position of each node: increasing along all edges except those that close a loop.

    The search for loops begins at the nodes without predecessors.
    """
    ordered = list(keys)
    caused = {successor for targets in successors.values() for successor in targets}
    closing = back_edges(sorted(ordered, key=lambda key: key in caused), successors)
    acyclic = {key: [target for target in dict.fromkeys(targets) if (key, target) not in closing]
               for key, targets in successors.items()}
    predecessors = _predecessors(ordered, acyclic)
    layers = _lowered(_longest_paths(ordered, acyclic, predecessors), acyclic, predecessors)
    return {key: (layers[key], number) for number, key in enumerate(ordered)}


def _predecessors(keys: Iterable[str], successors: Successors) -> dict[str, list[str]]:
    predecessors: dict[str, list[str]] = {key: [] for key in keys}
    for key, targets in successors.items():
        for successor in targets:
            predecessors[successor].append(key)
    return predecessors


def assign(widths: Mapping[str, float], successors: Successors, max_width: float, gap: float) -> dict[str, int]:
    """Return the layer of each node: below all predecessors, and no layer wider than allowed.

    :param widths: the width of each node, in pixels; their order decides between equals.
    :param successors: a graph without loops.
    :param max_width: width of a layer in pixels, which only a single wider node exceeds.
    :param gap: space between two nodes of a layer, in pixels.
    """
    predecessors = _predecessors(widths, successors)
    wanted = _lowered(_longest_paths(widths, successors, predecessors), successors, predecessors)
    number = {key: index for index, key in enumerate(widths)}
    layers: dict[str, int] = {}
    used: dict[int, float] = {}
    for key in sorted(widths, key=lambda key: (wanted[key], not successors.get(key), number[key])):
        layer = max([wanted[key], *(layers[predecessor] + 1 for predecessor in predecessors[key])])
        while layer in used and used[layer] + gap + widths[key] > max_width:
            layer += 1
        layers[key] = layer
        used[layer] = used.get(layer, -gap) + gap + widths[key]
    ranks = {layer: rank for rank, layer in enumerate(sorted(used))}
    return {key: ranks[layers[key]] for key in widths}


def _longest_paths(keys: Iterable[str], successors: Successors, predecessors: Mapping[str, list[str]]
                   ) -> dict[str, int]:
    """Return for each node the number of edges on the longest path to it, in an order from causes to effects."""
    waiting = {key: len(predecessors[key]) for key in keys}
    layers = {key: 0 for key, count in waiting.items() if not count}
    ready = list(layers)
    for key in ready:  # grows
        for successor in successors.get(key, ()):
            layers[successor] = max(layers.get(successor, 0), layers[key] + 1)
            waiting[successor] -= 1
            if not waiting[successor]:
                ready.append(successor)
    return {key: layers[key] for key in ready}


def _lowered(layers: dict[str, int], successors: Successors, predecessors: Mapping[str, list[str]]) -> dict[str, int]:
    """Move nodes without predecessors down to their first successor, so that their arrows are short."""
    return {key: layer if predecessors[key] else
            min((layers[successor] for successor in successors.get(key, ())), default=1) - 1
            for key, layer in layers.items()}
