"""The desk's list of suppressed addresses: what it shows, and who may release one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml.html import document_fromstring

from accounts.models import User
from notifications.models import Suppression, SuppressionReason
from notifications.selectors import suppressed
from notifications.services import release_address, suppress_address
from tests.conftest import NOW

from .letters import words_of

pytestmark = pytest.mark.look

ClientOf = Callable[[User], Client]
PAGE = "/desk/suppressions/"


@pytest.fixture
def held(db: None) -> Suppression:
    """Give Alice's address, which nothing is sent to."""
    return suppress("alice@example.com")


def suppress(address: str, *, minutes: int = 0) -> Suppression:
    """Leave an address alone since some minutes ago."""
    return suppress_address(
        address=address,
        reason=SuppressionReason.BOUNCE,
        detail="550 5.1.1 No such user",
        now=NOW - timedelta(minutes=minutes),
    )


def words(content: bytes) -> str:
    """Give the words of a page, white space folded."""
    return words_of(document_fromstring(content.decode()))


def release_of(suppression: Suppression) -> str:
    """Give the address of the button that releases."""
    return f"{PAGE}{suppression.pk}/release/"


def test_the_list_says_which_address_why_and_since_when(
    held: Suppression, approver: User, client_of: ClientOf
) -> None:
    answer = client_of(approver).get(PAGE)

    found = words(answer.content)
    assert answer.status_code == 200
    assert "alice@example.com the address does not exist 550 5.1.1 No such user" in found
    assert "2 March 2026" in found or "March 2, 2026" in found


def test_an_empty_list_says_so(approver: User, client_of: ClientOf) -> None:
    assert "No address is on the list." in words(client_of(approver).get(PAGE).content)


def test_a_released_address_is_listed_with_who_released_it(
    held: Suppression, approver: User, client_of: ClientOf
) -> None:
    release_address(suppression_id=held.pk, released_by=approver, now=NOW)

    assert approver.email in words(client_of(approver).get(PAGE).content)


@pytest.mark.parametrize("typed", ["alice@example.com", "ALICE@Example.com", " alice@example.com "])
def test_one_address_is_found_in_any_case(
    held: Suppression, approver: User, client_of: ClientOf, typed: str
) -> None:
    suppress("alice@example.com.example")

    found = words(client_of(approver).get(PAGE, {"address": typed}).content)

    assert "alice@example.com the address" in found
    assert "alice@example.com.example" not in found


def test_an_address_that_is_not_listed_is_not_found(
    held: Suppression, approver: User, client_of: ClientOf
) -> None:
    found = words(client_of(approver).get(PAGE, {"address": "alice"}).content)

    assert "This address is not on the list." in found
    assert "alice@example.com" not in found


@pytest.mark.parametrize("typed", ["a\x00b", "x" * 300])
def test_what_is_no_address_is_refused(approver: User, client_of: ClientOf, typed: str) -> None:
    assert client_of(approver).get(PAGE, {"address": typed}).status_code == 422


def test_fifty_addresses_stand_on_a_page_the_latest_first(approver: User, client_of: ClientOf) -> None:
    for number in range(51):
        suppress(f"person{number:02d}@example.com", minutes=number)
    client = client_of(approver)

    first, second = (words(client.get(PAGE, {"page": page}).content) for page in (1, 2))

    assert "person00@" in first
    assert "person49@" in first
    assert "person50@" not in first
    assert "person50@" in second
    assert "Page 2 of 2" in second


def test_the_list_costs_the_same_however_long_it_is(
    approver: User, client_of: ClientOf, warm_caches: None
) -> None:
    for number in range(30):
        row = suppress(f"person{number}@example.com")
        if number % 2:
            release_address(suppression_id=row.pk, released_by=approver, now=NOW)
    client = client_of(approver)
    client.get(PAGE)

    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)

    assert len(queries) == 6


def test_who_publishes_can_release_an_address(held: Suppression, approver: User, client_of: ClientOf) -> None:
    answer = client_of(approver).post(release_of(held), follow=True)

    held.refresh_from_db()
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Notices go to alice@example.com again." in words(answer.content)
    assert held.released_by == approver
    assert suppressed([held.address]) == set()


def test_who_does_not_publish_cannot(
    held: Suppression, author: User, alice: User, client_of: ClientOf
) -> None:
    answers = [client.post(release_of(held)) for client in (client_of(author), client_of(alice), Client())]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert suppressed([held.address]) == {held.address}


def test_the_button_is_shown_to_whom_it_serves(
    held: Suppression, author: User, approver: User, client_of: ClientOf
) -> None:
    for_author, for_approver = (client_of(person).get(PAGE).content for person in (author, approver))

    assert release_of(held).encode() not in for_author
    assert release_of(held).encode() in for_approver


def test_an_address_that_is_released_already_is_answered_with_a_sentence(
    held: Suppression, approver: User, client_of: ClientOf
) -> None:
    client = client_of(approver)
    client.post(release_of(held))

    again = client.post(release_of(held), follow=True)

    assert "This address is not on the list any more. Open the list again." in words(again.content)


def test_opening_the_address_of_the_button_releases_nothing(
    held: Suppression, approver: User, client_of: ClientOf
) -> None:
    assert client_of(approver).get(release_of(held)).status_code == 405
    assert suppressed([held.address]) == {held.address}


def test_the_list_is_for_the_desk_alone(held: Suppression, alice: User, client_of: ClientOf) -> None:
    customer, stranger = client_of(alice).get(PAGE), Client().get(PAGE)

    assert customer.status_code == 403
    assert b"does not exist" not in customer.content
    assert stranger["Location"].startswith("/accounts/login/")
