"""What is counted now and then is what one finds by asking of each person alone, whatever they did."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from acceptance.models import Act, ActKind, Exposure, ExposureKind, Presentation, Tally
from acceptance.selectors import (
    Part,
    Report,
    facts_of,
    never_accepted,
    people_by_state,
    policy_report,
    version_report,
)
from acceptance.selectors.words import ACCEPTING
from acceptance.services import count_people, rebuild_standing, tallying
from acceptance.tasks import count
from accounts.models import User
from policies.models import Assent, PolicyVersion
from policies.selectors import Publication, Register, load_register, load_rule_book
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_EFFECT
from tests.acceptance.records import answer, undone
from tests.conftest import NOW

# When all that the tests tell of has happened.
LATE = SECOND_EFFECT + 60 * DAY
MINUTE = timedelta(minutes=1)


class Someone(NamedTuple):
    """A person of a random history, and what became of them: on which day, with which version, what."""

    country: str
    language: str
    joined: int
    events: list[tuple[int, int, str]]


COUNT, LEAVE, MOVE = "COUNT", "LEAVE", "MOVE"
histories = st.lists(
    st.builds(
        Someone,
        country=st.sampled_from(["US", "DE", ""]),
        language=st.sampled_from(["en", "de"]),
        joined=st.sampled_from([-400, 5, 70, 95]),
        events=st.lists(
            st.tuples(
                st.integers(min_value=0, max_value=120),
                st.sampled_from([1, 2]),
                st.sampled_from([*ExposureKind.values, *ActKind.values, COUNT, LEAVE, MOVE]),
            ),
            max_size=6,
        ),
    ),
    max_size=4,
)


@pytest.fixture
def second(make_second: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give version 2, of the same policy."""
    return make_second()


def happen(person: User, version: PolicyVersion, what: str, at: datetime) -> None:
    """Let one event of a history happen."""
    if what == COUNT:
        count_people(now=at)
    elif what == LEAVE:
        User.objects.filter(pk=person.pk).update(is_active=False)
    elif what == MOVE:
        User.objects.filter(pk=person.pk).update(country="CH", language="fr")
    elif what in ExposureKind.values:
        Exposure.objects.get_or_create(user=person, version=version, kind=what, defaults={"at": at})
    else:
        words, _is_new = Presentation.objects.get_or_create(
            sha256="0" * 64, surface="REVIEW_PAGE", language="en", defaults={"wording": {}}
        )
        text = version.texts.get(language="en")
        Act.objects.create(
            user=person, version=version, text=text, kind=what, at=at, channel="WEB", presentation=words
        )
        rebuild_standing(user_id=person.pk, policy_id=version.policy_id, now=at)


def part_of(person: User, entry: Publication) -> str:
    """Say where a person is counted, by everything that is on record of them alone."""
    acts = list(Act.objects.filter(user=person).select_related("version").order_by("at", "pk"))
    left = max((place for place, act in enumerate(acts) if act.kind == ActKind.WITHDRAWN), default=-1)
    since = {act.version.number or 0: act.kind for act in acts[left + 1 :]}
    accepted = max((number for number, kind in since.items() if kind in ACCEPTING), default=0)
    if accepted >= entry.number:
        return since[accepted].lower()
    if {act.version.number: act.kind for act in acts}.get(entry.number) == ActKind.DECLINED:
        return "declined"
    if left >= 0 and entry.number <= (acts[left].version.number or 0):
        return "withdrawn"
    demand = load_rule_book().demand(entry.kind, entry.change_class, person.country)
    facts = facts_of(person)
    told_at, used_at = facts.told_at(entry.version_id), facts.used_at(entry.version_id)
    uses = told_at is not None and used_at is not None and told_at <= used_at
    if uses and demand.is_deemed_by_use and entry.policy_id not in facts.withdrawn:
        return "deemed"
    is_due = person.date_joined < entry.effective_at
    if demand.is_told and is_due and not facts.told_at(entry.version_id):
        return "not_notified"
    return "outstanding" if demand.assent != Assent.NONE else "not_asked"


def concerns(entry: Publication, register: Register, person: User) -> bool:
    """Whether a version concerns a person: no later one was in force when they joined."""
    later = [other for other in register.of(entry.slug) if other.number > entry.number]
    return person.is_active and all(person.date_joined < other.effective_at for other in later)


def report_on(version: PolicyVersion, at: datetime = LATE) -> Report:
    """Give the report on a version, which was counted."""
    register = load_register()
    found = version_report(register.by_id[version.pk], register, load_rule_book(), at=at)
    assert found
    return found


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
@example(
    history=[
        Someone("US", "en", -400, [(0, 1, "NOTIFIED"), (1, 1, "RETURNED"), (5, 1, "USED"), (6, 1, COUNT)]),
        Someone("US", "de", -400, [(0, 1, "NOTIFIED"), (5, 1, "USED"), (6, 1, "WITHDRAWN"), (7, 1, COUNT)]),
        Someone("DE", "de", -400, [(3, 1, "AGREED"), (4, 1, COUNT), (70, 2, "DECLINED"), (80, 2, LEAVE)]),
        Someone("", "en", 70, [(70, 2, "SHOWN"), (75, 2, "NOTIFIED"), (76, 2, "RETURNED"), (96, 2, "USED")]),
    ]
)
def test_the_counts_are_those_of_each_person_alone_whatever_was_counted_in_between(
    make_person: Callable[..., User],
    first: PolicyVersion,
    second: PolicyVersion,
    history: list[Someone],
) -> None:
    with undone():
        User.objects.update(is_active=False)
        people = [
            make_person(
                f"p{place}", country=it.country, language=it.language, date_joined=NOW + it.joined * DAY
            )
            for place, it in enumerate(history)
        ]
        events = sorted(
            (day, place, number, what) for place, it in enumerate(history) for day, number, what in it.events
        )
        for second_of_day, (day, place, number, what) in enumerate(events):
            at = NOW + day * DAY + timedelta(seconds=second_of_day)
            happen(people[place], (first, second)[number - 1], what, at)
        everyone = User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk")
        register = load_register()

        count_people(now=LATE)

        for version in (first, second):
            entry, report = register.by_id[version.pk], report_on(version)
            there = [person for person in everyone if concerns(entry, register, person)]
            total = {part.value: n for part, n in report.total.by_part.items() if n}
            assert total == Counter(part_of(person, entry) for person in there)
            for places, field in ((report.by_country, "country"), (report.by_language, "language")):
                counted = {of: figures.people for of, figures in places}
                assert counted == Counter(getattr(person, field) for person in there)
            never = [
                person.pk
                for person in everyone
                if person.is_active
                and not Act.objects.filter(
                    user=person, kind__in=ACCEPTING, version__number__gte=entry.number
                ).exists()
            ]
            assert [person.pk for person in never_accepted(entry, register)] == never
            assert report.never_accepted == len(never)


def test_the_last_count_of_each_day_is_kept(alice: User, bob: User, first: PolicyVersion) -> None:
    for person, at in ((alice, EFFECT), (bob, EFFECT + DAY)):
        count_people(now=at - MINUTE)
        answer(person, at=at)
        count_people(now=at + MINUTE)

    over_time = report_on(first).over_time

    assert [at for at, _figures in over_time] == [EFFECT + MINUTE, EFFECT + DAY + MINUTE]
    assert [figures.by_part[Part.ACKNOWLEDGED] for _at, figures in over_time] == [1, 2]


def test_a_version_that_is_over_is_counted_once_a_day_and_its_last_row_moves_along(
    first: PolicyVersion, second: PolicyVersion
) -> None:
    moments = [
        SECOND_EFFECT - DAY,
        SECOND_EFFECT + MINUTE,
        SECOND_EFFECT + 5 * MINUTE,
        SECOND_EFFECT + 2 * DAY,
        SECOND_EFFECT + 9 * DAY,
    ]

    counted = [count_people(now=at) for at in moments]

    assert counted == [2, 2, 1, 2, 2]
    assert [at for at, _figures in report_on(first).over_time] == [moments[0], moments[4]]
    assert [at for at, _figures in report_on(second).over_time] == [moments[0], *moments[2:]]


def test_a_count_rests_twenty_times_as_long_as_it_took(first: PolicyVersion) -> None:
    count_people(now=EFFECT)
    Tally.objects.update(seconds=30)

    counted = [count_people(now=EFFECT + minutes * MINUTE) for minutes in (1, 9, 10, 10)]

    assert counted == [0, 0, 1, 0]


def test_while_one_counts_nobody_else_does_and_a_dead_one_is_given_up(first: PolicyVersion) -> None:
    meanwhile = []

    def dies(*_args: Any) -> None:
        meanwhile.append(count_people(now=EFFECT + 9 * MINUTE))
        raise ConnectionError

    with patch.object(tallying, "people_by_state", dies), pytest.raises(ConnectionError):
        count_people(now=EFFECT)

    register = load_register()
    assert meanwhile == [0]
    assert policy_report("privacy", register, load_rule_book(), at=EFFECT) == []
    assert [count_people(now=EFFECT + minutes * MINUTE) for minutes in (9, 10)] == [0, 1]


def test_the_slower_of_two_counts_does_not_take_the_place_of_the_later_one(
    alice: User, first: PolicyVersion
) -> None:
    def late(*_args: Any) -> dict[str, Any]:
        with patch.object(tallying, "people_by_state", people_by_state):
            assert count_people(now=EFFECT + 11 * MINUTE) == 1
        return {"XX": {"en": {"TOLD": 99}}}

    with patch.object(tallying, "people_by_state", late):
        count_people(now=EFFECT)

    assert report_on(first).counted_at == EFFECT + 11 * MINUTE
    assert "XX" not in dict(report_on(first).by_country)


def test_who_moved_is_counted_where_they_live_now_and_earlier_days_stay(
    alice: User, first: PolicyVersion
) -> None:
    User.objects.exclude(pk=alice.pk).update(is_active=False)
    count_people(now=EFFECT)
    User.objects.filter(pk=alice.pk).update(country="DE")

    count_people(now=EFFECT + DAY)

    assert [of for of, _figures in report_on(first).by_country] == ["DE"]
    kept = Tally.objects.order_by("date").values_list("people", flat=True)
    assert [list(people) for people in kept] == [["US"], ["DE"]]


def test_who_was_erased_or_left_is_counted_nowhere(alice: User, bob: User, first: PolicyVersion) -> None:
    User.objects.exclude(pk__in=[alice.pk, bob.pk]).update(is_active=False)
    answer(alice, at=EFFECT)
    Act.objects.update(user=None, acted_by=None)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    count_people(now=EFFECT)

    assert (report_on(first).total.people, report_on(first).never_accepted) == (1, 1)


def test_nobody_is_asked_about_a_version_that_was_recalled(
    alice: User, approver: User, first: PolicyVersion
) -> None:
    User.objects.exclude(pk=alice.pk).update(is_active=False)
    count_people(now=EFFECT)
    before = report_on(first, at=EFFECT).total.by_part
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT + DAY)

    after = report_on(first, at=EFFECT + DAY).total.by_part

    assert (before[Part.NOT_NOTIFIED], before[Part.NOT_ASKED]) == (1, 0)
    assert (after[Part.NOT_NOTIFIED], after[Part.NOT_ASKED]) == (0, 1)


def test_a_worker_counts_when_it_is_woken_and_finds_nothing_to_do_at_once_again(
    first: PolicyVersion,
) -> None:
    assert [count(), count()] == [1, 0]


def test_a_long_history_is_read_as_thirty_days_the_first_and_the_last_among_them(
    first: PolicyVersion,
) -> None:
    count_people(now=EFFECT)
    tally = Tally.objects.get()
    for days in range(1, 100):
        moment = EFFECT + days * DAY
        tally.pk, tally.date, tally.begun_at, tally.counted_at = None, moment.date(), moment, moment
        tally.save(force_insert=True)

    with CaptureQueriesContext(connection) as queries:
        over_time = version_report(
            (register := load_register()).by_id[first.pk], register, load_rule_book(), at=LATE
        )

    assert over_time
    moments = [at for at, _figures in over_time.over_time]
    assert (len(moments), moments[0], moments[-1]) == (30, EFFECT, EFFECT + 99 * DAY)
    assert len(queries) == 4


def test_acting_waits_for_no_count(alice: User, first: PolicyVersion) -> None:
    count_people(now=EFFECT)

    with CaptureQueriesContext(connection) as queries:
        answer(alice, at=EFFECT + MINUTE)

    assert not any("acceptance_tally" in query["sql"] for query in queries)
