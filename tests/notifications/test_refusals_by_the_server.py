"""What a mail server says no to: for good, for now, to us all, or by hanging up."""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.mailboxes import Mailbox
from accounts.models import User
from notifications.models import Campaign, CampaignState, Chunk, NoticeState
from notifications.services import pause_campaign, resume_campaign, run_due
from notifications.services.sending import SERVER_PAUSE
from notifications.services.settling import RETRY_AFTER
from notifications.transport import Fate, deliver
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import HANG_UP, StrictSink, StubbornSink, breaking_server
from .meanwhile import closing
from .records import at, counters_add_up, notice_of, once_each, planned, recipients, states, told


@pytest.fixture
def sink(use: Use, tmp_path: Path) -> Any:
    """Give a mail server that can be told to refuse."""
    with use(StubbornSink(tmp_path / "stubborn")) as found:
        yield found


def test_a_refused_recipient_has_failed_and_the_others_go_on(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = "550 5.1.1 No such user"

    run_due(clock=at(NOW))

    notice = notice_of(alice)
    assert notice.state == NoticeState.FAILED
    assert notice.reason == "The mail server refused the message."
    assert notice.reply == "550 5.1.1 No such user"
    assert notice.settled_at == NOW
    assert recipients(sink) == once_each([bob])
    assert told() == {bob.email}
    assert counters_add_up()


def test_a_refused_message_has_failed(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_messages[alice.email] = "554 5.6.0 Too long"

    run_due(clock=at(NOW))

    assert notice_of(alice).state == NoticeState.FAILED
    assert notice_of(bob).state == NoticeState.ACCEPTED
    assert counters_add_up()


def test_a_failed_notice_is_never_tried_again(
    alice: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = "550 5.1.1 No such user"
    run_due(clock=at(NOW))

    run_due(clock=at(NOW + timedelta(days=30)))

    assert sink.attempts[alice.email] == 1


@pytest.mark.parametrize("where", ["to_recipients", "to_messages"])
def test_what_is_put_off_is_sent_when_it_is_due_again(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink, where: str
) -> None:
    planned()
    getattr(sink, where)[alice.email] = "451 4.7.1 Greylisted"
    run_due(clock=at(NOW))
    notice, chunk = notice_of(alice), Chunk.objects.get()
    getattr(sink, where).clear()

    too_soon = run_due(clock=at(NOW + RETRY_AFTER[0] - timedelta(seconds=1)))
    in_time = run_due(clock=at(NOW + RETRY_AFTER[0]))

    assert (notice.state, notice.due_at) == (NoticeState.RETRY, NOW + RETRY_AFTER[0])
    assert notice.reason == "The mail server put the message off."
    assert notice.settled_at is None
    assert chunk.due_at == notice.due_at
    assert (too_soon, in_time) == (0, 1)
    assert recipients(sink) == once_each([alice, bob])
    assert notice_of(alice).reason == ""
    assert counters_add_up()


def test_what_is_put_off_too_often_has_failed(
    alice: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = "451 4.7.1 Greylisted"

    now = NOW
    for pause in (*RETRY_AFTER, timedelta()):
        run_due(clock=at(now))
        now += pause

    notice = notice_of(alice)
    assert sink.attempts[alice.email] == notice.attempt == 1 + len(RETRY_AFTER)
    assert notice.state == NoticeState.FAILED
    assert notice.reason == "The mail server put the message off too often."
    assert Chunk.objects.get().due_at is None
    assert counters_add_up()


def test_a_connection_lost_before_the_message_leaves_nothing_in_doubt(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = HANG_UP
    run_due(clock=at(NOW))
    state, others = notice_of(alice).state, notice_of(bob).state
    sink.to_recipients.clear()

    run_due(clock=at(NOW + RETRY_AFTER[0]))

    assert (state, others) == (NoticeState.RETRY, NoticeState.PENDING)
    assert recipients(sink) == once_each([alice, bob])
    assert counters_add_up()


def test_a_chunk_waits_a_minute_after_the_connection_is_lost(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = HANG_UP

    run_due(clock=at(NOW))

    assert Chunk.objects.get().due_at == NOW + SERVER_PAUSE


def test_a_connection_lost_after_the_final_dot_leaves_the_notice_unknown_for_good(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_messages[alice.email] = HANG_UP
    run_due(clock=at(NOW))
    sink.to_messages.clear()

    run_due(clock=at(NOW + timedelta(days=30)))

    notice = notice_of(alice)
    assert notice.state == NoticeState.UNKNOWN
    assert notice.reason == "The connection broke after the message was sent and before the server answered."
    assert recipients(sink) == once_each([alice, bob])
    assert told() == {bob.email}
    assert counters_add_up()


def test_a_reply_that_is_none_after_the_final_dot_leaves_the_notice_unknown(
    alice: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_messages[alice.email] = "what was that?"

    run_due(clock=at(NOW))
    run_due(clock=at(NOW + timedelta(days=30)))

    assert notice_of(alice).state == NoticeState.UNKNOWN
    assert sink.attempts[alice.email] == 1


def test_a_message_broken_off_in_the_middle_is_sent_again_later() -> None:
    with breaking_server() as port, smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
        outcome = deliver(
            smtp, sender="a@b.example", recipient=Mailbox("c@d.example"), message=b"word " * 8_000_000
        )

    assert outcome.fate is Fate.LATER
    assert not outcome.is_connected


def test_a_server_that_refuses_a_recipient_and_hangs_up_has_refused(
    alice: User, bob: User, version: PolicyVersion, sink: StubbornSink
) -> None:
    planned()
    sink.to_recipients[alice.email] = "550 5.7.1 Blocked"
    sink.hangs_up_on_reset = True
    run_due(clock=at(NOW))
    sink.hangs_up_on_reset = False

    run_due(clock=at(NOW + SERVER_PAUSE))

    assert notice_of(alice).state == NoticeState.FAILED
    assert notice_of(bob).state == NoticeState.ACCEPTED
    assert counters_add_up()


def test_a_refused_sign_in_pauses_the_campaign_and_harms_no_notice(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path, settings: Any
) -> None:
    campaign = planned()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"
    with use(StrictSink(tmp_path / "strict")):
        run_due(clock=at(NOW))

    campaign.refresh_from_db()
    notice = notice_of(alice)
    assert campaign.state == CampaignState.PAUSED
    assert campaign.reason == "The mail server refused the sign-in."
    assert (notice.state, notice.attempt) == (NoticeState.PENDING, 0)
    assert Chunk.objects.get().lease_token is None


def test_a_sign_in_put_off_makes_the_chunk_wait(
    alice: User, version: PolicyVersion, use: Use, tmp_path: Path, settings: Any
) -> None:
    campaign = planned()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "right"
    with use(StrictSink(tmp_path / "strict", reply="454 4.7.0 Temporary authentication failure")):
        run_due(clock=at(NOW))

    campaign.refresh_from_db()
    assert campaign.state == CampaignState.RUNNING
    assert states() == {NoticeState.PENDING: 1}
    assert Chunk.objects.get().due_at == NOW + SERVER_PAUSE


def test_a_refused_sender_pauses_the_campaign_and_fails_nobody(
    make_people: Callable[..., list[User]], version: PolicyVersion, sink: StubbornSink
) -> None:
    people = make_people(5)
    campaign = planned()
    sink.to_senders = "530 5.7.0 Authentication required"
    run_due(clock=at(NOW))
    campaign.refresh_from_db()
    paused, found = (campaign.state, campaign.reason), states()
    sink.to_senders = ""
    resume_campaign(campaign_id=campaign.pk, now=NOW)

    run_due(clock=at(NOW + RETRY_AFTER[0]))

    assert paused == (CampaignState.PAUSED, "The mail server refused the sender.")
    assert found == {NoticeState.RETRY: 1, NoticeState.PENDING: 4}
    assert recipients(sink) == once_each(people)
    assert counters_add_up()


def test_a_sender_put_off_is_tried_again(alice: User, version: PolicyVersion, sink: StubbornSink) -> None:
    planned()
    sink.to_senders = "421 4.3.2 Too busy"
    run_due(clock=at(NOW))
    sink.to_senders = ""

    run_due(clock=at(NOW + RETRY_AFTER[0]))

    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert notice_of(alice).state == NoticeState.ACCEPTED


def test_a_sign_in_refused_to_two_workers_at_once_pauses_once(
    committed: None,
    alice: User,
    version: PolicyVersion,
    use: Use,
    tmp_path: Path,
    settings: Any,
) -> None:
    campaign = planned()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"

    def refused_to_another() -> None:
        closing(
            lambda: pause_campaign(
                campaign_id=campaign.pk, reason="The mail server refused the sign-in.", now=NOW
            )
        )

    with use(StrictSink(tmp_path / "strict", on_sign_in=refused_to_another)):
        run_due(clock=at(NOW))

    campaign.refresh_from_db()
    assert (campaign.state, campaign.generation) == (CampaignState.PAUSED, 2)
    assert Chunk.objects.get().lease_token is None
    assert states() == {NoticeState.PENDING: 1}
