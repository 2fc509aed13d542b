"""The gate: a banner while there is time, then the review page and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from acceptance.models import Act, ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, NoticeRule, PolicyVersion
from policies.selectors import register
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import accepting, banners, declining, elements, page
from tests.acceptance.records import answer
from tests.conftest import NOW

Browse = Callable[..., Client]
SECOND = timedelta(seconds=1)
TO_REVIEW = "/me/review/privacy/?next=%2Fshop%2F"

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop")]


def is_stopped(client: Client, address: str = "/shop/") -> bool:
    """Whether the gate leads a reader of pages away from an address."""
    return client.get(address).status_code == 303


def test_before_the_version_is_published_nothing_is_shown(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=NOW - SECOND).get("/shop/")

    assert response.status_code == 200
    assert banners(response.content) == []


@pytest.mark.parametrize("at", [NOW, EFFECT - SECOND])
def test_before_effect_a_banner_asks(alice: User, first: PolicyVersion, browse: Browse, at: Any) -> None:
    response = browse(alice, at=at).get("/shop/")

    assert response.status_code == 200
    [banner] = banners(response.content)
    assert "Privacy policy" in banner


def test_during_the_days_of_grace_a_banner_asks_and_then_the_gate_is_closed(
    bob: User, first: PolicyVersion, browse: Browse
) -> None:
    before, after = browse(bob, at=GATE - SECOND).get("/shop/"), browse(bob, at=GATE).get("/shop/")

    assert (before.status_code, len(banners(before.content))) == (200, 1)
    assert (after.status_code, after.headers["Location"]) == (303, TO_REVIEW)


def test_the_banner_leads_to_the_review_page_and_back(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=NOW)
    shelf = client.get("/shop/?size=42&colour=red")

    [link] = [
        str(link.get("href"))
        for banner in page(shelf.content).find_class("banner")
        for link in elements(banner, ".//a")
    ]
    response = client.post(link, accepting(client.get(link).content))

    assert response.headers["Location"] == "/shop/?size=42&colour=red"


def test_the_banner_is_gone_once_the_person_has_answered(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    before = browse(alice, at=NOW).get("/shop/")
    answer(alice, at=NOW)

    after = browse(alice, at=NOW).get("/shop/")

    assert (len(banners(before.content)), len(banners(after.content))) == (1, 0)


def test_the_banner_says_so_to_who_declined(alice: User, first: PolicyVersion, browse: Browse) -> None:
    answer(alice, at=NOW, accepts=False)

    [banner] = banners(browse(alice, at=NOW).get("/shop/").content)

    assert "You declined" in banner


def test_acknowledging_opens_the_gate_for_the_very_next_request(
    alice: User, first: PolicyVersion, browse: Browse, warm_caches: None
) -> None:
    client = browse(alice, at=GATE)
    stopped = is_stopped(client)

    client.post("/me/review/privacy/", accepting(client.get("/me/review/privacy/").content))

    assert stopped
    assert client.get("/shop/").status_code == 200


def test_declining_to_acknowledge_opens_the_gate_and_leaves_the_banner(
    bob: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(bob, at=GATE)
    stopped = is_stopped(client)

    client.post("/me/review/privacy/", declining(client.get("/me/review/privacy/").content))

    assert stopped
    shelf = client.get("/shop/")
    assert (shelf.status_code, len(banners(shelf.content))) == (200, 1)


def test_declining_to_agree_does_not_open_the_gate(
    alice: User, agreement: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)

    client.post("/me/review/profiling/", declining(client.get("/me/review/profiling/").content))

    assert Act.objects.get().kind == "DECLINED"
    assert is_stopped(client)


def test_agreeing_opens_the_gate(alice: User, agreement: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    stopped = is_stopped(client)

    client.post("/me/review/profiling/", accepting(client.get("/me/review/profiling/").content))

    assert stopped
    assert not is_stopped(client)


def test_one_person_s_answer_opens_the_gate_for_nobody_else(
    alice: User, charlie: User, first: PolicyVersion, browse: Browse, warm_caches: None
) -> None:
    answer(alice, at=EFFECT)

    assert not is_stopped(browse(alice, at=GATE))
    assert is_stopped(browse(charlie, at=GATE))


def test_two_policies_are_asked_about_one_after_the_other(
    alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=GATE)
    asked = []

    for _ in range(2):
        stopped = client.get("/shop/").headers["Location"]
        asked.append(urlsplit(stopped).path)
        client.post(stopped, accepting(client.get(stopped).content))

    assert asked == ["/me/review/privacy/", "/me/review/profiling/"]
    assert client.get("/shop/").status_code == 200


def test_an_editorial_change_asks_nothing(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    make_second(change_class=ChangeClass.EDITORIAL)

    response = browse(alice, at=SECOND_EFFECT + 100 * DAY).get("/shop/")

    assert response.status_code == 200
    assert banners(response.content) == []


def test_a_material_change_asks_again_who_accepted_the_version_before(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    answer(alice, at=EFFECT)
    make_second()

    banner = browse(alice, at=SECOND_AT).get("/shop/")
    before = is_stopped(browse(alice, at=SECOND_EFFECT + 14 * DAY - SECOND), "/shop/stock/")

    assert len(banners(banner.content)) == 1
    assert not before


def test_a_version_that_takes_effect_closes_the_gate_although_all_was_kept_warm(
    alice: User,
    first: PolicyVersion,
    make_second: Callable[..., PolicyVersion],
    browse: Browse,
    warm_caches: None,
) -> None:
    answer(alice, at=EFFECT)
    second = make_second(change_class=ChangeClass.NEW_PURPOSE)
    record_exposures(user_id=alice.pk, version_ids=[second.pk], kind=ExposureKind.NOTIFIED, now=SECOND_AT)
    # The commit of a publication does so, which here never comes.
    register.cache_clear()

    before, after = (is_stopped(browse(alice, at=SECOND_EFFECT + step)) for step in (-SECOND, 0 * SECOND))

    assert (before, after) == (False, True)


def test_a_recall_opens_the_gate(
    alice: User, approver: User, agreement: PolicyVersion, browse: Browse
) -> None:
    stopped = is_stopped(browse(alice, at=EFFECT))
    recall_version(version_id=agreement.pk, reason="A mistake.", recalled_by=approver, now=EFFECT)

    assert stopped
    assert not is_stopped(browse(alice, at=EFFECT))


def test_a_person_who_moves_is_asked_as_the_rule_of_the_new_country_says(
    alice: User, first: PolicyVersion, browse: Browse, warm_caches: None
) -> None:
    NoticeRule.objects.filter(jurisdiction="*").update(assent="NONE", is_deemed_by_use=False)
    before = is_stopped(browse(alice, at=GATE))

    User.objects.filter(pk=alice.pk).update(country="DE")

    assert not before
    assert is_stopped(browse(alice, at=GATE))


def test_a_stranger_passes(first: PolicyVersion, browse: Browse) -> None:
    response = browse(None, at=GATE).get("/shop/")

    assert response.status_code == 200
    assert banners(response.content) == []


def test_a_program_s_account_passes(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse
) -> None:
    exporter, clerk = make_person("exporter", is_service=True), make_person("clerk", is_staff=True)

    response = browse(exporter, at=GATE).get("/shop/")

    assert response.status_code == 200
    assert banners(response.content) == []
    assert is_stopped(browse(clerk, at=GATE))


def test_the_gate_answers_303_so_that_a_form_is_not_sent_again(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=GATE).post("/shop/checkout/", {"shoe": "Larch"})

    assert response.status_code == 303
    assert urlsplit(response.headers["Location"]).path == "/me/review/privacy/"


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("/shop/", "/shop/"),
        ("/shop/?size=42&colour=red", "/shop/?size=42&colour=red"),
        ("/shop/?next=https://evil.example", "/shop/?next=https://evil.example"),
        ("/shop/?q=%26next%3D%2F%2Fevil.example", "/shop/?q=%26next%3D%2F%2Fevil.example"),
    ],
)
def test_the_way_back_is_the_address_that_was_asked_for(
    alice: User, first: PolicyVersion, browse: Browse, address: str, back: str
) -> None:
    response = browse(alice, at=GATE).get(address)

    where = urlsplit(response.headers["Location"])
    assert (where.scheme, where.netloc, where.path) == ("", "", "/me/review/privacy/")
    assert parse_qs(where.query) == {"next": [back]}


def test_who_was_told_and_comes_back_late_passes_where_use_counts_as_acceptance(
    alice: User, bob: User, first: PolicyVersion, browse: Browse
) -> None:
    for person in (alice, bob):
        record_exposures(user_id=person.pk, version_ids=[first.pk], kind="NOTIFIED", now=NOW)

    # Alice lives in the United States, where the shop's clause holds; Bob in the Union, where it does not.
    assert not is_stopped(browse(alice, at=GATE + 100 * DAY))
    assert is_stopped(browse(bob, at=GATE + 100 * DAY))
