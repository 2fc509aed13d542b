"""What a worker held when it died: taken back after a while, and nobody told twice on a guess."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState, Chunk, Notice, NoticeState
from notifications.services import plan_campaigns, reap_leases, run_due
from notifications.services.claiming import Claim
from notifications.services.sending import give_back
from notifications.services.settling import RETRY_AFTER
from notifications.services.working import LEASE
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from tests.conftest import NOW

from .records import (
    at,
    claim_for,
    counters_add_up,
    leased,
    notice_of,
    once_each,
    planned,
    recipients,
    settled,
    states,
    told,
)

AFTERWARDS = NOW + LEASE


def died_while_sending_to(person: User) -> Claim:
    """Leave things as a worker does that dies while it sends to `person`."""
    planned()
    _chunk, token = leased()
    notice = claim_for(person, token, NOW)
    assert notice
    return notice


def test_what_was_being_sent_is_unknown_and_the_rest_is_sent_by_another(
    alice: User, bob: User, version: PolicyVersion, mailbox: Sink
) -> None:
    died_while_sending_to(alice)

    unknown = reap_leases(now=AFTERWARDS)
    run_due(clock=at(AFTERWARDS))

    notice = notice_of(alice)
    assert unknown == 1
    assert (notice.state, notice.reason) == (NoticeState.UNKNOWN, "The worker died while it was sending.")
    assert recipients(mailbox) == once_each([bob])
    assert counters_add_up()


def test_a_lease_that_has_not_run_out_is_left_alone(alice: User, version: PolicyVersion) -> None:
    died_while_sending_to(alice)

    unknown = reap_leases(now=AFTERWARDS - timedelta(seconds=1))

    assert unknown == 0
    assert notice_of(alice).state == NoticeState.SENDING
    assert Chunk.objects.get().lease_token


def test_taking_back_twice_does_no_harm(alice: User, version: PolicyVersion) -> None:
    died_while_sending_to(alice)
    reap_leases(now=AFTERWARDS)

    again = reap_leases(now=AFTERWARDS)

    assert again == 0
    assert counters_add_up()


def test_taking_back_costs_two_queries_where_there_is_nothing(alice: User, version: PolicyVersion) -> None:
    planned()

    with CaptureQueriesContext(connection) as queries:
        reap_leases(now=AFTERWARDS)

    assert len(queries) == 2


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(Fate.ACCEPTED, "250 OK"), NoticeState.ACCEPTED),
        (Outcome(Fate.REFUSED, "550 No"), NoticeState.FAILED),
        (Outcome(Fate.UNKNOWN, "lost"), NoticeState.UNKNOWN),
    ],
)
def test_a_worker_that_was_only_slow_corrects_what_was_taken_for_unknown(
    alice: User, version: PolicyVersion, outcome: Outcome, state: NoticeState
) -> None:
    notice = died_while_sending_to(alice)
    reap_leases(now=AFTERWARDS)

    settled(notice, outcome, AFTERWARDS)

    assert states() == {state: 1}
    assert told() == ({alice.email} if state == NoticeState.ACCEPTED else set())
    assert counters_add_up()


def test_what_a_slow_worker_could_not_send_is_tried_again_though_its_chunk_was_finished(
    alice: User, bob: User, version: PolicyVersion, mailbox: Sink
) -> None:
    notice = died_while_sending_to(alice)
    reap_leases(now=AFTERWARDS)
    run_due(clock=at(AFTERWARDS))
    settled(notice, Outcome(Fate.LATER, "451 Later"), AFTERWARDS)

    run_due(clock=at(AFTERWARDS + RETRY_AFTER[0]))

    assert recipients(mailbox) == once_each([alice, bob])
    assert counters_add_up()


def test_an_outcome_is_settled_once(alice: User, version: PolicyVersion) -> None:
    notice = died_while_sending_to(alice)
    settled(notice, Outcome(Fate.ACCEPTED, "250 OK"), NOW)

    was_ours = settled(notice, Outcome(Fate.REFUSED, "550 No"), NOW)

    assert not was_ours
    assert states() == {NoticeState.ACCEPTED: 1}
    assert counters_add_up()


def test_a_slow_worker_gives_nothing_back_that_another_has_taken(alice: User, version: PolicyVersion) -> None:
    planned()
    chunk, _token = leased()

    give_back(chunk.pk, uuid4(), NOW, None)

    assert Chunk.objects.get().lease_token == chunk.lease_token


def test_a_campaign_is_not_done_while_a_worker_holds_a_chunk(alice: User, version: PolicyVersion) -> None:
    died_while_sending_to(alice)
    Chunk.objects.update(due_at=None)

    plan_campaigns(now=NOW + timedelta(days=31))

    assert Campaign.objects.get().state == CampaignState.RUNNING


@pytest.mark.parametrize("state", ["RETRY", "UNKNOWN", "FAILED", "SKIPPED", "CANCELLED"])
def test_no_notice_stays_unsent_without_a_reason(alice: User, version: PolicyVersion, state: str) -> None:
    planned()

    with pytest.raises(IntegrityError, match="notice_not_sent_has_a_reason"):
        Notice.objects.update(state=state, reason="")


def test_no_person_has_two_notices_in_one_wave(alice: User, version: PolicyVersion) -> None:
    planned()
    notice = notice_of(alice)
    notice.pk = None

    with pytest.raises(IntegrityError):
        notice.save()
