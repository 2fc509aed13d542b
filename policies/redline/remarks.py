"""Changes of markup around words that stay: where a link leads, what is emphasised, and what a title says."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from .document import Block, Mark, Run
from .wording import Span

# Elements that look the same are the same emphasis.
ALIKE = {"b": "strong", "i": "em", "cite": "em", "del": "s", "ins": "u", "kbd": "code"}
# These say what a word is and change nothing about how it reads.
SILENT = frozenset({"a", "abbr", "q"})


class RemarkKind(StrEnum):
    """What changed around the words."""

    LINK = "link"
    EMPHASIS = "emphasis"
    TITLE = "title"


class Remark(NamedTuple):
    """Words that stay while what is around them changes, and where they stand in the new text and the old.

    `old` and `new` hold the address that the words lead to, the names of the elements around them, or
    what a link or an abbreviation says when it is pointed at.
    """

    kind: RemarkKind
    text: str
    start: int
    end: int
    old: str
    new: str
    old_start: int
    old_end: int


def remarks_of(spans: Sequence[Span], old: Block, new: Block) -> Iterator[Remark]:
    """Give what changed around the words that two blocks share."""
    shared = list(shared_pieces(spans, old, new))
    for kind, aspect in ASPECTS:
        seen = [(aspect(piece.old), aspect(piece.new), piece) for piece in shared]
        for (before, after), group in groupby(seen, itemgetter(0, 1)):
            if before != after:
                yield from joined(kind, before, after, (piece for _old, _new, piece in group))


class Piece(NamedTuple):
    """Words that stay, where they stand in the new text and the old, and what was and is around them."""

    text: str
    start: int
    old_start: int
    old: tuple[Mark, ...]
    new: tuple[Mark, ...]


def shared_pieces(spans: Sequence[Span], old: Block, new: Block) -> Iterator[Piece]:
    """Give what stays, cut wherever the markup changes in one of the texts."""
    old_at = new_at = 0
    for sign, text in spans:
        if sign == "=":
            before, after = (
                old.marks_between(old_at, old_at + len(text)),
                new.marks_between(new_at, new_at + len(text)),
            )
            yield from side_by_side(before, after, new_at, old_at)
        old_at += len(text) if sign != "+" else 0
        new_at += len(text) if sign != "-" else 0


def side_by_side(before: Iterator[Run], after: Iterator[Run], at: int, old_at: int) -> Iterator[Piece]:
    """Cut two runs of the same text so that each piece has one markup in each."""
    old, new = next(before, None), next(after, None)
    while old and new:
        length = min(len(old.text), len(new.text))
        yield Piece(new.text[:length], at, old_at, old.marks, new.marks)
        at, old_at = at + length, old_at + length
        old = Run(old.text[length:], old.marks) if len(old.text) > length else next(before, None)
        new = Run(new.text[length:], new.marks) if len(new.text) > length else next(after, None)


def joined(kind: RemarkKind, before: str, after: str, pieces: Iterable[Piece]) -> Iterator[Remark]:
    """Give one remark for each stretch of pieces that follow one another."""
    found: Remark | None = None
    for piece in pieces:
        end, old_end = (start + len(piece.text) for start in (piece.start, piece.old_start))
        if found and found.end == piece.start:
            found = found._replace(text=found.text + piece.text, end=end, old_end=old_end)
            continue
        if found:
            yield found
        found = Remark(kind, piece.text, piece.start, end, before, after, piece.old_start, old_end)
    if found:
        yield found


def target(marks: Sequence[Mark]) -> str:
    """Give the address that words inside `marks` lead to, or nothing. Footnotes are counted, not linked."""
    address = address_of(marks)
    return "" if is_footnote(address) else address


def address_of(marks: Sequence[Mark]) -> str:
    """Give the address that words inside `marks` lead to, that of a footnote too, or nothing."""
    addresses = (dict(attributes).get("href", "") for tag, attributes in reversed(marks) if tag == "a")
    return next(addresses, "")


def emphasis(marks: Sequence[Mark]) -> str:
    """Give the names of the elements that make words inside `marks` look different, in a fixed order."""
    return " ".join(sorted({ALIKE.get(tag, tag) for tag, _attributes in marks} - SILENT))


def title(marks: Sequence[Mark]) -> str:
    """Give what words inside `marks` say when they are pointed at, or nothing. Footnotes say their number."""
    found = (dict(attributes) for _tag, attributes in reversed(marks))
    titles = (each.get("title", "") for each in found if not is_footnote(each.get("href", "")))
    return next(filter(None, titles), "")


def is_footnote(address: str) -> bool:
    """Whether an address leads to a footnote or back: the renderer numbers those."""
    return address.startswith(("#fn:", "#fnref"))


# What may change around words, and how it is told from the elements around them.
ASPECTS = (
    (RemarkKind.LINK, target),
    (RemarkKind.EMPHASIS, emphasis),
    (RemarkKind.TITLE, title),
)
