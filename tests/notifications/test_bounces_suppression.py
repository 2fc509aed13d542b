"""Addresses that are left alone: once each, in any case, until somebody who may releases them."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Exists

from accounts.models import User
from notifications.models import Notice, Suppression, SuppressionReason
from notifications.selectors import suppressed, suppressed_people
from notifications.services import NotSuppressed, release_address, suppress_address
from policies.models import PolicyVersion
from policies.services import NotPermitted
from tests.conftest import NOW

from .meanwhile import beside
from .records import notice_of, planned


def suppress(address: str, reason: str = SuppressionReason.BOUNCE) -> Suppression:
    """Leave an address alone."""
    return suppress_address(address=address, reason=reason, detail="550 No such user", now=NOW)


def test_an_address_is_suppressed_once_whatever_its_case(db: None) -> None:
    first = suppress("Alice@Example.com")

    again = suppress(" alice@example.COM ", SuppressionReason.COMPLAINT)

    assert again == first == Suppression.objects.get()
    assert (first.address, first.reason) == ("alice@example.com", SuppressionReason.BOUNCE)


def test_two_that_suppress_the_same_address_at_once_make_one_row(committed: None) -> None:
    with beside(lambda: suppress("alice@example.com")) as other:
        with transaction.atomic():
            first = suppress("ALICE@example.com")
            other.start()
        second = other.result()

    assert first == second == Suppression.objects.get()


def test_the_database_holds_an_address_once_while_it_is_suppressed(db: None) -> None:
    suppress("alice@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(address="ALICE@example.com", reason="MANUAL", created_at=NOW)


@pytest.mark.parametrize(
    "fields", [{"address": ""}, {"reason": "MOOD"}, {"released_at": None, "released_by": "approver"}]
)
def test_the_database_refuses_a_row_that_says_nothing(approver: User, fields: dict[str, object]) -> None:
    known = {"address": "alice@example.com", "reason": "MANUAL", "created_at": NOW} | fields
    if "released_by" in known:
        known["released_by"] = approver

    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(**known)


def test_a_long_detail_is_cut(db: None) -> None:
    found = suppress_address(address="a@example.com", reason="MANUAL", detail="x" * 999, now=NOW)

    assert len(found.detail) == 300


def test_who_publishes_can_release_an_address(approver: User) -> None:
    held = suppress("alice@example.com")

    released = release_address(suppression_id=held.pk, released_by=approver, now=NOW)

    assert (released.released_at, released.released_by) == (NOW, approver)
    assert suppressed(["alice@example.com"]) == set()


def test_who_does_not_publish_cannot(author: User) -> None:
    held = suppress("alice@example.com")

    with pytest.raises(NotPermitted):
        release_address(suppression_id=held.pk, released_by=author, now=NOW)

    assert suppressed(["alice@example.com"]) == {"alice@example.com"}


def test_an_address_is_released_once(approver: User) -> None:
    held = suppress("alice@example.com")
    release_address(suppression_id=held.pk, released_by=approver, now=NOW)

    with pytest.raises(NotSuppressed):
        release_address(suppression_id=held.pk, released_by=approver, now=NOW)


def test_a_released_address_can_be_suppressed_again_and_both_are_on_record(approver: User) -> None:
    first = suppress("alice@example.com")
    release_address(suppression_id=first.pk, released_by=approver, now=NOW)

    second = suppress("alice@example.com")

    assert second != first
    assert Suppression.objects.count() == 2
    assert suppressed(["alice@example.com"]) == {"alice@example.com"}


def test_of_many_addresses_those_that_are_suppressed_are_known_in_any_case(db: None) -> None:
    suppress("alice@example.com")
    suppress("bob@example.com")

    assert suppressed(["ALICE@example.com", " bob@example.com", "charlie@example.com"]) == {
        "alice@example.com",
        "bob@example.com",
    }


def test_a_notice_knows_whether_its_person_is_left_alone(
    alice: User, bob: User, approver: User, version: PolicyVersion
) -> None:
    planned()
    suppress("ALICE@example.com")
    released = suppress("bob@example.com")
    release_address(suppression_id=released.pk, released_by=approver, now=NOW)

    left_alone = Notice.objects.filter(Exists(suppressed_people()))

    assert list(left_alone) == [notice_of(alice)]
