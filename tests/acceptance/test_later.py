"""Between effect and gate a rule can lead people to the review page, where they may say later."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from acceptance.models import LATER, Exposure, ExposureKind
from acceptance.selectors import Severity, asked_about
from acceptance.services import put_off, record_exposures
from accounts.models import User
from policies.models import NoticeRule, PolicyVersion
from records.services import erase_person
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import accepting, alert, banners
from tests.acceptance.record_books import entry, facts, register_of, rule, rules_of
from tests.acceptance.records import answer, exposures_of
from tests.conftest import NOW

Browse = Callable[..., Client]
SECOND = timedelta(seconds=1)
REVIEW, LATER_PAGE = "/me/review/privacy/", "/me/review/privacy/later/"

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop", "first", "patient_rules")]


@pytest.fixture
def patient_rules(db: None) -> None:
    """Let every answer be put off three times."""
    NoticeRule.objects.update(later_times=3)


def is_led(client: Client, address: str = "/shop/stock/", **headers: str) -> bool:
    """Whether a reader of pages is led to the review page."""
    return client.get(address, headers=headers or None).status_code == 303


def said_later(client: Client, back: str = "/shop/stock/") -> Any:
    """Press the button on the review page."""
    return client.post(LATER_PAGE, {"next": back})


def test_from_effect_on_a_person_is_led_there_and_goes_on_after_saying_later(
    bob: User, browse: Browse
) -> None:
    assert not is_led(browse(bob, at=EFFECT - SECOND))
    client = browse(bob, at=EFFECT)
    led = client.get("/shop/stock/?size=42").headers["Location"]
    review = client.get(led)

    response = said_later(client, "/shop/stock/?size=42")

    assert LATER_PAGE in review.content.decode()
    assert (response.status_code, response.headers["Location"]) == (302, "/shop/stock/?size=42")
    assert not is_led(client)
    assert len(banners(client.get("/shop/").content)) == 1


def test_it_can_be_said_three_times_a_day_apart_and_then_the_gate_stands(bob: User, browse: Browse) -> None:
    led = []
    for days in range(3):
        client = browse(bob, at=EFFECT + days * DAY)
        led.append(is_led(client))
        said_later(client)
        led.append(is_led(browse(bob, at=EFFECT + (days + 1) * DAY - SECOND)))

    client = browse(bob, at=EFFECT + 3 * DAY)
    refused = said_later(client)

    assert led == [True, False] * 3
    assert is_led(client)
    # The gate stands before what is sent, too, which the reminder page did not.
    assert client.post("/shop/checkout/", {"shoe": "Larch"}).status_code == 303
    assert refused.status_code == 409
    assert alert(refused.content)
    assert [kind for _number, kind in exposures_of(bob) if kind in LATER] == list(LATER)


def test_two_weeks_after_it_holds_nothing_can_be_put_off_any_more(bob: User, browse: Browse) -> None:
    NoticeRule.objects.update(grace_days=400)
    client = browse(bob, at=EFFECT + 13 * DAY)
    assert is_led(client)
    said_later(client)

    late = browse(bob, at=EFFECT + 15 * DAY)

    # As at the gate, also what is sent is stopped.
    assert late.post("/shop/checkout/").status_code == 303
    assert client.post("/shop/checkout/").status_code == 303


def test_at_the_end_of_the_days_of_grace_the_gate_stands_though_later_was_just_said(
    bob: User, browse: Browse
) -> None:
    said_later(browse(bob, at=GATE - SECOND))

    assert not is_led(browse(bob, at=GATE - SECOND))
    assert is_led(browse(bob, at=GATE))
    assert said_later(browse(bob, at=GATE)).status_code == 302  # Sent twice, it says nothing new.
    assert said_later(browse(bob, at=GATE + DAY)).status_code == 409


def test_programs_and_what_is_sent_pass_until_the_gate_stands(bob: User, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)

    assert client.get("/shop/stock/", headers={"accept": "application/json"}).status_code == 200
    assert client.get("/shop/stock/", headers={"hx-request": "true"}).status_code == 200
    assert client.post("/shop/checkout/", {"shoe": "Larch"}).status_code == 200
    assert is_led(client)


def test_a_view_that_asks_itself_waits_for_nobody(bob: User, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)
    said_later(client)

    assert is_led(client, "/shop/delivery/DE/")


def test_whoever_answers_is_led_no_more(bob: User, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)
    before = is_led(client)

    client.post(REVIEW, accepting(client.get(REVIEW).content))

    assert (before, is_led(client)) == (True, False)


def test_sent_twice_it_counts_once(bob: User, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)

    statuses = [said_later(client).status_code for _ in range(3)]

    assert statuses == [302, 302, 302]
    assert Exposure.objects.filter(user=bob, kind__in=LATER).count() == 1


@pytest.mark.parametrize("at", [NOW, EFFECT - SECOND])
def test_it_cannot_be_said_before_anything_holds(bob: User, browse: Browse, at: datetime) -> None:
    refused = said_later(browse(bob, at=at))

    assert refused.status_code == 409
    assert Exposure.objects.filter(kind__in=LATER).count() == 0


def test_it_cannot_be_said_by_who_has_answered_by_visitors_or_of_what_is_not_there(
    bob: User, browse: Browse
) -> None:
    answer(bob, at=EFFECT)

    assert said_later(browse(bob, at=EFFECT)).status_code == 409
    assert browse(None, at=EFFECT).post(LATER_PAGE).status_code == 403
    assert browse(bob, at=EFFECT).post("/me/review/nothing/later/").status_code == 404
    assert browse(bob, at=EFFECT).get(LATER_PAGE).status_code == 405
    assert Exposure.objects.filter(kind__in=LATER).count() == 0


def test_where_use_counts_as_acceptance_nobody_is_led(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=EFFECT - DAY)

    assert not is_led(browse(alice, at=EFFECT))


def test_the_way_back_from_later_stays_on_the_site(bob: User, browse: Browse) -> None:
    client = browse(bob, at=EFFECT)

    for evil in ("//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)"):
        assert said_later(client, evil).headers["Location"] == "/me/"


def test_a_rule_lets_an_answer_be_put_off_three_times_at_most() -> None:
    found = NoticeRule.objects.order_by("pk").first()
    assert found
    found.later_times = 4

    with pytest.raises(ValidationError, match="three times at most"):
        found.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        found.save()


def test_the_strictest_of_several_changes_says_how_often() -> None:
    patient, strict = rule("MATERIAL"), rule("NEUTRAL")
    patient.later_times, strict.later_times = 3, 1
    register = register_of(entry(1), entry(2, change_class="NEUTRAL", effective_at=NOW + 3 * DAY))
    told = {(2, ExposureKind.NOTIFIED): NOW - 30 * DAY}
    once = facts(exposures={(1, ExposureKind.LATER_1): NOW} | told)

    severities = []
    for at in (NOW, NOW + 2 * DAY, NOW + 3 * DAY):
        asked = asked_about("privacy", once, register, rules_of(patient, strict), at)
        assert asked
        severities.append(asked.severity)

    assert severities == [Severity.BANNER, Severity.REMINDER, Severity.GATE]


def test_who_was_erased_meanwhile_puts_nothing_off_and_meets_no_error(bob: User, browse: Browse) -> None:
    browse(bob, at=EFFECT)
    stale = User.objects.get(pk=bob.pk)
    erase_person(person_id=bob.pk, decided_by=None, now=EFFECT)

    put_off(person=stale, slug="privacy", now=EFFECT)

    assert not Exposure.objects.filter(user=stale.pk).exists()
    connection.check_constraints()


def test_what_was_put_off_about_an_answered_version_is_no_part_of_the_next(
    bob: User, browse: Browse, make_second: Callable[..., PolicyVersion]
) -> None:
    for day in range(3):
        browse(bob, at=EFFECT + day * DAY).post(LATER_PAGE, {"next": "/"})
    answer(bob, at=EFFECT + 3 * DAY)
    make_second()
    browse(bob, at=SECOND_AT).get("/shop/")

    led = is_led(browse(bob, at=SECOND_EFFECT))
    said_later(browse(bob, at=SECOND_EFFECT))

    assert led
    assert not is_led(browse(bob, at=SECOND_EFFECT))


def test_the_page_names_the_moment_until_which_later_really_works(bob: User, browse: Browse) -> None:
    NoticeRule.objects.update(grace_days=60)

    said = browse(bob, at=EFFECT).get(f"{REVIEW}?language=en").content.decode()
    browse(bob, at=EFFECT + 13 * DAY).post(LATER_PAGE, {"next": "/"})

    assert "March 17, 2026" in said
    assert is_led(browse(bob, at=EFFECT + 14 * DAY))


@pytest.mark.parametrize(
    ("method", "headers"), [("head", {}), ("get", {"Sec-Purpose": "prefetch;prerender"})]
)
def test_a_page_that_nobody_sees_shows_nothing_and_is_no_use(
    bob: User, browse: Browse, method: str, headers: dict[str, str]
) -> None:
    for at in (NOW, EFFECT):
        getattr(browse(bob, at=at), method)("/shop/", headers=headers)
        getattr(browse(bob, at=at), method)("/policies/privacy/", headers=headers)

    assert exposures_of(bob) == []
