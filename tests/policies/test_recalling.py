"""Recalling: a version ends by decision, and stays on record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from policies import services
from policies.models import PolicyVersion, Recall
from policies.selectors import State, load_register
from tests.conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture
def published(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    return make_version(effective_at=NOW + DAY)


def recall(version: PolicyVersion, recalled_by: User, **fields: Any) -> Recall:
    known: dict[str, Any] = {"reason": "A wrong annex.", "now": NOW + 2 * DAY}
    return services.recall_version(version_id=version.pk, recalled_by=recalled_by, **(known | fields))


def test_a_recalled_version_is_no_longer_in_force_from_that_instant_on(
    published: PolicyVersion, approver: User
) -> None:
    done = recall(published, approver, reason="  A wrong annex.\n")

    facts = load_register()
    assert (done.reason, done.recalled_by, done.recalled_at) == ("A wrong annex.", approver, NOW + 2 * DAY)
    assert facts.in_force("privacy", NOW + 2 * DAY) is None
    assert facts.in_force("privacy", NOW + DAY) == facts.by_id[published.pk]
    assert facts.state(facts.by_id[published.pk], NOW + 2 * DAY) is State.RECALLED


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_recall_without_a_reason_is_refused(published: PolicyVersion, approver: User, reason: str) -> None:
    with pytest.raises(services.RecallRefused, match="Say why"):
        recall(published, approver, reason=reason)

    assert Recall.objects.count() == 0


def test_a_version_is_recalled_once(published: PolicyVersion, approver: User) -> None:
    recall(published, approver)

    with pytest.raises(services.RecallRefused, match="recalled already"):
        recall(published, approver, reason="Another reason.")

    assert Recall.objects.get().reason == "A wrong annex."


def test_a_draft_is_not_recalled(make_draft: Callable[..., PolicyVersion], approver: User) -> None:
    with pytest.raises(services.RecallRefused, match="A draft cannot be recalled"):
        recall(make_draft(), approver)

    assert Recall.objects.count() == 0


def test_only_a_publisher_recalls(published: PolicyVersion, author: User) -> None:
    with pytest.raises(services.NotPermitted, match=r"policies\.publish_version"):
        recall(published, author)

    assert Recall.objects.count() == 0


def test_the_database_itself_takes_no_recall_without_a_reason(
    published: PolicyVersion, approver: User
) -> None:
    with pytest.raises(IntegrityError, match="recall_has_a_reason"), transaction.atomic():
        Recall.objects.create(version=published, reason="", recalled_by=approver, recalled_at=NOW)


def test_the_number_of_a_recalled_version_is_not_given_again(
    published: PolicyVersion, make_version: Callable[..., PolicyVersion], approver: User
) -> None:
    recall(published, approver)

    assert make_version(published_at=NOW + 3 * DAY).number == 2
