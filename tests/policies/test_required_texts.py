"""Invariant 3: a version says what changes and why, in every language that it owes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from policies import services
from policies.models import Approval, ChangeClass, Policy, PolicyVersion
from policies.selectors import obstacles
from tests.conftest import NOW

from .conftest import edit, publish

GERMAN = {"language": "de", "title": "Datenschutz", "summary": "Wir bewahren länger auf."}


def test_every_language_of_the_version_before_is_required(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    ready.texts.get(language="de").delete()
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == ["The text in “German” is missing. Write it."]


def test_the_policys_own_language_is_required_even_at_first(
    make_policy: Callable[..., Policy],
    make_draft: Callable[..., PolicyVersion],
    approver: User,
    approve: Callable[..., Approval],
) -> None:
    draft = make_draft(make_policy(default_language="fr"), body="One.")
    approve(draft)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(draft, approver)

    assert refused.value.obstacles == ["The text in “French” is missing. Write it."]


def test_a_translation_that_stayed_behind_is_named(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    services.save_text(version_id=ready.pk, body="Eins.", **GERMAN)
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == [
        "The text in “German” is still that of the version before. Bring it up to date."
    ]


@pytest.mark.parametrize(("german", "behind"), [("Zwei.", 1), ("Eins.", 0)])
def test_a_translation_is_held_against_the_newest_version(
    first: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
    german: str,
    behind: int,
) -> None:
    make_version(bodies={"en": "Two.", "de": "Zwei."})

    found = obstacles(make_draft(bodies={"en": "Three.", "de": german}), now=NOW)

    assert sum("still that of the version before" in sentence for sentence in found) == behind


def test_an_editorial_change_of_one_language_leaves_the_translations_alone(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    draft = make_draft(bodies={"en": "One!", "de": "Eins."}, change_class=ChangeClass.EDITORIAL, reason="")

    found = obstacles(draft, now=NOW)

    assert found == ["The approval of another person on exactly this text is missing."]


def test_a_translation_may_be_mended_while_the_main_text_stays(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(bodies={"en": "One.", "de": "Erstens."})

    assert obstacles(draft, now=NOW) == ["The approval of another person on exactly this text is missing."]


def test_a_new_language_may_come_with_any_version(
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei.", "fr": "Deux."})
    approve(draft)

    assert publish(draft, approver).texts.count() == 3


@pytest.mark.parametrize("change_class", ["NEUTRAL", "BENEFICIAL", "MATERIAL", "NEW_PURPOSE"])
def test_a_change_above_editorial_needs_a_reason(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval], change_class: str
) -> None:
    approve(edit(ready, reason="", change_class=change_class))

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == ["The reason for the change is missing. Say why it is made."]


def test_a_change_above_editorial_needs_a_summary_in_every_language(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    services.save_text(version_id=ready.pk, body="Zwei.", **(GERMAN | {"summary": " "}))
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == [
        "The summary of changes in “German” is empty. Say what changes for the reader."
    ]


def test_an_editorial_change_needs_neither_reason_nor_summary_nor_notice(
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(
        bodies={"en": "One!", "de": "Eins!"},
        change_class=ChangeClass.EDITORIAL,
        reason="",
        effective_at=NOW + timedelta(minutes=1),
    )
    for text in draft.texts.all():
        services.save_text(
            version_id=draft.pk, language=text.language, title=text.title, summary="", body=text.body
        )
    approve(draft)

    assert publish(draft, approver).number == 2
