"""Seal the ledger: give its new entries their places, grow the tree over them, and sign the root."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from ..bodies import LEAF, key_body
from ..merkle import Tree, grown, leaf_hash
from ..models import Checkpoint, EntryKind, LedgerEntry, LedgerRow
from ..selectors import newest_checkpoint, stored_row
from ..signed_notes import Head, Signer
from .entries import note_key

# So many entries are sealed in one transaction, which on SQLite keeps others from writing.
PORTION = 20_000
# Held until the commit: one sealer at a time. The number is this ledger's own.
LOCK = "SELECT pg_advisory_xact_lock(4913086724411)"
# An entry is ready when no transaction that is still open can bring one that was begun before it: else
# the order of places would depend on who commits first, and a slow one could be passed over for ever.
READY = {
    "postgresql": """
SELECT id, body FROM acceptance_ledgerentry
WHERE position IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id LIMIT %s
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

    The key is entered first, where it is another than the last one. Raises `LedgerBroken`.
    """
    enter_key(signer, now=now)
    sealed = 0
    while count := seal_portion(signer, now=now):
        sealed += count
    return sealed


@transaction.atomic
def enter_key(signer: Signer, *, now: datetime) -> None:
    """Note the key that signs from now on, unless it is the one that was noted last."""
    lock()
    last = LedgerEntry.objects.filter(kind=EntryKind.KEY).order_by("-pk").first()
    known = json.loads(bytes(last.body)) if last else {}
    noted = json.loads(key_body(origin=signer.name, public=signer.public, noted_at=now))
    if any(known.get(name) != noted[name] for name in ("origin", "public")):
        note_key(signer, now=now)


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
