"""Two classical questions about sequences that the alignment asks, and that no library at hand answers."""

from bisect import bisect_left
from collections.abc import Sequence


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
