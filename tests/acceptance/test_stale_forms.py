"""A form that is no longer what is asked records nothing, and the page shows what is asked now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from acceptance.models import Act
from accounts.models import User
from policies.models import Assent, ChangeClass, NoticeRule, PolicyVersion
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT
from tests.acceptance.pages import (
    accepting,
    alert,
    declining,
    words,
)
from tests.acceptance.records import NOTHING, recorded

pytestmark = pytest.mark.look

Browse = Callable[..., Client]
REVIEW = "/me/review/privacy/"


@pytest.mark.parametrize("send", [accepting, declining])
def test_a_version_published_while_a_person_reads_is_shown_and_the_old_form_records_nothing(
    alice: User,
    make_second: Callable[..., PolicyVersion],
    browse: Browse,
    freeze: Callable[..., None],
    send: Callable[[bytes], dict[str, str]],
) -> None:
    client = browse(alice, at=SECOND_AT - timedelta(minutes=1))
    old = client.get(REVIEW).content
    make_second()
    freeze(SECOND_AT)

    response = client.post(REVIEW, send(old))

    assert response.status_code == 409
    assert alert(response.content).startswith("A newer version was published while you were reading.")
    assert "We keep orders for six years." in words(old)
    assert "We keep orders for ten years." in words(response.content)
    assert "I have seen version 2" in words(response.content)
    assert recorded() == NOTHING


def test_the_page_that_shows_the_new_text_can_be_answered(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse, freeze: Callable[..., None]
) -> None:
    client = browse(alice, at=SECOND_AT - timedelta(minutes=1))
    old = client.get(REVIEW).content
    second = make_second()
    freeze(SECOND_AT)
    shown = client.post(REVIEW, accepting(old)).content

    response = client.post(REVIEW, accepting(shown))

    assert response.status_code == 302
    assert Act.objects.get().version == second


def test_an_editorial_version_published_while_a_person_reads_refuses_the_old_form_too(
    alice: User, make_second: Callable[..., PolicyVersion], browse: Browse, freeze: Callable[..., None]
) -> None:
    client = browse(alice, at=SECOND_AT - timedelta(minutes=1))
    old = client.get(REVIEW).content
    make_second(change_class=ChangeClass.EDITORIAL)
    freeze(SECOND_AT)

    response = client.post(REVIEW, accepting(old))

    assert response.status_code == 409
    assert recorded() == NOTHING


def test_a_recall_while_a_person_reads_shows_the_text_that_is_in_force_again(
    alice: User,
    approver: User,
    make_second: Callable[..., PolicyVersion],
    browse: Browse,
    freeze: Callable[..., None],
) -> None:
    second = make_second()
    client = browse(alice, at=SECOND_AT)
    old = client.get(REVIEW).content
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_AT)
    freeze(SECOND_AT + DAY)

    response = client.post(REVIEW, accepting(old))

    assert response.status_code == 409
    assert "We keep orders for six years." in words(response.content)
    assert recorded() == NOTHING


def test_a_rule_that_comes_to_ask_for_agreement_shows_the_page_again(
    alice: User, first: PolicyVersion, browse: Browse
) -> None:
    client = browse(alice, at=EFFECT)
    old = client.get(REVIEW).content
    NoticeRule.objects.update(assent=Assent.AGREE, is_deemed_by_use=False)

    response = client.post(REVIEW, accepting(old))

    assert response.status_code == 409
    assert alert(response.content).startswith("This page has changed since you opened it.")
    assert "and I agree to it." in words(response.content)
    assert recorded() == NOTHING


def test_a_new_release_of_the_wording_shows_the_page_again(
    alice: User, first: PolicyVersion, browse: Browse, settings: Any
) -> None:
    client = browse(alice, at=EFFECT)
    old = client.get(REVIEW).content
    settings.RELEASE = "0.2.0"

    response = client.post(REVIEW, accepting(old))

    assert response.status_code == 409
    assert alert(response.content).startswith("This page has changed since you opened it.")
    assert recorded() == NOTHING
