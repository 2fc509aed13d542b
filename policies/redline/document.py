"""A rendered text as the comparison reads it: blocks in reading order, and the clauses they make up.

The text of a rendering is what a browser shows of it: outside preformatted blocks, white space that
HTML folds (space, tab, line feed, form feed, carriage return) is one space, `<br>` is a line feed,
and cells of a row are parted by a tab. Every visible character stands in exactly one block.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from lxml import etree

# What parts the cells of a table row.
CELL = "\t"
# Names and values, in a fixed order.
Attributes = tuple[tuple[str, str], ...]
# An inline element around a piece of text: its tag, and its attributes.
Mark = tuple[str, Attributes]

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LEAVES = HEADINGS | {"p", "li", "dt", "dd", "pre", "tr", "caption", "summary"}
CONTAINERS = LEAVES | {
    *("ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "blockquote", "div", "section", "details"),
}
# The blocks that are named by the element their text stands in, and not by one around it.
NAMED = LEAVES | {"blockquote"}
# A paragraph in one of these is that thing: an item, or a quotation, and not a paragraph inside it.
ABSORBING = frozenset({"li", "dt", "dd", "blockquote"})
# What an element keeps of its attributes. Names of places are left out: both texts may hold the same.
KEPT = {"a": ("href", "title"), "abbr": ("title",), "td": ("align", "colspan", "rowspan")}
KEPT["th"] = (*KEPT["td"], "scope")
# A browser folds runs of these to one space. A single space folds to itself, so it is passed over.
FOLDED = re.compile(r"[ \t\n\f\r]{2,}|[\t\n\f\r]")


class Element(NamedTuple):
    """An element around a block; `number` tells it from others of its kind in the same document."""

    tag: str
    number: int
    attributes: Attributes = ()


class Run(NamedTuple):
    """A piece of a block's text with the inline elements around it, the outermost first."""

    text: str
    marks: tuple[Mark, ...] = ()


# Stands for `<br>` and for the edges of a block inside an inline element. It is told by identity,
# because a line feed in the source is white space and folds.
BREAK = Run("\n")


class Block(NamedTuple):
    """A heading, paragraph, list item, table row, quotation or piece of code.

    `runs` is empty where nothing in the block is marked up; else their texts join to `text`, and each
    begins where `begins` says. `path` leads from the outermost element to the one that holds the text.
    A row also has its `cells`.
    """

    tag: str
    text: str
    clause: int = 0
    runs: tuple[Run, ...] = ()
    path: tuple[Element, ...] = ()
    cells: tuple[Element, ...] = ()
    begins: tuple[int, ...] = ()

    @property
    def is_heading(self) -> bool:
        """Whether the block begins a clause."""
        return self.tag in HEADINGS

    @property
    def is_row(self) -> bool:
        """Whether the block is a row of a table, whose cells tabs part."""
        return self.tag == "tr"

    @property
    def role(self) -> str:
        """What the block is, whatever the level of its heading."""
        return "heading" if self.is_heading else self.tag

    def marks_between(self, start: int, end: int) -> Iterator[Run]:
        """Give the runs of `text[start:end]`, cut to that stretch."""
        if not self.runs:
            yield Run(self.text[start:end])
            return
        for at in range(bisect_right(self.begins, start) - 1, len(self.runs)):
            begin, run = self.begins[at], self.runs[at]
            if begin >= end:
                return
            piece = run.text[max(start - begin, 0) : end - begin]
            if piece:
                yield Run(piece, run.marks)


@dataclass(frozen=True, slots=True)
class Clause:
    """A heading with the blocks under it, up to the next heading; the first one may have no heading."""

    first: int
    end: int
    heading: str

    @property
    def blocks(self) -> range:
        """The positions of the clause's blocks."""
        return range(self.first, self.end)


@dataclass(frozen=True)
class Document:
    """The blocks of one rendered text, and its clauses."""

    blocks: tuple[Block, ...]
    clauses: tuple[Clause, ...]


def read_document(html: str) -> Document:
    """Give the blocks and clauses of sanitised `html`. Loose text counts as a paragraph."""
    if not html.strip():
        return Document((), ())
    reader = Reader()
    root = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser(huge_tree=True))
    reader.walk(root[0][0], "p", ())
    return Document(tuple(reader.blocks), tuple(clauses_of(reader.blocks)))


def clauses_of(blocks: Sequence[Block]) -> Iterator[Clause]:
    """Give the clauses that `blocks` make up."""
    starts = [at for at, block in enumerate(blocks) if block.is_heading or at == 0]
    for first, end in pairwise([*starts, len(blocks)]):
        yield Clause(first, end, blocks[first].text if blocks[first].is_heading else "")


class Reader:
    """Walks through a parsed text and collects its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.elements = 0
        self.clause = -1

    def walk(self, element: etree._Element, tag: str, path: tuple[Element, ...]) -> None:
        """Collect the blocks in `element`; loose text in it becomes blocks of `tag`."""
        if len(element) == 0 and tag != "pre":
            # Nearly all there is: a paragraph without markup.
            text = folded(element.text or "").strip(" ")
            if text and not text.isspace():
                self.keep(tag, path, text)
            return
        loose = [Run(element.text)] if element.text else []
        item = first_number(element) if element.tag == "ol" else None
        for child in element:
            name = child.tag
            if name in CONTAINERS:
                if loose:
                    self.add(tag, path, loose)
                    loose = []
                value: Attributes = ()
                if item is not None and name == "li":
                    value = (("value", str(item)),)
                    item += 1
                around = (*path, self.element(name, value))
                if name == "tr":
                    self.add_row(child, around)
                else:
                    is_named = name in NAMED and not (name == "p" and tag in ABSORBING)
                    self.walk(child, name if is_named else tag, around)
            else:
                loose += inline(child, ())
            tail = child.tail
            # Between blocks there is nearly always a line feed, which shows as nothing.
            if tail and (loose or not tail.isspace()):
                loose.append(Run(tail))
        if loose:
            self.add(tag, path, loose)

    def element(self, tag: str, attributes: Attributes) -> Element:
        """Give the next element of the document."""
        self.elements += 1
        return Element(tag, self.elements, attributes)

    def add(self, tag: str, path: tuple[Element, ...], loose: Sequence[Run]) -> None:
        """Add the block that `loose` makes, where it shows anything."""
        self.keep_runs(tag, path, loose if tag == "pre" else fold(loose))

    def add_row(self, row: etree._Element, path: tuple[Element, ...]) -> None:
        """Add a table row, its cells parted by tabs."""
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        runs: list[Run] = []
        for cell in cells:
            runs += [Run(CELL)] if cell is not cells[0] else []
            runs += fold([Run(cell.text or ""), *inline_below(cell, ())])
        self.keep_runs("tr", path, runs, tuple(self.element(str(cell.tag), kept(cell)) for cell in cells))

    def keep_runs(
        self, tag: str, path: tuple[Element, ...], runs: Sequence[Run], cells: tuple[Element, ...] = ()
    ) -> None:
        """Keep the block that folded `runs` make, unless it shows nothing."""
        text = "".join([run.text for run in runs])
        if text and not text.isspace():
            self.keep(tag, path, text, tuple(runs) if any(run.marks for run in runs) else (), cells)

    def keep(
        self,
        tag: str,
        path: tuple[Element, ...],
        text: str,
        runs: tuple[Run, ...] = (),
        cells: tuple[Element, ...] = (),
    ) -> None:
        """Keep a block; a heading begins a clause, and so does the first block."""
        if tag in HEADINGS or self.clause < 0:
            self.clause += 1
        begins = tuple(accumulate((len(run.text) for run in runs[:-1]), initial=0)) if runs else ()
        self.blocks.append(Block(tag, text, self.clause, runs, path, cells, begins))


def first_number(items: etree._Element) -> int:
    """Give the number of the first item of a list."""
    start = items.get("start") or ""
    # A browser takes no number beyond 32 bits, and Python refuses to read thousands of digits.
    return int(start) if re.fullmatch(r"-?\d{1,9}", start, re.ASCII) else 1


def inline(element: etree._Element, marks: tuple[Mark, ...]) -> Iterator[Run]:
    """Give the runs inside an inline element; blocks that stand in it are parted by line breaks."""
    name = element.tag
    if not isinstance(name, str):
        return
    if name == "br":
        yield BREAK
        return
    is_block = name in CONTAINERS or name in ("td", "th", "hr")
    around = [BREAK] if is_block else []
    inner = marks if is_block or name == "span" else (*marks, (name, kept(element)))
    yield from around
    yield Run(element.text or "", inner)
    yield from inline_below(element, inner)
    yield from around


def inline_below(element: etree._Element, marks: tuple[Mark, ...]) -> Iterator[Run]:
    """Give the runs of the children of `element`, and of the text after each."""
    for child in element:
        yield from inline(child, marks)
        yield Run(child.tail or "", marks)


def kept(element: etree._Element) -> Attributes:
    """Give those attributes of `element` that a reader can notice."""
    found = ((name, element.get(name)) for name in KEPT.get(str(element.tag), ()))
    return tuple((name, value) for name, value in found if value is not None)


def folded(text: str) -> str:
    """Fold the white space in `text`. Most texts have none to fold, and looking is quicker than replacing."""
    if "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text:
        return FOLDED.sub(" ", text)
    return text


def fold(loose: Iterable[Run]) -> list[Run]:
    """Fold white space as browsers do, also across runs; breaks stay, but not at the ends."""
    done: list[Run] = []
    # At the start, and after a break, a space shows as nothing.
    at_start = True
    for run in loose:
        if run is BREAK:
            cut_space(done)
            done += [BREAK] if done else []
            at_start = True
            continue
        text = folded(run.text)
        text = text.removeprefix(" ") if at_start else text
        if text:
            done.append(Run(text, run.marks))
            at_start = text[-1] == " "
    cut_space(done)
    while done and done[-1] is BREAK:
        done.pop()
        cut_space(done)
    return done


def cut_space(done: list[Run]) -> None:
    """Take the space off the end, where there is one; folding leaves no second."""
    if done and done[-1].text[-1] == " ":
        last = done.pop()
        if last.text != " ":
            done.append(Run(last.text[:-1], last.marks))
