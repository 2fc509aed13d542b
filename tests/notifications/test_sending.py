"""What becomes of planned notices: one mail each, claimed before it is sent, or a reason why not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from acceptance.models import Exposure, ExposureKind
from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, Chunk, Notice, NoticeState
from notifications.selectors import progress
from notifications.services import due_chunks, pause_campaign, plan_campaigns, run_due, send_chunk, slices
from notifications.services.claiming import Claim, settle, settle_and_claim
from notifications.services.sending import SERVER_PAUSE
from notifications.services.settling import count_chunk, settlement
from notifications.services.skipping import skip_needless
from notifications.services.working import LEASE, Worker, due_people
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from policies.triggers import Trigger, create_triggers, drop_triggers
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink, WatchedSink, silent_port
from .meanwhile import closing
from .records import (
    answer,
    at,
    claim_for,
    counters_add_up,
    leased,
    notice_of,
    once_each,
    planned,
    recipients,
    statements,
    states,
    told,
)


def test_everyone_gets_one_mail_and_is_recorded_as_told(
    alice: User, bob: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)

    sent = run_due(clock=at(NOW))

    assert sent == 2
    assert recipients(mailbox) == once_each([alice, bob])
    assert states() == {NoticeState.ACCEPTED: 2}
    assert told() == {alice.email, bob.email}
    assert Exposure.objects.get(user=alice).version == version
    assert Exposure.objects.get(user=alice).at == NOW
    assert counters_add_up()


def test_a_sent_notice_says_where_it_went_and_what_the_server_answered(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)

    run_due(clock=at(NOW))

    notice = notice_of(alice)
    assert (notice.address, notice.language, notice.attempt) == (alice.email, "en", 1)
    assert notice.reply == "250 kept as 000001.eml"
    assert notice.message_id == mailbox.messages()[0]["Message-ID"]
    assert notice.armed_at == notice.settled_at == NOW


def test_nothing_is_sent_a_second_time(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    sent = run_due(clock=at(NOW + timedelta(days=1)))

    assert sent == 0
    assert len(mailbox.files()) == 1


def test_everyone_of_several_chunks_gets_one_mail(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    mailbox: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 10)
    people = make_people(41)
    plan_campaigns(now=NOW)

    run_due(clock=at(NOW))

    assert recipients(mailbox) == once_each(people)
    assert progress(Campaign.objects.get()).accepted == 41
    assert progress(Campaign.objects.get()).waiting == 0
    assert counters_add_up()


def test_the_message_id_follows_from_the_notice_alone(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    plan_campaigns(now=NOW)
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_messages[alice.email] = "451 4.3.0 Try again later"
        run_due(clock=at(NOW))
        first = notice_of(alice).message_id

        sink.to_messages.clear()
        run_due(clock=at(NOW + timedelta(hours=1)))

    assert notice_of(alice).attempt == 2
    assert notice_of(alice).message_id == first == sink.messages()[0]["Message-ID"]
    assert first.endswith("@fernhill.example>")


def answered(person: User, version: PolicyVersion) -> None:
    answer(person, version)


def deactivated(person: User, _version: PolicyVersion) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def without_address(person: User, _version: PolicyVersion) -> None:
    User.objects.filter(pk=person.pk).update(email="")


def erased(person: User, _version: PolicyVersion) -> None:
    Notice.objects.filter(user=person).update(user=None)


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (answered, "The person has answered already."),
        (deactivated, "The account is not active."),
        (without_address, "There is no address."),
        (erased, "The person was erased."),
    ],
)
def test_who_needs_no_notice_is_skipped_with_the_reason(
    alice: User,
    bob: User,
    version: PolicyVersion,
    mailbox: Sink,
    happen: Callable[[User, PolicyVersion], None],
    reason: str,
) -> None:
    planned()
    happen(alice, version)

    run_due(clock=at(NOW))

    notice = Notice.objects.exclude(user=bob).get()
    assert (notice.state, notice.reason) == (NoticeState.SKIPPED, reason)
    assert recipients(mailbox) == once_each([bob])
    assert counters_add_up()


def test_who_answers_while_the_chunk_is_being_sent_gets_no_mail(
    committed: None, alice: User, bob: User, version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()

    def answer_at_first(_count: int) -> None:
        closing(lambda: answer(bob, version))

    with use(WatchedSink(tmp_path, answer_at_first)) as sink:
        run_due(clock=at(NOW))

    assert recipients(sink) == once_each([alice])
    assert notice_of(bob).state == NoticeState.SKIPPED
    assert counters_add_up()


def test_a_pause_is_felt_before_the_next_mail(
    committed: None,
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
) -> None:
    make_people(10)
    campaign = planned()

    def pause_at_third(count: int) -> None:
        if count == 3:
            closing(lambda: pause_campaign(campaign_id=campaign.pk, reason="A question came up.", now=NOW))

    with use(WatchedSink(tmp_path, pause_at_third)) as sink:
        sent = run_due(clock=at(NOW))

    assert sent == len(sink.files()) == 3
    assert states() == {NoticeState.ACCEPTED: 3, NoticeState.PENDING: 7}
    assert counters_add_up()


def test_where_the_mail_server_is_down_nothing_is_claimed_and_the_chunk_waits(
    alice: User, version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    planned()
    with silent_port() as settings.EMAIL_PORT:
        sent = run_due(clock=at(NOW))
    settings.EMAIL_PORT = mailbox.port
    chunk, notice = Chunk.objects.get(), notice_of(alice)

    sent_later = run_due(clock=at(NOW + SERVER_PAUSE))

    assert (sent, sent_later) == (0, 1)
    assert (notice.state, notice.attempt) == (NoticeState.PENDING, 0)
    assert (chunk.lease_token, chunk.due_at) == (None, NOW + SERVER_PAUSE)


def test_a_chunk_that_another_worker_holds_is_left_alone(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    chunk, token = leased()

    sent = send_chunk(chunk_id=chunk.pk, token=uuid4(), clock=at(NOW))

    chunk.refresh_from_db()
    assert sent is None
    assert chunk.lease_token == token
    assert mailbox.files() == []


def test_a_finished_chunk_is_not_sent_again(alice: User, version: PolicyVersion, mailbox: Sink) -> None:
    planned()
    chunk_id = Chunk.objects.get().pk
    first = send_chunk(chunk_id=chunk_id, token=uuid4(), clock=at(NOW))

    again = send_chunk(chunk_id=chunk_id, token=uuid4(), clock=at(NOW))

    assert (first, again) == (1, None)
    assert len(mailbox.files()) == 1


def test_nothing_is_claimed_without_a_live_lease(alice: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()

    by_another = claim_for(alice, uuid4(), NOW)
    too_late = claim_for(alice, token, NOW + LEASE)
    in_time = claim_for(alice, token, NOW)

    assert by_another is None
    assert too_late is None
    assert in_time == Claim(notice_of(alice).pk, 1, NOW)


def test_a_notice_is_claimed_once(alice: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()
    claim_for(alice, token, NOW)

    again = claim_for(alice, token, NOW)

    assert again is None
    assert notice_of(alice).attempt == 1


def test_a_worker_renews_its_lease_as_it_goes(alice: User, version: PolicyVersion) -> None:
    planned()
    chunk, token = leased()

    Worker(chunk, token, at(NOW + timedelta(minutes=3))).report()

    assert Chunk.objects.get().lease_until == NOW + timedelta(minutes=3) + LEASE


def test_one_person_whose_letter_cannot_be_built_stops_nobody_elses(
    make_person: Callable[..., User], version: PolicyVersion, mailbox: Sink
) -> None:
    astray = make_person("astray")
    carol = make_person("carol")
    User.objects.filter(pk=astray.pk).update(time_zone="Middle-earth/Rivendell")
    planned()

    sent = run_due(clock=at(NOW))

    notice = notice_of(astray)
    assert sent == 1
    assert recipients(mailbox) == once_each([carol])
    assert notice.state == NoticeState.RETRY
    assert notice.reason.startswith("The letter could not be built (ZoneInfoNotFoundError in ")
    assert counters_add_up()


def test_an_address_in_a_domain_with_umlauts_is_reached(
    version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    dora = User.objects.create_user("dora@bücher.example", country="US", date_joined=NOW - timedelta(days=9))
    planned()

    with use(StubbornSink(tmp_path)) as sink:
        run_due(clock=at(NOW))

    assert notice_of(dora).state == NoticeState.ACCEPTED
    assert list(sink.attempts) == ["dora@xn--bcher-kva.example"]


def test_of_skipped_notices_all_or_none_are_counted(
    committed: None, alice: User, version: PolicyVersion
) -> None:
    planned()
    chunk, _token = leased()
    answer(alice, version)
    full_disk = [
        Trigger(
            "full_disk", "notifications_chunk", "UPDATE", "OLD.skipped <> NEW.skipped", "The disk is full."
        )
    ]
    create_triggers(connection, full_disk)

    with pytest.raises(IntegrityError):
        skip_needless(chunk, NOW)

    drop_triggers(connection, full_disk)
    assert notice_of(alice).state == NoticeState.PENDING
    assert counters_add_up()


def test_progress_is_the_sum_over_the_chunks(
    make_people: Callable[..., list[User]], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    people = make_people(6)
    campaign = planned()
    answer(people[0], version)
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {people[1].email: "550 5.1.1 No such user", people[2].email: "451 4.3.0 Later"}
        run_due(clock=at(NOW))

    with CaptureQueriesContext(connection) as queries:
        found = progress(campaign)

    assert (found.notices, found.accepted, found.failed, found.skipped) == (6, 3, 1, 1)
    assert (found.unknown, found.cancelled, found.waiting) == (0, 0, 1)
    assert len(queries) == 1
    assert counters_add_up()


def test_claiming_and_settling_cost_a_fixed_number_of_queries(alice: User, version: PolicyVersion) -> None:
    planned()
    chunk, token = leased()

    worker, (person,) = Worker(chunk, token, at(NOW)), due_people(chunk, NOW)
    letter = worker.letter_for(person)
    assert letter

    with CaptureQueriesContext(connection) as claiming:
        claim = settle_and_claim(None, letter, chunk, token=token, now=NOW)
    assert claim
    with CaptureQueriesContext(connection) as settling:
        settle(settlement(claim, Outcome(Fate.ACCEPTED, "250 OK"), NOW))
    count_chunk(chunk.pk, NOW)

    assert len(statements(claiming)) == (1 if connection.vendor == "postgresql" else 2)
    assert len(statements(settling)) == 1
    assert Exposure.objects.get().kind == ExposureKind.NOTIFIED


def test_finding_work_costs_one_query_and_gives_the_longest_due_first(
    make_people: Callable[..., list[User]], version: PolicyVersion
) -> None:
    make_people(1001)
    planned()
    second = Chunk.objects.order_by("pk")[1]
    Chunk.objects.filter(pk=second.pk).update(due_at=NOW - timedelta(minutes=1))

    with CaptureQueriesContext(connection) as queries:
        found = due_chunks(now=NOW, limit=2)

    assert found == [second.pk, second.pk - 1]
    assert len(queries) == 1
