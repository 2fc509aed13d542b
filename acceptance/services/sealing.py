"""Seal the ledger: give its new entries their places, grow the tree over them, and sign the root."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from ..bodies import LEAF, head_in_words, key_body
from ..merkle import SIZE, Tree, grown, leaf_hash
from ..models import Checkpoint, EntryKind, LedgerEntry, LedgerRow
from ..selectors import key_entries, newest_checkpoint, stored_row
from ..signed_notes import Head, Signer, opened_by_any
from ..witness import keep_checkpoint, kept_checkpoint
from .entries import note_key, note_restore
from .rules import enter_rules

# So many entries are sealed in one transaction, which on SQLite keeps others from writing.
PORTION = 20_000
# Held until the commit: one sealer at a time. The number is this ledger's own.
LOCK = "SELECT pg_advisory_xact_lock(4913086724411)"
# An entry is ready when no transaction that is still open can bring one that was begun before it: else
# the order of places would depend on who commits first, and a slow one could be passed over for ever.
# What can be seen and bears a number that is still to come was brought from another server by a restore.
READY = {
    "postgresql": """
SELECT id, body FROM acceptance_ledgerentry
WHERE position IS NULL
AND (xid < pg_snapshot_xmin(pg_current_snapshot()) OR xid >= pg_snapshot_xmax(pg_current_snapshot()))
ORDER BY id LIMIT %s
""",
    "sqlite": "SELECT id, body FROM acceptance_ledgerentry WHERE position IS NULL ORDER BY id LIMIT %s",
}
PLACES = {
    "postgresql": """
UPDATE acceptance_ledgerentry AS entry SET position = %s + place.number - 1
FROM json_array_elements_text(%s::json) WITH ORDINALITY AS place (id, number)
WHERE entry.id = place.id::bigint
""",
    "sqlite": """
UPDATE acceptance_ledgerentry SET position = %s + place.key
FROM json_each(%s) AS place WHERE acceptance_ledgerentry.id = place.value
""",
}


class LedgerBroken(Exception):
    """What is stored does not follow from what was signed before. Run `verify_ledger`."""


def seal_ledger(*, signer: Signer, now: datetime) -> int:
    """Seal every entry that is ready, and sign a checkpoint for each portion; returns how many.

    First the key is entered, where it is another than the last one, that the database was restored from a
    backup, where it holds less than what was sealed last, and what changed of the notice rules.
    Raises `LedgerBroken` and `WitnessUnwritable`.
    """
    enter_circumstances(signer, now=now)
    sealed = 0
    while count := seal_portion(signer, now=now):
        sealed += count
    keep_newest()
    return sealed


@transaction.atomic
def keep_newest() -> None:
    """Keep the newest checkpoint outside the database. Locks the ledger's end: no older one follows it."""
    lock()
    last = newest_checkpoint()
    if last:
        keep_checkpoint(first_leaf(), last.note)


@transaction.atomic
def enter_circumstances(signer: Signer, *, now: datetime) -> None:
    """Note with which key, in which database and by which rules the ledger goes on. Locks its end."""
    lock()
    enter_key(signer, now)
    enter_restore(signer, now)
    enter_rules(now=now)


def enter_key(signer: Signer, now: datetime) -> None:
    """Note the key that signs from now on, unless it is the one that was noted last."""
    last = LedgerEntry.objects.filter(kind=EntryKind.KEY).order_by("-pk").first()
    known = json.loads(bytes(last.body)) if last else {}
    noted = json.loads(key_body(origin=signer.name, public=signer.public, noted_at=now))
    if any(known.get(name) != noted[name] for name in ("origin", "public")):
        note_key(signer, now=now)


def enter_restore(signer: Signer, now: datetime) -> None:
    """Note that the database does not hold what was sealed last, unless that is noted already."""
    last = newest_checkpoint()
    note = kept_checkpoint(first_leaf()) if last else ""
    if last is None or not note:
        return
    lost = opened_by_any(note, [*noted_keys(), (signer.name, signer.public)])
    if lost is None:
        raise LedgerBroken("The checkpoint in LEDGER_WITNESS_DIR is not signed with a key of this ledger.")
    if lost.size <= last.size and Tree(stored_row, lost.size).root() == lost.root:
        return
    noted = LedgerEntry.objects.filter(kind=EntryKind.RESTORE).order_by("-pk").first()
    if noted is None or json.loads(bytes(noted.body))["lost"] != head_in_words(lost):
        note_restore(kept=Head(lost.origin, last.size, bytes(last.root)), lost=lost, now=now)


def first_leaf() -> bytes:
    """Give the hash of the first entry, by which a ledger is told from others."""
    return stored_row(0, 0)[:SIZE]


def noted_keys() -> list[tuple[str, bytes]]:
    """Give the name and the public key of all that have signed."""
    bodies = [json.loads(bytes(entry.body)) for entry in key_entries()]
    return [(body["origin"], bytes.fromhex(body["public"])) for body in bodies]


@transaction.atomic
def seal_portion(signer: Signer, *, now: datetime) -> int:
    """Seal up to `PORTION` entries; returns how many. Locks the ledger's end."""
    lock()
    last = newest_checkpoint()
    size = last.size if last else 0
    if last and Tree(stored_row, size).root() != bytes(last.root):
        raise LedgerBroken(
            "The tree does not begin as the last checkpoint says. Run manage.py verify_ledger."
        )
    entries = ready()
    if not entries:
        return 0
    place([key for key, _body in entries], size)
    hashes = [leaf_hash(LEAF + body) for _key, body in entries]
    rows = list(grown(stored_row, size, hashes))
    LedgerRow.objects.bulk_create(
        [LedgerRow(level=level, place=number, hashes=piece) for level, number, piece in rows],
        update_conflicts=True,
        unique_fields=["level", "place"],
        update_fields=["hashes"],
    )
    size += len(entries)
    root = Tree(stored_row, size).root()
    note = signer.sign(Head(signer.name, size, root))
    Checkpoint.objects.create(size=size, root=root, note=note, at=now)
    return len(entries)


def lock() -> None:
    """Let one sealer at a time go on. On SQLite the transaction has locked the whole database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK)


def ready() -> list[tuple[int, bytes]]:
    """Give the key and body of the entries that can be sealed, in order."""
    with connection.cursor() as cursor:
        cursor.execute(READY[connection.vendor], [PORTION])
        return [(key, bytes(body)) for key, body in cursor.fetchall()]


def place(keys: Sequence[int], first: int) -> None:
    """Give entries their places, from `first` on."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES[connection.vendor], [first, json.dumps(keys)])
