"""A publication and a recall stand behind the acts that were recorded before them, by the clock too."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from acceptance.models import Act, EntryKind, LedgerEntry
from acceptance.services import AskedSomethingElse, record_act
from accounts.models import User
from policies.fingerprints import version_fingerprint
from policies.models import PolicyVersion
from policies.services import approve_version, publish_version, recall_version
from tests.acceptance.conftest import EFFECT
from tests.acceptance.records import REQUEST, answer, opened

TICK, SECOND, HOUR = timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def next_draft(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approver: User
) -> PolicyVersion:
    """Give the draft of the next version, which only has to be published."""
    bodies = {"en": "Another text.", "de": "Ein anderer Text."}
    draft = make_draft(first.policy, bodies=bodies, now=EFFECT, effective_at=EFFECT + 40 * 24 * HOUR)
    approve_version(
        version_id=draft.pk, approver=approver, fingerprint=version_fingerprint(draft), now=EFFECT
    )
    return draft


def test_who_publishes_while_somebody_answers_publishes_after_the_answer(
    alice: User, next_draft: PolicyVersion, approver: User
) -> None:
    # The publication read the clock, and waited until the answer was on record.
    act = answer(alice, at=EFFECT + 2 * SECOND)

    published = publish_version(version_id=next_draft.pk, published_by=approver, now=EFFECT + SECOND)

    assert published.published_at == act.at + TICK
    entry = LedgerEntry.objects.get(kind=EntryKind.PUBLICATION, version=published)
    assert entry.entered_at == act.at + TICK


def test_who_answers_while_somebody_publishes_is_asked_about_the_newer_version(
    alice: User, next_draft: PolicyVersion, approver: User
) -> None:
    # The answer read the clock, and waited until the version was published.
    form, shown = opened(alice, at=EFFECT)
    publish_version(version_id=next_draft.pk, published_by=approver, now=EFFECT + SECOND)

    with pytest.raises(AskedSomethingElse, match="newer version was published"):
        record_act(person=alice, form=form, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT)

    assert not Act.objects.exists()


def test_who_recalls_while_somebody_answers_recalls_after_the_answer(
    alice: User, first: PolicyVersion, approver: User
) -> None:
    act = answer(alice, at=EFFECT + 2 * SECOND)

    recall = recall_version(
        version_id=first.pk, reason="A wrong annex.", recalled_by=approver, now=EFFECT + SECOND
    )

    assert recall.recalled_at == act.at + TICK


def test_an_answer_of_before_moves_nothing(alice: User, next_draft: PolicyVersion, approver: User) -> None:
    answer(alice, at=EFFECT)

    published = publish_version(version_id=next_draft.pk, published_by=approver, now=EFFECT + SECOND)

    assert published.published_at == EFFECT + SECOND


def test_a_clock_that_goes_wrong_is_not_followed(
    alice: User, next_draft: PolicyVersion, approver: User
) -> None:
    answer(alice, at=EFFECT + HOUR)

    published = publish_version(version_id=next_draft.pk, published_by=approver, now=EFFECT + SECOND)

    assert published.published_at == EFFECT + SECOND
