"""A notice on the smallest screen (WCAG 1.4.10): nothing in it is wider, however long its words are."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from playwright.sync_api import Page

from accounts.models import User
from notifications.emails import sample
from policies.models import PolicyVersion
from policies.selectors import load_rule_book, register_if_published
from policies.services import save_text
from tests.conftest import NOW
from tests.notifications.letters import Letter

SMALLEST = 320
LONG = "Allgemeine Nutzungsbedingungen für Rindfleischetikettierungsüberwachungsaufgaben"


def test_long_words_and_addresses_break(
    visit: Callable[..., Page],
    alice: User,
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
) -> None:
    make_version()
    later = NOW + timedelta(days=60)
    draft = make_draft(now=later)
    address = f"https://www.fernhill.example/{'privacy-request-' * 8}"
    save_text(
        version_id=draft.pk, language="en", title=LONG, summary=address, body=f"{LONG}. See <{address}>."
    )
    register = register_if_published(draft, now=later)
    entry = register.by_id[draft.pk]
    message = sample(
        entry, register, load_rule_book().demand(entry.kind, entry.change_class, "US"), alice, "en"
    )

    page = visit()
    page.set_viewport_size({"width": SMALLEST, "height": 640})
    page.set_content(Letter(message_from_bytes(message, policy=default)).html)

    assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST
