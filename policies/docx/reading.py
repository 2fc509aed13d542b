"""From a .docx file to Markdown, with a look at whether it says the same."""

import unicodedata
from collections import Counter
from io import BytesIO
from zipfile import ZipFile

import mammoth
from django.utils.translation import gettext as _
from lxml import etree
from lxml import html as lxml_html

from ..refusal import Refusal
from ..rendering import normalise, render
from .blocks import NoteInMergedTable, Written, write_blocks
from .cleaning import plain
from .numbering import Numbering
from .package import WORD, DocumentRefused, Package
from .styles import Styles

HEADINGS = "\n".join(f"p.Heading{level} => h{level}:fresh" for level in range(1, 7))
STYLE_MAP = f"p.DocumentTitle => h1.title:fresh\n{HEADINGS}"
UNSEEN_SYMBOL = "w:sym"
AROUND = 60
# Elements at whose edges a word ends.
PARTING = (
    "p",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "th",
    "td",
    "div",
    "hr",
)
# What the renderer adds to notes: their numbers, and the ways back to the text.
OF_NOTES = "//sup[starts-with(@id, 'fnref')] | //a[contains(@class, 'footnote-backref')]"


def read_document(name: str, data: bytes, title_limit: int) -> tuple[str, str]:
    """Give the title, or an empty one, and the Markdown body of the .docx file in `data`.

    Raises `DocumentRefused` and the refusals of `normalise` and `render`.
    """
    package = Package(name, data)
    try:
        written, lost = convert(package, title_limit)
        body = normalise(written.body)
        found = words_in(render(body))
    except Refusal:
        raise
    except NoteInMergedTable as error:
        raise DocumentRefused(
            _("%(file)s has a footnote in a table with merged cells. Split them, then save it again.")
            % {"file": name}
        ) from error
    except Exception as error:
        # What fails in the converter has many names: KeyError, ValueError, RecursionError.
        raise package.damaged() from error
    expected = words_in(unicodedata.normalize("NFC", written.shown))
    if lost or found != expected:
        raise DocumentRefused(
            _("%(file)s cannot be kept to the letter near “%(words)s”. Write that part plainly.")
            % {"file": name, "words": lost or difference(expected, found)}
        )
    return written.title, body


def convert(package: Package, title_limit: int) -> tuple[Written, str]:
    """Give what a document is as Markdown, and what the converter has lost."""
    styles = Styles(package.part(package.beside("styles")))
    numbering = Numbering(package.part(package.beside("numbering")), styles)
    parts = {"document": plain(package.name, package.document, styles, numbering)}
    for kind in ("footnotes", "endnotes"):
        root = package.part(package.beside(kind))
        if root is not None:
            parts[kind] = plain(package.name, root, styles, None)
    made = mammoth.convert_to_html(
        packed(package, parts),
        style_map=STYLE_MAP,
        include_embedded_style_map=False,
        external_file_access=False,
    )
    if any(UNSEEN_SYMBOL in message.message for message in made.messages):
        return write_blocks(made.value, title_limit), UNSEEN_SYMBOL
    return write_blocks(made.value, title_limit), lost_words(parts["document"], made.value)


def packed(package: Package, parts: dict[str, etree._Element]) -> BytesIO:
    """Give a .docx file that holds nothing but the parts given, and where their links lead."""
    file = BytesIO()
    with ZipFile(file, "w") as made:
        for kind, root in parts.items():
            made.writestr(f"word/{kind}.xml", etree.tostring(root))
            links = package.relations(package.main if kind == "document" else package.beside(kind))
            if links is not None:
                made.writestr(f"word/_rels/{kind}.xml.rels", etree.tostring(links))
    file.seek(0)
    return file


def lost_words(document: etree._Element, html: str) -> str:
    """Give words of the document that its HTML lacks: the converter drops what it does not know."""
    said = [text.text or "" for text in document.iter(f"{{{WORD}}}t")]
    kept = lxml_html.fragment_fromstring(html, create_parent="div").text_content()
    lost = "".join((Counter("".join(said)) - Counter(kept)).elements()).strip()
    return next((text for text in said if text not in kept), lost)[:AROUND] if lost else ""


def words_in(html: str) -> list[str]:
    """Give the words that a reader sees in `html`, but for the numbers of notes."""
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for element in root.xpath(OF_NOTES):
        element.drop_tree()
    for element in root.iter(*PARTING):
        element.text, element.tail = f" {element.text or ''}", f" {element.tail or ''}"
    return root.text_content().split()


def difference(expected: list[str], found: list[str]) -> str:
    """Give the words that are expected where the two first differ."""
    pairs = enumerate(zip(expected, found, strict=False))
    first = next((at for at, (mine, theirs) in pairs if mine != theirs), len(found))
    return " ".join(expected[max(0, first - 1) : first + 3])[:AROUND]
