"""Which clause of the new text is which clause of the old one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from .document import Document
from .sequences import Effort, heaviest_rise
from .wording import Texts, has_words

Grades = dict[tuple[int, int], float]
# The headings above a clause, and its own.
Path = tuple[str, ...]

# Two clauses are versions of one another if they share this much, or if their headings are the same.
KINSHIP = 0.35
# The same for letters, where spaces part no words; more of them are alike by chance.
KINSHIP_OF_LETTERS = 0.5
KINSHIP_OF_HEADINGS = 0.7
# Where a heading stands but once under the headings above it, nothing that clauses share says more than that.
SAME_HEADING, SAME_PATH = 0.5, 1.05
# A text that stands in more places than this says nothing about where it belongs.
RARE = 4
# So many pairs of clauses are weighed by what they say, a second's worth; the stretches that would take
# more are matched by headings and shared blocks alone.
PAIRS_LIMIT = 150_000
NUMBERING = re.compile(
    r"^(?:(?:section|article|clause|§+)\s*)?(?:\(?(?:\d+|[ivxlc]+|[a-z])[.):]+\s*)*(?:\d+\s+)?", re.IGNORECASE
)


def clause_pairs(old: Document, new: Document, old_texts: Texts, new_texts: Texts) -> list[tuple[int, int]]:
    """Give the clauses that are versions of one another, by their positions, in the order of the old text."""
    found, effort = dict(best_pairs(evidence(old, new))), Effort(PAIRS_LIMIT)
    for mine, theirs in list(gaps(found, len(old.clauses), len(new.clauses))):
        before = {at: said_in(old, at, old_texts) for at in mine}
        after = {at: said_in(new, at, new_texts) for at in theirs}
        if effort.affords(*([said.length for said in side.values()] for side in (before, after))):
            found.update(best_pairs(likeness(before, after)))
    return sorted(found.items())


def evidence(old: Document, new: Document) -> Grades:
    """Grade pairs of clauses by their headings and by the blocks that they share word for word."""
    shared: Grades = defaultdict(float)
    where: dict[str, list[int]] = defaultdict(list)
    for block in new.blocks:
        where[block.text].append(block.clause)
    for block in old.blocks:
        places = where.get(block.text, ())
        if len(places) <= RARE:
            for theirs in places:
                shared[block.clause, theirs] += len(block.text) / len(places)
    before, after = lengths(old), lengths(new)
    grades = {(a, b): shared[a, b] / max(before[a], after[b]) for a, b in shared}
    old_paths, new_paths = paths(old), paths(new)
    for pair in same(old_paths, new_paths, most=1):
        grades[pair] = grades.get(pair, 0) + SAME_PATH
    for pair in same([path[-1:] for path in old_paths], [path[-1:] for path in new_paths]):
        grades[pair] = grades.get(pair, 0) + SAME_HEADING
    return grades


def same(old: Sequence[Path], new: Sequence[Path], most: int | None = None) -> Iterator[tuple[int, int]]:
    """Give the clauses whose headings are the same, in order of appearance, where both texts have as many.

    Not those that stand more than `most` times.
    """
    mine, theirs = positions(old), positions(new)
    for path, places in mine.items():
        if len(places) == len(theirs.get(path, ())) <= (most or len(places)):
            yield from zip(places, theirs[path], strict=True)


def positions(paths: Sequence[Path]) -> dict[Path, list[int]]:
    """Give the positions of clauses by their headings."""
    places: dict[Path, list[int]] = defaultdict(list)
    for at, path in enumerate(paths):
        places[path].append(at)
    return places


def paths(document: Document) -> list[Path]:
    """Give for each clause the headings above it and its own, without numbers and without case.

    A title stands above all of a text, so it says nothing about any other clause.
    """
    levels = [document.blocks[clause.first].tag if clause.heading else "" for clause in document.clauses]
    top = min(filter(None, levels), default="")
    title = top if levels.count(top) == 1 else ""
    above: list[tuple[str, str]] = []
    found = []
    for clause, level in zip(document.clauses, levels, strict=True):
        heading = NUMBERING.sub("", clause.heading).casefold() or clause.heading.casefold()
        above = [higher for higher in above if higher[0] < level]
        found.append((*(name for _level, name in above), heading))
        above += [(level, heading)] if level not in ("", title) else []
    return found


def best_pairs(grades: Grades) -> Iterator[tuple[int, int]]:
    """Give pairs so that nothing is paired twice, the best first, and of equals the nearest."""
    mine, theirs = set[int](), set[int]()
    for a, b in sorted(grades, key=lambda pair: (-grades[pair], abs(pair[0] - pair[1]), pair)):
        if grades[a, b] >= KINSHIP and a not in mine and b not in theirs:
            mine.add(a)
            theirs.add(b)
            yield a, b


def gaps(found: dict[int, int], old_count: int, new_count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Give the stretches without partners between matched positions that keep their order."""
    pairs = sorted(found.items())
    steady = [pairs[at] for at in heaviest_rise([theirs for _mine, theirs in pairs], [1.0] * len(pairs))]
    taken = set(found.values())
    last, new_last = -1, -1
    for mine, theirs in [*steady, (old_count, new_count)]:
        old = [at for at in range(last + 1, mine) if at not in found]
        new = [at for at in range(new_last + 1, theirs) if at not in taken]
        if old and new:
            yield old, new
        last, new_last = mine, theirs


class Said(NamedTuple):
    """What a clause says: its heading, and all its words; its letters, where spaces part no words."""

    heading: str
    words: list[str]
    letters: str

    @property
    def length(self) -> int:
        """How many units are compared."""
        return len(self.letters or self.words)


def said_in(document: Document, at: int, texts: Texts) -> Said:
    """Give what a clause says."""
    clause = document.clauses[at]
    words = [word for block in clause.blocks for word in texts[block]]
    letters = "".join(block.text for block in document.blocks[clause.first : clause.end])
    return Said(clause.heading, words, "" if has_words(letters, len(words)) else letters)


def likeness(before: dict[int, Said], after: dict[int, Said]) -> Grades:
    """Grade pairs of clauses that share no block and no heading by their words and headings."""
    grades = {(a, b): grade_of(mine, theirs) for a, mine in before.items() for b, theirs in after.items()}
    return {pair: grade for pair, grade in grades.items() if grade}


def grade_of(mine: Said, theirs: Said) -> float:
    """Give how much two clauses are alike, in their words or in their headings."""
    headings = Indel.normalized_similarity(mine.heading, theirs.heading, score_cutoff=KINSHIP_OF_HEADINGS)
    return max(alike(mine, theirs), headings)


def alike(mine: Said, theirs: Said) -> float:
    """Give how much two clauses share of their words, or of their letters, or 0 where it is little."""
    if mine.letters and theirs.letters:
        return Indel.normalized_similarity(mine.letters, theirs.letters, score_cutoff=KINSHIP_OF_LETTERS)
    return Indel.normalized_similarity(mine.words, theirs.words, score_cutoff=KINSHIP)


def lengths(document: Document) -> list[int]:
    """Give how many characters each clause holds."""
    return [sum(len(block.text) for block in document.blocks[c.first : c.end]) for c in document.clauses]
