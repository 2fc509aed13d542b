"""The words of each language that a change of meaning is made of: each is listed whole, and as what it is."""

import pytest

from policies.redline import compare
from policies.rendering import render

pytestmark = pytest.mark.pure

Listed = tuple[str, str | None, str | None]


def listed(old: str, new: str, language: str) -> list[Listed]:
    """Give the risky changes between two texts in Markdown: kind, what was, what is now."""
    found = compare(render(old), render(new), language)
    return [(risk.kind.value, risk.was, risk.now) for _at, risk in found.risks]


@pytest.mark.parametrize(
    ("language", "sentence", "kind", "old", "new"),
    [
        ("en", "You have a {} to object.", "duration", "couple of days", "couple of weeks"),
        ("en", "It is deleted {}.", "duration", "after months", "after years"),
        ("en", "As Section {} says.", "number", "4a", "4c"),
        ("en", "Under Article {} of it.", "number", "6(1)(a)", "6(1)(f)"),
        ("en", "Under Article {} of it.", "number", "6(1)(a)", "6(2)(a)"),
        ("de", "Nach Art. 6 Abs. 1 {} DSGVO.", "number", "lit. a", "lit. f"),
        ("en", "We report it {}.", "duration", "this year", "this month"),
        ("de", "Das gilt {}.", "duration", "dieses Jahr", "diesen Monat"),
        ("fr", "Nous le disons {}.", "duration", "cette année", "ce mois"),
        ("en", "Until {} on Monday.", "number", "17:00 UTC", "17:00 CET"),
        ("en", "Pay by the {}.", "duration", "end of the month", "end of the year"),
        ("en", "It takes {}.", "duration", "30 days or hours", "30 days or months"),
        ("en", "It takes {}.", "duration", "30 full and working days", "30 full and working months"),
        ("en", "It takes {}.", "duration", "90days", "60days"),
        ("en", "We close on the {}.", "date", "first of May", "second of May"),
        ("en", "We close {}.", "date", "in May or June", "in May or July"),
        ("en", "We close {}.", "date", "between March and May", "between March and June"),
        ("en", "A fee of {}.", "amount", "500 rupees", "500 yen"),
        ("en", "A fine of a {}.", "amount", "million dollars", "billion dollars"),
        ("en", "We ask {}.", "duration", "once a year", "twice a year"),
        ("en", "You are asked {} for it.", "number", "once", "twice"),
        ("en", "A {} of users agree.", "number", "third", "quarter"),
        ("en", "About {} users.", "number", "two hundred and fifty", "two hundred and sixty"),
        ("en", "We share it {} you.", "word", "without", None),
        ("en", "It serves {} orders.", "word", "solely", None),
        ("de", "Eine {}.", "amount", "Million Euro", "Milliarde Euro"),
        ("de", "Nach {}.", "duration", "hundertzwanzig Tagen", "hundertdreißig Tagen"),
        ("de", "Eine {} Frist.", "duration", "dreimonatige", "zweimonatige"),
        ("de", "Eine {} Frist.", "duration", "14-tägige", "30-tägige"),
        ("de", "Nach {}.", "duration", "eineinhalb Jahren", "zweieinhalb Jahren"),
        ("de", "Wir öffnen am {}.", "date", "ersten Mai", "zweiten Mai"),
        ("de", "Ein {} zahlt.", "number", "Drittel", "Viertel"),
        ("de", "Am {}.", "duration", "Ende des Monats", "Ende des Jahres"),
        ("de", "Wir geben {} etwas weiter.", "word", "nie", None),
        ("de", "Es gibt {} Gebühren.", "word", "keinerlei", None),
        ("de", "Das zahlt, {} es gefällt.", "word", "es sei denn", None),
        ("de", "Alle mit {} von Kindern.", "word", "Ausnahme", None),
        ("de", "Alle {} Kinder.", "word", "ausser", None),
        ("de", "Du {} zahlen.", "word", "musst", "sollst"),
        ("fr", "Un {}.", "amount", "million d’euros", "milliard d’euros"),
        ("fr", "Au mois {}.", "date", "d’avril", "d’août"),
        ("fr", "{}, on paie.", "duration", "Tous les mois", "Tous les ans"),
        ("fr", "Sous {}.", "duration", "vingt et un jours", "vingt-deux jours"),
        ("fr", "À la {}.", "duration", "fin du mois", "fin de l’année"),
        ("fr", "Le {}.", "date", "premier mai", "second mai"),
        ("fr", "Tu {} payer.", "word", "dois", "peux"),
        ("fr", "{} de frais.", "word", "Jamais", None),
        ("fr", "{} frais.", "word", "Aucun", None),
        ("fr", "Il coûte {}.", "amount", "1 000,50 €", "1 500,50 €"),
        # Behind a bracket, a quotation mark, a slash, an article, or a space that does not break.
        ("en", "It takes a limited time ({}).", "duration", "one month", "one year"),
        ("en", "It takes “{}” at most.", "duration", "one month", "one year"),
        ("en", "It begins (see above {}).", "date", "in May", "in June"),
        ("en", "Pay $5 ({}).", "duration", "per month", "per year"),
        ("en", "It costs 5 € / {} now.", "duration", "month", "year"),
        ("en", "It is kept at all times {}.", "duration", "one\u00a0month", "one\u00a0year"),
        ("de", "Es gilt ab dem {}.", "date", "25.\u00a0Mai\u00a02018", "25.\u00a0Juni\u00a02018"),
        ("de", "Das kostet 5 Euro {}.", "duration", "im Monat", "im Jahr"),
        ("fr", "Dans un délai d’{}.", "duration", "un mois", "un an"),
        ("fr", "Cela vaut dès le {}.", "date", "1er\u00a0mai", "1er\u00a0juin"),
        # As contracts write it.
        ("en", "It is kept for {}.", "duration", "one (1) year", "one (1) month"),
        ("de", "Das gilt für {}.", "duration", "einen (1) Monat", "ein (1) Jahr"),
        ("en", "We pay at the {}.", "duration", "end of the month", "beginning of the month"),
        ("en", "We pay at the {}.", "duration", "end of the month", "end of the quarter"),
        ("en", "It costs {}.", "amount", "one euro", "one dollar"),
        ("de", "Bis zu {}.", "amount", "20 Mio. Euro", "20 Mio. Franken"),
        ("de", "Bis zu {}.", "amount", "5 Mio. €", "5 Mrd. €"),
        ("fr", "Jusqu’à {}.", "amount", "20 millions d’euros", "20 millions de dollars"),
        ("fr", "Jusqu’à {}.", "amount", "5 k€", "5 M€"),
        ("en", "We close {}.", "date", "in March, April and May", "in March, April and June"),
        ("en", "We close by {}.", "date", "early March", "early April"),
        ("en", "We close on {}.", "date", "March the 5th", "March the 4th"),
        ("en", "A {} report.", "duration", "bi-weekly", "weekly"),
        ("de", "Das {} Recht.", "word", "ausschließliche", None),
        ("fr", "Tous à l’{} des amis.", "word", "exception", None),
        ("fr", "Il coûte {}.", "amount", "1 000 €", "2 000 €"),
    ],
)
def test_what_turns_a_meaning_is_listed_whole(
    language: str, sentence: str, kind: str, old: str, new: str | None
) -> None:
    found = listed(sentence.format(old), sentence.format(new or "Andere"), language)

    assert found == [(kind, old, new)]


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "Payment is due on July 1. We ship.", "Payment is due on July 1, and we ship."),
        ("en", "Once a request arrives, we act.", "When a request arrives, we act."),
        ("en", "See No. 5 of it.", "See Number 5 of it."),
        ("fr", "Nous parlons à des tiers.", "Nous parlons à des amis."),
        ("en", "Once you pay, we ship it.", "When you pay, we ship it."),
        ("en", "We share it with third parties.", "We share it with other parties."),
        ("en", "37signals keeps it.", "Basecamp keeps it."),
        ("en", "## Article I\n\nWe keep it.", "## Article II\n\nWe keep it."),
        ("de", "## Abschnitt 4 Daten\n\nWir haben sie.", "## Abschnitt 5 Daten\n\nWir haben sie."),
    ],
)
def test_what_turns_none_is_not(language: str, old: str, new: str) -> None:
    assert listed(old, new, language) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It is 10<sup>2</sup> long.", "It is 10<sup>3</sup> long.", ("number", "10^2", "10^3")),
        (
            "Within 30[^1] days.\n\n[^1]: By post.",
            "Within 60[^1] days.\n\n[^1]: By post.",
            ("duration", "30 days", "60 days"),
        ),
        ("It takes 30<br>days.", "It takes 30<br>months.", ("duration", "30\ndays", "30\nmonths")),
    ],
)
def test_markup_within_a_figure_makes_no_other_figure_of_it(old: str, new: str, expected: Listed) -> None:
    assert listed(old, new, "en") == [expected]


@pytest.mark.parametrize(
    ("head", "cells", "old", "new"),
    [
        ("What | How long | {}", "Logs | 30 | ", "Days", "Months"),
        ("What | How long ({})", "Logs | 30", "days", "months"),
        ("What | How long | Unit", "Logs | 30 | {}", "days", "months"),
    ],
)
def test_the_unit_of_a_column_is_one_wherever_the_table_says_it(
    head: str, cells: str, old: str, new: str
) -> None:
    parts = "- | - | -" if head.count("|") > 1 else "- | -"
    table = f"{head}\n{parts}\n{cells}"

    assert listed(table.replace("{}", old), table.replace("{}", new), "en") == [("duration", old, new)]


def test_a_unit_among_other_words_of_a_cell_is_none() -> None:
    old, new = (f"What | When\n- | -\nLogs | some {word} or other" for word in ("day", "time"))

    assert listed(old, new, "en") == []
