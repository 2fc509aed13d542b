"""Verify the ledger: what is stored must be what was signed, and what was done must be what is stored."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from ..bodies import LEAF
from ..merkle import WIDTH, Tree, grown, leaf_hash
from ..models import Checkpoint, EntryKind, LedgerEntry, LedgerRow
from ..signed_notes import Head, NoteInvalid, opened
from .comparing import PORTION, wrong_acts, wrong_publications
from .findings import Finding, Verdict, tampered

# A beat seals every half minute. What waits for longer than this is not being sealed.
SEALED_WITHIN = timedelta(minutes=10)


def verify_ledger(*, trusted: bytes, held: Sequence[str] = (), now: datetime) -> list[Finding]:
    """Give what is wrong with the ledger; nothing where it is sound.

    `trusted` is the public key (32 bytes) that the latest checkpoint must be signed with. `held` are
    checkpoints that somebody kept: the ledger must still begin as they say. Everything is read as it
    stood at one moment, while others go on writing.
    """
    with one_moment():
        return list(findings(trusted=trusted, held=held, now=now))


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything inside as it stands now. In a transaction it already is as that one sees it."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # Not Django's own transaction, which would keep everybody else from writing.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def findings(*, trusted: bytes, held: Sequence[str], now: datetime) -> Iterator[Finding]:
    """Give what is wrong one by one, as `verify_ledger` has it."""
    checkpoints = list(Checkpoint.objects.order_by("size"))
    if not checkpoints:
        yield Finding(Verdict.UNDECIDED, "Nothing is sealed yet. Run manage.py seal_ledger.")
        return
    yield from wrong_tree(checkpoints, trusted, held)
    yield from wrong_publications()
    yield from wrong_acts()
    yield from unsealed(now)


class Grown:
    """A tree that is grown again from the entries, in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.size = 0

    def row(self, level: int, place: int) -> bytes:
        """Give a row; nothing where it is not there."""
        return self.rows.get((level, place), b"")

    def add(self, hashes: Sequence[bytes]) -> None:
        """Add leaves."""
        for level, place, row in list(grown(self.row, self.size, hashes)):
            self.rows[level, place] = row
        self.size += len(hashes)

    def root(self, size: int) -> bytes:
        """Give the root over the first `size` leaves."""
        return Tree(self.row, size).root()


def wrong_tree(checkpoints: Sequence[Checkpoint], trusted: bytes, held: Sequence[str]) -> Iterator[Finding]:
    """Give where places, hashes, roots and signatures do not agree with each other."""
    keys: list[tuple[str, bytes]] = []
    tree = Grown()
    added: list[bytes] = []
    placed = LedgerEntry.objects.filter(position__isnull=False).order_by("position")
    for entry in placed.values_list("position", "kind", "body").iterator(chunk_size=PORTION):
        position, kind, body = entry
        if position != tree.size + len(added):
            yield tampered(f"The entry at position {tree.size + len(added)} is not there.")
            return
        added.append(leaf_hash(LEAF + bytes(body)))
        if kind == EntryKind.KEY:
            keys += key_in(bytes(body))
        if len(added) == WIDTH:
            tree.add(added)
            added = []
    tree.add(added)
    if tree.size != checkpoints[-1].size:
        yield tampered(
            f"{tree.size} entries have places, and the last checkpoint is over {checkpoints[-1].size}."
        )
    for checkpoint in checkpoints:
        yield from wrong_checkpoint(checkpoint, tree, keys)
    trusted_key = keys[-1][0] if keys else "", trusted
    yield from wrong_note("last checkpoint", checkpoints[-1].note, tree, [trusted_key])
    for note in held:
        # It may have been signed before the key was changed.
        yield from wrong_note("checkpoint that was kept", note, tree, [*keys, trusted_key])
    stored = LedgerRow.objects.values_list("level", "place", "hashes")
    known = [tree.row(level, place) == bytes(row) for level, place, row in stored.iterator(PORTION)]
    if not all(known) or len(known) != len(tree.rows):
        yield tampered("The stored hashes are not those of the entries.")


def key_in(body: bytes) -> list[tuple[str, bytes]]:
    """Give the name and the public key that an entry notes; none where it was changed into something else."""
    try:
        noted = json.loads(body)
        return [(str(noted["origin"]), bytes.fromhex(noted["public"]))]
    except (ValueError, LookupError, TypeError):
        return []


def wrong_checkpoint(
    checkpoint: Checkpoint, tree: Grown, keys: Sequence[tuple[str, bytes]]
) -> Iterator[Finding]:
    """Give what is wrong with a stored checkpoint."""
    name = f"checkpoint over {checkpoint.size} entries"
    found = list(wrong_note(name, checkpoint.note, tree, keys))
    yield from found
    if not found:
        head = next(filter(None, (head_of(checkpoint.note, key) for key in keys)))
        if (head.size, head.root) != (checkpoint.size, bytes(checkpoint.root)):
            yield tampered(f"The {name} says something else than its note.")


def wrong_note(name: str, note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a signed checkpoint: its signature, or what it says of the entries."""
    heads = [head for head in (head_of(note, key) for key in keys) if head]
    if not heads:
        yield tampered(f"The {name} is not signed with a key that counts.")
    elif heads[0].size > tree.size:
        yield tampered(f"The {name} is over {heads[0].size} entries, and only {tree.size} are there.")
    elif tree.root(heads[0].size) != heads[0].root:
        yield tampered(f"The entries are not those that the {name} was signed over.")


def head_of(note: str, key: tuple[str, bytes]) -> Head | None:
    """Give what a note says, if that key has signed it."""
    try:
        return opened(note, *key)
    except NoteInvalid:
        return None


def unsealed(now: datetime) -> Iterator[Finding]:
    """Say whether entries wait to be sealed for too long."""
    late = LedgerEntry.objects.filter(position=None, entered_at__lt=now - SEALED_WITHIN).count()
    if late:
        sentence = f"{late} entries are not sealed. Run manage.py seal_ledger, and start beat."
        yield Finding(Verdict.INCOMPLETE, sentence)
