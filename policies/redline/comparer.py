"""How a comparison is worked out: the blocks are aligned, then the words of each pair are compared."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from .alignment import Alignment, Place
from .comparison import NOTHING, Change, Comparison, Operation
from .document import CELL, Block, Document, read_document
from .expressions import Reading
from .lookout import lookout
from .remarks import remarks_of
from .risks import risks_between
from .rows import Rows
from .standing import Standings
from .wording import Span, Texts, word_spans


def compare(old_html: str, new_html: str, language: str = "en") -> Comparison:
    """Compare two sanitised renderings.

    `language` (BCP 47) chooses the words that count as risky. Any pair is compared, none raises.
    """
    with uncollected():
        return Comparer(read_document(old_html), read_document(new_html), language).comparison()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from going over all that is there again and again while more is made.

    Nothing here refers back to itself, and the longer the texts are, the longer each of its turns takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Comparer:
    """Works a comparison out."""

    def __init__(self, old: Document, new: Document, language: str) -> None:
        self.old, self.new = old, new
        self.lookout = lookout(language)
        self.old_texts, self.new_texts = Texts(map(in_words, old.blocks)), Texts(map(in_words, new.blocks))
        self.rows = Rows(old, new)

    def comparison(self) -> Comparison:
        """Give the comparison."""
        places = Alignment(self.old, self.new, self.old_texts, self.new_texts).places()
        pairs = ((place.old, place.new) for place in places if not place.is_origin)
        standings = Standings(self.old.blocks, self.new.blocks, pairs)
        return Comparison(self.old, self.new, tuple(self.change_at(place, standings) for place in places))

    def change_at(self, place: Place, standings: Standings) -> Change:
        """Say what became of the block or blocks at a place."""
        if place.old is None:
            return self.one_sided("insert", place, ("+", self.new.blocks[cast("int", place.new)].text))
        mine = self.old.blocks[place.old]
        if place.new is None:
            return self.one_sided("delete", place, ("-", mine.text))
        if place.is_origin:
            gone: tuple[Span, ...] = (("-", mine.text),)
            return Change("move", place.old, place.new, gone, group=place.group, is_origin=True)
        theirs = self.new.blocks[place.new]
        spans = self.spans_between(place.old, place.new)
        remarks = tuple(remarks_of(spans, mine, theirs)) if mine.runs != theirs.runs else ()
        shifts = tuple(standings.shifts(place.old, place.new, moved=place.group is not None))
        is_same = len(spans) == 1 and spans[0][0] == "="
        if is_same and mine.role == theirs.role and not remarks and not shifts:
            operation: Operation = "equal" if place.group is None else "move"
            return Change(operation, place.old, place.new, spans, group=place.group)
        risks = tuple(risks_between(spans, remarks, *self.readings(place.old, place.new)))
        operation = "modify" if place.group is None else "move"
        return Change(operation, place.old, place.new, spans, risks, remarks, place.group, shifts=shifts)

    def one_sided(self, operation: Operation, place: Place, span: Span) -> Change:
        """Give the change of a block that only one of the texts has."""
        risks = tuple(risks_between((span,), (), *self.readings(place.old, place.new)))
        return Change(operation, place.old, place.new, (span,), risks)

    def readings(self, mine: int | None, theirs: int | None) -> tuple[Reading, Reading]:
        """Give an old block and a new one, read for risky expressions; an empty one where a text has none."""
        return (
            self.reading(self.old, self.old_texts, mine),
            self.reading(self.new, self.new_texts, theirs),
        )

    def reading(self, document: Document, texts: Texts, at: int | None) -> Reading:
        """Give a block of one text, read for risky expressions."""
        if at is None:
            return Reading(NOTHING, [""], self.lookout)
        return Reading(document.blocks[at], texts[at], self.lookout)

    def spans_between(self, mine: int, theirs: int) -> tuple[Span, ...]:
        """Give the spans by which the text of an old block became that of a new one."""
        before, after = self.old.blocks[mine], self.new.blocks[theirs]
        if before.text == after.text and not (
            before.is_row and after.is_row and self.rows.has_other_columns(before, after)
        ):
            return (("=", after.text),)
        if before.is_row and after.is_row:
            return self.rows.spans(before, after)
        if before.is_row or after.is_row:
            return word_spans(before.text.split(" "), after.text.split(" "))
        return word_spans(self.old_texts[mine], self.new_texts[theirs])


def in_words(block: Block) -> str:
    """Give the text of a block, its words parted by spaces also where a row's cells part them."""
    return block.text.replace(CELL, " ") if block.is_row else block.text
