"""What a report does to a notice, in whatever order reports come, and that it is recorded once."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as chance
from hypothesis import strategies as st

from acceptance.selectors import facts_of
from accounts.models import User
from notifications.models import (
    Chunk,
    EventSource,
    MailEvent,
    Notice,
    NoticeState,
    Suppression,
    SuppressionReason,
    Wave,
)
from notifications.models import (
    MailEventKind as Kind,
)
from notifications.selectors import hours
from notifications.services import NoSuchNotice, reap_leases, record_event
from notifications.services.claiming import Claim
from notifications.services.settling import count_chunk
from notifications.transport import Fate, Outcome
from notifications.triggers import NOTIFICATION_TRIGGERS
from policies.triggers import missing_triggers
from tests.conftest import NOW

from .meanwhile import beside
from .records import counters_add_up, end_leases, settled, statements, states, told

ACCEPTED = Outcome(Fate.ACCEPTED, "250 OK")
UNKNOWN = Outcome(Fate.UNKNOWN, "")
LATER = NOW + timedelta(hours=30)


def report(
    notice: Notice, kind: str, status: str = "", *, number: int = 1, now: datetime = NOW
) -> MailEvent | None:
    """Record a report; another `number` makes another report of the same content."""
    return record_event(
        notice_id=notice.pk,
        kind=kind,
        status=status,
        diagnostic="550 No such user",
        source=EventSource.MAILDIR,
        digest=sha256(f"{kind}{status}{number}".encode()).hexdigest(),
        now=now,
    )


def person_of(notice: Notice) -> User:
    """Give the person a notice is for."""
    assert notice.user
    return notice.user


def in_state(notice: Notice, state: str) -> Notice:
    """Put a notice, and nothing else, into a state."""
    Notice.objects.filter(pk=notice.pk).update(state=state, reason="So it is.")
    return notice


def test_a_report_is_kept_as_it_came(accepted: Notice) -> None:
    report(accepted, Kind.BOUNCED, "5.1.1")

    event = MailEvent.objects.get()
    assert (event.notice, event.kind, event.status) == (accepted, Kind.BOUNCED, "5.1.1")
    assert (event.diagnostic, event.received_at, event.source) == ("550 No such user", NOW, "MAILDIR")


def test_who_is_told_by_mail_that_comes_back_was_not_told(accepted: Notice) -> None:
    version_id = accepted.campaign.version_id
    count_chunk(accepted.chunk_id, NOW)
    before = facts_of(person_of(accepted)).told_at(version_id)

    report(accepted, Kind.BOUNCED, "5.1.1")

    assert before
    assert facts_of(person_of(accepted)).told_at(version_id) is None


def test_a_reminder_that_comes_back_takes_nothing_from_the_announcement(accepted: Notice) -> None:
    version_id = accepted.campaign.version_id
    report(accepted, Kind.DELIVERED, "2.0.0")
    before = facts_of(person_of(accepted)).told_at(version_id)
    Notice.objects.filter(pk=accepted.pk).update(wave=Wave.FIRST_REMINDER, state=NoticeState.ACCEPTED)

    report(accepted, Kind.BOUNCED, "4.2.2")

    assert before
    assert facts_of(person_of(accepted)).told_at(version_id) == before


@pytest.mark.parametrize(
    ("kind", "status", "state", "reason"),
    [
        (Kind.DELIVERED, "2.0.0", NoticeState.DELIVERED, ""),
        (Kind.BOUNCED, "5.1.1", NoticeState.BOUNCED, "The message came back, with the code 5.1.1."),
        (Kind.BOUNCED, "", NoticeState.BOUNCED, "The message came back, with no code."),
        (
            Kind.COMPLAINED,
            "",
            NoticeState.COMPLAINED,
            "The person reported the message as unwanted.",
        ),
        (Kind.DELAYED, "4.4.1", NoticeState.ACCEPTED, ""),
    ],
)
def test_an_accepted_notice_moves_with_what_is_reported(
    accepted: Notice, kind: Kind, status: str, state: NoticeState, reason: str
) -> None:
    report(accepted, kind, status)

    accepted.refresh_from_db()
    assert (accepted.state, accepted.reason) == (state, reason)
    assert counters_add_up()


@pytest.mark.parametrize("kind", [Kind.DELIVERED, Kind.BOUNCED, Kind.COMPLAINED])
def test_a_later_report_leaves_the_moment_at_which_the_mail_server_took_it(
    accepted: Notice, kind: Kind
) -> None:
    report(accepted, kind, now=LATER)

    accepted.refresh_from_db()
    assert (accepted.state, accepted.settled_at) == (kind.value, NOW)
    assert MailEvent.objects.get().received_at == LATER
    assert Chunk.objects.get().progressed_at == NOW
    assert hours(accepted.campaign) == [(NOW, 1)]


def test_a_report_that_is_faster_than_the_mail_servers_answer_has_the_moment_for_both(
    sending: Notice,
) -> None:
    report(sending, Kind.DELIVERED, now=LATER)

    sending.refresh_from_db()
    assert sending.settled_at == Chunk.objects.get().progressed_at == LATER


@pytest.mark.parametrize("kind", [Kind.DELIVERED, Kind.BOUNCED, Kind.COMPLAINED])
def test_a_report_settles_what_was_unknown(sending: Notice, kind: Kind) -> None:
    settled(Claim(sending.pk, sending.attempt, NOW), UNKNOWN, NOW)

    report(sending, kind)

    assert states() == {kind.value: 1}
    assert counters_add_up()


def test_a_delay_leaves_unknown_what_is_unknown(sending: Notice) -> None:
    settled(Claim(sending.pk, sending.attempt, NOW), UNKNOWN, NOW)

    report(sending, Kind.DELAYED, "4.4.1")

    assert states() == {NoticeState.UNKNOWN: 1}
    assert counters_add_up()


@pytest.mark.parametrize("state", ["PENDING", "RETRY", "CANCELLED", "SKIPPED", "FAILED"])
def test_a_notice_that_is_not_with_the_mail_server_only_keeps_the_report(
    sending: Notice, alice: User, state: str
) -> None:
    in_state(sending, state)
    before = Chunk.objects.values().get()

    for kind in Kind:
        report(sending, kind)

    assert states() == {state: 1}
    assert Chunk.objects.values().get() == before
    assert MailEvent.objects.count() == 4
    assert told() == set()


def test_a_bounce_that_is_faster_than_the_mail_servers_answer_stands(sending: Notice) -> None:
    report(sending, Kind.BOUNCED, "5.1.1")

    settled(Claim(sending.pk, sending.attempt, NOW), ACCEPTED, NOW)

    assert states() == {NoticeState.BOUNCED: 1}
    assert counters_add_up()


def test_who_got_the_message_was_told_and_who_did_not_was_not(sending: Notice, alice: User) -> None:
    settled(Claim(sending.pk, sending.attempt, NOW), UNKNOWN, NOW)

    report(sending, Kind.BOUNCED, "5.2.2")
    after_a_bounce = told()
    report(sending, Kind.DELIVERED)

    assert after_a_bounce == set()
    assert told() == {alice.email}


def test_a_report_on_a_notice_of_somebody_erased_is_recorded(accepted: Notice) -> None:
    Notice.objects.update(user=None)

    report(accepted, Kind.COMPLAINED)

    assert states() == {NoticeState.COMPLAINED: 1}
    assert counters_add_up()


def test_a_report_that_comes_twice_is_recorded_once(accepted: Notice) -> None:
    first, again = report(accepted, Kind.BOUNCED), report(accepted, Kind.BOUNCED)

    assert first
    assert again is None
    assert MailEvent.objects.count() == 1
    assert counters_add_up()


def test_two_processes_with_the_same_report_record_it_once(committed: None, accepted: Notice) -> None:
    with beside(lambda: report(accepted, Kind.BOUNCED)) as other:
        with transaction.atomic():
            first = report(accepted, Kind.BOUNCED)
            other.start()
        second = other.result()

    assert first
    assert second is None
    assert counters_add_up()


def test_a_report_on_no_notice_is_refused(db: None) -> None:
    with pytest.raises(NoSuchNotice):
        report(Notice(pk=4711), Kind.BOUNCED)

    assert not MailEvent.objects.exists()


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (Kind.BOUNCED, "5.1.1", SuppressionReason.BOUNCE),
        (Kind.BOUNCED, "5.1.10", SuppressionReason.BOUNCE),
        (Kind.COMPLAINED, "", SuppressionReason.COMPLAINT),
    ],
)
def test_a_bad_address_and_a_complaint_suppress_the_address_that_was_used(
    accepted: Notice, alice: User, kind: Kind, status: str, reason: str
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice.moved@example.com")

    report(accepted, kind, status)

    found = Suppression.objects.get()
    assert (found.address, found.reason, found.created_at) == ("alice@example.com", reason, NOW)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.BOUNCED, "5.2.2"),
        (Kind.BOUNCED, "5.7.1"),
        (Kind.BOUNCED, "5.1.8"),
        (Kind.BOUNCED, "4.4.7"),
        (Kind.BOUNCED, ""),
        (Kind.DELAYED, "4.1.1"),
        (Kind.DELIVERED, "2.1.5"),
    ],
)
def test_what_says_nothing_of_the_address_suppresses_none(accepted: Notice, kind: Kind, status: str) -> None:
    report(accepted, kind, status)

    assert not Suppression.objects.exists()


STEPS = ["accept", "lose", "reap", *Kind.values]


def take(step: str, notice: Notice) -> None:
    """Do one of the things that can happen to a notice on its way."""
    if step == "accept":
        settled(Claim(notice.pk, notice.attempt, NOW), ACCEPTED, NOW)
    elif step == "lose":
        settled(Claim(notice.pk, notice.attempt, NOW), UNKNOWN, NOW)
    elif step == "reap":
        end_leases()
        reap_leases(now=NOW)
    else:
        report(notice, step, "5.1.1" if step == Kind.BOUNCED else "")


def after(steps: list[str], notice: Notice) -> Any:
    """Give what stands in the database after some steps, and undo them."""
    with transaction.atomic():
        for step in steps:
            take(step, notice)
        assert counters_add_up()
        events = set(MailEvent.objects.values_list("kind", flat=True))
        held = set(Suppression.objects.values_list("address", flat=True))
        found = states(), events, held, told()
        transaction.set_rollback(True)
    return found


@chance(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_the_order_of_reports_changes_nothing(sending: Notice, data: st.DataObject) -> None:
    """Also where one comes twice, and whenever the mail server's answer is written down."""
    outcome = data.draw(st.sampled_from(["accept", "lose", "reap"]))
    kinds = data.draw(st.lists(st.sampled_from(Kind.values), max_size=5))
    one, other = (data.draw(st.permutations([outcome, *kinds])) for _turn in range(2))

    # Only the answer itself tells that somebody was told of whom nothing but a bounce is reported.
    assert after(one, sending)[:3] == after(other, sending)[:3]


def test_recording_a_report_costs_the_same_whatever_came_before(accepted: Notice) -> None:
    with CaptureQueriesContext(connection) as first:
        report(accepted, Kind.BOUNCED, "5.1.1")
    with CaptureQueriesContext(connection) as replay:
        report(accepted, Kind.BOUNCED, "5.1.1")

    assert len(statements(first)) == 14
    assert len(statements(replay)) == 2


def run(statement: str) -> None:
    """Run raw SQL inside a savepoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "change", ["kind = 'DELIVERED'", "status = ''", "diagnostic = 'x'", "digest = 'x'", "source = 'PIPE'"]
)
def test_an_event_never_changes(accepted: Notice, change: str) -> None:
    report(accepted, Kind.BOUNCED, "5.1.1")

    with pytest.raises(IntegrityError, match="A mail event never changes"):
        run(f"UPDATE notifications_mailevent SET {change}")  # noqa: S608 - the changes stand above
    with pytest.raises(IntegrityError, match="A mail event is never deleted"):
        run("DELETE FROM notifications_mailevent")


def test_the_words_of_an_event_can_be_erased(accepted: Notice) -> None:
    report(accepted, Kind.BOUNCED, "5.1.1")

    run("UPDATE notifications_mailevent SET diagnostic = ''")

    assert MailEvent.objects.get().diagnostic == ""


def test_the_triggers_of_events_are_there(db: None) -> None:
    assert missing_triggers(connection, NOTIFICATION_TRIGGERS) == []
