"""Changes that turn meanings: numbers, dates, durations, amounts, link targets, and words like *must*.

Nothing here decides whether a change is good or bad; it only makes sure that nobody reads past it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from .document import CELL, Block
from .expressions import Expression, Reading, Stretch
from .hunks import differences
from .remarks import Remark, RemarkKind, target
from .vocabulary import RiskKind
from .wording import Span

KINDS = tuple(RiskKind)
# The name of an emphasis that says that its words do not hold.
STRUCK = "s"
# So much is quoted on each side of an expression.
WORDS_AROUND, LETTERS_AROUND = 3, 40


class Risk(NamedTuple):
    """An expression that was replaced by another of its kind; one side is None where it has no like."""

    kind: RiskKind
    old: Expression | None
    new: Expression | None

    @property
    def was(self) -> str | None:
        """What the old text says."""
        return self.old.text if self.old else None

    @property
    def now(self) -> str | None:
        """What the new text says."""
        return self.new.text if self.new else None


def around(risk: Risk, old: Block, new: Block) -> str:
    """Give a few words of the text in which an expression stands that the other text has no like of.

    Nothing for one that was replaced, and for a link, which say enough by themselves.
    """
    if risk.kind is RiskKind.LINK or (risk.old and risk.new):
        return ""
    expression, block = (risk.old, old) if risk.old else (risk.new, new)
    if expression is None:
        return ""
    text = block.text.replace(CELL, " ")
    start, end = expression.start, expression.end
    return f"{shortened(text[:start], at_end=True)}{text[start:end]}{shortened(text[end:])}".strip()


def shortened(text: str, *, at_end: bool = False) -> str:
    """Give the first few words of a text, or the last ones, with an ellipsis where there are more."""
    parts = text.rsplit(" ", WORDS_AROUND + 1) if at_end else text.split(" ", WORDS_AROUND + 1)
    if len(parts) <= WORDS_AROUND + 1 and len(text) <= LETTERS_AROUND:
        return text
    if at_end:
        return "… " + " ".join(parts[-WORDS_AROUND - 1 :])[-LETTERS_AROUND:].lstrip()
    return " ".join(parts[: WORDS_AROUND + 1])[:LETTERS_AROUND].rstrip() + " …"


def risks_between(
    spans: Sequence[Span], remarks: Sequence[Remark], mine: Reading, theirs: Reading
) -> Iterator[Risk]:
    """Give the risky changes between two blocks: among the `spans`, and among `remarks` on what stays."""
    old, new = mine.block, theirs.block
    changed = " ".join([text for sign, text in spans if sign != "="])
    hints = mine.lookout.hints.__getitem__
    has_words, has_links = any(map(hints, changed.split(" "))), bool(old.runs or new.runs)
    # In many a block nothing is worth a look.
    is_harmless = not (has_words or has_links or mine.clues or theirs.clues)
    for gone, came in () if is_harmless else changed_stretches(spans):
        with_words = has_words and may_change_words(old.text[slice(*gone)], new.text[slice(*came)], hints)
        went = mine.touching(*gone, with_words=with_words)
        brought = theirs.touching(*came, with_words=with_words)
        # An expression that only one side changes is still held against what it was, or became.
        if brought and (wider := reach(gone, came, brought)) != gone:
            went = mine.touching(*wider, with_words=has_words)
        if went and (wider := reach(came, gone, went)) != came:
            brought = theirs.touching(*wider, with_words=has_words)
        if has_links:
            went, brought = [*went, *links(old, *gone)], [*brought, *links(new, *came)]
        if went or brought:
            yield from replaced(went, brought)
    if remarks:
        yield from leads_elsewhere(remarks, old, new)
        yield from struck(remarks, mine, theirs)


def may_change_words(gone: str, came: str, hints: Callable[[str], int]) -> bool:
    """Whether a change may be one of words like *must*: it holds some, or parts one as in "at the least"."""
    return not gone or not came or any(map(hints, f"{gone} {came}".split(" ")))


def reach(here: Stretch, there: Stretch, found: Sequence[Expression]) -> Stretch:
    """Give a changed stretch of one text, widened by what the expressions of the other text hold around it.

    Around a change both texts read the same, so a place before it is as far from its start in both, and
    one behind it as far from its end.
    """
    before = max((there[0] - expression.start for expression in found), default=0)
    behind = max((expression.end - there[1] for expression in found), default=0)
    return here[0] - max(before, 0), here[1] + max(behind, 0)


def leads_elsewhere(remarks: Sequence[Remark], old: Block, new: Block) -> Iterator[Risk]:
    """Give the links whose words stay while they lead elsewhere, but not one of more or fewer words."""
    for remark in remarks:
        if remark.kind is RemarkKind.LINK and not stays_beside(remark, old, new):
            was = Expression(RiskKind.LINK, remark.old, remark.old_start, remark.old_end)
            now = Expression(RiskKind.LINK, remark.new, remark.start, remark.end)
            yield Risk(RiskKind.LINK, was if remark.old else None, now if remark.new else None)


def stays_beside(remark: Remark, old: Block, new: Block) -> bool:
    """Whether the link that words got or lost is, in both texts, on the words right beside them as well."""
    address = remark.old or remark.new
    sides = ((remark.old_start - 1, remark.start - 1), (remark.old_end, remark.end))
    return not (remark.old and remark.new) and any(
        min(was, now) >= 0 and leads_to(old, was) == leads_to(new, now) == address for was, now in sides
    )


def leads_to(block: Block, place: int) -> str:
    """Give the address that one character of a block leads to, or nothing."""
    return next((target(run.marks) for run in block.marks_between(place, place + 1)), "")


def struck(remarks: Sequence[Remark], mine: Reading, theirs: Reading) -> Iterator[Risk]:
    """Give the expressions that were struck through and hold now, or are struck through now."""
    turned = [
        (remark, STRUCK in remark.new.split())
        for remark in remarks
        if remark.kind is RemarkKind.EMPHASIS
        and (STRUCK in remark.old.split()) != (STRUCK in remark.new.split())
    ]
    for remark, is_struck in turned:
        if is_struck:
            for expression in mine.touching(remark.old_start, remark.old_end, with_words=True):
                yield Risk(expression.kind, expression, None)
        else:
            for expression in theirs.touching(remark.start, remark.end, with_words=True):
                yield Risk(expression.kind, None, expression)


def links(block: Block, start: int, end: int) -> Iterator[Expression]:
    """Give the addresses that a stretch of a block leads to, each once, but not those of its footnotes."""
    known = {""}
    for run in block.marks_between(start, end) if block.runs else ():
        address = target(run.marks)
        if address not in known:
            yield Expression(RiskKind.LINK, address, start, start + len(run.text))
        known.add(address)
        start += len(run.text)


def changed_stretches(spans: Sequence[Span]) -> Iterator[tuple[Stretch, Stretch]]:
    """Give each change among `spans`: where it stands in the old text, and where in the new one."""
    old = new = 0
    gone = came = 0
    for sign, text in (*spans, ("=", "")):
        # In one change nothing comes before what it takes the place of, and nothing comes or goes twice.
        if (sign == "=" or came or (gone and sign == "-")) and (gone or came):
            yield (old, old + gone), (new, new + came)
            old, new = old + gone, new + came
            gone = came = 0
        if sign == "-":
            gone = len(text)
        elif sign == "+":
            came = len(text)
        else:
            old, new = old + len(text), new + len(text)


def replaced(before: Sequence[Expression], after: Sequence[Expression]) -> Iterator[Risk]:
    """Pair what went with what came, kind by kind and in order, leaving out what both have in this order.

    Where two words like *only* and *may* change places, the scope of one of them does.
    """
    present = {expression.kind for expression in (*before, *after)}
    for kind in KINDS if len(present) > 1 else present:
        old = [expression for expression in before if expression.kind is kind]
        new = [expression for expression in after if expression.kind is kind]
        if old and new:
            keys = [[expression.key for expression in side] for side in (old, new)]
            hunks = differences(*keys) if keys[0] != keys[1] else []
        else:
            hunks = [(0, len(old), 0, len(new))]
        for start, end, new_start, new_end in hunks:
            for mine, theirs in zip_longest(old[start:end], new[new_start:new_end]):
                yield Risk(kind, mine, theirs)
