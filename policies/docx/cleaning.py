"""What a document holds that would be lost or misread, and its text made plain for the converter.

The converter takes tracked changes for accepted and shows hidden text, without a word. Here nothing is left
out in silence: what cannot be kept refuses the document and is named. Only a table of contents goes, whose
words stand in the headings, and the heads and feet of pages.
"""

import re
from copy import deepcopy

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from .numbering import Label, Numbering, UnknownNumbers
from .package import NAMES, WORD, DocumentRefused
from .styles import Styles, is_on, value

TRACKED = {"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange"} | {
    f"{what}PrChange" for what in ("r", "p", "sect", "tbl", "tblEx", "tc", "tr")
}
PICTURES = {"blip", "imagedata", "chart", "relIds", "object"}
OBSTACLES = (
    dict.fromkeys(
        TRACKED,
        gettext_lazy("%(file)s holds tracked changes. Accept or reject all of them, then save it again."),
    )
    | dict.fromkeys(
        PICTURES,
        gettext_lazy(
            "%(file)s holds a picture, drawing or embedded object, which a policy cannot show. Write what it"
            " says, take it out, and save it again."
        ),
    )
    | {
        "commentReference": gettext_lazy(
            "%(file)s holds comments, which readers would not see. Delete them, then save it again."
        ),
        "oMath": gettext_lazy("%(file)s holds a formula. Write it as text, then save it again."),
        "altChunk": gettext_lazy("%(file)s holds another document. Paste its text, then save it again."),
        "subDoc": gettext_lazy("%(file)s holds another document. Paste its text, then save it again."),
        "checkBox": gettext_lazy("%(file)s holds a field to fill in. Write it as text, then save it again."),
    }
)
UNWRAPPED = ("fldSimple", "bdo", "dir", "smartTag", "customXml")
REMOVED = ("bookmarkStart", "bookmarkEnd")
CONTENTS = "Table of Contents"
BULLET = "•"
# Numbers that Markdown writes by itself.
NATIVE = re.compile(r"[1-9]\d{0,2}\.")


def refuse_obstacles(name: str, root: etree._Element, styles: Styles) -> None:
    """Raise `DocumentRefused` where a part holds what would be lost, or hidden text."""
    for element in root.iter(etree.Element):
        kind = etree.QName(element).localname
        if kind in OBSTACLES:
            raise DocumentRefused(str(OBSTACLES[kind]) % {"file": name})
        if kind == "r" and is_hidden(element, styles):
            raise DocumentRefused(
                _("%(file)s holds hidden text. Show it or delete it, then save it again.") % {"file": name}
            )


def is_hidden(run: etree._Element, styles: Styles) -> bool:
    """Whether the text of a run does not show in Word."""
    own = run.find("w:rPr/w:vanish", NAMES)
    if own is not None:
        return is_on(own)
    paragraph = next(run.iterancestors(f"{{{WORD}}}p"), None)
    by_paragraph = styles.is_hidden(styles.of(paragraph)) if paragraph is not None else False
    has_text = run.find("w:t", NAMES) is not None
    return has_text and (by_paragraph or styles.is_hidden(value(run, "w:rPr/w:rStyle")))


def clean(root: etree._Element, styles: Styles) -> None:
    """Take away what shows nothing, and write in one form what Word writes in several."""
    for choice in list(root.iter("{*}AlternateContent")):
        keep_one(choice)
    for element in [*all_of(root, *REMOVED), *root.iter("{*}checkbox"), *contents(root, styles)]:
        remove(element)
    for element in all_of(root, *UNWRAPPED):
        unwrap(element)
    # Links inside a document lead to places whose names no page has.
    for link in all_of(root, "hyperlink"):
        if not link.get(f"{{{NAMES['r']}}}id"):
            unwrap(link)
    for strike in all_of(root, "dstrike"):
        strike.tag = f"{{{WORD}}}strike"


def all_of(root: etree._Element, *tags: str) -> list[etree._Element]:
    """Give all elements of Word's with one of those names."""
    return list(root.iter(*(f"{{{WORD}}}{tag}" for tag in tags)))


def contents(root: etree._Element, styles: Styles) -> list[etree._Element]:
    """Give what makes up tables of contents."""
    path = "w:sdtPr/w:docPartObj/w:docPartGallery"
    boxes = [box for box in all_of(root, "sdt") if value(box, path) == CONTENTS]
    return boxes + [part for part in all_of(root, "p") if styles.is_contents(styles.of(part))]


def keep_one(choice: etree._Element) -> None:
    """Keep the older of the ways in which Word writes something, which the converter knows."""
    parent = choice.getparent()
    older = choice.find("{*}Fallback")
    newer = choice.find("{*}Choice")
    kept = older if older is not None else newer
    if parent is not None:
        at = parent.index(choice)
        parent[at : at + 1] = list(kept) if kept is not None else []


def remove(element: etree._Element) -> None:
    """Take an element out; nothing but white space follows one in these documents."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place."""
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = [child for child in element if etree.QName(child).localname != "customXmlPr"]


def name_headings(root: etree._Element, styles: Styles) -> None:
    """Give each heading and the title the one style that the converter is told of."""
    for paragraph in root.iter(f"{{{WORD}}}p"):
        key = styles.of(paragraph)
        level = min(styles.heading(key), 6)
        named = f"Heading{level}" if level else "DocumentTitle" if styles.is_title(key) else ""
        style = paragraph.find("w:pPr/w:pStyle", NAMES)
        if named and style is not None:
            style.set(f"{{{WORD}}}val", named)


def write_numbers(name: str, root: etree._Element, numbering: Numbering) -> None:
    """Write what Word puts before paragraphs into them: as text, or as a mark where Markdown has the same.

    Call it before `name_headings`, because styles say which list a paragraph belongs to.
    """
    for paragraph in root.iter(f"{{{WORD}}}p"):
        try:
            label = numbering.label(paragraph)
        except UnknownNumbers as unknown:
            raise DocumentRefused(
                _("%(file)s numbers a list in the form %(form)s. Choose 1, a, A, i or I, then save it again.")
                % {"file": name, "form": unknown}
            ) from unknown
        if label is not None and any(text.text for text in paragraph.iter(f"{{{WORD}}}t")):
            put_before(paragraph, label, numbering.styles)
        own = paragraph.find("w:pPr/w:numPr", NAMES)
        if own is not None:
            remove(own)


def put_before(paragraph: etree._Element, label: Label, styles: Styles) -> None:
    """Put a label before a paragraph's text: as text in a table and a heading, which gets no bullet."""
    style = styles.of(paragraph)
    is_heading = bool(styles.heading(style)) or styles.is_title(style)
    is_bullet = label.text == "-"
    if is_heading and is_bullet:
        return
    is_text = is_heading or next(paragraph.iterancestors(f"{{{WORD}}}tc"), None) is not None
    is_native = is_bullet or bool(NATIVE.fullmatch(label.text))
    first = paragraph.find("w:pPr", NAMES)
    at = 0 if first is None else paragraph.index(first) + 1
    if is_text or not is_native:
        run = etree.Element(f"{{{WORD}}}r")
        etree.SubElement(run, f"{{{WORD}}}t").text = f"{BULLET if is_bullet else label.text} "
        paragraph.insert(at, run)
    if not is_text:
        # The converter makes an empty link of it, by which it comes through to the Markdown.
        mark = etree.Element(f"{{{WORD}}}bookmarkStart")
        mark.set(f"{{{WORD}}}name", f"{label.depth} {label.text if is_native else ''}")
        paragraph.insert(at, mark)


def plain(name: str, root: etree._Element, styles: Styles, numbering: Numbering | None) -> etree._Element:
    """Give a copy of a part that holds nothing but what is kept. Raises `DocumentRefused`."""
    refuse_obstacles(name, root, styles)
    copy = deepcopy(root)
    clean(copy, styles)
    if numbering is not None:
        write_numbers(name, copy, numbering)
    name_headings(copy, styles)
    return copy
