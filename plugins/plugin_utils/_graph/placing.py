# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places of the items of a layered picture: their order in each row, and their horizontal positions.

Numbers are added with fsum, because Python's sum rounds differently since 3.12, and the pictures would too.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from math import fsum

ORDER_SWEEPS = 8
PLACE_SWEEPS = 16
FINE_SWEEPS = 6  # the last ones, which use both neighbouring rows
LEAST_WEIGHT = 0.2
INFINITE = float("inf")

ItemRows = list[list[int]]
Links = Sequence[Sequence[int]]


def order(rows: ItemRows, above: Links, below: Links) -> ItemRows:
    """Return the rows with the items of each row in an order with few crossings.

    :param rows: numbers of items by row.
    :param above: for each item, the linked items in the row above; ``below`` likewise.
    """
    current = [list(row) for row in rows]
    best, fewest = current, _crossings(current, below)
    for sweep in range(ORDER_SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        current = _swept(current, above if downwards else below, downwards)
        crossings = _crossings(current, below)
        if crossings < fewest:
            best, fewest = current, crossings
    return best


def _swept(rows: ItemRows, links: Links, downwards: bool) -> ItemRows:
    """Return the rows, each sorted by the mean position of the items that are linked in the row before."""
    swept: dict[int, list[int]] = {}
    position: dict[int, float] = {}
    numbers = range(len(rows)) if downwards else range(len(rows) - 1, -1, -1)
    for number in numbers:
        row = rows[number]
        wanted = {}
        for index, item in enumerate(row):
            places = [position[other] for other in links[item]]
            wanted[item] = fsum(places) / len(places) if places else (index + 0.5) / len(row)
        swept[number] = sorted(row, key=wanted.__getitem__)
        position.update((item, (index + 0.5) / len(row)) for index, item in enumerate(swept[number]))
    return [swept[number] for number in range(len(rows))]


def _crossings(rows: ItemRows, below: Links) -> int:
    """Return the number of pairs of links that cross."""
    total = 0
    for upper, lower in zip(rows, rows[1:]):
        position = {item: index for index, item in enumerate(lower)}
        ends = [end for item in upper for end in sorted(position[other] for other in below[item])]
        total += _inversions(ends, len(lower))
    return total


def _inversions(numbers: Sequence[int], size: int) -> int:
    """Return the number of pairs in which the larger number is first; a Fenwick tree counts them."""
    tree = [0] * (size + 1)
    total = 0
    for seen, number in enumerate(numbers):
        index, not_larger = number + 1, 0
        while index:
            not_larger += tree[index]
            index &= index - 1
        total += seen - not_larger
        index = number + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total


def spread(wanted: Sequence[float], weights: Sequence[float], distances: Sequence[float],
           low: float = -INFINITE, high: float = INFINITE) -> list[float]:
    """Return the positions closest to the wanted ones (least squares) that keep the order and the distances.

    :param distances: the least distance of each position to the next; one less than positions.
    :param low: the least first position; ``high`` the greatest last one. The distances win over it.
    """
    offsets = [0.0]
    for distance in distances:
        offsets.append(offsets[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # mean, weight, number of positions
    for place, weight, offset in zip(wanted, weights, offsets):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, before, count = pools.pop()
            pool = ((mean * before + pool[0] * pool[1]) / (before + pool[1]), before + pool[1], count + pool[2])
        pools.append(pool)
    high -= offsets[-1]
    means = [max(low, min(mean, high)) for mean, _weight, count in pools for _position in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets)]


def place(rows: ItemRows, above: Links, below: Links, widths: Sequence[float], gaps: Sequence[float],
          straight: Mapping[int, float], total_width: float) -> list[float]:
    """Return the horizontal centre of each item, close to the items that it is linked with.

    :param widths: width of each item; ``gaps`` the space that it needs on each side.
    :param straight: items that keep their place more than others, with their weight: the points of long arrows.
    :param total_width: the width in which all items are placed, if each row fits into it.
    """
    centres = [0.0] * len(widths)
    distances = [[(widths[left] + widths[right]) / 2 + max(gaps[left], gaps[right])
                  for left, right in zip(row, row[1:])] for row in rows]
    edges = [(widths[row[0]] / 2, widths[row[-1]] / 2) for row in rows]
    total_width = max([total_width, *(left + fsum(needed) + right for (left, right), needed in zip(edges, distances))])
    for row, needed in zip(rows, distances):
        for item, centre in zip(row, spread([total_width / 2] * len(row), [1.0] * len(row), needed)):
            centres[item] = centre
    for sweep in range(PLACE_SWEEPS):
        downwards = sweep % 2 == 0
        is_last = sweep >= PLACE_SWEEPS - FINE_SWEEPS
        for number in range(len(rows)) if downwards else range(len(rows) - 1, -1, -1):
            row = rows[number]
            wanted, weights = [], []
            for item in row:
                linked = [*above[item], *below[item]] if is_last or item in straight else \
                    (above if downwards else below)[item]
                wanted.append(_mean([centres[other] for other in linked], centres[item]))
                weights.append(straight.get(item, 1.0) * max(LEAST_WEIGHT, len(linked)))
            for item, centre in zip(row, spread(wanted, weights, distances[number], edges[number][0],
                                                total_width - edges[number][1])):
                centres[item] = centre
    return centres


def _mean(places: Sequence[float], default: float) -> float:
    return fsum(places) / len(places) if places else default


def straighten(rows: ItemRows, below: Links, widths: Sequence[float], gaps: Sequence[float], points: Container[int],
               centres: Sequence[float]) -> list[float]:
    """Return the centres with the points of each arrow above each other, as far as their neighbours leave room.

    :param points: items without a size, where arrows pass a row.
    """
    straight = dict(enumerate(centres))
    neighbours: dict[int, tuple[int | None, int | None]] = {}
    for row in rows:
        for left, item, right in zip([None, *row], row, [*row[1:], None]):
            neighbours[item] = left, right

    def room(item: int) -> tuple[float, float]:
        left, right = neighbours[item]
        low = -INFINITE if left is None else \
            straight[left] + (widths[left] + widths[item]) / 2 + max(gaps[left], gaps[item])
        high = INFINITE if right is None else \
            straight[right] - (widths[right] + widths[item]) / 2 - max(gaps[right], gaps[item])
        return low, max(low, high)

    for chain in _chains(rows, below, points):
        first = 0
        while first < len(chain):
            low, high = room(chain[first])
            last = first + 1
            while last < len(chain):
                next_low, next_high = room(chain[last])
                if max(low, next_low) > min(high, next_high):
                    break
                low, high, last = max(low, next_low), min(high, next_high), last + 1
            aligned = chain[first:last]
            centre = min(max(fsum(straight[item] for item in aligned) / len(aligned), low), high)
            straight.update(dict.fromkeys(aligned, centre))
            first = last
    return [straight[item] for item in range(len(centres))]


def _chains(rows: ItemRows, below: Links, points: Container[int]) -> Iterator[list[int]]:
    """Yield the points of each arrow from top to bottom."""
    following = {item: other for row in rows for item in row if item in points
                 for other in below[item] if other in points}
    later = set(following.values())
    for row in rows:
        for item in row:
            if item in points and item not in later:
                chain = [item]
                while chain[-1] in following:
                    chain.append(following[chain[-1]])
                yield chain
