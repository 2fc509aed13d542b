"""The first few notices go ahead, and the others follow when these had time to bounce."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, CampaignState, Chunk, Notice, NoticeState
from notifications.selectors import AlarmName, alarms
from notifications.services import (
    due_chunks,
    pause_campaign,
    plan_campaigns,
    resume_campaign,
    run_due,
    slices,
)
from policies.models import NoticeRule, PolicyVersion
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import at, counters_add_up, planned, states

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def small_trial(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 2)
    settings.NOTICE_TRIAL_SIZE, settings.NOTICE_TRIAL_MINUTES = 4, 10


@pytest.fixture
def seven_people(make_people: Callable[..., list[User]]) -> list[User]:
    return make_people(7)


def accepted() -> int:
    return Notice.objects.filter(state=NoticeState.ACCEPTED).count()


def test_only_the_first_go_out_at_first(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    planned()

    run_due(clock=at(NOW))
    plan_campaigns(now=NOW + 9 * MINUTE)
    run_due(clock=at(NOW + 9 * MINUTE))

    assert accepted() == len(mailbox.files()) == 4
    assert due_chunks(now=NOW + 9 * MINUTE, limit=9) == []


def test_the_others_follow_when_the_first_had_time_to_bounce(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    run_due(clock=at(NOW))

    plan_campaigns(now=NOW + 10 * MINUTE)
    run_due(clock=at(NOW + 10 * MINUTE))

    assert accepted() == len(mailbox.files()) == 7
    assert Campaign.objects.get().widened_at == NOW + 10 * MINUTE
    assert counters_add_up()


def test_a_campaign_paused_during_the_trial_is_not_widened(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    campaign = planned()
    run_due(clock=at(NOW))
    pause_campaign(campaign_id=campaign.pk, reason="Too many bounces.", now=NOW)

    plan_campaigns(now=NOW + 60 * MINUTE)
    run_due(clock=at(NOW + 60 * MINUTE))

    assert accepted() == 4


def test_one_address_that_is_put_off_does_not_hold_the_others_up(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    run_due(clock=at(NOW))
    first = Notice.objects.order_by("pk")[0]
    Notice.objects.filter(pk=first.pk).update(
        state=NoticeState.RETRY, reason="The mail server put the message off.", due_at=NOW + 90 * MINUTE
    )

    plan_campaigns(now=NOW + 10 * MINUTE)

    assert Campaign.objects.get().widened_at


def test_what_waits_for_the_first_is_no_alarm(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    run_due(clock=at(NOW))

    def is_idle(now: datetime) -> bool:
        return AlarmName.NO_PROGRESS in [alarm.name for alarm in alarms(now=now)]

    assert not is_idle(NOW + 9 * MINUTE)
    plan_campaigns(now=NOW + 10 * MINUTE)
    assert not is_idle(NOW + 10 * MINUTE)
    assert is_idle(NOW + 11 * MINUTE)


def test_a_small_campaign_goes_out_at_once(
    make_people: Callable[..., list[User]], version: PolicyVersion, mailbox: Sink
) -> None:
    make_people(4)
    planned()

    run_due(clock=at(NOW))

    assert accepted() == 4
    assert Campaign.objects.get().widened_at == NOW


def test_without_a_trial_all_go_out_at_once(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_TRIAL_SIZE = 0
    planned()

    run_due(clock=at(NOW))

    assert accepted() == 7


@pytest.mark.parametrize(("size", "chunks"), [(1, [1, 2, 2, 2]), (3, [2, 1, 2, 2]), (4, [2, 2, 2, 1])])
def test_as_many_go_ahead_as_the_setting_says(
    seven_people: list[User],
    version: PolicyVersion,
    mailbox: Sink,
    settings: Any,
    size: int,
    chunks: list[int],
) -> None:
    settings.NOTICE_TRIAL_SIZE = size
    planned()

    run_due(clock=at(NOW))

    assert accepted() == size
    assert list(Chunk.objects.order_by("pk").values_list("size", flat=True)) == chunks
    assert counters_add_up()


def test_nobody_goes_ahead_once_notices_go_to_everyone(
    make_people: Callable[..., list[User]], version: PolicyVersion, mailbox: Sink
) -> None:
    make_people(3)
    planned()
    make_people(2)

    plan_campaigns(now=NOW + 5 * MINUTE)

    rows = Chunk.objects.order_by("pk").values_list("size", "is_trial")
    assert list(rows) == [(2, True), (1, True), (2, False)]


def test_while_the_first_are_put_off_the_others_wait(
    seven_people: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {person.email: "450 4.2.0 Content deferred" for person in seven_people[:4]}
        for minute in (0, 5, 20):
            run_due(clock=at(NOW + minute * MINUTE))
            plan_campaigns(now=NOW + minute * MINUTE)
        put_off = states()
        sink.to_recipients = {}
        for minute in (35, 45):
            run_due(clock=at(NOW + minute * MINUTE))
            plan_campaigns(now=NOW + minute * MINUTE)

    assert put_off == {NoticeState.RETRY: 4, NoticeState.PENDING: 3}
    assert states() == {NoticeState.ACCEPTED: 4, NoticeState.PENDING: 3}
    assert Campaign.objects.get().widened_at == NOW + 45 * MINUTE


def test_where_too_few_of_the_first_are_taken_the_campaign_pauses_until_somebody_resumes_it(
    seven_people: list[User], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    campaign = planned()
    with use(StubbornSink(tmp_path)) as sink:
        sink.to_recipients = {person.email: "550 5.7.1 Refused" for person in seven_people[:3]}
        run_due(clock=at(NOW))
        plan_campaigns(now=NOW + MINUTE)
        paused = Campaign.objects.get()
        resume_campaign(campaign_id=campaign.pk, now=NOW + 12 * MINUTE)
        plan_campaigns(now=NOW + 13 * MINUTE)
        run_due(clock=at(NOW + 13 * MINUTE))

    assert paused.state == CampaignState.PAUSED
    assert paused.reason == "The mail server took too few of the first notices. (1 of 4)"
    assert states() == {NoticeState.FAILED: 3, NoticeState.ACCEPTED: 4}


def test_who_needs_no_notice_is_not_waited_for(
    seven_people: list[User], version: PolicyVersion, mailbox: Sink
) -> None:
    planned()
    User.objects.filter(pk__in=[person.pk for person in seven_people[:4]]).update(is_active=False)
    run_due(clock=at(NOW))

    plan_campaigns(now=NOW)

    assert Campaign.objects.get().widened_at == NOW


@pytest.mark.parametrize(("sleepers", "is_widened"), [(2, True), (3, False)])
def test_few_who_sleep_hold_nobody_up(
    make_people: Callable[..., list[User]],
    version: PolicyVersion,
    mailbox: Sink,
    sleepers: int,
    is_widened: bool,  # noqa: FBT001 - a value of the table above
) -> None:
    NoticeRule.objects.update(quiet_from=time(20), quiet_until=time(8))
    # At NOW it is eleven in the evening there.
    make_people(sleepers, time_zone="Pacific/Honolulu")
    make_people(7 - sleepers, time_zone="Europe/Berlin")
    planned()
    run_due(clock=at(NOW))

    plan_campaigns(now=NOW + 10 * MINUTE)
    early = bool(Campaign.objects.get().widened_at)
    morning = NOW + timedelta(hours=9)
    for moment in (morning, morning + 10 * MINUTE):
        run_due(clock=at(moment))
        plan_campaigns(now=moment)
    run_due(clock=at(morning + 10 * MINUTE))

    assert early == is_widened
    assert accepted() == 7
