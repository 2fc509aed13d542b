"""Words inside blocks: what changed is shown as finely as it can be read, and no finer."""

from html import escape

import pytest

from policies.redline import Comparison, compare, hunks
from policies.redline.hunks import likeness
from policies.redline.wording import word_spans
from policies.rendering import render

from .test_redline_law import obeys_the_law

pytestmark = pytest.mark.pure


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def shown(old: str, new: str) -> str:
    """Give the change of one paragraph as text: `[-gone]`, `[+came]`, and what stays as it is."""
    return spelled(compare(paragraph(old), paragraph(new)))


def spelled(found: Comparison) -> str:
    (change,) = found.places
    return "".join(text if sign == "=" else f"[{sign}{text}]" for sign, text in change.spans)


def test_one_changed_word_is_the_only_change() -> None:
    found = shown("We may keep your data for 30 days.", "We must keep your data for 30 days.")

    assert found == "We [-may][+must] keep your data for 30 days."


def test_a_full_stop_does_not_belong_to_the_word_before_it() -> None:
    assert shown("We delete all logs.", "We delete all orders.") == "We delete all [-logs][+orders]."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "You may cancel and get a refund.",
            "You may cancel or get a refund.",
            "You may cancel [-and][+or] get a refund.",
        ),
        ("We will share your data.", "We will not share your data.", "We will [+not ]share your data."),
        ("You may cancel, if you pay.", "You may cancel if you pay.", "You may cancel[-,] if you pay."),
        (
            "We ask for your name, address, and email.",
            "We ask for your name, address, age, and email.",
            "We ask for your name, address, [+age, ]and email.",
        ),
        (
            "You may use it for any purpose.",
            "You may use it for any purpose, except for resale.",
            "You may use it for any purpose[+, except for resale].",
        ),
        (
            "The company keeps your data.",
            "The Company keeps your data.",
            "The [-company][+Company] keeps your data.",
        ),
        ("We don't sell it.", "We do sell it.", "We [-don't][+do] sell it."),
        ("A third party vendor.", "A third-party vendor.", "A third[- ][+-]party vendor."),
        ("A well-kept (old) shop.", "A well-kept (new) shop.", "A well-kept ([-old][+new]) shop."),
    ],
)
def test_an_edit_of_a_lawyer_reads_as_he_made_it(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_an_inserted_sentence_begins_where_a_sentence_does() -> None:
    old = "We keep orders for six years. We keep logs for twelve months."
    new = "We keep orders for six years. We keep chats for two years. We keep logs for twelve months."

    found = shown(old, new)

    assert found == (
        "We keep orders for six years. [+We keep chats for two years. ]We keep logs for twelve months."
    )


def test_a_deleted_sentence_ends_where_a_sentence_does() -> None:
    old = "We keep orders. We keep chats. We keep logs."
    new = "We keep orders. We keep logs."

    assert shown(old, new) == "We keep orders. [-We keep chats. ]We keep logs."


def test_a_sentence_added_at_the_end_is_that_sentence() -> None:
    old, new = "We keep orders for six years.", "We keep orders for six years. We keep logs too."

    assert shown(old, new) == "We keep orders for six years.[+ We keep logs too.]"


def test_a_rewritten_phrase_reads_as_one_change() -> None:
    old = "We will notify you by email at least one month before a major change takes effect."
    new = "We will give you notice on our website no later than one week after a major change takes effect."

    found = shown(old, new)

    assert found == (
        "We will [-notify you by email at least one month before]"
        "[+give you notice on our website no later than one week after] a major change takes effect."
    )


def test_what_stays_between_two_small_changes_far_apart_is_not_swallowed() -> None:
    old = "The seller may, on receipt of the goods in proper order, refund the price."
    new = "The seller must, on receipt of the goods in proper order, return the price."

    found = shown(old, new)

    assert found == (
        "The seller [-may][+must], on receipt of the goods in proper order, [-refund][+return] the price."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1,000", "1,500"),
        ("1.000,00", "1.500,00"),
        ("12’000", "12’500"),
        ("3.5", "3.25"),
        ("25/05/2018", "26/05/2018"),
        ("25.05.2018", "26.05.2018"),
        ("9:00", "9:30"),
        ("30", "3"),
        ("2018", "2019"),
    ],
)
def test_a_number_or_a_date_in_figures_is_never_cut(old: str, new: str) -> None:
    assert shown(f"It says {old} here.", f"It says {new} here.") == f"It says [-{old}][+{new}] here."


def test_a_number_in_words_with_its_figure_in_brackets_is_not_cut_inside_the_brackets() -> None:
    old = "The fees paid in the twelve (12) months preceding the claim."
    new = "The fees paid in the six (6) months preceding the claim."

    assert shown(old, new) == "The fees paid in the [-twelve (12)][+six (6)] months preceding the claim."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("我们保存三十天。", "我们保存六十天。", "我们保存[-三][+六]十天。"),
        ("当社は三十日間保存します。", "当社は六十日間保存します。", "当社は[-三][+六]十日間保存します。"),
        ("カタカナで書く。", "カタガナで書く。", "カタ[-カ][+ガ]ナで書く。"),
        ("เราเก็บไว้กี่วัน", "เราเก็บไว้กี่ปี", "เราเก็บไว้กี่[-วัน][+ปี]"),
    ],
)
def test_a_script_without_spaces_is_compared_sign_by_sign(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_an_inserted_negation_in_chinese_is_that_one_sign() -> None:
    assert shown("我们会出售您的信息。", "我们不会出售您的信息。") == "我们[+不]会出售您的信息。"


def test_a_thai_tone_mark_is_not_torn_from_its_letter() -> None:
    assert shown("ใช้ไม้", "ใช้ไม่") == "ใช้ไ[-ม้][+ม่]"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("👨‍👩‍👧", "👨‍👩‍👦"),  # the last person of a family
        ("👍🏻", "👍🏿"),  # a tone of skin
        ("🇩🇪", "🇩🇰"),  # the second letter of a flag
        ("e\u0301", "e\u0300"),  # an accent that combines
    ],
)
def test_what_is_seen_as_one_sign_is_replaced_as_one(old: str, new: str) -> None:
    assert shown(f"Sign: {old}", f"Sign: {new}") == f"Sign: [-{old}][+{new}]"


def test_white_space_that_html_folds_is_no_change() -> None:
    found = compare("<p>We  keep\n\t your data. </p>", "\n<p> We keep your data.</p>\n\n")

    assert found.size.is_equal


def test_lines_broken_elsewhere_in_the_source_are_no_change() -> None:
    found = compare(render("We keep your\ndata."), render("We keep\nyour data."))

    assert found.size.is_equal


def test_a_line_break_that_shows_is_a_change() -> None:
    found = compare("<p>Main Street 1, Cork</p>", "<p>Main Street 1,<br>Cork</p>")

    assert spelled(found) == "Main Street 1,[- ][+\n]Cork"


def test_a_space_that_does_not_break_is_a_change_without_words() -> None:
    found = compare(paragraph("Within 30 days."), paragraph("Within 30\u00a0days."))

    assert spelled(found) == "Within 30[- ][+\u00a0]days."
    assert (found.size.words_added, found.size.words_removed) == (0, 0)


def test_white_space_in_code_is_a_change() -> None:
    found = compare("<pre>a\n  b</pre>", "<pre>a\n    b</pre>")

    assert spelled(found) == "a\n  [+  ]b"


def test_every_word_of_fifty_thousand_in_one_block_keeps_its_place() -> None:
    sentences = [f"Clause {n} binds party {n * 7} to duty {n * 13} for good." for n in range(5_000)]
    edited = list(sentences)
    edited[700] = edited[700].replace("binds", "frees")
    edited[4_000] = "Nothing here is left."
    del edited[2_500]

    found = compare(paragraph(" ".join(sentences)), paragraph(" ".join(edited)))

    (change,) = found.places
    assert "".join(text for sign, text in change.spans if sign != "+") == " ".join(sentences)
    assert "".join(text for sign, text in change.spans if sign != "-") == " ".join(edited)
    assert [(sign, text.strip()) for sign, text in change.spans if sign != "="] == [
        ("-", "binds"),
        ("+", "frees"),
        ("-", sentences[2_500]),
        ("-", sentences[4_000].removesuffix(".")),
        ("+", "Nothing here is left"),
    ]


def test_fifty_thousand_other_words_in_one_block_are_replaced_as_a_whole() -> None:
    old, new = (" ".join(f"{word}{n % 997}" for n in range(50_000)) for word in ("old", "new"))

    found = compare(paragraph(f"It begins. {old}"), paragraph(f"It begins. {new}"))

    assert "".join(t for change in found.places for s, t in change.spans if s != "+") == f"It begins. {old}"
    assert "".join(t for change in found.places for s, t in change.spans if s != "-") == f"It begins. {new}"
    assert (found.size.words_added, found.size.words_removed) >= (50_000, 50_000)


RED = "Red one two three four. You may ask. Who one two three letter."
BLUE = "Blue one two three five. You may ask. They one two three mail."


def test_beyond_the_limit_sentences_that_stay_still_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunks, "CELLS_LIMIT", 16)

    found = obeys_the_law(paragraph(RED), paragraph(BLUE))

    assert spelled(found) == (
        "[-Red one two three four][+Blue one two three five]. You may ask."
        " [-Who one two three letter][+They one two three mail]."
    )


def test_beyond_the_limit_of_sentences_a_block_is_replaced_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hunks, "CELLS_LIMIT", 1)

    found = obeys_the_law(paragraph(RED), paragraph(BLUE))

    assert [change.operation for change in found.places] == ["modify"]
    assert spelled(found) == f"[-{RED[:-1]}][+{BLUE[:-1]}]."


def test_beyond_the_limit_blocks_are_akin_by_their_words_in_any_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [f"word{n}" for n in range(40)]
    assert likeness(words, words[20:] + words[:20]) == 0.5

    monkeypatch.setattr(hunks, "CELLS_LIMIT", 4)

    assert likeness(words, words[20:] + words[:20]) == 1
    assert likeness(words, words[:20]) == pytest.approx(2 / 3)
    assert likeness(words, words[:20], 0.7) == 0
    assert likeness(words, ["other"] * 40) == 0


def test_beyond_the_limit_of_cells_a_row_is_compared_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (
        f"<table><tr>{''.join(f'<td>{cell}</td>' for cell in cells.split())}</tr></table>"
        for cells in ("one two three four", "red one two blue four")
    )
    assert spelled(compare(old, new)) == "[+red\t]one\ttwo\t[-three][+blue]\tfour"

    monkeypatch.setattr(hunks, "CELLS_LIMIT", 4)

    assert spelled(obeys_the_law(old, new)) == "[-one][+red]\t[-two][+one]\t[-three][+two]\t[+blue\t]four"


def test_one_changed_word_among_thousands_without_a_full_stop_is_one_changed_word() -> None:
    old = " ".join(f"word{n}" for n in range(9_000))

    found = compare(paragraph(old), paragraph(old.replace("word4500 ", "other ")))

    assert (found.size.words_added, found.size.words_removed) == (1, 1)


def test_a_list_that_begins_at_a_number_without_end_is_compared() -> None:
    html = f'<ol start="{"9" * 5000}"><li>We keep it.</li></ol>'

    assert compare(html, html.replace("keep", "sell")).size.words_added == 1


class Alike(str):
    """A word whose hash is that of every other one."""

    __slots__ = ()

    def __hash__(self) -> int:
        return 7


def test_words_with_the_same_hash_are_still_two_words() -> None:
    old, new = ([Alike(word) for word in text.split()] for text in ("We must keep it", "We may keep it"))

    found = word_spans(old, new)

    assert "".join(text for sign, text in found if sign != "+") == "We must keep it"
    assert "".join(text for sign, text in found if sign != "-") == "We may keep it"


def test_a_sign_that_is_no_word_between_two_changes_is_part_of_them() -> None:
    assert spelled(obeys_the_law("<p>①② a</p>", "<p>x ①②y a</p>")) == "[-①②][+x ①②y] a"
