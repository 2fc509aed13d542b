"""Blocks put back into their lists, tables and quotations, one after the other."""

from collections.abc import Mapping, Sequence
from html import escape

from .comparison import Comparison
from .directions import Direction, direction_of
from .document import Block, Element

# Elements that only group, and say nothing to a reader.
SILENT = frozenset({"div", "section"})
# Elements that may hold other blocks, so that a change in their own text needs an element of its own.
HOLDING = frozenset({"li", "dd", "blockquote", "details"})
OUTERMOST = frozenset({"ul", "ol", "dl", "table", "blockquote"})
# What runs in one direction, and so do its bullets and its columns.
DIRECTED = OUTERMOST | {"li"}
# What a table must have around a row, where the row stands by itself.
PARAGRAPH = "p"


class Tree:
    """Writes blocks in the elements of their paths; neighbours that share elements share them here too."""

    def __init__(self, same: Mapping[int, int], directions: Mapping[int, Direction]) -> None:
        """Take what `shared_elements` and `directions_of` say of the comparison that is written."""
        self.same = same
        self.directions = directions
        self.written: list[str] = []
        self.open: list[tuple[int, str]] = []

    def put(self, path: Sequence[Element], inner: str, state: Mapping[str, str], *, is_old: bool) -> None:
        """Write a block whose content is `inner`, with the attributes `state` where it changed."""
        steps = [element for element in path if element.tag not in SILENT] or [Element(PARAGRAPH, 0)]
        keys = [self.key(element, is_leaf=element is steps[-1], is_old=is_old) for element in steps]
        shared = 0
        while shared < min(len(keys), len(self.open)) and keys[shared] == self.open[shared][0] != 0:
            shared += 1
        self.close_down_to(shared)
        holds_itself = shared < len(steps) and not (state and steps[-1].tag in HOLDING)
        for element, key in zip(steps[shared:], keys[shared:], strict=True):
            is_leaf = element is steps[-1]
            attributes = dict(element.attributes) | (dict(state) if is_leaf and holds_itself else {})
            attributes |= {"open": ""} if element.tag == "details" else {}
            attributes |= self.direction(key) if is_leaf or element.tag in DIRECTED else {}
            self.written.append(f"<{element.tag}{attribute_list(attributes)}>")
            self.open.append((key, element.tag))
        own = "" if holds_itself else f"<div{attribute_list({**state, **self.direction(keys[-1])})}>"
        self.written.append(f"{own}{inner}{'</div>' if own else ''}")

    def key(self, element: Element, *, is_leaf: bool, is_old: bool) -> int:
        """Give the number by which an element is known here."""
        if not is_old:
            return element.number
        return -element.number if is_leaf else self.same.get(element.number, -element.number)

    def direction(self, key: int) -> dict[str, str]:
        """Give the attribute by which an element runs as its text does; none where a number says nothing.

        It is never `auto`, which passes over what has a direction of its own, such as all items of a list.
        """
        found = self.directions.get(key)
        return {"dir": found} if found else {}

    def close_down_to(self, depth: int) -> None:
        """Close the innermost elements until `depth` are open."""
        while len(self.open) > depth:
            self.written.append(f"</{self.open.pop()[1]}>\n")

    def closed(self) -> str:
        """Give all that was written, with everything closed."""
        self.close_down_to(0)
        return "".join(self.written)


def attribute_list(attributes: Mapping[str, str]) -> str:
    """Give attributes as they are written in a tag."""
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def own_path(block: Block) -> tuple[Element, ...]:
    """Give what a block needs of its path to stand by itself: an item with its list, a row with its table."""
    starts = [at for at, element in enumerate(block.path) if element.tag in OUTERMOST]
    return block.path[starts[-1] :] if starts else block.path[-1:]


def outer_path(block: Block) -> tuple[Element, ...]:
    """Give what a block needs of its path to stand among others of its list, table or quotation."""
    starts = [at for at, element in enumerate(block.path) if element.tag in OUTERMOST]
    return block.path[starts[0] :] if starts else block.path[-1:]


def shared_elements(comparison: Comparison) -> dict[int, int]:
    """Give the elements of the old text that hold what elements of the new one hold, by their numbers."""
    same: dict[int, int] = {}
    for change in comparison.changes:
        if change.old is not None and change.new is not None:
            before, after = comparison.old.blocks[change.old].path, comparison.new.blocks[change.new].path
            for mine, theirs in zip(before, after, strict=False):
                if mine.tag != theirs.tag:
                    break
                same.setdefault(mine.number, theirs.number)
    return same


def directions_of(comparison: Comparison) -> dict[int, Direction]:
    """Give the direction of the first text in each element, by the numbers under which a tree knows them."""
    found: dict[int, Direction] = {}
    for sign, document in ((1, comparison.new), (-1, comparison.old)):
        for block in document.blocks:
            direction = direction_of(block.text)
            if direction:
                for element in block.path:
                    found.setdefault(sign * element.number, direction)
    return found
