"""Where a text holds what turns a meaning: numbers, dates, durations, amounts, and words like *must*."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar

from .document import CELL, Block
from .lookout import BACK, Lookout
from .remarks import address_of, is_footnote, target
from .vocabulary import ADDRESS, BEGINNING, FIGURE, LEADING, PARTS, UNIT, RiskKind
from .wording import ADDRESS_IN_TEXT


class Expression(NamedTuple):
    """Something that turns meanings, and where it stands in a block's text."""

    kind: RiskKind
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The text without what makes no difference to its meaning."""
        key = self.text.casefold().translate(ALIKE).removeprefix("mailto:")
        # French "n'" is "ne" before a vowel, whatever the word is.
        return "ne" if key.startswith("n'") else key


class Placed(Protocol):
    """What has a place in a text."""

    @property
    def start(self) -> int:
        """Where it starts."""

    @property
    def end(self) -> int:
        """Where it ends."""


Found = TypeVar("Found", bound=Placed)
# Where something starts and ends in a block's text.
Stretch = tuple[int, int]


# Signs that look different in the source and not to a reader.
ALIKE = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " ", "\n": " "})
START, END = attrgetter("start"), attrgetter("end")
# What shows that something is raised or lowered, where only its letters are named.
RAISED = {"sup": "^", "sub": "_"}
# No expression is longer, such as "twenty-five (25) business days".
REACH = 40
# What may stand right behind a word.
CLOSING = ".,;:!?)]”»\"'"
# So few are looked through faster than they are searched.
FEW = 6
# The number that a heading begins with only counts it: a word, a sign or a further number says so, or at
# least what follows begins a title. "5 users" counts users.
HEADING_NUMBER = re.compile(
    rf"(?:(?:{PARTS})\s*\(?(?:\d+(?:\.\d+)*[a-z]?|[ivxlc]+\b|[a-z]\b)[.):]*"
    r"|\(?\d+(?:(?:\.\d+)+[a-z]?[.):]*|[a-z]?[.):]+|[a-z]?(?=\s(?-i:[^a-zß-ÿ]))))(?!\S)",
    re.IGNORECASE,
)


# What stands before a paragraph or an item, and only counts it, has a sign behind it, and a sentence follows.
BLOCK_NUMBER = re.compile(r"\(?\d{1,3}(?:\.\d{1,2})*[a-z]?[.):]+(?=\s+[\"“„«(]?[A-ZÀ-Þ])")


class Clue(NamedTuple):
    """A word that is worth a look: which of the block's it is, where it starts in the text, and what for."""

    at: int
    place: int
    interest: int


@dataclass(slots=True)
class Group:
    """Clues so near to each other that they may be part of one expression, and where their like may stand."""

    start: int
    end: int
    clues: list[Clue]
    # What is made of figures, once somebody asked.
    found: list[Expression] | None = None


class Reading:
    """A block read for risky expressions. Nothing is read before somebody asks for what stands there."""

    def __init__(self, block: Block, words: Sequence[str], lookout: Lookout) -> None:
        """Take a block, its words as spaces part them, and what knows the words of its language."""
        self.block, self.words, self.lookout = block, words, lookout
        self.groups = list(self.grouped())
        self.spoken: list[Expression] | None = None

    def grouped(self) -> Iterator[Group]:
        """Give the words that are worth a look, in groups that stand apart."""
        words = self.words
        interests = list(map(self.lookout.interests.__getitem__, words))
        place = last = 0
        group: Group | None = None
        for at in compress(count(), interests):
            place += width(words[last:at])
            last = at
            start, end = place - width(words[max(at - BACK, 0) : at]), place + len(words[at]) + REACH
            clue = Clue(at, place, interests[at])
            if group and start < group.end:
                group.clues.append(clue)
                group.end = end
            else:
                if group:
                    yield group
                group = Group(start, end, [clue])
        if group:
            yield group

    def words_like_must(self) -> list[Expression]:
        """Give the words like *must*, in order, those too that are part of something else."""
        text, search = self.block.text, self.lookout.known.words.search
        found: list[Expression] = []
        place = last = done = 0
        for at in compress(count(), map(self.lookout.spoken.__getitem__, self.words)):
            place += width(self.words[last:at])
            last = at
            begin, end = max(place, done), place + len(self.words[at])
            while begin < end and (match := search(text, begin, end + REACH)) and match.start() < end:
                found.append(Expression(RiskKind.WORD, match[0], *match.span()))
                begin = done = match.end()
        return found

    def touching(self, start: int, end: int, *, with_words: bool) -> list[Expression]:
        """Give the risky expressions that share a character with a stretch, or enclose an empty one.

        They are in order, without what only counts or is told by markup. Words like *must* are among them
        only if asked for: where none changed, none is of interest.
        """
        found = self.figures(start, end)
        if with_words:
            if self.spoken is None:
                self.spoken = self.words_like_must()
            words = [e for e in touching(self.spoken, start, end) if not self.figures(e.start, e.end)]
            found = sorted([*found, *words], key=START) if words else found
        if found:
            numbering = self.numbering()
            # "30 days" is more than a number, also where a heading begins with it.
            found = [e for e in found if e.end > numbering or e.kind is not RiskKind.NUMBER]
        if found and self.block.runs:
            found = [as_shown(self.block, e) for e in found if not is_told_by_markup(self.block, e)]
        return found

    def figures(self, start: int, end: int) -> list[Expression]:
        """Give what is made of figures, and the addresses, that share a character with a stretch."""
        found: list[Expression] = []
        for group in touching(self.groups, start, end):
            if group.found is None:
                group.found = self.read(group)
            if group.found:
                found += touching(group.found, start, end)
        return found

    def numbering(self) -> int:
        """Give where the number ends that only counts the block; 0 where it has none. A row has cells."""
        pattern = HEADING_NUMBER if self.block.is_heading else None if self.block.is_row else BLOCK_NUMBER
        found = pattern.match(self.block.text) if pattern else None
        return found.end() if found else 0

    def read(self, group: Group) -> list[Expression]:
        """Give what is made of figures in a group of clues, and the addresses there, in order."""
        text, figure_at = self.block.text, self.lookout.known.figures.match
        found: list[Expression] = []
        done = interests = 0
        for clue in group.clues:
            interests |= clue.interest
            end = clue.place + len(self.words[clue.at])
            begin = max(self.beginning(clue, default=end), done)
            while begin < end:
                # Nearly all begin where their first word does.
                match = figure_at(text, begin, end + REACH)
                if match:
                    start, begin = match.span()
                    found.append(Expression(RiskKind[match.lastgroup or ""], match[0], start, begin))
                    done = begin
                    continue
                possible = BEGINNING.search(text, begin + 1, end)
                begin = possible.start() if possible else end
        if interests & ADDRESS:
            # What an address is made of means nothing by itself.
            addresses = list(addresses_in(text, group.start, group.end))
            found = [e for e in found if not touching(addresses, e.start, e.end)]
            found = sorted([*found, *addresses], key=START)
        return found

    def beginning(self, clue: Clue, *, default: int) -> int:
        """Give where an expression with a clue in it may begin: at the clue, or at a word before it."""
        words, lookout = self.words, self.lookout
        if clue.interest & FIGURE and not clue.interest & UNIT:
            before = words[clue.at - 1] if clue.at else ""
            # "EUR 5", "one (1) month".
            is_led = lookout.interests[before] & LEADING or (
                words[clue.at].startswith("(") and lookout.reaches[before]
            )
            return clue.place - width([before]) if before and is_led else clue.place
        # "in May", "one month", "the first of May", "end of the month".
        for back in range(min(BACK, clue.at), 0, -1):
            if lookout.reaches[words[clue.at - back]] >= back:
                return clue.place - width(words[clue.at - back : clue.at])
        is_bare = not clue.interest & (FIGURE | LEADING) and words[clue.at].rstrip(CLOSING).isalpha()
        # A unit alone is no expression, unless it is that of a price, "5 € / month", or of a column.
        is_unit = words[clue.at - 1 : clue.at] == ["/"] or self.fills_cell(clue)
        return default if is_bare and not is_unit else clue.place

    def fills_cell(self, clue: Clue) -> bool:
        """Whether a word is all that a cell of a row says."""
        text, end = self.block.text, clue.place + len(self.words[clue.at])
        begins = clue.place == 0 or text[clue.place - 1] == CELL
        return self.block.is_row and begins and text[end : end + 1] in ("", CELL)


def width(words: Sequence[str]) -> int:
    """Give how many letters words take, with a space behind each."""
    return len(" ".join(words)) + 1 if words else 0


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


def addresses_in(text: str, start: int, end: int) -> Iterator[Expression]:
    """Give the addresses that a stretch of a text names, of pages and of mailboxes, in order."""
    for match in ADDRESS_IN_TEXT.finditer(text, start, end):
        yield Expression(RiskKind.LINK, match[0], *match.span())


def as_shown(block: Block, expression: Expression) -> Expression:
    """Give an expression with a sign before what is raised or lowered in it, and without footnotes.

    The two of ten squared is no digit of a hundred and two, nor is the number of a footnote.
    """
    shown = ""
    for run in block.marks_between(expression.start, expression.end):
        signs = [RAISED[tag] for tag, _attributes in run.marks if tag in RAISED]
        if not is_footnote(address_of(run.marks)):
            shown += (signs[-1] if shown and signs else "") + run.text
    return expression._replace(text=shown)


def is_told_by_markup(block: Block, expression: Expression) -> bool:
    """Whether an expression is an address inside a link, or the number of a footnote, which only counts."""
    runs = list(block.marks_between(expression.start, expression.end))
    if expression.kind is RiskKind.LINK:
        return any(target(run.marks) for run in runs)
    return all(is_footnote(address_of(run.marks)) for run in runs)
