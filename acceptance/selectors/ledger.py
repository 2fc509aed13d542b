"""Read the ledger: its tree, its newest checkpoint, and the proofs that entries are in it."""

from collections.abc import Iterable

from django.db import connection

from ..merkle import Tree
from ..models import Checkpoint, EntryKind, LedgerEntry, TimestampToken
from ..proofs import Proof

# A proof asks it some five times.
ROW = "SELECT hashes FROM acceptance_ledgerrow WHERE level = %s AND place = %s"


def stored_row(level: int, number: int) -> bytes:
    """Give the hashes of a row of the tree as they are stored; none where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(ROW, [level, number])
        found = cursor.fetchone()
    return bytes(found[0]) if found else b""


def newest_checkpoint() -> Checkpoint | None:
    """Give the checkpoint over all that is sealed; None before anything is."""
    return Checkpoint.objects.order_by("-size").first()


def proof_of(entry: LedgerEntry, checkpoint: Checkpoint | None) -> Proof | None:
    """Give the proof that an entry is under a checkpoint; None where it is not sealed or came later."""
    if checkpoint is None or entry.position is None or entry.position >= checkpoint.size:
        return None
    hashes = Tree(stored_row, checkpoint.size).inclusion_proof(entry.position)
    return Proof(entry.position, hashes, checkpoint.note)


def stamps_over(positions: Iterable[int], checkpoint: Checkpoint) -> list[TimestampToken]:
    """Give the earliest time stamp over each entry, by its place, that came no later than a checkpoint."""
    stamps = list(
        TimestampToken.objects.filter(checkpoint__size__lte=checkpoint.size)
        .select_related("checkpoint")
        .order_by("checkpoint__size")
    )
    first = (
        next((stamp for stamp in stamps if position < stamp.checkpoint.size), None) for position in positions
    )
    return sorted({stamp for stamp in first if stamp}, key=lambda stamp: stamp.checkpoint.size)


def growth_since(earlier: Checkpoint, later: Checkpoint) -> list[bytes]:
    """Give the proof that the ledger under an earlier checkpoint is how a later one begins."""
    return Tree(stored_row, later.size).consistency_proof(earlier.size)


def entries_about(version_ids: Iterable[int]) -> list[LedgerEntry]:
    """Give the entries of publications and recalls of some versions, in the order they were made."""
    return list(LedgerEntry.objects.filter(version__in=list(version_ids)).order_by("pk"))


def rule_entries() -> list[LedgerEntry]:
    """Give the entries that say how the notice rules changed, in the order they were made."""
    return list(LedgerEntry.objects.filter(kind=EntryKind.RULES).order_by("pk"))


def key_entries() -> list[LedgerEntry]:
    """Give the entries that say with which key checkpoints were signed since when."""
    return list(LedgerEntry.objects.filter(kind=EntryKind.KEY).order_by("pk"))
