"""Whether everyone can be told in time is said when the notices are planned, and at the desk."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from notifications.models import Campaign
from notifications.selectors import forecast, told_by
from notifications.services import plan_campaigns
from policies.models import NoticeRule, Policy, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.conftest import NOW

from .records import planned

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def thirty_days(db: None) -> None:
    """Have every rule ask for thirty days of notice."""
    NoticeRule.objects.update(min_notice_days=30)


def reckoned(campaign: Campaign) -> tuple[datetime, datetime, bool] | None:
    """Give the forecast of a campaign."""
    found = forecast(campaign, load_register().by_id[campaign.version_id], load_rule_book())
    return (found.expected_at, found.lawful_until, found.is_late) if found else None


def test_a_campaign_that_is_quick_enough_is_in_time(
    make_people: Callable[..., list[User]], make_version: Callable[..., PolicyVersion], settings: Any
) -> None:
    make_version(effective_at=NOW + 60 * DAY)
    make_people(100)
    settings.NOTICE_RATE = 2

    assert reckoned(planned()) == (NOW + timedelta(seconds=50), NOW + 30 * DAY, False)


@pytest.mark.parametrize(("people", "is_late"), [(86_400, False), (86_401, True)])
def test_a_day_must_be_left_at_the_end(
    people: int,
    is_late: bool,  # noqa: FBT001 - pytest's parameter
    make_version: Callable[..., PolicyVersion],
    alice: User,
    settings: Any,
) -> None:
    settings.NOTICE_RATE, settings.NOTICE_TRIAL_SIZE = 1, 0
    make_version(effective_at=NOW + 32 * DAY)
    campaign = planned()
    campaign.chunks.update(size=people)
    Campaign.objects.update(expected_at=None)
    plan_campaigns(now=NOW)

    found = reckoned(Campaign.objects.get())

    assert found
    assert found[2] is is_late


def test_many_people_of_one_domain_take_as_long_as_its_rate_asks(
    make_people: Callable[..., list[User]], make_version: Callable[..., PolicyVersion], settings: Any
) -> None:
    settings.NOTICE_DOMAIN_RATE = 0.0001
    make_version(effective_at=NOW + 60 * DAY)
    people = make_people(600)
    User.objects.filter(pk=people[0].pk).update(email="one@elsewhere.example")

    promised = told_by(600, now=NOW)
    found = reckoned(planned())

    assert found == (NOW + timedelta(seconds=599 * 10_000), NOW + 30 * DAY, True)
    assert promised == found[0]


def test_a_guardian_s_domain_is_the_one_that_counts(
    make_people: Callable[..., list[User]], make_version: Callable[..., PolicyVersion], settings: Any
) -> None:
    settings.NOTICE_DOMAIN_RATE = 0.01
    make_version(effective_at=NOW + 60 * DAY)
    make_people(2, guardian_email="guardian@elsewhere.example")
    make_people(1)

    found = reckoned(planned())

    assert found
    assert found[0] == NOW + timedelta(seconds=200)


def test_what_other_campaigns_still_send_goes_first(
    make_people: Callable[..., list[User]],
    make_policy: Callable[..., Policy],
    make_version: Callable[..., PolicyVersion],
    settings: Any,
) -> None:
    settings.NOTICE_RATE = 0.5
    make_people(3)
    make_version(make_policy("terms"), effective_at=NOW + 60 * DAY)
    plan_campaigns(now=NOW)
    make_version(make_policy("privacy"), effective_at=NOW + 60 * DAY)

    promised = told_by(3, now=NOW)
    plan_campaigns(now=NOW)

    expected = Campaign.objects.order_by("pk").values_list("expected_at", flat=True)
    assert list(expected) == [NOW + timedelta(seconds=6), NOW + timedelta(seconds=12)]
    assert promised == expected[1]


@pytest.mark.parametrize(("rate", "nights"), [(1, 1), (6 / (16 * 3600), 2)])
def test_quiet_hours_are_added_for_each_day_of_sending(
    make_people: Callable[..., list[User]],
    make_version: Callable[..., PolicyVersion],
    settings: Any,
    rate: float,
    nights: int,
) -> None:
    NoticeRule.objects.update(quiet_from=time(22), quiet_until=time(6))
    settings.NOTICE_RATE = rate
    make_version(effective_at=NOW + 60 * DAY)
    make_people(6)

    found = reckoned(planned())

    assert found
    assert found[0] == NOW + timedelta(seconds=6 / rate) + nights * timedelta(hours=8)


def test_who_plans_too_late_is_told_in_the_log_and_at_the_desk_and_only_once(
    make_people: Callable[..., list[User]],
    make_version: Callable[..., PolicyVersion],
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    author: User,
    client_of: Callable[[User], Client],
) -> None:
    version = make_version(effective_at=NOW + 30 * DAY + timedelta(hours=12))
    make_people(10)

    planned()
    plan_campaigns(now=NOW + DAY)

    [record] = [record for record in caplog.records if record.name == "notifications.services.reckoning"]
    assert "By the rules that is to be a day before 2026-03-02T21:00:00+00:00" in record.getMessage()
    page = client_of(author).get(f"/desk/versions/{version.pk}/campaign/").content.decode()
    assert "for them the version takes effect later" in page


def test_where_shorter_notice_was_approved_that_is_what_counts(
    make_version: Callable[..., PolicyVersion], alice: User
) -> None:
    make_version(effective_at=NOW + 2 * DAY)

    found = reckoned(planned())

    assert found
    assert found[1] == NOW
    assert found[2]


def test_where_nobody_is_told_there_is_nothing_to_reckon(
    make_version: Callable[..., PolicyVersion], alice: User
) -> None:
    NoticeRule.objects.update(is_deemed_by_use=False)
    NoticeRule.objects.update(is_told=False)
    make_version()

    assert reckoned(planned()) is None
