"""What is asked of a person: once, about the newest version, for everything since the last accepted one."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.models import ExposureKind
from acceptance.selectors import Asked, Facts, Severity, asked_about, asked_of, unrecorded_use
from policies.models import Assent, ChangeClass
from policies.selectors import Publication, Register, RuleBook
from tests.acceptance.conftest import DAY
from tests.acceptance.record_books import RULES, entry, facts, register_of, rule, rules_of
from tests.conftest import NOW

pytestmark = pytest.mark.pure

SECOND = timedelta(seconds=1)


def ask(register: Register, person: Facts, at: datetime, rules: RuleBook = RULES) -> Asked | None:
    """Give what is asked of a person about the privacy policy."""
    return asked_about("privacy", person, register, rules, at)


def test_nothing_is_asked_before_the_version_is_published() -> None:
    register = register_of(entry(1, published_at=NOW - 30 * DAY, effective_at=NOW))

    assert ask(register, facts(), NOW - 30 * DAY - SECOND) is None
    assert ask(register, facts(), NOW - 30 * DAY)


def test_nothing_is_asked_about_a_policy_that_is_not_there() -> None:
    assert asked_about("terms", facts(), register_of(entry(1)), RULES, NOW) is None


def test_a_banner_asks_until_the_days_of_grace_after_effect_are_over_and_then_the_gate() -> None:
    register = register_of(entry(1, effective_at=NOW))
    gate_from = NOW + 14 * DAY

    severities = [
        found.severity
        for at in (NOW - DAY, NOW, gate_from - SECOND, gate_from, gate_from + 400 * DAY)
        if (found := ask(register, facts(), at))
    ]

    assert severities == [Severity.BANNER, Severity.BANNER, Severity.BANNER, Severity.GATE, Severity.GATE]


def test_a_rule_without_days_of_grace_closes_the_gate_at_the_effective_moment() -> None:
    register = register_of(entry(1, effective_at=NOW, change_class=ChangeClass.NEW_PURPOSE))

    before, after = ask(register, facts(), NOW - SECOND), ask(register, facts(), NOW)

    assert before
    assert after
    assert (before.severity, after.severity) == (Severity.BANNER, Severity.GATE)
    assert after.gate_from == NOW


def test_accepting_the_version_ends_the_asking() -> None:
    register = register_of(entry(1))

    assert ask(register, facts(accepted=1), NOW + 100 * DAY) is None
    assert ask(register, facts(accepted=0), NOW + 100 * DAY)


def test_an_editorial_change_asks_nothing() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + DAY, change_class=ChangeClass.EDITORIAL))

    assert ask(register, facts(accepted=1), NOW + 100 * DAY) is None


def test_what_is_owed_for_an_older_version_is_asked_about_the_newest_one() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + DAY, change_class=ChangeClass.EDITORIAL))

    asked = ask(register, facts(), NOW + DAY)

    assert asked
    assert (asked.publication.number, asked.assent) == (2, Assent.ACKNOWLEDGE)


def test_several_changes_are_asked_about_once_as_the_strictest_of_them_asks() -> None:
    register = register_of(
        entry(1),
        entry(2, effective_at=NOW + 40 * DAY),
        entry(3, effective_at=NOW + 80 * DAY, change_class=ChangeClass.NEW_PURPOSE),
        entry(4, effective_at=NOW + 120 * DAY, change_class=ChangeClass.MATERIAL),
    )

    told = {(number, ExposureKind.NOTIFIED): NOW for number in (2, 3, 4)}

    found = asked_of(facts(accepted=1, exposures=told), register, RULES, at=NOW + 121 * DAY)

    assert [(asked.publication.number, asked.assent) for asked in found] == [(4, Assent.AGREE)]
    assert found[0].since == register.numbered("privacy", 1)
    assert found[0].gate_from == NOW + 54 * DAY


def test_who_never_accepted_anything_is_asked_since_nothing() -> None:
    asked = ask(register_of(entry(1)), facts(), NOW)

    assert asked
    assert asked.since is None


def test_an_announced_version_is_asked_about_before_it_takes_effect() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + 40 * DAY))

    asked = ask(register, facts(accepted=1), NOW + 20 * DAY)

    assert asked
    assert (asked.publication.number, asked.severity) == (2, Severity.BANNER)


def test_a_recalled_version_is_asked_about_no_longer() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + DAY, recalled_at=NOW + 5 * DAY))

    before, after = (ask(register, facts(accepted=1), NOW + days * DAY) for days in (4, 5))

    assert before
    assert after is None


def test_an_overtaken_version_is_never_asked_about() -> None:
    register = register_of(
        entry(1),
        entry(2, effective_at=NOW + 40 * DAY, change_class=ChangeClass.NEW_PURPOSE),
        entry(3, effective_at=NOW + 30 * DAY, change_class=ChangeClass.EDITORIAL),
    )

    assert ask(register, facts(accepted=1), NOW + 50 * DAY) is None


def test_versions_that_were_over_before_a_person_joined_never_concern_them() -> None:
    register = register_of(
        entry(1), entry(2, effective_at=NOW + 40 * DAY, change_class=ChangeClass.EDITORIAL)
    )
    before, after = (facts(joined_at=NOW + days * DAY) for days in (39, 41))

    asked = ask(register, before, NOW + 50 * DAY)

    assert ask(register, after, NOW + 50 * DAY) is None
    assert asked
    assert asked.assent == Assent.ACKNOWLEDGE


def test_the_version_in_force_concerns_who_joins_under_it() -> None:
    asked = ask(register_of(entry(1)), facts(joined_at=NOW + 200 * DAY), NOW + 200 * DAY)

    assert asked


def test_who_declines_to_acknowledge_is_asked_in_a_banner_only() -> None:
    register = register_of(entry(1))

    asked, silent = (ask(register, facts(declined=number), NOW + 100 * DAY) for number in (1, 0))

    assert asked
    assert silent
    assert (asked.severity, asked.is_declined) == (Severity.BANNER, True)
    assert (silent.severity, silent.is_declined) == (Severity.GATE, False)


def test_who_declines_to_agree_still_stands_before_the_gate() -> None:
    register = register_of(entry(1, change_class=ChangeClass.NEW_PURPOSE))

    asked = ask(register, facts(declined=1), NOW)

    assert asked
    assert (asked.severity, asked.is_declined) == (Severity.GATE, True)


def test_a_newer_material_change_asks_again_who_declined_the_one_before() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + 40 * DAY))

    asked = ask(register, facts(declined=1), NOW + 40 * DAY)

    assert asked
    assert (asked.severity, asked.is_declined) == (Severity.GATE, False)


def test_an_editorial_change_does_not_ask_again_who_declined_the_one_before() -> None:
    register = register_of(
        entry(1), entry(2, effective_at=NOW + 40 * DAY, change_class=ChangeClass.EDITORIAL)
    )

    asked = ask(register, facts(declined=1), NOW + 41 * DAY)

    assert asked
    assert (asked.severity, asked.is_declined) == (Severity.BANNER, True)


@pytest.mark.parametrize(
    ("country", "assent"),
    [
        ("US", Assent.ACKNOWLEDGE),
        ("CH", Assent.ACKNOWLEDGE),
        ("DE", Assent.AGREE),
        ("NO", Assent.AGREE),
        ("FR", Assent.ACKNOWLEDGE),
        ("", Assent.AGREE),
    ],
)
def test_the_narrowest_rule_for_the_country_applies_and_the_union_s_where_none_is_known(
    country: str, assent: str
) -> None:
    rules = rules_of(
        rule(), rule(place="EU", assent=Assent.AGREE), rule(place="FR", assent=Assent.ACKNOWLEDGE)
    )

    asked = ask(register_of(entry(1)), facts(country=country), NOW, rules)

    assert asked
    assert asked.assent == assent


def test_where_no_rule_is_written_people_are_asked_all_the_same() -> None:
    asked = ask(register_of(entry(1)), facts(), NOW, rules_of())

    assert asked
    assert (asked.assent, asked.gate_from) == (Assent.ACKNOWLEDGE, NOW + 30 * DAY)


def test_use_is_to_be_recorded_of_who_was_told_once_the_version_is_in_force() -> None:
    register = register_of(entry(1))
    told = facts(exposures={(1, ExposureKind.NOTIFIED): NOW - DAY})
    used = facts(exposures={(1, ExposureKind.NOTIFIED): NOW - DAY, (1, ExposureKind.USED): NOW})

    assert unrecorded_use(told, register, RULES, at=NOW - SECOND) == []
    assert unrecorded_use(told, register, RULES, at=NOW) == [1]
    assert unrecorded_use(used, register, RULES, at=NOW) == []
    assert unrecorded_use(facts(), register, RULES, at=NOW) == []


@st.composite
def histories(draw: st.DrawFn) -> Register:
    """Draw a policy's history: each version takes effect after the one before, none is recalled."""
    classes = [ChangeClass.EDITORIAL, ChangeClass.MATERIAL, ChangeClass.NEW_PURPOSE]
    moment, entries = NOW, list[Publication]()
    for number in range(1, draw(st.integers(1, 5)) + 1):
        moment += draw(st.integers(1, 60)) * DAY
        entries.append(
            entry(
                number,
                effective_at=moment,
                published_at=moment - draw(st.integers(0, 40)) * DAY,
                change_class=draw(st.sampled_from(classes)),
            )
        )
    return register_of(*entries)


days = st.integers(-50, 400).map(lambda count: NOW + count * DAY)


@given(register=histories(), at=days, stayed=st.integers(0, 400), accepted=st.integers(0, 5))
def test_accepting_the_newest_version_always_ends_the_asking(
    register: Register, at: datetime, stayed: int, accepted: int
) -> None:
    newest = register.newest("privacy", at)
    number = newest.number if newest else accepted

    assert ask(register, facts(joined_at=at - stayed * DAY, accepted=number), at) is None


@given(register=histories(), at=days, stayed=st.integers(0, 400), accepted=st.integers(0, 5))
def test_what_is_asked_is_always_about_the_newest_version_and_as_strict_as_any_that_is_owed(
    register: Register, at: datetime, stayed: int, accepted: int
) -> None:
    newest, joined_at = register.newest("privacy", at), at - stayed * DAY
    met_first = register.in_force("privacy", joined_at)
    owed = [
        version.change_class
        for version in register.of("privacy")
        if version.published_at <= at
        and version.number > accepted
        and version.number >= (met_first.number if met_first else 0)
        and version.change_class != ChangeClass.EDITORIAL
    ]

    asked = ask(register, facts(joined_at=joined_at, accepted=accepted), at)

    assert bool(asked) == bool(owed)
    if asked:
        assert asked.publication == newest
        assert (asked.assent == Assent.AGREE) == (ChangeClass.NEW_PURPOSE in owed)


@given(register=histories(), at=days, later=st.integers(0, 200), accepted=st.integers(0, 5))
def test_time_alone_never_opens_the_gate(register: Register, at: datetime, later: int, accepted: int) -> None:
    joined = facts(joined_at=at, accepted=accepted)

    before, after = ask(register, joined, at), ask(register, joined, at + later * DAY)

    if before and before.severity is Severity.GATE:
        assert after
        assert after.severity is Severity.GATE
