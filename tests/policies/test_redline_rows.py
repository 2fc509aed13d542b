"""Rows of tables: each cell is held against the cell of the same column."""

import pytest

from policies.redline import Change, compare
from policies.rendering import render

from .test_redline_law import obeys_the_law

pytestmark = pytest.mark.pure


def table(*rows: str) -> str:
    """Give a table in Markdown, whose cells `/` parts."""
    head, *rest = (f"| {' | '.join(row.split('/'))} |" for row in rows)
    return "\n".join([head, f"|{'---|' * len(rows[0].split('/'))}", *rest])


def spelled(change: Change) -> str:
    """Give a changed row, its cells parted by `/`."""
    spans = (text if sign == "=" else f"[{sign}{text}]" for sign, text in change.spans)
    return "".join(spans).replace("\t", "/")


def shown(old: str, new: str) -> list[str]:
    """Give the rows that two tables changed."""
    found = obeys_the_law(render(old), render(new))
    return [spelled(change) for change in found.places if change.operation != "equal"]


PLANS = table("Plan/Price/Fee", "Pro/50 €/free", "Basic/10 €/free")


def test_a_new_column_leaves_the_others_as_they_are() -> None:
    new = table("Plan/For/Price/Fee", "Pro/shops/50 €/free", "Basic/all/10 €/free")

    assert shown(PLANS, new) == [
        "Plan/[+For/]Price/Fee",
        "Pro/[+shops/]50 €/free",
        "Basic/[+all/]10 €/free",
    ]


def test_columns_that_change_places_do_so_in_all_rows() -> None:
    new = table("Plan/Fee/Price", "Pro/free/50 €", "Basic/free/10 €")

    assert shown(PLANS, new) == [
        "Plan/[+Fee/]Price[-/Fee]",
        "Pro/[+free/]50 €[-/free]",
        "Basic/[+free/]10 €[-/free]",
    ]


def test_a_column_that_goes_takes_its_cells_along() -> None:
    assert shown(PLANS, table("Plan/Fee", "Pro/free", "Basic/free")) == [
        "Plan/[-Price/]Fee",
        "Pro/[-50 €/]free",
        "Basic/[-10 €/]free",
    ]


def test_an_amount_in_another_column_is_listed() -> None:
    new = table("Plan/Price/Fee", "Pro/free/50 €", "Basic/10 €/free")

    assert shown(PLANS, new) == ["Pro/[-50 €][+free]/[-free][+50 €]"]
    risks = [(risk.was, risk.now) for _at, risk in compare(render(PLANS), render(new)).risks]
    assert risks == [("50 €", None), (None, "50 €")]


def test_a_cell_that_spans_columns_is_held_against_its_own_row() -> None:
    row = '<table><tr><td>Plan</td><td>Price</td></tr><tr><td colspan="2">All for {} €</td></tr></table>'

    found = obeys_the_law(row.format(5), row.format(6))

    assert [spelled(c) for c in found.places if c.operation != "equal"] == ["All for [-5][+6] €"]


def test_a_row_that_became_a_paragraph_keeps_its_words() -> None:
    found = obeys_the_law(
        "<table><tr><td>We keep all of it</td><td>for years</td></tr></table>",
        "<p>We keep all of it for years</p>",
    )

    assert found.size.words_added <= 4


def listed(old: str, new: str) -> list[tuple[str | None, str | None]]:
    """Give the risky changes between two tables."""
    return [(risk.was, risk.now) for _at, risk in compare(render(old), render(new)).risks]


def test_what_stands_under_another_head_is_another_thing() -> None:
    old = table("Refund/Consumers/Businesses", "Term/30 days/14 days")
    new = table("Refund/Businesses/Consumers", "Term/30 days/14 days")

    assert shown(old, new)[1] == "Term/[+30 days/][-30][+14] days[-/14 days]"
    assert ("30 days", "14 days") in listed(old, new)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            table("Plan/Price", "Pro/5 €"),
            table("Plan/Setup/Price", "Pro/100 €/6 €"),
            [("5 €", "6 €"), (None, "100 €")],
        ),
        (
            table("Right/Old term/Term", "Erasure/90 days/30 days"),
            table("Right/Term", "Erasure/60 days"),
            [("30 days", "60 days"), ("90 days", None)],
        ),
    ],
)
def test_a_column_beside_a_changed_cell_is_no_part_of_its_change(
    old: str, new: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert listed(old, new) == expected


def test_a_table_without_a_head_has_no_columns_that_came_or_went() -> None:
    rows = ["Consumers/30 days/60 days", "Shops/60 days/30 days", "Clubs/10 days/20 days"]
    old, new = html(rows), html([rows[1], "Clubs/10 days/25 days"])

    found = obeys_the_law(old, new)

    assert [spelled(change) for change in found.places if change.operation == "modify"] == [
        "Clubs/10 days/[-20][+25] days"
    ]


def html(rows: list[str]) -> str:
    """Give a table without a head."""
    cells = ("".join(f"<td>{cell}</td>" for cell in row.split("/")) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
