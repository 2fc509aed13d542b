"""Every page against WCAG 2.2 A and AA, in both schemes and on both widths, and under the keyboard."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from acceptance.tokens import reminders_token
from accounts.models import User
from demo import play
from notifications.models import Campaign
from policies import services
from policies.comparisons import Form
from policies.manuscript import read_manuscript
from policies.models import Policy, PolicyVersion
from records.services import ask_for_erasure

from .steps import DAY, NEW_BODY, accept, decline

pytestmark = [pytest.mark.browser, pytest.mark.look]

DESKTOP, PHONE, SMALLEST = 1280, 375, 320
# All that axe knows of WCAG; the size of targets is left out unless it is asked for.
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# Between the two schemes only colours differ, and between the two widths none.
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && inside;
  return {
    name: element.outerHTML.slice(0, 80),
    visible: visible,
    left: element === document.body,
  };
}"""


@dataclass(frozen=True)
class World:
    """A site in the middle of its work: one version in force, one announced, one being written."""

    visit: Callable[..., Page]
    people: dict[str, User]
    published: PolicyVersion
    draft: PolicyVersion


@pytest.fixture
def world(
    *,
    visit: Callable[..., Page],
    make_person: Callable[..., User],
    make_policy: Callable[..., Policy],
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
    author: User,
    approver: User,
    customer: User,
    now: datetime,
) -> World:
    """Give the world of the sample texts: with long words, tables, links, answers and notices."""
    policy = make_policy()
    make_version(policy, body=sample(1), published_at=now - 60 * DAY, effective_at=now - 29 * DAY)
    willing, unwilling = (make_person(name, date_joined=now - 10 * DAY) for name in ("ada", "bruno"))
    for person in (customer, willing, unwilling):
        accept(person, now)
    published = make_version(policy, body=sample(2), published_at=now - 2 * DAY, effective_at=now + 29 * DAY)
    call_command("run_notices", stdout=StringIO())
    accept(willing, now)
    decline(unwilling, now, note="I keep my shoes for longer than that.")
    draft = make_draft(policy, body=NEW_BODY, now=now, effective_at=now + 3 * DAY)
    return World(visit, {"customer": customer, "author": author, "approver": approver}, published, draft)


def sample(number: int) -> str:
    """Give the sample shop's English text of a version."""
    return read_manuscript(Path(play.TEXTS) / str(number) / "en.md").body


def public_pages(world: World) -> Iterator[tuple[str, Page]]:
    """Open, one after the other, the pages that everybody sees."""
    page = world.visit()
    policy = "/policies/privacy/"
    stopping = reverse("acceptance:stop_reminders", args=[reminders_token(world.people["customer"].pk)])
    for address in (
        "/",
        stopping,
        policy,
        f"{policy}versions/",
        f"{policy}versions/1/",
        f"{policy}versions/2/",
        *(f"{policy}compare/1...2/?form={form}" for form in Form),
        f"{policy}?in_force_at=yesterday",
        "/policies/unknown/",
        "/shop/",
        "/accounts/login/",
        "/accounts/login/code/",
    ):
        yield opened(page, address)
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    yield "the code", page
    page.get_by_label("Code").fill("WRONG")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist")).to_be_visible()
    yield "the code, refused", page


def own_pages(world: World) -> Iterator[tuple[str, Page]]:
    """Open the pages of a customer who is asked for an answer, and whom the banner reminds."""
    page = world.visit(world.people["customer"])
    for address in ("/shop/", "/shop/orders/", "/me/", "/desk/", "/accounts/logout/", "/policies/privacy/"):
        yield opened(page, address)
    yield opened(page, "/me/review/privacy/")
    # As a browser sends it that asks for nothing itself.
    page.locator(".answer form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "the review, refused", page
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_be_visible()
    yield "my page, thankful", page
    page.get_by_role("link", name="Read the receipt").first.click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    yield "the receipt", page
    yield opened(page, "/me/review/privacy/")
    for address in ("/me/withdraw/privacy/", "/me/details/", "/me/export/", "/me/erasure/"):
        yield opened(page, address)


def writing_pages(world: World) -> Iterator[tuple[str, Page]]:
    """Open the pages on which an author writes."""
    page = world.visit(world.people["author"])
    draft = f"/desk/versions/{world.draft.pk}/"
    for address in ("/desk/", "/desk/policies/new/", draft, f"{draft}changes/en/", f"{draft}texts/de/"):
        yield opened(page, address)
    yield opened(page, f"{draft}texts/en/")
    services.save_text(
        version_id=world.draft.pk, language="en", title="Privacy policy", summary="", body="Another text."
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Their text")).to_be_visible()
    yield "the text, written by two", page


def deciding_pages(world: World) -> Iterator[tuple[str, Page]]:
    """Open the pages on which an approver looks over, publishes, and sees what became of it."""
    page = world.visit(world.people["approver"])
    published = f"/desk/versions/{world.published.pk}/"
    names = ("report", "answers", "never-accepted", "campaign")
    reach = reverse("desk:reach", args=[Campaign.objects.get(version=world.published).pk])
    lists = [reach, "/desk/policies/privacy/report/", "/desk/webhooks/", "/desk/suppressions/"]
    lists += [f"{published}{name}/" for name in names]
    draft = f"/desk/versions/{world.draft.pk}/"
    for address in (draft, f"{draft}before/", "/desk/", *lists):
        yield opened(page, address)
    page.goto(published)
    page.get_by_role("link", name="Recall this version").click()
    expect(page.get_by_label("Reason for the recall")).to_be_visible()
    yield "before the recall", page


def keeping_pages(world: World) -> Iterator[tuple[str, Page]]:
    """Open the pages of who gives out evidence, enters answers, and decides about erasures."""
    counsel, customer = world.people["approver"], world.people["customer"]
    counsel.groups.add(*Group.objects.filter(name__in=("Data protection", "Support")))
    ask_for_erasure(person_id=customer.pk, now=timezone.now())
    page = world.visit(counsel)
    for address in ("/desk/evidence/", "/desk/erasures/", "/desk/holds/", "/desk/people/"):
        yield opened(page, address)
    yield opened(page, f"/desk/people/{customer.pk}/answers/")
    page.goto("/desk/governing/")
    page.get_by_label("E-mail address").fill(customer.email)
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("table")).to_be_visible()
    yield "the governing version, found", page


def opened(page: Page, address: str) -> tuple[str, Page]:
    """Open a page and wait until its scripts have done their part."""
    page.goto(address)
    if address.endswith("texts/en/"):
        expect(page.locator("#preview .text")).to_be_visible()
    return address, page


@pytest.mark.parametrize("walk", [public_pages, own_pages, writing_pages, deciding_pages, keeping_pages])
def test_no_page_breaks_a_rule_of_wcag(
    world: World, walk: Callable[[World], Iterator[tuple[str, Page]]]
) -> None:
    broken = {address: found for address, page in walk(world) if (found := broken_rules(page))}

    assert broken == {}


def test_the_keyboard_reaches_the_text_at_once(visit: Callable[..., Page], first: PolicyVersion) -> None:
    page = visit()
    page.goto("/policies/privacy/")

    page.keyboard.press("Tab")

    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()


def test_a_change_can_be_acknowledged_with_the_keyboard_alone(
    visit: Callable[..., Page], first: PolicyVersion, customer: User
) -> None:
    page = visit(customer)
    page.goto("/me/review/privacy/")

    page.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Reason, if you decline (optional)")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Thank you. Your answer is recorded.")


def broken_rules(page: Page) -> list[str]:
    """Give what is wrong with a page: by axe, when it is narrow, and under the Tab key."""
    page.evaluate(AXE_SCRIPT)
    return [
        *violations(page, WCAG, scheme="light", width=DESKTOP),
        *violations(page, WCAG, scheme="light", width=PHONE),
        *violations(page, CONTRAST, scheme="dark", width=PHONE),
        *sideways_scrolling(page),
        *unseen_stops(page),
    ]


def violations(
    page: Page, rules: dict[str, Any], *, scheme: Literal["light", "dark"], width: int
) -> list[str]:
    """Give what axe finds wrong: the rule, the element, and how to mend it."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = page.evaluate("rules => axe.run(rules)", rules)
    return [
        f"{scheme}, {width} px, {rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def sideways_scrolling(page: Page) -> Iterator[str]:
    """Say where the smallest screen is too narrow for a page (WCAG 1.4.10)."""
    page.set_viewport_size({"width": SMALLEST, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > SMALLEST:
        yield f"The page is {width} px wide on a screen of {SMALLEST}."


def unseen_stops(page: Page) -> Iterator[str]:
    """Walk through a page with the Tab key and name the stops where no focus is seen (WCAG 2.4.7)."""
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    page.evaluate("document.activeElement.blur()")
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["left"]:
            return
        if not focused["visible"]:
            yield f"The focus cannot be seen: {focused['name']}"
    yield "The Tab key never leaves the page."
