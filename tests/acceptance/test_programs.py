"""A program at the closed gate gets a code and a link; no header opens it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import BROWSER, EFFECT, GATE
from tests.acceptance.records import answer

Browse = Callable[..., Client]

pytestmark = [pytest.mark.look, pytest.mark.usefixtures("shop")]


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/json"},
        {"accept": "*/*"},
        {"accept": ""},
        {"accept": "text/event-stream"},
        {"accept": BROWSER, "x-requested-with": "XMLHttpRequest"},
        {"accept": BROWSER, "hx-request": "true"},
    ],
)
def test_a_program_gets_a_code_and_a_link_and_no_page(
    alice: User,
    first: PolicyVersion,
    browse: Browse,
    settings: Any,
    headers: dict[str, str],
) -> None:
    settings.SITE_URL = "https://shop.example"
    client = browse(alice, at=GATE)

    for response in (
        client.get("/shop/stock/", headers=headers),
        client.post("/shop/checkout/", headers=headers),
    ):
        assert (response.status_code, response.headers["Content-Type"]) == (403, "application/json")
        assert json.loads(response.content) == {
            "code": "acceptance_required",
            "policy": "privacy",
            "version": 1,
            "assent": "ACKNOWLEDGE",
            "review": "https://shop.example/me/review/privacy/",
            "detail": "The person must review this policy before going on.",
        }


def test_a_program_is_told_what_is_asked(alice: User, agreement: PolicyVersion, browse: Browse) -> None:
    response = browse(alice, at=EFFECT).get("/shop/", headers={"accept": "application/json"})

    told = json.loads(response.content)
    assert (told["policy"], told["assent"]) == ("profiling", "AGREE")


def test_a_program_passes_once_the_person_has_answered(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    answer(alice, at=EFFECT)

    response = browse(alice, at=GATE).get("/shop/stock/", headers={"accept": "application/json"})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "application/json"},
        {"x-requested-with": "XMLHttpRequest"},
        {"hx-request": "true", "hx-boosted": "true"},
        {"sec-purpose": "prefetch"},
        {"x-forwarded-for": "127.0.0.1"},
        {"x-original-url": "/healthz"},
        {"x-rewrite-url": "/healthz"},
        {"x-forwarded-prefix": "/admin"},
        {"x-http-method-override": "HEAD"},
        {"referer": "http://testserver/me/review/privacy/"},
        {"user-agent": "Googlebot/2.1"},
        {"x-service": "true"},
    ],
)
def test_no_header_and_no_method_opens_the_gate(
    alice: User, first: PolicyVersion, browse: Browse, headers: dict[str, str]
) -> None:
    client = browse(alice, at=GATE)

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
        response = client.generic(method, "/shop/stock/", headers=headers)

        assert response.status_code in (303, 403)


def test_a_program_that_signs_in_by_a_key_is_stopped_as_its_person_is(
    alice: User, first: PolicyVersion, browse: Browse, settings: Any
) -> None:
    gate = settings.MIDDLEWARE.index("acceptance.middleware.Gate")
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:gate],
        "tests.acceptance.urls.by_key",
        *settings.MIDDLEWARE[gate:],
    ]
    client = browse(None, at=GATE)
    headers = {"x-api-key": alice.email, "accept": "application/json"}

    before = [client.post(address, headers=headers) for address in ("/shop/checkout/", "/shop/delivery/DE/")]
    answer(alice, at=GATE)
    after = client.post("/shop/checkout/", headers=headers)

    assert [response.status_code for response in before] == [403, 403]
    assert after.status_code == 200
