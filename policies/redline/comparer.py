"""How a comparison is worked out: the blocks are aligned, then the words of each pair are compared."""

from .alignment import Alignment, Place
from .comparison import Change, Comparison, Operation
from .document import Block, Document, read_document
from .expressions import lookout
from .remarks import Remark, remarks_of
from .risks import risks_between
from .standing import Shift, Standings
from .wording import Span, Texts, Wording

# Stands for the block that is not there.
NOTHING = Block("", "")


def compare(old_html: str, new_html: str, language: str = "en") -> Comparison:
    """Compare two sanitised renderings.

    `language` (BCP 47) chooses the words that count as risky. Any pair is compared, none raises.
    """
    return Comparer(read_document(old_html), read_document(new_html), language).comparison()


class Comparer:
    """Works a comparison out."""

    def __init__(self, old: Document, new: Document, language: str) -> None:
        self.old, self.new = old, new
        self.wording, self.lookout = Wording(), lookout(language)
        self.old_texts = Texts((block.text for block in old.blocks), self.wording.coder)
        self.new_texts = Texts((block.text for block in new.blocks), self.wording.coder)

    def comparison(self) -> Comparison:
        """Give the comparison."""
        places = Alignment(self.old, self.new, self.old_texts, self.new_texts).places()
        pairs = ((place.old, place.new) for place in places if not place.is_origin)
        standings = Standings(self.old.blocks, self.new.blocks, pairs)
        return Comparison(self.old, self.new, tuple(self.change_at(place, standings) for place in places))

    def change_at(self, place: Place, standings: Standings) -> Change:
        """Say what became of the block or blocks at a place."""
        mine = NOTHING if place.old is None else self.old.blocks[place.old]
        theirs = NOTHING if place.new is None else self.new.blocks[place.new]
        if place.is_origin:
            gone: tuple[Span, ...] = (("-", mine.text),)
            return Change("move", place.old, place.new, gone, group=place.group, is_origin=True)
        operation, spans = self.became(place, mine.text, theirs.text)
        remarks: tuple[Remark, ...] = ()
        shifts: tuple[Shift, ...] = ()
        if place.old is not None and place.new is not None:
            remarks = tuple(remarks_of(spans, mine, theirs))
            shifts = tuple(standings.shifts(place.old, place.new, moved=place.group is not None))
            if operation == "equal" and (remarks or shifts or mine.role != theirs.role):
                operation = "modify"
            if place.group is not None:
                operation = "move"
        risks = (
            () if operation == "equal" else tuple(risks_between(spans, remarks, mine, theirs, self.lookout))
        )
        return Change(operation, place.old, place.new, spans, risks, remarks, place.group, shifts=shifts)

    def became(self, place: Place, mine: str, theirs: str) -> tuple[Operation, tuple[Span, ...]]:
        """Give the operation and the spans by which the text of one block became that of another."""
        if place.old is None:
            return "insert", (("+", theirs),)
        if place.new is None:
            return "delete", (("-", mine),)
        if mine == theirs:
            return "equal", (("=", theirs),)
        if self.old.blocks[place.old].tag == self.new.blocks[place.new].tag == "tr":
            return "modify", self.wording.row_spans(mine, theirs)
        return "modify", self.wording.spans(self.old_texts[place.old], self.new_texts[place.new])
