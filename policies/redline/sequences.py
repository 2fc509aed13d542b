"""Questions about sequences that no library at hand answers, and what the alignment may spend on them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

# What comparing so many units with so many others costs, beside what every comparison costs: 55 000 take
# as long as the call.
CELLS = 50_000
START, END = attrgetter("start"), attrgetter("end")
# So few are looked through faster than they are searched.
FEW = 6


class Placed(Protocol):
    """What has a place in a text."""

    @property
    def start(self) -> int:
        """Where it starts."""

    @property
    def end(self) -> int:
        """Where it ends."""


Found = TypeVar("Found", bound=Placed)


class Effort:
    """What may still be spent on weighing things against each other, in comparisons of short ones.

    It is counted and not timed, so that the same texts have the same comparison on every machine.
    """

    def __init__(self, limit: int) -> None:
        self.left: float = limit

    def affords(self, old: Sequence[int], new: Sequence[int]) -> bool:
        """Whether things of these lengths can all be weighed against each other; if so, it is spent."""
        cost = len(old) * len(new) + sum(old) * sum(new) / CELLS
        if cost > self.left:
            return False
        self.left -= cost
        return True


def best_chain(grades: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Give the pairs of row and column, both rising, whose grades add up to the most; none is 0."""
    rows, columns = len(grades), len(grades[0])
    best = [[0.0] * (columns + 1) for _row in range(rows + 1)]
    for a in range(rows - 1, -1, -1):
        row, below, mine = best[a], best[a + 1], grades[a]
        for b in range(columns - 1, -1, -1):
            skipped = max(below[b], row[b + 1])
            taken = mine[b] + below[b + 1] if mine[b] else 0.0
            row[b] = max(skipped, taken)
    chain, a, b = [], 0, 0
    while a < rows and b < columns:
        if grades[a][b] and best[a][b] == grades[a][b] + best[a + 1][b + 1]:
            chain.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return chain


def heaviest_rise(values: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Give the positions of the rising subsequence of distinct `values` that weighs the most.

    A Fenwick tree over the ranks of the values holds the heaviest sequence that ends at or below each.
    """
    order = sorted(values)
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(values) + 1)
    before: list[int] = []
    for at, value in enumerate(values):
        rank = bisect_left(order, value)
        weight, previous = 0.0, -1
        step = rank
        while step:
            weight, previous = max((weight, previous), tree[step])
            step -= step & -step
        before.append(previous)
        step = rank + 1
        while step < len(tree):
            tree[step] = max(tree[step], (weight + weights[at], at))
            step += step & -step
    chain, at = [], max(tree, default=(0.0, -1))[1]
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]


def touching(found: Sequence[Found], start: int, end: int) -> list[Found]:
    """Give what shares a character with a stretch of its text, or encloses an empty one.

    They are in order and none overlaps another, so nobody need look at all of them.
    """
    if not found:
        return []
    if len(found) <= FEW:
        return [one for one in found if one.start < end and one.end > start]
    first = bisect_right(found, start, key=END)
    return list(found[first : bisect_left(found, end, lo=first, key=START)])
