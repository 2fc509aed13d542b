"""Invariant 3: what stands against publishing, each rule on its own and in its own words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.dispatch import Signal

from accounts.models import User
from policies import services
from policies.fingerprints import version_fingerprint
from policies.models import Approval, ChangeClass, NoticeRule, Policy, PolicyKind, PolicyVersion
from policies.selectors import obstacles
from policies.signals import version_published
from tests.conftest import NOW

from .conftest import rows_written

DAY = timedelta(days=1)
GERMAN = {"language": "de", "title": "Datenschutz", "summary": "Wir bewahren länger auf."}


@contextmanager
def listening(signal: Signal, *receivers: Callable[..., None]) -> Iterator[None]:
    """Connect receivers to a signal for the block."""
    for receiver in receivers:
        signal.connect(receiver)
    yield
    for receiver in receivers:
        signal.disconnect(receiver)


@pytest.fixture
def first(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the first version, in force since yesterday, in two languages."""
    return make_version(
        bodies={"en": "One.", "de": "Eins."}, published_at=NOW - 2 * DAY, effective_at=NOW - DAY
    )


@pytest.fixture
def ready(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approve: Callable[..., Approval]
) -> PolicyVersion:
    """Give a second version against which nothing stands."""
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei."})
    approve(draft)
    return draft


def publish(draft: PolicyVersion, published_by: User, *, now: datetime = NOW) -> PolicyVersion:
    return services.publish_version(version_id=draft.pk, published_by=published_by, now=now)


def edit(draft: PolicyVersion, **fields: Any) -> PolicyVersion:
    """Edit the draft as a whole, with only the named fields other than before."""
    known = {
        "change_class": draft.change_class,
        "reason": draft.reason,
        "effective_at": draft.effective_at,
        "exception_reason": draft.exception_reason,
        "now": NOW,
    }
    return services.edit_version(version_id=draft.pk, **(known | fields))


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
        "The text in “de” is missing. Write it.",
        "The reason for the change is missing. Say why it is made.",
        "The summary of changes in “en” is empty. Say what changes for the reader.",
        "The effective moment is missing. Say when the version takes effect.",
        "The approval of another person on exactly this text is missing.",
    ]
    assert str(refused.value) == " ".join(refused.value.obstacles)
    assert rows_written() == before
    assert not PolicyVersion.objects.get(pk=draft.pk).is_published


def test_every_language_of_the_version_before_is_required(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    ready.texts.get(language="de").delete()
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == ["The text in “de” is missing. Write it."]


def test_the_policys_own_language_is_required_even_at_first(
    make_policy: Callable[..., Policy],
    make_draft: Callable[..., PolicyVersion],
    approver: User,
    approve: Callable[..., Approval],
) -> None:
    draft = make_draft(make_policy(default_language="fr"), body="One.")
    approve(draft)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(draft, approver)

    assert refused.value.obstacles == ["The text in “fr” is missing. Write it."]


def test_a_translation_that_stayed_behind_is_named(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    services.save_text(version_id=ready.pk, body="Eins.", **GERMAN)
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == [
        "The text in “de” is still that of the version before. Bring it up to date."
    ]


@pytest.mark.parametrize(("german", "behind"), [("Zwei.", 1), ("Eins.", 0)])
def test_a_translation_is_held_against_the_newest_version(
    first: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    make_draft: Callable[..., PolicyVersion],
    german: str,
    behind: int,
) -> None:
    make_version(bodies={"en": "Two.", "de": "Zwei."})

    found = obstacles(make_draft(bodies={"en": "Three.", "de": german}), now=NOW)

    assert sum("still that of the version before" in sentence for sentence in found) == behind


def test_an_editorial_change_of_one_language_leaves_the_translations_alone(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion], approver: User
) -> None:
    draft = make_draft(bodies={"en": "One!", "de": "Eins."}, change_class=ChangeClass.EDITORIAL, reason="")

    found = obstacles(draft, now=NOW)

    assert found == ["The approval of another person on exactly this text is missing."]


def test_a_translation_may_be_mended_while_the_main_text_stays(
    first: PolicyVersion, make_draft: Callable[..., PolicyVersion]
) -> None:
    draft = make_draft(bodies={"en": "One.", "de": "Erstens."})

    assert obstacles(draft, now=NOW) == ["The approval of another person on exactly this text is missing."]


def test_a_new_language_may_come_with_any_version(
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei.", "fr": "Deux."})
    approve(draft)

    assert publish(draft, approver).texts.count() == 3


@pytest.mark.parametrize("change_class", ["NEUTRAL", "BENEFICIAL", "MATERIAL", "NEW_PURPOSE"])
def test_a_change_above_editorial_needs_a_reason(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval], change_class: str
) -> None:
    approve(edit(ready, reason="", change_class=change_class))

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == ["The reason for the change is missing. Say why it is made."]


def test_a_change_above_editorial_needs_a_summary_in_every_language(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    services.save_text(version_id=ready.pk, body="Zwei.", **(GERMAN | {"summary": " "}))
    approve(ready)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    assert refused.value.obstacles == [
        "The summary of changes in “de” is empty. Say what changes for the reader."
    ]


def test_an_editorial_change_needs_neither_reason_nor_summary_nor_notice(
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(
        bodies={"en": "One!", "de": "Eins!"},
        change_class=ChangeClass.EDITORIAL,
        reason="",
        effective_at=NOW + timedelta(minutes=1),
    )
    for text in draft.texts.all():
        services.save_text(
            version_id=draft.pk, language=text.language, title=text.title, summary="", body=text.body
        )
    approve(draft)

    assert publish(draft, approver).number == 2


def test_the_first_version_needs_neither_reason_nor_notice_period(
    make_draft: Callable[..., PolicyVersion], approve: Callable[..., Approval], approver: User
) -> None:
    draft = make_draft(reason="", effective_at=NOW + timedelta(seconds=1))
    approve(draft)

    published = publish(draft, approver)

    assert (published.number, published.effective_at) == (1, NOW + timedelta(seconds=1))


def test_too_short_a_notice_is_refused_with_the_rule_that_asks_for_more(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    approve(edit(ready, effective_at=NOW + 30 * DAY - timedelta(microseconds=1)))

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)

    (sentence,) = refused.value.obstacles
    assert sentence == (
        "The notice period is too short: Privacy notice / Material / EU asks for 30 days (GDPR Art. 12(1),"
        " 13(3); WP260 rev.01 para. 29-31: well before it takes effect). Choose 2026-04-01T09:00+00:00 or"
        " later, or state a reason for shorter notice."
    )


def test_notice_of_exactly_the_days_that_the_rule_asks_for_is_enough(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    approve(edit(ready, effective_at=NOW + 30 * DAY))

    assert publish(ready, approver).effective_at == NOW + 30 * DAY


@pytest.mark.parametrize("seconds", [0, 0.5, 1, 59.999999])
def test_the_moment_that_the_refusal_names_is_late_enough(ready: PolicyVersion, seconds: float) -> None:
    now = NOW + timedelta(seconds=seconds)
    (refused, *_rest) = obstacles(edit(ready, effective_at=NOW + DAY), now=now)
    named = datetime.fromisoformat(refused.partition("Choose ")[2].partition(" or later")[0])

    found = obstacles(edit(ready, effective_at=named), now=now)

    assert not any("notice period" in sentence for sentence in found)
    assert named - now < 30 * DAY + timedelta(minutes=1)


def test_the_rule_with_the_longest_period_counts_wherever_it_holds(ready: PolicyVersion) -> None:
    NoticeRule.objects.create(
        policy_kind=PolicyKind.PRIVACY_NOTICE,
        change_class=ChangeClass.MATERIAL,
        jurisdiction="BR",
        min_notice_days=60,
        assent="NONE",
        source="LGPD Art. 8",
    )

    (refused, *_rest) = obstacles(ready, now=NOW)

    assert "Privacy notice / Material / BR asks for 60 days (LGPD Art. 8)" in refused


def test_where_no_rule_is_written_no_period_is_asked_for(ready: PolicyVersion) -> None:
    NoticeRule.objects.all().delete()

    assert obstacles(edit(ready, effective_at=NOW + DAY), now=NOW) == [
        "The approval of another person on exactly this text is missing."
    ]


def test_an_effective_moment_that_passed_while_the_draft_lay_is_refused(
    ready: PolicyVersion, approver: User
) -> None:
    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver, now=NOW + 31 * DAY)

    assert refused.value.obstacles == [
        "The effective moment has passed. Choose a later one and have it approved again."
    ]


def test_even_an_exception_does_not_take_effect_in_the_past(
    ready: PolicyVersion, approver: User, second_approver: User, approve: Callable[..., Approval]
) -> None:
    edited = edit(ready, effective_at=NOW + DAY, exception_reason="An order of the court.")
    approve(edited)
    approve(edited, by=second_approver)

    with pytest.raises(services.PublicationRefused, match="effective moment has passed"):
        publish(ready, approver, now=NOW + DAY)


def test_shorter_notice_needs_a_reason_and_the_approval_of_two_people(
    ready: PolicyVersion, approver: User, second_approver: User, approve: Callable[..., Approval]
) -> None:
    edited = edit(ready, effective_at=NOW + DAY, exception_reason="An order of the court.")
    approve(edited)

    with pytest.raises(services.PublicationRefused) as refused:
        publish(ready, approver)
    approve(edited, by=second_approver)
    published = publish(ready, approver)

    assert refused.value.obstacles == [
        "Shorter notice needs the approval of two people on exactly this text."
    ]
    assert published.exception_reason == "An order of the court."
    assert published.approvals.filter(fingerprint=published.fingerprint).count() == 2


def test_the_two_approvals_of_an_exception_are_on_the_same_text(
    ready: PolicyVersion, approver: User, second_approver: User, approve: Callable[..., Approval]
) -> None:
    approve(edit(ready, effective_at=NOW + DAY, exception_reason="An order of the court."))
    services.save_text(version_id=ready.pk, body="Zwei!", **GERMAN)
    approve(ready, by=second_approver)

    with pytest.raises(services.PublicationRefused, match="two people on exactly this text"):
        publish(ready, approver)


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
