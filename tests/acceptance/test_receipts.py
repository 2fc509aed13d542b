"""A receipt shows that an act is in the ledger, with nothing of this site's but the file itself."""

import json
from hashlib import sha256

import pytest

from acceptance.bodies import LEAF, canonical, commitment
from acceptance.merkle import leaf_hash, root_from_inclusion
from acceptance.models import Act, Checkpoint, LedgerEntry, LedgerRow
from acceptance.proofs import ProofMalformed, read_proof
from acceptance.selectors import newest_checkpoint, proof_of, receipt_of
from acceptance.services import Verdict, enter_missing
from acceptance.signed_notes import opened
from accounts.models import User
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.acceptance.conftest import EFFECT
from tests.acceptance.ledgers import HOUR, SIGNER, seal, verdicts
from tests.acceptance.records import answer

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


def test_a_receipt_leads_from_the_act_to_the_signed_root(sealed: None, people: list[User]) -> None:
    for act in Act.objects.all():
        found = receipt_of(act, newest_checkpoint())

        proof = read_proof(found["proof"])
        head = opened(proof.checkpoint, SIGNER.name, SIGNER.public)
        leaf = leaf_hash(LEAF + found["entry"].encode())
        assert root_from_inclusion(leaf, proof.position, head.size, proof.hashes) == head.root
        entry = json.loads(found["entry"])
        assert entry["presentation"] == sha256(canonical(found["presentation"])).hexdigest()
        salt = bytes.fromhex(found["opening"]["salt"])
        for name, committed in entry["committed"].items():
            assert commitment(salt, name, found["opening"][name]) == committed
        assert found["opening"]["email"] == act.user.email  # type: ignore[union-attr]  # nobody is erased here


def test_an_act_that_is_not_sealed_has_no_proof_yet(alice: User, first: PolicyVersion) -> None:
    seal()
    act = answer(alice, at=EFFECT)

    assert receipt_of(act, newest_checkpoint())["proof"] is None
    seal(EFFECT)
    act.entry.refresh_from_db()
    assert receipt_of(act, newest_checkpoint())["proof"]


def test_of_an_erased_person_a_receipt_opens_nothing(sealed: None, people: list[User]) -> None:
    Act.objects.filter(user=people[0]).update(user=None, acted_by=None)

    found = receipt_of(Act.objects.filter(user=None)[0], newest_checkpoint())

    assert found["opening"] is None
    assert found["proof"]


def test_a_later_checkpoint_proves_an_earlier_entry_and_not_the_other_way(sealed: None) -> None:
    last = LedgerEntry.objects.latest("position")
    earlier = newest_checkpoint()
    assert earlier
    earlier.size = last.position or 0

    assert proof_of(last, newest_checkpoint())
    assert proof_of(last, earlier) is None
    assert proof_of(last, None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex 1",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 1\nno base64!\n\nnote",
    ],
)
@pytest.mark.pure
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(ProofMalformed):
        read_proof(text)


def test_what_is_older_than_the_ledger_is_entered_late_and_says_so(
    people: list[User], first: PolicyVersion, approver: User, bare: None
) -> None:
    recall_version(version_id=first.pk, reason="A mistake.", recalled_by=approver, now=EFFECT + HOUR)
    count = LedgerEntry.objects.count()
    for table in (LedgerEntry, LedgerRow, Checkpoint):
        table.objects.all().delete()
    seal()
    assert verdicts() == {Verdict.INCOMPLETE}

    later = EFFECT + 2 * HOUR
    assert enter_missing(now=later) == count - 2  # the key and the rules are entered again by whoever seals
    seal(later)

    assert verdicts(later) == set()
    assert enter_missing(now=later) == 0
    bodies = [
        json.loads(bytes(entry.body)) for entry in LedgerEntry.objects.exclude(kind__in=["KEY", "RULES"])
    ]
    assert all(body["entered_late"].startswith("2026") for body in bodies)
