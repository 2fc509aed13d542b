"""After a recall, everyone who was told of the version is told that it does not apply, and nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from acceptance.models import Exposure, ExposureKind
from accounts.models import User
from demo.sink import Sink
from notifications.emails import rebuilt
from notifications.models import (
    Campaign,
    CampaignKind,
    CampaignState,
    Chunk,
    EventSource,
    MailEventKind,
    Notice,
    NoticeState,
    SuppressionReason,
    Wave,
)
from notifications.services import plan_campaigns, reap_leases, record_event, run_due, suppress_address
from notifications.services.working import LEASE
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.conftest import NOW

from .letters import Letter, folded
from .records import answer, at, claim_for, counters_add_up, leased, planned, recipients, settled

HOUR, SECOND, YEAR = timedelta(hours=1), timedelta(seconds=1), timedelta(days=365)
RECALLED = NOW + HOUR


def recall(version: PolicyVersion, approver: User, *, now: datetime = RECALLED) -> None:
    recall_version(version_id=version.pk, reason="A clause is wrong.", recalled_by=approver, now=now)


def carry(now: datetime = RECALLED) -> None:
    """Plan and send all that is due, as a worker does that looks at `now`."""
    plan_campaigns(now=now)
    run_due(clock=at(now))
    plan_campaigns(now=now)


def correction() -> Campaign:
    return Campaign.objects.get(kind=CampaignKind.CORRECTION)


def corrections(sink: Sink) -> list[Letter]:
    """Give the letters that take something back."""
    return [Letter(message) for message in sink.messages() if "withdrawn" in str(message["Subject"])]


@pytest.fixture
def told(alice: User, bob: User, version: PolicyVersion, mailbox: Sink) -> list[User]:
    """Have Alice and Bob told of the version."""
    carry(NOW)
    return [alice, bob]


def test_who_was_told_is_told_of_the_recall_once(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    recall(version, approver)

    carry()
    carry(RECALLED + HOUR)

    assert recipients(mailbox) == {person.email: 2 for person in told}
    assert {str(letter.message["To"]) for letter in corrections(mailbox)} == {p.email for p in told}
    assert Campaign.objects.get(kind=CampaignKind.ANNOUNCEMENT).state == CampaignState.CANCELLED
    assert correction().state == CampaignState.DONE
    assert counters_add_up()


def test_who_was_not_told_hears_nothing(
    alice: User, version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    planned()
    recall(version, approver)

    carry()

    assert recipients(mailbox) == {}
    assert not Campaign.objects.filter(kind=CampaignKind.CORRECTION).exists()


def test_who_has_answered_is_told_too(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    answer(told[0], version)
    recall(version, approver)

    carry()

    assert len(corrections(mailbox)) == len(told)


def test_of_whom_nobody_knows_is_told_and_still_counts_as_not_told_of_the_version(
    alice: User, version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    planned()
    _chunk, token = leased()
    assert claim_for(alice, token)
    reap_leases(now=NOW + LEASE)
    recall(version, approver)

    carry()

    assert len(corrections(mailbox)) == 1
    assert not Exposure.objects.filter(kind=ExposureKind.NOTIFIED).exists()


def test_a_message_that_was_under_way_at_the_recall_is_taken_back_once_it_is_known_to_have_gone(
    told: list[User],
    make_person: Callable[..., User],
    version: PolicyVersion,
    approver: User,
    mailbox: Sink,
) -> None:
    carol, token = make_person("carol"), uuid4()
    plan_campaigns(now=NOW + SECOND)
    hers = Chunk.objects.filter(notices__user=carol)
    Chunk.objects.filter(pk__in=hers).update(lease_token=token, lease_until=RECALLED + LEASE)
    claim = claim_for(carol, token, NOW + SECOND)
    assert claim
    recall(version, approver)
    carry()
    assert (len(corrections(mailbox)), correction().state) == (len(told), CampaignState.RUNNING)

    settled(claim, Outcome(Fate.ACCEPTED, "250 OK"), RECALLED + SECOND)
    carry(RECALLED + HOUR)

    assert len(corrections(mailbox)) == len(told) + 1
    assert correction().state == CampaignState.DONE
    assert counters_add_up()


@pytest.mark.parametrize("has_earlier", [True, False])
@pytest.mark.parametrize("was_in_force", [True, False])
def test_the_letter_says_what_applies_and_holds_it(
    alice: User,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    mailbox: Sink,
    has_earlier: bool,  # noqa: FBT001 - pytest's parameter
    was_in_force: bool,  # noqa: FBT001 - the same
) -> None:
    first = make_version(published_at=NOW - YEAR) if has_earlier else None
    version = make_version(first.policy if first else None)
    carry(NOW)
    moment = version.effective_at + HOUR if was_in_force and version.effective_at else RECALLED
    recall(version, approver, now=moment)

    carry(moment)

    (letter,) = corrections(mailbox)
    for said in (folded(letter.text), letter.words):
        assert ("It no longer applies." in said) == was_in_force
        assert ("It does not take effect." in said) == (not was_in_force)
        assert ("Version 1 applies" in said) == has_earlier
        assert ("No version of this document applies." in said) == (not has_earlier)
    attached = [part.get_filename() for part in letter.message.iter_attachments()]
    assert attached == (["privacy-1-en.md"] if has_earlier else [])
    leads_to = [str(link).partition("/policies")[2] for link in letter.page.xpath("//a[@class='act']/@href")]
    assert leads_to == (["/privacy/versions/1/?language=en"] if has_earlier else [])
    assert "List-Unsubscribe" not in letter.message


def test_the_letter_says_what_comes_and_from_when(
    alice: User,
    bob: User,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    mailbox: Sink,
) -> None:
    make_version(published_at=NOW - YEAR)
    make_version(effective_at=NOW + timedelta(days=60))
    make_version(effective_at=NOW + timedelta(days=70))
    fourth = make_version(effective_at=NOW + timedelta(days=80))
    carry(NOW)
    recall(fourth, approver)

    carry()

    (letter,) = [letter for letter in corrections(mailbox) if letter.message["To"] == alice.email]
    for said in (folded(letter.text), letter.words):
        assert "Version 1 applies" in said
        assert "Version 2 is announced. It takes effect on May 1, 2026, 11 a.m. CEST." in said
        assert "Version 3 is announced. It takes effect on May 11, 2026, 11 a.m. CEST." in said
        assert "Version 4 is announced" not in said
        assert "You need not do anything." not in said
    assert any("/privacy/versions/2/" in link for link in letter.links)
    sent = [path.read_bytes() for path in mailbox.files()]
    assert all(rebuilt(notice) in sent for notice in Notice.objects.filter(wave=Wave.CORRECTION))


def test_what_was_recalled_as_well_does_not_come(
    alice: User, make_version: Callable[..., PolicyVersion], approver: User, mailbox: Sink
) -> None:
    make_version(published_at=NOW - YEAR)
    second = make_version(effective_at=NOW + timedelta(days=60))
    third = make_version(effective_at=NOW + timedelta(days=70))
    carry(NOW)
    recall(third, approver)
    recall(second, approver, now=RECALLED + SECOND)

    carry(RECALLED + SECOND)

    assert len(corrections(mailbox)) == len([second, third])
    assert all("is announced" not in letter.text for letter in corrections(mailbox))


def test_it_is_rebuilt_byte_for_byte(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    recall(version, approver)
    carry()

    sent = [path.read_bytes() for path in mailbox.files()]
    for notice in Notice.objects.filter(wave=Wave.CORRECTION):
        assert rebuilt(notice) in sent


def test_a_version_that_a_later_one_had_replaced_is_not_taken_back_by_mail(
    told: list[User],
    version: PolicyVersion,
    make_version: Callable[..., PolicyVersion],
    approver: User,
    mailbox: Sink,
) -> None:
    later = make_version(version.policy, published_at=NOW + HOUR)
    assert later.effective_at
    recall(version, approver, now=later.effective_at)

    carry(later.effective_at)

    assert corrections(mailbox) == []


def test_that_a_correction_came_back_says_nothing_of_the_announcement(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    recall(version, approver)
    carry()
    notice = Notice.objects.get(wave=Wave.CORRECTION, user=told[0])

    record_event(
        notice_id=notice.pk,
        kind=MailEventKind.BOUNCED,
        status="5.1.1",
        diagnostic="",
        source=EventSource.PIPE,
        digest="1" * 64,
        now=RECALLED + HOUR,
    )

    assert not Exposure.objects.filter(kind=ExposureKind.RETURNED).exists()


def test_people_are_told_of_the_recall_though_they_have_been_away_for_long(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink, settings: Any
) -> None:
    settings.NOTICE_DORMANT_DAYS = 30
    recall(version, approver)

    carry()

    assert len(corrections(mailbox)) == len(told)


def test_who_has_left_or_is_to_be_left_alone_is_not_written_to(
    told: list[User], version: PolicyVersion, approver: User, mailbox: Sink
) -> None:
    User.objects.filter(pk=told[0].pk).update(is_active=False)
    suppress_address(address=told[1].email, reason=SuppressionReason.COMPLAINT, detail="", now=NOW)
    recall(version, approver)

    carry()

    found = Notice.objects.filter(wave=Wave.CORRECTION)
    assert {(n.state, bool(n.reason)) for n in found} == {(NoticeState.SKIPPED, True)}
    assert corrections(mailbox) == []


def test_the_desk_shows_both_and_stops_the_correction_alone(
    told: list[User],
    version: PolicyVersion,
    approver: User,
    mailbox: Sink,
    client_of: Callable[[User], Client],
) -> None:
    recall(version, approver)
    plan_campaigns(now=RECALLED)
    desk, campaign = client_of(approver), correction()
    page = desk.get(f"/desk/versions/{version.pk}/campaign/").content.decode()
    assert page.count("<progress") == len(Campaign.objects.all())
    assert "Announcement" in page
    assert "Correction" in page

    desk.post(f"/desk/campaigns/{campaign.pk}/cancel/", {"reason": "Told in the shop."})

    carry()
    assert correction().state == CampaignState.CANCELLED
    assert corrections(mailbox) == []
    assert counters_add_up()
