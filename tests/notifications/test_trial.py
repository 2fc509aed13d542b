"""The first few notices go ahead, and the others follow when these had time to bounce."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import Campaign, Notice, NoticeState
from notifications.selectors import AlarmName, alarms
from notifications.services import due_chunks, pause_campaign, plan_campaigns, run_due, slices
from policies.models import PolicyVersion
from tests.conftest import NOW

from .records import at, counters_add_up, planned

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
