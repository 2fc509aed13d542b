"""Drafts: they may change until they are published, and every edit leaves a trace."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.instants import UnclearInstant
from policies.models import Approval, ChangeClass, Policy, PolicyKind, PolicyText, PolicyVersion
from policies.rendering import (
    RENDERER,
    TEXT_LIMIT,
    EmptyText,
    TextTooLarge,
    TextTooNested,
    UnprintableCharacter,
    digest,
)
from policies.selectors import desk_policies
from policies.services.drafting import UnknownChangeClass
from tests.conftest import NOW

from .conftest import rows_written

DAY = timedelta(days=1)


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


def save(draft: PolicyVersion, **fields: Any) -> PolicyText:
    """Save the draft's English text, with only the named fields other than plain."""
    known = {"language": "en", "title": "Privacy policy", "summary": "", "body": "We keep orders."}
    return services.save_text(version_id=draft.pk, **(known | fields))


def edit(draft: PolicyVersion, **fields: Any) -> PolicyVersion:
    """Edit what is said of the draft as a whole, with only the named fields other than before."""
    known = {
        "change_class": draft.change_class,
        "reason": draft.reason,
        "effective_at": draft.effective_at,
        "exception_reason": draft.exception_reason,
        "now": NOW,
    }
    return services.edit_version(version_id=draft.pk, **(known | fields))


def test_a_policy_begins_without_any_version(make_policy: Callable[..., Policy]) -> None:
    policy = make_policy("cookies", kind=PolicyKind.COOKIES, name="Cookies", default_language="de")

    assert (policy.slug, policy.kind, policy.default_language) == ("cookies", "COOKIES", "de")
    assert policy.versions.count() == 0


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


def test_the_first_draft_of_a_policy_is_empty(make_policy: Callable[..., Policy], author: User) -> None:
    policy = make_policy()

    draft = services.start_draft(policy_id=policy.pk, author=author, now=NOW)

    assert (draft.number, draft.published_at, draft.author, draft.created_at) == (None, None, author, NOW)
    assert draft.texts.count() == 0


def test_a_further_draft_begins_as_a_copy_of_the_newest_published_texts(
    make_version: Callable[..., PolicyVersion], author: User
) -> None:
    make_version(bodies={"en": "One.", "de": "Eins."})
    newest = make_version(bodies={"en": "Two.", "de": "Zwei."}, published_at=NOW + DAY)

    draft = services.start_draft(policy_id=newest.policy_id, author=author, now=NOW + 2 * DAY)

    copied = draft.texts.order_by("language").values_list("language", "title", "body", "html", "sha256")
    assert list(copied) == list(
        newest.texts.order_by("language").values_list("language", "title", "body", "html", "sha256")
    )


def test_reason_summary_and_effective_moment_belong_to_one_change_and_start_empty(
    make_version: Callable[..., PolicyVersion], author: User
) -> None:
    published = make_version(reason="A new supplier.")

    draft = services.start_draft(policy_id=published.policy_id, author=author, now=NOW)

    assert (draft.reason, draft.effective_at, draft.exception_reason) == ("", None, "")
    assert [(text.summary, text.reason) for text in draft.texts.all()] == [("", "")]


def test_a_text_is_saved_with_its_rendering_its_digest_and_its_renderer(draft: PolicyVersion) -> None:
    text = save(draft, body="We keep *orders*.")

    assert text.html == "<p>We keep <em>orders</em>.</p>"
    assert text.sha256 == digest("We keep *orders*.")
    assert text.renderer == RENDERER


def test_line_ends_and_composed_letters_have_one_form(draft: PolicyVersion) -> None:
    decomposed = unicodedata.normalize("NFD", "Größe\r\nund Maß\rso")

    text = save(draft, body=decomposed, summary=decomposed, title=unicodedata.normalize("NFD", "Größe"))

    assert text.body == text.summary == "Größe\nund Maß\nso"
    assert text.title == "Größe"


def test_a_title_is_one_line(draft: PolicyVersion) -> None:
    text = save(draft, title=" Privacy\npolicy\t of  the shop ")

    assert text.title == "Privacy policy of the shop"


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


def test_what_is_said_of_a_draft_as_a_whole_can_be_edited(draft: PolicyVersion) -> None:
    edited = edit(
        draft,
        change_class="BENEFICIAL",
        reason=" Less is kept. ",
        effective_at=NOW + 3 * DAY,
        exception_reason=" An order of the court. ",
    )

    stored = PolicyVersion.objects.get(pk=draft.pk)
    assert stored.change_class == ChangeClass.BENEFICIAL
    assert stored.reason == edited.reason == "Less is kept."
    assert stored.exception_reason == "An order of the court."
    assert stored.effective_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("fields", "refusal", "said"),
    [
        ({"effective_at": NOW}, services.EffectiveMomentPassed, "2026-03-02T09:00+00:00 has passed"),
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


def test_a_moment_that_has_passed_meanwhile_does_not_stand_in_the_way_of_another_edit(
    draft: PolicyVersion,
) -> None:
    edited = edit(draft, reason="A better reason.", now=NOW + 100 * DAY)

    assert edited.reason == "A better reason."


def test_an_effective_moment_can_be_taken_back(draft: PolicyVersion) -> None:
    assert edit(draft, effective_at=None).effective_at is None


def test_the_stored_fingerprint_follows_every_edit(draft: PolicyVersion) -> None:
    seen = {draft.fingerprint}

    save(draft, summary="Another summary.")
    seen.add(PolicyVersion.objects.get(pk=draft.pk).fingerprint)
    seen.add(edit(draft, reason="Another reason.").fingerprint)

    assert len(seen) == 3
    stored = PolicyVersion.objects.get(pk=draft.pk)
    assert stored.fingerprint == version_fingerprint(stored)


def test_every_edit_of_a_draft_is_on_record_with_what_it_said(draft: PolicyVersion) -> None:
    save(draft, body="Second wording.")
    save(draft, body="Third wording.")

    (text,) = draft.texts.all()
    records = text.history.order_by("history_date", "history_id")
    assert [(record.history_type, record.body) for record in records] == [
        ("+", "We keep orders for six years."),
        ("~", "Second wording."),
        ("~", "Third wording."),
    ]


def test_every_edit_of_a_version_as_a_whole_is_on_record(draft: PolicyVersion) -> None:
    edit(draft, reason="A second reason.")

    reasons = draft.history.order_by("history_id").values_list("history_type", "reason")
    assert next(iter(reasons)) == ("+", "")
    assert list(reasons)[-2:] == [("~", "A new supplier."), ("~", "A second reason.")]


def test_a_draft_asks_for_review(draft: PolicyVersion) -> None:
    services.ask_for_review(version_id=draft.pk, now=NOW)

    assert PolicyVersion.objects.get(pk=draft.pk).review_asked_at == NOW


def test_a_draft_is_thrown_away_with_its_texts_and_approvals_but_its_edits_stay_on_record(
    draft: PolicyVersion, approve: Callable[..., Approval]
) -> None:
    approve(draft)
    edits = PolicyText.history.count()

    services.discard_draft(version_id=draft.pk)

    assert not PolicyVersion.objects.filter(pk=draft.pk).exists()
    assert PolicyText.objects.count() == Approval.objects.count() == 0
    assert PolicyText.history.count() == edits + 1


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


def test_the_desk_lists_every_policy_with_what_is_in_force_coming_and_being_written(
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
    make_policy: Callable[..., Policy],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = make_version(effective_at=NOW + DAY)
    second = make_version(published_at=NOW + 2 * DAY)
    draft = make_draft()
    make_policy("terms")

    with django_assert_num_queries(3):
        privacy, terms = desk_policies(now=NOW + 3 * DAY)

    assert privacy.in_force is not None
    assert privacy.in_force.version_id == first.pk
    assert [entry.version_id for entry in privacy.announced] == [second.pk]
    assert privacy.drafts == (draft,)
    assert (terms.policy.slug, terms.in_force, terms.announced, terms.drafts) == ("terms", None, (), ())


def test_rows_are_named_so_that_one_is_told_from_another(
    make_version: Callable[..., PolicyVersion], make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    published, draft = make_version(), make_draft()
    recall = services.recall_version(version_id=published.pk, reason="Wrong.", recalled_by=approver, now=NOW)

    names = [
        str(published.policy),
        str(published),
        str(draft),
        str(published.texts.get()),
        str(published.approvals.get()),
        str(recall),
    ]

    policy = published.policy_id
    assert names == [
        "privacy",
        f"{policy}/1",
        f"{policy}/draft-{draft.pk}",
        f"{published.pk}/en",
        f"{published.pk}/{approver.pk}/{published.fingerprint[:12]}",
        f"{published.pk}/recall",
    ]
