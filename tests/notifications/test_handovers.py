"""What the mail server took is entered into the ledger, and whatever is changed of it is found out."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from acceptance.merkle import tree_of
from acceptance.models import EntryKind, LedgerEntry
from acceptance.services import Verdict, note_erasure, verify_ledger
from accounts.models import User
from demo.sink import Sink
from notifications.emails import rebuilt
from notifications.models import Chunk, Handover, MailEventKind, Notice, NoticeState
from notifications.services import (
    enter_handovers,
    entering,
    plan_campaigns,
    record_event,
    run_due,
    slices,
    wrong_handovers,
)
from notifications.transport import Fate, Outcome
from policies.models import PolicyVersion
from policies.triggers import create_triggers, drop_triggers, every_trigger
from tests.acceptance.ledgers import SIGNER, seal
from tests.conftest import NOW

from .records import at, claim_for, leased, notice_of, planned, settled

SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)


@pytest.fixture
def bare(db: None) -> Iterator[None]:
    """Take the triggers off, as who owns the database can."""
    drop_triggers(connection, every_trigger())
    yield
    create_triggers(connection, every_trigger())


@pytest.fixture
def entered(alice: User, bob: User, charlie: User, version: PolicyVersion, mailbox: Sink) -> LedgerEntry:
    """Give the entry of three notices that the mail server took."""
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    assert enter_handovers(now=SOON) == 3
    return LedgerEntry.objects.get(kind=EntryKind.HANDOVERS)


def found() -> list[str]:
    """Give what is wrong, in sentences, all of which say that something was changed."""
    wrong = list(wrong_handovers(now=SOON))
    assert {finding.verdict for finding in wrong} <= {Verdict.TAMPERED}
    return [finding.sentence for finding in wrong]


def test_the_notices_of_a_portion_have_one_entry_over_all_of_them(
    entered: LedgerEntry, version: PolicyVersion
) -> None:
    said = json.loads(bytes(entered.body))
    leaves = [bytes(leaf) for leaf in Handover.objects.order_by("place").values_list("leaf", flat=True)]

    assert (said["type"], said["policy"], said["version"]) == ("handovers", version.policy.slug, 1)
    assert (said["wave"], said["count"]) == ("ANNOUNCEMENT", 3)
    assert said["root"] == tree_of(leaves).root().hex()
    assert entered.entered_at == SOON
    assert found() == []


def test_nobody_is_named_in_the_entry(entered: LedgerEntry, alice: User) -> None:
    body = bytes(entered.body).decode()

    assert alice.email not in body
    assert set(json.loads(body)) == {"type", "policy", "version", "wave", "count", "root", "entered_at"}


def test_the_digest_is_that_of_the_message_which_the_mail_server_got(
    entered: LedgerEntry, alice: User, mailbox: Sink
) -> None:
    contents = [path.read_bytes() for path in mailbox.files()]
    [message] = [each for each in contents if f"To: {alice.email}".encode() in each]

    assert notice_of(alice).sha256 == sha256(message).hexdigest()
    assert rebuilt(notice_of(alice)) == message


def test_what_is_entered_is_not_entered_again(entered: LedgerEntry) -> None:
    Chunk.objects.update(is_unentered=True)

    assert enter_handovers(now=LATER) == 0
    assert LedgerEntry.objects.filter(kind=EntryKind.HANDOVERS).count() == 1
    assert not Chunk.objects.filter(is_unentered=True).exists()


def test_what_a_worker_still_holds_waits(alice: User, bob: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()
    claim = claim_for(alice, token)
    assert claim
    settled(claim, Outcome(Fate.ACCEPTED, "250 OK"))

    while_held = enter_handovers(now=SOON)
    Chunk.objects.update(lease_token=None, lease_until=None)
    afterwards = enter_handovers(now=SOON)

    assert (while_held, afterwards) == (0, 1)
    assert Handover.objects.get().notice.user == alice


def test_what_failed_or_is_unknown_is_not_entered(alice: User, bob: User, version: PolicyVersion) -> None:
    planned()
    _chunk, token = leased()
    for person, fate in ((alice, Fate.REFUSED), (bob, Fate.UNKNOWN)):
        claim = claim_for(person, token)
        assert claim
        settled(claim, Outcome(fate, "550 no"))
    Chunk.objects.update(lease_token=None, lease_until=None)

    assert enter_handovers(now=SOON) == 0
    assert found() == []


def test_what_is_known_to_be_taken_from_a_report_alone_is_entered_too(sending: Notice) -> None:
    record_event(
        notice_id=sending.pk,
        kind=MailEventKind.DELIVERED,
        status="",
        diagnostic="",
        source="PROVIDER",
        digest="d" * 64,
        now=SOON,
    )
    Chunk.objects.update(lease_token=None, lease_until=None)

    assert enter_handovers(now=SOON) == 1
    sending.refresh_from_db()
    assert sending.state == NoticeState.DELIVERED
    assert sending.sha256 == sha256(rebuilt(sending)).hexdigest()
    assert found() == []


def test_what_is_reported_later_changes_nothing_that_was_entered(entered: LedgerEntry, alice: User) -> None:
    for kind in (MailEventKind.DELIVERED, MailEventKind.BOUNCED, MailEventKind.COMPLAINED):
        record_event(
            notice_id=notice_of(alice).pk,
            kind=kind,
            status="5.1.1",
            diagnostic="",
            source="PIPE",
            digest=kind[0] * 64,
            now=LATER,
        )

    assert notice_of(alice).state == NoticeState.COMPLAINED
    assert found() == []


CHANGES: dict[str, dict[str, object]] = {
    "address": {"address": "somebody@example.com"},
    "language": {"language": "de"},
    "Message-ID": {"message_id": "<other@shop.example>"},
    "message": {"sha256": "0" * 64},
    "moment of the claim": {"armed_at": NOW - timedelta(days=1)},
    "moment": {"settled_at": NOW - timedelta(days=1)},
    "reply": {"reply": "250 Taken"},
    "wave": {"wave": "REMINDER_1"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_of_a_notice_is_found_out(entered: LedgerEntry, alice: User, change: str) -> None:
    notice = notice_of(alice)
    Notice.objects.filter(pk=notice.pk).update(**CHANGES[change])

    assert found() == [f"Notice {notice.pk} is not as it was entered."]


def test_a_notice_given_to_another_person_is_found_out(entered: LedgerEntry, alice: User) -> None:
    notice = notice_of(alice)
    Notice.objects.filter(pk=notice.pk).update(user=User.objects.create(email="new@example.com"))

    assert found() == [f"Notice {notice.pk} is not as it was entered."]


def test_a_notice_that_is_taken_away_is_found_out(entered: LedgerEntry, bare: None, alice: User) -> None:
    Handover.objects.filter(notice=notice_of(alice)).delete()
    assert found() == [f"The notices of ledger entry {entered.pk} are not those that were entered."]

    Handover.objects.all().delete()
    assert found() == ["3 notices that were entered are not there."]


def test_a_notice_that_is_cut_loose_is_found_out_unless_an_erasure_accounts_for_it(
    entered: LedgerEntry, alice: User, bare: None
) -> None:
    notice = notice_of(alice)
    Notice.objects.filter(pk=notice.pk).update(user=None)
    assert f"Of notice {notice.pk}, either the person is gone or the salt, and not both." in found()

    Handover.objects.filter(notice=notice).update(salt=b"")
    cut = "1 notices that the mail server took are without their person, and erasures account for 0."
    assert found() == [cut]

    note_erasure(uuid4(), now=LATER, acts=0, entered=0, taken_over=0, told=1)
    assert found() == []


def test_a_salt_that_is_taken_from_a_person_is_found_out(entered: LedgerEntry, alice: User) -> None:
    Handover.objects.filter(notice=notice_of(alice)).update(salt=b"")

    assert found() == [
        f"Of notice {notice_of(alice).pk}, either the person is gone or the salt, and not both."
    ]


@pytest.mark.parametrize("column", ["place", "leaf", "salt", "entry"])
def test_the_database_keeps_what_was_entered(entered: LedgerEntry, column: str) -> None:
    other = LedgerEntry.objects.exclude(pk=entered.pk).order_by("pk")[0]
    values = {"place": 7, "leaf": b"1" * 32, "salt": b"1" * 32, "entry": other}

    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(place=0).update(**{column: values[column]})


def test_the_database_deletes_none_of_it(entered: LedgerEntry) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(place=0).delete()


def test_what_waits_too_long_is_said_to_be_incomplete(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    at_once = list(wrong_handovers(now=SOON))
    [late] = wrong_handovers(now=LATER)

    assert at_once == []
    assert late.verdict is Verdict.INCOMPLETE
    assert (
        late.sentence
        == "1 notices that the mail server took are not in the ledger. Run manage.py run_notices."
    )


def test_what_was_sent_before_the_digest_was_kept_is_entered_as_it_is_built_again(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    Notice.objects.update(sha256="")

    assert enter_handovers(now=SOON) == 1
    assert notice_of(alice).sha256 == sha256(rebuilt(notice_of(alice))).hexdigest()


def test_entering_locks_no_campaign_so_that_nobody_who_stops_one_waits_for_it(
    alice: User, version: PolicyVersion, mailbox: Sink
) -> None:
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))

    with CaptureQueriesContext(connection) as asked:
        enter_handovers(now=SOON)

    locking = [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]
    assert all(' OF "notifications_' in sql for sql in locking)
    assert len(locking) == (2 if connection.vendor == "postgresql" else 0)


def test_a_chunk_that_cannot_be_entered_holds_up_no_other(
    alice: User, bob: User, version: PolicyVersion, mailbox: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "CHUNK_SIZE", 1)
    plan_campaigns(now=NOW)
    run_due(clock=at(NOW))
    broken = notice_of(alice).chunk_id
    enter_chunk = entering.enter_chunk

    def fail(chunk_id: int, now: datetime) -> int:
        if chunk_id == broken:
            raise ZeroDivisionError
        return enter_chunk(chunk_id, now)

    monkeypatch.setattr(entering, "enter_chunk", fail)

    assert enter_handovers(now=SOON) == 1
    assert Handover.objects.get().notice.user == bob
    monkeypatch.setattr(entering, "enter_chunk", enter_chunk)
    assert enter_handovers(now=SOON) == 1


@pytest.mark.once
def test_verifying_the_ledger_compares_the_notices(entered: LedgerEntry, alice: User) -> None:
    seal(LATER)
    assert list(verify_ledger(trusted=SIGNER.public, now=LATER)) == []

    Notice.objects.filter(user=alice).update(settled_at=NOW - timedelta(days=30))

    [wrong] = verify_ledger(trusted=SIGNER.public, now=LATER)
    assert wrong.verdict is Verdict.TAMPERED
    assert wrong.sentence == f"Notice {notice_of(alice).pk} is not as it was entered."
