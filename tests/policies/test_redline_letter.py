"""The changes as HTML for a mail: escaped, said in elements and words, and nothing of a page in it."""

import pytest
from lxml.html import HtmlElement, fragment_fromstring

from policies.redline import as_letter, compare
from policies.rendering import render

pytestmark = pytest.mark.pure


def letter(old: str, new: str) -> HtmlElement:
    """Give the changes between two texts, as a tree."""
    return fragment_fromstring(as_letter(compare(render(old), render(new))), create_parent="div")


def shown(old: str, new: str) -> str:
    """Give the HTML of the changes between two texts."""
    return as_letter(compare(render(old), render(new)))


def test_what_goes_and_what_comes_stand_in_their_elements_under_the_clause_s_heading() -> None:
    old = "## Storage\n\nWe keep logs for 12 months.\n\n## Rights\n\nYou may object."
    new = "## Storage\n\nWe keep logs for 90 days.\n\nNobody else sees them.\n\n## Rights\n\nYou may object."

    assert shown(old, new) == (
        '<h3 dir="auto">Storage</h3>\n'
        "<p>We keep logs for <del>12 months</del> <ins>90 days</ins>.</p>\n"
        "<p><ins>Nobody else sees them.</ins></p>"
    )


def test_what_moved_says_from_where_and_is_not_said_to_be_new() -> None:
    stays = "We never sell your data to anybody at all, whatever they pay."
    old = f"## One\n\n{stays}\n\nShort.\n\n## Two\n\nThe second clause says something else entirely."
    new = f"## One\n\nShort.\n\n## Two\n\nThe second clause says something else entirely.\n\n{stays}"

    tree = letter(old, new)

    assert [str(said.text) for said in tree.iter("em")] == ["Moved to “Two”:", "Moved here from “One”:"]
    assert not list(tree.iter("del", "ins"))


def test_cells_are_parted_by_bars_and_lines_by_breaks() -> None:
    table = "| What | How long |\n| --- | --- |\n| Logs | {} |"

    assert "<p>Logs | <del>12</del> <ins>3</ins> months</p>" in shown(
        table.format("12 months"), table.format("3 months")
    )
    assert "<ins>One.<br>Two.</ins>" in shown("Same.", "Same.\n\nOne.  \nTwo.")


def test_nothing_of_the_texts_is_markup_of_the_mail() -> None:
    tree = letter("Plain.", "A [link](https://evil.example/), **bold**, `<script>` &amp; “quotes”.")

    assert {str(element.tag) for element in tree.iter()} <= {"div", "p", "del", "ins", "em", "bdi"}
    assert "<script>" in tree.text_content()


def test_what_changed_around_the_words_is_said_in_words() -> None:
    tree = letter("See [our rules](https://a.example/).", "See [our rules](https://b.example/).")

    [said] = tree.iter("em")
    assert said.text_content() == "[“our rules”: link: to https://a.example/, now to https://b.example/]"


def test_text_that_runs_the_other_way_keeps_its_direction() -> None:
    [words] = letter("نحتفظ بالسجلات لمدة 30 يوما.", "نحتفظ بالسجلات لمدة 60 يوما.").iter("bdi")

    assert words.get("dir") == "auto"


def test_equal_texts_have_nothing_to_say() -> None:
    assert shown("Same.", "Same.") == ""
