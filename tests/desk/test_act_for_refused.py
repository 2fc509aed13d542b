"""To which versions an answer can be entered at the desk, and to which not."""

from collections.abc import Callable

import pytest
from django.test import Client

from acceptance.models import Act, ActKind
from acceptance.services import (
    AgreementAsked,
    AskedSomethingElse,
    NotOpenToAnswers,
    act_for,
)
from acceptance.tokens import DeskForm
from accounts.models import User
from policies.models import ChangeClass, Policy, PolicyVersion
from policies.services import recall_version
from tests.acceptance.pages import alert
from tests.acceptance.records import answer, enter, everything, paper
from tests.conftest import NOW

from .conftest import address, chosen, errors

pytestmark = pytest.mark.look


def test_to_acknowledge_is_not_enough_where_an_agreement_is_asked(
    alice: User,
    staff: User,
    make_policy: Callable[..., Policy],
    make_version: Callable[..., PolicyVersion],
) -> None:
    purpose = make_version(make_policy("profiling"), change_class=ChangeClass.NEW_PURPOSE)
    before = everything()

    with pytest.raises(AgreementAsked):
        enter(purpose, alice, staff, at=NOW)

    assert everything() == before
    assert enter(purpose, alice, staff, at=NOW, kind=ActKind.AGREED).kind == ActKind.AGREED


def test_a_recalled_version_takes_no_answer_but_a_withdrawal(
    alice: User, charlie: User, staff: User, approver: User, published: PolicyVersion
) -> None:
    answer(charlie, at=NOW)
    recall_version(version_id=published.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    later = NOW.replace(hour=12)
    before = everything()

    for kind in (ActKind.ACKNOWLEDGED, ActKind.AGREED, ActKind.DECLINED):
        with pytest.raises(NotOpenToAnswers, match="recalled"):
            enter(published, alice, staff, at=later, kind=kind)

    assert everything() == before
    assert enter(published, charlie, staff, at=later, kind=ActKind.WITHDRAWN)


def test_a_version_of_the_future_takes_no_answer(alice: User, staff: User, published: PolicyVersion) -> None:
    form = paper(published, alice, staff, at=NOW)

    with pytest.raises(NotOpenToAnswers, match="not published yet"):
        act_for(person=alice, acted_by=staff, form=form, note="A letter.", now=NOW.replace(hour=1))

    assert not Act.objects.exists()


def test_an_unknown_version_and_a_text_of_another_one_take_no_answer(
    alice: User, staff: User, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    form = paper(published, alice, staff, at=NOW)
    draft = make_draft()
    before = everything()

    for damage in (
        {"version_id": draft.pk},
        {"version_id": 999_999},
        {"text_id": draft.texts.get().pk},
        {"sha256": "0" * 64},
        {"presentation": "0" * 64},
    ):
        with pytest.raises(AskedSomethingElse):
            act_for(
                person=alice,
                acted_by=staff,
                form=DeskForm(**(vars(form) | damage)),
                note="A letter.",
                now=NOW,
            )

    assert everything() == before


def test_only_published_texts_can_be_chosen(
    desk: Client, alice: User, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft().texts.get().pk
    place = address("act_for", alice.pk)
    before = everything()

    for text, kind in ((draft, "AGREED"), (999_999, "AGREED"), ("x", "AGREED"), (published.pk, "PERHAPS")):
        response = desk.get(place, {"text": text, "kind": kind})
        assert response.status_code == 422
        assert "token" not in response.content.decode().split("<main")[1]
    assert everything() == before


def test_a_recalled_version_is_refused_with_a_sentence_on_the_page(
    desk: Client, alice: User, approver: User, published: PolicyVersion
) -> None:
    sent = chosen(desk, alice, published)
    recall_version(version_id=published.pk, reason="A mistake.", recalled_by=approver, now=NOW)
    before = everything()

    response = desk.post(address("act_for", alice.pk), sent)

    assert (response.status_code, everything()) == (409, before)
    assert "This version was recalled." in alert(response.content)


@pytest.mark.parametrize("email", ["nobody@example.com", "", "x", "a\0@example.com"])
def test_who_is_not_there_is_not_found(desk: Client, email: str) -> None:
    response = desk.post(address("find_person"), {"email": email})

    assert response.status_code == 422
    assert errors(response.content)


def test_opening_the_pages_does_nothing(desk: Client, alice: User, published: PolicyVersion) -> None:
    sent = chosen(desk, alice, published)
    before = everything()

    desk.get(address("act_for", alice.pk), sent)
    desk.get(address("find_person"), {"email": alice.email})

    assert everything() == before
