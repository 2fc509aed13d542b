"""What a link, a crawler or a mail scanner does by opening addresses: nothing."""

import pytest
from django.test import Client

from policies.models import PolicyVersion
from tests.acceptance.pages import words

from .conftest import address, rows

pytestmark = pytest.mark.look

ACTS = (
    "ask_for_review",
    "discard",
    "approve",
    "publish",
    "recall",
    "pause",
    "resume",
    "cancel",
    "switch_off_webhook",
    "send_webhook_again",
    "release",
)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_done_or_begun_by_opening_an_address(
    method: str, writer: Client, draft: PolicyVersion
) -> None:
    places = [address(name, draft.pk) for name in ACTS]
    places += [address("start_draft", "privacy"), address("preview")]
    before = rows()

    answers = {writer.generic(method, place).status_code for place in places}

    assert (answers, rows()) == ({405}, before)


@pytest.mark.parametrize("name", ["answers", "campaign"])
def test_pages_to_read_take_nothing(name: str, decider: Client, published: PolicyVersion) -> None:
    response = decider.post(address(name, published.pk))

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_a_form_without_its_token_is_refused_with_a_sentence(writer: Client, draft: PolicyVersion) -> None:
    writer.handler.enforce_csrf_checks = True
    before = rows()

    response = writer.post(address("discard", draft.pk))

    assert response.status_code == 403
    assert "Nothing was recorded." in words(response.content)
    assert (
        "Go back: what you typed is still there. Copy it, load the page again, then send the form once more."
        in words(response.content)
    )
    assert rows() == before


def test_an_unknown_address_says_so_in_a_sentence(client: Client, db: None) -> None:
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert "There is no page at this address." in response.content.decode()
    assert "Resolver404" not in response.content.decode()
