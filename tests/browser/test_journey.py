"""The whole job in a real browser, from the desk to a person's own page."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from acceptance.models import Act, ActKind
from accounts.models import User
from demo.sink import Sink
from policies.models import PolicyVersion

from .steps import (
    DAY,
    NEW,
    NEW_BODY,
    SUMMARY,
    accept,
    answer,
    approve,
    approve_and_publish,
    describe_the_change,
    follow_the_review_link,
    key_in,
    sign_in_by_code,
    write_a_second_version,
)

pytestmark = [pytest.mark.look, pytest.mark.browser]


def test_a_change_goes_from_the_desk_to_an_acknowledgement(
    *,
    visit: Callable[..., Page],
    first: PolicyVersion,
    author: User,
    approver: User,
    customer: User,
    mailbox: Sink,
    now: datetime,
) -> None:
    accept(customer, now)

    draft = write_a_second_version(visit(author), now)
    approve_and_publish(visit(approver), draft)
    call_command("run_notices", stdout=StringIO())
    letter = mailbox.messages()[-1]
    reader = visit()
    follow_the_review_link(reader, letter)
    sign_in_by_code(reader, customer.email, mailbox)

    published = PolicyVersion.objects.get(number=2)
    assert published.published_at
    assert published.effective_at
    assert published.effective_at - published.published_at >= timedelta(days=30)
    notice, code = mailbox.messages()
    assert notice["To"] == code["To"] == customer.email
    expect(reader).to_have_url(re.compile(r"/me/review/privacy/"))
    expect(reader.get_by_role("heading", name="What changes since version 1")).to_be_visible()
    assert [heard(change) for change in reader.locator("del, ins").all()] == [
        ["Deleted:", "six", "end of deletion."],
        ["Inserted:", "ten", "end of insertion."],
    ]
    expect(reader.get_by_role("checkbox")).not_to_be_checked()

    reader.get_by_role("button", name="Acknowledge").click()

    # The browser leads to the box that is not ticked.
    expect(reader.get_by_role("checkbox")).to_be_focused()
    expect(reader.get_by_role("checkbox")).not_to_be_checked()
    assert not Act.objects.filter(version=published).exists()

    reader.get_by_label("I have seen version 2 of “Privacy policy” and what it changes.").check()
    reader.get_by_role("button", name="Acknowledge").click()

    expect(reader).to_have_url(re.compile(r"/me/$"))
    act = Act.objects.get(version=published)
    assert (act.user, act.kind, act.text.sha256) == (customer, ActKind.ACKNOWLEDGED, digest_of(published))
    row = reader.get_by_role("row").filter(has_text="version 2")
    expect(row).to_contain_text("acknowledged")
    expect(row).to_contain_text(act.text.sha256[:12])
    desk = visit(approver)
    desk.goto(f"/desk/versions/{published.pk}/answers/")
    expect(desk.get_by_role("row").filter(has_text=customer.email)).to_contain_text("acknowledged")
    desk.goto(f"/desk/versions/{published.pk}/campaign/")
    assert figure(desk, "notices") == figure(desk, "accepted") == "1"


def test_a_form_from_before_the_publication_records_nothing_and_shows_the_new_text(
    *,
    visit: Callable[..., Page],
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approver: User,
    customer: User,
    now: datetime,
) -> None:
    draft = make_draft(body=NEW_BODY, now=now)
    approve(draft, approver, now)
    reader = visit(customer)
    reader.goto("/me/review/privacy/")
    reader.get_by_label("I have seen version 1").check()

    desk = visit(approver)
    desk.goto(f"/desk/versions/{draft.pk}/before/")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_role("status")).to_contain_text("The version is published.")
    reader.get_by_role("button", name="Acknowledge").click()

    expect(reader.get_by_role("alert")).to_have_text(
        "A newer version was published while you were reading. Nothing was recorded; this is the new text."
    )
    expect(reader.get_by_role("region", name="The full text")).to_contain_text(NEW)
    expect(reader.get_by_label("I have seen version 2")).not_to_be_checked()
    assert not Act.objects.exists()


def test_a_customer_is_asked_in_a_banner_within_the_days_of_grace(
    visit: Callable[..., Page],
    make_version: Callable[..., PolicyVersion],
    customer: User,
    now: datetime,
) -> None:
    make_version(published_at=now - 40 * DAY, effective_at=now - 5 * DAY)
    reader = visit(customer)

    reader.goto("/shop/")

    expect(reader).to_have_url(re.compile(r"/shop/$"))
    banner = reader.get_by_role("complementary", name="Please review")
    expect(banner).to_contain_text("Privacy policy has a new version.")

    banner.get_by_role("link", name="Review").click()
    answer(reader)

    expect(reader).to_have_url(re.compile(r"/shop/$"))
    expect(reader.get_by_role("status")).to_have_text("Thank you. Your answer is recorded.")
    expect(banner).to_have_count(0)


def test_after_the_days_of_grace_a_customer_is_led_to_the_review_page_and_back(
    visit: Callable[..., Page], first: PolicyVersion, customer: User
) -> None:
    reader = visit(customer)

    reader.goto("/shop/")

    expect(reader).to_have_url(re.compile(r"/me/review/privacy/\?next=%2Fshop%2F$"))
    assert not Act.objects.exists()

    answer(reader)

    expect(reader).to_have_url(re.compile(r"/shop/$"))
    expect(reader.get_by_role("heading", name="Shoes for every path")).to_be_visible()


def test_order_history_and_sign_out_stay_open_when_the_gate_is_closed(
    visit: Callable[..., Page], first: PolicyVersion, customer: User
) -> None:
    reader = visit(customer)

    reader.goto("/shop/orders/")
    expect(reader.get_by_role("heading", name="My orders")).to_be_visible()
    reader.get_by_role("link", name="Sign out").click()
    reader.get_by_role("button", name="Sign out").click()

    expect(reader.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_journey_needs_no_script(
    *,
    visit: Callable[..., Page],
    first: PolicyVersion,
    author: User,
    approver: User,
    customer: User,
    mailbox: Sink,
    now: datetime,
) -> None:
    accept(customer, now)
    desk = visit(author, java_script_enabled=False)
    desk.goto("/desk/")
    desk.get_by_role("button", name="Start a draft").click()
    desk.get_by_role("link", name="Write – English").click()

    desk.get_by_label("Text:").fill(NEW_BODY)
    desk.get_by_label("Summary of changes:").fill(SUMMARY)
    desk.get_by_role("button", name="Preview").click()

    expect(desk.get_by_role("region", name="Preview")).to_contain_text(NEW)
    expect(desk.get_by_label("Text:")).to_have_value(NEW_BODY)

    desk.get_by_role("button", name="Save").click()
    describe_the_change(desk, now + 31 * DAY)
    approve_and_publish(visit(approver, java_script_enabled=False), key_in(desk.url))
    call_command("run_notices", stdout=StringIO())
    letter = mailbox.messages()[-1]
    reader = visit(java_script_enabled=False)
    follow_the_review_link(reader, letter)
    sign_in_by_code(reader, customer.email, mailbox)
    expect(reader.locator("ins")).to_contain_text("ten")
    answer(reader)

    expect(reader.get_by_role("row").filter(has_text="version 2")).to_contain_text("acknowledged")
    assert Act.objects.get(version__number=2).user == customer


def test_a_customer_can_decline_and_say_why(
    visit: Callable[..., Page], first: PolicyVersion, approver: User, customer: User
) -> None:
    reader = visit(customer)
    reader.goto("/me/review/privacy/")

    reader.get_by_label("Reason, if you decline (optional)").fill("Six years are too long.")
    reader.get_by_role("button", name="Decline").click()

    expect(reader.get_by_text("You declined the newest version.")).to_be_visible()
    desk = visit(approver)
    desk.goto(f"/desk/versions/{first.pk}/answers/")
    expect(desk.get_by_role("row").filter(has_text=customer.email)).to_contain_text("Six years are too long.")


def digest_of(version: PolicyVersion) -> str:
    """Give the digest of a version's English text."""
    return version.texts.get(language="en").sha256


def heard(change: Locator) -> list[str]:
    """Give a change as the browser hands it to what reads aloud."""
    return re.findall(r'(?:text|mark): "?([^"\n]+)', change.aria_snapshot())


def figure(desk: Page, name: str) -> str:
    """Give the figure with this name."""
    found = desk.locator(".figures div").filter(has=desk.get_by_text(name, exact=True))
    return found.get_by_role("definition").inner_text()
