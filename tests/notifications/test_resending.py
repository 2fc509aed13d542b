"""What stayed unknown for a day is sent again once, by setting, and never on a guess before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.emails import rebuilt
from notifications.models import (
    Campaign,
    CampaignState,
    Chunk,
    EventSource,
    MailEventKind,
    Notice,
    NoticeState,
    Suppression,
)
from notifications.services import (
    plan_campaigns,
    reap_leases,
    record_event,
    resend_unknown,
    run_due,
    suppress_address,
)
from notifications.services.claiming import settle
from notifications.services.control import cancel_campaign
from notifications.services.settling import count_chunk, settlement
from notifications.services.skipping import MOVED, NO_COPY
from notifications.services.working import LEASE, due_people
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.conftest import NOW

from .records import answer, at, claim_for, counters_add_up, leased, notice_of, once_each, planned, recipients

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
REAPED = NOW + LEASE


@pytest.fixture
def unknown(alice: User, version: PolicyVersion) -> Notice:
    """Give Alice's notice, of which nobody knows whether it was sent."""
    planned()
    _chunk, token = leased()
    assert claim_for(alice, token)
    reap_leases(now=REAPED)
    return notice_of(alice)


def done(now: datetime) -> None:
    """Find that nothing is left to be sent, and close the campaign."""
    run_due(clock=at(now))
    plan_campaigns(now=now)
    assert Campaign.objects.get().state == CampaignState.DONE


@pytest.mark.parametrize(("resends", "count"), [(False, 0), (True, 1)])
def test_it_is_sent_again_where_the_settings_say_so(
    unknown: Notice,
    alice: User,
    mailbox: Sink,
    settings: Any,
    resends: bool,  # noqa: FBT001 - pytest's parameter
    count: int,
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = resends

    found = resend_unknown(now=REAPED + DAY)
    run_due(clock=at(REAPED + DAY))

    assert found == count
    assert recipients(mailbox) == once_each([alice] * count)
    notice = notice_of(alice)
    assert notice.is_resent is resends
    assert notice.state == (NoticeState.ACCEPTED if resends else NoticeState.UNKNOWN)
    assert counters_add_up()


def test_the_copy_has_the_message_id_of_the_first(
    unknown: Notice, alice: User, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    first = unknown.message_id

    resend_unknown(now=REAPED + DAY)
    run_due(clock=at(REAPED + DAY))

    assert [message["Message-ID"] for message in mailbox.messages()] == [first]


def test_not_before_a_day_is_over_and_not_twice(unknown: Notice, alice: User, settings: Any) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    early = resend_unknown(now=REAPED + DAY - SECOND)
    first = resend_unknown(now=REAPED + DAY)
    _chunk, token = leased(REAPED + DAY)
    assert claim_for(alice, token, REAPED + DAY)
    reap_leases(now=REAPED + DAY + LEASE)

    again = resend_unknown(now=REAPED + 9 * DAY)

    assert (early, first, again) == (0, 1, 0)
    assert notice_of(alice).state == NoticeState.UNKNOWN
    assert counters_add_up()


def test_a_campaign_that_was_stopped_sends_nothing_again(unknown: Notice, alice: User, settings: Any) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    cancel_campaign(campaign_id=unknown.campaign_id, reason="A mistake.", now=REAPED)

    assert resend_unknown(now=REAPED + DAY) == 0
    assert Campaign.objects.get().state == CampaignState.CANCELLED
    assert notice_of(alice).state == NoticeState.UNKNOWN


def test_what_was_unknown_when_its_campaign_was_done_is_sent_again_too(
    unknown: Notice, alice: User, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    done_at = unknown.campaign.version.effective_at or NOW
    done(done_at)

    found = resend_unknown(now=done_at + DAY)
    plan_campaigns(now=done_at + DAY)
    run_due(clock=at(done_at + DAY))

    assert (found, recipients(mailbox)) == (1, once_each([alice]))
    assert notice_of(alice).state == NoticeState.ACCEPTED
    assert counters_add_up()


def test_nobody_gets_a_copy_of_what_was_done_long_ago(
    unknown: Notice, alice: User, mailbox: Sink, settings: Any
) -> None:
    done_at = unknown.campaign.version.effective_at or NOW
    done(done_at)
    settings.NOTICE_RESEND_UNKNOWN = True

    assert resend_unknown(now=done_at + 7 * DAY) == 0
    assert (notice_of(alice).state, recipients(mailbox)) == (NoticeState.UNKNOWN, once_each([]))


def test_what_was_done_stays_done_where_a_newer_version_took_its_place(
    unknown: Notice,
    make_version: Callable[..., PolicyVersion],
    mailbox: Sink,
    settings: Any,
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    done_at = unknown.campaign.version.effective_at or NOW
    make_version(published_at=NOW + DAY, effective_at=done_at + DAY + SECOND, body="Another text.")
    run_due(clock=at(done_at))
    plan_campaigns(now=done_at)
    assert Campaign.objects.get(pk=unknown.campaign_id).state == CampaignState.DONE

    again = resend_unknown(now=done_at + 2 * DAY)
    plan_campaigns(now=done_at + 2 * DAY)

    assert again == 0
    assert Campaign.objects.get(pk=unknown.campaign_id).state == CampaignState.DONE
    assert not Notice.objects.get(pk=unknown.pk).is_resent


def test_what_was_done_long_ago_is_not_taken_up_for_a_notice_that_is_left(
    unknown: Notice, alice: User, mailbox: Sink
) -> None:
    done_at = unknown.campaign.version.effective_at or NOW
    done(done_at)
    Chunk.objects.update(due_at=done_at)

    plan_campaigns(now=done_at + 7 * DAY)

    assert Campaign.objects.get().state == CampaignState.DONE


def test_what_a_worker_that_was_taken_for_dead_put_off_is_sent_though_the_campaign_was_done(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    chunk, token = leased()
    claim = claim_for(alice, token)
    assert claim
    reap_leases(now=REAPED)
    done_at = version.effective_at or NOW
    done(done_at)

    settle(settlement(claim, Outcome(Fate.LATER, "451 4.7.1 Later"), done_at))
    count_chunk(chunk.pk, done_at)
    plan_campaigns(now=done_at + DAY)
    run_due(clock=at(done_at + DAY))

    assert recipients(mailbox) == once_each([alice])
    assert counters_add_up()


@pytest.mark.parametrize("ends", ["recall", "answer", "suppression", "cancel"])
def test_who_may_have_been_told_stays_unknown_where_the_copy_does_not_go_out(
    unknown: Notice, alice: User, approver: User, mailbox: Sink, settings: Any, ends: str
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    now = REAPED + DAY
    assert resend_unknown(now=now) == 1

    if ends == "recall":
        recall_version(version_id=unknown.campaign.version_id, reason="Wrong.", recalled_by=approver, now=now)
        # The round that stops the copies, and the one that finds whom to write to about the recall.
        plan_campaigns(now=now)
        plan_campaigns(now=now)
    elif ends == "answer":
        answer(alice, unknown.campaign.version)
    elif ends == "suppression":
        suppress_address(address=alice.email, reason="MANUAL", detail="", now=now)
    else:
        cancel_campaign(campaign_id=unknown.campaign_id, reason="A mistake.", now=now)
    run_due(clock=at(now))

    unknown.refresh_from_db()
    assert (unknown.state, unknown.reason) == (NoticeState.UNKNOWN, NO_COPY)
    assert resend_unknown(now=now + 9 * DAY) == 0
    corrections = [mail for mail in mailbox.messages() if mail["To"] == alice.email]
    assert len(corrections) == (ends == "recall")
    assert counters_add_up()


def test_who_has_another_address_since_gets_no_copy_and_keeps_the_record_of_the_first(
    unknown: Notice, alice: User, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    first = rebuilt(unknown)
    User.objects.filter(pk=alice.pk).update(email="new@example.com")

    found = [resend_unknown(now=REAPED + days * DAY) for days in (1, 2)]
    run_due(clock=at(REAPED + 2 * DAY))

    assert found == [0, 0]
    assert recipients(mailbox) == {}
    notice = notice_of(alice)
    assert (notice.state, notice.reason, notice.is_resent) == (NoticeState.UNKNOWN, MOVED, False)
    assert rebuilt(notice) == first
    assert counters_add_up()
    came_back = {"kind": MailEventKind.BOUNCED, "status": "5.1.1", "diagnostic": "No such user"}
    record_event(
        notice_id=notice.pk, source=EventSource.PIPE, digest="1" * 64, now=REAPED + 2 * DAY, **came_back
    )
    assert [held.address for held in Suppression.objects.all()] == ["alice@example.com"]


def test_who_changes_it_before_the_copy_goes_out_gets_none_either(
    unknown: Notice, alice: User, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_RESEND_UNKNOWN = True
    resend_unknown(now=REAPED + DAY)
    User.objects.filter(pk=alice.pk).update(email="new@example.com")
    in_the_hands_of_a_worker = due_people(Chunk.objects.get(), REAPED + DAY)

    run_due(clock=at(REAPED + DAY))

    assert in_the_hands_of_a_worker == []
    assert recipients(mailbox) == {}
    assert (notice_of(alice).state, notice_of(alice).reason) == (NoticeState.UNKNOWN, MOVED)
    assert counters_add_up()
    assert resend_unknown(now=REAPED + 9 * DAY) == 0
