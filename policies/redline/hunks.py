"""The stretches in which two sequences of words differ, and how they are made to read well."""

from collections import Counter
from collections.abc import Sequence

import regex
from rapidfuzz.distance import Indel

# Where a stretch of one sequence became a stretch of another: old start and end, new start and end.
Hunk = tuple[int, int, int, int]

# Units of the old text times units of the new one. The alignment takes a bit for each: 8 MB.
CELLS_LIMIT = 64_000_000

WORD = regex.compile(r"\w")
ENDS_SENTENCE = (".", "!", "?", ":", ";", "。", "！", "？", "；")
# So many units that stay between two changes may be absorbed by them.
ABSORBED = 3


def fits(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether two sequences are short enough to be compared as they are."""
    return len(old) * len(new) <= CELLS_LIMIT


def likeness(old: Sequence[str], new: Sequence[str], least: float = 0) -> float:
    """Give how much of two sequences is the same, from 0 to 1, or 0 where that is less than `least`.

    That is what stands in both in the same order or, where finding this would take too long, in any order.
    """
    if fits(old, new):
        return float(Indel.normalized_similarity(old, new, score_cutoff=least))
    share = 2 * (Counter(old) & Counter(new)).total() / (len(old) + len(new))
    return share if share >= least else 0


def differences(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Give the stretches in which two sequences differ, by their longest common subsequence.

    Units are told apart by their hashes.
    """
    found: list[Hunk] = []
    done = new_done = 0
    for match in Indel.editops(old, new).as_matching_blocks():
        start, new_start, size = match.a, match.b, match.size
        if start > done or new_start > new_done:
            found.append((done, start, new_done, new_start))
        done, new_done = start + size, new_start + size
    return found


def bounded_differences(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Give what `differences` gives; where that would take too long, one stretch without the common ends."""
    if fits(old, new):
        return differences(old, new)
    start, end = common_ends(old, new)
    return [(start, len(old) - end, start, len(new) - end)]


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Give how many units two sequences share at their start, and at their end behind that."""
    start = shared_start(old, new)
    return start, shared_start(
        old[: start - 1 if start else None : -1], new[: start - 1 if start else None : -1]
    )


def shared_start(old: Sequence[str], new: Sequence[str]) -> int:
    """Give how many units two sequences share at their start."""
    shorter = min(len(old), len(new))
    if old[:1] != new[:1]:
        return 0
    return next((at for at in range(shorter) if old[at] != new[at]), shorter)


def sentence_ends(units: Sequence[str]) -> list[int]:
    """Give the positions between sentences, with 0 and the end."""
    ends = [at for at, unit in enumerate(units, start=1) if unit.endswith(ENDS_SENTENCE)]
    return [0, *ends] if ends and ends[-1] == len(units) else [0, *ends, len(units)]


def absorb(hunks: list[Hunk], before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """Join changes that are parted by less than they change, so that a rewritten phrase reads as one."""
    if len(hunks) <= 1:
        return hunks
    joined: list[Hunk] = []
    last = hunks[0]
    known: tuple[int, int] | None = None
    for hunk in hunks[1:]:
        size = None
        if hunk[0] - last[1] <= ABSORBED:
            gone, came = known or letters(last, before, after)
            less, more = size = letters(hunk, before, after)
            between = "".join(before[last[1] : hunk[0]])
            if is_slight(between, min(max(gone, came), max(less, more))):
                last = (last[0], hunk[1], last[2], hunk[3])
                known = (gone + len(between) + less, came + len(between) + more)
                continue
        joined.append(last)
        last, known = hunk, size
    joined.append(last)
    if len(joined) < len(hunks) and ")" in before:
        # Only a phrase that was joined can have taken a bracket in and left its end outside.
        return [close_bracket(hunk, before) for hunk in joined]
    return joined


def letters(hunk: Hunk, before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Give how many letters a hunk takes away, and how many it brings."""
    old_start, old_end, new_start, new_end = hunk
    return len("".join(before[old_start:old_end])), len("".join(after[new_start:new_end]))


def close_bracket(hunk: Hunk, before: Sequence[str]) -> Hunk:
    """Take the bracket that closes one in a change into it, where it stands right behind."""
    inside = "".join(before[hunk[0] : hunk[1]])
    is_open = inside.count("(") > inside.count(")") and before[hunk[1] : hunk[1] + 1] == [")"]
    return (hunk[0], hunk[1] + 1, hunk[2], hunk[3] + 1) if is_open else hunk


def is_slight(between: str, room: int) -> bool:
    """Whether what stays between two changes only parts what belongs together: signs, or `room` letters."""
    if len(between) <= room and not between.endswith(ENDS_SENTENCE):
        return True
    return not between.isalpha() and not WORD.search(between)


def slide(hunks: Sequence[Hunk], before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """Move pure insertions and deletions, where they could as well stand elsewhere, to a sentence's start."""
    slid: list[Hunk] = []
    for at, hunk in enumerate(hunks):
        low = slid[-1] if slid else (0, 0, 0, 0)
        high = hunks[at + 1] if at + 1 < len(hunks) else (len(before), 0, len(after), 0)
        if hunk[0] == hunk[1]:
            shift = best_shift(after, hunk[2], hunk[3], low[3], high[2])
        elif hunk[2] == hunk[3]:
            shift = best_shift(before, hunk[0], hunk[1], low[1], high[0])
        else:
            shift = 0
        slid.append((hunk[0] + shift, hunk[1] + shift, hunk[2] + shift, hunk[3] + shift) if shift else hunk)
    return slid


def best_shift(units: Sequence[str], start: int, end: int, low: int, high: int) -> int:
    """Give how far a stretch of `units` moves, within `low` and `high`, to begin where a sentence does."""
    shift = 0
    while start + shift > low and units[start + shift - 1] == units[end + shift - 1]:
        shift -= 1
    first = shift
    while end + shift < high and units[start + shift] == units[end + shift]:
        shift += 1
    if first == shift:
        return 0
    return max(range(first, shift + 1), key=lambda by: (begins_well(units, start + by), by == 0))


def begins_well(units: Sequence[str], at: int) -> int:
    """Grade a place for a change to begin: at the start or after a sentence 2, after a comma 1, else 0."""
    if at == 0 or units[at - 1].endswith(ENDS_SENTENCE):
        return 2
    return int(units[at - 1].endswith(","))
