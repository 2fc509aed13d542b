"""What people do on the site, step by step, as the tests tell it."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

from playwright.sync_api import Page, expect

from acceptance.reviews import form_for, review_of
from acceptance.selectors import facts_of
from acceptance.services import Request, record_act
from accounts.models import User
from demo.sink import Sink
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import PolicyVersion

DAY = timedelta(days=1)
OLD = "We keep orders for six years."
NEW = "We keep orders for ten years."
NEW_BODY = f"## Orders\n\n{NEW}\n\n## Contact\n\nWrite to us at any time."
SUMMARY = "We keep your orders four years longer."
CODE = re.compile(r"^\s*([A-Z0-9]+(?:-[A-Z0-9]+)?)\s*$", re.MULTILINE)


def write_a_second_version(desk: Page, now: datetime) -> int:
    """Write version 2 at the desk and ask for review, as an author does; gives the draft's key."""
    desk.goto("/desk/")
    desk.get_by_role("button", name="Start a draft").click()
    desk.get_by_role("link", name="Write – English").click()
    preview = desk.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(OLD)
    desk.get_by_label("Text:").fill(NEW_BODY)
    expect(preview).to_contain_text(NEW)
    desk.get_by_label("Summary of changes:").fill(SUMMARY)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status")).to_have_text("The text is saved.")
    describe_the_change(desk, now + 10 * DAY)
    expect(desk.get_by_text("The notice period is too short")).to_contain_text("30 days")
    describe_the_change(desk, now + 31 * DAY)
    expect(desk.get_by_text("The notice period is too short")).to_have_count(0)
    desk.get_by_role("button", name="Ask for review").click()
    expect(desk.get_by_role("status")).to_have_text("The draft is in review.")
    return key_in(desk.url)


def describe_the_change(desk: Page, effective_at: datetime) -> None:
    """Say at the desk why the change is made, and that it takes effect on this day at noon."""
    desk.get_by_label("Class of change:").select_option("MATERIAL")
    desk.get_by_label("Reason:", exact=True).fill("The tax law asks for it.")
    desk.get_by_label("Takes effect:").fill(f"{effective_at:%Y-%m-%d}T12:00")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("status")).to_have_text("The draft is saved.")


def approve_and_publish(desk: Page, draft: int) -> None:
    """Approve and publish a draft at the desk, as another person does."""
    desk.goto("/desk/")
    desk.get_by_role("link", name=f"draft {draft}", exact=True).click()
    desk.get_by_role("button", name="Approve this text").click()
    expect(desk.get_by_role("status")).to_have_text("You approved this text.")
    desk.get_by_role("link", name="Look over and publish").click()
    expect(desk.get_by_role("heading", name="What the mail says")).to_be_visible()
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_role("status")).to_have_text(
        "The version is published. Everyone concerned is being told."
    )


def follow_the_review_link(reader: Page, letter: EmailMessage) -> None:
    """Open the link under which a letter asks for an answer."""
    body = letter.get_body(("plain",))
    assert body is not None
    link = re.search(r"http\S+/me/review/\S+", body.get_content())
    assert link is not None
    reader.goto(link[0])


def sign_in_by_code(reader: Page, address: str, mailbox: Sink) -> None:
    """Sign in as somebody who has no password: with the code that the site sends."""
    reader.get_by_role("link", name="No password? Have a code sent to your address").click()
    reader.get_by_label("Email").fill(address)
    reader.get_by_role("button", name="Send me a code").click()
    field = reader.get_by_label("Code")
    expect(field).to_be_visible()
    body = mailbox.messages()[-1].get_body(("plain",))
    assert body is not None
    code = CODE.search(body.get_content())
    assert code is not None
    field.fill(code[1])
    reader.get_by_role("button", name="Sign in").click()


def answer(reader: Page) -> None:
    """Tick the statement of the review page and press its button."""
    reader.get_by_role("checkbox").check()
    reader.get_by_role("button", name="Acknowledge").click()


def accept(person: User, now: datetime) -> None:
    """Let a person accept what they are asked, without a browser."""
    put(person, now, accepts=True)


def decline(person: User, now: datetime, *, note: str) -> None:
    """Let a person decline what they are asked, without a browser."""
    put(person, now, accepts=False, note=note)


def put(person: User, now: datetime, *, accepts: bool, note: str = "") -> None:
    """Record what a person does about the newest version of the privacy policy."""
    found = review_of(facts_of(person), "privacy", "en", at=now)
    assert found is not None
    record_act(
        person=person,
        form=form_for(person, found),
        shown=found.shown,
        accepts=accepts,
        note=note,
        request=Request(ip="192.0.2.7", user_agent="test"),
        now=now,
    )


def approve(draft: PolicyVersion, approver: User, now: datetime) -> None:
    """Approve a draft as it stands."""
    services.approve_version(
        version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=now
    )


def key_in(address: str) -> int:
    """Give the key of the version in an address of the desk."""
    found = re.search(r"/desk/versions/(\d+)/", address)
    assert found is not None
    return int(found[1])
