"""Changes without a word: the level, the mark or the number of an item, cells, and titles."""

import json

import pytest

from policies.redline import Comparison, Page, as_record, as_text, compare, from_record
from policies.rendering import render

pytestmark = pytest.mark.pure

NAMED = "We are Acme.\n\n*[Acme]: Acme {} of Dublin"


def compared(old: str, new: str) -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new))


def notes(old: str, new: str) -> list[str]:
    """Give what the plain text says in lines of its own, of two texts that have the same words."""
    found = compared(old, new)
    assert (found.size.words_added, found.size.words_removed) == (0, 0)
    return [line for line in as_text(found).splitlines() if line.startswith("[")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("- a\n    - b", "- a\n- b", ["[level in lists: 2, now 1]"]),
        ("3. a\n4. b", "5. a\n6. b", ["[number of the item: 3, now 5]", "[number of the item: 4, now 6]"]),
        ("1. a", "- a", ["[mark of the item: number, now bullet]"]),
        ("- a\n- b", "- a\n\n    b", ["[mark of the item: bullet, now none]"]),
        ("> a", "> > a", ["[level of quotation: 1, now 2]"]),
        ("> - a", "- a", ["[level of quotation: 1, now 0]"]),
        ("1. a\n2. b\n\n<hr>\n\n1. c", "1. a\n2. b\n3. c", ["[number of the item: 1, now 3]"]),
        (
            "<table><tr><th>a</th><th>b</th></tr></table>",
            "<table><tr><td>a</td><td>b</td></tr></table>",
            ["[cells: head cell, head cell, now data cell, data cell]"],
        ),
        (
            '<table><tr><td colspan="2">a</td></tr></table>',
            "<table><tr><td>a</td></tr></table>",
            ["[cells: data cell 2×1, now data cell]"],
        ),
        (
            NAMED.format("Ltd"),
            NAMED.format("plc"),
            ["[“Acme”: title: Acme Ltd of Dublin, now Acme plc of Dublin]"],
        ),
        ('[a](/b "c")', "[a](/b)", ["[“a”: title: c, now none]"]),
    ],
)
def test_what_changed_around_words_that_stay_is_a_change(old: str, new: str, expected: list[str]) -> None:
    assert notes(old, new) == expected
    assert compared(old, new).size.clauses_changed == 1
    assert not compared(old, new).size.is_equal
    assert not compared(new, old).size.is_equal


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1. a\n2. c", "1. a\n2. b\n3. c"),
        ("1. a\n2. b\n3. c", "1. a\n2. c"),
        ("| a |\n|---|\n| b |", "| a | c |\n|---|---|\n| b | d |"),
    ],
)
def test_what_only_follows_from_what_came_or_went_is_not_said(old: str, new: str) -> None:
    assert [line for line in as_text(compared(old, new)).splitlines() if line.startswith("[")] == []


def test_an_item_that_counts_anew_because_another_list_begins_says_so() -> None:
    found = compared("1. a\n2. b", "1. a\n\nA paragraph between.\n\n1. b")

    assert "[number of the item: 2, now 1]" in as_text(found)


def test_notes_on_titles_leave_the_numbers_of_footnotes_out() -> None:
    old = "One.[^b]\n\n[^b]: Second."
    new = "Zero.[^a] One.[^b]\n\n[^a]: First.\n[^b]: Second."

    assert "title" not in as_text(compared(old, new))


def test_each_form_says_what_changed_around_a_block() -> None:
    found = compared("- a\n    - b", "- a\n- b")
    page = Page(found)

    for html in (page.one_column(), page.two_columns("A", "B"), page.changes_only()):
        assert html.count('data-note="level in lists: 2, now 1"') == 1
    (entry,) = (entry for entry in as_record(found)["blocks"] if entry["op"] != "equal")
    assert (entry["op"], entry["spans"], entry["shifts"]) == ("modify", [["=", "b"]], [["level", "2", "1"]])


def test_a_row_says_it_in_its_last_cell() -> None:
    html = Page(
        compared(
            "<table><tr><th>a</th></tr></table>",
            "<table><tr><td>a</td></tr></table>",
        )
    ).one_column()

    assert '<td>a<span data-note="cells: head cell, now data cell"></span></tr>' in html


def test_what_is_kept_says_it_again() -> None:
    old, new = render("1. a\n\n> b"), render("- a\n\n> > b")
    found = compare(old, new)

    kept = from_record(json.loads(json.dumps(as_record(found))), old, new)

    assert kept == found
    assert as_text(kept) == as_text(found)


def test_what_moved_says_only_what_its_move_does_not_explain() -> None:
    moved = "We keep orders for six years because the tax law asks us to."
    old = f"1. {moved}\n2. The second item of the list, which is a longer one than any other item here."
    new = f"1. The second item of the list, which is a longer one than any other item here.\n    - {moved}"

    text = as_text(compared(old, new))

    assert "number of the item" not in text
    assert "[level in lists: 1, now 2]" in text
    assert "[mark of the item: number, now bullet]" in text
