"""Before a version is recalled: what holds then, who is told, the very mail, and the button."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from demo.sink import Sink
from notifications.services import plan_campaigns, run_due
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.acceptance.pages import words
from tests.acceptance.records import answer
from tests.conftest import NOW
from tests.notifications.records import at

from .conftest import address, rows

pytestmark = pytest.mark.look

DAY = timedelta(days=1)


@pytest.fixture
def told(alice: User, bob: User, published: PolicyVersion, mailbox: Sink) -> PolicyVersion:
    """Give version 1, of which Alice and Bob were told, and nobody else is here."""
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    return published


def shown(browser: Client, version: PolicyVersion, query: str = "") -> str:
    """Give the words of the page."""
    return words(browser.get(address("before_recall", version.pk) + query).content)


def test_the_page_of_a_version_leads_there_and_recalls_nothing(
    decider: Client, published: PolicyVersion
) -> None:
    before = rows()

    page = decider.get(address("version", published.pk)).content.decode()
    text = shown(decider, published)

    assert address("before_recall", published.pk) in page
    assert address("recall", published.pk) not in page
    assert "A recall cannot be taken back: publish a new version instead." in text
    assert rows() == before


def test_it_says_whom_it_tells_and_shows_the_very_mail(
    decider: Client, told: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    text = shown(decider, told)

    # The approver and the author have accounts of their own, and joined later than the version takes effect.
    assert "2 people were told of this version, or may have been. Those of them who still" in text
    assert "Recall and tell up to 2 people" in text
    assert "No version of this document applies." in text
    recall_version(version_id=told.pk, reason="Wrong.", recalled_by=approver, now=NOW)
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    subjects = [message["Subject"] for message in mailbox.messages()]
    assert "Fernhill Shoes: Privacy policy, version 1 is withdrawn" in subjects
    assert "Fernhill Shoes: Privacy policy, version 1 is withdrawn" in text


def test_what_holds_then_and_what_still_comes_is_said(
    decider: Client, published: PolicyVersion, make_version: Callable[..., PolicyVersion]
) -> None:
    second = make_version(body="Another.", effective_at=NOW + 40 * DAY)
    third = make_version(body="A third.", effective_at=NOW + 50 * DAY)

    text = shown(decider, second)

    assert "No version: the page of the policy says that none is in force." in text
    assert "Version 1 still takes effect" in text
    assert "Version 3 still takes effect" in text
    assert "Version 2 still takes effect" not in text
    assert third.number == 3


def test_recalling_what_is_over_changes_nothing_of_what_holds(
    decider: Client, make_version: Callable[..., PolicyVersion]
) -> None:
    first = make_version(published_at=NOW - 90 * DAY, effective_at=NOW - 59 * DAY)
    make_version(published_at=NOW - 50 * DAY, effective_at=NOW - 19 * DAY, body="Another.")

    text = shown(decider, first)

    assert "Version 2, as now." in text


def test_answers_that_count_no_more_are_counted(
    decider: Client, published: PolicyVersion, alice: User
) -> None:
    answer(alice, at=NOW)

    assert "1 answer to this version counts no more" in shown(decider, published)


def test_nobody_is_told_where_nobody_was(decider: Client, published: PolicyVersion, alice: User) -> None:
    plan_campaigns(now=NOW)

    text = shown(decider, published)

    assert "1 notice of this version is still to be sent, and stays unsent." in text
    assert "Nobody, because nobody was told of this version by mail." in text
    assert "Recall and tell" not in text


def test_what_was_recalled_offers_no_second_recall(
    decider: Client, published: PolicyVersion, approver: User
) -> None:
    recall_version(version_id=published.pk, reason="Wrong.", recalled_by=approver, now=NOW)

    text = shown(decider, published)

    assert "This version is recalled already." in text
    assert "Reason for the recall" not in text


def test_a_draft_has_no_such_page(decider: Client, draft: PolicyVersion) -> None:
    assert decider.get(address("before_recall", draft.pk)).status_code == 404
