"""What is decided at the desk: when and why, review, approval, publication, recall; a refusal says why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Policy, PolicyVersion, Recall
from tests.acceptance.pages import alert, words
from tests.conftest import NOW

from .conftest import address, errors, form_with, rows, typed

pytestmark = pytest.mark.look


@pytest.fixture
def approved(draft: PolicyVersion, approver: User) -> PolicyVersion:
    """Give a draft that could be published now."""
    services.approve_version(
        version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=NOW
    )
    return draft


def local(moment: datetime) -> str:
    """Give an instant as the form takes it, in the zone of the author, which is Berlin's."""
    return (moment + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


def test_what_is_said_of_a_draft_is_saved_in_the_zone_of_the_author(
    writer: Client, draft: PolicyVersion
) -> None:
    place = address("version", draft.pk)
    later = NOW + timedelta(days=20)

    response = writer.post(
        place,
        typed(
            writer,
            place,
            "effective_at",
            change_class="NEUTRAL",
            reason="Clearer.",
            effective_at=local(later),
        ),
    )

    draft.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, place)
    assert (draft.change_class, draft.reason, draft.effective_at) == ("NEUTRAL", "Clearer.", later)
    assert "Times are in the zone Europe/Berlin." in words(writer.get(place).content)


def test_an_effective_moment_in_the_past_is_refused_and_what_was_typed_stays(
    writer: Client, draft: PolicyVersion
) -> None:
    place, before = address("version", draft.pk), (draft.effective_at, rows())
    form = typed(
        writer, place, "effective_at", reason="A better reason.", effective_at=local(NOW - timedelta(days=1))
    )

    response = writer.post(place, form)

    draft.refresh_from_db()
    kept = form_with("effective_at", response.content)
    assert response.status_code == 422
    assert errors(response.content) == [
        "The effective moment March 1, 2026, 10 a.m. CET has passed. Choose a later one."
    ]
    assert (kept["reason"], kept["effective_at"]) == ("A better reason.", form["effective_at"])
    assert (draft.effective_at, rows()) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("effective_at", "soon"),
        # The clocks in Berlin go from two to three on this morning.
        ("effective_at", "2026-03-29T02:30"),
        ("effective_at", "9999-12-31T23:59"),
        ("change_class", "TINY"),
    ],
)
def test_a_value_that_is_none_is_refused(
    writer: Client, draft: PolicyVersion, field: str, value: str
) -> None:
    place, before = address("version", draft.pk), rows()

    response = writer.post(place, typed(writer, place, "effective_at") | {field: value})

    assert response.status_code == 422
    assert len(errors(response.content)) == 1
    assert rows() == before


def test_a_second_tab_does_not_overwrite_unseen_what_the_first_one_saved(
    writer: Client, draft: PolicyVersion
) -> None:
    place = address("version", draft.pk)
    first, second = (typed(writer, place, "effective_at", reason=reason) for reason in ("One.", "Two."))
    writer.post(place, first)

    refused = writer.post(place, second)
    again = form_with("effective_at", refused.content)
    saved = writer.post(place, again)

    assert refused.status_code == 422
    assert "This was saved from elsewhere while you were writing" in words(refused.content)
    assert alert(refused.content).startswith("The draft is not saved.")
    assert (again["reason"], saved.status_code) == ("Two.", 302)
    assert PolicyVersion.objects.get(pk=draft.pk).reason == "Two."


def test_nothing_said_of_a_published_version_changes(writer: Client, published: PolicyVersion) -> None:
    before = rows()

    response = writer.post(
        address("version", published.pk), {"change_class": "EDITORIAL", "reason": "", "effective_at": ""}
    )

    published.refresh_from_db()
    assert response.status_code == 422
    assert errors(response.content) == [
        "Version 1 is published and never changes. Start a new draft instead."
    ]
    assert (published.change_class, rows()) == ("MATERIAL", before)


def test_a_version_that_is_not_there_is_not_found(writer: Client) -> None:
    assert writer.get(address("version", 4711)).status_code == 404


def test_a_draft_put_to_review_is_listed_as_such(writer: Client, draft: PolicyVersion) -> None:
    response = writer.post(address("ask_for_review", draft.pk))

    draft.refresh_from_db()
    assert (response.status_code, draft.review_asked_at) == (302, NOW)
    assert "in review, author@example.com" in words(writer.get(address("overview")).content)


def test_a_version_is_published_under_the_next_number(
    decider: Client, approved: PolicyVersion, approver: User
) -> None:
    place = address("version", approved.pk)
    offered = words(decider.get(place).content)

    response = decider.post(address("publish", approved.pk))

    approved.refresh_from_db()
    assert "Nothing stands against publishing." in offered
    assert (response.status_code, response["Location"]) == (302, place)
    assert (approved.number, approved.published_at, approved.published_by) == (1, NOW, approver)
    shown = words(decider.get(place).content)
    assert "The version is published. Everyone concerned is being told." in shown
    assert "announced" in shown
    assert "Recall this version" in shown


def test_a_version_with_obstacles_is_not_published_and_each_is_named(
    decider: Client, published: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(effective_at=NOW + timedelta(days=3), reason="")
    before = rows()

    response = decider.post(address("publish", draft.pk))

    draft.refresh_from_db()
    assert response.status_code == 409
    refusal = alert(response.content)
    assert "The reason for the change is missing." in refusal
    assert "The notice period is too short: Privacy notice / Material / EU asks for 30 days" in refusal
    assert "The approval of another person on exactly this text is missing." in refusal
    assert (draft.is_published, rows()) == (False, before)


def test_a_version_is_published_once(decider: Client, published: PolicyVersion) -> None:
    before = rows()

    response = decider.post(address("publish", published.pk))

    assert response.status_code == 409
    assert alert(response.content) == "Version 1 is published and never changes. Start a new draft instead."
    assert rows() == before


def test_a_draft_can_be_thrown_away(writer: Client, draft: PolicyVersion) -> None:
    response = writer.post(address("discard", draft.pk))

    assert (response.status_code, response["Location"]) == (302, address("overview"))
    assert not PolicyVersion.objects.exists()
    assert "The draft is discarded." in words(writer.get(address("overview")).content)


def test_a_published_version_cannot_be_thrown_away(writer: Client, published: PolicyVersion) -> None:
    before = rows()

    response = writer.post(address("discard", published.pk), follow=True)

    assert "Version 1 is published and never changes." in words(response.content)
    assert rows() == before


def test_a_version_is_recalled_with_a_reason(
    decider: Client, published: PolicyVersion, approver: User
) -> None:
    response = decider.post(address("recall", published.pk), {"reason": "A wrong text."}, follow=True)

    recall = Recall.objects.get()
    assert (recall.version, recall.reason, recall.recalled_by) == (published, "A wrong text.", approver)
    shown = words(response.content)
    assert "The version is recalled." in shown
    assert "Recall this version" not in shown


@pytest.mark.parametrize("reason", ["", "  \n ", "wrong\0"])
def test_a_recall_needs_a_reason(decider: Client, published: PolicyVersion, reason: str) -> None:
    response = decider.post(address("recall", published.pk), {"reason": reason})

    assert response.status_code == 409
    assert alert(response.content) == "Say why the version is recalled."
    assert not Recall.objects.exists()


def test_a_version_is_recalled_once(decider: Client, published: PolicyVersion) -> None:
    decider.post(address("recall", published.pk), {"reason": "A wrong text."})

    response = decider.post(address("recall", published.pk), {"reason": "Again."})

    assert response.status_code == 409
    assert alert(response.content) == "This version is recalled already."
    assert Recall.objects.get().reason == "A wrong text."


def test_what_was_typed_stands_in_the_form_again_where_a_recall_is_refused(
    decider: Client, published: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_given: object) -> None:
        raise services.RecallRefused("Not now.")

    monkeypatch.setattr(services, "recall_version", refuse)

    response = decider.post(address("recall", published.pk), {"reason": "A <wrong> text."})

    assert response.status_code == 409
    assert alert(response.content) == "Not now."
    page = response.content.decode()
    assert ">A &lt;wrong&gt; text.</textarea>" in page
    assert 'href="?letter' not in page


def test_a_draft_cannot_be_recalled(decider: Client, draft: PolicyVersion) -> None:
    response = decider.post(address("recall", draft.pk), {"reason": "A wrong text."}, follow=True)

    assert "A draft cannot be recalled. Change it instead." in words(response.content)
    assert not Recall.objects.exists()


def test_the_overview_lists_what_is_in_force_coming_and_being_written(
    decider: Client, make_version: Callable[..., PolicyVersion], make_draft: Callable[..., PolicyVersion]
) -> None:
    day = timedelta(days=1)
    first = make_version(published_at=NOW - 60 * day, effective_at=NOW - 20 * day)
    make_version(published_at=NOW - day, effective_at=NOW + 31 * day, body="We keep orders for ten years.")
    draft = make_draft()

    shown = words(decider.get(address("overview")).content)

    assert "version 1since Feb. 10, 2026" in shown
    assert "version 2from April 2, 2026" in shown
    assert f"draft {draft.pk} being written, author@example.com" in shown
    assert first.policy.name in shown


def test_a_desk_without_policies_says_so(decider: Client) -> None:
    assert "There is no policy yet." in words(decider.get(address("overview")).content)


def test_a_draft_without_a_text_is_not_put_before_anybody(
    writer: Client, author: User, make_policy: Callable[..., Policy]
) -> None:
    empty = services.start_draft(policy_id=make_policy().pk, author=author, now=NOW)

    response = writer.post(address("ask_for_review", empty.pk))

    assert response.status_code == 409
    assert alert(response.content) == "Nothing is written yet. Write a text, then ask for review."
    empty.refresh_from_db()
    assert empty.review_asked_at is None


def test_an_approver_sends_a_draft_back_and_its_author_asks_again(
    writer: Client, decider: Client, draft: PolicyVersion
) -> None:
    back = address("send_back", draft.pk)
    writer.post(address("ask_for_review", draft.pk))

    offered = [back in decider.get(address("version", draft.pk)).content.decode()]
    response = decider.post(back)
    offered.append(back in decider.get(address("version", draft.pk)).content.decode())

    draft.refresh_from_db()
    assert offered == [True, False]
    assert response["Location"] == address("version", draft.pk)
    assert draft.review_asked_at is None
    assert "Ask for review" in words(writer.get(address("version", draft.pk)).content)


def test_a_draft_is_sent_back_with_what_is_to_be_changed_until_it_is_put_up_again(
    writer: Client, decider: Client, draft: PolicyVersion
) -> None:
    place, said = address("version", draft.pk), "Section 2 names no recipient. " + "Please add one. " * 20
    writer.post(address("ask_for_review", draft.pk))

    decider.post(address("send_back", draft.pk), {"note": said})
    writer.post(place, typed(writer, place, "effective_at", change_class="NEUTRAL"))
    sent_back = words(writer.get(place).content)
    writer.post(address("ask_for_review", draft.pk))
    asked_again = words(writer.get(place).content)

    assert "Sent back by approver@example.com" in sent_back
    assert " ".join(said.split()) in sent_back
    assert "names no recipient" not in asked_again


def test_a_draft_that_is_sent_back_again_without_a_word_says_nothing_of_before(
    writer: Client, decider: Client, draft: PolicyVersion
) -> None:
    for note in ("Add a recipient.", ""):
        writer.post(address("ask_for_review", draft.pk))
        decider.post(address("send_back", draft.pk), {"note": note})

    assert "Add a recipient." not in words(writer.get(address("version", draft.pk)).content)


def test_a_note_that_is_too_long_is_not_lost(writer: Client, decider: Client, draft: PolicyVersion) -> None:
    writer.post(address("ask_for_review", draft.pk))

    response = decider.post(address("send_back", draft.pk), {"note": "word " * 1001})

    draft.refresh_from_db()
    assert response.status_code == 422
    assert "word word word" in words(response.content)
    assert draft.review_asked_at == NOW
