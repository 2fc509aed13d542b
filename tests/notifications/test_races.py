"""Two at once at one notice: the second sees what the first has done, and nothing is counted twice."""

from django.db import transaction

from accounts.models import User
from notifications.models import Chunk, Notice, NoticeState
from notifications.services import cancel_campaign, reap_leases
from notifications.services.overtaking import stop_campaigns
from notifications.services.sending import claimable
from notifications.services.settling import count_chunk
from notifications.services.skipping import skip_needless
from notifications.services.working import LEASE
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.conftest import NOW

from .meanwhile import beside
from .records import answer, claim_for, counters_add_up, leased, notice_of, planned, settled, states

ACCEPTED = Outcome(Fate.ACCEPTED, "250 OK")


def test_nothing_is_claimed_after_a_cancellation_is_committed(
    committed: None, alice: User, version: PolicyVersion, approver: User
) -> None:
    planned()
    _chunk, token = leased()
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)

    with beside(lambda: claim_for(alice, token, NOW)) as worker:
        with transaction.atomic():
            stop_campaigns(now=NOW)
            worker.start()
        claimed = worker.result()

    assert claimed is None
    assert states() == {NoticeState.CANCELLED: 1}
    assert counters_add_up()


def test_what_is_claimed_before_a_cancellation_is_not_cancelled(
    committed: None, alice: User, version: PolicyVersion, approver: User
) -> None:
    campaign = planned()
    _chunk, token = leased()

    def cancel() -> int:
        return cancel_campaign(campaign_id=campaign.pk, reason="A mistake.", now=NOW)

    with beside(cancel) as planner:
        with transaction.atomic():
            notice = claim_for(alice, token, NOW)
            planner.start()
        cancelled = planner.result()

    assert notice
    assert cancelled == 0
    assert states() == {NoticeState.SENDING: 1}
    assert counters_add_up()


def test_two_workers_do_not_claim_one_notice(committed: None, alice: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()

    with beside(lambda: claim_for(alice, token, NOW)) as other:
        with transaction.atomic():
            first = claim_for(alice, token, NOW)
            other.start()
        second = other.result()

    assert first
    assert second is None
    assert notice_of(alice).attempt == 1


def test_two_workers_do_not_lease_one_chunk(committed: None, alice: User, version: PolicyVersion) -> None:
    planned()
    chunk = Chunk.objects.get()

    def lease(token: str) -> int:
        return claimable(NOW).filter(pk=chunk.pk).update(lease_token=token, lease_until=NOW + LEASE)

    with beside(lambda: lease("2" * 32)) as other:
        with transaction.atomic():
            first = lease("1" * 32)
            other.start()
        second = other.result()

    assert (first, second) == (1, 0)
    assert str(Chunk.objects.get().lease_token).startswith("1")


def test_no_notice_is_both_skipped_and_cancelled(
    committed: None, alice: User, version: PolicyVersion, approver: User
) -> None:
    planned()
    chunk, _token = leased()
    answer(alice, version)
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)

    with beside(lambda: skip_needless(chunk, NOW)) as worker:
        with transaction.atomic():
            stop_campaigns(now=NOW)
            worker.start()
        worker.result()

    assert states() == {NoticeState.CANCELLED: 1}
    assert counters_add_up()


def test_a_slow_worker_and_the_reaper_count_one_notice_once(
    committed: None, alice: User, version: PolicyVersion
) -> None:
    planned()
    _chunk, token = leased()
    notice = claim_for(alice, token, NOW)
    assert notice

    with beside(lambda: settled(notice, ACCEPTED, NOW)) as worker:
        with transaction.atomic():
            unknown = reap_leases(now=NOW + LEASE)
            worker.start()
        worker.result()

    assert unknown == 1
    assert states() == {NoticeState.ACCEPTED: 1}
    assert counters_add_up()


def test_the_reaper_waits_for_a_worker_that_is_settling(
    committed: None, alice: User, version: PolicyVersion
) -> None:
    planned()
    _chunk, token = leased()
    notice = claim_for(alice, token, NOW)
    assert notice

    with beside(lambda: reap_leases(now=NOW + LEASE)) as reaper:
        with transaction.atomic():
            settled(notice, ACCEPTED, NOW)
            reaper.start()
        unknown = reaper.result()

    assert unknown == 0
    assert states() == {NoticeState.ACCEPTED: 1}
    assert counters_add_up()


def test_a_worker_and_the_reaper_do_not_wait_for_each_other_for_ever(
    committed: None, alice: User, version: PolicyVersion
) -> None:
    planned()
    chunk, token = leased()
    notice = claim_for(alice, token, NOW)
    assert notice

    with beside(lambda: settled(notice, ACCEPTED, NOW)) as worker:
        with transaction.atomic():
            # The reaper's steps in their order, with time enough for the worker after the first.
            Chunk.objects.filter(pk=chunk.pk).update(lease_token=None, lease_until=None, due_at=NOW)
            worker.start()
            sending = Notice.objects.filter(pk=notice.notice_id, state=NoticeState.SENDING)
            sending.update(state=NoticeState.UNKNOWN, reason="The worker died.")
            count_chunk(chunk.pk, NOW)
        worker.result()

    assert states() == {NoticeState.ACCEPTED: 1}
    assert counters_add_up()


def test_a_worker_and_the_planner_do_not_wait_for_each_other_for_ever(
    committed: None, alice: User, version: PolicyVersion, approver: User
) -> None:
    planned()
    _chunk, token = leased()
    recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=NOW)

    with beside(lambda: claim_for(alice, token, NOW)) as worker:
        with transaction.atomic():
            # The planner's first lock, with time enough for the worker before it goes on.
            list(Chunk.objects.select_for_update(no_key=True))
            worker.start()
            stop_campaigns(now=NOW)
        claimed = worker.result()

    assert claimed is None
    assert states() == {NoticeState.CANCELLED: 1}
    assert counters_add_up()
