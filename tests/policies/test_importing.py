"""Importing one text: it becomes a draft, or nothing does."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from policies import services
from policies.models import ChangeClass, Policy, PolicyKind, PolicyVersion
from policies.refusal import Refusal
from policies.rendering import UnprintableCharacter
from tests.conftest import NOW

from .conftest import rows_written

DAY = timedelta(days=1)


@pytest.fixture
def manuscript(db: None, tmp_path: Path) -> Path:
    """Give a text as somebody hands it over."""
    path = tmp_path / "policy.md"
    path.write_text("---\nsummary: Less is kept.\nreason: A new law.\n---\n# Privacy\n\nWe keep orders.\n")
    return path


def import_draft(path: Path, **fields: Any) -> PolicyVersion:
    known: dict[str, Any] = {"slug": "privacy", "language": "en", "author": None, "now": NOW}
    return services.import_draft(path=path, **(known | fields))


def test_a_text_becomes_a_draft_of_a_new_policy(manuscript: Path, author: User) -> None:
    draft = import_draft(manuscript, author=author, kind=PolicyKind.TERMS, change_class=ChangeClass.NEUTRAL)

    text = draft.texts.get()
    assert (draft.policy.slug, draft.policy.kind, draft.policy.name) == ("privacy", "TERMS", "Privacy")
    assert (draft.author, draft.change_class, draft.is_published) == (author, "NEUTRAL", False)
    assert (text.language, text.title, text.body) == ("en", "Privacy", "We keep orders.\n")
    assert (text.summary, text.reason, draft.reason) == (
        "Less is kept.",
        "A new law.",
        "A new law.",
    )


def test_what_is_said_on_the_way_in_holds_before_what_the_file_says(manuscript: Path) -> None:
    draft = import_draft(
        manuscript, summary="More is kept.", reason="An old law.", effective_at=NOW + 40 * DAY
    )

    assert (draft.texts.get().summary, draft.reason) == ("More is kept.", "An old law.")
    assert draft.effective_at == NOW + 40 * DAY


def test_a_translation_joins_the_draft_and_leaves_what_is_said_of_it_alone(
    manuscript: Path, tmp_path: Path
) -> None:
    draft = import_draft(manuscript, effective_at=NOW + 40 * DAY)
    german = tmp_path / "datenschutz.md"
    german.write_text("---\nreason: Ein neuer Lieferant.\n---\n# Datenschutz\n\nWir bewahren auf.\n")

    joined = import_draft(german, language="de", draft_id=draft.pk)

    assert joined == draft
    assert sorted(joined.texts.values_list("language", "reason")) == [
        ("de", "Ein neuer Lieferant."),
        ("en", "A new law."),
    ]
    assert (joined.reason, joined.effective_at) == ("A new law.", NOW + 40 * DAY)


def test_a_text_without_a_title_takes_the_name_of_its_policy(
    tmp_path: Path, make_policy: Callable[..., Policy]
) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("We keep orders.\n")
    make_policy("privacy", name="Privacy at Fernhill")

    known, new = import_draft(path), import_draft(path, slug="cookie-policy")

    assert known.texts.get().title == "Privacy at Fernhill"
    assert (new.policy.name, new.texts.get().title) == ("Cookie policy", "Cookie policy")


def test_a_second_text_starts_a_second_draft(manuscript: Path) -> None:
    first, second = import_draft(manuscript), import_draft(manuscript)

    assert first != second
    assert Policy.objects.count() == 1


def test_a_new_draft_keeps_the_other_languages_of_the_version_in_force(
    make_version: Callable[..., PolicyVersion], manuscript: Path
) -> None:
    make_version(bodies={"en": "One.", "de": "Eins."})

    draft = import_draft(manuscript)

    assert sorted(draft.texts.values_list("language", "body")) == [
        ("de", "Eins."),
        ("en", "We keep orders.\n"),
    ]


@pytest.mark.parametrize(
    ("fields", "refusal", "said"),
    [
        ({"language": "tlh"}, ValidationError, "“tlh” is not a language of this site. Choose one of: en, de"),
        ({"slug": "no slug"}, ValidationError, "slug"),
        ({"slug": "../etc"}, ValidationError, "slug"),
        ({"kind": "DIARY"}, ValidationError, "not a valid choice"),
        ({"draft_id": 4711}, services.ImportRefused, "“privacy” has no draft 4711."),
        ({"effective_at": NOW}, services.EffectiveMomentPassed, "has passed. Choose a later one."),
        ({"change_class": "COSMETIC"}, Refusal, "Choose one of: EDITORIAL"),
        ({"summary": "bell \x07"}, UnprintableCharacter, "U+0007"),
    ],
)
def test_a_text_that_cannot_become_a_draft_is_refused_and_nothing_is_written(
    manuscript: Path, fields: dict[str, Any], refusal: type[Exception], said: str
) -> None:
    before = rows_written()

    with pytest.raises(refusal) as refused:
        import_draft(manuscript, **fields)

    assert said in str(refused.value)
    assert rows_written() == before


@pytest.mark.parametrize("draft_of", ["another policy", "the same policy, published"])
def test_a_text_joins_no_draft_of_another_policy_and_no_published_version(
    make_policy: Callable[..., Policy],
    make_draft: Callable[..., PolicyVersion],
    make_version: Callable[..., PolicyVersion],
    manuscript: Path,
    draft_of: str,
) -> None:
    other = make_draft(make_policy("terms")) if draft_of == "another policy" else make_version()

    with pytest.raises(services.ImportRefused, match="Leave --draft out to start one"):
        import_draft(manuscript, draft_id=other.pk)
