"""Where a text holds what turns a meaning: numbers, dates, durations, amounts, and words like *must*."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import compress, count
from typing import NamedTuple

from .document import CELL, Block
from .lookout import BACK, Lookout
from .remarks import address_of, is_footnote, target
from .sequences import START, touching
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


# Where something starts and ends in a block's text.
Stretch = tuple[int, int]
# Signs that look different in the source and not to a reader.
ALIKE = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " ", "\n": " "})
# What shows that something is raised or lowered, where only its letters are named.
RAISED = {"sup": "^", "sub": "_"}
# No expression is longer, such as "twenty-five (25) business days".
REACH = 40
# What may stand right behind a word.
CLOSING = ".,;:!?)]”»\"'"
# So many words at the most are from one clue to the next of the same expression: "30 or more calendar and
# business days" is the longest way.
BETWEEN = 7
# The number that a heading begins with only counts it: a word, a sign or a further number says so, or at
# least what follows begins a title. "5 users" counts users.
HEADING_NUMBER = re.compile(
    rf"(?:(?:{PARTS})\s*\(?(?:\d+(?:\.\d+)*[a-z]?|[ivxlc]+\b|[a-z]\b)[.):]*"
    r"|\(?\d+(?:(?:\.\d+)+[a-z]?[.):]*|[a-z]?[.):]+|[a-z]?(?=\s(?-i:[^a-zß-ÿ]))))(?!\S)",
    re.IGNORECASE,
)


# What stands before a paragraph or an item, and only counts it, has a sign behind it, and a sentence follows.
BLOCK_NUMBER = re.compile(r"\(?\d{1,3}(?:\.\d{1,2})*[a-z]?[.):]+(?=\s+[\"“„«(]?[A-ZÀ-Þ])")


class Reading:
    """A block read for risky expressions. Nothing is read before somebody asks for what stands there."""

    def __init__(self, block: Block, words: Sequence[str], lookout: Lookout) -> None:
        """Take a block, its words as spaces part them, and what knows the words of its language."""
        self.block, self.words, self.lookout = block, words, lookout
        # The words that are worth a look, and what is made of figures around those that somebody asked about.
        self.clues = list(compress(count(), map(lookout.interests.__getitem__, words)))
        self.known: dict[int, list[Expression]] = {}
        # The words like *must* that begin in a word, once somebody asked.
        self.begun: dict[int, list[Expression]] = {}
        # The text with spaces between its words; where somebody asked last, and which word is there.
        self.spaced = block.text.replace(CELL, " ") if block.tag == "tr" else block.text
        self.near = (0, 0)

    def touching(self, start: int, end: int, *, with_words: bool) -> list[Expression]:
        """Give the risky expressions that share a character with a stretch, or enclose an empty one.

        They are in order, without what only counts or is told by markup. Words like *must* are among them
        only if asked for: where none changed, none is of interest.
        """
        found = self.figures(start, end)
        if with_words:
            words = [e for e in self.words_like_must(start, end) if not self.figures(e.start, e.end)]
            found = sorted([*found, *words], key=START) if words else found
        if found:
            numbering = self.numbering()
            # "30 days" is more than a number, also where a heading begins with it.
            found = [e for e in found if e.end > numbering or e.kind is not RiskKind.NUMBER]
        if found and self.block.runs:
            found = [as_shown(self.block, e) for e in found if not is_told_by_markup(self.block, e)]
        return found

    def words_like_must(self, start: int, end: int) -> list[Expression]:
        """Give the words like *must* that share a character with a stretch, also such as are part of more."""
        first, last = self.words_at(start, end)
        found: list[Expression] = []
        for at in range(max(first - BACK, 0), last + 1):
            if self.lookout.spoken[self.words[at]]:
                for expression in touching(self.begun_in(at), start, end):
                    if not found or expression.start >= found[-1].end:
                        found.append(expression)
        return found

    def begun_in(self, at: int) -> list[Expression]:
        """Give the words like *must* that begin in a word as spaces part them; most hold one at the most."""
        found = self.begun.get(at)
        if found is None:
            found = self.begun[at] = []
            search = self.lookout.known.words.search
            begin = self.start_of(at)
            end = begin + len(self.words[at])
            while begin < end and (match := search(self.block.text, begin, end + REACH)):
                if match.start() >= end:
                    break
                found.append(Expression(RiskKind.WORD, match[0], *match.span()))
                begin = match.end()
        return found

    def words_at(self, start: int, end: int) -> tuple[int, int]:
        """Give the first and the last word that a stretch touches, counted from where the last one was."""
        place, number = self.near
        # A stretch that was widened by what the other text holds may begin before this one does.
        start = max(start, 0)
        if start >= place:
            first = number + self.spaced.count(" ", place, start)
        else:
            first = number - self.spaced.count(" ", start, place)
        self.near = start, first
        return first, first + self.spaced.count(" ", start, end)

    def start_of(self, at: int) -> int:
        """Give where a word starts in the text, counted from where the last one was."""
        place, number = self.near
        start = self.spaced.rfind(" ", 0, place) + 1
        start += width(self.words[number:at]) if at >= number else -width(self.words[at:number])
        self.near = start, at
        return start

    def figures(self, start: int, end: int) -> list[Expression]:
        """Give what is made of figures, and the addresses, that share a character with a stretch."""
        if not self.clues:
            return []
        found: list[Expression] = []
        last = None
        for number in self.clues_near(*self.words_at(start, end)):
            group = self.known.get(number)
            if group is None:
                group = self.read_around(number)
            # Neighbours may have been read as one.
            if group is not last:
                found += touching(group, start, end)
                last = group
        return found

    def clues_near(self, first: int, last: int) -> Iterator[int]:
        """Give the clues whose expression may have one of some words in it, by their numbers."""
        clues = self.clues
        number = bisect_left(clues, first)
        before = clues[number - 1] if number else -REACH
        # No expression reaches over so many letters, and so over so many words.
        if first - before < REACH and all(
            map(self.lookout.follows.__getitem__, self.words[before + 1 : first + 1])
        ):
            yield number - 1
        for other in range(number, len(clues)):
            at = clues[other]
            if at <= last or at - before <= BETWEEN:
                yield other
            elif at > last + BACK:
                return
            else:
                back = self.words_before(at)
                if back is not None and at - back <= last:
                    yield other

    def read_around(self, number: int) -> list[Expression]:
        """Give what is made of figures around a clue and those near it, and the addresses there, in order."""
        first = last = number
        while first and self.are_near(first - 1, first):
            first -= 1
        while last + 1 < len(self.clues) and self.are_near(last, last + 1):
            last += 1
        found = self.read(self.clues[first : last + 1])
        self.known.update(dict.fromkeys(range(first, last + 1), found))
        return found

    def are_near(self, number: int, other: int) -> bool:
        """Whether two clues that follow each other may be part of one expression."""
        at, behind = self.clues[number], self.clues[other]
        return width(self.words[at + 1 : max(behind - BACK, at + 1)]) + 1 < REACH

    def numbering(self) -> int:
        """Give where the number ends that only counts the block; 0 where it has none. A row has cells."""
        pattern = HEADING_NUMBER if self.block.is_heading else None if self.block.is_row else BLOCK_NUMBER
        found = pattern.match(self.block.text) if pattern else None
        return found.end() if found else 0

    def read(self, clues: Sequence[int]) -> list[Expression]:
        """Give what is made of figures at some clues, and the addresses there, in order."""
        text, words, figure_at = self.block.text, self.words, self.lookout.known.figures.match
        found: list[Expression] = []
        done = interests = 0
        start = place = end = self.start_of(clues[0])
        last = clues[0]
        for at in clues:
            place += width(words[last:at])
            last = at
            end = place + len(words[at])
            interests |= self.lookout.interests[words[at]]
            back = self.words_before(at)
            begin = end if back is None else max(place - width(words[at - back : at]), done)
            while begin < end:
                # Nearly all begin where their first word does.
                match = figure_at(text, begin, end + REACH)
                if match:
                    at_start, begin = match.span()
                    found.append(Expression(RiskKind[match.lastgroup or ""], match[0], at_start, begin))
                    done = begin
                    continue
                possible = BEGINNING.search(text, begin + 1, end)
                begin = possible.start() if possible else end
        if interests & ADDRESS:
            # What an address is made of means nothing by itself.
            addresses = list(addresses_in(text, start, end))
            found = [e for e in found if not touching(addresses, e.start, e.end)]
            found = sorted([*found, *addresses], key=START)
        return found

    def words_before(self, at: int) -> int | None:
        """Give how many words before a clue an expression with it may begin; None where none begins there."""
        words, lookout = self.words, self.lookout
        word, interest = words[at], lookout.interests[words[at]]
        if interest & FIGURE and not interest & UNIT:
            before = words[at - 1] if at else ""
            # "EUR 5", "one (1) month".
            is_led = lookout.interests[before] & LEADING or (word.startswith("(") and lookout.reaches[before])
            return 1 if before and is_led else 0
        # "in May", "one month", "the first of May", "end of the month".
        for back in range(min(BACK, at), 0, -1):
            if lookout.reaches[words[at - back]] >= back:
                return back
        is_bare = not interest & (FIGURE | LEADING) and word.rstrip(CLOSING).isalpha()
        # A unit alone is no expression, unless it is that of a price, "5 € / month", or of a column.
        return None if is_bare and not self.block.is_row and words[at - 1 : at] != ["/"] else 0


def width(words: Sequence[str]) -> int:
    """Give how many letters words take, with a space behind each."""
    return len(" ".join(words)) + 1 if words else 0


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
