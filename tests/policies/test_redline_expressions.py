"""What counts as one expression: dates, durations, numbers, words and addresses, each listed whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.redline import as_record, compare
from policies.redline.document import CELL, Block
from policies.redline.expressions import Reading
from policies.redline.lookout import lookout
from policies.redline.sequences import touching
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


@pytest.mark.parametrize(
    ("language", "kind", "old", "new"),
    [
        ("en", "duration", "half a year", "a year"),
        ("en", "duration", "1 yr", "3 yrs"),
        ("en", "duration", "a fortnight", "a month"),
        ("en", "duration", "a decade", "a year"),
        ("en", "duration", "first day", "third day"),
        ("en", "duration", "1st day", "3rd working day"),
        ("en", "duration", "30 days", "30 or more days"),
        ("en", "duration", "30 days", "30 days or more"),
        ("en", "duration", "1½ hours", "2½ hours"),
        ("en", "number", "1/2", "1/4"),
        ("en", "number", "½", "¼"),
        ("de", "duration", "ein halbes Jahr", "ein Jahr"),
        ("de", "duration", "14 Tagen", "14 oder mehr Tagen"),
        ("de", "duration", "ersten Tag", "dritten Tag"),
        ("fr", "duration", "premier jour", "deuxième jour"),
        ("ar", "number", "٣٠", "٦٠"),
    ],
)
def test_a_duration_or_a_number_is_listed_whole(language: str, kind: str, old: str, new: str) -> None:
    assert listed(f"Text: {old} :end.", f"Text: {new} :end.", language) == [(kind, old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("我们保存三十日。", "我们保存六十日。", ("duration", "三十日", "六十日")),
        ("当社は三十日間保存します。", "当社は六十日間保存します。", ("duration", "三十日間", "六十日間")),
        ("我们保存30天。", "我们保存30年。", ("duration", "30天", "30年")),
        ("共有三百名用户。", "共有五百名用户。", ("number", "三百", "五百")),
        ("自2018年5月25日起生效。", "自2019年6月1日起生效。", ("date", "2018年5月25日", "2019年6月1日")),
    ],
)
def test_numerals_of_chinese_and_japanese_are_numbers(
    old: str, new: str, expected: tuple[str, str, str]
) -> None:
    assert listed(old, new, "ja") == [expected]


def test_a_numeral_that_is_part_of_a_word_is_no_number() -> None:
    assert listed("一切信息都保存。", "所有信息都保存。", "zh") == []


def test_a_letter_behind_the_number_of_a_heading_only_counts_too() -> None:
    assert listed("## 1a. Rights\n\nYou may object.", "## 2a. Rights\n\nYou may object.") == []


def test_a_negation_before_a_vowel_is_shown_with_its_word() -> None:
    old = "Nous n'utilisons pas vos données."

    assert listed(old, "Nous utilisons vos données.", "fr") == [
        ("word", "n'utilisons", None),
        ("word", "pas", None),
    ]
    assert listed(old, "Nous ne vendons pas vos données.", "fr") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/2018/not/x", "https://a.example/2019/may/y"),
        ("a@b.example", "c@b.example"),
    ],
)
def test_an_address_in_plain_text_is_a_link_that_changed(old: str, new: str) -> None:
    assert listed(f"Look at {old} for more.", f"Look at {new} for more.") == [("link", old, new)]
    assert [pair[0] for pair in listed(f"Look at <{old}> for more.", f"Look at <{new}> for more.")] == [
        "link"
    ]


def test_an_address_that_became_a_link_to_the_same_place_is_no_risk() -> None:
    assert listed("Write to a@b.example today.", "Write to [us](mailto:a@b.example) today.") == []


WORDS = [
    "we",
    "keep",
    "the",
    "twenty-five",
    "(25)",
    "30",
    "one",
    "a",
    "full",
    "month",
    "days",
    "5%",
    "$",
    "may",
    "in",
    "May",
    "2020,",
    "or",
    "more",
    "third",
    "www.fernhill.example/a",
    "help@fernhill.example",
    "",
    "and",
    "two",
    "vingt et un",
    "jours ouvrés",
    "es sei denn",
    "Section 5 (a) (b)",
    "30 or more calendar and business days",
    "oder",
    "mehr",
    "Tage",
    "Section",
    "(a)",
    "IV",
    "a.m.",
    "%",
    "€,",
    "US$",
    "MB",
    "/",
    "nicht",
    "at",
    "least",
    "than",
    "no",
    "ne",
    "日",
]


@pytest.mark.parametrize(
    ("language", "old", "new", "risk"),
    [
        (
            "fr",
            "Il y a vingt et un chats",
            "Il y a vingt et une chats",
            ("number", "vingt et un", "vingt et une"),
        ),
        ("fr", "Il y a vingt et un chats", "Il y a vingt et chats", ("number", "vingt et un", "vingt")),
        ("de", "Das gilt, es sei denn", "Das gilt, es ist denn", ("word", "es sei denn", None)),
        ("de", "Es sind mehr als wir", "Es sind mehr und wir", ("word", "mehr als", None)),
        ("fr", "Payez au plus tard ici", "Payez au plus tôt ici", ("word", "au plus tard", "au plus tôt")),
        ("en", "We keep more than that", "We keep more then that", ("word", "more than", None)),
        (
            "en",
            "| a |\n| - |\n| days or weeks |",
            "| a |\n| - |\n| sheep |",
            ("duration", "days or weeks", None),
        ),
    ],
)
def test_what_takes_several_words_is_listed_where_any_of_them_changed(
    language: str, old: str, new: str, risk: tuple[str, str | None, str | None]
) -> None:
    assert risk in listed(old, new, language)


def test_what_the_other_text_widens_may_begin_before_the_text_does() -> None:
    found = compare("<p>12 <s>of May</s> 2024</p>", "<p>2 of May x</p>")

    assert ("12 of May 2024", "2 of May") in [
        (risk.was, risk.now) for change in found.places for risk in change.risks
    ]


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("tag", ["p", "tr"])
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(
        lambda some: " ".join(some).split(" ")
    ),
    seams=st.lists(st.booleans(), min_size=80, max_size=80),
    stretches=st.lists(st.tuples(st.integers(-9, 150), st.integers(0, 12)), min_size=1, max_size=4),
)
def test_reading_only_what_is_near_finds_what_reading_all_finds(
    language: str, tag: str, words: list[str], seams: list[bool], stretches: list[tuple[int, int]]
) -> None:
    parting = [CELL if tag == "tr" and seam else " " for seam in seams]
    text = words[0] + "".join(f"{seam}{word}" for seam, word in zip(parting, words[1:], strict=False))
    block, known = Block(tag, text), lookout(language)
    near, whole = Reading(block, words, known), Reading(block, words, known)
    everything = whole.touching(0, len(text), with_words=True)

    for at, length in stretches:
        # As a change is: inside the text; but one that the other text widened may begin before it.
        start, end = min(at, len(text)), max(min(at + length, len(text)), 0)
        found = near.touching(start, end, with_words=True)
        assert found == touching(everything, start, end)


@pytest.mark.parametrize(
    ("language", "old", "new", "risk"),
    [
        ("en", "30 days to withdraw", "14 days to withdraw", ("duration", "30 days", "14 days")),
        ("en", "24 hour support", "12 hour support", ("duration", "24 hour", "12 hour")),
        ("en", "5 % interest", "9 % interest", ("amount", "5 %", "9 %")),
        ("en", "18 and over", "16 and over", ("number", "18", "16")),
        ("en", "5 users", "3 users", ("number", "5", "3")),
        ("de", "14 Tage Widerruf", "30 Tage Widerruf", ("duration", "14 Tage", "30 Tage")),
    ],
)
def test_what_a_heading_begins_with_is_listed_where_it_counts_something(
    language: str, old: str, new: str, risk: tuple[str, str, str]
) -> None:
    assert listed(f"## {old}\n\nIt is so.", f"## {new}\n\nIt is so.", language) == [risk]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("3 Payment", "4 Payment"),
        ("3. Payment", "4. Payment"),
        ("3. payment", "4. payment"),
        ("2.1 data we collect", "2.2 data we collect"),
        ("(3) Payment", "(4) Payment"),
        ("Section 3 payment", "Section 4 payment"),
        ("3a Zahlung", "3b Zahlung"),
        ("5 Änderungen", "6 Änderungen"),
    ],
)
def test_a_number_that_only_counts_a_heading_is_not_listed(old: str, new: str) -> None:
    assert listed(f"## {old}\n\nIt is so.", f"## {new}\n\nIt is so.") == []


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("amount", ".5 %", "5 %"),
        ("number", "10²", "10³"),
        ("number", "9 AM", "9 PM"),
        ("number", "9 A.M.", "9 P.M."),
        ("duration", "30 (thirty) days", "30 (thirty) weeks"),
        ("duration", "thirty (30) days", "thirty (30) weeks"),
    ],
)
def test_a_number_is_listed_with_what_makes_it_another_one(kind: str, old: str, new: str) -> None:
    assert listed(f"It is {old} for all.", f"It is {new} for all.") == [(kind, old, new)]
