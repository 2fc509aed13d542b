"""What the desk says first: what waits, for whom it concerns, the urgent first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from acceptance.models import ExposureKind
from acceptance.services import count_people, record_exposures
from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignKind, EventSource, MailEventKind, Notice
from notifications.services import pause_campaign, plan_campaigns, record_event, run_due
from policies import services
from policies.models import ChangeClass, PolicyVersion
from policies.services import recall_version
from records.models import ErasureRequest
from tests.acceptance.pages import elements, page
from tests.conftest import NOW

from .conftest import address

DAY = timedelta(days=1)


def waiting(browser: Client) -> dict[str, str]:
    """Give what waits, each sentence with the page that it leads to."""
    links = elements(page(browser.get(address("overview")).content), "//section//li/a")
    return {str(link.text_content()): str(link.get("href")) for link in links}


def asked_to_be_erased(person: User, *, due_at_day: int) -> ErasureRequest:
    """Let a person ask to be erased, with an answer due so many days from NOW."""
    due_at = NOW + due_at_day * DAY
    return ErasureRequest.objects.create(person=person, asked_at=due_at - 30 * DAY, due_at=due_at)


def test_where_nothing_waits_nothing_is_said(decider: Client, draft: PolicyVersion) -> None:
    assert waiting(decider) == {}


def test_a_draft_that_waits_for_approval_is_named_to_those_who_may_give_it(
    writer: Client, decider: Client, approver: User, draft: PolicyVersion
) -> None:
    services.ask_for_review(version_id=draft.pk, now=NOW)
    asked = {f"Privacy policy: draft {draft.pk} waits for approval.": address("version", draft.pk)}
    assert (waiting(writer), waiting(decider)) == ({}, asked)

    draft.refresh_from_db()
    services.approve_version(version_id=draft.pk, approver=approver, fingerprint=draft.fingerprint, now=NOW)

    assert waiting(decider) == {}


def test_notices_that_reached_nobody_are_counted_and_lead_to_who_it_was(
    decider: Client, alice: User, bob: User, published: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=lambda: NOW)
    notice = Notice.objects.get(user=alice)
    record_event(
        notice_id=notice.pk,
        kind=MailEventKind.BOUNCED,
        status="5.1.1",
        diagnostic="",
        source=EventSource.PIPE,
        digest="a" * 64,
        now=NOW,
    )

    assert waiting(decider) == {
        "Privacy policy, version 1: 1 notice reached nobody by mail.": address("reach", notice.campaign_id)
    }


def test_notices_that_are_still_to_go_out_are_counted(
    decider: Client, alice: User, published: PolicyVersion
) -> None:
    plan_campaigns(now=NOW)

    assert waiting(decider) == {
        "Privacy policy, version 1: the mail server has accepted 0 of 1 notices.": address(
            "campaign", published.pk
        )
    }


@pytest.mark.parametrize(
    ("is_paused", "sentence"),
    [
        (
            False,
            "Privacy policy, version 1 was recalled: the mail server has accepted 0 of 1 corrections.",
        ),
        (
            True,
            "Privacy policy, version 1 was recalled: the corrections are paused, with 1 still to be sent.",
        ),
    ],
)
def test_a_correction_is_named_as_one(
    decider: Client,
    alice: User,
    published: PolicyVersion,
    approver: User,
    mailbox: Sink,
    is_paused: bool,  # noqa: FBT001 - pytest's parameter
    sentence: str,
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=lambda: NOW)
    recall_version(version_id=published.pk, recalled_by=approver, reason="A mistake.", now=NOW)
    plan_campaigns(now=NOW)
    if is_paused:
        correction = Campaign.objects.get(kind=CampaignKind.CORRECTION)
        pause_campaign(campaign_id=correction.pk, reason="Wait.", now=NOW)

    assert waiting(decider) == {sentence: address("campaign", published.pk)}


def test_answers_that_are_outstanding_are_those_counted_last(
    decider: Client, alice: User, charlie: User, published: PolicyVersion
) -> None:
    count_people(now=NOW)

    assert waiting(decider) == {
        "Privacy policy, version 1: the answers of 2 people are outstanding.": address("report", published.pk)
    }


def test_what_a_version_asks_stays_outstanding_when_a_newer_one_asks_nothing(
    decider: Client, alice: User, published: PolicyVersion, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(
        change_class=ChangeClass.EDITORIAL, body="We keep orders for six years!", effective_at=NOW + 40 * DAY
    )
    record_exposures(user_id=alice.pk, version_ids=[published.pk], kind=ExposureKind.SHOWN, now=NOW)
    count_people(now=NOW)

    assert list(waiting(decider)) == ["Privacy policy, version 1: the answer of 1 person is outstanding."]


def test_paused_notices_and_answers_that_are_overdue_come_first(
    client_of: Callable[[User], Client], approver: User, alice: User, bob: User, published: PolicyVersion
) -> None:
    approver.groups.add(Group.objects.get(name="Data protection"))
    plan_campaigns(now=NOW)
    count_people(now=NOW)
    pause_campaign(campaign_id=Campaign.objects.get().pk, reason="Paused at the desk.", now=NOW)
    asked_to_be_erased(alice, due_at_day=20)
    in_time = list(waiting(client_of(approver)))
    asked_to_be_erased(bob, due_at_day=-1)

    late = list(waiting(client_of(approver)))

    paused = "Privacy policy, version 1: the notices are paused, with 2 still to be sent."
    outstanding = "Privacy policy, version 1: the answers of 2 people are outstanding."
    assert in_time[0] == paused
    assert set(in_time[1:]) == {
        outstanding,
        "1 request to be erased is open; an answer is due by March 22, 2026.",
    }
    assert set(late[:2]) == {
        paused,
        "2 requests to be erased are open; the first answer is due by March 1, 2026.",
    }
    assert late[2:] == [outstanding]


def test_who_asked_to_be_erased_concerns_only_those_who_decide(decider: Client, alice: User) -> None:
    asked_to_be_erased(alice, due_at_day=20)

    assert waiting(decider) == {}


def test_it_makes_as_many_queries_for_many_campaigns_as_for_one(
    decider: Client, alice: User, published: PolicyVersion, make_version: Callable[..., PolicyVersion]
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            waiting(decider)
        return len(captured)

    plan_campaigns(now=NOW)
    one = count()
    for number in range(3):
        make_version(body=f"We keep orders for {number} years.", effective_at=NOW + (40 + number) * DAY)
    plan_campaigns(now=NOW)

    assert Campaign.objects.count() == 4
    assert count() == one
