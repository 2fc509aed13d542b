"""The audit of edits: every edit of a draft is kept, with who made it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from policies.models import PolicyText, PolicyVersion
from tests.conftest import NOW

from .conftest import address, typed

pytestmark = pytest.mark.look

Edit = tuple[str, object, object]


def edits(of: PolicyVersion | PolicyText, field: str) -> list[Edit]:
    """Give the edits of a row, the first one first: what was done, by whom, and what `field` held then."""
    kept = of.history.order_by("history_date", "history_id")
    return [(edit.history_type, edit.history_user, getattr(edit, field)) for edit in kept]


def test_each_edit_of_a_text_is_kept_with_its_writer(
    writer: Client,
    client_of: Callable[[User], Client],
    make_person: Callable[..., User],
    author: User,
    draft: PolicyVersion,
) -> None:
    other = make_person("other", groups=("Authors",))
    editor = address("text", draft.pk, "en")

    writer.post(editor, typed(writer, editor, "body", body="Seven years."))
    other_browser = client_of(other)
    other_browser.post(editor, typed(other_browser, editor, "body", body="Eight years."))

    # The factory wrote the first one without a page, so nobody is named.
    assert edits(draft.texts.get(), "body") == [
        ("+", None, "We keep orders for six years."),
        ("~", author, "Seven years."),
        ("~", other, "Eight years."),
    ]


def test_each_edit_of_what_is_said_of_a_draft_is_kept_with_its_writer(
    writer: Client, author: User, draft: PolicyVersion
) -> None:
    place = address("version", draft.pk)

    writer.post(place, typed(writer, place, "effective_at", reason="The law."))
    writer.post(place, typed(writer, place, "effective_at", reason="The tax law."))

    assert edits(draft, "reason")[-2:] == [("~", author, "The law."), ("~", author, "The tax law.")]


def test_the_history_names_who_asked_for_review_and_who_published(
    writer: Client, decider: Client, author: User, approver: User, draft: PolicyVersion
) -> None:
    place = address("version", draft.pk)

    writer.post(address("ask_for_review", draft.pk))
    decider.post(address("approve", draft.pk), typed(decider, place, "fingerprint"))
    decider.post(address("publish", draft.pk))

    assert edits(draft, "review_asked_at")[-2] == ("~", author, NOW)
    assert edits(draft, "number")[-1] == ("~", approver, 1)


def test_what_was_refused_leaves_no_edit(writer: Client, draft: PolicyVersion) -> None:
    editor, place = address("text", draft.pk, "en"), address("version", draft.pk)
    before = len(edits(draft.texts.get(), "body")), len(edits(draft, "reason"))

    writer.post(editor, typed(writer, editor, "body", body=""))
    writer.post(place, typed(writer, place, "effective_at", effective_at="2020-01-01T00:00"))

    assert (len(edits(draft.texts.get(), "body")), len(edits(draft, "reason"))) == before


def test_the_edits_of_a_draft_that_was_thrown_away_are_kept(
    writer: Client, author: User, draft: PolicyVersion
) -> None:
    text = draft.texts.get()

    writer.post(address("discard", draft.pk))

    assert not PolicyVersion.objects.exists()
    last = PolicyText.history.filter(id=text.pk).latest("history_date", "history_id")
    assert (last.history_type, last.history_user, last.body) == ("-", author, text.body)
    gone = PolicyVersion.history.filter(id=draft.pk).latest("history_date", "history_id")
    assert (gone.history_type, gone.history_user) == ("-", author)
