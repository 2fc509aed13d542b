"""What counts as one expression: dates, durations, numbers, words and addresses, each listed whole."""

import pytest

from policies.redline import as_record, compare
from policies.rendering import render

pytestmark = pytest.mark.pure


def listed(old: str, new: str, language: str = "en") -> list[tuple[str, str | None, str | None]]:
    """Give the risky changes between two texts in Markdown: kind, what was, what is now."""
    risky = as_record(compare(render(old), render(new), language))["risky"]
    return [(risk["kind"], risk["old"], risk["new"]) for risk in risky]


@pytest.mark.parametrize(
    ("language", "before", "old", "new"),
    [
        ("en", "effective as of", "May 25, 2018", "June 1, 2019"),
        ("en", "reply by", "March 1, 2021", "March 15, 2021"),
        ("en", "valid until", "May 5th, 2020", "May 6th, 2020"),
        ("en", "valid until", "July 16, 2020", "May 2021"),
        ("en", "valid since", "July 16", "August 6"),
        ("de", "gültig bis", "März 2019", "April 2019"),
        ("fr", "valable depuis", "mai 2018", "juin 2019"),
    ],
)
def test_a_date_behind_a_preposition_is_not_torn(language: str, before: str, old: str, new: str) -> None:
    found = listed(f"It is {before} {old} for all.", f"It is {before} {new} for all.", language)

    assert found == [("date", old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("In May we changed it.", "In June we changed it."),
        ("We change it every May again.", "We change it every June again."),
    ],
)
def test_may_behind_a_preposition_is_a_date_and_no_permission(old: str, new: str) -> None:
    ((kind, was, now),) = listed(old, new)

    assert kind == "date"
    assert was
    assert was.endswith("May")
    assert now
    assert now.endswith("June")
