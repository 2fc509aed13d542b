"""The HTML of a document as Markdown, in which every word stands as it stood there."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from markdownify import ATX, MarkdownConverter

from ..escaping import escape_signs, escape_starts
from ..rendering import sanitise

INDENT = " " * 4
NOTE = re.compile(r"(?:foot|end)note-ref-")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Where a sign of emphasis has a word on one side and a space or the block's edge on the other.
BLOCKS = {*HEADINGS, "p", "li", "td", "th"}
SAFE_IN_ADDRESS = ":/?#@!$&+,;=%~"


class NoteInMergedTable(Exception):
    """A footnote stands in a table that has to be written as HTML, where Markdown knows none."""


class Words(MarkdownConverter):
    """Writes one block; what Markdown might take for something else is written as HTML."""

    def __init__(self, notes: dict[str, int]) -> None:
        """Take the numbers of the notes by what refers to them."""
        super().__init__(heading_style=ATX, table_infer_header=True, sub_symbol="<sub>", sup_symbol="<sup>")
        self.notes = notes

    def escape(self, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the converter calls it so
        """Give words as they stand. A mark of exclamation before a link would make it a picture."""
        escaped = escape_signs(text)
        return f"{escaped[:-1]}\\!" if escaped.endswith("!") else escaped

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give a paragraph; in a table, which has one line for each row, it ends with a break."""
        return f"{text.strip()}<br>" if "_inline" in parent_tags else f"\n\n{text.strip()}\n\n"

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give a break in a line."""
        if el.find_parent(HEADINGS):
            return " "
        return "<br>" if "_inline" in parent_tags else "  \n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Give a cell without the break behind its last paragraph."""
        return str(super().convert_td(el, re.sub(r"(?:<br>|\s)+\Z", "", text), parent_tags))  # type: ignore[misc] # its stub leaves it out

    convert_th = convert_td

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Give a table, as HTML where Markdown has no form for it."""
        if not el.select("[colspan], [rowspan], table"):
            return str(super().convert_table(el, text, parent_tags))  # type: ignore[misc] # the same
        if el.find("a", id=NOTE):
            raise NoteInMergedTable
        return f"\n\n{sanitise(str(el))}\n\n"

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give stressed words."""
        return self.around(el, text, "*", "em")

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give strongly stressed words."""
        return self.around(el, text, "**", "strong")

    def convert_s(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give struck words, for which Markdown has no sign here."""
        return f"<s>{text}</s>" if text.strip() else text

    def around(self, el: Tag, text: str, sign: str, tag: str) -> str:
        """Give words in signs, or in a tag where other signs stand next to them."""
        inner = text.strip()
        if not inner:
            return text
        alone = all(isinstance(child, NavigableString) for child in el.children)
        beside = [el.previous_sibling, el.next_sibling]
        apart = all(near is None or isinstance(near, NavigableString) for near in beside)
        is_plain = alone and apart and el.parent is not None and el.parent.name in BLOCKS
        left, right = (sign, sign) if is_plain else (f"<{tag}>", f"</{tag}>")
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}{left}{inner}{right}{after}"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - the same
        """Give a link, or the sign of a note."""
        key, address, inner = el.get("id"), str(el.get("href") or ""), text.strip()
        if key in self.notes:
            return f"[^{self.notes[str(key)]}]"
        if not address or not inner:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{before}[{inner}]({quote(address, safe=SAFE_IN_ADDRESS)}){after}"

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Give raised words; the sign of a note is raised already."""
        return text if text.startswith("[^") else str(super().convert_sup(el, text, parent_tags))  # type: ignore[misc] # the same


@dataclass(frozen=True)
class Item:
    """A paragraph in a list: how deep, and its bullet or number, empty where the number is text."""

    depth: int
    sign: str

    @property
    def is_numbered(self) -> bool:
        """Whether it has a number and no bullet."""
        return self.sign != "-"


class Outline:
    """What is written and open while the blocks of a document are put one after the other."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.written = ""
        self.open: list[Item] = []
        self.last: Item | None = None
        self.is_close = True

    def __str__(self) -> str:
        return self.written

    def put_whole(self, text: str) -> None:
        """Write a block that belongs to no list, as it is."""
        self.open, self.last = [], None
        self.add(text)

    def put_item(self, item: Item, text: str) -> str:
        """Write a paragraph of a list inside the items above it; give its number if that became text."""
        before = next((other for other in self.open if other.depth == item.depth), None)
        self.open = [other for other in self.open if other.depth < item.depth]
        goes_on = before is not None and before.is_numbered == item.is_numbered
        counts = not goes_on or not item.is_numbered or number(item) == number(before or item) + 1
        margin = INDENT * len(self.open)
        text = escape_starts(text)
        if item.sign and counts:
            lines = f"{item.sign:<4}{text}".replace("\n", f"\n{margin}{INDENT}")
            follows = self.last is not None and (goes_on or self.last.depth < item.depth)
            # What stands close behind a gap inside a list would belong to the item before.
            self.is_close = follows and self.is_close if self.open or goes_on else True
            self.add(margin + lines, "\n" if follows and self.is_close else "\n\n")
            self.open.append(item)
            self.last = item
            return ""
        # Markdown would count otherwise, so the number is text.
        said = escape_starts(f"{item.sign} ") if item.sign else ""
        self.add(margin + (said + text).replace("\n", f"\n{margin}"))
        self.last, self.is_close = None, False
        return item.sign

    def add(self, text: str, gap: str = "\n\n") -> None:
        """Write `text` behind what is written."""
        self.written += gap + text if self.written else text


def number(item: Item) -> int:
    """Give the number of a numbered item."""
    return int(item.sign.rstrip("."))


@dataclass(frozen=True)
class Written:
    """A document as Markdown, with its title, and as HTML all that a reader is to see of the body."""

    title: str
    body: str
    shown: str


def write_blocks(html: str, title_limit: int) -> Written:
    """Give the Markdown of the converter's `html`. Raises `NoteInMergedTable`."""
    soup = BeautifulSoup(html, "html.parser")
    references = dict.fromkeys(str(found["id"]) for found in soup.find_all("a", id=NOTE))
    words = Words({key: number for number, key in enumerate(references, 1)})
    blocks = [block for block in soup.children if isinstance(block, Tag)]
    notes = blocks.pop() if references else None
    blocks = [block for block in blocks if block.get_text().strip()]
    title = title_of(blocks)
    if blocks and says_only(blocks[0], title) and len(title) <= title_limit:
        blocks = blocks[1:]
    outline = Outline()
    shown = [f"{put_block(outline, block, words)} {without_signs(block)}" for block in blocks]
    for number, note in enumerate(notes.find_all("li", recursive=False) if notes else [], 1):
        # The last link of a note leads back to the text; Markdown makes one of its own.
        note.find_all("a")[-1].decompose()
        shown.append(without_signs(note))
        parts = [escape_starts(block_text(part, words)) for part in note.find_all(True, recursive=False)]
        text = "\n\n".join(parts).strip().replace("\n", f"\n{INDENT}")
        outline.put_whole(f"[^{number}]: {text}")
    return Written(title, f"{outline}\n", "".join(shown))


def says_only(block: Tag, title: str) -> bool:
    """Whether a block is a heading that says the title, and refers to no note."""
    is_same = block.name == "h1" and " ".join(block.get_text().split()) == title
    return is_same and block.find("sup") is None


def title_of(blocks: list[Tag]) -> str:
    """Give the document's title: what has the style of one, or else a heading that stands first."""
    named = [block for block in blocks if block.name == "h1" and "title" in (block.get("class") or [])]
    first = named or [block for block in blocks[:1] if block.name == "h1"]
    return " ".join(first[0].get_text().split()) if first else ""


def put_block(outline: Outline, block: Tag, words: Words) -> str:
    """Write one block; give what it says before its words."""
    mark = block.find("a", href=False, id=re.compile(r"\A\d+ "))
    item = None
    if block.name == "p" and isinstance(mark, Tag):
        depth, sign = str(mark["id"]).split(" ", 1)
        item = Item(int(depth), sign)
        mark.decompose()
    text = block_text(block, words)
    if item is not None:
        return outline.put_item(item, text)
    outline.put_whole(text if block.name == "table" else escape_starts(text))
    return ""


def block_text(block: Tag, words: Words) -> str:
    """Give the Markdown of one block."""
    return str(words.convert_soup(block)).strip("\n").strip()


def without_signs(block: Tag) -> str:
    """Give the HTML of a block that was written, without the signs of notes."""
    for sign in block.find_all("a", id=NOTE):
        sign.decompose()
    return str(block)
