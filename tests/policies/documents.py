"""Word documents that tests write: a zip of XML, with no more in it than is asked for."""

from collections.abc import Iterable
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
# As a German Word writes them: the keys are German, the names of Word's own styles are not.
STYLES = {"Titel": "Title", "berschrift1": "heading 1", "berschrift2": "heading 2", "Verzeichnis1": "toc 1"}


def run(text: str, *settings: str) -> str:
    """Give a run of text with settings such as `b`, `i` or `strike`."""
    return (
        f"<w:r><w:rPr>{''.join(f'<w:{setting}/>' for setting in settings)}</w:rPr>"
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def paragraph(*parts: str, style: str = "", level: int | None = None, numbers: int = 1) -> str:
    """Give a paragraph of runs, in a list where it has a level."""
    settings = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    if level is not None:
        settings += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbers}"/></w:numPr>'
    return f"<w:p><w:pPr>{settings}</w:pPr>{''.join(parts)}</w:p>"


def table(*rows: Iterable[str], head: bool = False) -> str:
    """Give a table of cells that each hold paragraphs, or text."""
    written = ""
    for at, cells in enumerate(rows):
        inner = [cell if cell.startswith("<") else paragraph(run(cell)) for cell in cells]
        first = "<w:trPr><w:tblHeader/></w:trPr>" if head and at == 0 else ""
        written += f"<w:tr>{first}{''.join(f'<w:tc>{cell}</w:tc>' for cell in inner)}</w:tr>"
    return f"<w:tbl>{written}</w:tbl>"


def numbering(*levels: tuple[str, str], **starts: int) -> str:
    """Give one kind of list with forms and texts such as `("decimal", "%1.")`, as the lists 1 and 2.

    The second begins anew at the numbers in `starts`, by levels named `level0` and so on.
    """
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(levels)
    )
    again = "".join(
        f'<w:lvlOverride w:ilvl="{name[5:]}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for name, start in starts.items()
    )
    return (
        f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="7">{inner}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{again}</w:num></w:numbering>'
    )


def notes(*texts: str) -> str:
    """Give footnotes with the keys from 1 on."""
    inner = "".join(
        f'<w:footnote w:id="{key}">{paragraph(run(text))}</w:footnote>' for key, text in enumerate(texts, 1)
    )
    return f"<w:footnotes {SPACES}>{inner}</w:footnotes>"


def note(key: int) -> str:
    """Give the reference to a footnote."""
    return f'<w:r><w:footnoteReference w:id="{key}"/></w:r>'


def link(text: str, key: str) -> str:
    """Give a link to the address with that key."""
    return f'<w:hyperlink r:id="{key}">{run(text)}</w:hyperlink>'


def document(*blocks: str, styles: str = "", links: dict[str, str] | None = None, **parts: str) -> bytes:
    """Give the bytes of a .docx file that holds `blocks`, and `parts` such as `numbering` and `footnotes`."""
    named = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in STYLES.items()
    )
    addresses = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/hyperlink" Target={quoteattr(to)} TargetMode="External"/>'
        for key, to in (links or {}).items()
    )
    files = {f"word/{name}.xml": text for name, text in parts.items()} | {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{OFFICE}/officeDocument"'
        ' Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}">{addresses}</Relationships>',
        "word/styles.xml": f"<w:styles {SPACES}>{named}{styles}</w:styles>",
        "word/document.xml": f"<w:document {SPACES}><w:body>{''.join(blocks)}</w:body></w:document>",
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    """Give the bytes of a zip."""
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return data.getvalue()
