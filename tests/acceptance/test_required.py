"""`acceptance_required` before single views, on a site whose gate stands before none of them."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from acceptance.models import ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import NoticeRule, PolicyVersion
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_EFFECT
from tests.acceptance.pages import accepting
from tests.acceptance.records import answer, exposures_of

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
SECOND = timedelta(seconds=1)
DELIVERY, PAYMENT = "/shop/delivery/DE/", "/shop/payment/DE/"
BOTH = pytest.mark.parametrize("address", [DELIVERY, PAYMENT], ids=["function", "class"])


@pytest.fixture(autouse=True)
def no_gate(shop: None, settings: Any) -> None:
    """Let the gate stand before nothing of the shop."""
    settings.GATE_EXEMPT_NAMESPACES = [*settings.GATE_EXEMPT_NAMESPACES, "shop"]


@BOTH
def test_it_stands_from_the_effective_moment_on_without_days_of_grace(
    bob: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    statuses = [browse(bob, at=at).get(address).status_code for at in (EFFECT - SECOND, EFFECT)]

    assert statuses == [200, 303]
    # Other views stay open.
    assert browse(bob, at=EFFECT).get("/shop/stock/").status_code == 200


@BOTH
def test_a_person_is_led_to_the_review_page_and_back(
    bob: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    client = browse(bob, at=EFFECT)
    led = client.get(f"{address}?size=42").headers["Location"]

    response = client.post(led, accepting(client.get(led).content))

    assert response.headers["Location"] == f"{address}?size=42"
    assert client.get(address).content.endswith(b" DE.")


def test_what_a_person_was_sending_is_offered_again(bob: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)
    led = client.post(PAYMENT, {"amount": "129"}).headers["Location"]
    back = client.post(led, accepting(client.get(led).content)).headers["Location"]
    offered = client.get(back)

    paid = client.post(PAYMENT, {"amount": "129"})

    assert b'name="amount" value="129"' in offered.content
    assert paid.content == b"Paid from DE."
    assert client.get(back).status_code == 404


@BOTH
def test_a_program_gets_a_code_and_a_link(
    bob: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    response = browse(bob, at=EFFECT).get(address, headers={"accept": "application/json"})

    assert response.status_code == 403
    assert response.json()["code"] == "acceptance_required"
    assert response.json()["version"] == 1
    assert response.json()["review"].endswith("/me/review/privacy/")


def test_another_policy_does_not_close_it(
    bob: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse
) -> None:
    answer(bob, at=EFFECT)

    assert browse(bob, at=EFFECT).get(DELIVERY).status_code == 200


def test_what_is_owed_for_the_version_in_force_closes_it_although_the_newest_is_yet_to_come(
    bob: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    make_second()
    client = browse(bob, at=SECOND_EFFECT - DAY)
    before = client.get(DELIVERY)

    client.post("/me/review/privacy/", accepting(client.get("/me/review/privacy/").content))

    assert before.status_code == 303
    assert client.get(DELIVERY).status_code == 200


def test_who_was_told_late_has_the_whole_notice_period(
    bob: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(bob, at=EFFECT)
    second = make_second()
    told_at = SECOND_EFFECT - DAY
    record_exposures(user_id=bob.pk, version_ids=[second.pk], kind=ExposureKind.NOTIFIED, now=told_at)
    holds_from = told_at + 30 * DAY

    statuses = [
        browse(bob, at=at).get(DELIVERY).status_code
        for at in (SECOND_EFFECT, holds_from - SECOND, holds_from)
    ]

    assert statuses == [200, 200, 303]


def test_who_declines_to_acknowledge_has_answered(bob: User, first: PolicyVersion, browse: Browse) -> None:
    answer(bob, at=EFFECT, accepts=False)

    assert browse(bob, at=EFFECT).get(DELIVERY).status_code == 200


def test_who_declines_to_agree_is_stopped(bob: User, first: PolicyVersion, browse: Browse) -> None:
    NoticeRule.objects.update(assent="AGREE", is_deemed_by_use=False)
    answer(bob, at=EFFECT, accepts=False)

    assert browse(bob, at=EFFECT).get(DELIVERY).status_code == 303


def test_where_use_counts_as_acceptance_using_the_view_is_use(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=EFFECT - DAY)

    response = browse(alice, at=EFFECT).get(DELIVERY)

    assert response.status_code == 200
    assert (1, ExposureKind.USED) in exposures_of(alice)


def test_whom_it_stops_has_not_used_the_shop(bob: User, first: PolicyVersion, browse: Browse) -> None:
    record_exposures(user_id=bob.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=EFFECT - DAY)

    response = browse(bob, at=EFFECT).get(DELIVERY)

    assert response.status_code == 303
    assert (1, ExposureKind.USED) not in exposures_of(bob)


def test_a_recall_opens_it(bob: User, approver: User, first: PolicyVersion, browse: Browse) -> None:
    stopped = browse(bob, at=EFFECT).get(DELIVERY).status_code
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT)

    assert stopped == 303
    assert browse(bob, at=EFFECT).get(DELIVERY).status_code == 200


def test_visitors_and_programs_accounts_pass(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse
) -> None:
    exporter = make_person("exporter", is_service=True)

    assert [browse(person, at=EFFECT).get(DELIVERY).status_code for person in (None, exporter)] == [200, 200]


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_misspelt_slug_closes_the_view_and_is_named_in_the_log(
    bob: User, first: PolicyVersion, browse: Browse, caplog: Any, *, is_signed_in: bool
) -> None:
    client = browse(bob if is_signed_in else None, at=EFFECT)
    client.raise_request_exception = False

    with caplog.at_level(logging.ERROR):
        response = client.get("/shop/misspelt/")

    assert response.status_code == 500
    assert "asks for an answer about 'privvacy', of which no version is published" in caplog.text
