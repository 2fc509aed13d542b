"""Which block of the new text is which block of the old one, and which of them moved.

Clauses are matched first, by heading and content, so that a renamed or renumbered heading does not
tear its clause apart. Blocks are then aligned inside matched clauses, and what is left is matched
wherever it went. Moved is what is out of order: every pair outside the heaviest sequence of pairs
that keep their order, weighed by length. So of two clauses that changed places the shorter one moved.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from rapidfuzz.distance import Indel

from .clauses import clause_pairs
from .document import CELL, Block, Clause, Document
from .hunks import likeness, shared_start
from .sequences import Effort, best_chain, heaviest_rise
from .vocabulary import PARTS
from .wording import LETTERS_A_WORD, Texts, has_words

# Two blocks are versions of one another if they share this much: of their words, or, where a block
# has few words or none that spaces part, of their letters.
KINSHIP, KINSHIP_OF_LETTERS = 0.5, 0.7
# So many words at the beginning or at the end make a sentence that both keep.
SENTENCE = 8
LONELY = 0.3
# So much alike, blocks that stand opposite each other need not be weighed against others.
SURE = 0.6
FEW_WORDS = 8
# A block that left its clause and changed is recognised only if it has letters enough to be no mere
# formula. In scripts that part no words by spaces a letter says more.
RECOGNISABLE, RECOGNISABLE_UNSPACED = 24, 12
# So many pairs of blocks are weighed against each other, a second's worth; in the stretches that would
# take more, only those that share a rare phrase are.
PAIRS_LIMIT = 200_000
PHRASE, RARE = 3, 4
# Items and rows are known by what stands before a colon, or in the first cell, or by their first two words; a
# mere number says nothing.
LABEL, LABEL_WORDS = 60, 2
NUMBERING = re.compile(
    rf"^\W*(?:(?:{PARTS}|no\.?|step)\s*)?\(?(?:\d[\d.]*[a-z]?|[ivxlc]+|[a-z])\b[).:]*\s*", re.IGNORECASE
)
SAYS_MORE = re.compile(r"[^\W\d_]{2}")
# A heading stands for its clause: a long paragraph moves past a short clause, and not the other way.
HEADING_WEIGHT = 1_000
# What holds a letter or a figure; rows of empty cells do not.
SAYS_SOMETHING = re.compile(r"\w")


class Place(NamedTuple):
    """One line of the aligned texts: an old block, a new one, or both.

    `group` numbers the move that a pair is part of. A moved pair has a place where it went, and,
    with `is_origin`, one where it came from.
    """

    old: int | None
    new: int | None
    group: int | None = None
    is_origin: bool = False


class Alignment:
    """Pairs the blocks of two documents, each with one other at the most."""

    def __init__(self, old: Document, new: Document, old_texts: Texts, new_texts: Texts) -> None:
        """Take two documents, and the words of their blocks."""
        self.old, self.new = old, new
        self.old_texts, self.new_texts = old_texts, new_texts
        self.to_new: list[int | None] = [None] * len(old.blocks)
        self.to_old: list[int | None] = [None] * len(new.blocks)
        self.effort = Effort(PAIRS_LIMIT)

    def places(self) -> list[Place]:
        """Pair all that belongs together, and give the places of both texts in reading order."""
        for mine, theirs in clause_pairs(self.old, self.new, self.old_texts, self.new_texts):
            self.pair_within(self.old.clauses[mine], self.new.clauses[theirs])
        self.pair_leftovers()
        pairs = [(mine, theirs) for mine, theirs in enumerate(self.to_new) if theirs is not None]
        return list(self.in_order(move_groups(pairs, self.steady(pairs))))

    def pair(self, mine: int, theirs: int) -> None:
        """Note that an old block and a new one are the same."""
        self.to_new[mine], self.to_old[theirs] = theirs, mine

    def pair_within(self, mine: Clause, theirs: Clause) -> None:
        """Pair the blocks of two matched clauses: the headings, what is the same, and what is akin."""
        old, new = list(mine.blocks), list(theirs.blocks)
        if mine.heading and theirs.heading:
            self.pair(old.pop(0), new.pop(0))
        self.align(old, new)
        self.pair_same(mine.blocks, theirs.blocks)

    def align(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Pair the blocks of two stretches: what is the same, what is labelled the same, then what is akin.

        But for labels, no pair crosses another.
        """
        a = [self.old.blocks[at].text for at in old]
        b = [self.new.blocks[at].text for at in new]
        done = new_done = 0
        gaps = []
        for match in Indel.opcodes(a, b).as_matching_blocks():
            if done < match.a and new_done < match.b:
                gaps.append((old[done : match.a], new[new_done : match.b]))
            for step in range(match.size):
                self.pair(old[match.a + step], new[match.b + step])
            done, new_done = match.a + match.size, match.b + match.size
        self.pair_labelled(
            [at for at in old if self.to_new[at] is None], [at for at in new if self.to_old[at] is None]
        )
        for gone, came in gaps:
            self.align_akin(
                [at for at in gone if self.to_new[at] is None], [at for at in came if self.to_old[at] is None]
            )

    def pair_labelled(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Pair the items and rows of two stretches that begin alike, and like no other, in whatever order.

        What is said of "Basic" in a list of prices is that, wherever in the list it stands.
        """
        mine = self.labelled(self.old.blocks, self.old_texts, old)
        theirs = self.labelled(self.new.blocks, self.new_texts, new) if mine else {}
        for label, places in mine.items():
            if len(places) == len(theirs.get(label, ())) == 1:
                a, b = places[0], theirs[label][0]
                # What is said of a label in few words may be all new; two words may be the same by chance.
                lengths = len(self.old.blocks[a].text), len(self.new.blocks[b].text)
                if (label[0] and max(lengths) <= LABEL + len(label[1])) or self.kinship(a, b):
                    self.pair(a, b)

    def labelled(
        self, blocks: Sequence[Block], texts: Texts, places: Sequence[int]
    ) -> dict[tuple[bool, str], list[int]]:
        """Give the items and rows among some blocks by whether a label is set apart, and what it is."""
        found: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for at in places:
            block = blocks[at]
            if block.is_row or block.tag == "li":
                label, colon, _rest = block.text[:LABEL].partition(CELL if block.is_row else ":")
                if not colon:
                    label = " ".join(texts[at][:LABEL_WORDS])
                label = NUMBERING.sub("", label).casefold()
                if SAYS_MORE.search(label):
                    found[bool(colon), label].append(at)
        return found

    def align_akin(self, old: Sequence[int], new: Sequence[int]) -> None:
        """Pair the blocks of two stretches that are akin, without crossing, so that most is shared."""
        if not old or not new:
            return
        # One block opposite one needs less to be the same: nothing else is there that it could be.
        enough = LONELY if len(old) == len(new) == 1 else SURE
        if len(old) == len(new) and all(
            self.kinship(a, b, enough) >= enough for a, b in zip(old, new, strict=True)
        ):
            for mine, theirs in zip(old, new, strict=True):
                self.pair(mine, theirs)
            return
        lengths = [len(self.old.blocks[at].text) for at in old], [len(self.new.blocks[at].text) for at in new]
        if self.effort.affords(*lengths):
            grades = [[self.kinship(mine, theirs) for theirs in new] for mine in old]
            for a, b in best_chain(grades):
                self.pair(old[a], new[b])

    def kinship(self, mine: int, theirs: int, enough: float = KINSHIP) -> float:
        """Give how much two blocks share, from 0 to 1, or 0 where they are not akin."""
        a, b = self.old_texts[mine], self.new_texts[theirs]
        shared = likeness(a, b)
        if shared >= min(enough, KINSHIP):
            return shared
        old, new = self.old.blocks[mine].text, self.new.blocks[theirs].text
        if has_words(old, len(a)) and has_words(new, len(b)):
            keeps_sentence = shared_end(a, b) >= SENTENCE
        else:
            keeps_sentence = shared_end(old, new) >= RECOGNISABLE_UNSPACED
        if keeps_sentence:
            return KINSHIP
        if min(len(a), len(b)) >= FEW_WORDS and len(old) < LETTERS_A_WORD * len(a):
            return 0
        return likeness(old, new, KINSHIP_OF_LETTERS) * KINSHIP

    def pair_same(self, old: Iterable[int], new: Iterable[int]) -> list[tuple[int, int]]:
        """Pair what stands once in each of two stretches, word for word, wherever; gives the pairs."""
        mine, theirs = (
            group_by(self.old.blocks, (at for at in old if self.to_new[at] is None)),
            group_by(self.new.blocks, (at for at in new if self.to_old[at] is None)),
        )
        found = [
            (places[0], theirs[text][0])
            for text, places in mine.items()
            if len(places) == len(theirs.get(text, ())) == 1 and SAYS_SOMETHING.search(text)
        ]
        for pair in found:
            self.pair(*pair)
        return found

    def pair_leftovers(self) -> None:
        """Pair blocks that left their clause: what stayed the same, then by a rare phrase that they share.

        The neighbours of a pair follow it.
        """
        formulas = repeated(self.old.blocks) | repeated(self.new.blocks)
        left = (
            [at for at, partner in enumerate(partners) if partner is None and blocks[at].text not in formulas]
            for partners, blocks in ((self.to_new, self.old.blocks), (self.to_old, self.new.blocks))
        )
        same = self.pair_same(*left)
        for mine, theirs in sorted(same, key=lambda pair: -len(self.old.blocks[pair[0]].text)):
            self.extend(mine, theirs, 1)
            self.extend(mine, theirs, -1)
        where: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for theirs in unpaired(self.to_old, self.new.blocks, self.new_texts):
            for phrase in phrases(self.new_texts[theirs], self.new.blocks[theirs].text):
                where[phrase].append(theirs)
        grades: dict[tuple[int, int], float] = {}
        for mine in unpaired(self.to_new, self.old.blocks, self.old_texts):
            votes = Counter[int]()
            for phrase in phrases(self.old_texts[mine], self.old.blocks[mine].text):
                votes.update(where[phrase] if len(where.get(phrase, ())) in range(1, RARE + 1) else ())
            for theirs, _count in votes.most_common(RARE):
                grades[mine, theirs] = self.kinship(mine, theirs)
        for mine, theirs in sorted(grades, key=lambda pair: (-grades[pair], pair)):
            if grades[mine, theirs] and self.to_new[mine] is None and self.to_old[theirs] is None:
                self.pair(mine, theirs)
                self.extend(mine, theirs, 1)
                self.extend(mine, theirs, -1)

    def extend(self, mine: int, theirs: int, step: int) -> None:
        """Pair the neighbours of a pair on one side, for as long as they are akin."""
        mine, theirs = mine + step, theirs + step
        while 0 <= mine < len(self.to_new) and 0 <= theirs < len(self.to_old):
            if self.to_new[mine] is not None or self.to_old[theirs] is not None:
                return
            if not self.kinship(mine, theirs):
                return
            self.pair(mine, theirs)
            mine, theirs = mine + step, theirs + step

    def steady(self, pairs: Sequence[tuple[int, int]]) -> set[int]:
        """Give the old blocks of the pairs that kept their order: the heaviest such sequence of pairs."""
        if all(a[1] < b[1] for a, b in pairwise(pairs)):
            return {mine for mine, _theirs in pairs}
        blocks = (self.old.blocks[mine] for mine, _theirs in pairs)
        weights = [len(block.text) + HEADING_WEIGHT * leads(block) for block in blocks]
        return {pairs[at][0] for at in heaviest_rise([theirs for _mine, theirs in pairs], weights)}

    def in_order(self, groups: dict[int, int]) -> Iterator[Place]:
        """Give the places in the order of the new text, what is only old before what is only new.

        What the old text holds keeps its own order too: what moved leaves an origin where it was.
        """
        waiting = 0
        came: list[Place] = []
        for theirs, mine in enumerate(self.to_old):
            place = Place(mine, theirs, None if mine is None else groups.get(mine))
            if mine is None or place.group is not None:
                came.append(place)
                continue
            if came or waiting < mine:
                yield from self.between(self.old_only(range(waiting, mine), groups), came)
            yield place
            waiting, came = mine + 1, []
        yield from self.between(self.old_only(range(waiting, len(self.to_new)), groups), came)

    def between(self, gone: Iterable[Place], came: Sequence[Place]) -> Iterator[Place]:
        """Give what is only old and what is only new between two pairs: first what ends their clause."""
        went = list(gone)
        rest, new_rest = self.next_heading(went), self.next_heading(came)
        yield from (*went[:rest], *came[:new_rest], *went[rest:], *came[new_rest:])

    def block(self, place: Place) -> Block:
        """Give the block that a place shows."""
        if place.old is not None and (place.new is None or place.is_origin):
            return self.old.blocks[place.old]
        return self.new.blocks[cast("int", place.new)]

    def next_heading(self, places: Sequence[Place]) -> int:
        """Give how many places stand before the first heading among them."""
        for at, place in enumerate(places):
            if self.block(place).is_heading:
                return at
        return len(places)

    def old_only(self, stretch: Iterable[int], groups: dict[int, int]) -> Iterator[Place]:
        """Give the places of what was deleted from a stretch of the old text, and of what moved away."""
        for mine in stretch:
            theirs = self.to_new[mine]
            yield Place(mine, theirs, groups.get(mine), is_origin=theirs is not None)


def leads(block: Block) -> bool:
    """Whether what stands below a block belongs to it: below a heading, and below what ends with a colon."""
    return block.is_heading or block.text.endswith((":", "："))


def shared_end(old: Sequence[str], new: Sequence[str]) -> int:
    """Give how many units two sequences share at their start or at their end, whichever are more."""
    return max(shared_start(old, new), shared_start(old[::-1], new[::-1]))


def group_by(blocks: Sequence[Block], places: Iterable[int]) -> dict[str, list[int]]:
    """Give the places of blocks by what they say."""
    found: dict[str, list[int]] = defaultdict(list)
    for at in places:
        found[blocks[at].text].append(at)
    return found


def repeated(blocks: Sequence[Block]) -> set[str]:
    """Give the short texts that stand in more than one block, which are mere formulas."""
    counts = Counter(block.text for block in blocks if len(block.text) < RECOGNISABLE)
    return {text for text, count in counts.items() if count > 1}


def unpaired(partners: Sequence[int | None], blocks: Sequence[Block], texts: Texts) -> list[int]:
    """Give the blocks that have no partner and are long enough to be recognised elsewhere."""
    found = []
    for at, partner in enumerate(partners):
        text = blocks[at].text
        if partner is None and len(text) >= RECOGNISABLE_UNSPACED:
            is_long = len(text) >= RECOGNISABLE or not has_words(text, len(texts[at]))
            found += [at] if is_long else []
    return found


def phrases(words: Sequence[str], text: str) -> Iterable[tuple[str, ...]]:
    """Give each phrase of `PHRASE` words in a block; of letters, where spaces do not part its words.

    They are in order, because the order of a set differs from one process to the next.
    """
    units = words if has_words(text, len(words)) else text
    return dict.fromkeys(zip(*(units[at:] for at in range(PHRASE)), strict=False))


def move_groups(pairs: Sequence[tuple[int, int]], steady: set[int]) -> dict[int, int]:
    """Give the number of its move for each old block of a moved pair.

    Pairs are one move where they keep their order among each other and no steady pair parts them, in
    neither text. So a clause that moved whole is one move.
    """
    old_steady = sorted(steady)
    new_steady = sorted(theirs for mine, theirs in pairs if mine in steady)
    groups: dict[int, int] = {}
    last, last_ranks, number = -1, (-1, -1), 0
    for theirs, mine in sorted((theirs, mine) for mine, theirs in pairs if mine not in steady):
        ranks = (bisect_left(old_steady, mine), bisect_left(new_steady, theirs))
        if ranks != last_ranks or mine < last:
            number += 1
        groups[mine] = number
        last, last_ranks = mine, ranks
    return groups
