"""What the desk shows before a version is published: who is told, and the very mail that they will get."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, Letter, Notice, Suppression, SuppressionReason
from notifications.services import plan_campaigns, run_due
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from tests.acceptance.pages import elements, page, words
from tests.conftest import NOW

from .conftest import address, rows

pytestmark = pytest.mark.look

Drafts = Callable[..., PolicyVersion]
TEXTS = {"en": "We keep orders for eight years.", "de": "Wir behalten Bestellungen acht Jahre lang."}


@pytest.fixture
def people(make_person: Callable[..., User]) -> list[User]:
    """Give three people in the United States, two of whom read German, and two in Germany."""
    return [
        make_person("one"),
        make_person("two", language="de"),
        make_person("three", language="de"),
        make_person("four", country="DE", language="de"),
        make_person("five", country="DE", language="fr"),
    ]


@pytest.fixture
def approved(people: list[User], make_draft: Drafts, approver: User) -> PolicyVersion:
    """Give a draft in two languages that can be published."""
    draft = make_draft(bodies=TEXTS, effective_at=NOW + timedelta(days=40))
    services.approve_version(
        version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=NOW
    )
    return draft


def shown(browser: Client, draft: PolicyVersion, query: str = "") -> str:
    """Give the words of the page."""
    answer = browser.get(address("before_publication", draft.pk) + query)
    assert answer.status_code == 200
    return words(answer.content)


def publish_button(browser: Client, draft: PolicyVersion) -> list[str]:
    """Give what stands on the button that publishes, where there is one."""
    content = browser.get(address("before_publication", draft.pk)).content
    found = elements(page(content), f"//form[@action='{address('publish', draft.pk)}']//button")
    return [str(button.text_content()) for button in found]


def test_it_counts_who_is_told_what_by_the_rule_for_where_they_live(
    decider: Client, approved: PolicyVersion
) -> None:
    said = shown(decider, approved)

    assert "5 people are told." in said
    assert "this counts as acceptance" in said
    assert "we shall remind you on the site" in said
    assert publish_button(decider, approved) == ["Publish and tell 5 people"]


def test_whom_the_rule_does_not_tell_is_counted_apart(decider: Client, approved: PolicyVersion) -> None:
    NoticeRule.objects.filter(jurisdiction="EU").update(is_told=False, is_deemed_by_use=False)

    said = shown(decider, approved)

    assert "3 people are told." in said
    assert "2 are not, by the rule for where they live." in said
    assert "Nothing: the rule tells nobody." in said


def test_people_who_left_programs_and_who_join_after_it_takes_effect_are_not_counted(
    decider: Client, approved: PolicyVersion, make_person: Callable[..., User]
) -> None:
    make_person("gone", is_active=False)
    make_person("robot", is_service=True)
    make_person("later", date_joined=NOW + timedelta(days=41))

    assert "5 people are told." in shown(decider, approved)


def test_whom_no_mail_can_reach_is_counted_among_those_who_are_told(
    decider: Client, approved: PolicyVersion, people: list[User]
) -> None:
    Suppression.objects.create(address=people[0].email, reason=SuppressionReason.BOUNCE, created_at=NOW)
    User.objects.filter(pk=people[1].pk).update(email="")

    said = shown(decider, approved)

    assert "5 people are told." in said
    assert "2 of them can get no mail" in said


def test_a_reader_whose_own_address_takes_no_mail_sees_the_letter_all_the_same(
    decider: Client, approved: PolicyVersion, approver: User
) -> None:
    User.objects.filter(pk=approver.pk).update(email=f"{'x' * 70}@example.com")

    assert decider.get(address("before_publication", approved.pk)).status_code == 200
    assert decider.get(address("letter", approved.pk)).status_code == 200


def test_the_letters_are_listed_by_language_and_by_what_is_asked(
    decider: Client, approved: PolicyVersion
) -> None:
    content = decider.get(address("before_publication", approved.pk)).content

    listed = [
        " ".join(str(item.text_content()).split())
        for item in elements(page(content), "//section[@id='letter']//li")
    ]

    assert [entry.partition(":")[0] for entry in listed] == [
        "German, 2 people",
        "German, 1 person",
        "English, 1 person",
        "English, 1 person",
    ]


def test_the_letter_that_is_shown_is_the_one_that_people_get(
    decider: Client, approved: PolicyVersion, approver: User, people: list[User], mailbox: Sink
) -> None:
    place = address("letter", approved.pk)
    letters = [decider.get(f"{place}?letter={at}&as=eml").content for at in range(4)]
    services.publish_version(version_id=approved.pk, published_by=approver, now=NOW)
    plan_campaigns(now=NOW)
    run_due(clock=lambda: NOW)

    samples = sorted(body_of(letter) for letter in letters)
    sent = sorted(body_of(message.as_bytes()) for message in mailbox.messages())

    # Two people get the same one.
    assert len(sent) == len(people)
    assert [letter for at, letter in enumerate(sent) if letter not in sent[:at]] == samples


def body_of(message: bytes) -> tuple[str, list[str]]:
    """Give the subject and the lines of the plain text of a message."""
    read = message_from_bytes(message, policy=default)
    body = read.get_body(("plain",))
    assert body
    return str(read["Subject"]), str(body.get_content()).splitlines()


def test_a_letter_can_neither_run_nor_load_nor_be_framed(decider: Client, approved: PolicyVersion) -> None:
    answer = decider.get(address("letter", approved.pk))

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in answer.content.decode()


def test_looking_writes_nothing_and_costs_the_same_for_any_number_of_people(
    decider: Client, approved: PolicyVersion, make_person: Callable[..., User]
) -> None:
    place = address("before_publication", approved.pk)
    decider.get(place)
    before = rows()
    with CaptureQueriesContext(connection) as few:
        decider.get(place)
    for number in range(20):
        make_person(f"more{number}")

    with CaptureQueriesContext(connection) as many:
        decider.get(place)

    assert len(few) == len(many)
    assert rows() == before
    assert not any(model.objects.exists() for model in (Campaign, Letter, Notice))


def test_a_draft_that_says_nothing_yet_says_what_is_missing(
    decider: Client, writer: Client, draft: PolicyVersion
) -> None:
    PolicyVersion.objects.filter(pk=draft.pk).update(effective_at=None)

    assert "once a text is written and the effective moment is chosen" in shown(decider, draft)
    assert publish_button(decider, draft) == []
    assert decider.get(address("letter", draft.pk)).status_code == 404


def test_who_may_not_publish_sees_everything_and_no_button(writer: Client, approved: PolicyVersion) -> None:
    assert "5 people are told." in shown(writer, approved)
    assert publish_button(writer, approved) == []


def test_a_published_version_has_no_such_page(decider: Client, published: PolicyVersion) -> None:
    assert decider.get(address("before_publication", published.pk)).status_code == 404


@pytest.mark.parametrize(
    "query", ["?letter=99", "?letter=-1", "?letter=x", "?letter=", "?letter=²", "?letter=" + "9" * 5000]
)
def test_a_letter_that_is_not_there_is_the_first_one(
    decider: Client, approved: PolicyVersion, query: str
) -> None:
    assert shown(decider, approved, query) == shown(decider, approved)


def test_an_editorial_change_that_changes_a_duration_is_remarked_on(
    decider: Client, published: PolicyVersion, make_draft: Drafts
) -> None:
    harmless = make_draft(body="We keep orders for six years!", change_class=ChangeClass.EDITORIAL)
    understated = make_draft(body="We keep orders for ten years.", change_class=ChangeClass.EDITORIAL)
    honest = make_draft(body="We keep orders for ten years.")

    remarked = [
        "calls itself editorial" in words(decider.get(address("version", found.pk)).content)
        for found in (harmless, understated, honest)
    ]

    assert remarked == [False, True, False]
