"""Drafts: nobody overwrites unseen what somebody else has saved."""

from collections.abc import Callable
from typing import Any

import pytest

from policies import services
from policies.models import PolicyText, PolicyVersion
from tests.conftest import NOW

from .conftest import save


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


def test_somebody_elses_text_is_not_overwritten_unseen(draft: PolicyVersion) -> None:
    seen = services.text_state(PolicyText.objects.get(version=draft))
    save(draft, body="Theirs.", based_on=seen)

    with pytest.raises(services.TextChangedMeanwhile, match="Somebody else saved this text"):
        save(draft, body="Mine.", based_on=seen)

    assert PolicyText.objects.get(version=draft).body == "Theirs."


def test_whoever_has_seen_the_other_text_may_replace_it(draft: PolicyVersion) -> None:
    theirs = save(draft, body="Theirs.")

    save(draft, body="Mine.", based_on=services.text_state(theirs))

    assert PolicyText.objects.get(version=draft).body == "Mine."


@pytest.mark.parametrize("field", ["title", "summary", "reason", "body"])
def test_an_edit_of_any_part_counts_as_a_change_meanwhile(draft: PolicyVersion, field: str) -> None:
    seen = services.text_state(save(draft))
    save(draft, **{field: "Something else."})

    with pytest.raises(services.TextChangedMeanwhile):
        save(draft, based_on=seen)


def test_a_first_translation_is_not_overwritten_unseen_either(draft: PolicyVersion) -> None:
    never_saved = services.text_state(PolicyText(version=draft, language="de"))
    save(draft, language="de", body="Ihre.", based_on=never_saved)

    with pytest.raises(services.TextChangedMeanwhile):
        save(draft, language="de", body="Meine.", based_on=never_saved)

    assert PolicyText.objects.get(version=draft, language="de").body == "Ihre."


def test_what_somebody_else_said_of_the_draft_is_not_overwritten_unseen(draft: PolicyVersion) -> None:
    seen = services.details_state(draft)
    said: dict[str, Any] = {
        "change_class": "MATERIAL",
        "exception_reason": "",
        "effective_at": draft.effective_at,
        "now": NOW,
    }
    services.edit_version(version_id=draft.pk, reason="Theirs.", **said)

    with pytest.raises(services.DetailsChangedMeanwhile, match="Theirs"):
        services.edit_version(version_id=draft.pk, reason="Mine.", based_on=seen, **said)

    stored = PolicyVersion.objects.get(pk=draft.pk)
    assert stored.reason == "Theirs."
    services.edit_version(
        version_id=draft.pk, reason="Mine.", based_on=services.details_state(stored), **said
    )
    assert PolicyVersion.objects.get(pk=draft.pk).reason == "Mine."
