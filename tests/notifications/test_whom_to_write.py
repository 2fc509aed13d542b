"""A guardian is written to instead of the person, and by setting nobody who has been away for long."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from demo.sink import Sink
from notifications.models import Notice, NoticeState, SuppressionReason
from notifications.services import run_due, suppress_address
from policies.models import PolicyVersion
from tests.conftest import NOW

from .records import at, claim_for, leased, notice_of, once_each, planned, recipients

GUARDIAN = "guardian@example.com"


@pytest.fixture
def ward(alice: User) -> User:
    """Give Alice, for whom somebody else answers."""
    alice.guardian_email = GUARDIAN
    alice.save()
    return alice


def test_the_notice_of_a_person_under_a_guardian_goes_to_the_guardian(
    ward: User, bob: User, version: PolicyVersion, mailbox: Sink
) -> None:
    planned()

    run_due(clock=at(NOW))

    assert set(recipients(mailbox)) == {GUARDIAN, bob.email}
    notice = notice_of(ward)
    assert (notice.state, notice.address) == (NoticeState.ACCEPTED, GUARDIAN)


def test_a_guardian_s_address_is_left_alone_where_it_was_suppressed(
    ward: User, version: PolicyVersion, mailbox: Sink
) -> None:
    suppress_address(address=GUARDIAN.upper(), reason=SuppressionReason.COMPLAINT, detail="", now=NOW)
    planned()

    run_due(clock=at(NOW))

    assert notice_of(ward).reason == "The address is on the list of those to leave alone."
    assert not recipients(mailbox)


@pytest.mark.parametrize("field", ["email", "guardian_email"])
def test_nor_does_a_capital_that_is_not_ascii_get_around_that(
    alice: User, version: PolicyVersion, mailbox: Sink, field: str
) -> None:
    User.objects.filter(pk=alice.pk).update(**{field: "ÜBER@example.com"})
    suppress_address(address="ÜBER@example.com", reason=SuppressionReason.COMPLAINT, detail="", now=NOW)
    planned()

    run_due(clock=at(NOW))

    assert notice_of(alice).reason == "The address is on the list of those to leave alone."
    assert not recipients(mailbox)


def test_a_person_whose_own_address_is_suppressed_is_told_through_the_guardian(
    ward: User, version: PolicyVersion, mailbox: Sink
) -> None:
    suppress_address(address=ward.email, reason=SuppressionReason.BOUNCE, detail="", now=NOW)
    planned()

    run_due(clock=at(NOW))

    assert set(recipients(mailbox)) == {GUARDIAN}


def test_nothing_is_sent_to_a_guardian_who_was_changed_meanwhile(alice: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()
    User.objects.filter(pk=alice.pk).update(guardian_email=GUARDIAN)
    stale = User.objects.get(pk=alice.pk)
    stale.guardian_email = ""

    assert claim_for(stale, token) is None


@pytest.mark.parametrize(
    ("days", "is_written_to"), [(0, True), (364, False), (365, False), (366, True), (500, True)]
)
def test_who_has_been_away_for_long_is_told_by_the_site_where_the_settings_say_so(
    alice: User,
    bob: User,
    version: PolicyVersion,
    mailbox: Sink,
    settings: Any,
    days: int,
    is_written_to: bool,  # noqa: FBT001 - pytest's parameter
) -> None:
    settings.NOTICE_DORMANT_DAYS = days
    User.objects.filter(pk=alice.pk).update(last_login=NOW - timedelta(days=365, seconds=1))
    User.objects.filter(pk=bob.pk).update(last_login=NOW - timedelta(days=1))
    planned()

    run_due(clock=at(NOW))

    assert recipients(mailbox) == once_each([alice, bob] if is_written_to else [bob])
    if not is_written_to:
        assert Notice.objects.get(user=alice).reason.startswith("The person has not signed in for long")


def test_who_never_signed_in_counts_from_the_day_of_joining(
    alice: User, version: PolicyVersion, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_DORMANT_DAYS = 399
    planned()

    run_due(clock=at(NOW))

    assert Notice.objects.get(user=alice).state == NoticeState.SKIPPED
