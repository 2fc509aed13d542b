"""Instants as people write them: with a zone, or not at all."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.instants import UnclearInstant, parse_instant

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-01T00:00+01:00",
        "2026-11-30T23:00Z",
        " 2026-11-30 23:00:00.000+00:00 ",
        "20261130T230000Z",
        "2026-11-30T18:00-0500",
    ],
)
def test_an_instant_with_its_zone_is_read(written: str) -> None:
    assert parse_instant(written) == datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-12-01T00:00", "2026-12-01", "2026-12-01 00:00:00"])
def test_an_instant_without_a_zone_is_refused(written: str) -> None:
    with pytest.raises(UnclearInstant, match="has no time zone"):
        parse_instant(written)


def test_an_instant_without_a_zone_is_meant_in_the_zone_that_is_given() -> None:
    plain, own = (parse_instant(text, zone=UTC) for text in ("2026-12-01T00:00", "2026-12-01T00:00+01:00"))

    assert plain == datetime(2026, 12, 1, tzinfo=UTC)
    assert own == datetime(2026, 11, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "soon", "01/12/2026", "2026-02-30T00:00Z", "2026-12-01T25:00Z"])
def test_what_is_no_instant_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(UnclearInstant, match="Write it like 2026-12-01"):
        parse_instant(written)


@pytest.mark.parametrize("written", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_a_year_that_another_zone_could_not_write_is_refused(written: str) -> None:
    with pytest.raises(UnclearInstant, match="out of reach"):
        parse_instant(written)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones()))  # noqa: DTZ001 - Hypothesis takes bounds without a zone
def test_whatever_is_read_can_be_written_in_utc(moment: datetime) -> None:
    read = parse_instant(moment.isoformat())

    assert read == moment.astimezone(UTC)
