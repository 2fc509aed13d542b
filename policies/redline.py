"""Compare two rendered texts: blocks first, then the words inside those that belong together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lxml import html as lxml_html
from rapidfuzz.distance import Indel

Operation = Literal["equal", "insert", "delete", "modify"]
Span = tuple[Literal["=", "-", "+"], str]

BLOCK_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "pre", "tr", "caption", "summary"}
CONTAINERS = {"ul", "ol", "dl", "table", "blockquote", "div", "section", "details"} | BLOCK_TAGS
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
WORD = re.compile(r"\w")
KINSHIP = 0.5


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or table row: its tag and its text, white space folded."""

    tag: str
    text: str


@dataclass(frozen=True)
class Change:
    """One block of the comparison; `spans` join to the old text without `+`, to the new without `-`."""

    operation: Operation
    tag: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Comparison:
    """All blocks of both texts in reading order, and how much of them changed."""

    changes: tuple[Change, ...]
    words_inserted: int = field(default=0)
    words_deleted: int = field(default=0)

    @property
    def blocks_changed(self) -> int:
        """How many blocks are not equal."""
        return sum(change.operation != "equal" for change in self.changes)

    @property
    def is_equal(self) -> bool:
        """Whether the two texts read the same."""
        return self.blocks_changed == 0


def compare(old_html: str, new_html: str) -> Comparison:
    """Compare two sanitised renderings and give every block of both, in reading order."""
    changes = tuple(changed_blocks(list(blocks(old_html)), list(blocks(new_html))))
    return Comparison(changes, count_words(changes, "+"), count_words(changes, "-"))


def blocks(html: str) -> Iterator[Block]:
    """Give the blocks of sanitised `html` in order; text between blocks counts as a paragraph."""
    if not html.strip():
        return
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    yield from blocks_below(root, "p")


def blocks_below(element: lxml_html.HtmlElement, tag: str) -> Iterator[Block]:
    """Give the blocks in `element`; loose text in it takes `tag`, its own or its parent's."""
    loose = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag in CONTAINERS and element.tag != "tr":
            yield from paragraph(loose, tag)
            yield from blocks_below(child, child.tag if child.tag in BLOCK_TAGS else tag)
            loose = [child.tail or ""]
        elif child.tag == "br":
            loose += ["\n", child.tail or ""]
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from blocks_below(child, tag)
        else:
            cell_gap = " | " if child.tag in ("td", "th") and "".join(loose).strip() else ""
            loose += [cell_gap, "".join(child.itertext()), child.tail or ""]
    yield from paragraph(loose, tag)


def paragraph(parts: Sequence[str], tag: str) -> Iterator[Block]:
    """Give the block that `parts` make, where they hold any text."""
    text = " ".join("".join(parts).split())
    if text:
        yield Block(tag, text)


def changed_blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Change]:
    """Align the blocks; where a stretch was replaced, pair what is akin."""
    old_done = new_done = 0
    for match in Indel.opcodes(old, new).as_matching_blocks():
        yield from pair(old[old_done : match.a], new[new_done : match.b])
        old_done, new_done = match.a + match.size, match.b + match.size
        yield from (Change("equal", block.tag, (("=", block.text),)) for block in new[match.b : new_done])


def pair(before: Sequence[Block], after: Sequence[Block]) -> Iterator[Change]:
    """Give changed, deleted and inserted blocks of a stretch that was replaced, in order."""
    waiting = 0
    for block in after:
        kin = next((i for i in range(waiting, len(before)) if akin(before[i], block)), None)
        if kin is None:
            yield Change("insert", block.tag, (("+", block.text),))
            continue
        yield from (Change("delete", gone.tag, (("-", gone.text),)) for gone in before[waiting:kin])
        yield Change("modify", block.tag, tuple(word_spans(before[kin].text, block.text)))
        waiting = kin + 1
    yield from (Change("delete", gone.tag, (("-", gone.text),)) for gone in before[waiting:])


def akin(old: Block, new: Block) -> bool:
    """Whether two blocks are versions of one another."""
    return Indel.normalized_similarity(TOKEN.findall(old.text), TOKEN.findall(new.text)) >= KINSHIP


def word_spans(old: str, new: str) -> Iterator[Span]:
    """Give the spans by which `old` became `new`, word by word, what is deleted before what replaces it."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    old_done = new_done = 0
    for match in Indel.opcodes(before, after).as_matching_blocks():
        yield from span("-", before[old_done : match.a])
        yield from span("+", after[new_done : match.b])
        old_done, new_done = match.a + match.size, match.b + match.size
        yield from span("=", after[match.b : new_done])


def span(sign: Literal["=", "-", "+"], tokens: Sequence[str]) -> Iterator[Span]:
    """Give one span of `tokens`, where there are any."""
    if tokens:
        yield sign, "".join(tokens)


def count_words(changes: Sequence[Change], sign: str) -> int:
    """Count the words in all spans of `sign`."""
    return sum(
        sum(bool(WORD.match(token)) for token in TOKEN.findall(text))
        for change in changes
        for kind, text in change.spans
        if kind == sign
    )
