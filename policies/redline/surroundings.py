"""What stays around a change and says what it is about: a sentence that leads to a list, an item, a head."""

from collections.abc import Iterator

from .comparison import Comparison
from .document import Document
from .standing import LISTS

# What ends a sentence that leads to a list.
COLONS = (":", "：")
ITEMS = frozenset({"li", "dd"})


class Surroundings:
    """Finds, for each change of a comparison, the unchanged blocks without which it cannot be understood."""

    def __init__(self, comparison: Comparison) -> None:
        self.places = comparison.places
        self.old, self.new = Leads(comparison.old), Leads(comparison.new)
        stays = [(at, change) for at, change in enumerate(self.places) if change.operation == "equal"]
        self.of_old = {change.old: at for at, change in stays}
        self.of_new = {change.new: at for at, change in stays}

    def around(self, at: int) -> list[int]:
        """Give the places of what stays around the change at a place, in order; mostly none."""
        change = self.places[at]
        if change.old is not None and (change.new is None or change.is_origin):
            return [self.of_old[lead] for lead in self.old.of(change.old) if lead in self.of_old]
        assert change.new is not None
        return [self.of_new[lead] for lead in self.new.of(change.new) if lead in self.of_new]


class Leads:
    """Finds what leads to the blocks of one text."""

    def __init__(self, document: Document) -> None:
        self.blocks = document.blocks
        # The first block in each element, by its number.
        self.first: dict[int, int] = {}
        for at, block in enumerate(self.blocks):
            for element in block.path:
                self.first.setdefault(element.number, at)

    def of(self, at: int) -> list[int]:
        """Give the positions of the blocks that lead to a block, in order."""
        return sorted({*self.sentence(at), *self.items(at), *self.heads(at)} - {at})

    def sentence(self, at: int) -> Iterator[int]:
        """Give the block before the outermost list that a block is in, where it ends with a colon."""
        lists = [element for element in self.blocks[at].path if element.tag in LISTS]
        before = self.first[lists[0].number] - 1 if lists else -1
        if before >= 0 and self.blocks[before].text.endswith(COLONS):
            yield before

    def items(self, at: int) -> Iterator[int]:
        """Give the beginnings of the items that a block stands in, and the term that it explains."""
        for element in self.blocks[at].path:
            if element.tag in ITEMS:
                yield self.first[element.number]
        if self.blocks[at].tag == "dd":
            terms = (before for before in range(at - 1, -1, -1) if self.blocks[before].tag != "dd")
            yield from [before for before in terms if self.blocks[before].tag == "dt"][:1]

    def heads(self, at: int) -> Iterator[int]:
        """Give the rows that head the columns of the table that a row is in."""
        row = self.blocks[at]
        tables = [element for element in row.path if element.tag == "table"]
        for before in range(self.first[tables[-1].number], at) if row.is_row and tables else ():
            if not all(cell.tag == "th" for cell in self.blocks[before].cells):
                return
            yield before
