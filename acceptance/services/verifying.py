"""Verify the ledger: what is stored must be what was signed, and what was done must be what is stored."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from ..bodies import LEAF
from ..merkle import WIDTH, Tree, grown, leaf_hash
from ..models import Checkpoint, EntryKind, LedgerEntry, LedgerRow, TimestampToken
from ..signals import verifying
from ..signed_notes import opened_by_any
from ..timestamps import NoToken, verify_token
from .comparing import PORTION, wrong_acts, wrong_legacy, wrong_presentations, wrong_publications
from .cuts import CUTS, wrong_cuts
from .findings import Finding, Verdict, tampered
from .rules import wrong_rules

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
    yield from wrong_tokens()
    yield from wrong_publications()
    yield from wrong_presentations()
    yield from wrong_acts()
    yield from wrong_legacy()
    yield from wrong_rules(now=now)
    yield from wrong_cuts(CUTS)
    answers: Any = verifying.send(LedgerEntry, now=now)
    for _receiver, found in answers:
        yield from found
    yield from unsealed(now)


# An act waits for the one before it, and clocks of servers differ a little. More is no accident.
OUT_OF_ORDER = timedelta(hours=1)
# Where an act says when it was. It is canonical JSON, so that no more of it need be read.
MOMENT = re.compile(rb'"at":"(\d{4}-\d\d-\d\dT[\d:.]+\+00:00)"')
LATE = b'"entered_late":'


class Restore(NamedTuple):
    """That the database was restored from a backup: how many entries it held, and how many there had been."""

    kept: int
    lost: int
    noted_at: str

    @property
    def sentence(self) -> str:
        """What is to be known of it."""
        return (
            f"The database was restored from a backup, as noted on {self.noted_at}:"
            f" of {self.lost} sealed entries it held {self.kept}."
        )


class Grown:
    """A tree that is grown again from the entries, in memory, and what they say of keys and restores."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.keys: list[tuple[str, bytes]] = []
        self.restores: list[Restore] = []
        # What the last act says of when it was, and the places of acts that say they are long before that.
        self.last_act = b""
        self.backdated: list[int] = []

    def order(self, position: int, body: bytes) -> None:
        """Note an act that says it is older than the one that was entered before it."""
        found = None if LATE in body else MOMENT.search(body)
        if found:
            if found[1] < self.last_act and is_long_before(found[1], self.last_act):
                self.backdated.append(position)
            self.last_act = found[1]

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

    def read(self) -> None:
        """Grow over all entries that have places, up to the first place that is empty."""
        added: list[bytes] = []
        placed = LedgerEntry.objects.filter(position__isnull=False).order_by("position")
        for position, kind, body in placed.values_list("position", "kind", "body").iterator(PORTION):
            if position != self.size + len(added):
                break
            added.append(leaf_hash(LEAF + bytes(body)))
            if kind == EntryKind.ACT:
                self.order(position, bytes(body))
            self.keys += key_in(bytes(body)) if kind == EntryKind.KEY else []
            self.restores += restore_in(bytes(body)) if kind == EntryKind.RESTORE else []
            if len(added) == WIDTH:
                self.add(added)
                added = []
        self.add(added)


def wrong_tree(checkpoints: Sequence[Checkpoint], trusted: bytes, held: Sequence[str]) -> Iterator[Finding]:
    """Give where places, hashes, roots and signatures do not agree with each other."""
    tree = Grown()
    tree.read()
    placed = LedgerEntry.objects.filter(position__isnull=False).count()
    if placed != tree.size:
        yield tampered(f"The entry at position {tree.size} is not there.")
        return
    if tree.size != checkpoints[-1].size:
        yield tampered(
            f"{tree.size} entries have places, and the last checkpoint is over {checkpoints[-1].size}."
        )
    for checkpoint in checkpoints:
        yield from wrong_checkpoint(checkpoint, tree)
    trusted_key = tree.keys[-1][0] if tree.keys else "", trusted
    yield from wrong_note("last checkpoint", checkpoints[-1].note, tree, [trusted_key])
    for note in held:
        # It may have been signed before the key was changed.
        yield from wrong_held(note, tree, [*tree.keys, trusted_key])
    if len(tree.keys) > 1:
        yield Finding(
            Verdict.SOUND, f"Checkpoints were signed with {len(tree.keys)} keys, one after the other."
        )
    if tree.backdated:
        count, first = len(tree.backdated), tree.backdated[0]
        sentence = (
            f"At {count} places, the first at position {first}, an act says that it is more than an hour"
            " older than the one before it: it was entered later than it says, or a clock was wrong."
        )
        yield Finding(Verdict.SOUND, sentence)
    for restore in tree.restores:
        yield Finding(Verdict.SOUND, restore.sentence)
    stored = LedgerRow.objects.values_list("level", "place", "hashes")
    known = [tree.row(level, place) == bytes(row) for level, place, row in stored.iterator(PORTION)]
    if not all(known) or len(known) != len(tree.rows):
        yield tampered("The stored hashes are not those of the entries.")


def is_long_before(moment: bytes, other: bytes) -> bool:
    """Whether one moment lies long before another; not where either was changed into none."""
    try:
        return datetime.fromisoformat(other.decode()) - datetime.fromisoformat(moment.decode()) > OUT_OF_ORDER
    except ValueError:
        return False


def key_in(body: bytes) -> list[tuple[str, bytes]]:
    """Give the name and the public key that an entry notes; none where it was changed into something else."""
    try:
        noted = json.loads(body)
        return [(str(noted["origin"]), bytes.fromhex(noted["public"]))]
    except (ValueError, LookupError, TypeError):
        return []


def restore_in(body: bytes) -> list[Restore]:
    """Give the restore that an entry notes; none where it was changed into something else."""
    try:
        noted = json.loads(body)
        return [Restore(int(noted["kept"]["size"]), int(noted["lost"]["size"]), str(noted["noted_at"]))]
    except (ValueError, LookupError, TypeError):
        return []


def wrong_held(note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a checkpoint that somebody kept, perhaps from before a restore."""
    head = opened_by_any(note, keys)
    for restore in tree.restores if head else ():
        if (
            head
            and restore.kept < head.size <= restore.lost
            and (head.size > tree.size or tree.root(head.size) != head.root)
        ):
            sentence = "The checkpoint that was kept covers entries that were lost."
            yield Finding(Verdict.UNDECIDED, f"{sentence} {restore.sentence}")
            return
    yield from wrong_note("checkpoint that was kept", note, tree, keys)


def wrong_checkpoint(checkpoint: Checkpoint, tree: Grown) -> Iterator[Finding]:
    """Give what is wrong with a stored checkpoint."""
    name = f"checkpoint over {checkpoint.size} entries"
    found = list(wrong_note(name, checkpoint.note, tree, tree.keys))
    yield from found
    if not found:
        head = opened_by_any(checkpoint.note, tree.keys)
        if head and (head.size, head.root) != (checkpoint.size, bytes(checkpoint.root)):
            yield tampered(f"The {name} says something else than its note.")


def wrong_note(name: str, note: str, tree: Grown, keys: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    """Give what is wrong with a signed checkpoint: its signature, or what it says of the entries."""
    head = opened_by_any(note, keys)
    if head is None:
        yield tampered(f"The {name} is not signed with a key that counts.")
    elif head.size > tree.size:
        yield tampered(f"The {name} is over {head.size} entries, and only {tree.size} are there.")
    elif tree.root(head.size) != head.root:
        yield tampered(f"The entries are not those that the {name} was signed over.")


def wrong_tokens() -> Iterator[Finding]:
    """Give the time stamps that are none for their checkpoint, where the authority's roots are known."""
    tokens = TimestampToken.objects.select_related("checkpoint").order_by("pk")
    for token in tokens if settings.TIMESTAMP_ROOTS else ():
        name = f"time stamp of the checkpoint over {token.checkpoint.size} entries"
        try:
            stamped_at = verify_token(bytes(token.token), token.checkpoint.note.encode())
        except NoToken as error:
            yield tampered(f"The {name} does not hold: {error}")
        else:
            if stamped_at != token.stamped_at:
                yield tampered(f"The {name} says another moment than its row.")


def unsealed(now: datetime) -> Iterator[Finding]:
    """Say whether entries wait to be sealed for too long."""
    late = LedgerEntry.objects.filter(position=None, entered_at__lt=now - SEALED_WITHIN).count()
    if late:
        sentence = f"{late} entries are not sealed. Run manage.py seal_ledger, and start beat."
        yield Finding(Verdict.INCOMPLETE, sentence)
