"""What has been kept for long enough goes: whole IP addresses first, then who left long ago."""

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from acceptance.models import Act, ActContext
from accounts.models import User
from policies.models import PolicyVersion
from records.addresses import SHORTENED, shortened
from records.instants import months_after
from records.models import EndedRelationship, RetentionRun
from records.services import apply_retention, lift_hold, place_hold, retention
from records.services.erasing import erase_rows
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import seal, verdicts
from tests.records.conftest import acted

LATER = months_after(EFFECT, 13) + timedelta(seconds=1)
YEARS = 4
GONE = months_after(EFFECT, YEARS * 12)


@pytest.mark.pure
@given(st.ip_addresses())
def test_a_shortened_address_names_its_network_and_is_known_again(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    short = shortened(str(address))

    kept = 24 if address.version == 4 else 48
    assert ipaddress.ip_address(short) in ipaddress.ip_network((address, kept), strict=False)
    assert re.search(SHORTENED, short)
    assert shortened(short) == short


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("198.51.100.77", "198.51.100.0"),
        ("2001:db8:12:34:56:78:9a:bc", "2001:db8:12::"),
        ("2001:db8::1", "2001:db8::"),
        ("::ffff:198.51.100.77", "::"),
    ],
)
def test_an_address_is_shortened_after_thirteen_months_and_no_day_earlier(
    alice: User, version: PolicyVersion, whole: str, short: str
) -> None:
    acted(alice, EFFECT, accepts=True, ip=whole)

    assert apply_retention(now=LATER - timedelta(seconds=2)).shortened == 0
    assert ActContext.objects.get().ip == whole
    assert apply_retention(now=LATER).shortened == 1
    assert ActContext.objects.get().ip == short
    assert apply_retention(now=LATER).shortened == 0


def test_shortening_goes_on_portion_by_portion_and_breaks_no_proof(
    committed: None, alice: User, version: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        acted(alice, EFFECT + timedelta(seconds=number), accepts=bool(number % 2), ip=f"192.0.2.{number + 1}")
    monkeypatch.setattr(retention, "PORTION", 2)
    seal(LATER)

    run = apply_retention(now=LATER + timedelta(minutes=1))

    assert (run.shortened, run.erased, bool(run.ended_at)) == (5, 0, True)
    assert set(ActContext.objects.values_list("ip", flat=True)) == {"192.0.2.0"}
    assert verdicts(LATER) == set()


def test_what_a_run_that_was_broken_off_left_is_done_by_the_next(
    alice: User, version: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        acted(alice, EFFECT + timedelta(seconds=number), accepts=bool(number % 2), ip=f"192.0.2.{number + 1}")
    monkeypatch.setattr(retention, "PORTION", 2)
    whole = retention.shorten_some
    calls = iter([True, False])

    def break_off(now: datetime) -> int:
        if next(calls):
            return whole(now)
        raise KeyboardInterrupt

    monkeypatch.setattr(retention, "shorten_some", break_off)
    with pytest.raises(KeyboardInterrupt):
        apply_retention(now=LATER + timedelta(minutes=1))
    monkeypatch.setattr(retention, "shorten_some", whole)
    apply_retention(now=LATER + timedelta(minutes=1))

    found = RetentionRun.objects.order_by("pk").values_list("shortened", "ended_at")
    assert [(count, bool(ended)) for count, ended in found] == [(2, False), (2, True)]


def test_who_left_is_erased_when_their_years_are_over(
    alice: User, bob: User, version: PolicyVersion, settings: Any
) -> None:
    settings.RETENTION_YEARS = YEARS
    acted(alice, EFFECT, accepts=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    apply_retention(now=EFFECT)

    assert apply_retention(now=GONE - timedelta(seconds=1)).erased == 0
    assert apply_retention(now=GONE).erased == 1

    assert set(User.objects.values_list("email", flat=True)) >= {"bob@example.com"}
    assert not User.objects.filter(pk=alice.pk).exists()
    assert Act.objects.get().user is None
    assert not ActContext.objects.exists()


def test_the_years_run_from_when_it_was_first_seen_that_somebody_left(alice: User, settings: Any) -> None:
    settings.RETENTION_YEARS = YEARS
    User.objects.filter(pk=alice.pk).update(is_active=False)

    apply_retention(now=EFFECT)
    apply_retention(now=EFFECT + timedelta(days=1))

    assert EndedRelationship.objects.get().noted_at == EFFECT


def test_who_comes_back_is_kept(alice: User, settings: Any) -> None:
    settings.RETENTION_YEARS = YEARS
    User.objects.filter(pk=alice.pk).update(is_active=False)
    apply_retention(now=EFFECT)
    User.objects.filter(pk=alice.pk).update(is_active=True)

    assert apply_retention(now=GONE).erased == 0
    assert not EndedRelationship.objects.exists()


@pytest.mark.parametrize("by", ["update", "save", "statement"])
def test_who_comes_back_and_leaves_again_between_two_runs_is_kept_from_then_on(
    alice: User, settings: Any, by: str
) -> None:
    settings.RETENTION_YEARS = YEARS
    switch(alice, is_active=False)
    apply_retention(now=EFFECT)

    switch(alice, is_active=True, by=by)
    switch(alice, is_active=False, by=by)

    assert not EndedRelationship.objects.exists()
    assert apply_retention(now=GONE).erased == 0
    assert EndedRelationship.objects.get().noted_at == GONE


def test_whatever_else_is_changed_of_who_left_lets_their_time_run_on(alice: User, bob: User) -> None:
    for person in (alice, bob):
        switch(person, is_active=False)
    apply_retention(now=EFFECT)

    User.objects.update(language="de")
    switch(bob, is_active=True)

    assert EndedRelationship.objects.get().person == alice


def switch(person: User, *, is_active: bool, by: str = "update") -> None:
    """Switch an account on or off in one of the ways that there are."""
    if by == "save":
        person.is_active = is_active
        person.save()
    elif by == "update":
        User.objects.filter(pk=person.pk).update(is_active=is_active)
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET is_active = %s WHERE id = %s", [is_active, person.pk])


def test_without_a_number_of_years_nobody_is_erased(alice: User, settings: Any) -> None:
    settings.RETENTION_YEARS = 0
    User.objects.filter(pk=alice.pk).update(is_active=False)
    apply_retention(now=EFFECT)

    assert apply_retention(now=GONE + timedelta(days=36_500)).erased == 0


def test_a_legal_hold_keeps_both_until_it_is_lifted(
    alice: User, keeper: User, version: PolicyVersion, settings: Any
) -> None:
    settings.RETENTION_YEARS = YEARS
    acted(alice, EFFECT, accepts=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    apply_retention(now=EFFECT)
    hold = place_hold(person_id=alice.pk, reason="A lawsuit.", placed_by=keeper, now=EFFECT)

    held = apply_retention(now=GONE)
    assert (held.shortened, held.erased) == (0, 0)
    lift_hold(hold_id=hold.pk, lifted_by=keeper, now=GONE)

    assert apply_retention(now=GONE).erased == 1


def test_one_person_who_cannot_be_erased_stops_nobody_else(
    alice: User, bob: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION_YEARS = YEARS
    User.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)
    apply_retention(now=EFFECT)
    whole = erase_rows

    def fail_for_alice(person_id: int, decided_by: User | None, now: datetime) -> Any:
        if person_id == alice.pk:
            raise ZeroDivisionError
        return whole(person_id, decided_by, now)

    monkeypatch.setattr(retention, "erase_rows", fail_for_alice)
    run = apply_retention(now=GONE)

    assert (run.erased, run.failed) == (1, 1)
    assert not User.objects.filter(pk=bob.pk).exists()


def test_the_command_only_says_what_it_would_do_unless_it_is_told_to(
    alice: User,
    bob: User,
    version: PolicyVersion,
    settings: Any,
    freeze: Callable[[datetime], None],
    capsys: pytest.CaptureFixture[str],
    client: Client,
) -> None:
    settings.RETENTION_YEARS = YEARS
    acted(bob, EFFECT, accepts=True)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    EndedRelationship.objects.create(person=alice, noted_at=EFFECT)
    freeze(GONE)

    call_command("apply_retention")
    told = capsys.readouterr().out
    assert "1 IP addresses would be shortened, and 1 people erased (4 years after" in told
    assert User.objects.filter(pk=alice.pk).exists()
    assert not RetentionRun.objects.exists()
    call_command("apply_retention", "--apply")

    assert "1 IP addresses are shortened, 1 people erased, 0 could not be." in capsys.readouterr().out
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Session.objects.exists()
