"""Texts from right to left: each piece runs as it does, and no sentence about it is turned around."""

import pytest
from django.utils.translation import override
from lxml import html as lxml_html

from policies.redline import Comparison, Page, as_text, compare, risk_in_html, risk_in_words
from policies.redline.directions import FSI, PDI
from policies.rendering import render

pytestmark = pytest.mark.pure

ARABIC = "## التخزين\n\nنحتفظ بالطلبات لمدة {} في سجلاتنا الخاصة."
MIXED = "## Names\n\nWe call it {} in our books."


def compared(old: str, new: str) -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new), "ar")


def test_in_html_each_expression_has_its_own_direction() -> None:
    assert risk_in_html("number", "30", "60") == "<bdi>30</bdi> → <bdi>60</bdi>"
    assert risk_in_html("word", None, "not", "{<not>} %s") == (
        "added: <bdi>not</bdi> (“<bdi>{&lt;not&gt;} %s</bdi>”)"
    )
    assert risk_in_html("word", None, "<يجب>") == "added: <bdi>&lt;يجب&gt;</bdi>"
    assert risk_in_html("link", "https://a.example/{x}", "") == (
        "removed: link to <bdi>https://a.example/{x}</bdi>"
    )


def test_in_words_only_what_runs_against_the_sentence_is_isolated() -> None:
    assert risk_in_words("word", None, "لا", "نحن لا") == f"added: {FSI}لا{PDI} (“{FSI}نحن لا{PDI}”)"
    assert risk_in_words("duration", "30 يوما", "60 days") == f"{FSI}30 يوما{PDI} → 60 days"
    with override("he"):
        assert risk_in_words("duration", "30 יום", "60 days") == f"30 יום → {FSI}60 days{PDI}"


def test_what_is_said_of_a_text_from_right_to_left_is_kept_apart_from_it() -> None:
    lines = as_text(compared(ARABIC.format("٣٠ يوما"), ARABIC.format("٦٠ يوما"))).splitlines()

    gone, came = (
        f"{FSI}[{kind}: {FSI}{days}{PDI}]{PDI}" for kind, days in (("Deleted", "٣٠"), ("Inserted", "٦٠"))
    )
    assert lines[-1] == f"Changed: {FSI}نحتفظ بالطلبات لمدة {gone} {came} يوما في سجلاتنا الخاصة.{PDI}"


def test_a_foreign_word_is_isolated_where_brackets_stand_around_it() -> None:
    lines = as_text(compared(MIXED.format("الطلبات"), MIXED.format("التخزين"))).splitlines()

    assert lines[-1] == (
        f"Changed: We call it [Deleted: {FSI}الطلبات{PDI}] [Inserted: {FSI}التخزين{PDI}] in our books."
    )


def test_the_heading_of_a_clause_is_isolated_in_a_sentence_about_it() -> None:
    moved = "نحتفظ بجميع الطلبات لمدة ست سنوات كاملة لأن القانون يطلب منا ذلك."
    old = f"## التخزين\n\n{moved}\n\nStays.\n\n## Rights\n\nYou may ask us at any time for a copy."
    new = "## التخزين\n\nStays.\n\n## Rights\n\nYou may ask us at any time for a copy.\n\n" + moved

    found = compared(old, new)

    assert f"Moved here from “{FSI}التخزين{PDI}”: {FSI}{moved}{PDI}" in as_text(found)
    assert (
        f'aria-label="Moved here from “{FSI}التخزين{PDI}”. Go to where it was."' in Page(found).one_column()
    )


def test_a_text_from_left_to_right_has_no_isolates() -> None:
    old = "## Größe\n\nWe keep [it](https://a.example) for “30 days” – no more.\n\n- 字"
    new = "## Größe\n\nWe keep [it](https://b.example) for “60 days” – **no** more.\n\n- 漢字"

    text = as_text(compared(old, new))

    assert "30 days → 60 days (Größe)" in text
    assert FSI not in text
    assert PDI not in text


LISTED = (
    "## عنوان\n\n- نحتفظ بها {0} يوما.\n- 30\n- We keep it.\n\n"
    "| الطلبات | المدة |\n|---|---|\n| GDPR | {0} |\n\nEnglish."
)


def test_every_element_runs_as_the_text_in_it_does() -> None:
    page = Page(compared(LISTED.format(30), LISTED.format(60)))

    for html in (page.one_column(), page.two_columns("A", "B")):
        root = lxml_html.fromstring(html)
        for path, directions in {
            "//h2 | //ul | //li[contains(., 'يوما')] | //li/div": {"rtl"},
            "//table[not(contains(@class, 'columns'))] | //tr[th[contains(., 'المدة')]]": {"rtl"},
            "//li[contains(., 'We keep')] | //p | //tr[td[.='GDPR']]": {"ltr"},
            "//li[.='30']": {None},
        }.items():
            found = root.xpath(path)
            assert {element.get("dir") for element in found} == directions


def test_in_the_changes_alone_a_list_still_runs_as_its_items_do() -> None:
    root = lxml_html.fromstring(Page(compared(LISTED.format(30), LISTED.format(60))).changes_only())

    assert [element.get("dir") for element in root.xpath("//ul | //table")] == ["rtl", "rtl"]
    assert root.xpath("//*[@dir='auto']") == root.xpath("//h3")


def test_a_list_runs_as_its_first_word_does_even_if_that_is_a_deleted_one() -> None:
    root = lxml_html.fromstring(Page(compared("- نحتفظ بها.\n- 10", "Nothing is left.")).one_column())

    assert {element.get("dir") for element in root.xpath("//ul | //li[contains(., 'نحتفظ')]")} == {"rtl"}
