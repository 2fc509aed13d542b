"""What the styles of a document mean: headings, the title, hidden text, lists."""

import re

from lxml import etree

from .package import NAMES, WORD

HEADING = re.compile(r"heading ([1-9])")
# Word names its own styles in English, in every language; what people call theirs says nothing.
TITLE = "title"
CONTENTS = re.compile(r"toc heading|toc [1-9]")


def value(element: etree._Element | None, path: str) -> str:
    """Give the value that a setting at `path` below `element` has, or an empty one."""
    found = element.find(path, NAMES) if element is not None else None
    return (found.get(f"{{{WORD}}}val") or "") if found is not None else ""


def is_on(setting: etree._Element | None) -> bool:
    """Whether a setting is there and not switched off."""
    return setting is not None and setting.get(f"{{{WORD}}}val") not in ("0", "false", "off")


class Styles:
    """The styles by their keys, each with those that it is based on."""

    def __init__(self, root: etree._Element | None) -> None:
        """Take the part that defines them."""
        found = root.findall("w:style", NAMES) if root is not None else []
        self.styles = {item.get(f"{{{WORD}}}styleId") or "": item for item in found}

    def of(self, paragraph: etree._Element) -> str:
        """Give the key of a paragraph's style."""
        return value(paragraph, "w:pPr/w:pStyle")

    def chain(self, key: str) -> list[etree._Element]:
        """Give a style and those that it is based on, the nearest first."""
        found: list[etree._Element] = []
        while key in self.styles and self.styles[key] not in found:
            found.append(self.styles[key])
            key = value(found[-1], "w:basedOn")
        return found

    def names(self, key: str) -> list[str]:
        """Give the names of a style and those that it is based on, in small letters."""
        return [value(style, "w:name").lower() for style in self.chain(key)]

    def heading(self, key: str) -> int:
        """Give the level of heading that a style means, from 1 on, or 0."""
        found = (HEADING.fullmatch(name) for name in self.names(key))
        return next((int(match[1]) for match in found if match), 0)

    def is_title(self, key: str) -> bool:
        """Whether a style means the document's title."""
        return TITLE in self.names(key)

    def is_contents(self, key: str) -> bool:
        """Whether a style is of a table of contents."""
        return any(CONTENTS.fullmatch(name) for name in self.names(key)[:1])

    def is_hidden(self, key: str) -> bool:
        """Whether a style hides its text."""
        settings = (style.find("w:rPr/w:vanish", NAMES) for style in self.chain(key))
        return is_on(next((setting for setting in settings if setting is not None), None))

    def numbered(self, key: str) -> tuple[str, str, str]:
        """Give the list that a style belongs to, the level, and the style that says so."""
        for style in self.chain(key):
            settings = style.find("w:pPr/w:numPr", NAMES)
            if settings is not None and value(settings, "w:numId"):
                named = style.get(f"{{{WORD}}}styleId") or ""
                return value(settings, "w:numId"), value(settings, "w:ilvl"), named
        return "", "", ""
