"""What is asked of whoever withdrew: again, but in the way only where going on needs an agreement."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from acceptance.models import ExposureKind
from acceptance.selectors import Asked, Facts, Severity, asked_about, awaited, deemed_of, facts_of
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import Assent, ChangeClass, PolicyVersion
from policies.selectors import Register, load_register, load_rule_book
from tests.acceptance.conftest import DAY, EFFECT, GATE
from tests.acceptance.record_books import PRIVACY, RULES, entry, facts, register_of, rule, rules_of
from tests.acceptance.records import answer, parts_of, withdraw_by, withdrawal
from tests.conftest import NOW, forget_all

Browse = Callable[..., Client]
DEEMING = rules_of(rule(deemed=True))


def withdrew(number: int, **more: Any) -> Facts:
    """Give what is on record of somebody who withdrew from a version."""
    return replace(facts(**more), withdrawn={PRIVACY: number})


def ask(register: Register, who: Facts, at: datetime) -> Asked | None:
    """Give what is asked about the privacy policy."""
    return asked_about("privacy", who, register, RULES, at)


@pytest.mark.pure
def test_who_withdrew_an_acknowledgement_is_asked_in_a_banner_however_long_ago_the_days_of_grace_ended() -> (
    None
):
    asked = ask(register_of(entry(1)), withdrew(1), NOW + 300 * DAY)

    assert asked
    assert (asked.severity, asked.is_declined, asked.is_withdrawn) == (Severity.BANNER, True, True)


@pytest.mark.pure
def test_who_withdrew_an_agreement_stands_before_the_gate_as_the_rule_has_it() -> None:
    asked = ask(register_of(entry(1, change_class=ChangeClass.NEW_PURPOSE)), withdrew(1), NOW)

    assert asked
    assert (asked.severity, asked.assent) == (Severity.GATE, Assent.AGREE)


@pytest.mark.pure
def test_a_newer_version_closes_the_gate_after_its_own_days_of_grace() -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + 40 * DAY))

    told = {(2, ExposureKind.NOTIFIED): NOW + 10 * DAY}

    before, after = (ask(register, withdrew(1, exposures=told), NOW + days * DAY) for days in (53, 54))

    assert before
    assert after
    assert (before.severity, before.publication.number, before.gate_from) == (
        Severity.BANNER,
        2,
        NOW + 54 * DAY,
    )
    assert after.severity is Severity.GATE


@pytest.mark.pure
@given(days=st.integers(0, 90), used=st.integers(0, 90), number=st.integers(1, 2))
def test_nothing_is_deemed_of_who_withdrew(days: int, used: int, number: int) -> None:
    register = register_of(entry(1), entry(2, effective_at=NOW + 40 * DAY))
    told = {(which, ExposureKind.NOTIFIED.value): NOW for which in (1, 2)}
    went_on = {(which, ExposureKind.USED.value): NOW + used * DAY for which in (1, 2)}
    silent = replace(facts(), exposures=told | went_on)

    assert deemed_of(silent, register, DEEMING)
    assert deemed_of(replace(silent, withdrawn={PRIVACY: number}), register, DEEMING) == []
    asked = asked_about(
        "privacy", replace(silent, withdrawn={PRIVACY: number}), register, DEEMING, NOW + days * DAY
    )
    assert asked


def test_use_before_a_withdrawal_counts_for_nothing_after_it(alice: User, first: PolicyVersion) -> None:
    for kind in (ExposureKind.NOTIFIED, ExposureKind.USED):
        record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=kind, now=EFFECT)
    register, rules = load_register(), load_rule_book()
    before = deemed_of(facts_of(alice), register, rules)
    answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)

    assert len(before) == 1
    assert deemed_of(facts_of(alice), register, rules) == []
    counted = parts_of(first, at=EFFECT + DAY)
    assert counted["withdrawn"] == 1
    assert not counted.keys() & {"deemed", "acknowledged"}


def test_a_withdrawal_counts_for_every_version_before_it_and_deems_no_later_one(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    second = make_second(published_at=EFFECT + DAY, effective_at=EFFECT + 32 * DAY)
    third = make_second(
        published_at=EFFECT + 40 * DAY,
        effective_at=EFFECT + 80 * DAY,
        bodies={"en": "We keep orders for two years.", "de": "Wir behalten sie zwei Jahre."},
    )
    answer(alice, at=EFFECT + 33 * DAY)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + 34 * DAY)
    for kind in (ExposureKind.SHOWN, ExposureKind.USED):
        record_exposures(user_id=alice.pk, version_ids=[third.pk], kind=kind, now=EFFECT + 81 * DAY)
    register, rules = load_register(), load_rule_book()

    counts = [parts_of(each, at=EFFECT + 81 * DAY) for each in (first, second, third)]

    assert [count.get("withdrawn", 0) for count in counts] == [1, 1, 0]
    assert "deemed" not in counts[2]
    late = awaited(register.by_id[third.pk], register, rules, at=EFFECT + 81 * DAY)
    assert alice in late


def test_a_decline_that_stands_is_not_forgotten_by_a_withdrawal(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    make_second(published_at=EFFECT + DAY, effective_at=EFFECT + 32 * DAY)
    answer(alice, at=EFFECT + 2 * DAY, accepts=False)

    withdraw_by(withdrawal(alice), alice, at=EFFECT + 3 * DAY)

    assert facts_of(alice).has_declined(first.policy_id, 2)
    asked = asked_about("privacy", facts_of(alice), load_register(), load_rule_book(), EFFECT + 300 * DAY)
    assert asked
    assert asked.severity is Severity.BANNER


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the seconds that the clock of what is kept shows; the test moves it."""
    shows = [0.0]
    monkeypatch.setattr("policies.selectors.kept.monotonic", lambda: shows[0])
    return shows


@pytest.mark.usefixtures("shop")
def test_the_gate_of_another_process_knows_of_a_withdrawal_within_a_second(
    alice: User, agreement: PolicyVersion, browse: Browse, clock: list[float]
) -> None:
    answer(alice, at=EFFECT, slug="profiling")
    client = browse(alice, at=GATE)
    client.get("/shop/stock/")
    # This process is not told of what another one writes.
    withdraw_by(withdrawal(alice, slug="profiling"), alice, at=GATE)

    statuses = []
    for clock[0] in (0.5, 0.89, 1.0):
        statuses.append(client.get("/shop/stock/").status_code)

    assert statuses == [200, 200, 303]


@pytest.mark.usefixtures("shop")
def test_who_is_about_to_use_a_version_for_the_first_time_is_looked_up_anew(
    alice: User,
    agreement: PolicyVersion,
    first: PolicyVersion,
    browse: Browse,
    clock: list[float],
    freeze: Callable[[datetime], None],
) -> None:
    answer(alice, at=NOW)
    answer(alice, at=NOW, slug="profiling")
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)
    client = browse(alice, at=EFFECT - DAY / 2)
    client.get("/shop/stock/")
    freeze(EFFECT)
    clock[0] = 0.85
    withdraw_by(withdrawal(alice, slug="profiling"), alice, at=EFFECT)

    assert client.get("/shop/stock/").status_code == 303


@pytest.mark.usefixtures("shop")
def test_who_withdrew_an_acknowledgement_goes_on_with_a_banner(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)
    forget_all()

    response = browse(alice, at=GATE + 100 * DAY).get("/shop/")

    assert response.status_code == 200
    assert "You withdrew. You can accept again." in response.content.decode()
