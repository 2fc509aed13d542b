"""Word documents: what they say is kept to the letter, or the document is refused in words."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from policies.docx.numbering import roman, written
from policies.manuscript import Manuscript, manuscript_of
from policies.rendering import render

from .documents import (
    document,
    link,
    note,
    notes,
    numbering,
    paragraph,
    run,
    table,
)
from .test_manuscripts import WORDS

pytestmark = pytest.mark.pure

CLAUSES = numbering(("decimal", "§ %1"), ("decimal", "%1.%2"))
MIXED = numbering(("bullet", "·"), ("decimal", "%2."), ("bullet", "·"))
BULLETS = numbering(("bullet", "·"), ("bullet", "o"), ("bullet", "·"))
PLAIN = paragraph(run("We keep orders."))


def read(*blocks: str, **parts: Any) -> Manuscript:
    return manuscript_of("policy.docx", document(*blocks, **parts))


def rendered(*blocks: str, **parts: Any) -> str:
    return render(read(*blocks, **parts).body)


def shown(html: str) -> list[str]:
    """Give the words that a reader sees."""
    return lxml_html.fragment_fromstring(html, create_parent="div").text_content().split()


Runs = list[tuple[str, set[str]]]
RUNS = st.lists(
    st.tuples(WORDS, st.sets(st.sampled_from(["b", "i", "strike", "caps"])), st.sampled_from(["", " "])),
    min_size=1,
    max_size=8,
).map(lambda runs: [(unicodedata.normalize("NFC", word) + gap, settings) for word, settings, gap in runs])
FORMS = st.sampled_from(["plain", "heading", "bullet", "number", "deep", "cell"])


@given(st.lists(st.tuples(FORMS, RUNS), min_size=1, max_size=6))
def test_a_reader_of_a_document_sees_every_word_as_it_was_written(blocks: list[tuple[str, Runs]]) -> None:
    settings = {
        "heading": {"style": "berschrift2"},
        "bullet": {"level": 0},
        "number": {"level": 1},
        "deep": {"level": 2},
    }
    written = []
    for form, runs in blocks:
        parts = [run(text, *sorted(of_run)) for text, of_run in runs]
        made = paragraph(*parts, **settings.get(form, {}))  # type: ignore[arg-type] # each is of its own kind
        written.append(table([made, made]) if form == "cell" else made)

    html = rendered(*written, numbering=MIXED)

    said = [
        " ".join(["".join(text for text, _settings in runs)] * (2 if form == "cell" else 1))
        for form, runs in blocks
    ]
    assert shown(html) == " ".join(said).split()


def test_headings_emphasis_and_links_are_kept() -> None:
    html = rendered(
        PLAIN,
        paragraph(run("What we keep"), style="berschrift1"),
        paragraph(
            run("We keep "),
            run("all", "b"),
            run(" "),
            run("orders", "i"),
            run(" and "),
            run("no", "b", "i"),
            run("thing."),
        ),
        paragraph(run("Mine", "dstrike"), run(" yours")),
        paragraph(link("Write to us", "a"), run(" or "), link("read", "b"), run("."), link("x", "c")),
        links={
            "a": "mailto:privacy@shop.example",
            "b": "https://shop.example/a_(b) c?d=1&e=%20*",
            "c": "file:///etc",
        },
    )

    assert '<h2 id="what-we-keep">What we keep</h2>' in html
    assert "<strong>all</strong> <em>orders</em> and <strong><em>no</em></strong>thing." in html
    assert "<s>Mine</s> yours" in html
    assert 'href="mailto:privacy@shop.example"' in html
    assert 'href="https://shop.example/a_%28b%29%20c?d=1&amp;e=%20%2A"' in html
    assert "file:" not in html


def test_a_mark_of_exclamation_before_a_link_makes_no_picture_of_it() -> None:
    html = rendered(paragraph(run("Write!"), link("to us", "a")), links={"a": "mailto:privacy@shop.example"})

    assert shown(html) == ["Write!to", "us"]
    assert "<a href" in html


def test_what_stands_close_behind_a_gap_inside_a_list_keeps_its_place() -> None:
    levels = [0, 2, 1, 0]

    html = rendered(*(paragraph(run(f"at {level}"), level=level) for level in levels), numbering=MIXED)

    assert shown(html) == ["at", "0", "at", "2", "at", "1", "at", "0"]
    assert (html.count("<ul>"), html.count("<ol>")) == (2, 1)


def test_the_title_is_the_paragraph_of_that_style_or_a_first_heading() -> None:
    heading = paragraph(run("What we keep"), style="berschrift1")
    title = paragraph(run("Our "), run("privacy", "b"), style="Titel")

    assert read(title, heading, PLAIN) == Manuscript("Our privacy", "# What we keep\n\nWe keep orders.\n")
    assert read(heading, PLAIN) == Manuscript("What we keep", "We keep orders.\n")
    assert read(PLAIN, title) == Manuscript("Our privacy", "We keep orders.\n\n# Our **privacy**\n")
    assert read(PLAIN, heading) == Manuscript("", "We keep orders.\n\n# What we keep\n")
    long = read(paragraph(run("word " * 60), style="Titel"), PLAIN)
    assert (len(long.title), long.body.count("word")) == (200, 60)


def test_a_style_based_on_a_heading_is_a_heading() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Our clause"/>'
        '<w:basedOn w:val="berschrift2"/></w:style>'
    )

    assert read(PLAIN, paragraph(run("Clause"), style="Clause"), styles=styles).body.endswith("## Clause\n")


def test_lists_nest_and_keep_their_numbers() -> None:
    html = rendered(
        paragraph(run("one"), level=0),
        paragraph(run("first"), level=1),
        paragraph(run("a dot"), level=2),
        paragraph(run("second"), level=1),
        paragraph(run("two"), level=0),
        paragraph(run("first again"), level=1),
        PLAIN,
        paragraph(run("three"), level=0),
        paragraph(run("ten"), level=0, numbers=2),
        paragraph(run("eleven"), level=0, numbers=2),
        numbering=numbering(("decimal", "%1."), ("lowerLetter", "(%2)"), ("bullet", "o"), level0=10),
    )

    assert " ".join(shown(html)) == (
        "one (a) first a dot (b) second two (a) first again We keep orders. three 10. ten eleven"
    )
    assert html.count("<ol>") == 1
    assert '<ol start="3">' in html
    assert '<ol start="11">' in html
    assert html.index("<ol>") < html.index("(a) first") < html.index("<ul>") < html.index("(b) second")
    assert html.index("first again") < html.index("</ol>")


def test_lists_without_anything_between_their_items_are_close() -> None:
    body = read(
        *(paragraph(run(text), level=level) for text, level in (("a", 0), ("b", 1), ("c", 2), ("d", 0))),
        numbering=BULLETS,
    ).body

    assert body == "-   a\n    -   b\n        -   c\n-   d\n"


def test_the_numbers_that_word_puts_before_clauses_and_headings_are_text() -> None:
    html = rendered(
        paragraph(run("Storage"), style="berschrift2", level=0),
        paragraph(run("We keep orders."), level=1),
        paragraph(run("We keep no cards."), level=1),
        paragraph(run("Rights"), style="berschrift2", level=0),
        paragraph(run("You may ask."), level=1),
        table([paragraph(run("in a cell"), level=1), "plain"]),
        numbering=CLAUSES,
    )

    assert shown(html) == [
        "§",
        "1",
        "Storage",
        "1.1",
        "We",
        "keep",
        "orders.",
        "1.2",
        "We",
        "keep",
        "no",
        "cards.",
        "§",
        "2",
        "Rights",
        "2.1",
        "You",
        "may",
        "ask.",
        "2.2",
        "in",
        "a",
        "cell",
        "plain",
    ]
    assert '<h2 id="1-storage">§ 1 Storage</h2>' in html


def test_a_style_numbers_its_paragraphs() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbers = CLAUSES.replace('<w:lvl w:ilvl="1">', '<w:lvl w:ilvl="1"><w:pStyle w:val="Clause"/>')

    body = read(
        paragraph(run("One."), style="Clause"),
        paragraph(run("Two."), style="Clause"),
        styles=styles,
        numbering=numbers,
    ).body

    assert body == "1\\.1 One.\n\n1\\.2 Two.\n"


@pytest.mark.parametrize(
    ("number", "form", "expected"),
    [
        (28, "lowerLetter", "bb"),
        (3, "upperLetter", "C"),
        (1994, "upperRoman", "MCMXCIV"),
        (7, "decimalZero", "07"),
        (3, "none", ""),
    ],
)
def test_numbers_are_written_as_word_writes_them(number: int, form: str, expected: str) -> None:
    assert written(number, form) == expected


@given(st.integers(1, 3999))
def test_roman_numerals_mean_their_number(number: int) -> None:
    worth = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
    digits = [worth[letter] for letter in roman(number)]

    assert sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True)) == number


def test_tables_have_a_head_and_stay_tables_where_cells_are_merged() -> None:
    two = f"{paragraph(run('law'))}{paragraph(run('and | order'))}"
    simple = rendered(table(["Data", "Why"], ["Visits", two], head=True))
    merged = rendered(
        table(["Data", f'<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{PLAIN}'], ["a *b*", "c", "d"])
    )

    assert "<th>Data</th>" in simple
    assert "<td>law<br>and | order</td>" in simple
    assert '<td colspan="2"><p>We keep orders.</p></td>' in merged
    assert "a *b*" in merged


def test_footnotes_stay_footnotes() -> None:
    html = rendered(
        paragraph(run("We keep orders"), note(2), run(" for years"), note(1), run(".")),
        table(["Data", "Why"], [paragraph(run("Visits"), note(1)), "law"]),
        footnotes=notes("- Ten.", "As *tax* law asks.\N{LATIN SMALL LETTER A WITH DIAERESIS}"),
    )

    assert html.count('class="footnote-ref"') == 3
    assert html.index("As *tax* law asks.ä") < html.index("- Ten.")


def test_what_word_works_out_is_read_as_it_shows() -> None:
    field = '<w:fldSimple w:instr=" REF clause ">' + run("clause 3") + "</w:fldSimple>"
    inside = f'<w:hyperlink w:anchor="clause">{run("there")}</w:hyperlink>'
    box = f"<w:sdt><w:sdtContent>{run('chosen')}</w:sdtContent></w:sdt>"

    body = read(
        paragraph(run("What we keep"), run("\t3"), style="Verzeichnis1"),
        paragraph(
            run("See "), field, run(", "), inside, run(", "), box, "<w:r><w:br/></w:r>", run("- here.")
        ),
    ).body

    assert body == "See clause 3, there, chosen  \n\\- here.\n"
