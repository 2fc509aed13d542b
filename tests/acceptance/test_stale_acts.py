"""What is no longer asked of a person is not recorded, from whichever door it comes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, LogEntry

from acceptance.selectors import ErasedMeanwhile
from acceptance.services import AskedSomethingElse, record_act
from accounts.models import User
from policies.models import Assent, NoticeRule, PolicyVersion
from policies.services import recall_version
from records.services import erase_person
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT
from tests.acceptance.records import NOTHING, REQUEST, opened, recorded


def test_publishing_a_newer_version_makes_the_open_form_worthless(
    alice: User, make_second: Callable[..., PolicyVersion]
) -> None:
    form, shown = opened(alice, at=SECOND_AT - DAY)
    make_second()

    with pytest.raises(AskedSomethingElse, match="A newer version was published"):
        record_act(
            person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=SECOND_AT
        )

    assert recorded() == NOTHING


def test_a_newer_version_refuses_a_late_decline_too(
    alice: User, make_second: Callable[..., PolicyVersion]
) -> None:
    form, shown = opened(alice, at=SECOND_AT - DAY)
    make_second()

    with pytest.raises(AskedSomethingElse):
        record_act(
            person=alice, form=form, shown=shown, accepts=False, note="", request=REQUEST, now=SECOND_AT
        )

    assert recorded() == NOTHING


def test_a_recall_makes_the_open_form_worthless(
    alice: User, approver: User, make_second: Callable[..., PolicyVersion]
) -> None:
    second = make_second()
    form, shown = opened(alice, at=SECOND_AT)
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_AT + DAY)

    with pytest.raises(AskedSomethingElse):
        record_act(
            person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=SECOND_AT + DAY
        )

    assert recorded() == NOTHING


def test_a_rule_that_asks_more_makes_the_open_form_worthless(alice: User, first: PolicyVersion) -> None:
    form, _shown = opened(alice, at=EFFECT)
    NoticeRule.objects.update(assent=Assent.AGREE, is_deemed_by_use=False)
    _form, shown = opened(alice, at=EFFECT)

    with pytest.raises(AskedSomethingElse, match="This page has changed"):
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    assert recorded() == NOTHING


def test_a_new_release_of_the_page_makes_the_open_form_worthless(
    alice: User, first: PolicyVersion, settings: Any
) -> None:
    form, _shown = opened(alice, at=EFFECT)
    settings.RELEASE = "0.2.0"
    _form, shown = opened(alice, at=EFFECT)

    with pytest.raises(AskedSomethingElse, match="This page has changed"):
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    assert recorded() == NOTHING


def test_other_words_on_the_page_make_the_open_form_worthless(alice: User, first: PolicyVersion) -> None:
    form, shown = opened(alice, at=EFFECT)
    reworded = replace(shown, statement="I have read everything.")

    with pytest.raises(AskedSomethingElse, match="This page has changed"):
        record_act(
            person=alice, form=form, shown=reworded, accepts=True, note="", request=REQUEST, now=EFFECT
        )

    assert recorded() == NOTHING


def test_a_draft_that_no_page_showed_is_refused(
    alice: User, first: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    form, shown = opened(alice, at=EFFECT)
    draft = make_draft(first.policy)
    forged = replace(form, version_id=draft.pk, text_id=draft.texts.get(language="en").pk)

    with pytest.raises(AskedSomethingElse, match="not published"):
        record_act(person=alice, form=forged, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    assert recorded() == NOTHING


def test_a_text_of_another_version_is_refused(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    make_second()
    form, shown = opened(alice, at=SECOND_AT)
    forged = replace(form, text_id=first.texts.get(language="en").pk)

    with pytest.raises(AskedSomethingElse):
        record_act(
            person=alice, form=forged, shown=shown, accepts=True, note="", request=REQUEST, now=SECOND_AT
        )

    assert recorded() == NOTHING


@pytest.mark.parametrize("stays", [False, True], ids=["deleted", "emptied"])
def test_whoever_was_erased_meanwhile_cannot_answer_any_more(
    alice: User, first: PolicyVersion, *, stays: bool
) -> None:
    form, shown = opened(alice, at=EFFECT)
    if stays:
        # Whoever did something at the desk keeps an account without a name.
        LogEntry.objects.create(user=alice, object_repr="", action_flag=ADDITION)
    erase_person(person_id=alice.pk, decided_by=None, now=EFFECT)

    with pytest.raises(ErasedMeanwhile, match="This account was erased, so nothing was recorded"):
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    assert recorded() == NOTHING
