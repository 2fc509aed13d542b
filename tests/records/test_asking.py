"""A person asks to be erased; the desk carries it out or says why not, and a legal hold prevents it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from policies.services.permission import NotPermitted
from records.instants import months_after
from records.models import ErasureRequest, LegalHold
from records.services import (
    AlreadyAsked,
    AlreadyDecided,
    HeldAlready,
    NotHeld,
    ask_for_erasure,
    carry_out,
    lift_hold,
    place_hold,
    refuse_erasure,
)
from tests.acceptance.pages import words
from tests.conftest import NOW

ClientOf = Callable[[User], Client]
PAGE, DESK, HOLDS = "/me/erasure/", "/desk/erasures/", "/desk/holds/"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ((2026, 3, 2, 9), (2026, 4, 2, 8)),  # The clocks went forward in Berlin: it is 10 there on both days.
        ((2026, 1, 31, 12), (2026, 2, 28, 12)),
        ((2028, 1, 31, 12), (2028, 2, 29, 12)),
        ((2026, 12, 15, 12), (2027, 1, 15, 12)),
        (
            (2026, 1, 31, 23, 30),
            (2026, 2, 28, 23, 30),
        ),  # In Berlin it is the first of February, and of March.
    ],
)
def test_an_answer_is_due_on_the_same_day_of_the_next_month(
    asked: tuple[int, ...], due: tuple[int, ...]
) -> None:
    assert months_after(datetime(*asked, tzinfo=UTC), 1) == datetime(*due, tzinfo=UTC)  # type: ignore[arg-type, misc]  # numbers


@pytest.mark.pure
@given(
    moment=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC)),
    months=st.integers(1, 600),
)
def test_months_later_are_later_and_never_a_day_too_many(moment: datetime, months: int) -> None:
    later = months_after(moment, months)

    assert 28 * months <= (later - moment).days <= 31 * months
    assert months_after(moment, -months) < moment


def test_who_does_not_tick_the_box_has_not_asked(client_of: ClientOf, alice: User) -> None:
    response = client_of(alice).post(PAGE, {})

    assert response.status_code == 422
    assert not ErasureRequest.objects.exists()


def test_looking_at_the_page_asks_for_nothing(client_of: ClientOf, alice: User) -> None:
    client_of(alice).get(PAGE)

    assert not ErasureRequest.objects.exists()


def test_who_ticks_the_box_is_told_by_when_they_have_an_answer(
    client_of: ClientOf, alice: User, freeze: Callable[[datetime], None]
) -> None:
    client = client_of(alice)
    freeze(NOW)

    response = client.post(PAGE, {"is_meant": "on"}, follow=True)

    asked = ErasureRequest.objects.get()
    assert (asked.person, asked.asked_at, asked.due_at) == (alice, NOW, NOW.replace(month=4, hour=8))
    assert "You have an answer by April 2, 2026" in words(response.content)
    assert "Ask to be erased" not in words(response.content)


def test_a_second_request_while_one_is_open_is_refused(client_of: ClientOf, alice: User) -> None:
    ask_for_erasure(person_id=alice.pk, now=NOW)

    with pytest.raises(AlreadyAsked):
        ask_for_erasure(person_id=alice.pk, now=NOW)
    response = client_of(alice).post(PAGE, {"is_meant": "on"}, follow=True)

    assert "You have asked already." in words(response.content)
    assert ErasureRequest.objects.count() == 1


def test_the_desk_lists_who_asked_the_most_urgent_first(keeping: Client, alice: User, bob: User) -> None:
    ask_for_erasure(person_id=bob.pk, now=NOW)
    ask_for_erasure(person_id=alice.pk, now=NOW.replace(month=2))

    shown = words(keeping.get(DESK).content)

    assert shown.index("alice@example.com") < shown.index("bob@example.com")
    assert "overdue" in shown


def test_the_desk_erases_only_where_the_box_is_ticked(keeping: Client, alice: User, keeper: User) -> None:
    asked = ask_for_erasure(person_id=alice.pk, now=NOW)
    address = f"{DESK}{asked.pk}/carry-out/"

    keeping.post(address)
    assert User.objects.filter(pk=alice.pk).exists()
    response = keeping.post(address, {"is_meant": "on"}, follow=True)

    assert "The person is erased." in words(response.content)
    assert not User.objects.filter(pk=alice.pk).exists()
    asked.refresh_from_db()
    assert (asked.person, asked.decided_by, bool(asked.carried_out_at)) == (None, keeper, True)


def test_a_refusal_has_a_reason_that_the_person_reads(
    keeping: Client, client_of: ClientOf, alice: User
) -> None:
    asked = ask_for_erasure(person_id=alice.pk, now=NOW)
    address = f"{DESK}{asked.pk}/refuse/"

    response = keeping.post(address, {"reason": "  "}, follow=True)
    assert "Say why: the person reads it" in words(response.content)
    keeping.post(address, {"reason": "An order is not paid."})

    shown = words(client_of(alice).get(PAGE).content)
    assert "The reason: An order is not paid." in shown
    assert "Ask to be erased" in shown


def test_what_is_decided_is_decided(keeper: User, alice: User, bob: User) -> None:
    refused = ask_for_erasure(person_id=alice.pk, now=NOW)
    refuse_erasure(request_id=refused.pk, reason="No.", decided_by=keeper, now=NOW)
    done = ask_for_erasure(person_id=bob.pk, now=NOW)
    carry_out(request_id=done.pk, decided_by=keeper, now=NOW)

    for key in (refused.pk, done.pk, 4711):
        with pytest.raises(AlreadyDecided):
            carry_out(request_id=key, decided_by=keeper, now=NOW)
        with pytest.raises(AlreadyDecided):
            refuse_erasure(request_id=key, reason="No.", decided_by=keeper, now=NOW)


def test_only_who_has_the_permission_decides(approver: User, alice: User) -> None:
    asked = ask_for_erasure(person_id=alice.pk, now=NOW)

    with pytest.raises(NotPermitted):
        carry_out(request_id=asked.pk, decided_by=approver, now=NOW)
    with pytest.raises(NotPermitted):
        refuse_erasure(request_id=asked.pk, reason="No.", decided_by=approver, now=NOW)
    with pytest.raises(NotPermitted):
        place_hold(person_id=alice.pk, reason="A lawsuit.", placed_by=approver, now=NOW)
    assert ErasureRequest.objects.open().exists()


def test_a_hold_is_placed_by_address_and_prevents_the_erasure(
    keeping: Client, client_of: ClientOf, alice: User
) -> None:
    asked = ask_for_erasure(person_id=alice.pk, now=NOW)

    keeping.post(HOLDS, {"address": "Alice@Example.com", "reason": "A lawsuit."})
    response = keeping.post(f"{DESK}{asked.pk}/carry-out/", {"is_meant": "on"}, follow=True)

    assert "under a legal hold. Lift the hold" in words(response.content)
    assert "it must be lifted first" in words(keeping.get(DESK).content)
    assert "cannot be erased for now" in words(client_of(alice).get(PAGE).content)
    assert User.objects.filter(pk=alice.pk).exists()


def test_a_hold_is_lifted_once_and_stays_on_record(keeping: Client, keeper: User, alice: User) -> None:
    hold = place_hold(person_id=alice.pk, reason="A lawsuit.", placed_by=keeper, now=NOW)
    with pytest.raises(HeldAlready):
        place_hold(person_id=alice.pk, reason="Another.", placed_by=keeper, now=NOW)

    response = keeping.post(f"{HOLDS}{hold.pk}/lift/", follow=True)

    assert "Nobody is under a legal hold." in words(response.content)
    assert LegalHold.objects.get().lifted_by == keeper
    with pytest.raises(NotHeld):
        lift_hold(hold_id=hold.pk, lifted_by=keeper, now=NOW)


def test_nobody_is_held_at_an_address_that_nobody_has(keeping: Client, alice: User) -> None:
    response = keeping.post(HOLDS, {"address": "nobody@example.com", "reason": "A lawsuit."})

    assert response.status_code == 422
    assert "Nobody has this address." in words(response.content)
