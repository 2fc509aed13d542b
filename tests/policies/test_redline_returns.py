"""Risky words that one change takes away and another brings back: listed, unless they say the same there."""

import pytest

from policies.redline import as_record, compare
from policies.rendering import render

pytestmark = pytest.mark.pure

NEIGHBOUR = "Orders are shipped by post from our only warehouse near the harbour of Cork."


def listed(old: str, new: str) -> list[tuple[str | None, str | None]]:
    """Give the risky changes between two texts in Markdown: what was, and what is now."""
    risky = as_record(compare(render(old), render(new)))["risky"]
    return sorted(((risk["old"], risk["new"]) for risk in risky), key=str)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "## Sharing\n\nWe do not sell your personal data to anyone.",
            "## Sharing\n\nAdvertising partners receive profiles; this is not optional.",
            [("not", None), (None, "not")],
        ),
        (
            "Invoices are destroyed 30 days after payment.",
            "You get to object within 30 days; otherwise every record stays with us for good.",
            [("30 days", None), (None, "30 days")],
        ),
    ],
)
def test_the_same_word_in_another_sentence_makes_up_for_nothing(
    old: str, new: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert listed(old, new) == expected


def test_one_word_that_came_back_does_not_make_up_for_two() -> None:
    old = f"{NEIGHBOUR}\n\nWe do not sell your data.\n\nPartners do not read letters of customers."
    new = f"{NEIGHBOUR}\n\nIf the harbour freezes in winter, all others wait. We do not sell your data."

    assert listed(old, new) == [("not", None)]


FIRST = "You may write to Shop Ltd, 30 Harbour Street, Cork, and we will answer."
SECOND = "We must not keep letters for more than 60 days after the answer was given."
THIRD = "Nobody but the clerk on duty will ever read them, whoever may ask for that."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{FIRST} {SECOND} {THIRD}", f"{FIRST}\n\n{SECOND}\n\n{THIRD}"),
        (f"{FIRST}\n\n{SECOND}\n\n{THIRD}", f"{FIRST} {SECOND} {THIRD}"),
        (
            "You must not copy, sell or rent what you bought. Anything else is up to you.",
            "You must not:\n\n- copy\n- sell\n- rent what you bought.\n\nAnything else is up to you.",
        ),
        (
            f"{FIRST}\n\nSee [the board](https://a.example/board) for complaints about us.",
            f"{FIRST} Complaints of all kinds go to [the board](https://a.example/board).",
        ),
    ],
)
def test_what_was_split_joined_or_made_a_list_says_the_same(old: str, new: str) -> None:
    assert listed(old, new) == []


def test_a_figure_that_changed_where_a_paragraph_was_split_is_listed() -> None:
    old, new = f"{FIRST} {SECOND} {THIRD}", f"{FIRST}\n\n{SECOND}\n\n{THIRD}".replace("60", "90")

    assert [pair for pair in listed(old, new) if set(pair) & {"60 days", "90 days"}]
    # What limits the figure stands before another one now.
    assert {was or now for was, now in listed(old, new)} == {"60 days", "90 days", "more than"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Group A. You may not copy it. Group B. You may copy it.",
            "Group A. You may copy it. Group B. You may not copy it.",
            "not",
        ),
        (
            "- We do not share letters with partners\n- We do share orders with partners",
            "- We do share letters with partners\n- We do not share orders with partners",
            "not",
        ),
        (
            "| Data | Use |\n|---|---|\n| Names | only for orders of you |\n| Mails | for orders of you |",
            "| Data | Use |\n|---|---|\n| Names | for orders of you |\n| Mails | only for orders of you |",
            "only",
        ),
        (
            "You may ask for it within 30 days. You may get it back by post.",
            "You may ask for it. You may get it back by post within 30 days.",
            "30 days",
        ),
        (
            "Read [here](https://a.example/) about refunds. Read here about complaints.",
            "Read here about refunds. Read [here](https://a.example/) about complaints.",
            "https://a.example/",
        ),
    ],
)
def test_what_left_its_sentence_behind_is_listed_at_both_places(old: str, new: str, expected: str) -> None:
    assert listed(old, new) == [(expected, None), (None, expected)]


@pytest.mark.parametrize(
    "moved", ["See our [terms](https://a.example/) now.", "See [our terms now](https://a.example/)."]
)
def test_a_link_on_more_or_fewer_words_is_no_other_link(moved: str) -> None:
    assert listed("See [our terms](https://a.example/) now.", moved) == []
