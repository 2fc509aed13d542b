"""Rows of tables, compared cell by cell, each with the cell of the same column.

The head of a table says which columns came, went or stayed, and so for all its rows. So what stands in
another column than before is a change, also where the row holds the same cells.
"""

from collections.abc import Sequence
from itertools import zip_longest

from .document import CELL, Block, Document, Element
from .hunks import Hunk, bounded_differences
from .wording import Span, Spans, word_spans


class Rows:
    """Compares the rows of two texts."""

    def __init__(self, old: Document, new: Document) -> None:
        """Take the texts."""
        self.old_heads, self.new_heads = heads(old), heads(new)
        self.columns: dict[tuple[str, str], list[Hunk]] = {}

    def spans(self, mine: Block, theirs: Block) -> tuple[Span, ...]:
        """Give the spans by which a row of the old text became one of the new text."""
        before, after = mine.text.split(CELL), theirs.text.split(CELL)
        columns = self.columns_of(mine, theirs, len(before), len(after))
        if columns is None:
            # A row whose columns have no names can only be held against itself.
            columns = [] if len(before) == len(after) else bounded_differences(before, after)
        spans = Spans()
        done = new_done = 0
        for start, end, new_start, new_end in columns:
            change_cells(spans, before[done:start], after[new_done:new_start])
            change_cells(spans, before[start:end], after[new_start:new_end])
            done, new_done = end, new_end
        change_cells(spans, before[done:], after[new_done:])
        return spans.without_last_space()

    def has_other_columns(self, mine: Block, theirs: Block) -> bool:
        """Whether two rows that read the same stand in tables whose columns differ."""
        count = mine.text.count(CELL) + 1
        return bool(self.columns_of(mine, theirs, count, count))

    def columns_of(self, mine: Block, theirs: Block, count: int, new_count: int) -> list[Hunk] | None:
        """Give the stretches of columns in which the tables of two rows differ; None without heads."""
        head, new_head = self.old_heads.get(table_of(mine)), self.new_heads.get(table_of(theirs))
        if not head or not new_head or (count, new_count) != (head.count(CELL) + 1, new_head.count(CELL) + 1):
            return None
        if (head, new_head) not in self.columns:
            self.columns[head, new_head] = bounded_differences(head.split(CELL), new_head.split(CELL))
        return self.columns[head, new_head]


def heads(document: Document) -> dict[Element | None, str]:
    """Give the row of head cells with which a table begins, of each that begins with one."""
    found: dict[Element | None, str] = {}
    for block in document.blocks:
        if block.is_row:
            is_head = all(cell.tag == "th" for cell in block.cells)
            found.setdefault(table_of(block), block.text if is_head else "")
    return found


def table_of(row: Block) -> Element | None:
    """Give the table that a row is in; None for a row that stands in none."""
    return next((element for element in reversed(row.path) if element.tag == "table"), None)


def change_cells(spans: Spans, before: Sequence[str], after: Sequence[str]) -> None:
    """Add cells, each with what became of it in the same place, and with a tab behind it."""
    for mine, theirs in zip_longest(before, after):
        # What became of one cell is no part of what became of the next.
        spans.close()
        if mine is None or theirs is None:
            spans.change(*("" if cell is None else f"{cell}{CELL}" for cell in (mine, theirs)))
        elif mine == theirs:
            spans.keep(f"{mine}{CELL}")
        else:
            change_cell(spans, mine, theirs)


def change_cell(spans: Spans, mine: str, theirs: str) -> None:
    """Add the change of one cell, and the tab behind it."""
    both = mine and theirs
    for sign, text in word_spans(mine.split(" "), theirs.split(" ")) if both else ():
        if sign == "=":
            spans.keep(text)
        else:
            spans.change(*((text, "") if sign == "-" else ("", text)))
    if not both:
        spans.change(mine, theirs)
    spans.keep(CELL)
