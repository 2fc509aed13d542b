"""Whoever answers goes on where they were going, on this site alone."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT, GATE
from tests.acceptance.pages import (
    accepting,
    elements,
    fields,
    links,
    page,
)
from tests.conftest import NOW

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"


def test_after_the_answer_the_person_goes_on_where_they_were_going(
    alice: User, first: PolicyVersion, browse: Browse, shop: None
) -> None:
    client = browse(alice, at=GATE)
    stopped = client.get("/shop/stock/?size=42")

    content = client.get(stopped.headers["Location"]).content
    response = client.post(stopped.headers["Location"], accepting(content))

    assert fields(content)["next"] == "/shop/stock/?size=42"
    assert (response.status_code, response.headers["Location"]) == (302, "/shop/stock/?size=42")
    assert client.get("/shop/stock/?size=42").status_code == 200


def test_the_way_back_survives_a_refusal(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    content = client.get(REVIEW, {"next": "/policies/privacy/"}).content

    refused = client.post(REVIEW, fields(content) | {"answer": "accept"})

    assert fields(refused.content)["next"] == "/policies/privacy/"


def test_what_a_person_writes_is_shown_as_text(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)

    response = client.get(REVIEW, {"next": '/"><script>alert(1)</script>'})

    assert elements(page(response.content), "//script") == []


def test_the_page_links_to_nothing_outside_the_site(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    response = browse(alice, at=NOW).get(reverse("acceptance:review", args=["privacy"]))

    assert all(link.startswith(("/", "#", "?")) for link in links(response.content))
