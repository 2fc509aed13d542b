"""A second verifier, written from RFC 9162 alone, agrees on every root and proof that there is."""

import pytest

from acceptance.bodies import LEAF
from acceptance.merkle import Tree
from acceptance.models import Act, Checkpoint, LedgerEntry
from acceptance.proofs import read_proof
from acceptance.selectors import newest_checkpoint, receipt_of, stored_row
from acceptance.signed_notes import opened
from tests.acceptance.ledgers import SIGNER

from . import rfc9162

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture
def leaves(sealed: None) -> list[bytes]:
    """Give what the leaves of the sealed ledger are made of, in order."""
    bodies = LedgerEntry.objects.order_by("position").values_list("body", flat=True)
    return [LEAF + bytes(body) for body in bodies]


def test_every_checkpoint_is_signed_over_the_root_that_the_rfc_defines(leaves: list[bytes]) -> None:
    checkpoints = list(Checkpoint.objects.order_by("size"))

    assert len(checkpoints) == 2
    for checkpoint in checkpoints:
        root = rfc9162.mth(leaves[: checkpoint.size])
        assert bytes(checkpoint.root) == root
        assert opened(checkpoint.note, SIGNER.name, SIGNER.public).root == root


def test_every_receipt_holds_the_path_that_the_rfc_defines(leaves: list[bytes]) -> None:
    for act in Act.objects.all():
        proof = read_proof(receipt_of(act, newest_checkpoint())["proof"])

        assert proof.position == act.entry.position
        assert list(proof.hashes) == rfc9162.path(proof.position, leaves)


def test_the_stored_rows_prove_that_the_ledger_only_grew(leaves: list[bytes]) -> None:
    tree = Tree(stored_row, len(leaves))

    for size in range(1, len(leaves) + 1):
        assert tree.consistency_proof(size) == rfc9162.proof(size, leaves)
        assert Tree(stored_row, size).root() == rfc9162.mth(leaves[:size])
