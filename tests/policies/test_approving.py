"""Approving: exactly the text that was seen, by another person than its author."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, PolicyVersion
from tests.conftest import NOW


@pytest.fixture
def draft(make_draft: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_draft()


def approve(draft: PolicyVersion, approver: User, **fields: Any) -> Approval:
    known: dict[str, Any] = {"fingerprint": version_fingerprint(draft), "now": NOW}
    return services.approve_version(version_id=draft.pk, approver=approver, **(known | fields))


def test_another_person_approves_exactly_the_text_they_saw(draft: PolicyVersion, approver: User) -> None:
    approval = approve(draft, approver)

    stored = Approval.objects.get(version=draft)
    assert stored == approval
    assert (stored.approver, stored.fingerprint, stored.approved_at) == (approver, draft.fingerprint, NOW)


def test_the_author_cannot_approve_their_own_draft(
    make_draft: Callable[..., PolicyVersion], author: User, approver: User
) -> None:
    draft = make_draft()
    author.groups.set(approver.groups.all())

    with pytest.raises(services.ApprovalRefused, match="You wrote this draft"):
        approve(draft, User.objects.get(pk=author.pk))

    assert Approval.objects.count() == 0


def test_a_draft_from_the_command_line_has_no_author_and_anybody_permitted_approves_it(
    draft: PolicyVersion, approver: User
) -> None:
    PolicyVersion.objects.filter(pk=draft.pk).update(author=None)

    approve(draft, approver)

    assert Approval.objects.get(version=draft).approver == approver


def test_another_text_than_the_present_one_is_not_approved(draft: PolicyVersion, approver: User) -> None:
    with pytest.raises(services.ApprovalRefused, match="has changed since you opened it"):
        approve(draft, approver, fingerprint="0" * 64)

    assert Approval.objects.count() == 0


def test_a_text_that_was_edited_while_the_approver_read_is_not_approved(
    draft: PolicyVersion, approver: User
) -> None:
    seen = version_fingerprint(draft)
    services.save_text(version_id=draft.pk, language="en", title="Privacy", summary="", body="Edited.")

    with pytest.raises(services.ApprovalRefused, match="Read it again"):
        approve(draft, approver, fingerprint=seen)

    assert Approval.objects.count() == 0


def test_a_person_without_the_permission_cannot_approve(
    draft: PolicyVersion, make_person: Callable[..., User]
) -> None:
    publisher = make_person("publisher", groups=("Authors", "Publishers"))

    with pytest.raises(services.NotPermitted, match=r"policies\.approve_version"):
        approve(draft, publisher)

    assert Approval.objects.count() == 0


def test_approving_twice_gives_the_first_approval_again(draft: PolicyVersion, approver: User) -> None:
    first = approve(draft, approver)

    second = approve(draft, approver, now=NOW + timedelta(days=1))

    assert second == first
    assert Approval.objects.get().approved_at == NOW


def test_one_person_approves_each_text_that_they_see(draft: PolicyVersion, approver: User) -> None:
    approve(draft, approver)
    services.save_text(version_id=draft.pk, language="en", title="Privacy", summary="", body="Edited.")

    approve(draft, approver)

    assert Approval.objects.filter(version=draft, approver=approver).count() == 2


def test_a_published_version_is_not_approved_again(
    make_version: Callable[..., PolicyVersion], second_approver: User
) -> None:
    published = make_version()

    with pytest.raises(services.AlreadyPublished):
        approve(published, second_approver)

    assert Approval.objects.filter(approver=second_approver).count() == 0
