"""Drafts: they may change until they are published, and every edit leaves a trace."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, ChangeClass, Policy, PolicyKind, PolicyText, PolicyVersion
from policies.rendering import (
    RENDERER,
    digest,
)
from policies.selectors import desk_policies
from tests.conftest import NOW

from .conftest import edit, save

DAY = timedelta(days=1)


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


def test_a_policy_begins_without_any_version(make_policy: Callable[..., Policy]) -> None:
    policy = make_policy("cookies", kind=PolicyKind.COOKIES, name="Cookies", default_language="de")

    assert (policy.slug, policy.kind, policy.default_language) == ("cookies", "COOKIES", "de")
    assert policy.versions.count() == 0


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
