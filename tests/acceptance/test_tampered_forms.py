"""An answer needs a session, a POST, a CSRF token, and a form made for just this person and policy."""

from collections.abc import Callable

import pytest
from django.core import signing
from django.test import Client

from acceptance.models import Act
from acceptance.tokens import ReviewForm, seal, unseal
from accounts.models import User
from policies.models import Policy, PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT
from tests.acceptance.pages import (
    accepting,
    alert,
    links,
    words,
)
from tests.acceptance.records import NOTHING, everything, opened, recorded, sealed_before

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"


def test_a_tampered_token_is_refused(alice: User, first: PolicyVersion, browse: Browse) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)
    sent["token"] = sent["token"].swapcase()

    response = client.post(REVIEW, sent)

    assert response.status_code == 400
    assert alert(response.content).startswith("The form did not arrive as it was sent.")
    assert recorded() == NOTHING


def test_a_token_of_another_person_is_refused(
    alice: User, charlie: User, first: PolicyVersion, browse: Browse
) -> None:
    hers = accepting(browse(alice, at=EFFECT).get(REVIEW).content)

    response = browse(charlie, at=EFFECT).post(REVIEW, hers)

    assert response.status_code == 400
    assert alert(response.content).startswith("This form was made for another person.")
    assert recorded() == NOTHING


def test_a_token_for_another_policy_is_refused(
    alice: User, first: PolicyVersion, agreement: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)

    response = client.post("/me/review/profiling/", sent)

    assert response.status_code == 400
    assert alert(response.content).startswith("This form belongs to another policy.")
    assert recorded() == NOTHING


def test_a_token_older_than_a_week_is_refused_and_a_younger_one_taken(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)
    form = unseal(sent["token"], ReviewForm, user_id=alice.pk)
    week = 7 * DAY.total_seconds()
    stale, fresh = (sealed_before(form, age) for age in (week + 60, week - 60))

    refused = client.post(REVIEW, sent | {"token": stale})

    assert refused.status_code == 409
    assert alert(refused.content).startswith("This page was open for more than a week.")
    assert recorded() == NOTHING
    assert client.post(REVIEW, sent | {"token": fresh}).status_code == 302


def test_a_token_with_a_text_of_another_version_is_refused(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion], browse: Browse
) -> None:
    make_second()
    client = browse(alice, at=SECOND_AT)
    sent = accepting(client.get(REVIEW).content)
    form = signing.loads(sent["token"], salt="acceptance.review")
    form["text_id"] = first.texts.get(language="en").pk
    sent["token"] = signing.dumps(form, salt="acceptance.review")

    response = client.post(REVIEW, sent)

    assert response.status_code == 400
    assert alert(response.content).startswith("This form belongs to another text.")
    assert recorded() == NOTHING


@pytest.mark.parametrize(
    "damage",
    [
        {"token": ""},
        {"answer": "perhaps"},
        {"answer": ""},
        {"note": "x" * 2001},
        {"note": "\x00"},
        {"token": "x\x00"},
    ],
)
def test_a_damaged_form_is_refused(
    alice: User, first: PolicyVersion, browse: Browse, damage: dict[str, str]
) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)

    response = client.post(REVIEW, sent | damage)

    assert response.status_code == 400
    assert alert(response.content).endswith(".")
    assert recorded() == NOTHING
    assert client.post(REVIEW, sent).status_code == 302


def test_an_empty_form_is_refused(alice: User, first: PolicyVersion, browse: Browse) -> None:
    response = browse(alice, at=EFFECT).post(REVIEW)

    assert response.status_code == 400
    assert recorded() == NOTHING


def test_without_a_session_a_form_records_nothing(alice: User, first: PolicyVersion, browse: Browse) -> None:
    sent = accepting(browse(alice, at=EFFECT).get(REVIEW).content)

    came_from = {"Referer": f"http://testserver{REVIEW}"}
    response = browse(None, at=EFFECT).post(REVIEW, sent, headers=came_from)

    assert response.status_code == 403
    assert "Your session has ended, so nothing was recorded or changed." in words(response.content)
    assert "/accounts/login/?next=/me/review/privacy/" in links(response.content)
    assert recorded() == NOTHING


def test_without_the_csrf_token_a_form_records_nothing(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT, enforce_csrf_checks=True)
    sent = accepting(client.get(REVIEW).content)
    bare = {name: value for name, value in sent.items() if name != "csrfmiddlewaretoken"}

    refused, taken = client.post(REVIEW, bare), client.post(REVIEW, sent)

    assert (refused.status_code, taken.status_code) == (403, 302)
    assert "Nothing was recorded." in words(refused.content)
    assert Act.objects.count() == 1


def test_a_link_in_a_mail_opens_the_page_and_records_nothing(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)
    before = everything()

    response = client.get(REVIEW, sent)

    assert response.status_code == 200
    assert everything() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_record_nothing(alice: User, first: PolicyVersion, browse: Browse, method: str) -> None:
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)
    before = everything()

    response = client.generic(method, REVIEW + "?" + "&".join(f"{k}={v}" for k, v in sent.items()))

    assert response.status_code == 405
    assert everything() == before


def test_the_page_of_a_policy_that_is_not_there_is_missing(
    alice: User,
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    browse: Browse,
    make_policy: Callable[..., Policy],
) -> None:
    make_draft(make_policy("cookies"))
    client = browse(alice, at=EFFECT)
    sent = accepting(client.get(REVIEW).content)

    for slug in ("terms", "cookies"):
        assert client.get(f"/me/review/{slug}/").status_code == 404
        assert client.post(f"/me/review/{slug}/", sent).status_code in (400, 404)
    assert recorded() == NOTHING


def test_what_smells_is_told_in_the_log_and_names_nobody(
    alice: User, bob: User, first: PolicyVersion, browse: Browse, caplog: pytest.LogCaptureFixture
) -> None:
    client = browse(alice, at=EFFECT)
    form, _shown = opened(bob, at=EFFECT)

    for token in ("forged", seal(form)):
        client.post(REVIEW, {"token": token, "answer": "accept", "ticked": "on"})

    told = [record.getMessage() for record in caplog.records if record.name == "policysite.audit"]
    assert told == [
        f"Person {alice.pk} sent a form that this site did not sign.",
        f"Person {alice.pk} sent a form that was made for another person.",
    ]
