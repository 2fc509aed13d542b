"""Risky changes: what turns a meaning is listed, and what turns none is not."""

import pytest

from policies.redline import Comparison, as_record, compare
from policies.rendering import render

pytestmark = pytest.mark.pure


def compared(old: str, new: str, language: str = "en") -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new), language)


def listed(old: str, new: str, language: str = "en") -> list[tuple[str, str | None, str | None]]:
    """Give the risky changes as the list shows them: kind, what was, what is now."""
    return [(risk.kind.value, risk.was, risk.now) for _at, risk in compared(old, new, language).risks]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("number", "16", "18"),
        ("amount", "US$100", "A$100"),
        ("amount", "R$ 5", "$ 5"),
        ("amount", "100 SEK", "100 NOK"),
        ("amount", "INR 10", "CNY 10"),
        ("amount", "100 kr", "100 zł"),
        ("amount", "₩100", "₽100"),
        ("amount", "$5m", "$5bn"),
        ("amount", "£1.5m", "£1.5bn"),
        ("amount", "-5%", "+5%"),
        ("number", "10k", "10M"),
        ("number", "10 lakh", "10 crore"),
        ("number", "30 GB", "30 MB"),
        ("number", "5 pm", "5 am"),
        ("number", "Section IV", "Section VI"),
        ("number", "Annex A", "Annex B"),
        ("duration", "each day", "each week"),
        ("duration", "within days", "within weeks"),
        ("duration", "monthly", "annually"),
        ("duration", "per month", "per year"),
        ("date", "MAY 2024", "JUNE 2024"),
        ("date", "5 may 2024", "5 june 2024"),
        ("number", "1,000", "1,500"),
        ("number", "twelve", "fifty"),
        ("date", "May 25, 2018", "June 1, 2019"),
        ("date", "25 May 2018", "26 May 2018"),
        ("date", "25 May 2018", "25 May 2019"),
        ("date", "May 2018", "June 2018"),
        ("date", "the 1st of May 2018", "the 2nd of May 2018"),
        ("date", "2018-05-25", "2019-05-25"),
        ("date", "25/05/2018", "25/06/2018"),
        ("duration", "30 days", "60 days"),
        ("duration", "30 days", "30 hours"),
        ("duration", "30 days", "30 business days"),
        ("duration", "thirty days", "sixty days"),
        ("duration", "six years", "6 months"),
        ("duration", "thirty (30) days", "twenty-five (25) business days"),
        ("duration", "30-day", "14-day"),
        ("amount", "$5.00", "$15.00"),
        ("amount", "USD 1,000", "EUR 1,000"),
        ("amount", "100 euros", "200 euros"),
        ("amount", "5%", "5.5%"),
        ("amount", "5 %", "8 %"),
        ("amount", "five percent", "8%"),
        ("amount", "2 per cent", "3 per cent"),
    ],
)
def test_a_figure_that_changed_is_listed_whole(kind: str, old: str, new: str) -> None:
    found = listed(f"The text says {old} here.", f"The text says {new} here.")

    assert found == [
        (kind, old.removeprefix("the "), new.removeprefix("the ")),
    ]


@pytest.mark.parametrize(
    ("language", "kind", "old", "new"),
    [
        ("de", "date", "25. Mai 2018", "1. Juni 2019"),
        ("de", "date", "25.05.2018", "25.06.2018"),
        ("de", "duration", "zwei Jahre", "drei Jahre"),
        ("de", "duration", "14 Tagen", "30 Werktagen"),
        ("de", "amount", "5,00 €", "15,00 €"),
        ("de", "amount", "5 Prozent", "8 Prozent"),
        ("fr", "date", "1er mai 2018", "2 juin 2018"),
        ("fr", "duration", "trente jours", "60 jours"),
        ("fr", "duration", "30 jours", "30 jours ouvrés"),
        ("fr", "amount", "5,00 €", "15,00 €"),
        ("de-AT", "date", "25. Jänner 2018", "26. Jänner 2018"),
    ],
)
def test_a_figure_in_german_or_french_is_listed_whole(language: str, kind: str, old: str, new: str) -> None:
    assert listed(f"Text: {old} Ende.", f"Text: {new} Ende.", language) == [(kind, old, new)]


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        ("en", "You may copy it.", "You must copy it.", [("may", "must")]),
        ("en", "You shall pay.", "You may pay.", [("shall", "may")]),
        ("en", "We will sell it.", "We will not sell it.", [(None, "not")]),
        ("en", "We use data for orders.", "We only use data for orders.", [(None, "only")]),
        ("en", "Any use, except for resale.", "Any use.", [("except", None)]),
        ("en", "You cannot object.", "You can object.", [("cannot", None)]),
        ("en", "We don't sell it.", "We do sell it.", [("don't", None)]),
        ("en", "You must not copy.", "You may copy.", [("must", "may"), ("not", None)]),
        ("de", "Sie dürfen zahlen.", "Sie müssen zahlen.", [("dürfen", "müssen")]),
        ("de", "Wir haften nicht.", "Wir haften.", [("nicht", None)]),
        ("de", "Wir nutzen es nur hier.", "Wir nutzen es hier.", [("nur", None)]),
        ("de", "Für alle, außer Kinder.", "Für alle, auch Kinder.", [("außer", None)]),
        ("de", "Es gibt keine Gebühr.", "Es gibt eine Gebühr.", [("keine", None)]),
        ("fr", "Vous pouvez payer.", "Vous devez payer.", [("pouvez", "devez")]),
        (
            "fr",
            "Nous ne vendons pas vos données.",
            "Nous vendons vos données.",
            [("ne", None), ("pas", None)],
        ),
        ("fr", "Tous, sauf les enfants.", "Tous, avec les enfants.", [("sauf", None)]),
        ("fr", "Elle sert seulement ici.", "Elle sert ici.", [("seulement", None)]),
    ],
)
def test_a_word_that_turns_the_meaning_is_listed(
    language: str, old: str, new: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert listed(old, new, language) == [("word", was, now) for was, now in expected]


def test_may_the_month_is_no_permission() -> None:
    assert listed("We close on 3 May.", "We close on 4 May.") == [("date", "3 May", "4 May")]
    assert listed("Since May 2018.", "Since June 2018.") == [("date", "May 2018", "June 2018")]


def test_may_the_month_without_a_day_is_no_permission() -> None:
    found = listed("We close every year in May for repairs.", "We close every year in June for repairs.")

    assert [kind for kind, _was, _now in found if kind == "word"] == []


def test_a_permission_next_to_a_date_is_told_from_the_month() -> None:
    found = listed("From May 25, 2018 you may object.", "From May 25, 2018 you must object.")

    assert found == [("word", "may", "must")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("You have one month to object.", "You have two months to object."),
        ("You have a month to object.", "You have two months to object."),
    ],
)
def test_a_single_month_that_became_two_is_a_duration_that_changed(old: str, new: str) -> None:
    ((kind, was, now),) = listed(old, new)

    assert (kind, now) == ("duration", "two months")
    assert was
    assert was.endswith("month")


def test_a_time_of_day_is_listed_whole() -> None:
    found = listed("Call us from 9:00 on.", "Call us from 8:30 on.")

    assert [(was, now) for _kind, was, now in found] == [("9:00", "8:30")]


def test_a_magnitude_that_changed_is_listed_with_its_amount() -> None:
    found = listed("We pay up to $5 million.", "We pay up to $5 billion.")

    assert [(was, now) for _kind, was, now in found] == [("$5 million", "$5 billion")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Within 30 days tell us by letter.", "Within 30 days tell us by e-mail."),
        ("On 25 May 2018 we changed the rules.", "On 25 May 2018 we changed our rules."),
        ("You must tell us by letter.", "You must inform us by letter."),
        ("A fee of $5.00 is due today.", "A fee of $5.00 is due tomorrow."),
        ("You have 30 days to pay.", "You have 30 days to pay us."),
    ],
)
def test_what_stays_beside_a_change_is_not_listed(old: str, new: str) -> None:
    assert listed(old, new) == []


def test_a_word_put_into_a_duration_does_not_make_it_look_removed() -> None:
    found = listed("You have 30 days to pay.", "You have 30 full days to pay.")

    assert [(was, now) for _kind, was, now in found if now is None] == []


def test_what_stands_on_both_sides_of_a_change_is_not_listed() -> None:
    old = "Each year we send exactly 30 letters by post to those who bought shoes."
    new = "Each year we write about 30 messages by post to those who bought shoes."

    (change,) = compared(old, new).places

    assert change.spans[1:3] == (("-", "send exactly 30 letters"), ("+", "write about 30 messages"))
    assert change.risks == ()


def test_another_apostrophe_is_no_other_meaning() -> None:
    assert listed("We don't sell it.", "We don’t sell it.") == []


def test_a_space_that_does_not_break_is_no_other_meaning() -> None:
    assert listed("Within 30 days we pay € 5.", "Within 30\u00a0days we pay €\u00a05.") == []


def test_a_capital_letter_is_no_other_meaning() -> None:
    assert listed("You must pay. Now.", "You MUST pay. Now.") == []


def test_a_link_that_leads_elsewhere_is_a_change_a_remark_and_a_risk() -> None:
    found = compared("See [our page](https://a.example/x).", "See [our page](https://b.example/x).")

    (block,) = as_record(found)["blocks"]
    assert block["op"] == "modify"
    assert block["spans"] == [["=", "See our page."]]
    assert block["remarks"] == [
        ["link", "our page", 4, 12, "https://a.example/x", "https://b.example/x", 4, 12]
    ]
    assert [(r["kind"], r["old"], r["new"]) for r in as_record(found)["risky"]] == [
        ("link", "https://a.example/x", "https://b.example/x")
    ]
    assert not found.size.is_equal


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("See our page.", "See [our page](https://b.example/).", (None, "https://b.example/")),
        ("See [our page](https://a.example/).", "See our page.", ("https://a.example/", None)),
        (
            "For more about cookies see [our page](https://a.example/).",
            "For more about cookies see [the terms](https://b.example/).",
            ("https://a.example/", "https://b.example/"),
        ),
    ],
)
def test_a_link_that_came_went_or_got_other_words_is_a_risk(
    old: str, new: str, expected: tuple[str | None, str | None]
) -> None:
    assert listed(old, new) == [("link", *expected)]


def test_other_words_for_the_same_link_are_no_risk() -> None:
    old = "For more about cookies see [our page](https://a.example/)."
    new = "For more about cookies see [the terms](https://a.example/)."

    assert listed(old, new) == []


def test_another_emphasis_is_a_change_and_a_remark_but_no_risk() -> None:
    found = compared("We do not sell it.", "We **do not** sell it.")

    (change,) = found.places
    assert change.operation == "modify"
    assert [(r.kind.value, r.text, r.old, r.new) for r in change.remarks] == [
        ("emphasis", "do not", "", "strong")
    ]
    assert found.risks == []


def test_two_ways_to_write_the_same_emphasis_are_no_change() -> None:
    assert compare(
        "<p><b>Never</b> <i>ever</i>.</p>", "<p><strong>Never</strong> <em>ever</em>.</p>"
    ).size.is_equal


def test_footnotes_counted_anew_are_no_risk() -> None:
    first, second = "We keep orders for the tax office.[^a]", "We keep letters as our memory.[^b]"
    notes = "[^a]: The law on taxes.\n[^b]: The law on trade."
    old = f"{first}\n\n{second}\n\n{notes}"
    new = f"Servers write logs.[^z]\n\n{first}\n\n{second}\n\n[^z]: The law on shops.\n{notes}"

    found = listed(old, new)

    assert found == []


def test_risks_of_whole_blocks_come_after_those_of_replacements() -> None:
    old = "Old rule: pay within 10 days.\n\nWe will sell the data.\n\nYou may object to it by letter."
    new = "We will not sell the data.\n\nYou must object to it by letter.\n\nA fee of $5.00 is due."

    assert listed(old, new) == [
        ("word", "may", "must"),
        ("word", None, "not"),
        ("duration", "10 days", None),
        ("amount", None, "$5.00"),
    ]


def test_a_risky_change_names_its_clause_and_its_blocks() -> None:
    old = "## Storage\n\nWe keep orders for 6 years.\n\n## Rights\n\nYou may object."
    new = "## Storage\n\nWe keep orders for 10 years.\n\n## Rights\n\nYou may object."

    (risk,) = as_record(compared(old, new))["risky"]

    assert risk == {
        "kind": "duration",
        "old": "6 years",
        "new": "10 years",
        "old_index": 1,
        "new_index": 1,
        "clause": "Storage",
        "around": "",
    }


@pytest.mark.parametrize(
    ("old", "new", "around"),
    [
        ("Do run.", "Do not run.", "Do not run."),
        (
            "You pay at the end of each month unless we say so in writing.",
            "You may not pay at the end of each month unless we say so in writing.",
            "You may not pay at the …",
        ),
        (
            "After we have written to you twice we will not close the account at once.",
            "After we have written to you twice we will close the account at once.",
            "… twice we will not close the account …",
        ),
        ("| fee |\n| - |\n| due |", "| fee |\n| - |\n| not due |", "not due"),
        ("See our rules.", "See our rules, [here](https://a.example/).", ""),
    ],
)
def test_what_only_one_text_has_is_quoted_with_a_few_words_around_it(old: str, new: str, around: str) -> None:
    risks = as_record(compared(old, new))["risky"]

    assert [risk["around"] for risk in risks][-1] == around


def test_the_same_risky_change_in_one_block_is_listed_once() -> None:
    old = "Pay in 30 days. We answer in 30 days."
    new = "Pay in 60 days. We answer in 60 days."

    assert listed(old, new) == [("duration", "30 days", "60 days")]


@pytest.mark.parametrize(
    ("language", "kind", "old", "new"),
    [
        ("de", "duration", "dreizehn Tage", "sechzehn Tage"),
        ("de", "duration", "siebzehn Tagen", "neunzehn Tagen"),
        ("de", "duration", "einundzwanzig Tagen", "einunddreißig Tagen"),
        ("de", "duration", "täglich", "wöchentlich"),
        ("de", "duration", "pro Monat", "pro Jahr"),
        ("de", "number", "Abschnitt IV", "Abschnitt VI"),
        ("de", "word", "müsste", "dürfte"),
        ("fr", "duration", "par mois", "par an"),
        ("fr", "duration", "mensuel", "annuel"),
        ("fr", "word", "devra", "pourra"),
    ],
)
def test_the_same_holds_in_the_other_shipped_languages(language: str, kind: str, old: str, new: str) -> None:
    assert listed(f"X {old} y z.", f"X {new} y z.", language) == [(kind, old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Only you may see it.", "You may only see it."),
        ("We must or may act.", "We may or must act."),
        ("It may not only be sold.", "It may only not be sold."),
    ],
)
def test_words_that_change_places_change_what_they_reach(old: str, new: str) -> None:
    found = listed(old, new)

    assert {kind for kind, _old, _new in found} == {"word"}
    assert {was for _kind, was, _now in found if was} or {now for _kind, _was, now in found if now}


@pytest.mark.parametrize(
    ("old", "new", "listed_as"),
    [
        ("We <del>must not</del> pay it.", "We must not pay it.", [(None, "must"), (None, "not")]),
        ("We must not pay it.", "We <s>must not</s> pay it.", [("must", None), ("not", None)]),
        ("We must **not** pay it.", "We must not pay it.", []),
    ],
)
def test_what_was_struck_through_and_holds_now_is_listed(
    old: str, new: str, listed_as: list[tuple[str | None, str | None]]
) -> None:
    assert [(was, now) for _kind, was, now in listed(old, new)] == listed_as


def test_that_one_backup_becomes_none_is_listed() -> None:
    assert listed("We keep one backup.", "We keep zero backups.") == [("number", None, "zero")]
