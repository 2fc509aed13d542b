"""A version holds for a person when they were told in time, and never before its own moment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from acceptance.models import ExposureKind
from acceptance.selectors import (
    Severity,
    asked_about,
    deemed_of,
    effective_for,
    facts_of,
    unrecorded_use,
)
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import load_register, load_rule_book
from tests.acceptance.conftest import DAY, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import banners, words
from tests.acceptance.record_books import RULES, entry, facts, register_of, rule, rules_of
from tests.acceptance.records import answer, exposures_of, parts_of
from tests.conftest import NOW

Browse = Callable[..., Client]
SECOND = timedelta(seconds=1)
FIRST, SECOND_VERSION = entry(1, effective_at=NOW - 200 * DAY), entry(2)
REGISTER = register_of(FIRST, SECOND_VERSION)
# The rule asks for 14 days of notice; version 2 gives 30.
DEMAND = RULES.demand(SECOND_VERSION.kind, SECOND_VERSION.change_class, "US")
PERIOD = 14 * DAY


def told(after: timedelta, kind: ExposureKind = ExposureKind.NOTIFIED) -> dict[str, Any]:
    """Give the exposure of who was told of version 2 so long after its effect."""
    return {"exposures": {(2, kind): NOW + after}}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (told(-30 * DAY), NOW),
        (told(-PERIOD), NOW),
        (told(-PERIOD + SECOND), NOW + SECOND),
        (told(3 * DAY), NOW + 17 * DAY),
        (told(3 * DAY, ExposureKind.SHOWN), NOW + 17 * DAY),
        # To have opened the text is not to have been told.
        (told(-30 * DAY, ExposureKind.VIEWED), NOW + 100 * DAY + PERIOD),
        ({}, NOW + 100 * DAY + PERIOD),
        ({"joined_at": NOW}, NOW),
        ({"joined_at": NOW - SECOND, **told(DAY)}, NOW + 15 * DAY),
    ],
)
@pytest.mark.pure
def test_who_is_told_late_has_the_whole_period_all_the_same(
    known: dict[str, Any], expected: datetime
) -> None:
    found = effective_for(SECOND_VERSION, DEMAND, facts(**known), REGISTER, told_by=NOW + 100 * DAY)

    assert found == expected


@pytest.mark.pure
def test_a_version_that_was_taken_over_holds_from_its_own_moment_for_everyone() -> None:
    taken_over = replace(SECOND_VERSION, imported=True)

    found = effective_for(
        taken_over, DEMAND, facts(), register_of(FIRST, taken_over), told_by=NOW + 100 * DAY
    )

    assert found == NOW


@pytest.mark.pure
def test_mail_that_came_back_told_nobody() -> None:
    returned = {
        (2, ExposureKind.NOTIFIED): NOW - 30 * DAY,
        (2, ExposureKind.RETURNED): NOW - 29 * DAY,
    }
    shown = {**returned, (2, ExposureKind.SHOWN): NOW + DAY}

    assert facts(exposures=returned).told_at(2) is None
    assert facts(exposures=shown).told_at(2) == NOW + DAY


@pytest.mark.pure
def test_who_is_told_of_a_later_version_is_told_of_what_it_carries_until_it_is_recalled() -> None:
    shown = facts(accepted=1, exposures={(3, ExposureKind.SHOWN): NOW + 11 * DAY})
    later, recalled = (entry(3, effective_at=NOW + 10 * DAY, recalled_at=at) for at in (None, NOW + 12 * DAY))

    moments = [
        effective_for(SECOND_VERSION, DEMAND, shown, register_of(FIRST, SECOND_VERSION, one), told_by=at)
        for one in (later, recalled)
        for at in (NOW + 11 * DAY, NOW + 12 * DAY)
    ]

    assert moments == [NOW + days * DAY for days in (25, 25, 25, 26)]


@pytest.mark.pure
def test_the_gate_closes_before_who_saw_the_banner_of_a_newer_version_and_missed_the_mail_of_the_older() -> (
    None
):
    wording = entry(3, effective_at=NOW + 10 * DAY, change_class=ChangeClass.EDITORIAL)
    shown = facts(accepted=1, exposures={(3, ExposureKind.SHOWN): NOW + 11 * DAY})
    register = register_of(FIRST, SECOND_VERSION, wording)

    before, after = (asked_about("privacy", shown, register, RULES, NOW + days * DAY) for days in (38, 39))

    assert before
    assert after
    assert (before.severity, after.severity) == (Severity.BANNER, Severity.GATE)


@pytest.mark.pure
def test_no_notice_is_due_for_a_first_version_or_where_the_rule_tells_nobody() -> None:
    silent = rule()
    silent.is_told = False
    untold = facts()

    first = effective_for(FIRST, DEMAND, untold, REGISTER, told_by=NOW)
    quiet = rules_of(silent).demand(SECOND_VERSION.kind, SECOND_VERSION.change_class, "US")

    assert first == FIRST.effective_at
    assert effective_for(SECOND_VERSION, quiet, untold, REGISTER, told_by=NOW + DAY) == NOW


@pytest.mark.pure
def test_shorter_notice_that_two_people_approved_is_all_that_anybody_gets() -> None:
    urgent = entry(2, published_at=NOW - 2 * DAY)

    found = effective_for(urgent, DEMAND, facts(**told(DAY)), register_of(FIRST, urgent), told_by=NOW)

    assert found == NOW + 3 * DAY


@given(
    told_after=st.timedeltas(-60 * DAY, 60 * DAY),
    later=st.timedeltas(0 * DAY, 60 * DAY),
    notice=st.integers(0, 60),
    own=st.timedeltas(0 * DAY, 90 * DAY),
)
@pytest.mark.pure
def test_it_is_never_early_and_never_earlier_for_being_told_later(
    told_after: timedelta, later: timedelta, notice: int, own: timedelta
) -> None:
    written = rule()
    written.min_notice_days = notice
    version = entry(2, published_at=NOW - own)
    register = register_of(FIRST, version)
    demand = rules_of(written).demand(version.kind, version.change_class, "US")

    first, second = (
        effective_for(version, demand, facts(**told(after)), register, told_by=NOW)
        for after in (told_after, told_after + later)
    )

    assert NOW <= first <= second
    assert first - (NOW + told_after) >= min(notice * DAY, own)


@pytest.mark.pure
def test_the_days_of_grace_and_the_first_use_count_from_the_person_s_own_moment() -> None:
    person = facts(accepted=1, **told(3 * DAY))

    asked = asked_about("privacy", person, REGISTER, RULES, NOW + 30 * DAY)
    closed = asked_about("privacy", person, REGISTER, RULES, NOW + 31 * DAY)

    assert asked
    assert closed
    assert (asked.effective_at, asked.gate_from) == (NOW + 17 * DAY, NOW + 31 * DAY)
    assert (asked.severity, closed.severity) == (Severity.BANNER, Severity.GATE)
    assert unrecorded_use(person, REGISTER, RULES, at=NOW + 17 * DAY - SECOND) == []
    assert unrecorded_use(person, REGISTER, RULES, at=NOW + 17 * DAY) == [2]


@pytest.mark.usefixtures("shop")
def test_who_could_not_be_reached_is_told_at_the_next_sign_in_and_has_the_whole_period(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    NoticeRule.objects.filter(jurisdiction="*").update(min_notice_days=10, grace_days=0)
    answer(alice, at=SECOND_AT - DAY)
    version = make_second()
    record_exposures(
        user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.NOTIFIED, now=SECOND_AT + DAY
    )
    record_exposures(
        user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.RETURNED, now=SECOND_AT + DAY
    )
    came = SECOND_EFFECT + 5 * DAY

    met = browse(alice, at=came).get("/shop/")
    meanwhile = browse(alice, at=came + 9 * DAY).get("/shop/")

    assert len(banners(met.content)) == len(banners(meanwhile.content)) == 1
    assert (2, "SHOWN") in exposures_of(alice)
    assert (2, "USED") not in exposures_of(alice)
    review = words(browse(alice, at=came + 9 * DAY).get("/me/review/privacy/").content)
    assert "for you from" in review
    # From then on it is as for everybody: going on counts, where the rule says so.
    browse(alice, at=came + 10 * DAY).get("/shop/")
    assert (2, "USED") in exposures_of(alice)
    register, rules = load_register(), load_rule_book()
    assert [found.publication.number for found in deemed_of(facts_of(alice), register, rules)] == [2]
    assert parts_of(version, at=came + 10 * DAY)["deemed"] == 1


@pytest.mark.usefixtures("shop")
def test_mail_that_comes_back_later_undoes_what_was_deemed(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(alice, at=SECOND_AT - DAY)
    version = make_second()
    record_exposures(user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.NOTIFIED, now=SECOND_AT)
    browse(alice, at=SECOND_EFFECT).get("/shop/stock/")
    register, rules = load_register(), load_rule_book()
    before = [found.publication.number for found in deemed_of(facts_of(alice), register, rules)]

    record_exposures(
        user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.RETURNED, now=SECOND_EFFECT + DAY
    )

    assert (before, deemed_of(facts_of(alice), register, rules)) == ([2], [])
    assert "deemed" not in parts_of(version, at=SECOND_EFFECT + DAY)
