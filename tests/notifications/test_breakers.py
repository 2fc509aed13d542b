"""A campaign stops by itself when too much goes wrong with its latest notices, and says why."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState, Notice, NoticeState
from notifications.services import due_chunks, plan_campaigns, resume_campaign, run_due, slices
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import at, counters_add_up, planned, states

MINUTE = timedelta(minutes=1)
REFUSED = "Too many of the latest notices were refused or came back."


@pytest.fixture
def people(make_people: Callable[..., list[User]], monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Give a crowd whose notices fill three chunks."""
    monkeypatch.setattr(slices, "CHUNK_SIZE", 50)
    return make_people(150)


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
        (NoticeState.COMPLAINED, 5, "Too many of the latest notices were reported as unwanted."),
        (NoticeState.UNKNOWN, 10, "The fate of too many of the latest notices is unknown."),
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
