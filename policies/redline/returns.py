"""What one change took away and another brought back: it stands in both texts, and no meaning turned.

A paragraph that was split, joined or made a list shows as words deleted here and inserted there. That
the same words came back is no proof: another *not* may deny something else. So what stands around them
is compared too, and has to have gone with them: a *not* that left its sentence behind denies another one
now. Each that came back makes up for one that went.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import regex

from .document import Document
from .expressions import Expression
from .vocabulary import RiskKind
from .wording import UNSPACED, Sign, Span

# So many words on each side tell where something stands, whatever block they are in.
NEAR = 4
# A sentence of fewer words says too little; in one of more, the words on each side say enough.
SHORT, LONG = 4, 60
WORD_OR_END = regex.compile(rf"(?P<word>{UNSPACED}|(?:(?!{UNSPACED})\w)+)|[.!?](?!\S)|[。！？]")
# A list does without the words that join a sentence.
JOINING = frozenset({"and", "or", "und", "oder", "et", "ou"})


class OneSided(NamedTuple):
    """An expression that a change took from a clause or brought to it, and the position of its block."""

    at: int
    clause: tuple[bool, int]
    block: int
    expression: Expression

    @property
    def key(self) -> tuple[object, ...]:
        """What it has in common with what makes up for it."""
        return self.clause, self.expression.kind, self.expression.key


def made_up(
    gone: Sequence[OneSided], came: Sequence[OneSided], old: "Words", new: "Words"
) -> tuple[set[OneSided], set[OneSided]]:
    """Give what went and came back, and what came back: in equal numbers."""
    both = {item.key for item in gone} & {item.key for item in came}
    waiting: dict[tuple[object, ...], list[OneSided]] = defaultdict(list)
    for item in reversed(list(dict.fromkeys(came))):
        for context in new.contexts(item) if item.key in both else ():
            waiting[item.key, context].append(item)
    lost, found = set[OneSided](), set[OneSided]()
    for item in dict.fromkeys(gone):
        for context in old.contexts(item) if item.key in both else ():
            same = waiting.get((item.key, context), [])
            while same and same[-1] in found:
                same.pop()
            if same:
                lost.add(item)
                found.add(same.pop())
                break
    return lost, found


class Words:
    """The words of one of two texts, each block read when it is first asked for: most never are."""

    def __init__(self, document: Document, sign: Sign, spans: Mapping[int, Sequence[Span]]) -> None:
        """Take a text, the sign of what it alone holds, and the spans of its blocks."""
        self.document, self.signs, self.spans = document, {"=", sign}, spans
        self.known: dict[int, BlockWords] = {}

    def __getitem__(self, block: int) -> "BlockWords":
        if block not in self.known:
            mine = [span for span in self.spans[block] if span[0] in self.signs]
            self.known[block] = BlockWords(self.document.blocks[block].text, mine)
        return self.known[block]

    def contexts(self, item: OneSided) -> Iterator[tuple[object, ...]]:
        """Give what tells where an expression stands: its sentence, and the words on each side.

        It gives nothing where most of the sentence stays and only the expression came or went.
        """
        mine = self[item.block]
        first, end = mine.inside(item.expression)
        sentence = mine.sentence_around(first)
        if mine.stays(sentence, but=range(first, end)):
            return
        if item.expression.kind is RiskKind.LINK:
            # Where the same words of a clause lead to the same place, it does not matter what is around them.
            yield tuple(mine.words[first:end]), RiskKind.LINK
        if SHORT <= len(sentence) <= LONG:
            yield tuple(mine.words[at] for at in sentence), first - sentence.start
        before, behind = mine.words[max(first - NEAR, 0) : first], mine.words[end : end + NEAR]
        clause = self.document.clauses[self.document.blocks[item.block].clause].blocks
        for at in range(item.block - 1, max(clause.start, item.block - NEAR) - 1, -1):
            if len(before) == NEAR:
                break
            before = self[at].words[len(before) - NEAR :] + before
        for at in range(item.block + 1, min(clause.stop, item.block + NEAR)):
            if len(behind) == NEAR:
                break
            behind = behind + self[at].words[: NEAR - len(behind)]
        if len(before) + len(behind) >= NEAR:
            yield tuple(before), tuple(behind)


class BlockWords:
    """The words of one block, where they stand, and where its sentences end among them."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        """Take the text of a block, and the spans that join to it."""
        self.words: list[str] = []
        self.starts: list[int] = []
        self.sentence_ends: list[int] = []
        for match in WORD_OR_END.finditer(text):
            word = (match["word"] or "").casefold()
            if not word:
                self.sentence_ends.append(len(self.words))
            elif word not in JOINING:
                self.words.append(word)
                self.starts.append(match.start())
        # How many of the words before each one stay.
        ends = list(accumulate(len(part) for _sign, part in spans))
        signs = [spans[bisect_right(ends, start)][0] for start in self.starts]
        self.kept = list(accumulate((sign == "=" for sign in signs), initial=0))

    def inside(self, expression: Expression) -> tuple[int, int]:
        """Give the first of the words in an expression, and the first behind it."""
        return bisect_left(self.starts, expression.start), bisect_left(self.starts, expression.end)

    def sentence_around(self, word: int) -> range:
        """Give the words of the sentence that a word is in."""
        at = bisect_right(self.sentence_ends, word)
        end = self.sentence_ends[at] if at < len(self.sentence_ends) else len(self.words)
        return range(self.sentence_ends[at - 1] if at else 0, end)

    def stays(self, words: range, *, but: range) -> bool:
        """Whether most of some words, `but` for a few of them, stand in both texts."""
        stay = self.kept[words.stop] - self.kept[words.start] - self.kept[but.stop] + self.kept[but.start]
        return 2 * stay > len(words) - len(but)
