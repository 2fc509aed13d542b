"""The page on which a person withdraws: opening it does nothing, and only its button does anything."""

from collections.abc import Callable

import pytest
from django.test import Client

from acceptance.models import Act, ActKind
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, GATE
from tests.acceptance.pages import accepting, alert, fields, links, words
from tests.acceptance.records import answer, everything
from tests.acceptance.test_own_page import cards, done, pairs

pytestmark = pytest.mark.once

Browse = Callable[..., Client]
PAGE = "/me/withdraw/privacy/"
REVIEW = "/me/review/privacy/"
LATER = EFFECT + DAY


@pytest.fixture
def client(alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse) -> Client:
    """Give the browser of Alice, who has accepted both policies."""
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling")
    return browse(alice, at=LATER)


def test_the_way_from_one_s_own_page_and_back(client: Client) -> None:
    assert PAGE in links(client.get("/me/").content)
    page = client.get(PAGE).content

    response = client.post(PAGE, fields(page) | {"note": "No more."}, follow=True)

    assert "I withdraw my acknowledgement of version 1 of “Privacy policy”" in words(page)
    assert response.redirect_chain == [("/me/", 302)]
    assert "Your withdrawal is recorded." in words(response.content)
    own = cards(response.content)[0]
    assert pairs(own)["You accepted"] == "nothing: you withdrew from version 1"
    assert PAGE not in links(response.content)
    assert done(response.content)[0][1] == "withdrawn No more."
    assert done(response.content)[0][3].startswith("I withdraw my acknowledgement of version 1")
    assert Act.objects.get(kind=ActKind.WITHDRAWN).note == "No more."


def test_sent_twice_it_gives_one_act_and_the_same_answer(client: Client) -> None:
    sent = fields(client.get(PAGE).content)

    answers = [client.post(PAGE, sent) for _ in range(2)]

    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(302, "/me/")] * 2
    assert Act.objects.filter(kind=ActKind.WITHDRAWN).count() == 1


def test_the_review_page_takes_an_answer_again(client: Client) -> None:
    client.post(PAGE, fields(client.get(PAGE).content))

    page = client.get(REVIEW).content
    taken = client.post(REVIEW, accepting(page))

    assert "You withdrew what you had accepted." in words(page)
    assert taken.status_code == 302
    assert Act.objects.filter(kind=ActKind.ACKNOWLEDGED).count() == 2


def test_opening_the_page_does_nothing(client: Client) -> None:
    sent = fields(client.get(PAGE).content)
    before = everything()

    for method in ("GET", "HEAD", "PUT", "DELETE"):
        client.generic(method, PAGE + "?" + "&".join(f"{name}={value}" for name, value in sent.items()))

    assert everything() == before


@pytest.mark.parametrize(
    "damage", [{"token": ""}, {"token": "x"}, {"note": "x" * 2001}, {"note": "x" * 1_000_000}, {"note": "\0"}]
)
def test_a_damaged_form_is_refused(client: Client, damage: dict[str, str]) -> None:
    sent = fields(client.get(PAGE).content)
    before = everything()

    response = client.post(PAGE, sent | damage)

    assert (response.status_code, everything()) == (400, before)
    assert alert(response.content).endswith(".")


def test_a_form_is_good_for_its_purpose_alone(client: Client) -> None:
    review, withdrawal = fields(client.get(REVIEW).content), fields(client.get(PAGE).content)
    before = everything()

    here = client.post(PAGE, review)
    there = client.post(REVIEW, accepting(client.get(REVIEW).content) | {"token": withdrawal["token"]})

    assert (here.status_code, there.status_code, everything()) == (400, 400, before)


def test_a_form_of_another_policy_or_person_is_refused(client: Client, charlie: User, browse: Browse) -> None:
    sent = fields(client.get(PAGE).content)
    answer(charlie, at=EFFECT)
    his = browse(charlie, at=LATER)
    before = everything()

    other_policy = client.post("/me/withdraw/profiling/", sent)
    other_person = his.post(PAGE, sent)

    assert (other_policy.status_code, other_person.status_code, everything()) == (400, 400, before)


def test_a_stranger_is_led_to_the_sign_in_and_withdraws_nothing(client: Client, browse: Browse) -> None:
    stranger, before = browse(None, at=LATER), everything()

    opened, sent = stranger.get(PAGE), stranger.post(PAGE, fields(client.get(PAGE).content))

    assert (opened.status_code, opened.headers["Location"]) == (302, f"/accounts/login/?next={PAGE}")
    assert sent.status_code == 403
    assert everything() == before


def test_without_the_csrf_token_nothing_is_withdrawn(alice: User, client: Client, browse: Browse) -> None:
    strict = browse(alice, at=LATER, enforce_csrf_checks=True)
    sent = fields(strict.get(PAGE).content)
    before = everything()

    assert strict.post(PAGE, {"token": sent["token"]}).status_code == 403
    assert everything() == before


def test_where_nothing_is_accepted_there_is_no_button(charlie: User, client: Client, browse: Browse) -> None:
    response = browse(charlie, at=LATER).get(PAGE)

    assert response.status_code == 200
    assert "There is nothing to withdraw" in words(response.content)
    assert b"token" not in response.content.split(b"<main")[1]


def test_a_policy_that_is_not_there_is_missing(client: Client) -> None:
    assert client.get("/me/withdraw/terms/").status_code == 404
    assert client.post("/me/withdraw/terms/").status_code == 404


@pytest.mark.usefixtures("shop")
def test_the_closed_gate_does_not_stand_before_it(alice: User, client: Client, browse: Browse) -> None:
    profiling = "/me/withdraw/profiling/"
    client.post(profiling, fields(client.get(profiling).content))
    behind = browse(alice, at=GATE)

    assert behind.get("/shop/stock/").status_code == 303
    assert behind.get(PAGE).status_code == 200
