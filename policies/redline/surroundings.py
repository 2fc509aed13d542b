"""What stays around a change and says what it is about: a sentence that leads to a list, an item, a head."""

from collections.abc import Iterator

from .comparison import Comparison
from .document import Block, Document, Element
from .standing import LISTS

# What ends a sentence that leads to a list.
COLONS = (":", "：")
LED_TO = LISTS | {"dl", "table"}
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
        # For each table the rows that head its columns: those of heads alone, before the first other row.
        self.heads: dict[int, list[int]] = {}
        self.headed: set[int] = set()
        # For each definition the terms that it explains: those right before the first of its definitions.
        self.terms: dict[int, list[int]] = {}
        terms: list[int] = []
        for at, block in enumerate(self.blocks):
            if block.tag == "dt" and terms[-1:] == [at - 1]:
                terms.append(at)
            elif block.tag == "dt":
                terms = [at]
            for element in block.path:
                if element.number not in self.first:
                    self.first[element.number] = at
                    if element.tag == "dd":
                        self.terms[element.number] = terms
            if block.is_row:
                self.read_row(at, block)

    def read_row(self, at: int, row: Block) -> None:
        """Note whether a row heads the columns of its table."""
        table = table_of(row)
        if table and table.number not in self.headed:
            if all(cell.tag == "th" for cell in row.cells):
                self.heads.setdefault(table.number, []).append(at)
            else:
                self.headed.add(table.number)

    def of(self, at: int) -> list[int]:
        """Give the positions of the blocks that lead to a block, in order."""
        block = self.blocks[at]
        found = {lead for element in block.path for lead in self.leads_to(element)}
        table = table_of(block) if block.is_row else None
        # Where all rows are heads, none of them is the head of another.
        if table and table.number in self.headed:
            found.update(self.heads.get(table.number, ()))
        return sorted(lead for lead in found if lead < at)

    def leads_to(self, element: Element) -> Iterator[int]:
        """Give what leads to what stands in an element: a sentence to a list, an item's words, its terms."""
        first = self.first[element.number]
        if element.tag in LED_TO and first and self.leads_on(first - 1, element):
            yield first - 1
        if element.tag in ITEMS:
            yield first
        yield from self.terms.get(element.number, ())

    def leads_on(self, at: int, to: Element) -> bool:
        """Whether a block is a sentence that leads to a list or table: it ends with a colon around it."""
        block, around = self.blocks[at], self.blocks[self.first[to.number]].path
        outside = around[: around.index(to)]
        inside = [element for element in block.path if element.tag in LED_TO]
        return (
            block.text.endswith(COLONS)
            and not block.is_heading
            # It may stand in an item that holds the list, and is no item of another list before it.
            and all(element in outside for element in inside)
        )


def table_of(row: Block) -> Element | None:
    """Give the innermost table that a row is in."""
    return next((element for element in reversed(row.path) if element.tag == "table"), None)
