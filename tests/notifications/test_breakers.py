"""A campaign stops by itself when too much goes wrong with its latest notices, and says why."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import (
    Campaign,
    CampaignState,
    Chunk,
    EventSource,
    MailEventKind,
    Notice,
    NoticeState,
)
from notifications.services import (
    due_chunks,
    plan_campaigns,
    record_event,
    resume_campaign,
    run_due,
    slices,
)
from notifications.services.settling import RETRY_AFTER
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import at, counters_add_up, planned, states

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REFUSED = "Too many notices were refused or came back."


@pytest.fixture
def people(make_people: Callable[..., list[User]], monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Give a crowd whose notices fill three chunks."""
    monkeypatch.setattr(slices, "CHUNK_SIZE", 50)
    return make_people(150)


@pytest.fixture
def many(people: list[User], make_people: Callable[..., list[User]]) -> list[User]:
    """Give a crowd of which twenty are less than a tenth."""
    return people + make_people(100)


def come_back(count: int, now: datetime) -> None:
    """Report of so many accepted notices, at `now`, that they came back."""
    keys = Notice.objects.filter(state=NoticeState.ACCEPTED).order_by("pk").values_list("pk", flat=True)
    for key in list(keys[:count]):
        record_event(
            notice_id=key,
            kind=MailEventKind.BOUNCED,
            status="4.2.2",
            diagnostic="452 4.2.2 Mailbox full",
            source=EventSource.MAILDIR,
            digest=f"{key:064d}",
            now=now,
        )


def turn(count: int, state: NoticeState) -> None:
    """Let so many accepted notices end otherwise, as reports of mail servers do."""
    keys = Notice.objects.filter(state=NoticeState.ACCEPTED).order_by("pk").values_list("pk", flat=True)
    Notice.objects.filter(pk__in=list(keys[:count])).update(state=state, reason="A report.", settled_at=NOW)


def test_refusals_pause_the_campaign_before_the_next_chunk(
    people: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {person.email: "550 5.1.1 No such user" for person in people[:20]}
        run_due(clock=at(NOW))

    campaign = Campaign.objects.get()
    assert (campaign.state, campaign.reason) == (CampaignState.PAUSED, f"{REFUSED} (20 of 50)")
    assert states() == {NoticeState.FAILED: 20, NoticeState.ACCEPTED: 30, NoticeState.PENDING: 100}
    assert due_chunks(now=NOW, limit=9) == []
    assert counters_add_up()


def test_a_few_refusals_stop_nobody(
    people: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {person.email: "550 5.1.1 No such user" for person in people[:19]}
        run_due(clock=at(NOW))

    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert states() == {NoticeState.FAILED: 19, NoticeState.ACCEPTED: 131}


@pytest.mark.parametrize(
    ("state", "enough", "reason"),
    [
        (NoticeState.BOUNCED, 20, REFUSED),
        (NoticeState.COMPLAINED, 5, "Too many notices were reported as unwanted."),
        (NoticeState.UNKNOWN, 10, "The fate of too many notices is unknown."),
    ],
)
def test_what_comes_back_later_pauses_it_at_the_next_pass(
    people: list[User], version: PolicyVersion, mailbox: Sink, state: NoticeState, enough: int, reason: str
) -> None:
    planned()
    run_due(clock=at(NOW))
    turn(enough - 1, state)
    plan_campaigns(now=NOW + MINUTE)
    before = Campaign.objects.get().state
    turn(1, state)

    plan_campaigns(now=NOW + MINUTE)

    campaign = Campaign.objects.get()
    assert before == CampaignState.RUNNING
    assert (campaign.state, campaign.reason) == (CampaignState.PAUSED, f"{reason} ({enough} of 150)")


def test_once_resumed_what_went_wrong_before_does_not_count(
    people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    campaign = planned()
    run_due(clock=at(NOW))
    turn(20, NoticeState.BOUNCED)
    plan_campaigns(now=NOW + MINUTE)
    resume_campaign(campaign_id=campaign.pk, now=NOW + 2 * MINUTE)

    plan_campaigns(now=NOW + 3 * MINUTE)

    assert Campaign.objects.get().state == CampaignState.RUNNING


def test_what_is_long_past_does_not_count(people: list[User], version: PolicyVersion, mailbox: Sink) -> None:
    planned()
    run_due(clock=at(NOW))
    turn(20, NoticeState.BOUNCED)

    plan_campaigns(now=NOW + 31 * MINUTE)

    assert Campaign.objects.get().state == CampaignState.RUNNING


@pytest.mark.parametrize("later", [20 * HOUR, 40 * HOUR])
def test_a_few_late_reports_are_not_all_that_there_is(
    many: list[User],
    version: PolicyVersion,
    mailbox: Sink,
    make_person: Callable[..., User],
    later: timedelta,
) -> None:
    planned()
    run_due(clock=at(NOW))
    come_back(20, NOW + later)
    make_person("late", date_joined=NOW + later)

    plan_campaigns(now=NOW + later)
    run_due(clock=at(NOW + later))

    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert states() == {NoticeState.BOUNCED: 20, NoticeState.ACCEPTED: 231}


def test_what_fails_in_the_end_counts_against_all_that_was_sent_with_it(
    many: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {person.email: "452 4.2.2 Mailbox full" for person in many[:20]}
        now = NOW
        for pause in (0 * MINUTE, *RETRY_AFTER):
            now += pause
            run_due(clock=at(now))
            plan_campaigns(now=now)

    assert states() == {NoticeState.FAILED: 20, NoticeState.ACCEPTED: 230}
    assert Campaign.objects.get().state == CampaignState.RUNNING


def test_too_many_late_reports_pause_it_once(many: list[User], version: PolicyVersion, mailbox: Sink) -> None:
    campaign = planned()
    run_due(clock=at(NOW))
    come_back(26, NOW + 5 * HOUR)

    plan_campaigns(now=NOW + 5 * HOUR)
    paused = Campaign.objects.get()
    resume_campaign(campaign_id=campaign.pk, now=NOW + 6 * HOUR)
    plan_campaigns(now=NOW + 7 * HOUR)

    assert (paused.state, paused.reason) == (CampaignState.PAUSED, f"{REFUSED} (26 of 250)")
    assert Campaign.objects.get().state == CampaignState.RUNNING


def test_a_chunk_that_is_tried_again_was_begun_once(
    many: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {many[0].email: "452 4.2.2 Mailbox full"}
        run_due(clock=at(NOW))
        run_due(clock=at(NOW + RETRY_AFTER[0]))

    assert sink.attempts[many[0].email] == 2
    assert set(Chunk.objects.values_list("begun_at", flat=True)) == {NOW}
