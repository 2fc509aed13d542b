"""The numbers that Word puts before paragraphs, which stand nowhere in the text."""

import re
from dataclasses import dataclass

from lxml import etree

from .package import NAMES, WORD
from .styles import Styles, value

PLACE = re.compile(r"%([1-9])")
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
LEVELS = 9


class UnknownNumbers(Exception):
    """A list is numbered in a form that is not known here."""


@dataclass(frozen=True)
class Level:
    """How one level of a list is numbered."""

    form: str
    text: str
    start: int
    is_legal: bool


@dataclass(frozen=True)
class Label:
    """What stands before a paragraph, at which depth; `-` for a bullet."""

    depth: int
    text: str


class Numbering:
    """Counts as Word does: each list has a counter for each level, and a higher one resets the lower ones."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        """Take the part that defines the lists, and the styles, which may name one."""
        self.styles = styles
        found = root if root is not None else etree.Element(f"{{{WORD}}}numbering")
        self.kinds = {
            item.get(f"{{{WORD}}}abstractNumId"): item for item in found.findall("w:abstractNum", NAMES)
        }
        self.lists = {item.get(f"{{{WORD}}}numId"): item for item in found.findall("w:num", NAMES)}
        self.counts: dict[str, list[int | None]] = {}
        self.begun: set[tuple[str, int]] = set()

    def label(self, paragraph: etree._Element) -> Label | None:
        """Give what Word puts before the next paragraph of the document, and count it."""
        key, depth = self.place(paragraph)
        kind = self.kind(key)
        levels = self.levels(key, kind) if kind is not None else {}
        if kind is None or depth not in levels:
            return None
        level = levels[depth]
        name = kind.get(f"{{{WORD}}}abstractNumId") or ""
        counts = self.counts.setdefault(name, [None] * LEVELS)
        again = self.override(key, depth)
        before = counts[depth]
        if again is not None and (key, depth) not in self.begun:
            counts[depth] = again
        else:
            counts[depth] = level.start if before is None else before + 1
        self.begun.add((key, depth))
        counts[depth + 1 :] = [None] * (LEVELS - depth - 1)
        if level.form == "bullet":
            return Label(depth, "-")
        said = PLACE.sub(lambda match: self.number(levels, counts, int(match[1]) - 1, level), level.text)
        return Label(depth, said.strip()) if said.strip() else None

    def number(self, levels: dict[int, Level], counts: list[int | None], at: int, level: Level) -> str:
        """Give the number of one level, as it stands in the label of `level`."""
        if at not in levels:
            return ""
        count = counts[at] if counts[at] is not None else levels[at].start
        return written(count or 0, "decimal" if level.is_legal else levels[at].form)

    def place(self, paragraph: etree._Element) -> tuple[str, int]:
        """Give which list a paragraph belongs to, and at which level of it; an empty key for none."""
        own = paragraph.find("w:pPr/w:numPr", NAMES)
        style = self.styles.of(paragraph)
        key = value(own, "w:numId") if own is not None else ""
        depth = value(own, "w:ilvl") if own is not None else ""
        if not key:
            key, by_style, of_style = self.styles.numbered(style)
            depth = depth or by_style or self.depth_of(key, of_style)
        return key, min(int(depth), LEVELS - 1) if depth.isdecimal() else 0

    def depth_of(self, key: str, style: str) -> str:
        """Give the level of a list that is meant for a style."""
        kind = self.kind(key)
        for level in kind.findall("w:lvl", NAMES) if kind is not None else ():
            if value(level, "w:pStyle") == style:
                return level.get(f"{{{WORD}}}ilvl") or ""
        return ""

    def kind(self, key: str) -> etree._Element | None:
        """Give what defines a list, which may be named by a style."""
        item = self.lists.get(key)
        kind = self.kinds.get(value(item, "w:abstractNumId")) if item is not None else None
        link = value(kind, "w:numStyleLink") if kind is not None else ""
        if not link:
            return kind
        linked = self.lists.get(self.styles.numbered(link)[0])
        return self.kinds.get(value(linked, "w:abstractNumId")) if linked is not None else None

    def levels(self, key: str, kind: etree._Element) -> dict[int, Level]:
        """Give the levels of a list, with what it defines otherwise than its kind."""
        found = {}
        for level in [*kind.findall("w:lvl", NAMES), *self.lists[key].findall("w:lvlOverride/w:lvl", NAMES)]:
            depth, start = level.get(f"{{{WORD}}}ilvl") or "0", value(level, "w:start") or "0"
            found[int(depth)] = Level(
                form=value(level, "w:numFmt") or "decimal",
                text=value(level, "w:lvlText"),
                start=int(start),
                is_legal=level.find("w:isLgl", NAMES) is not None,
            )
        return found

    def override(self, key: str, depth: int) -> int | None:
        """Give the number from which a list begins anew at a level, where it does."""
        for item in self.lists[key].findall("w:lvlOverride", NAMES):
            start = value(item, "w:startOverride")
            if item.get(f"{{{WORD}}}ilvl") == str(depth) and start:
                return int(start)
        return None


def written(number: int, form: str) -> str:
    """Give a number in one of Word's forms. Raises `UnknownNumbers`."""
    if form == "none":
        return ""
    if form in ("decimal", "decimalZero"):
        return f"{number:02}" if form == "decimalZero" else str(number)
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:  # noqa: PLR2004 - Romans counted no further
        letters = roman(number)
        return letters.upper() if form == "upperRoman" else letters
    raise UnknownNumbers(form)


def roman(number: int) -> str:
    """Give a number in Roman numerals."""
    letters = ""
    for worth, sign in ROMAN:
        times, number = divmod(number, worth)
        letters += times * sign
    return letters
