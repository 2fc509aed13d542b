"""What was said of one thing is held against what is said of it now, wherever that stands."""

import pytest

from policies.redline import compare
from policies.rendering import render

pytestmark = pytest.mark.pure


def listed(old: str, new: str, language: str = "en") -> list[tuple[str | None, str | None]]:
    """Give the risky changes between two texts, as what was and what is."""
    return [(risk.was, risk.now) for _at, risk in compare(render(old), render(new), language).risks]


PRICES = "| Plan | Fee |\n|---|---|\n| Basic | EUR 10 |\n| Plus | EUR 20 |\n| Pro | EUR 50 |\n"
LIST = "- Basic: EUR 10 a month\n- Plus: EUR 20 a month\n- Pro: EUR 50 a month\n"
RAISED = {("EUR 10", "EUR 15"), ("EUR 20", "EUR 25"), ("EUR 50", "EUR 55")}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            PRICES,
            "| Plan | Fee |\n|---|---|\n| Pro | EUR 55 |\n| Plus | EUR 25 |\n| Basic | EUR 15 |\n",
        ),
        (LIST, "- Pro: EUR 55 a month\n- Plus: EUR 25 a month\n- Basic: EUR 15 a month\n"),
    ],
)
def test_a_list_or_table_in_another_order_is_compared_by_its_labels(old: str, new: str) -> None:
    assert set(listed(old, new)) == RAISED


def test_items_without_a_label_are_known_by_their_first_words() -> None:
    old = "- Server logs are deleted after 30 days.\n- Chat records are deleted after 60 days.\n"
    new = "- Chat records are deleted after 90 days.\n- Server logs are deleted after 45 days.\n"

    assert set(listed(old, new)) == {("30 days", "45 days"), ("60 days", "90 days")}


def test_two_words_alone_do_not_make_two_items_one() -> None:
    old = "- Server logs are deleted after 30 days.\n- Invoices are kept for ten years.\n"
    new = "- Server logs, by contrast, nobody but the provider of our data centre in Cork ever gets to see.\n"

    assert ("30 days", None) in listed(old, new)


def test_a_number_alone_is_no_label() -> None:
    old = "| 1 | We keep orders for six years. |\n|---|---|\n| 2 | Write to us by letter at any time. |\n"
    new = "| 1 | Write to us by letter at any time. |\n|---|---|\n| 2 | We keep orders for ten years. |\n"

    assert ("six years", "ten years") in listed(old, new)


CUSTOMERS, CHILDREN = "We may use your data for advertising.", "We must not use your data for advertising."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "## Free plan\n\nPay within 14 days.\n\n## Paid plan\n\nPay within 30 days.",
            "## Free plan\n\nPay within 30 days.\n\n## Paid plan\n\nPay within 60 days.",
            [("14 days", "30 days"), ("30 days", "60 days")],
        ),
        (
            "## Free\n\n### Payment\n\nWithin 14 days.\n\n## Paid\n\n### Payment\n\nWithin 30 days.",
            "## Free\n\n### Payment\n\nWithin 30 days.\n\n## Paid\n\n### Payment\n\nWithin 14 days.",
            [("14 days", "30 days"), ("30 days", "14 days")],
        ),
        (
            f"## Customers\n\n{CUSTOMERS}\n\n## Children\n\n{CHILDREN}",
            f"## Customers\n\n{CHILDREN}\n\n## Children\n\n{CUSTOMERS}",
            [("may", "must"), ("must", "may"), (None, "not"), ("not", None)],
        ),
    ],
)
def test_a_clause_is_the_one_of_the_same_heading_though_another_says_now_what_it_said(
    old: str, new: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert listed(old, new) == expected
    assert compare(render(old), render(new)).size.moves == 0


def test_a_new_title_tears_no_clause_apart() -> None:
    old = "# Policy\n\n## Free\n\n### Payment\n\n14 days.\n\n## Paid\n\n### Payment\n\n30 days."
    new = old.replace("# Policy", "# Notice", 1).replace("14", "30", 1).replace("30 days.", "60 days.")
    new = new.replace("60 days.", "30 days.", 1)

    assert listed(old, new) == [("14 days", "30 days"), ("30 days", "60 days")]


def test_an_item_moves_and_not_what_leads_the_items() -> None:
    old = (
        "Customers must:\n\n- pay in time;\n- keep the password secret;\n\nCustomers may:\n\n- return goods;"
    )
    new = (
        "Customers must:\n\n- pay in time;\n\nCustomers may:\n\n- keep the password secret;\n- return goods;"
    )

    [moved] = [change for change in compare(render(old), render(new)).changes if change.operation == "move"]

    assert [text for _sign, text in moved.spans] == ["keep the password secret;"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(2) We keep it.", "(3) We keep it."),
        ("2\\. We keep it.", "3\\. We keep it."),
        ("- 2.1. We keep it.", "- 3.1. We keep it."),
    ],
)
def test_the_number_of_a_paragraph_only_counts_it(old: str, new: str) -> None:
    assert listed(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.5 million users.", "2.5 million users.", ("1.5 million", "2.5 million")),
        ("3.5 % of all.", "4.5 % of all.", ("3.5 %", "4.5 %")),
        ("30 days are enough.", "60 days are enough.", ("30 days", "60 days")),
        ("12.05.2027 is the day.", "31.12.2029 is the day.", ("12.05.2027", "31.12.2029")),
        ("10.000 Kunden zahlen.", "90.000 Kunden zahlen.", ("10.000", "90.000")),
        ("2.5 kg is the most.", "25.5 kg is the most.", ("2.5", "25.5")),
        ("- 1.5 Punkte je Euro", "- 0.5 Punkte je Euro", ("1.5", "0.5")),
        ("14) days after it.", "30) days after it.", ("14", "30")),
    ],
)
def test_a_paragraph_that_begins_with_a_quantity_says_it(
    old: str, new: str, expected: tuple[str, str]
) -> None:
    assert listed(old, new) == [expected]


def test_what_weighs_most_is_named_first() -> None:
    old = "We answer 3 letters. We do not sell your data. We keep it for 30 days."
    new = "We answer 4 letters. We sell your data. We keep it for 90 days."

    assert listed(old, new) == [("30 days", "90 days"), ("not", None), ("3", "4")]


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("en", "Article 6 (1) (a) applies.", "Article 6 (1) (f) applies.", ("6 (1) (a)", "6 (1) (f)")),
        (
            "en",
            "See subsection (2)(b).",
            "See subsection (2)(c).",
            ("subsection (2)(b)", "subsection (2)(c)"),
        ),
        (
            "en",
            "Under paragraph (a) of it.",
            "Under paragraph (b) of it.",
            ("paragraph (a)", "paragraph (b)"),
        ),
        ("en", "See item (iv) now.", "See item (vi) now.", ("item (iv)", "item (vi)")),
        ("fr", "Selon le point a) du texte.", "Selon le point f) du texte.", ("point a)", "point f)")),
        ("ja", "第三条に従う", "第四条に従う", ("第三条", "第四条")),
        ("en", "Pay by Friday.", "Pay by Tuesday.", ("Friday", "Tuesday")),
        ("en", "Pay before noon.", "Pay before midnight.", ("noon", "midnight")),
        ("de", "Zahlbar bis Freitag.", "Zahlbar bis Montag.", ("Freitag", "Montag")),
        ("ja", "毎月支払う", "毎年支払う", ("毎月", "毎年")),
        (
            "de",
            "Eine Dreimonatsfrist gilt.",
            "Eine Sechsmonatsfrist gilt.",
            ("Dreimonatsfrist", "Sechsmonatsfrist"),
        ),
        (
            "de",
            "Bis zwanzigtausend Euro.",
            "Bis dreißigtausend Euro.",
            ("zwanzigtausend Euro", "dreißigtausend Euro"),
        ),
        (
            "de",
            "Bis dreihunderttausend Euro.",
            "Bis fünfhunderttausend Euro.",
            ("dreihunderttausend Euro", "fünfhunderttausend Euro"),
        ),
        ("en", "Keep at least 5 of them.", "Keep at most 5 of them.", ("at least", "at most")),
        ("en", "Less than 5 of them.", "More than 5 of them.", ("Less than", "More than")),
        ("de", "Es sind mindestens 5.", "Es sind höchstens 5.", ("mindestens", "höchstens")),
        ("fr", "Il en faut au moins 5.", "Il en faut au plus 5.", ("au moins", "au plus")),
    ],
)
def test_references_weekdays_and_limits_turn_meanings(
    language: str, old: str, new: str, expected: tuple[str, str]
) -> None:
    assert listed(old, new, language) == [expected]
