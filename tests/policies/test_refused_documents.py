"""Word documents that are refused: what would be lost is named, and what is no document is called none."""

import struct
from pathlib import Path
from typing import Any

import pytest

from policies.docx import FILE_LIMIT, DocumentRefused
from policies.manuscript import Manuscript, UnreadableFile, manuscript_of, read_manuscript
from policies.refusal import Refusal
from policies.rendering import EmptyText

from .documents import SPACES, document, link, note, notes, numbering, paragraph, run, table, zipped

pytestmark = pytest.mark.pure

PLAIN = paragraph(run("We keep orders."))


def read(*blocks: str, **parts: Any) -> Manuscript:
    return manuscript_of("policy.docx", document(*blocks, **parts))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (f'<w:ins w:id="1" w:author="A">{run("new")}</w:ins>', "holds tracked changes. Accept or reject all"),
        ('<w:del w:id="1" w:author="A"><w:r><w:delText>old</w:delText></w:r></w:del>', "tracked changes"),
        (f'<w:moveFrom w:id="1" w:author="A">{run("x")}</w:moveFrom>', "tracked changes"),
        (f'<w:moveTo w:id="1" w:author="A">{run("x")}</w:moveTo>', "tracked changes"),
        ('<w:r><w:rPr><w:rPrChange w:id="1"/></w:rPr><w:t>x</w:t></w:r>', "tracked changes"),
        ('<w:r><w:commentReference w:id="1"/></w:r>', "holds comments, which readers would not see."),
        ('<w:r><w:drawing><a:blip r:embed="a"/></w:drawing></w:r>', "holds a picture, drawing or embedded"),
        ("<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>", "holds a formula."),
        ('<w:altChunk r:id="a"/>', "holds another document."),
        (run("secret", "vanish"), "holds hidden text."),
        ('<w:r><w:sym w:font="Nobody" w:char="F0FF"/></w:r>', "cannot be kept to the letter near “w:sym”"),
        (f"<w:unknown>{run('lost')}</w:unknown>", "cannot be kept to the letter near “lost”"),
    ],
)
def test_what_would_be_lost_or_misread_refuses_the_document(part: str, said: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        read(PLAIN, paragraph(run("Before "), part))

    assert str(refused.value).startswith("policy.docx ")
    assert said in str(refused.value)


def test_tracked_changes_and_the_like_are_found_in_notes_rows_and_marks_of_paragraphs() -> None:
    tracked = notes("x").replace("<w:r>", '<w:ins w:id="1"><w:r>').replace("</w:r>", "</w:r></w:ins>")
    blocks = [
        (paragraph(run("a"), note(1)), {"footnotes": tracked}),
        (paragraph(run("a")), {"endnotes": tracked}),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>", {}),
        (table(["a", "b"]).replace("<w:tr>", "<w:tr><w:trPr><w:ins/></w:trPr>"), {}),
    ]

    for block, parts in blocks:
        with pytest.raises(DocumentRefused, match="tracked changes"):
            read(block, **parts)


def test_text_that_a_style_hides_refuses_the_document() -> None:
    hidden = '<w:style w:styleId="Draft" w:type="paragraph"><w:rPr><w:vanish/></w:rPr></w:style>'

    with pytest.raises(DocumentRefused, match="hidden text"):
        read(PLAIN, paragraph(run("secret"), style="Draft"), styles=hidden)


def test_a_list_in_a_form_that_is_not_known_and_a_note_in_merged_cells_are_refused() -> None:
    merged = f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{paragraph(run("a"), note(1))}'

    with pytest.raises(DocumentRefused, match="numbers a list in the form chicago"):
        read(paragraph(run("a"), level=0), numbering=numbering(("chicago", "%1")))
    with pytest.raises(DocumentRefused, match="footnote in a table with merged cells"):
        read(table([merged], ["b", "c"]), footnotes=notes("x"))


ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
LARGE = zipped({"word/document.xml": "<a>" + " " * 13_000_000})
TEXT = f"<w:document {SPACES}><w:body>{PLAIN}</w:body></w:document>"


def lying_about_sizes(data: bytes) -> bytes:
    """Give a zip whose directory says that each file is small."""
    at = data.find(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]


@pytest.mark.parametrize(
    ("data", "refusal", "said"),
    [
        (b"", DocumentRefused, "is no Word document, or damaged."),
        (b"no zip", DocumentRefused, "is no Word document, or damaged."),
        (document(PLAIN)[:-40], DocumentRefused, "is no Word document, or damaged."),
        (zipped({"a.txt": "x"}), DocumentRefused, "is no Word document, or damaged."),
        (zipped({"word/document.xml": "<a"}), DocumentRefused, "is no Word document, or damaged."),
        (zipped({"word/document.xml": "<a/>"}), DocumentRefused, "is no Word document, or damaged."),
        (zipped({"word/document.xml": ENTITIES + TEXT}), DocumentRefused, "is no Word document, or damaged."),
        (document(PLAIN, numbering="<a>"), DocumentRefused, "is no Word document, or damaged."),
        (document(paragraph(note(1))), DocumentRefused, "is no Word document, or damaged."),
        (document(paragraph(link("x", "none"))), DocumentRefused, "is no Word document, or damaged."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", DocumentRefused, "is encrypted, or in the older form."),
        (LARGE, DocumentRefused, "is too large."),
        (lying_about_sizes(LARGE), DocumentRefused, "policy.docx"),
        (b"x" * (FILE_LIMIT + 1), DocumentRefused, "is too large."),
        (document(), EmptyText, "The text is empty."),
        (document(paragraph(run(" \N{NO-BREAK SPACE}"))), EmptyText, "The text is empty."),
        (document(paragraph(run("a\x7f"))), Refusal, "U+007F"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sound_document_is_refused_in_words(
    data: bytes, refusal: type[Exception], said: str
) -> None:
    with pytest.raises(refusal) as refused:
        manuscript_of("policy.docx", data)

    assert said in str(refused.value)


def test_the_strict_form_of_the_format_is_read_and_looked_at_alike() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    text = TEXT.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", strict)

    assert manuscript_of("a.docx", zipped({"word/document.xml": text})).body == "We keep orders.\n"
    with pytest.raises(DocumentRefused, match="tracked changes"):
        manuscript_of("a.docx", zipped({"word/document.xml": text.replace("<w:p>", "<w:p><w:ins/>")}))


def test_a_document_is_read_from_its_file_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "Policy.DOCX"
    path.write_bytes(document(PLAIN))

    assert read_manuscript(path).body == "We keep orders.\n"
    path.rename(tmp_path / "policy.docm")
    with pytest.raises(UnreadableFile, match=r"policy\.docm is no \.md, \.txt or \.docx file"):
        read_manuscript(tmp_path / "policy.docm")
