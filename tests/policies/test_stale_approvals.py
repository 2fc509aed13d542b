"""Invariant 3: what is published is exactly the text that another person approved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from policies import services
from policies.models import PolicyVersion
from tests.conftest import NOW

from .conftest import edit, publish

DAY = timedelta(days=1)
GERMAN = {"language": "de", "title": "Datenschutz", "summary": "Wir bewahren länger auf."}


def test_a_version_that_nobody_approved_is_not_published(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei."})

    with pytest.raises(services.PublicationRefused) as refused:
        publish(draft, approver)

    assert refused.value.obstacles == ["The approval of another person on exactly this text is missing."]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "Another reason."},
        {"change_class": "NEW_PURPOSE"},
        {"effective_at": NOW + 40 * DAY},
        {"exception_reason": "An order of the court."},
    ],
)
def test_an_edit_after_the_approval_makes_it_stale(
    ready: PolicyVersion, approver: User, change: dict[str, Any]
) -> None:
    edit(ready, **change)

    with pytest.raises(services.PublicationRefused, match="on exactly this text"):
        publish(ready, approver)


@pytest.mark.parametrize("part", ["title", "summary", "reason", "body"])
def test_an_edit_of_a_text_after_the_approval_makes_it_stale(
    ready: PolicyVersion, approver: User, part: str
) -> None:
    services.save_text(version_id=ready.pk, **(GERMAN | {"body": "Zwei.", part: "Etwas anderes."}))

    with pytest.raises(services.PublicationRefused, match="on exactly this text"):
        publish(ready, approver)


def test_taking_an_edit_back_makes_the_approval_hold_again(ready: PolicyVersion, approver: User) -> None:
    edit(ready, reason="Another reason.")
    edit(ready, reason=ready.reason)

    assert publish(ready, approver).number == 2


def test_an_approval_is_stale_once_another_version_came_before(
    ready: PolicyVersion, make_version: Callable[..., PolicyVersion], approver: User
) -> None:
    make_version(bodies={"en": "Urgent.", "de": "Dringend."})

    with pytest.raises(services.PublicationRefused, match="on exactly this text"):
        publish(ready, approver)


def test_the_approval_of_someone_who_became_the_author_does_not_count(
    ready: PolicyVersion, approver: User
) -> None:
    PolicyVersion.objects.filter(pk=ready.pk).update(author=approver)

    with pytest.raises(services.PublicationRefused, match="approval of another person"):
        publish(ready, approver)
