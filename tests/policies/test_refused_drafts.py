"""Drafts: what cannot be written is refused in words, and what was there stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from policies import services
from policies.instants import UnclearInstant
from policies.models import Policy, PolicyText, PolicyVersion
from policies.rendering import (
    TEXT_LIMIT,
    EmptyText,
    TextTooLarge,
    TextTooNested,
    UnprintableCharacter,
)
from policies.services.drafting import UnknownChangeClass
from tests.conftest import NOW

from .conftest import edit, rows_written, save

pytestmark = pytest.mark.once

DAY = timedelta(days=1)


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("slug", "not a slug", "slug"),
        ("slug", "", "cannot be blank"),
        ("slug", "x" * 61, "at most 60 characters"),
        ("slug", "privacy", "already exists"),
        ("kind", "DIARY", "not a valid choice"),
        ("name", "", "cannot be blank"),
        ("default_language", "tlh", "not a language of this site"),
    ],
)
def test_a_policy_that_is_no_policy_is_refused_in_words(
    make_policy: Callable[..., Policy], field: str, value: str, said: str
) -> None:
    make_policy("privacy")

    with pytest.raises(ValidationError) as refused:
        make_policy(**({"slug": "terms"} | {field: value}))

    assert said in " ".join(refused.value.messages)
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "refusal", "said"),
    [
        ({"body": ""}, EmptyText, "The text is empty."),
        ({"body": " \n\t\u3000 "}, EmptyText, "The text is empty."),
        ({"body": "x" * (TEXT_LIMIT + 1)}, TextTooLarge, "The text is over 2 MB."),
        ({"body": "é" * (TEXT_LIMIT // 2 + 1)}, TextTooLarge, "The text is over 2 MB."),
        ({"body": "one\ntwo\x00"}, UnprintableCharacter, "Line 2 holds the control character U+0000."),
        ({"summary": "bell \x07"}, UnprintableCharacter, "U+0007"),
        ({"title": "bell \x07"}, UnprintableCharacter, "U+0007"),
        ({"reason": "half \ud800"}, UnprintableCharacter, "U+D800"),
        ({"body": "<div>" * 200 + "deep"}, TextTooNested, "too deeply"),
        (
            {"body": "\n".join("    " * depth + "- deep" for depth in range(300))},
            TextTooNested,
            "too deeply",
        ),
        ({"title": ""}, ValidationError, "title"),
        ({"title": "x" * 201}, ValidationError, "title"),
        ({"language": "tlh"}, ValidationError, "not a language of this site"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_and_the_old_one_stays(
    draft: PolicyVersion, fields: dict[str, str], refusal: type[Exception], said: str
) -> None:
    before = rows_written()

    with pytest.raises(refusal) as refused:
        save(draft, **fields)

    assert said in str(refused.value)
    assert rows_written() == before
    assert PolicyText.objects.get(version=draft).body == "We keep orders for six years."


def test_a_text_of_exactly_two_megabytes_is_kept(draft: PolicyVersion) -> None:
    body = ("word " * 39 + "word\n\n") * (TEXT_LIMIT // 201)

    text = save(draft, body=body + "x" * (TEXT_LIMIT - len(body)))

    assert len(text.body.encode()) == TEXT_LIMIT


@pytest.mark.parametrize(
    ("fields", "refusal", "said"),
    [
        ({"effective_at": NOW}, services.EffectiveMomentPassed, "March 2, 2026, 10 a.m. CET has passed"),
        ({"effective_at": NOW - DAY}, services.EffectiveMomentPassed, "Choose a later one"),
        ({"effective_at": datetime(9999, 12, 31, tzinfo=UTC)}, UnclearInstant, "9999 is out of reach"),
        ({"change_class": "COSMETIC"}, UnknownChangeClass, "Choose one of: EDITORIAL, NEUTRAL"),
        ({"reason": "bell \x07"}, UnprintableCharacter, "U+0007"),
    ],
)
def test_what_cannot_be_said_of_a_draft_is_refused_and_nothing_changes(
    draft: PolicyVersion, fields: dict[str, Any], refusal: type[Exception], said: str
) -> None:
    before = rows_written()

    with pytest.raises(refusal) as refused:
        edit(draft, **fields)

    assert said in str(refused.value)
    assert rows_written() == before
    assert PolicyVersion.objects.get(pk=draft.pk).effective_at == draft.effective_at


@pytest.mark.parametrize("deed", ["save_text", "edit_version", "ask_for_review", "discard_draft"])
def test_a_published_version_takes_no_edit(make_version: Callable[..., PolicyVersion], deed: str) -> None:
    published = make_version()
    before = rows_written()
    deeds: dict[str, Callable[[], object]] = {
        "save_text": lambda: save(published),
        "edit_version": lambda: edit(published),
        "ask_for_review": lambda: services.ask_for_review(version_id=published.pk, now=NOW),
        "discard_draft": lambda: services.discard_draft(version_id=published.pk),
    }

    with pytest.raises(services.AlreadyPublished, match="Version 1 is published and never changes"):
        deeds[deed]()

    assert rows_written() == before


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"number": 1}, "version_published_with_number_and_moment"),
        ({"published_at": NOW}, "version_published_with_number_and_moment"),
        ({"change_class": "COSMETIC"}, "version_change_class_is_known"),
        (
            {"number": 1, "published_at": NOW, "effective_at": NOW - DAY},
            "version_effective_not_before_published",
        ),
        ({"number": 0, "published_at": NOW}, "version_number_from_one"),
    ],
)
def test_the_database_itself_refuses_a_version_that_is_none(
    draft: PolicyVersion, change: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PolicyVersion.objects.filter(pk=draft.pk).update(**change)

    assert PolicyVersion.objects.filter(pk=draft.pk).update(reason="Another.") == 1


@pytest.mark.parametrize("column", ["body", "sha256"])
def test_the_database_itself_refuses_a_text_without_words_or_digest(
    draft: PolicyVersion, column: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyText.objects.filter(version=draft).update(**{column: ""})


def test_a_version_has_one_text_in_each_language(draft: PolicyVersion) -> None:
    text = PolicyText.objects.get(version=draft)
    text.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        text.save()

    save(draft, language="de")
    assert sorted(draft.texts.values_list("language", flat=True)) == ["de", "en"]
