"""The form is bound to person, version, text and presentation, and good for a week."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from acceptance.tokens import ExpiredForm, ReviewForm, TamperedForm, seal, unseal
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import opened, sealed_before

pytestmark = pytest.mark.once

FORM = ReviewForm(
    nonce="4a1e0c8c-7a3f-4a54-8a1e-0a3f2c1d5b6e",
    user_id=7,
    version_id=3,
    text_id=5,
    sha256="ab" * 32,
    assent="ACKNOWLEDGE",
    presentation="cd" * 32,
)


def test_a_sealed_form_comes_back_as_it_was() -> None:
    token = seal(FORM)

    assert unseal(token, ReviewForm, user_id=7) == FORM


@given(place=st.integers(min_value=0), letter=st.characters(min_codepoint=32, max_codepoint=0x2FF))
def test_a_token_with_one_other_letter_is_refused(place: int, letter: str) -> None:
    token = seal(FORM)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]

    if changed == token:
        assert unseal(changed, ReviewForm, user_id=7) == FORM
    else:
        with pytest.raises(TamperedForm, match="did not arrive as it was sent"):
            unseal(changed, ReviewForm, user_id=7)


@given(token=st.text(max_size=300))
def test_any_other_text_is_refused(token: str) -> None:
    with pytest.raises(TamperedForm):
        unseal(token, ReviewForm, user_id=7)


def test_a_form_of_another_person_is_refused() -> None:
    token = seal(FORM)

    with pytest.raises(TamperedForm, match="another person"):
        unseal(token, ReviewForm, user_id=8)


def test_a_form_is_good_for_a_week_and_no_longer() -> None:
    week = timedelta(days=7).total_seconds()
    fresh = sealed_before(FORM, week - 60)
    stale = sealed_before(FORM, week + 60)

    assert unseal(fresh, ReviewForm, user_id=7) == FORM
    with pytest.raises(ExpiredForm, match="more than a week"):
        unseal(stale, ReviewForm, user_id=7)


def test_a_signature_made_for_another_purpose_is_refused() -> None:
    token = signing.dumps(asdict(FORM), salt="acceptance.api")

    with pytest.raises(TamperedForm):
        unseal(token, ReviewForm, user_id=7)


@pytest.mark.parametrize(
    "content", [{"nonce": FORM.nonce}, {**asdict(FORM), "more": 1}, [1, 2], "form", None]
)
def test_a_signed_form_of_another_shape_is_refused(content: object) -> None:
    token = signing.dumps(content, salt=ReviewForm.purpose)

    with pytest.raises(TamperedForm):
        unseal(token, ReviewForm, user_id=7)


def test_each_form_is_good_for_one_act_of_its_own(alice: User, first: PolicyVersion) -> None:
    forms = [opened(alice, at=EFFECT)[0] for _ in range(2)]

    assert UUID(forms[0].nonce) != UUID(forms[1].nonce)
    assert replace(forms[0], nonce="") == replace(forms[1], nonce="")


def test_a_form_says_for_whom_and_what_it_was_made(bob: User, first: PolicyVersion) -> None:
    form, shown = opened(bob, at=EFFECT)

    german = first.texts.get(language="de")
    assert (form.user_id, form.version_id, form.text_id) == (bob.pk, first.pk, german.pk)
    assert (form.sha256, form.assent, form.presentation) == (german.sha256, "ACKNOWLEDGE", shown.sha256)
