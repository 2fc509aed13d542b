"""A reason that is too long for the record is refused with a sentence, and nothing is written."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.pages import alert, declining
from tests.acceptance.records import NOTHING, recorded

pytestmark = pytest.mark.look

REVIEW = "/me/review/privacy/"


@pytest.mark.parametrize("length", [2001, 1024 * 1024])
def test_a_reason_that_is_too_long_is_refused_with_a_sentence(
    alice: User, first: PolicyVersion, browse: Callable[..., Client], length: int
) -> None:
    client = browse(alice, at=EFFECT)

    response = client.post(REVIEW, declining(client.get(REVIEW).content, "x" * length))

    assert response.status_code == 400
    assert alert(response.content) == "The reason is too long. Give it in 2000 characters, then answer again."
    assert recorded() == NOTHING


def test_a_reason_of_2000_characters_is_kept(
    alice: User, first: PolicyVersion, browse: Callable[..., Client]
) -> None:
    client = browse(alice, at=EFFECT)

    response = client.post(REVIEW, declining(client.get(REVIEW).content, "ä" * 2000))

    assert response.status_code == 302
    assert recorded()["Act"] == 1


def test_a_form_larger_than_any_is_refused_with_a_page(
    alice: User, first: PolicyVersion, browse: Callable[..., Client]
) -> None:
    client = browse(alice, at=EFFECT)
    form = declining(client.get(REVIEW).content, "x" * (9 * 1024 * 1024))
    client.raise_request_exception = False

    response = client.post(REVIEW, form)

    assert response.status_code == 400
    assert b"too large" in response.content
    assert recorded() == NOTHING
