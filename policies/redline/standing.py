"""Where a block stands in lists, quotations and tables, and what of that changed while its words stay."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from .document import Block, Element

LISTS = frozenset({"ul", "ol"})


class ShiftKind(StrEnum):
    """What changed around a whole block."""

    LEVEL = "level"
    QUOTATION = "quotation"
    MARK = "mark"
    NUMBER = "number"
    CELLS = "cells"


class Shift(NamedTuple):
    """A change around a whole block, whose words may stay.

    `old` and `new` hold how many lists or quotations stand around it, the lists whose items it begins,
    their numbers, or the elements of its cells.
    """

    kind: ShiftKind
    old: str
    new: str


class Numbered(NamedTuple):
    """The number of an item, that from which its list counts, and the list."""

    value: int
    counted_from: int
    holder: int


class Standing(NamedTuple):
    """Where a block stands: in how many lists and quotations, and what items it begins."""

    level: int
    quotation: int
    marks: tuple[str, ...]
    numbers: tuple[Numbered, ...]


# Most blocks stand in nothing.
NOWHERE = Standing(0, 0, (), ())


def standings(blocks: Sequence[Block]) -> list[Standing]:
    """Give where each block of a text stands. What has several blocks is begun by the first of them."""
    begun: set[int] = set()
    counts = Counter[int]()
    return [
        standing(block.path, begun, counts) if len(block.path) > 1 or block.tag == "blockquote" else NOWHERE
        for block in blocks
    ]


def standing(path: Sequence[Element], begun: set[int], counts: Counter[int]) -> Standing:
    """Give where a block with that `path` stands, behind items `begun` and `counts` of items in each list."""
    level = quotation = 0
    marks: list[str] = []
    numbers: list[Numbered] = []
    holder = None
    for element in path:
        quotation += element.tag == "blockquote"
        if element.tag in LISTS:
            holder, level = element, level + 1
        elif element.tag == "li" and holder and element.number not in begun:
            begun.add(element.number)
            marks.append(holder.tag)
            if element.attributes:
                value = int(element.attributes[0][1])
                numbers.append(Numbered(value, value - counts[holder.number], holder.number))
            counts[holder.number] += 1
    return Standing(level, quotation, tuple(marks), tuple(numbers))


class Standings:
    """Compares where the blocks of two texts stand."""

    def __init__(
        self, old: Sequence[Block], new: Sequence[Block], pairs: Iterable[tuple[int | None, int | None]]
    ) -> None:
        """Take the blocks of both texts, and which of them are the same, in the order of the new one."""
        self.old, self.new = old, new
        self.before, self.after = standings(old), standings(new)
        # The list that each list of one text is in the other: where the first item that both have went.
        self.to_new: dict[int, int] = {}
        self.to_old: dict[int, int] = {}
        for mine, theirs in pairs:
            if mine is not None and theirs is not None:
                numbers = zip(self.before[mine].numbers, self.after[theirs].numbers, strict=False)
                for was, now in numbers:
                    self.to_new.setdefault(was.holder, now.holder)
                    self.to_old.setdefault(now.holder, was.holder)

    def shifts(self, mine: int, theirs: int, *, moved: bool) -> Iterator[Shift]:
        """Give what changed around a block of the old text that is one of the new text.

        Where it became something else altogether, and where it moved, its number says no more.
        """
        was, now = self.before[mine], self.after[theirs]
        cells = cells_of(self.old[mine], self.new[theirs])
        if (was == now and cells[0] == cells[1]) or self.old[mine].role != self.new[theirs].role:
            return
        numbers, new_numbers = was.numbers, now.numbers
        if moved or was.marks != now.marks or not any(map(self.renumbered, numbers, new_numbers)):
            numbers = new_numbers = ()
        for kind, before, after in (
            (ShiftKind.LEVEL, str(was.level), str(now.level)),
            (ShiftKind.QUOTATION, str(was.quotation), str(now.quotation)),
            (ShiftKind.MARK, " ".join(was.marks), " ".join(now.marks)),
            (ShiftKind.NUMBER, values(numbers), values(new_numbers)),
            (ShiftKind.CELLS, *cells),
        ):
            if before != after:
                yield Shift(kind, before, after)

    def renumbered(self, was: Numbered, now: Numbered) -> bool:
        """Whether an item's number is another one, and not only because items before it came or went."""
        same_list = self.to_new[was.holder] == now.holder and self.to_old[now.holder] == was.holder
        return was.value != now.value and (was.counted_from != now.counted_from or not same_list)


def values(numbers: Iterable[Numbered]) -> str:
    """Give the numbers of items in one string."""
    return " ".join(str(number.value) for number in numbers)


def cells_of(old: Block, new: Block) -> tuple[str, str]:
    """Give the elements of the cells of two rows; the same twice where only their number changed."""
    if not (old.cells or new.cells):
        return "", ""
    before, after = (tuple(map(cell_name, block.cells)) for block in (old, new))
    if len(before) != len(after) and without_repeats(before) == without_repeats(after):
        return "", ""
    return " ".join(before), " ".join(after)


def cell_name(cell: Element) -> str:
    """Give the element of a cell, and how many columns and rows it spans if that is more than one."""
    found = dict(cell.attributes)
    spans = found.get("colspan", "1"), found.get("rowspan", "1")
    return cell.tag if spans == ("1", "1") else f"{cell.tag}:{'×'.join(spans)}"


def without_repeats(names: Iterable[str]) -> list[str]:
    """Give names, each once where it follows itself."""
    return [name for name, _group in groupby(names)]
