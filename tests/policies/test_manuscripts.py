"""Manuscripts: what people hand over becomes Markdown without losing or gaining a word."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from policies.manuscript import (
    SOFT_WRAPPED,
    Manuscript,
    UnreadableFile,
    from_markdown,
    from_plain_text,
    read_manuscript,
)
from policies.rendering import TEXT_LIMIT, EmptyText, TextTooLarge, UnprintableCharacter, render

pytestmark = pytest.mark.pure

LONG = (
    "When you order shoes we keep your name, your address and what you ordered, so that the parcel reaches"
    " you and so that you can send it back. We keep this for as long as tax law asks us to, and no longer."
)
SOFT_WRAPPED_POLICY = f"""Privacy at Fernhill Shoes


What We Keep

{LONG}
A parcel carrier learns your address, and nothing else.

Your Rights
You may ask us at any time what we hold on you.
"""
HARD_WRAPPED_POLICY = """\
Privacy at Fernhill Shoes

What We Keep

When you order shoes we keep your name,
your address and what you ordered.

  1. Names
  2. Addresses & telephone numbers

Your Rights

You may ask us at any time
what we hold on you.
"""
# Words that Markdown or HTML would take for something else than what they say.
SNAGS = st.sampled_from(
    [
        *("*all*", "_any_", "**", "__init__", "`code`", "#1", "C#", "##", "1.", "2)", "-", "+", "---"),
        *("***", "===", "~~~", "```", ":", "=", "|", "a|b", "|---|", "!", "\\", "\\*", "\\\\", "<b>"),
        *("</p>", "<!--", "-->", "<https://shop.example>", "http://a.example", "&amp;", "&copy;", "&"),
        *("&#60;", "<", ">", ">so", "[1]", "[x](y)", "![z](w)", "[^1]", "[^1]:", "[x]:", "*[HTML]:"),
        *("[TOC]", "{#id}", "{:.class}", "$x$", "H~2~O", "a^b"),
    ]
)
WORDS = SNAGS | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
PROSE = st.lists(
    st.tuples(WORDS, st.sampled_from([" ", "  ", "\n", "\n  ", "\n    ", "\n\n", "\n\n\n", " \n"])),
    min_size=1,
    max_size=30,
).map(lambda pairs: unicodedata.normalize("NFC", "".join(word + gap for word, gap in pairs)))


def shown(manuscript: Manuscript) -> list[str]:
    """Give the words that a reader sees: the title's, then the text's."""
    root = lxml_html.fragment_fromstring(render(manuscript.body), create_parent="div")
    return [*manuscript.title.split(), *root.text_content().split()]


@given(PROSE)
def test_a_reader_of_plain_text_sees_every_word_as_it_was_written(prose: str) -> None:
    assert shown(from_plain_text(prose)) == prose.split()


@given(PROSE)
def test_the_same_holds_where_every_line_is_a_paragraph(prose: str) -> None:
    one_a_line = f"{prose}\n{LONG}\n"

    assert shown(from_plain_text(one_a_line)) == one_a_line.split()


def test_a_text_with_one_paragraph_a_line_gets_its_headings() -> None:
    manuscript = from_plain_text(SOFT_WRAPPED_POLICY)

    assert manuscript.title == "Privacy at Fernhill Shoes"
    assert manuscript.body == (
        f"## What We Keep\n\n{LONG}\n\nA parcel carrier learns your address, and nothing else.\n\n"
        "## Your Rights\n\nYou may ask us at any time what we hold on you.\n"
    )


def test_a_text_with_broken_lines_gets_its_headings_and_keeps_its_paragraphs_whole() -> None:
    manuscript = from_plain_text(HARD_WRAPPED_POLICY)

    assert manuscript.title == "Privacy at Fernhill Shoes"
    html = render(manuscript.body)
    assert '<h2 id="what-we-keep">What We Keep</h2>' in html
    assert "<p>When you order shoes we keep your name,\nyour address and what you ordered.</p>" in html
    assert "2. Addresses &amp; telephone numbers" in html
    assert shown(manuscript) == HARD_WRAPPED_POLICY.split()


def test_a_text_without_a_heading_has_no_title() -> None:
    manuscript = from_plain_text("We keep orders.\n\nNothing else.\n")

    assert (manuscript.title, manuscript.body) == ("", "We keep orders.\n\nNothing else.\n")


def test_a_text_of_one_line_is_a_text_and_no_title() -> None:
    assert from_plain_text("Privacy\n") == Manuscript(title="", body="## Privacy\n")


@pytest.mark.parametrize("line", ["We keep orders.", "What follows:", "Really?", "x" * 101, "one,"])
def test_a_line_that_ends_a_sentence_or_runs_on_is_no_heading(line: str) -> None:
    assert from_plain_text(f"Title\n\n{line}\n").body == f"{line}\n"


def test_the_length_of_one_line_decides_what_a_line_is() -> None:
    short, long = "x" * SOFT_WRAPPED, "x" * (SOFT_WRAPPED + 1)

    assert from_plain_text(f"One.\ntwo.\n{short}\n").body.count("\n\n") == 0
    assert from_plain_text(f"One.\ntwo.\n{long}\n").body.count("\n\n") == 2


def test_front_matter_gives_title_summary_and_reason_and_leaves_the_text() -> None:
    manuscript = from_markdown(
        "---\ntitle: Privacy policy\nsummary: We keep less.\nreason: >\n  A new\n  supplier\n"
        "layout: page\ntags: [a, b]\n---\n\n## Storage\n\nText.\n"
    )

    assert manuscript == Manuscript(
        title="Privacy policy", body="## Storage\n\nText.\n", summary="We keep less.", reason="A new supplier"
    )


@pytest.mark.parametrize(
    ("title", "expected"),
    [("2026", "2026"), ("yes", "yes"), ("2021-02-30", "2021-02-30"), ('"1: 2"', "1: 2"), ("Größe", "Größe")],
)
def test_a_title_in_front_matter_is_read_as_it_stands(title: str, expected: str) -> None:
    assert from_markdown(f"---\ntitle: {title}\n---\nText.\n").title == expected


def test_the_first_heading_is_the_title_where_front_matter_gives_none() -> None:
    manuscript = from_markdown("---\nlayout: page\n---\n\n# Privacy policy #\n\nText.\n")

    assert (manuscript.title, manuscript.body) == ("Privacy policy", "Text.\n")


def test_a_heading_that_repeats_the_title_is_not_shown_twice() -> None:
    manuscript = from_markdown("---\ntitle: Privacy\n---\n# Privacy\n\nText.\n")

    assert (manuscript.title, manuscript.body) == ("Privacy", "Text.\n")


def test_a_heading_that_says_something_else_than_the_title_stays() -> None:
    manuscript = from_markdown("---\ntitle: Privacy\n---\n# For customers in Brazil\n\nText.\n")

    assert (manuscript.title, manuscript.body) == ("Privacy", "# For customers in Brazil\n\nText.\n")


def test_a_heading_too_long_for_a_title_stays_whole_in_the_text() -> None:
    heading = "word " * 60

    manuscript = from_markdown(f"# {heading}\n\nText.\n")

    assert len(manuscript.title) <= 200
    assert heading.strip() in manuscript.body


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [unclosed\n---\nText.\n",
        "---\njust words\n---\nText.\n",
        "---\n- a\n- b\n---\nText.\n",
        "---\n" + "[" * 1_000 + "\n---\nText.\n",
        "---\ntitle: never closed\n\nText.\n",
        "Text.\n\n---\ntitle: not in front\n---\n",
    ],
)
def test_what_is_no_front_matter_stays_in_the_text(text: str) -> None:
    manuscript = from_markdown(text)

    assert manuscript == Manuscript(title="", body=text)


def test_a_text_that_is_only_front_matter_or_heading_is_empty() -> None:
    for text in ("---\ntitle: Privacy\n---\n", "# Privacy\n", "---\ntitle: a\n---\n\n# a\n\n \n"):
        with pytest.raises(EmptyText):
            from_markdown(text)


@pytest.mark.parametrize("name", ["policy.md", "policy.markdown", "POLICY.MD"])
def test_a_markdown_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf# Privacy\r\n\r\n*Text*.\r\n")

    assert read_manuscript(path) == Manuscript(title="Privacy", body="*Text*.\n")


def test_a_text_file_is_read_as_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("Privacy\n\n*Text*.\n")

    assert read_manuscript(path) == Manuscript(title="Privacy", body="\\*Text\\*.\n")


@pytest.mark.parametrize(
    ("name", "content", "refusal", "said"),
    [
        ("policy.pdf", b"text", UnreadableFile, "policy.pdf is no .md, .txt or .docx file."),
        ("policy", b"text", UnreadableFile, "policy is no .md, .txt or .docx file."),
        ("policy.md", b"Gr\xf6\xdfe", UnreadableFile, "policy.md is not UTF-8 (byte 2). Save it as UTF-8"),
        ("policy.txt", "Größe".encode("utf-16"), UnreadableFile, "policy.txt is not UTF-8"),
        ("policy.md", b"", EmptyText, "The text is empty."),
        ("policy.txt", b" \n\t\r\n", EmptyText, "The text is empty."),
        ("policy.md", b"x" * (TEXT_LIMIT + 1), TextTooLarge, "policy.md is over 2 MB."),
        ("policy.md", b"one\ntwo\n\x00", UnprintableCharacter, "Line 3 holds the control character U+0000."),
        ("policy.txt", b"page\x0cbreak", UnprintableCharacter, "U+000C. Remove it."),
    ],
)
def test_a_file_that_cannot_be_taken_over_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, refusal: type[Exception], said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(refusal) as refused:
        read_manuscript(path)

    assert said in str(refused.value)


def test_a_missing_file_or_a_folder_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()

    with pytest.raises(UnreadableFile, match=r"missing\.md cannot be read: No such file"):
        read_manuscript(tmp_path / "missing.md")
    with pytest.raises(UnreadableFile, match=r"folder\.md cannot be read: Is a directory"):
        read_manuscript(tmp_path / "folder.md")
