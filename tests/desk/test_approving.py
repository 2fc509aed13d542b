"""Who approves a text, and which: exactly the one that was shown, by nobody who wrote any of it."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, PolicyVersion
from tests.acceptance.pages import alert, words
from tests.conftest import NOW

from .conftest import address, form_with, typed

pytestmark = pytest.mark.look


@pytest.fixture
def approved(draft: PolicyVersion, approver: User) -> PolicyVersion:
    """Give a draft that could be published now."""
    services.approve_version(
        version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=NOW
    )
    return draft


def test_an_approval_names_the_text_that_was_shown(
    decider: Client, draft: PolicyVersion, approver: User
) -> None:
    place = address("version", draft.pk)

    response = decider.post(address("approve", draft.pk), typed(decider, place, "fingerprint"))

    approval = Approval.objects.get()
    assert (response.status_code, response["Location"]) == (302, place)
    assert (approval.approver, approval.fingerprint) == (approver, version_fingerprint(draft))
    assert "You approved this text." in words(decider.get(place).content)


def test_a_text_that_has_changed_meanwhile_is_not_approved(decider: Client, draft: PolicyVersion) -> None:
    seen = typed(decider, address("version", draft.pk), "fingerprint")
    services.save_text(
        version_id=draft.pk, language="en", title="Privacy policy", summary="", body="Another text."
    )

    response = decider.post(address("approve", draft.pk), seen)

    assert response.status_code == 409
    assert alert(response.content) == (
        "The draft has changed since you opened it. Read it again, then approve what you see."
    )
    assert form_with("fingerprint", response.content) != seen
    assert not Approval.objects.exists()


@pytest.mark.parametrize("fingerprint", ["", "0" * 64, "ä"])
def test_an_approval_of_nothing_in_particular_is_refused(
    decider: Client, draft: PolicyVersion, fingerprint: str
) -> None:
    response = decider.post(address("approve", draft.pk), {"fingerprint": fingerprint})

    assert (response.status_code, Approval.objects.exists()) == (409, False)


def test_nobody_approves_their_own_text(writer: Client, author: User, draft: PolicyVersion) -> None:
    author.groups.add(Group.objects.get(name="Approvers"))
    draft.refresh_from_db()

    response = writer.post(address("approve", draft.pk), {"fingerprint": draft.fingerprint})

    assert response.status_code == 409
    assert alert(response.content) == "You wrote this draft. Ask another person to approve it."
    assert not Approval.objects.exists()


def test_nobody_approves_a_text_in_which_they_changed_something(
    decider: Client, approver: User, author: User, draft: PolicyVersion
) -> None:
    for person, group in ((approver, "Authors"), (author, "Approvers")):
        person.groups.add(Group.objects.get(name=group))
    place = address("text", draft.pk, "en")
    decider.post(place, typed(decider, place, "body", body="We keep orders for a hundred years."))
    opened = decider.get(address("version", draft.pk)).content
    draft.refresh_from_db()

    response = decider.post(address("approve", draft.pk), {"fingerprint": draft.fingerprint})

    assert response.status_code == 409
    assert alert(response.content) == "You wrote a part of this draft. Ask another person to approve it."
    assert "You wrote some of this draft, so another person approves it." in words(opened)
    assert not Approval.objects.exists()


def test_an_approval_does_not_count_of_whoever_wrote_a_part_of_the_text(
    decider: Client, approver: User, draft: PolicyVersion
) -> None:
    approver.groups.add(Group.objects.get(name="Authors"))
    place = address("text", draft.pk, "en")
    decider.post(place, typed(decider, place, "body", body="We keep orders for a hundred years."))
    draft.refresh_from_db()
    Approval.objects.create(version=draft, approver=approver, fingerprint=draft.fingerprint, approved_at=NOW)

    page = decider.get(address("version", draft.pk)).content

    assert "The approval of another person on exactly this text is missing." in words(page)


def test_whoever_only_decides_about_a_draft_wrote_nothing_of_it(
    writer: Client, decider: Client, draft: PolicyVersion
) -> None:
    writer.post(address("ask_for_review", draft.pk))
    decider.post(address("send_back", draft.pk))
    writer.post(address("ask_for_review", draft.pk))
    seen = typed(decider, address("version", draft.pk), "fingerprint")

    decider.post(address("approve", draft.pk), seen)

    page = decider.get(address("version", draft.pk)).content
    assert Approval.objects.count() == 1
    assert "You approved this text." in words(page)
    assert b"Approve this text" not in page


def test_an_approval_of_an_earlier_text_is_marked(writer: Client, approved: PolicyVersion) -> None:
    place = address("version", approved.pk)
    services.save_text(
        version_id=approved.pk, language="en", title="Privacy policy", summary="", body="Another text."
    )

    shown = words(writer.get(place).content)

    assert "(of an earlier text)" in shown
    assert "The approval of another person on exactly this text is missing." in shown
