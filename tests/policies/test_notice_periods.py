"""Invariant 3: people get the notice that the strictest rule asks for, or two people answer for less."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from policies import services
from policies.models import Approval, ChangeClass, NoticeRule, PolicyKind, PolicyVersion
from policies.selectors import obstacles
from tests.conftest import NOW

from .conftest import edit, publish

DAY = timedelta(days=1)
GERMAN = {"language": "de", "title": "Datenschutz", "summary": "Wir bewahren länger auf."}


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
        " 13(3); WP260 rev.01 para. 29-31: well before it takes effect). Choose April 1, 2026, 11 a.m. CEST"
        " or later, or state a reason for shorter notice."
    )


def test_notice_of_exactly_the_days_that_the_rule_asks_for_is_enough(
    ready: PolicyVersion, approver: User, approve: Callable[..., Approval]
) -> None:
    approve(edit(ready, effective_at=NOW + 30 * DAY))

    assert publish(ready, approver).effective_at == NOW + 30 * DAY


@pytest.mark.parametrize(
    ("seconds", "hours", "words"),
    [
        (0, 0, "April 1, 2026, 11 a.m. CEST"),
        (0.5, 1, "April 1, 2026, noon CEST"),
        (59.999999, 1, "April 1, 2026, noon CEST"),
        (3600, 1, "April 1, 2026, noon CEST"),
    ],
)
def test_the_full_hour_that_the_refusal_names_is_late_enough(
    ready: PolicyVersion, seconds: float, hours: int, words: str
) -> None:
    now = NOW + timedelta(seconds=seconds)
    (refused, *_rest) = obstacles(edit(ready, effective_at=NOW + DAY), now=now)

    named = NOW + 30 * DAY + timedelta(hours=hours)
    found = obstacles(edit(ready, effective_at=named), now=now)

    assert f"Choose {words} or later" in refused
    assert not any("notice period" in sentence for sentence in found)


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
