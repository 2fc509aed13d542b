"""The letter of a reminder: that it is one, how long is left, and how to get no more of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from acceptance.models import ReminderChoice
from accounts.models import User
from demo.sink import Sink
from notifications.emails import rebuilt
from notifications.models import Notice, Wave
from notifications.services import plan_campaigns, run_due
from policies.models import NoticeRule, PolicyVersion
from tests.conftest import NOW

from .letters import Letter, folded, letter_to
from .records import at

pytestmark = pytest.mark.once

DAY = timedelta(days=1)
SITE = "http://127.0.0.1:8000"
STOP = f"{SITE}/me/reminders/"
BODIES = {
    "en": "We keep orders for six years.",
    "de": "Wir behalten Bestellungen sechs Jahre lang.",
    "fr": "Nous conservons les commandes six ans.",
}


def reminder_to(person: User, mailbox: Sink, *, now: datetime = NOW + 14 * DAY) -> Letter:
    """Announce the version at NOW, and give the reminder that `person` gets at `now`."""
    for moment in (NOW, now):
        plan_campaigns(now=moment)
        run_due(clock=at(moment))
    (_announcement, found) = [message for message in mailbox.messages() if message["To"] == person.email]
    return Letter(found)


def test_the_subject_says_that_it_is_a_reminder_and_how_long_is_left(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    subject = reminder_to(alice, mailbox).subject

    assert subject == (
        "Fernhill Shoes: Reminder: Privacy policy, 17 days left to answer (until April 2, 2026)"
    )


def test_both_forms_say_how_long_is_left_until_when_and_what_to_do(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    letter = reminder_to(alice, mailbox)

    for words in (folded(letter.text), letter.words):
        assert "You have 17 days left to answer, until April 2, 2026, 11 a.m. CEST." in words
        assert "The version takes effect on April 2, 2026, 11 a.m. CEST." in words
        assert "We ask you to acknowledge it." in words
        assert "We keep orders for longer." in words
        assert "privacy@fernhill.example" in words
        assert "@@" not in words


def test_the_text_stands_alone_with_every_link(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    letter = reminder_to(alice, mailbox)
    lines = letter.text.splitlines()

    assert f"{SITE}/me/review/privacy/?language=en" in lines
    assert f"{SITE}/policies/privacy/versions/1/?language=en" in lines
    (stop,) = [line for line in lines if line.startswith(STOP)]
    assert letter.message["List-Unsubscribe"] == f"<{stop}>"
    assert {line for line in lines if line.startswith(SITE)} <= letter.links
    assert BODIES["en"] in str(letter.part("text/markdown").get_content())


@pytest.mark.parametrize(
    ("days", "says", "subject"),
    [
        (16, "You have 1 day left to answer, until April 16", "1 day left to answer (until April 16, 2026)"),
        (17, "Today is the last day to answer, until April 16", "last day to answer (April 16, 2026)"),
        (18, "The time to answer ended on April 16", "the time to answer ended on April 16, 2026"),
    ],
)
def test_after_effect_the_days_of_grace_are_what_is_left(
    alice: User, version: PolicyVersion, mailbox: Sink, days: int, says: str, subject: str
) -> None:
    effect = NOW + 31 * DAY
    NoticeRule.objects.filter(jurisdiction="*").update(reminder_days=[40])

    letter = reminder_to(alice, mailbox, now=effect + (days - 3) * DAY - timedelta(hours=1))

    assert letter.subject.endswith(subject)
    for words in (folded(letter.text), letter.words):
        assert says in words
        assert "The version has been in force since April 2, 2026, 11 a.m. CEST." in words


def test_who_owes_an_answer_to_an_earlier_version_is_told_whose_time_it_was_that_ended(
    alice: User, make_version: Callable[..., PolicyVersion], mailbox: Sink
) -> None:
    make_version(published_at=NOW - 300 * DAY, effective_at=NOW - 270 * DAY)
    make_version(bodies={"en": "We keep orders for ten years."})

    for moment in (NOW, NOW + 14 * DAY):
        plan_campaigns(now=moment)
        run_due(clock=at(moment))

    letter = Letter(mailbox.messages()[-1])
    assert letter.subject == "Fernhill Shoes: Reminder: Privacy policy, please answer"
    for words in (folded(letter.text), letter.words):
        assert "Please answer now. The time to answer an earlier version ended on June 19, 2025" in words
        assert "The version takes effect on April 2, 2026, 11 a.m. CEST." in words


def test_where_use_is_no_acceptance_there_is_time_until_the_gate_closes(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    NoticeRule.objects.filter(jurisdiction="*").update(is_deemed_by_use=False)

    letter = reminder_to(alice, mailbox)

    assert "You have 31 days left to answer, until April 16, 2026, 11 a.m. CEST." in folded(letter.text)


@pytest.mark.parametrize(
    ("language", "subject", "sentence", "stop"),
    [
        (
            "de",
            (
                "Fernhill Shoes: Erinnerung: Privacy policy,"
                " noch 17 Tage Zeit zu antworten (bis zum 2. April 2026)"
            ),
            "Sie haben noch 17 Tage Zeit zu antworten, bis zum 2. April 2026 11:00 CEST.",
            "Sie möchten keine Erinnerungen mehr?",
        ),
        (
            "fr",
            "Fernhill Shoes : rappel : Privacy policy, 17 jours pour répondre (jusqu’au 2 avril 2026)",
            "Il vous reste 17 jours pour répondre, jusqu’au 2 avril 2026 11:00 CEST.",
            "Vous ne voulez plus de rappels ?",
        ),
    ],
)
def test_people_are_reminded_in_their_own_language(
    make_person: Callable[..., User],
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    language: str,
    subject: str,
    sentence: str,
    stop: str,
) -> None:
    make_version(bodies=BODIES)
    reader = make_person("reader", language=language)

    letter = reminder_to(reader, mailbox)

    assert folded(letter.subject) == subject
    assert letter.message["Content-Language"] == language
    assert letter.page.get("lang") == language
    for words in (folded(letter.text), letter.words):
        assert sentence in words
        assert stop in words


def test_the_mail_program_can_stop_reminders_in_one_click(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    message = reminder_to(alice, mailbox).message
    address = str(message["List-Unsubscribe"]).strip("<>").removeprefix(SITE)

    opened = Client().get(address).status_code
    before = ReminderChoice.objects.count()
    posted = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (opened, before, posted.status_code) == (200, 0, 200)
    assert ReminderChoice.objects.get().user == alice


def test_the_announcement_cannot_be_declined_and_has_no_such_headers(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    letter = letter_to(alice, mailbox)

    assert letter.message["List-Unsubscribe"] is None
    assert letter.message["List-Unsubscribe-Post"] is None
    assert STOP not in letter.text + letter.html


def test_an_address_of_the_web_stands_behind_the_site_s_own(
    alice: User, version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    settings.SITE_URL = "https://shop.example"

    message = reminder_to(alice, mailbox).message

    assert str(message["List-Unsubscribe"]).startswith("<https://shop.example/me/reminders/")


def test_a_reminder_is_rebuilt_byte_for_byte(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    reminder_to(alice, mailbox)
    announcement, reminder = Notice.objects.select_related("letter").order_by("pk")

    sent = {
        str(message["Message-ID"]): file
        for message, file in zip(mailbox.messages(), mailbox.files(), strict=True)
    }

    assert reminder.wave == Wave.FIRST_REMINDER
    assert reminder.message_id != announcement.message_id
    for notice in (announcement, reminder):
        assert sent[notice.message_id].read_bytes() == rebuilt(notice)
