"""How people met a version: the first moment of each way, and never anything of a stranger."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from acceptance.models import Act, Exposure, ExposureKind
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, GATE, SECOND_AT
from tests.acceptance.pages import accepting, banners
from tests.acceptance.records import answer, exposures_of
from tests.conftest import NOW

Browse = Callable[..., Client]
POLICY = "/policies/privacy/"
REVIEW = "/me/review/privacy/"


def test_only_the_first_moment_of_each_kind_is_kept(alice: User, first: PolicyVersion) -> None:
    for days in (3, 1, 2):
        for kind in (ExposureKind.VIEWED, ExposureKind.SHOWN):
            record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=kind, now=NOW + days * DAY)

    kept = set(Exposure.objects.values_list("kind", "at"))
    assert kept == {("VIEWED", NOW + 3 * DAY), ("SHOWN", NOW + 3 * DAY)}


def test_meeting_some_versions_again_adds_only_the_others(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    second = make_second()
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.SHOWN, now=NOW)

    record_exposures(
        user_id=alice.pk, version_ids=[second.pk, first.pk, second.pk], kind=ExposureKind.SHOWN, now=SECOND_AT
    )

    moments = dict(Exposure.objects.values_list("version", "at"))
    assert moments == {first.pk: NOW, second.pk: SECOND_AT}


def test_what_one_person_met_is_nobody_else_s(alice: User, charlie: User, first: PolicyVersion) -> None:
    for person in (alice, charlie):
        record_exposures(user_id=person.pk, version_ids=[first.pk], kind=ExposureKind.SHOWN, now=NOW)

    assert exposures_of(alice) == exposures_of(charlie) == [(1, "SHOWN")]


def test_a_banner_is_recorded_as_shown_with_its_first_moment(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    for at in (NOW, NOW + timedelta(hours=1)):
        response = browse(alice, at=at).get("/shop/")

    assert len(banners(response.content)) == 1
    assert list(Exposure.objects.values_list("user", "version", "kind", "at")) == [
        (alice.pk, first.pk, "SHOWN", NOW)
    ]


def test_a_page_without_a_banner_records_none_as_shown(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    browse(alice, at=NOW).get("/shop/stock/")

    assert exposures_of(alice) == []


def test_a_banner_on_a_page_that_failed_is_not_recorded(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=NOW).get("/policies/terms/")

    assert response.status_code == 404
    assert exposures_of(alice) == []


def test_each_policy_s_banner_is_recorded(
    alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse, shop: None
) -> None:
    response = browse(alice, at=NOW).get("/shop/")

    assert len(banners(response.content)) == 2
    shown = Exposure.objects.filter(kind=ExposureKind.SHOWN).values_list("version", flat=True)
    assert set(shown) == {first.pk, agreement.pk}


def test_opening_the_text_signed_in_is_recorded_as_viewed(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=NOW)

    browse(alice, at=EFFECT).get(POLICY)

    assert exposures_of(alice) == [(1, "VIEWED")]


@pytest.mark.parametrize(
    "address",
    [
        "/policies/privacy/versions/2/",
        "/policies/privacy/compare/1...2/",
        "/me/review/privacy/",
    ],
)
def test_opening_the_new_text_in_any_place_is_recorded_as_viewed(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse, address: str
) -> None:
    make_second()

    browse(alice, at=SECOND_AT).get(address)

    assert (2, "VIEWED") in exposures_of(alice)
    assert (1, "VIEWED") not in exposures_of(alice)


@pytest.mark.parametrize(
    "address", ["/", "/policies/privacy/versions/", "/policies/privacy/feed.atom", "/me/"]
)
def test_a_list_of_versions_is_not_the_text(
    alice: User, first: PolicyVersion, browse: Browse, address: str
) -> None:
    browse(alice, at=EFFECT).get(address)

    assert (1, "VIEWED") not in exposures_of(alice)


def test_the_new_text_shown_instead_of_an_old_form_is_recorded_as_viewed(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse, freeze: Callable[..., None]
) -> None:
    client = browse(alice, at=SECOND_AT - DAY)
    old = client.get(REVIEW).content
    make_second()
    freeze(SECOND_AT)

    client.post(REVIEW, accepting(old))

    assert exposures_of(alice) == [(1, "VIEWED"), (2, "VIEWED")]


def test_the_first_use_after_effect_of_who_was_told_is_recorded_once(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)

    for hours in (-1, 0, 1, 2):
        browse(alice, at=EFFECT + timedelta(hours=hours)).get("/shop/stock/")

    used = Exposure.objects.get(kind=ExposureKind.USED)
    assert (used.user, used.version, used.at) == (alice, first, EFFECT)


def test_the_use_of_who_was_never_told_is_not_recorded(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    browse(alice, at=EFFECT).get("/shop/stock/")

    assert exposures_of(alice) == []


def test_the_visit_that_shows_the_banner_first_is_no_use_and_the_next_one_is(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    client = browse(alice, at=EFFECT)

    client.get("/shop/")
    after_one = exposures_of(alice)
    client.get("/shop/")

    assert after_one == [(1, "SHOWN")]
    assert exposures_of(alice) == [(1, "SHOWN"), (1, "USED")]


@pytest.mark.parametrize(
    "address", ["/", POLICY, "/me/", REVIEW, "/healthz", "/accounts/logout/", "/shop/orders/"]
)
def test_reading_policies_and_one_s_own_pages_is_no_use_of_the_shop(
    alice: User, first: PolicyVersion, browse: Browse, shop: None, address: str
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)

    browse(alice, at=EFFECT).get(address)

    assert (1, "USED") not in exposures_of(alice)


def test_whom_the_gate_stops_has_not_used_the_shop(
    alice: User, bob: User, agreement: PolicyVersion, browse: Browse, shop: None
) -> None:
    for person in (alice, bob):
        record_exposures(user_id=person.pk, version_ids=[agreement.pk], kind=ExposureKind.NOTIFIED, now=NOW)
    answer(bob, at=NOW, slug="profiling")

    stopped, passed = (browse(person, at=EFFECT).get("/shop/stock/") for person in (alice, bob))

    assert (stopped.status_code, passed.status_code) == (303, 200)
    assert exposures_of(alice) == [(1, "NOTIFIED")]
    assert exposures_of(bob) == [(1, "NOTIFIED"), (1, "USED")]


def test_the_first_use_is_recorded_once_the_gate_is_open(
    alice: User, agreement: PolicyVersion, browse: Browse, shop: None
) -> None:
    record_exposures(user_id=alice.pk, version_ids=[agreement.pk], kind=ExposureKind.NOTIFIED, now=NOW)
    browse(alice, at=EFFECT).get("/shop/stock/")
    answer(alice, at=EFFECT + DAY, slug="profiling")

    browse(alice, at=EFFECT + 2 * DAY).get("/shop/stock/")

    assert Exposure.objects.get(kind=ExposureKind.USED).at == EFFECT + 2 * DAY


def test_each_version_has_a_first_use_of_its_own(
    alice: User,
    first: PolicyVersion,
    make_second: Callable[..., PolicyVersion],
    browse: Browse,
    shop: None,
) -> None:
    second = make_second()
    told = [first.pk, second.pk]
    record_exposures(user_id=alice.pk, version_ids=told, kind=ExposureKind.NOTIFIED, now=SECOND_AT)

    for at in (SECOND_AT, SECOND_AT + 31 * DAY):
        browse(alice, at=at).get("/shop/stock/")

    used = dict(Exposure.objects.filter(kind=ExposureKind.USED).values_list("version", "at"))
    assert used == {first.pk: SECOND_AT, second.pk: SECOND_AT + 31 * DAY}


@pytest.mark.parametrize("address", ["/", POLICY, "/policies/privacy/versions/1/", "/shop/", REVIEW])
def test_nothing_is_recorded_of_a_stranger(
    first: PolicyVersion, browse: Browse, shop: None, address: str
) -> None:
    browse(None, at=GATE).get(address)

    assert not Exposure.objects.exists()


def test_nothing_is_recorded_of_a_cookie_that_is_no_session(
    first: PolicyVersion, browse: Browse, shop: None
) -> None:
    client = browse(None, at=GATE)
    client.cookies["sessionid"] = "0" * 32

    for address in (POLICY, "/shop/"):
        assert client.get(address).status_code == 200

    assert not Exposure.objects.exists()


def test_nothing_is_recorded_of_a_program_s_account(
    make_person: Callable[..., User], first: PolicyVersion, browse: Browse, shop: None
) -> None:
    program = make_person("exporter", is_service=True)
    record_exposures(user_id=program.pk, version_ids=[first.pk], kind=ExposureKind.NOTIFIED, now=NOW)

    for address in (POLICY, "/shop/", REVIEW):
        browse(program, at=EFFECT).get(address)

    assert exposures_of(program) == [(1, "NOTIFIED")]


def test_no_exposure_is_ever_an_act(alice: User, first: PolicyVersion, browse: Browse, shop: None) -> None:
    client = browse(alice, at=EFFECT)

    for address in (POLICY, "/shop/", "/shop/", REVIEW):
        client.get(address)

    assert {kind for _number, kind in exposures_of(alice)} == {"SHOWN", "USED", "VIEWED"}
    assert not Act.objects.exists()
