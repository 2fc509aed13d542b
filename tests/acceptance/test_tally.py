"""Where people are with a version: the parts sum to the people concerned, and each part is right."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from acceptance.models import ExposureKind
from acceptance.selectors import acts_on, awaited, facts_of, is_deemed, people_by_state
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import load_register, load_rule_book
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.records import answer, parts_of, undone
from tests.conftest import NOW

# When all that the tests tell of has happened.
LATE = SECOND_EFFECT + 9 * DAY


class Someone(NamedTuple):
    """A person of a random population: where they live, and what became of them."""

    country: str
    told: bool
    used: bool
    answers: tuple[bool, ...]
    leaves: bool


def count(version: PolicyVersion) -> dict[str, int]:
    """Give the parts of a version when all has happened."""
    return parts_of(version, at=LATE)


def lawyers_leave() -> None:
    """Let nobody be left but the customers that a test makes."""
    User.objects.filter(groups__isnull=False).update(is_active=False)


def meet(person: User, version: PolicyVersion, *kinds: str) -> None:
    """Record that a person met a version in some ways, a day apart."""
    for days, kind in enumerate(kinds):
        record_exposures(user_id=person.pk, version_ids=[version.pk], kind=kind, now=EFFECT + days * DAY)


def test_each_answer_is_counted_where_it_belongs(
    make_person: Callable[..., User], first: PolicyVersion
) -> None:
    lawyers_leave()
    people = {name: make_person(name) for name in ("ann", "ben", "cai", "dee", "eve")}
    answer(people["ann"], at=EFFECT)
    answer(people["ben"], at=EFFECT, accepts=False)
    meet(people["cai"], first, ExposureKind.NOTIFIED, ExposureKind.USED)
    meet(people["dee"], first, ExposureKind.NOTIFIED)

    assert count(first) == {
        "acknowledged": 1,
        "declined": 1,
        "deemed": 1,
        "outstanding": 1,
        "not_notified": 1,
    }


def test_an_agreement_is_counted_apart_from_an_acknowledgement(alice: User, agreement: PolicyVersion) -> None:
    lawyers_leave()
    answer(alice, at=EFFECT, slug="profiling")

    assert count(agreement) == {"agreed": 1}


def test_where_nothing_is_asked_silence_is_not_outstanding(
    alice: User, bob: User, make_version: Callable[..., PolicyVersion]
) -> None:
    lawyers_leave()
    version = make_version(change_class=ChangeClass.EDITORIAL, effective_at=EFFECT)
    answer(alice, at=EFFECT)

    assert count(version) == {"acknowledged": 1, "not_asked": 1}


def test_silence_means_what_the_rule_of_each_country_says(
    make_person: Callable[..., User], first: PolicyVersion
) -> None:
    lawyers_leave()
    NoticeRule.objects.create(
        policy_kind="PRIVACY_NOTICE",
        change_class="MATERIAL",
        jurisdiction="CH",
        min_notice_days=0,
        assent="NONE",
        source="None is asked.",
    )
    for country in ("US", "DE", "", "CH"):
        meet(make_person(f"of-{country}x", country=country), first, ExposureKind.SHOWN, ExposureKind.USED)

    assert count(first) == {"deemed": 1, "outstanding": 2, "not_asked": 1}


def test_use_before_being_told_does_not_count(alice: User, charlie: User, first: PolicyVersion) -> None:
    lawyers_leave()
    meet(alice, first, ExposureKind.USED, ExposureKind.NOTIFIED)
    meet(charlie, first, ExposureKind.VIEWED, ExposureKind.USED)

    assert count(first) == {"outstanding": 1, "not_notified": 1}


@pytest.mark.parametrize("came_back", [True, False])
def test_use_counts_only_where_the_version_held_for_the_person_by_then(
    alice: User,
    make_version: Callable[..., PolicyVersion],
    came_back: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    lawyers_leave()
    make_version(published_at=NOW - 90 * DAY, effective_at=NOW - 50 * DAY)
    second = make_version(bodies={"en": "We keep orders for ten years."}, effective_at=NOW + 31 * DAY)
    met = [(ExposureKind.NOTIFIED, 0), (ExposureKind.SHOWN, 26), (ExposureKind.USED, 31)]
    for kind, days in [*met, *([(ExposureKind.RETURNED, 32)] if came_back else [])]:
        record_exposures(user_id=alice.pk, version_ids=[second.pk], kind=kind, now=NOW + days * DAY)
    register, rules, at = load_register(), load_rule_book(), NOW + 33 * DAY
    entry, facts = register.by_id[second.pk], facts_of(alice)
    deemed = is_deemed(entry, rules.demand(entry.kind, entry.change_class, alice.country), facts, register)

    # Shown five days before, she had the whole notice period from there.
    assert deemed is not came_back
    assert parts_of(second, at=at) == {"outstanding" if came_back else "deemed": 1}
    assert awaited(entry, register, rules, at=at).filter(pk=alice.pk).exists() is came_back


def test_an_answer_counts_more_than_going_on(alice: User, charlie: User, first: PolicyVersion) -> None:
    lawyers_leave()
    for person, accepts in ((alice, True), (charlie, False)):
        meet(person, first, ExposureKind.NOTIFIED, ExposureKind.USED)
        answer(person, at=EFFECT + 2 * DAY, accepts=accepts)

    assert count(first) == {"acknowledged": 1, "declined": 1}


def test_the_last_answer_counts(alice: User, charlie: User, first: PolicyVersion) -> None:
    lawyers_leave()
    for person, accepts in ((alice, True), (charlie, False)):
        answer(person, at=EFFECT, accepts=not accepts)
        answer(person, at=EFFECT + DAY, accepts=accepts)

    assert count(first) == {"acknowledged": 1, "declined": 1}


def test_accepting_a_newer_version_answers_for_the_one_before(
    alice: User, charlie: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    lawyers_leave()
    answer(charlie, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_EFFECT)

    assert count(first) == {"acknowledged": 2}
    assert count(second) == {"acknowledged": 1, "not_notified": 1}


def test_declining_the_newer_version_takes_nothing_back(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    lawyers_leave()
    answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_EFFECT, accepts=False)

    assert count(first) == {"acknowledged": 1}
    assert count(second) == {"declined": 1}


def test_who_declined_one_version_and_then_the_next_is_counted_under_both(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    lawyers_leave()
    answer(alice, at=EFFECT, accepts=False)
    second = make_second()
    answer(alice, at=SECOND_EFFECT, accepts=False)

    assert count(second) == {"declined": 1}
    assert count(first) == {"declined": 1}


def test_who_left_and_programs_are_not_concerned(
    alice: User, make_person: Callable[..., User], first: PolicyVersion
) -> None:
    lawyers_leave()
    make_person("gone", is_active=False)
    make_person("exporter", is_service=True)

    assert count(first) == {"not_notified": 1}


def test_who_joined_when_a_version_was_over_is_not_concerned_by_it(
    alice: User,
    make_person: Callable[..., User],
    first: PolicyVersion,
    make_second: Callable[..., PolicyVersion],
) -> None:
    lawyers_leave()
    second = make_second()
    make_person("in-time", date_joined=SECOND_EFFECT - DAY)
    make_person("late", date_joined=SECOND_EFFECT)

    # Who joined when a version was in force already is asked, and no notice was due to them.
    assert count(first) == {"not_notified": 1, "outstanding": 1}
    assert count(second) == {"not_notified": 2, "outstanding": 1}


def test_a_version_that_was_recalled_before_effect_ends_nothing(
    approver: User,
    make_person: Callable[..., User],
    first: PolicyVersion,
    make_second: Callable[..., PolicyVersion],
) -> None:
    second = make_second()
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_AT + DAY)
    lawyers_leave()
    make_person("late", date_joined=SECOND_EFFECT + DAY)

    assert count(first) == {"outstanding": 1}
    assert count(second) == {"not_asked": 1}


def test_an_answer_about_another_policy_counts_for_nothing_here(
    alice: User, first: PolicyVersion, agreement: PolicyVersion
) -> None:
    lawyers_leave()
    answer(alice, at=EFFECT, slug="profiling")

    assert count(first) == {"not_notified": 1}


populations = st.lists(
    st.builds(
        Someone,
        country=st.sampled_from(["US", "DE", "CH", ""]),
        told=st.booleans(),
        used=st.booleans(),
        answers=st.lists(st.booleans(), max_size=2).map(tuple),
        leaves=st.booleans(),
    ),
    max_size=6,
)


def part(someone: Someone) -> str:
    """Say in plain words where a person of a random population is counted."""
    if someone.answers:
        return "acknowledged" if someone.answers[-1] else "declined"
    if not someone.told:
        return "not_notified"
    deems = someone.country in ("US", "CH")
    return "deemed" if deems and someone.used else "outstanding"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(population=populations)
def test_the_parts_sum_to_the_people_whoever_they_are_and_whatever_they_did(
    make_person: Callable[..., User], first: PolicyVersion, population: list[Someone]
) -> None:
    with undone():
        lawyers_leave()
        for place, someone in enumerate(population):
            person = make_person(f"person{place}", country=someone.country, is_active=not someone.leaves)
            for days, accepts in enumerate(someone.answers):
                answer(person, at=EFFECT + days * DAY, accepts=accepts)
            kinds = [ExposureKind.NOTIFIED] * someone.told + [ExposureKind.USED] * someone.used
            meet(person, first, *kinds)

        counted = count(first)

        expected = Counter(part(someone) for someone in population if not someone.leaves)
        assert counted == dict(expected)


def test_counting_everyone_takes_two_queries_however_many_people_there_are(
    make_person: Callable[..., User],
    first: PolicyVersion,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    lawyers_leave()
    for number in range(12):
        make_person(f"person{number}", country="US" if number % 2 else "DE")
    register, rules = load_register(), load_rule_book()

    with django_assert_num_queries(2):
        counted = people_by_state(register.by_id[first.pk], register, rules)

    assert counted == {"US": {"en": {"UNTOLD": 6}}, "DE": {"en": {"UNTOLD": 6}}}


def test_the_acts_on_a_version_are_listed_with_the_latest_first(
    alice: User, charlie: User, first: PolicyVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    acts = [answer(alice, at=EFFECT), answer(charlie, at=NOW + 3 * DAY, accepts=False)]

    with django_assert_num_queries(1):
        listed = list(acts_on(first.pk))
        emails = [act.user.email for act in listed if act.user]

    assert listed == acts[::-1]
    assert emails == ["charlie@example.com", "alice@example.com"]
