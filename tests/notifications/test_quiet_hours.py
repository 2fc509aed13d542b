"""In the quiet hours of a rule nobody is written to, by the clock of each recipient."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as chance
from hypothesis import strategies as st

from accounts.models import User
from notifications.models import Notice, NoticeState
from notifications.services import run_due
from notifications.services.quiet import quiet_until
from policies.models import NoticeRule, PolicyVersion
from policies.selectors.rules import NO_RULE
from tests.conftest import NOW

from .conftest import Use
from .mail_servers import StubbornSink
from .records import at, planned

NIGHT = replace(NO_RULE, quiet_from=time(21), quiet_until=time(8))
NOON = replace(NO_RULE, quiet_from=time(12), quiet_until=time(13, 30))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("demand", "zone", "now", "expected"),
    [
        (NO_RULE, "UTC", "2026-03-02T03:00", None),
        (NIGHT, "UTC", "2026-03-02T20:59", None),
        (NIGHT, "UTC", "2026-03-02T21:00", "2026-03-03T08:00"),
        (NIGHT, "UTC", "2026-03-03T07:59", "2026-03-03T08:00"),
        (NIGHT, "UTC", "2026-03-03T08:00", None),
        (NIGHT, "Europe/Berlin", "2026-03-02T20:00", "2026-03-03T07:00"),
        (NIGHT, "America/Los_Angeles", "2026-03-02T09:00", "2026-03-02T16:00"),
        (NOON, "UTC", "2026-03-02T12:30", "2026-03-02T13:30"),
        (NOON, "UTC", "2026-03-02T11:59", None),
        # The night in which Berlin's clocks go forward is an hour shorter.
        (NIGHT, "Europe/Berlin", "2026-03-28T21:00", "2026-03-29T06:00"),
    ],
)
def test_the_end_of_the_quiet_hours_is_told_by_the_recipient_s_clock(
    demand: object, zone: str, now: str, expected: str | None
) -> None:
    found = quiet_until(demand, zone, datetime.fromisoformat(now).replace(tzinfo=UTC))  # type: ignore[arg-type]

    assert found == (datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None)


@pytest.mark.pure
@given(
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(sorted(available_timezones() - {"localtime"})),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - it gets its zone here
)
@chance(max_examples=200)
def test_what_is_put_off_is_put_off_to_a_later_moment_within_a_day(
    begins: time, ends: time, zone: str, now: datetime
) -> None:
    found = quiet_until(replace(NO_RULE, quiet_from=begins, quiet_until=ends), zone, now)

    if found is not None:
        # A day on which the clocks go back has more than 24 hours.
        assert now < found <= now + timedelta(hours=26)
        assert found.astimezone(ZoneInfo(zone)).time() >= ends


def test_notices_of_the_night_go_out_in_the_morning(
    make_people: Callable[..., list[User]], version: PolicyVersion, use: Use, tmp_path: Path
) -> None:
    NoticeRule.objects.filter(jurisdiction="*").update(quiet_from=time(1), quiet_until=time(8))
    [east] = make_people(1, time_zone="Asia/Tokyo")
    [west] = make_people(1, time_zone="America/New_York")
    planned()

    with use(StubbornSink(tmp_path)) as sink:
        run_due(clock=at(NOW))
        now = sorted(sink.attempts)
        run_due(clock=at(NOW + timedelta(hours=3, minutes=59)))
        before = sorted(sink.attempts)
        run_due(clock=at(NOW + timedelta(hours=4)))

    # It is four in the morning in New York.
    assert now == before == [east.email]
    assert sorted(sink.attempts) == [east.email, west.email]
    assert set(Notice.objects.values_list("state", flat=True)) == {NoticeState.ACCEPTED}


def test_quiet_hours_begin_and_end(db: None) -> None:
    rule = NoticeRule.objects.filter(jurisdiction="*").first()
    assert rule
    rule.quiet_from = time(21)

    with pytest.raises(ValidationError, match="Give both the beginning and the end of the quiet hours"):
        rule.full_clean()
