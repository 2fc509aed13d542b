"""A comparison of texts from right to left, as a browser lays it out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.once]

COMPARE = "/policies/privacy/compare/1...2/"
HEBREW = "## הזמנות\n\nאנו שומרים הזמנות במשך {} שנים."
ARABIC = "## التخزين\n\nنحتفظ بالطلبات لمدة {} يوما في سجلاتنا."
ITEMS = "- نحتفظ بالطلبات {0} يوما.\n- التخزين\n- English"
TABLE = "| الطلبات | المدة |\n|---|---|\n| نحتفظ بها | {0} |"
# Which way items of a list run, and where their bullets stand.
BULLETS = """items => items.map(item => getComputedStyle(item))
  .map(style => `${style.direction} ${style.listStylePosition}`)"""
# The left edges of some elements.
EDGES = "found => found.map(element => element.getBoundingClientRect().left)"


@pytest.mark.parametrize("form", ["column", "columns", "changes", "text"])
def test_a_text_from_right_to_left_is_laid_out_so(
    visit: Callable[..., Page], publish_two: Callable[[str, str], None], form: str
) -> None:
    publish_two(HEBREW.format(6), HEBREW.format(10))
    page = visit()

    page.goto(f"{COMPARE}?form={form}")

    passages = page.locator(".as-text" if form == "text" else ".comparison p:visible").all()
    assert passages
    for passage in passages:
        # Plain text mixes lines of both directions, so there each line goes its own way.
        name, value = ("unicodeBidi", "plaintext") if form == "text" else ("direction", "rtl")
        assert passage.evaluate("(passage, name) => getComputedStyle(passage)[name]", name) == value


@pytest.mark.parametrize("days", [(30, 60), ("٣٠", "٦٠")])
def test_what_to_look_at_closely_reads_from_old_to_new(
    visit: Callable[..., Page], publish_two: Callable[[str, str], None], days: tuple[object, object]
) -> None:
    publish_two(*(f"{ARABIC.format(count)} [هنا](https://{at}.example)" for at, count in enumerate(days)))
    page = visit()

    page.goto(COMPARE)

    lines = page.locator(".closely li").all()
    assert lines
    for line in lines:
        before, after = line.locator("a bdi").evaluate_all(EDGES)
        assert before < after
        assert line.evaluate("line => getComputedStyle(line).direction") == "ltr"


@pytest.mark.parametrize("form", ["column", "columns", "changes"])
def test_tables_and_lists_from_right_to_left_begin_at_the_right(
    visit: Callable[..., Page], publish_two: Callable[[str, str], None], form: str
) -> None:
    publish_two(*(f"{ITEMS}\n\n{TABLE}".format(days) for days in (30, 60)))
    page = visit()

    page.goto(f"{COMPARE}?form={form}")

    rows = page.locator(".redline table tr").all()
    assert rows
    for row in rows:
        first, second = row.locator("th, td").evaluate_all(EDGES)
        assert first > second
    lists = page.locator(".redline ul").all()
    assert lists
    for found in lists:
        # The bullets stand in the list's padding, which is at the side on which its items begin.
        assert found.evaluate("list => getComputedStyle(list).direction") == "rtl"
        assert found.evaluate("list => parseFloat(getComputedStyle(list).paddingRight)") >= 16
        assert set(found.locator("> li").evaluate_all(BULLETS)) <= {"rtl outside", "ltr inside"}
