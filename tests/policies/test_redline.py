"""The comparison: every word of both texts stands in it, and says which text it belongs to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from policies.redline import Block, Change, blocks, changed_blocks, compare
from policies.rendering import render

WORDS = st.sampled_from(["We", "keep", "orders", "for", "six", "years", "–", "not", "30", "days", "ß", "_"])
SIGNS = st.sampled_from([" ", ", ", ". ", "-", "  "])
TEXTS = st.lists(st.tuples(WORDS, SIGNS), min_size=1, max_size=12).map(
    lambda pairs: " ".join("".join(word + sign for word, sign in pairs).split())
)
ANY_TEXT = TEXTS | st.text(min_size=1, max_size=30)
BLOCKS = st.builds(Block, st.sampled_from(["p", "h2", "li"]), ANY_TEXT)
TEXT_OF_BLOCKS = st.lists(BLOCKS, max_size=8)
LINES = st.sampled_from(
    [
        *("word", "other", "## Heading", "- item", "  - inner", "1. first", "> quoted", "Term", ": meaning"),
        *("", "`code`", "**bold**", "[^1]", "[^1]: note", "    code", "***", "line<br>break"),
        *("| a | b |", "|---|---|", "<div>html</div>", "<details>more</details>", "<td>cell</td>"),
    ]
)
MARKDOWN = st.lists(LINES, max_size=20).map("\n".join)


def read(changes: list[Change], *, without: str) -> list[str]:
    """Give the blocks that remain when every span of one sign is left out, empty ones dropped."""
    kept = ("".join(words for sign, words in change.spans if sign != without) for change in changes)
    return [text for text in kept if text]


@given(TEXT_OF_BLOCKS, TEXT_OF_BLOCKS)
def test_the_old_text_is_what_remains_without_the_insertions(old: list[Block], new: list[Block]) -> None:
    changes = list(changed_blocks(old, new))

    assert read(changes, without="+") == [block.text for block in old]


@given(TEXT_OF_BLOCKS, TEXT_OF_BLOCKS)
def test_the_new_text_is_what_remains_without_the_deletions(old: list[Block], new: list[Block]) -> None:
    changes = list(changed_blocks(old, new))

    assert read(changes, without="-") == [block.text for block in new]
    assert [change.tag for change in changes if change.operation != "delete"] == [block.tag for block in new]


@given(TEXT_OF_BLOCKS)
def test_a_text_compared_with_itself_is_equal_block_by_block(text: list[Block]) -> None:
    changes = list(changed_blocks(text, text))

    assert [change.operation for change in changes] == ["equal"] * len(text)


@given(TEXT_OF_BLOCKS, TEXT_OF_BLOCKS)
def test_an_operation_tells_the_truth_about_its_spans(old: list[Block], new: list[Block]) -> None:
    allowed = {"equal": {"="}, "insert": {"+"}, "delete": {"-"}, "modify": {"=", "-", "+"}}

    for change in changed_blocks(old, new):
        assert {sign for sign, _words in change.spans} <= allowed[change.operation]
        assert all(words for _sign, words in change.spans)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_the_words_counted_are_the_words_marked(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"<p>{text}</p>" for text in texts) for texts in (old, new))

    found = compare(before, after)

    marked = {
        sign: " ".join(words for change in found.changes for kind, words in change.spans if kind == sign)
        for sign in "+-"
    }
    assert found.words_inserted == len(re.findall(r"\w+", marked["+"]))
    assert found.words_deleted == len(re.findall(r"\w+", marked["-"]))
    assert found.is_equal == (old == new)


def test_one_changed_word_is_one_word_out_and_one_in() -> None:
    found = compare(
        "<h2>Storage</h2><p>We keep orders for six years.</p>",
        "<h2>Storage</h2><p>We keep orders for ten years.</p>",
    )

    assert (found.words_deleted, found.words_inserted, found.blocks_changed) == (1, 1, 1)
    assert found.changes[0] == Change("equal", "h2", (("=", "Storage"),))
    assert found.changes[1].spans == (
        ("=", "We keep orders for "),
        ("-", "six"),
        ("+", "ten"),
        ("=", " years."),
    )


def test_a_sentence_that_came_is_inserted_and_one_that_went_is_deleted() -> None:
    stays, went, came = "We keep orders.", "Nobody else sees them.", "A carrier learns your address."

    found = compare(f"<p>{stays}</p><p>{went}</p>", f"<p>{stays}</p><p>{came}</p>")

    assert {(change.operation, change.spans[0][1]) for change in found.changes} == {
        ("equal", stays),
        ("delete", went),
        ("insert", came),
    }


def test_a_paragraph_that_became_a_heading_is_a_change_without_words() -> None:
    found = compare("<p>Storage</p>", "<h2>Storage</h2>")

    assert (found.is_equal, found.words_inserted, found.words_deleted) == (False, 0, 0)


def test_a_text_where_there_was_none_is_inserted_as_a_whole() -> None:
    found = compare("", "<p>We keep orders.</p>")

    assert [change.operation for change in found.changes] == ["insert"]
    assert (found.words_inserted, found.words_deleted) == (3, 0)
    assert compare("", " \n").is_equal


def test_markup_without_words_makes_no_difference() -> None:
    plain, marked = "<p>We keep  orders.</p>", "<p>We <em>keep</em>\n<a href='/x'>orders</a>.</p>"

    assert compare(plain, marked).is_equal


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("loose text", [("p", "loose text")]),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", [("li", "a"), ("li", "b")]),
        ("<ol><li><p>a</p><p>b</p></li></ol>", [("p", "a"), ("p", "b")]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", [("dt", "a"), ("dd", "b")]),
        ("<blockquote><p>a</p>tail</blockquote>", [("p", "a"), ("p", "tail")]),
        (
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>",
            [("tr", "a | b"), ("tr", "c | d")],
        ),
        ("<p>a<br>b</p>", [("p", "a b")]),
        ("<details><summary>a</summary><p>b</p></details>", [("summary", "a"), ("p", "b")]),
        ("<pre><code>a\n  b</code></pre>", [("pre", "a b")]),
        ("", []),
    ],
)
def test_a_block_is_a_heading_a_paragraph_an_item_or_a_row(
    html: str, expected: list[tuple[str, str]]
) -> None:
    assert [(block.tag, block.text) for block in blocks(html)] == expected


@given(MARKDOWN)
def test_no_word_of_a_rendered_text_is_left_out_of_the_comparison(body: str) -> None:
    html = render(body)
    root = lxml_html.fragment_fromstring(html, create_parent="div")

    compared = "".join("".join(block.text.split()) for block in blocks(html))

    assert compared.replace("|", "") == "".join(root.text_content().split()).replace("|", "")
