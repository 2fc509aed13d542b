"""A comparison under the hands of its readers: keys, links, narrow screens and paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from policies.comparisons import Form

pytestmark = [pytest.mark.browser, pytest.mark.once]

COMPARE = "/policies/privacy/compare/1...2/"
PHONE = {"width": 375, "height": 700}
# What of a comparison stands out of the screen.
OVERHANGING = """() => [...document.querySelectorAll(".redline *, .as-text")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth)
  .map((element) => element.outerHTML.slice(0, 100))"""
# Paragraphs that stay, so that no two changes stand on one screen.
STAYS = "\n\n".join(f"Paragraph {number} says what it has always said." for number in range(1, 25))
MOVES = "Whoever returns a pair of shoes gets the money back within the month."
TABLE = "| What we keep | Days |\n|---|---:|\n| Visits to https://shop.example/a-very-long-address/{} | {} |"
OLD = f"## Orders\n\n{MOVES}\n\nWe keep orders for six years.\n\n{STAYS}\n\n## Data\n\n" + TABLE.format(
    "x" * 60, 30
)
NEW = (
    f"## Orders\n\nWe keep orders for ten years.\n\n{STAYS}\n\n## Data\n\n{TABLE.format('y' * 60, 60)}"
    f"\n\n{MOVES}\n\n## Children\n\nOnly adults may buy."
)


@pytest.fixture
def two(publish_two: Callable[[str, str], None]) -> None:
    """Publish two versions between which words, a table, a place and a clause changed."""
    publish_two(OLD, NEW)


def stop(page: Page, number: int) -> Locator:
    """Give the place of a change."""
    return page.locator(f"#change-{number}")


def count_of_stops(page: Page) -> int:
    """Give how many places a page can lead to, which are numbered without a gap."""
    names = [str(found.get_attribute("id")) for found in page.locator("[id^='change-']").all()]
    assert names == [f"change-{number}" for number in range(1, len(names) + 1)]
    return len(names)


@pytest.mark.parametrize("form", ["column", "columns", "changes"])
def test_n_and_p_lead_from_change_to_change(visit: Callable[..., Page], two: None, form: str) -> None:
    page = visit()
    page.goto(f"{COMPARE}?form={form}")
    last = count_of_stops(page)
    expect(page.get_by_text("the keys n and p lead to")).to_be_visible()
    page.get_by_role("link", name="Go to the first change").press("Enter")
    expect(stop(page, 1)).to_be_focused()

    for number in range(2, last + 1):
        page.keyboard.press("n")
        expect(stop(page, number)).to_be_focused()
        expect(stop(page, number)).to_be_in_viewport()
    page.keyboard.press("n")
    expect(stop(page, last)).to_be_focused()
    for number in range(last - 1, 0, -1):
        page.keyboard.press("p")
        expect(stop(page, number)).to_be_focused()
        expect(stop(page, number)).to_be_in_viewport()

    page.keyboard.press("p")
    expect(stop(page, 1)).to_be_focused()
    assert last >= 4


def test_n_and_p_do_nothing_outside_the_comparison(visit: Callable[..., Page], two: None) -> None:
    page = visit()
    page.goto(COMPARE)
    outside = page.get_by_role("link", name="Side by side")

    outside.focus()
    page.keyboard.press("n")
    page.keyboard.press("p")

    expect(outside).to_be_focused()
    assert page.evaluate("scrollY") == 0
    stop(page, 1).focus()
    page.keyboard.press("Control+n")
    page.keyboard.press("Alt+n")
    expect(stop(page, 1)).to_be_focused()


@pytest.mark.parametrize("form", ["columns", "changes"])
def test_without_a_script_the_links_at_each_change_lead_to_the_next(
    visit: Callable[..., Page], two: None, form: str
) -> None:
    page = visit(java_script_enabled=False)
    page.goto(f"{COMPARE}?form={form}")
    last = count_of_stops(page)
    expect(page.get_by_text("the keys n and p lead to")).to_be_hidden()
    page.get_by_role("link", name="Go to the first change").click()

    for number in range(1, last):
        expect(page).to_have_url(re.compile(rf"#change-{number}$"))
        expect(stop(page, number)).to_be_in_viewport()
        page.locator(f"a.after[href='#change-{number + 1}']").click()

    expect(page).to_have_url(re.compile(rf"#change-{last}$"))
    page.locator(f"a.before[href='#change-{last - 1}']").click()
    expect(stop(page, last - 1)).to_be_in_viewport()


@pytest.mark.parametrize("form", ["column", "columns"])
def test_the_two_places_of_a_moved_passage_lead_to_each_other(
    visit: Callable[..., Page], two: None, form: str
) -> None:
    page = visit()
    page.goto(f"{COMPARE}?form={form}")
    away = page.get_by_role("link", name="Moved to “Data”. Go to where it is now.")
    here = page.get_by_role("link", name="Moved here from “Orders”. Go to where it was.")

    away.click()

    expect(here).to_be_in_viewport()
    expect(page.locator("*:target").locator("xpath=..")).to_contain_text(MOVES)

    here.click()

    expect(away).to_be_in_viewport()
    expect(page.locator("*:target").locator("xpath=..")).to_contain_text(MOVES)


def test_no_form_scrolls_sideways_on_a_phone(visit: Callable[..., Page], two: None) -> None:
    page = visit(viewport=PHONE)

    for form in Form:
        page.goto(f"{COMPARE}?form={form}")

        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert page.evaluate(OVERHANGING) == []


def test_on_a_phone_each_side_of_a_change_names_its_version(visit: Callable[..., Page], two: None) -> None:
    page = visit(viewport=PHONE)
    page.goto(f"{COMPARE}?form=columns")

    row = page.get_by_role("row").filter(has_text="We keep orders for")

    sides = row.locator("td")
    assert [side.evaluate("side => getComputedStyle(side, '::before').content") for side in sides.all()] == [
        '"Version 1"',
        '"Version 2"',
    ]
    expect(page.get_by_text("Paragraph 7 says what it has always said.")).to_have_count(2)
    assert [found.is_visible() for found in page.get_by_text("Paragraph 7 says").all()] == [False, True]


def test_on_paper_the_changes_stand_without_what_only_a_screen_can_do(
    visit: Callable[..., Page], two: None
) -> None:
    page = visit()
    page.goto(COMPARE)
    controls = [
        page.get_by_role("navigation", name="Ways to read the comparison"),
        page.get_by_role("link", name="Go to the first change"),
        page.get_by_role("button", name="Compare"),
        page.locator(".hop").first,
    ]
    for control in controls:
        expect(control).to_be_visible()

    page.emulate_media(media="print")

    for control in controls:
        expect(control).to_be_hidden()
    gone, added = page.locator("del", has_text="six").first, page.locator("ins", has_text="ten").first
    expect(gone).to_be_visible()
    expect(added).to_be_visible()
    assert "line-through" in line_of(gone)
    assert "underline" in line_of(added)
    expect(page.get_by_text("3 of 3 clauses changed")).to_be_visible()


def line_of(change: Locator) -> str:
    """Give the line that is drawn through or under a change."""
    return str(change.evaluate("change => getComputedStyle(change).textDecorationLine"))


def test_a_change_is_read_aloud_with_where_it_starts_and_ends(visit: Callable[..., Page], two: None) -> None:
    page = visit()

    page.goto(COMPARE)

    read = re.findall(r"(?:text|mark): (.+)", page.locator("#change-2").aria_snapshot())
    assert [words.strip('"') for words in read] == [
        "We keep orders for",
        *("Deleted:", "six", "end of deletion."),
        *("Inserted:", "ten", "end of insertion."),
        "years.",
    ]
