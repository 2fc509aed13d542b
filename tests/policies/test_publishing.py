"""Publishing: the next number, once, by whoever may, for ever; the doorbell rings after the commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.dispatch import Signal

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, Policy, PolicyKind, PolicyVersion
from policies.signals import version_published
from tests.conftest import NOW

from .conftest import publish, rows_written

DAY = timedelta(days=1)


@contextmanager
def listening(signal: Signal, *receivers: Callable[..., None]) -> Iterator[None]:
    """Connect receivers to a signal for the block."""
    for receiver in receivers:
        signal.connect(receiver)
    yield
    for receiver in receivers:
        signal.disconnect(receiver)


def test_an_approved_version_is_published_with_the_next_number_for_ever(
    ready: PolicyVersion, approver: User
) -> None:
    published = publish(ready, approver)

    stored = PolicyVersion.objects.get(pk=ready.pk)
    assert stored == published
    assert (stored.number, stored.published_at, stored.published_by) == (2, NOW, approver)
    assert (
        stored.fingerprint == version_fingerprint(stored) == Approval.objects.get(version=ready).fingerprint
    )
    assert stored.imported_at is None


def test_a_refused_publication_says_every_reason_and_writes_nothing(
    first: PolicyVersion, author: User, approver: User
) -> None:
    draft = services.start_draft(policy_id=first.policy_id, author=author, now=NOW)
    draft.texts.get(language="de").delete()
    before = rows_written()

    with pytest.raises(services.PublicationRefused) as refused:
        publish(draft, approver)

    assert refused.value.obstacles == [
        "The text in “German” is missing. Write it.",
        "The reason for the change is missing. Say why it is made.",
        "The summary of changes in “English” is empty. Say what changes for the reader.",
        "The effective moment is missing. Say when the version takes effect.",
        "The approval of another person on exactly this text is missing.",
    ]
    assert str(refused.value) == " ".join(refused.value.obstacles)
    assert rows_written() == before
    assert not PolicyVersion.objects.get(pk=draft.pk).is_published


def test_only_a_publisher_publishes(ready: PolicyVersion, author: User, second_approver: User) -> None:
    for person in (author, second_approver):
        with pytest.raises(services.NotPermitted, match=r"policies\.publish_version"):
            publish(ready, person)

    assert not PolicyVersion.objects.get(pk=ready.pk).is_published


def test_a_publisher_who_has_left_publishes_nothing(ready: PolicyVersion, approver: User) -> None:
    approver.is_active = False

    with pytest.raises(services.NotPermitted):
        publish(ready, approver)


def test_publishing_twice_is_refused(ready: PolicyVersion, approver: User) -> None:
    publish(ready, approver)

    with pytest.raises(services.AlreadyPublished, match="Version 2 is published"):
        publish(ready, approver, now=NOW + DAY)

    assert PolicyVersion.objects.get(pk=ready.pk).published_at == NOW


def test_numbers_are_consecutive_within_each_policy(
    make_policy: Callable[..., Policy], make_version: Callable[..., PolicyVersion]
) -> None:
    privacy, terms = make_policy("privacy"), make_policy("terms", kind=PolicyKind.TERMS)

    numbers = [
        make_version(policy, body=f"Text {count}.", published_at=NOW + count * DAY).number
        for count, policy in enumerate([privacy, terms, privacy, privacy, terms])
    ]

    assert numbers == [1, 1, 2, 3, 2]


def test_restoring_an_old_text_is_a_new_version(
    first: PolicyVersion, make_version: Callable[..., PolicyVersion]
) -> None:
    make_version(bodies={"en": "Two.", "de": "Zwei."})

    restored = make_version(bodies={"en": "One.", "de": "Eins."}, published_at=NOW + DAY)

    assert restored.number == 3
    assert restored.texts.get(language="en").sha256 == first.texts.get(language="en").sha256
    assert restored.fingerprint != first.fingerprint


def test_the_doorbell_rings_once_after_the_commit(
    ready: PolicyVersion, approver: User, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[int] = []

    def listener(version_id: int, **_more: Any) -> None:
        heard.append(version_id)

    def deaf(**_more: Any) -> None:
        raise ConnectionError("The broker is away.")

    with listening(version_published, deaf, listener), django_capture_on_commit_callbacks(execute=True):
        publish(ready, approver)
        assert heard == []

    assert heard == [ready.pk]


def test_the_doorbell_stays_silent_where_publication_is_refused(
    ready: PolicyVersion, author: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(services.NotPermitted):
        publish(ready, author)

    assert callbacks == []
