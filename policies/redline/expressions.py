"""Where a text holds what turns a meaning: numbers, dates, durations, amounts, and words like *must*."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import NamedTuple, Protocol, TypeVar

from .document import CELL, Block
from .remarks import address_of, is_footnote, target
from .vocabulary import ADDRESS, BEGINNING, FIGURE, LEADING, PARTS, UNIT, RiskKind, patterns
from .wording import ADDRESS_IN_TEXT, may_hold_address


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
START, END, END_OF_STRETCH = attrgetter("start"), attrgetter("end"), itemgetter(1)
# What shows that something is raised or lowered, where only its letters are named.
RAISED = {"sup": "^", "sub": "_"}
# No expression is longer, such as "twenty-five (25) business days".
REACH = 40
# What may stand right behind a word.
CLOSING = ".,;:!?)]”»\"'"
# So many words before the one that gives it away an expression may begin.
BACK = 3
# So few are looked through faster than they are searched.
FEW = 6
# So many different words are remembered: 5 MB.
WORDS_LIMIT = 50_000
# The number that a heading begins with only counts it: a word, a sign or a further number says so, or at
# least what follows begins a title. "5 users" counts users.
HEADING_NUMBER = re.compile(
    rf"(?:(?:{PARTS})\s*\(?(?:\d+(?:\.\d+)*[a-z]?|[ivxlc]+\b|[a-z]\b)[.):]*"
    r"|\(?\d+(?:(?:\.\d+)+[a-z]?[.):]*|[a-z]?[.):]+|[a-z]?(?=\s(?-i:[^a-zß-ÿ]))))(?!\S)",
    re.IGNORECASE,
)


# What stands before a paragraph or an item, and only counts it, has a sign behind it, and a sentence follows.
BLOCK_NUMBER = re.compile(r"\(?\d{1,3}(?:\.\d{1,2})*[a-z]?[.):]+(?=\s+[\"“„«(]?[A-ZÀ-Þ])")


class Lookout:
    """Finds risky expressions in the texts of one language, and remembers which words are worth a look.

    The patterns are slow and most words are harmless, so each different word is judged once.
    """

    def __init__(self, language: str) -> None:
        """Take the language of the texts (BCP 47)."""
        known = patterns(language)
        self.figures, self.words, self.openers = known.figures, known.words, known.openers
        self.hints = known.hints
        self.has_figure, self.leads, self.has_unit = known.has_figure, known.leads, known.has_unit
        self.harmless: set[str] = set()
        self.interesting: dict[str, int] = {}
        self.reaches: dict[str, int] = {}

    def interest(self, word: str) -> int:
        """Say what a word is worth a look for; 0 where it is harmless."""
        if word in self.harmless:
            return 0
        found = self.interesting.get(word, 0)
        return found or self.judge(word)

    def judge(self, word: str) -> int:
        """Say what a word that nobody met before is worth a look for, and remember it."""
        found = FIGURE if self.has_figure(word) else 0
        found |= LEADING if self.leads(word) else 0
        found |= UNIT if self.has_unit(word) else 0
        found |= ADDRESS if may_hold_address(word) else 0
        if len(self.harmless) + len(self.interesting) >= WORDS_LIMIT:
            self.harmless.clear()
            self.interesting.clear()
        if found:
            self.interesting[word] = found
        else:
            self.harmless.add(word)
        return found

    def reach(self, word: str) -> int:
        """Say how many words before the one that gives it away an expression may begin with a word."""
        found = self.reaches.get(word)
        if found is None:
            if len(self.reaches) >= WORDS_LIMIT:
                self.reaches.clear()
            opens = (back for back in range(BACK, 0, -1) if self.openers[back - 1](word))
            found = self.reaches[word] = next(opens, 0)
        return found


class Clue(NamedTuple):
    """A word that is worth a look: which of the block's it is, where it starts in the text, and what for."""

    at: int
    place: int
    interest: int


class Reading:
    """A block read for risky expressions, word by word."""

    def __init__(self, block: Block, words: Sequence[str], lookout: Lookout) -> None:
        """Take a block, its words as spaces part them, and what knows the words of its language."""
        self.block, self.words, self.lookout = block, words, lookout
        self.clues = [] if lookout.harmless.issuperset(words) else list(self.find_clues())

    def find_clues(self) -> Iterator[Clue]:
        """Give the words that are worth a look, in order."""
        harmless = self.lookout.harmless
        place = last = 0
        for at, word in enumerate(self.words):
            # A call for each harmless word would take longer than all the rest.
            interest = 0 if word in harmless else self.lookout.interest(word)
            if interest:
                place += width(self.words[last:at])
                last = at
                yield Clue(at, place, interest)

    def is_near(self, stretches: Sequence[Stretch]) -> bool:
        """Whether an expression may reach into one of the `stretches`, which are in order."""
        for at, place, _interest in self.clues:
            # It may begin so many words before the one that is worth a look.
            start, end = (
                place - width(self.words[max(at - BACK, 0) : at]),
                place + len(self.words[at]) + REACH,
            )
            found = bisect_left(stretches, start, key=END_OF_STRETCH)
            if found < len(stretches) and stretches[found][0] <= end:
                return True
        return False

    def expressions(self, *, with_words: bool) -> list[Expression]:
        """Give the risky expressions in order, without what only counts or is told by markup.

        Words like *must* are among them only if asked for: where none changed, none is of interest.
        """
        text = self.block.text
        found = self.figures()
        if any(clue.interest & ADDRESS for clue in self.clues):
            # What an address is made of means nothing by itself.
            addresses = addresses_in(text)
            found = [e for e in found if not touching(addresses, e.start, e.end)]
            found = sorted([*found, *addresses], key=START)
        if with_words:
            found += [
                Expression(RiskKind.WORD, match[0], *match.span())
                for match in self.lookout.words.finditer(text)
                if not touching(found, *match.span())
            ]
            found.sort(key=START)
        if found:
            numbering = self.numbering()
            # "30 days" is more than a number, also where a heading begins with it.
            found = [e for e in found if e.end > numbering or e.kind is not RiskKind.NUMBER]
        if found and self.block.runs:
            found = [as_shown(self.block, e) for e in found if not is_told_by_markup(self.block, e)]
        return found

    def numbering(self) -> int:
        """Give where the number ends that only counts the block; 0 where it has none. A row has cells."""
        pattern = HEADING_NUMBER if self.block.is_heading else None if self.block.is_row else BLOCK_NUMBER
        found = pattern.match(self.block.text) if pattern else None
        return found.end() if found else 0

    def figures(self) -> list[Expression]:
        """Give what is made of figures, in order."""
        text, figure_at = self.block.text, self.lookout.figures.match
        found: list[Expression] = []
        done = 0
        for clue in self.clues:
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
        return found

    def beginning(self, clue: Clue, *, default: int) -> int:
        """Give where an expression with a clue in it may begin: at the clue, or at a word before it."""
        words, lookout = self.words, self.lookout
        if clue.interest & FIGURE and not clue.interest & UNIT:
            before = words[clue.at - 1] if clue.at else ""
            # "EUR 5", "one (1) month".
            is_led = lookout.interest(before) & LEADING or (
                words[clue.at].startswith("(") and lookout.reach(before)
            )
            return clue.place - width([before]) if before and is_led else clue.place
        # "in May", "one month", "the first of May", "end of the month".
        for back in range(min(BACK, clue.at), 0, -1):
            if lookout.reach(words[clue.at - back]) >= back:
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


@lru_cache(maxsize=16)
def lookout(language: str) -> Lookout:
    """Give the lookout for a language (BCP 47), which serves all comparisons of a process."""
    return Lookout(language)


def width(words: Sequence[str]) -> int:
    """Give how many letters words take, with a space behind each."""
    return len(" ".join(words)) + 1 if words else 0


def touching(found: Sequence[Found], start: int, end: int) -> list[Found]:
    """Give what shares a character with a stretch of its text, or encloses an empty one.

    They are in order and none overlaps another, so nobody need look at all of them.
    """
    if len(found) <= FEW:
        return [one for one in found if one.start < end and one.end > start]
    first = bisect_right(found, start, key=END)
    return list(found[first : bisect_left(found, end, lo=first, key=START)])


def addresses_in(text: str) -> list[Expression]:
    """Give the addresses that a text names, of pages and of mailboxes, in order."""
    return [Expression(RiskKind.LINK, match[0], *match.span()) for match in ADDRESS_IN_TEXT.finditer(text)]


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
