"""What happens to a draft while somebody else is publishing it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from policies import services
from policies.models import PolicyText, PolicyVersion
from tests.conftest import NOW

Refused = list[Exception]


@pytest.fixture
def approved(committed: None, make_draft: Callable[..., PolicyVersion], approver: User) -> PolicyVersion:
    """Give a draft that can be published."""
    draft = make_draft()
    services.approve_version(version_id=draft.pk, approver=approver, fingerprint=draft.fingerprint, now=NOW)
    return draft


def beside(work: Callable[[], object], refused: Refused) -> threading.Thread:
    """Start `work` on a connection of its own, and keep what it raises."""

    def run() -> None:
        try:
            work()
        except (IntegrityError, services.AlreadyPublished) as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_text_slipped_in_by_sql_during_publication_is_refused(
    approved: PolicyVersion, approver: User
) -> None:
    refused: Refused = []
    slip = PolicyText(
        version=approved, language="fr", title="x", body="x", html="x", sha256="0" * 64, renderer="x"
    )

    with transaction.atomic():
        services.publish_version(version_id=approved.pk, published_by=approver, now=NOW)
        thread = beside(slip.save_base, refused)
        thread.join(0.5)
        was_waiting = thread.is_alive()
    thread.join(60)

    assert was_waiting
    assert len(refused) == 1
    assert not PolicyText.objects.filter(language="fr").exists()


def test_of_two_who_publish_at_once_one_is_told_that_it_is_published(
    approved: PolicyVersion, approver: User
) -> None:
    refused: Refused = []

    def publish() -> None:
        services.publish_version(version_id=approved.pk, published_by=approver, now=NOW)

    threads = [beside(publish, refused) for _ in range(4)]
    for thread in threads:
        thread.join(60)

    assert [type(error) for error in refused] == [services.AlreadyPublished] * 3
    assert list(PolicyVersion.objects.values_list("number", flat=True)) == [1]


def test_two_drafts_published_at_once_get_numbers_one_after_the_other(
    committed: None, make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    drafts = [make_draft(effective_at=NOW + timedelta(days=40 + i)) for i in range(2)]
    for draft in drafts:
        services.approve_version(
            version_id=draft.pk, approver=approver, fingerprint=draft.fingerprint, now=NOW
        )
    refused: list[Exception] = []

    def publish(draft: PolicyVersion) -> None:
        try:
            services.publish_version(version_id=draft.pk, published_by=approver, now=NOW)
        except services.PublicationRefused as error:
            refused.append(error)

    threads = [beside(partial(publish, draft), []) for draft in drafts]
    for thread in threads:
        thread.join(60)

    # The second one was approved as number 1; now that it would be number 2 it needs a fresh approval.
    assert list(PolicyVersion.objects.exclude(number=None).values_list("number", flat=True)) == [1]
    assert len(refused) == 1
