"""What a newer version stopped goes on where that one is recalled: nobody is left untold, or told twice."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import (
    PAUSED_AT_THE_DESK,
    Campaign,
    CampaignKind,
    CampaignState,
    Notice,
    NoticeState,
)
from notifications.services import cancel_campaign, pause_campaign, plan_campaigns, resume_campaign, run_due
from notifications.services.overtaking import take_up_campaigns
from policies.models import ChangeClass, PolicyVersion
from policies.services import recall_version
from tests.conftest import NOW

from .conftest import Use
from .letters import Letter, folded
from .mail_servers import StubbornSink
from .records import at, counters_add_up

DAY, YEAR = timedelta(days=1), timedelta(days=365)
EFFECT = NOW + 60 * DAY
OVERTAKEN, RECALLED = NOW + DAY, NOW + 2 * DAY


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the version that applies, of which nobody was told."""
    return make_version(published_at=NOW - YEAR, change_class=ChangeClass.EDITORIAL)


@pytest.fixture
def second(first: PolicyVersion, make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the version that will be stopped by a third."""
    return make_version(body="We keep orders for eight years.", effective_at=EFFECT)


@pytest.fixture
def overtake(make_version: Callable[..., PolicyVersion]) -> Callable[[], PolicyVersion]:
    """Give a way to publish a third version that takes effect no later, and have the planner see it."""

    def make() -> PolicyVersion:
        third = make_version(
            body="We keep orders for nine years.", published_at=OVERTAKEN, effective_at=EFFECT
        )
        plan_campaigns(now=OVERTAKEN)
        return third

    return make


@pytest.fixture
def recall(approver: User) -> Callable[[PolicyVersion], None]:
    """Give a way to recall a version, and have the planner see it."""

    def undo(version: PolicyVersion) -> None:
        recall_version(version_id=version.pk, reason="A mistake.", recalled_by=approver, now=RECALLED)
        plan_campaigns(now=RECALLED)

    return undo


Overtake = Callable[[], PolicyVersion]
Recalling = Callable[[PolicyVersion], None]


def about(version: PolicyVersion) -> Campaign:
    """Give the campaign that announces a version."""
    return Campaign.objects.get(version=version, kind=CampaignKind.ANNOUNCEMENT)


def told_of(sink: Sink, version: PolicyVersion) -> list[str]:
    """Give who got the announcement of a version, as often as they got it."""
    letters = [Letter(message) for message in sink.messages()]
    wanted = [one for one in letters if f"Version {version.number} takes effect on" in folded(one.text)]
    return sorted(str(one.message["To"]) for one in wanted if "withdrawn" not in one.subject)


def test_who_was_not_told_is_told_once_the_newer_version_is_recalled(
    alice: User, second: PolicyVersion, overtake: Overtake, recall: Recalling, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    third = overtake()
    assert about(second).state == CampaignState.CANCELLED
    run_due(clock=at(OVERTAKEN))
    assert told_of(mailbox, second) == []

    recall(third)
    run_due(clock=at(RECALLED))
    plan_campaigns(now=RECALLED + DAY)
    run_due(clock=at(RECALLED + DAY))

    assert told_of(mailbox, second) == [alice.email]
    campaign = about(second)
    assert (campaign.state, campaign.reason, campaign.finished_at) == (CampaignState.RUNNING, "", None)
    assert Notice.objects.get(campaign=campaign).state == NoticeState.ACCEPTED
    assert counters_add_up()


def test_who_was_told_before_gets_nothing_twice(
    alice: User,
    bob: User,
    second: PolicyVersion,
    overtake: Overtake,
    recall: Recalling,
    use: Use,
    tmp_path: Path,
) -> None:
    plan_campaigns(now=NOW)
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients[bob.email] = "451 4.7.1 Later"
        run_due(clock=at(NOW))
        third = overtake()
        sink.to_recipients.clear()
        found = dict(Notice.objects.filter(campaign=about(second)).values_list("user", "state"))
        assert found == {alice.pk: NoticeState.ACCEPTED, bob.pk: NoticeState.CANCELLED}

        recall(third)
        run_due(clock=at(RECALLED))

        letters = [m["To"] for m in sink.messages() if "withdrawn" not in Letter(m).subject]
        assert sorted(letters) == sorted([alice.email, bob.email])
    assert counters_add_up()


def test_who_joined_meanwhile_is_told_too(
    alice: User,
    second: PolicyVersion,
    make_person: Callable[..., User],
    overtake: Overtake,
    recall: Recalling,
    mailbox: Sink,
) -> None:
    third = overtake()
    assert not Notice.objects.filter(campaign=about(second)).exists()
    carol = make_person("carol", date_joined=OVERTAKEN)

    recall(third)
    run_due(clock=at(RECALLED))

    assert told_of(mailbox, second) == [alice.email, carol.email]


def test_a_version_that_is_in_force_again_goes_on_too(
    alice: User,
    second: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    mailbox: Sink,
) -> None:
    plan_campaigns(now=NOW)
    later = EFFECT + 40 * DAY
    third = make_version(published_at=NOW, effective_at=later, change_class=ChangeClass.EDITORIAL)
    plan_campaigns(now=later)
    assert about(second).reason == "A newer version is in force."
    recall_version(version_id=third.pk, reason="A mistake.", recalled_by=approver, now=later + DAY)

    plan_campaigns(now=later + DAY)
    run_due(clock=at(later + DAY))

    assert told_of(mailbox, second) == [alice.email]


def test_what_was_cancelled_at_the_desk_stays_so(
    alice: User, second: PolicyVersion, overtake: Overtake, recall: Recalling, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    cancel_campaign(campaign_id=about(second).pk, reason="Told in the shop.", now=NOW)
    third = overtake()

    recall(third)
    run_due(clock=at(RECALLED))

    assert about(second).state == CampaignState.CANCELLED
    assert told_of(mailbox, second) == []


def test_what_was_paused_comes_back_paused(
    alice: User, second: PolicyVersion, overtake: Overtake, recall: Recalling, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    campaign = about(second)
    pause_campaign(campaign_id=campaign.pk, reason=PAUSED_AT_THE_DESK, now=NOW)
    third = overtake()

    recall(third)
    run_due(clock=at(RECALLED))

    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == (CampaignState.PAUSED, PAUSED_AT_THE_DESK)
    assert told_of(mailbox, second) == []
    resume_campaign(campaign_id=campaign.pk, now=RECALLED)
    run_due(clock=at(RECALLED))
    assert told_of(mailbox, second) == [alice.email]
    assert counters_add_up()


def test_it_goes_on_once_and_stops_again_with_the_next_newer_version(
    alice: User, second: PolicyVersion, overtake: Overtake, recall: Recalling, approver: User
) -> None:
    plan_campaigns(now=NOW)
    recall(overtake())

    again = take_up_campaigns(now=RECALLED)

    assert again == 0
    fourth = overtake()
    assert about(second).state == CampaignState.CANCELLED
    recall(fourth)
    assert about(second).state == CampaignState.RUNNING
    assert Notice.objects.get(campaign=about(second)).state == NoticeState.PENDING
    assert counters_add_up()
