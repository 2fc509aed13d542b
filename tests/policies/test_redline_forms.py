"""The ways to read a comparison: one column, two columns, changes only, plain text, and the record."""

import json
import re

import pytest
from lxml import html as lxml_html

from policies.redline import Comparison, Page, Size, as_record, as_text, compare, from_record, size_in_words
from policies.rendering import render

OLD = """\
## Storage

We **must** keep [orders](https://a.example/tax) for 6 years.

- Account data
- Log files of the server

| What | How long |
| --- | --- |
| Chats | 12 months |

## Rights

You may object at any time.

## Contact

Write to us.
"""
NEW = (
    OLD.replace("6 years", "10 years")
    .replace("the server", "our server")
    .replace("12 months", "24 months")
    .replace("Write to us.", "Write to us.\n\nOr call us.")
)

pytestmark = pytest.mark.pure


@pytest.fixture
def found() -> Comparison:
    """Give a comparison of two texts with four changes, in two of three clauses."""
    return compared(OLD, NEW)


def compared(old: str, new: str) -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new))


def column(old: str, new: str) -> str:
    """Give two renderings in one column."""
    return Page(compare(old, new)).one_column()


def outline(html: str) -> str:
    """Give HTML without what a form adds: attributes but addresses, and links without words."""
    html = re.sub(r'<span class="hops">.*?</span>|<a [^>]*class="way"[^>]*></a>', "", html)
    return re.sub(r' (?!href=)[a-z-]+="[^"]*"', "", html)


def test_one_column_keeps_lists_tables_links_and_emphasis(found: Comparison) -> None:
    root = lxml_html.fromstring(Page(found).one_column())

    assert [item.text_content() for item in root.xpath("./ul/li")] == [
        "Account data",
        "Log files of theour server",
    ]
    assert [row.text_content().split() for row in root.xpath("./table/*/tr")] == [
        ["What", "How", "long"],
        ["Chats", "1224", "months"],
    ]
    assert root.xpath("string(./p[1]/strong)") == "must"
    assert root.xpath("./p[1]/a[@href='https://a.example/tax']")[0].text_content() == "orders"


def test_changes_stand_in_place_as_del_and_ins(found: Comparison) -> None:
    html = outline(Page(found).one_column())

    assert "for <del><mark>6</mark></del><ins><mark>10</mark></ins> years." in html
    assert "<p><ins>Or call us.</ins></p>" in html


def test_markup_inside_what_changed_is_kept() -> None:
    html = column("<p>We keep <b>old</b> orders.</p>", '<p>We keep <a href="/n">new</a> ones.</p>')

    assert "<b>old</b>" in outline(html)
    assert '<a href="/n">new</a>' in outline(html)


def test_a_change_is_told_by_words_and_not_by_colour_alone(found: Comparison) -> None:
    html = Page(found).one_column()

    assert '<del data-starts="Deleted:" data-ends="end of deletion."><mark' in html
    assert '<ins data-starts="Inserted:" data-ends="end of insertion.">Or call us.</ins>' in html


def test_ids_of_the_texts_are_not_repeated() -> None:
    old = render("## Storage\n\nWe keep orders.[^1]\n\n[^1]: By law.")
    new = render("## Storage\n\nWe keep all orders.[^1]\n\n[^1]: By law.")
    assert ' id="' in old

    page = Page(compare(old, new))

    for html in (page.one_column(), page.two_columns("A", "B"), page.changes_only()):
        assert re.findall(r' id="([^"]*)"', html) == ["change-1"]


def test_a_link_within_the_text_leads_nowhere_here() -> None:
    html = column('<p><a href="#b">Below</a> we say so.</p>', '<p><a href="#b">Below</a> we say no.</p>')

    assert "<a>Below</a>" in html
    assert "#b" not in html


def test_struck_and_underlined_words_of_the_text_do_not_read_as_changes() -> None:
    html = column("<p><del>a</del> <ins>b</ins> c</p>", "<p><del>a</del> <ins>b</ins> d</p>")

    assert "<s>a</s> <u>b</u>" in html
    assert (html.count("<del"), html.count("<ins")) == (1, 1)


def test_what_a_text_says_in_angle_brackets_stays_words() -> None:
    html = column("<p>&lt;b&gt; &amp;</p>", "<p>&lt;b&gt; &amp; &lt;script&gt;x&lt;/script&gt;</p>")

    assert "&lt;b&gt; &amp;" in html
    assert "<script" not in html


def test_every_change_has_its_name_and_leads_to_the_next_and_the_one_before(found: Comparison) -> None:
    page = Page(found)

    for html in (page.one_column(), page.two_columns("A", "B"), page.changes_only()):
        assert re.findall(r'id="change-(\d+)" tabindex="-1"', html) == ["1", "2", "3", "4"]
        assert re.findall(r'class="hop (\w+)" href="#change-(\d)" aria-label="([^"]+)"', html) == [
            ("after", "2", "Next change"),
            ("before", "1", "Previous change"),
            ("after", "3", "Next change"),
            ("before", "2", "Previous change"),
            ("after", "4", "Next change"),
            ("before", "3", "Previous change"),
        ]


def test_neighbours_that_came_together_are_one_stop() -> None:
    found = compared("We keep orders.", "We keep orders.\n\nFirst addition.\n\nSecond addition.")

    assert re.findall(r'id="change-(\d+)"', Page(found).one_column()) == ["1"]


def test_changes_only_shows_changed_clauses_with_their_headings(found: Comparison) -> None:
    html = Page(found).changes_only()

    sections = lxml_html.fromstring(html).xpath("./section")
    assert [section.xpath("string(./h3)") for section in sections] == ["Storage", "Contact"]
    assert "You may object" not in html
    assert "Account data" not in html
    assert "Or call us." in sections[1].text_content()


def test_a_heading_that_changed_itself_is_shown_once() -> None:
    found = compared("## Rights\n\nYou may object.", "## Your rights\n\nYou may object.")

    html = Page(found).changes_only()

    assert "<h3" not in html
    assert len(re.findall(r"<h2", html)) == 1


def test_an_item_that_changed_keeps_its_number_when_it_stands_alone() -> None:
    html = Page(compared("1. one step\n2. two steps", "1. one step\n2. ten steps")).changes_only()

    assert re.search(r'<ol[^>]*><li value="2"', html)


def test_plain_text_says_deleted_and_inserted() -> None:
    assert as_text(compared("We may keep it.", "We must keep it.")) == (
        "1 of 1 clause changed, 1 word added, 1 removed.\n"
        "\n"
        "Look closely at:\n"
        "- may → must\n"
        "\n"
        "Changed: We [Deleted: may] [Inserted: must] keep it.\n"
    )


def test_plain_text_goes_clause_by_clause(found: Comparison) -> None:
    lines = as_text(found).splitlines()

    assert lines[0] == "2 of 3 clauses changed, 6 words added, 3 removed."
    assert lines.index("Storage") < lines.index("Contact")
    assert "Rights" not in lines
    assert "Changed: Chats | [Deleted: 12] [Inserted: 24] months" in lines
    assert "Inserted: Or call us." in lines


def test_plain_text_tells_of_links_and_emphasis() -> None:
    text = as_text(compared("See [us](https://a.example) now.", "See [us](https://b.example) **now**."))

    assert "[“us”: link: to https://a.example, now to https://b.example]" in text
    assert "[“now”: emphasis: plain, now bold]" in text


def test_plain_text_tells_what_moved_and_where_it_was() -> None:
    first, second = "The first paragraph is short.", "The second paragraph is a little longer."

    text = as_text(compared(f"{first}\n\n{second}", f"{second}\n\n{first}"))

    assert text.startswith("1 of 1 clause changed, 0 words added, 0 removed, 1 passage moved.\n")
    assert f"Moved away: {first}" in text
    assert f"Moved here: {first}" in text


MOVED, MOVED_TWICE = Size(9, 0, 0, 1, 1, is_equal=False), Size(9, 1, 0, 0, 2, is_equal=False)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size(41, 3, 120, 64, 0, is_equal=False), "3 of 41 clauses changed, 120 words added, 64 removed"),
        (Size(1, 1, 1, 0, 0, is_equal=False), "1 of 1 clause changed, 1 word added, 0 removed"),
        (MOVED, "0 of 9 clauses changed, 0 words added, 1 removed, 1 passage moved"),
        (MOVED_TWICE, "1 of 9 clauses changed, 0 words added, 0 removed, 2 passages moved"),
        (Size(9, 0, 0, 0, 0, is_equal=True), "No change"),
    ],
)
def test_the_size_is_told_in_one_line(size: Size, expected: str) -> None:
    assert size_in_words(size) == expected


def test_words_are_counted_as_a_reader_counts_them() -> None:
    size = compared(
        "Keep the third-party goods dry and clean at all times.",
        "Keep the goods dry and clean at all times, and don’t lose 1,000 of them.",
    ).size

    assert (size.words_added, size.words_removed) == (6, 2)


def test_a_record_gives_the_same_comparison_back(found: Comparison) -> None:
    kept = from_record(json.loads(json.dumps(as_record(found))), render(OLD), render(NEW))

    assert kept == found
    assert Page(kept).one_column() == Page(found).one_column()


def test_a_record_has_the_shape_that_is_promised() -> None:
    record = as_record(compared("We may keep it.\n\nGone for good, all of it.", "We must keep it."))

    assert record["engine"].startswith("policysite-redline/")
    assert record["stats"]["words_added"] == 1
    assert [entry["op"] for entry in record["blocks"]] == ["modify", "delete"]
    first, second = record["blocks"]
    assert (first["tag"], first["old_index"], first["new_index"]) == ("p", 0, 0)
    assert first["spans"] == [["=", "We "], ["-", "may"], ["+", "must"], ["=", " keep it."]]
    assert (second["old_index"], second["new_index"]) == (1, None)
